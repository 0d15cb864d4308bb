package brick_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/solve"
	"brick/train"
)

// The first rung: a line through points, by the closed form and by gradient descent.
func Example_linearRegression() {
	x, y := []float64{0, 1, 2, 3}, []float64{1, 3, 4, 6}
	exact, _ := solve.LeastSquares(solve.Column(x), solve.Column(y), solve.FitOptions{})

	line, opt, tape := nn.Build(nn.NewLinear(1, 1), 1), optim.NewSGD(), new(grad.Tape)
	optim.Attach(opt, line)
	for range 200 {
		tape.Reset()
		out := line.Forward(tape.Const([]nn.Float{0, 1, 2, 3}, 4, 1))
		out.MSE(tape.Const([]nn.Float{1, 3, 4, 6}, 4, 1), device.Mean).Backward()
		opt.Step(0.1)
	}
	fmt.Printf("least squares  y = %.3f·x + %.3f\n", exact.W.At(0, 0), exact.Intercept[0])
	fmt.Printf("descent        y = %.3f·x + %.3f\n", line.W.Item(), line.B.Item())
	// Output:
	// least squares  y = 1.600·x + 1.100
	// descent        y = 1.600·x + 1.100
}

// A hidden layer learns what no line can: the training loop is a range over steps.
func Example_xor() {
	sets, _ := data.XOR(data.Options{})
	stack, _ := model.New("linear(8) tanh linear(1)", nn.Input{Shape: []int{2}})
	net, opt := nn.Build(stack, 1), optim.NewAdam()
	optim.Attach(opt, net)
	loader := data.Loader{Set: sets.Train, Batch: 4}
	rate := func(step int) float64 { return 0.05 }
	for _, err := range train.Steps(context.Background(), net, opt, loader.From(0), train.Config{Steps: 300, Rate: rate, Loss: train.BCE}) {
		if err != nil {
			panic(err)
		}
	}
	for _, x := range [][]nn.Float{{-1, -1}, {-1, 1}, {1, -1}, {1, 1}} {
		logit := net.Forward(new(grad.Tape).Const(x, 1, 2))
		fmt.Printf("%+.0f xor %+.0f is %v\n", x[0], x[1], logit.Item() > 0)
	}
	// Output:
	// -1 xor -1 is false
	// -1 xor +1 is true
	// +1 xor -1 is true
	// +1 xor +1 is false
}

// LlamaBlock is the block that LLaMA repeats, from the engine's parts.
type LlamaBlock struct{ Norm1, Q, K, V, O, Norm2, Gate, Up, Down nn.Block }

func (b *LlamaBlock) Forward(x *nn.Var) *nn.Var { // x (B, T, C)
	B, T, C, rope := x.Dim(0), x.Dim(1), x.Dim(2), grad.RoPE{Base: 10000, Dim: 16}
	heads := func(v *nn.Var) *nn.Var { return v.Reshape(B, T, C/16, 16) }
	n := b.Norm1.Forward(x)
	q, k, v := heads(b.Q.Forward(n)).RoPE(rope, 0), heads(b.K.Forward(n)).RoPE(rope, 0), heads(b.V.Forward(n))
	seen := grad.Attention(q, k, v, grad.AttentionOptions{Causal: true})
	x = x.Add(b.O.Forward(seen.Reshape(B, T, C)))
	n = b.Norm2.Forward(x)
	return x.Add(b.Down.Forward(b.Gate.Forward(n).SwiGLU(b.Up.Forward(n))))
}

// A LLaMA block written by hand is a block like any other: it is built, counted and stacked.
func Example_llamaBlock() {
	linear := func(in, out int) nn.Block { return nn.NewLinear(in, out).NoBias() }
	norm := func() nn.Block { return nn.NewRMSNorm(64) }
	block := &LlamaBlock{norm(), linear(64, 64), linear(64, 64), linear(64, 64), linear(64, 64), norm(), linear(64, 172), linear(64, 172), linear(172, 64)}
	net := nn.Build(nn.Chain{nn.NewEmbedding(256, 64), block, norm(), linear(64, 256)}, 1)
	ids := new(grad.Tape).IDs([]int32{'b', 'r', 'i', 'c', 'k'}, 1, 5)
	fmt.Println(net.Forward(ids).Shape(), nn.Count(net))

	same, _ := model.New("embed(64) llama(heads=4,ff=172) rmsnorm linear", nn.Input{Vocab: 256})
	fmt.Println(same.Notation(), nn.Count(same))
	// Output:
	// [1 5 256] 82368
	// embed(64) llama(heads=4,ff=172) rmsnorm linear 82368
}

// A loss written with the tape's ops is a function like any other: its value and
// gradient go to [solve.Descend], which walks to the line that least squares gives.
func Example_descendOnATape() {
	x, y := []grad.Float{0, 1, 2, 3}, []grad.Float{1, 3, 4, 6}
	w, b := grad.Param([]grad.Float{0}, 1), grad.Param([]grad.Float{0}, 1)
	var tape grad.Tape
	loss := func(at, slope []float64) float64 { // mean (w·x + b − y)²
		tape.Reset()
		params := []*grad.Var{w, b}
		for i, p := range params {
			p.Data()[0] = grad.Float(at[i])
			p.Clear()
		}
		l := tape.Const(x, 4).Mul(w).Add(b).Sub(tape.Const(y, 4)).Square().Mean()
		l.Backward()
		for i, p := range params {
			slope[i] = float64(p.Grad()[0])
		}
		return l.Item()
	}
	for p, err := range solve.Descend(loss, []float64{0, 0}, solve.Descent{Rate: 0.2}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if p.Step%20 == 0 {
			fmt.Printf("step %2d: y = %.3f·x + %.3f, loss %.4f\n", p.Step, p.X[0], p.X[1], p.F)
		}
		if p.Step == 60 {
			break
		}
	}
	// Output:
	// step  0: y = 0.000·x + 0.000, loss 15.5000
	// step 20: y = 1.610·x + 1.077, loss 0.0502
	// step 40: y = 1.601·x + 1.098, loss 0.0500
	// step 60: y = 1.600·x + 1.100, loss 0.0500
}

// What the READMEs show is what is compiled here: every Go code block of theirs stands in this file.
func TestReadmeCode(t *testing.T) {
	source, err := os.ReadFile("tour_test.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]string{}
	for _, name := range []string{"README.md", "README.zh.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
			code := m[1]
			shown[name] = append(shown[name], code)
			if !strings.Contains(string(source), code) && !strings.Contains(string(source), indented(code)) {
				t.Errorf("%s: this code is not in tour_test.go:\n%s", name, code)
			}
		}
	}
	if len(shown["README.md"]) < 3 || !slices.Equal(shown["README.md"], shown["README.zh.md"]) {
		t.Errorf("README.md shows %d pieces of Go, README.zh.md %d; want the same three or more", len(shown["README.md"]), len(shown["README.zh.md"]))
	}
}

// Both READMEs name every block of the stack notation.
func TestReadmeBlocks(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" `\n[", r) })
		for _, d := range nn.Defs() {
			if !slices.Contains(words, d.Name) {
				t.Errorf("%s does not name the block %s: %s", name, d.Usage(), d.Doc)
			}
		}
	}
}

// indented puts a tab before every line that is not empty, as code has it inside a function.
func indented(code string) string {
	return regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(code, "\t$1")
}

// Every file and folder that the documents of the house link to, speak of, or name in the tree of rooms, exists.
func TestDocumentLinks(t *testing.T) {
	documents, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"docs/*.md", "docs/adr/*.md"} {
		more, _ := filepath.Glob(pattern)
		documents = append(documents, more...)
	}
	links, code := 0, regexp.MustCompile("`[^`\n]+`")
	file := regexp.MustCompile(`\b(?:kernel|device|tensor|grad|nn|optim|solve|data|token|model|train|generate|bench|cmd)/[a-z0-9_/]+\.(?:go|txt)\b`)
	for _, name := range documents {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`).FindAllStringSubmatch(code.ReplaceAllString(string(text), ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
		for _, path := range file.FindAllString(string(text), -1) {
			links++
			if _, err := os.Stat(filepath.FromSlash(path)); err != nil {
				t.Errorf("%s names %s: %v", name, path, err)
			}
		}
		for _, m := range regexp.MustCompile("(?s)```tree\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(m[1]) {
				path, _, _ := strings.Cut(strings.TrimSpace(line), " ")
				links++
				if _, err := os.Stat(filepath.FromSlash(path)); path != "" && err != nil {
					t.Errorf("%s names %s in its tree: %v", name, path, err)
				}
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links seen", links)
	}
}
