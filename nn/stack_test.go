package nn_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/nn"
)

func declare(text string, in nn.Input) (nn.Chain, error) {
	s, err := nn.Parse(text)
	if err != nil {
		return nil, err
	}
	n, err := nn.Plan(s, in)
	if err != nil {
		return nil, err
	}
	return n.Declare()
}

func ExamplePlan() {
	s, err := nn.Parse("3*[linear(64) relu] linear")
	if err != nil {
		panic(err)
	}
	n, err := nn.Plan(s, nn.Input{Shape: []int{10}, Outputs: 2})
	if err != nil {
		panic(err)
	}
	count, _ := n.Count()
	fmt.Println(count, n.Out)
	// Output: 9154 [2]
}

func ExampleStackError() {
	_, err := nn.Parse("linear(64 relu")
	fmt.Println(err)
	s, _ := nn.Parse("linear(64) rellu linear")
	_, err = nn.Plan(s, nn.Input{Shape: []int{3}})
	fmt.Println(err)
	// Output:
	// stack notation, column 11: found "relu"; want , or ) after an argument
	//     linear(64 relu
	//               ^
	// stack notation, column 12: no block is called "rellu"; did you mean relu?
	//     linear(64) rellu linear
	//                ^
}

func TestStackErrors(t *testing.T) {
	numbers := nn.Input{Shape: []int{130}, Outputs: 3}
	ids := nn.Input{Shape: []int{16}, Vocab: 100}
	for _, c := range []struct {
		text   string
		in     nn.Input
		column int
		says   string
	}{
		{"", numbers, 1, "empty"},
		{"   ", numbers, 1, "empty"},
		{"linear(", numbers, 8, "the end"},
		{"linear(3", numbers, 7, "never closed"},
		{"linear(3,)", numbers, 10, "want a value"},
		{"linear(out=)", numbers, 12, "want a value after out="},
		{"linear(bias=true, 3)", numbers, 19, "needs its key"},
		{"[linear(3)", numbers, 1, "never closed"},
		{"linear(3) ]", numbers, 11, "want a block"},
		{"[]", numbers, 1, "nothing stands"},
		{"0*relu", numbers, 1, "count"},
		{"1000001*relu", numbers, 1, "count"},
		{"x*relu", numbers, 1, "count"},
		{"*relu", numbers, 1, "12*gpt"},
		{"2*", numbers, 3, "found the end"},
		{"linear（3）", numbers, 7, `write "("`},
		{"linear(3)\x00", numbers, 10, "U+0000"},
		{"linear(3)\xff", numbers, 10, "U+FFFD"},
		{strings.Repeat("[", 70) + "relu" + strings.Repeat("]", 70), numbers, 65, "brackets within brackets"},
		{"linaer(3)", numbers, 1, "did you mean linear(out="},
		{"zzzzzz", numbers, 1, "there are adaptive_avgpool, attention"},
		{"relu(1)", numbers, 6, "takes no arguments"},
		{"linear(3,biass=false)", numbers, 10, "did you mean bias"},
		{"linear(3,4)", numbers, 10, "not a true or false"},
		{"linear(3,true,false,5)", numbers, 21, "too many"},
		{"linear(3,out=4)", numbers, 10, "given twice"},
		{"linear(0)", numbers, 8, "not a whole number"},
		{"linear(99999999999999999999)", numbers, 8, "not a whole number"},
		{"linear(3.5)", numbers, 8, "not a whole number"},
		{"dropout(1)", numbers, 9, "from 0 to below 1"},
		{"dropout(nan)", numbers, 9, "from 0 to below 1"},
		{"layernorm(-1) linear", numbers, 1, "negative"},
		{"linear relu linear", numbers, 1, "needs a size"},
		{"3*linear", numbers, 3, "needs a size"},
		{"linear", nn.Input{Shape: []int{4}}, 1, "no data"},
		{"linear(5)", nn.Input{}, 1, "cannot tell how many"},
		{"linear(4)", numbers, 9, "the data want (3)"},
		{"linear", nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}, 6, "put flatten"},
		{"embed(8) linear(3)", nn.Input{Shape: []int{16}, Vocab: 100, Outputs: 3}, 18, "put mean"},
		{"embed(8) linear", nn.Input{}, 1, "how many ids"},
		{"linear(3)", ids, 1, "put embed"},
		{"relu embed(8) linear", ids, 1, "put embed"},
		{"embed(8) embed(8) linear", ids, 10, "embed needs token ids"},
		{"embed linear", ids, 1, "needs its width"},
		{"embed(8,pos=8) linear", ids, 1, "pos=16"},
		{"embed(8,vocab=50) linear", ids, 1, "at least 100"},
		{"embed(130) attention(heads=4) linear", ids, 12, "heads must divide 130: 1, 2, 5, 10, 13, 26, 65, 130"},
		{"attention(heads=2)", numbers, 1, "needs a sequence"},
		{"mean", numbers, 1, "needs a sequence"},
		{"residual[linear(4)] linear", numbers, 1, "adds its input (130) to its output (4)"},
		{"residual linear", numbers, 1, "needs a stack in brackets"},
		{"relu[linear(4)]", numbers, 1, "holds no other blocks"},
		{"reshape(13,11) linear", numbers, 1, "130 numbers"},
		{"linear(tied=true)", numbers, 1, "language model"},
		{"embed(8) flatten linear", nn.Input{Vocab: 100}, 10, "known sizes"},
		{"residual[linear(268435456)]", nn.Input{Shape: []int{268435456}}, 0, ""},
		{"1000*[1000*linear(4)]", nn.Input{Shape: []int{4}}, 0, ""},
	} {
		_, err := declare(c.text, c.in)
		if c.column == 0 {
			continue // must only not panic
		}
		var e *nn.StackError
		if !errors.As(err, &e) {
			t.Errorf("%q: error %v, want a StackError", c.text, err)
			continue
		}
		if e.Column != c.column || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: column %d, want %d, to say %q:\n%v", c.text, e.Column, c.column, c.says, err)
		}
		if strings.Count(err.Error(), "\n") != 2 {
			t.Errorf("%q: not three lines:\n%v", c.text, err)
		}
	}
}

func TestStackShapes(t *testing.T) {
	for _, c := range []struct {
		text  string
		in    nn.Input
		out   []int
		count int
	}{
		{"linear(1)", nn.Input{Shape: []int{3}}, []int{1}, 4},
		{"linear", nn.Input{Shape: []int{3}, Outputs: 2}, []int{2}, 8},
		{"linear sigmoid", nn.Input{Shape: []int{3}, Outputs: 1}, []int{1}, 4},
		{"flatten 2*linear(5) linear dropout(0.1) softmax", nn.Input{Shape: []int{1, 2, 3}, Outputs: 2}, []int{2}, 35 + 30 + 12},
		{"reshape(2,3) linear(4)", nn.Input{Shape: []int{6}}, []int{2, 4}, 16},
		{"embed(8) linear", nn.Input{Vocab: 10}, []int{nn.Any, 10}, 160},
		{"embed(8) linear(tied=true)", nn.Input{Vocab: 10}, []int{nn.Any, 10}, 80},
		{"embed(8) linear(bias=true)", nn.Input{Vocab: 10}, []int{nn.Any, 10}, 170},
		{"embed(8,pos=4) linear(10)", nn.Input{Vocab: 10}, []int{nn.Any, 10}, 80 + 32 + 90},
		{"embed(8) mean linear", nn.Input{Shape: []int{5}, Vocab: 10, Outputs: 3}, []int{3}, 80 + 27},
		{"embed(8) sinusoidal 2*encoder(heads=2,ff=16) linear", nn.Input{Shape: []int{5}, Vocab: 10}, []int{5, 10},
			80 + 2*(3*64+24+64+8+128+16+128+8+32) + 80},
		{"embed(8) 2*[residual[layernorm attention(heads=2)] residual[rmsnorm linear(32) gelu linear(8)]] linear", nn.Input{Vocab: 10}, []int{nn.Any, 10},
			80 + 2*(16+192+24+64+8+8+256+32+256+8) + 80},
		{"linear(1)", nn.Input{Shape: []int{3}, Outputs: 2}, []int{1}, 4},
	} {
		s, err := nn.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		n, err := nn.Plan(s, c.in)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		chain, err := n.Declare()
		if err != nil {
			t.Fatal(err)
		}
		count, _ := n.Count()
		if !slices.Equal(n.Out, c.out) || count != c.count || nn.Count(chain) != c.count {
			t.Errorf("%s: out %v, %d planned, %d declared; want %v, %d", c.text, n.Out, count, nn.Count(chain), c.out, c.count)
		}
	}
}

func TestPrint(t *testing.T) {
	ids := nn.Input{Vocab: 10}
	for _, c := range []struct {
		text, want string
		in         nn.Input
	}{
		{"linear(4) relu linear(4) relu linear(4) relu linear(2)", "3*[linear(4) relu] linear(2)", nn.Input{Shape: []int{4}}},
		{"2*[3*relu tanh]", "2*[3*relu tanh]", nn.Input{Shape: []int{4}}},
		{"[[relu]] relu", "2*relu", nn.Input{Shape: []int{4}}},
		{"linear bias", "", nn.Input{}},
		{"linear( bias = false )", "linear(3,bias=false)", nn.Input{Shape: []int{4}, Outputs: 3}},
		{"embed(8) linear", "embed(8) linear", ids},
		{"embed(8) linear(tied=true) softmax", "embed(8) linear(tied=true) softmax", ids},
		{"embed(8) linear(bias=true)", "embed(8) linear(10)", ids},
		{"embed(8) linear(bias=true,tied=true)", "embed(8) linear(bias=true,tied=true)", ids},
		{"embed(8,pos=16) attention(2) linear", "embed(8,pos=16) attention(heads=2,causal=true) linear", ids},
		{"leaky_relu(0.2) leaky_relu elu(alpha=2) dropout", "leaky_relu(0.2) leaky_relu elu(2) dropout(0.5)", nn.Input{Shape: []int{4}}},
		{"layernorm(eps=1e-6) rmsnorm", "layernorm(eps=1e-06) rmsnorm", nn.Input{Shape: []int{4}}},
	} {
		m, err := declare(c.text, c.in)
		if c.want == "" {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got, err := nn.Print(m)
		if err != nil || got != c.want {
			t.Errorf("%s: prints as %s (%v), want %s", c.text, got, err, c.want)
		}
	}
	if _, err := nn.Print(nn.Chain{nn.Func(func(x *nn.Var) *nn.Var { return x })}); err == nil {
		t.Error("a function has a notation")
	}
}

// outline is what two networks must have in common to be the same.
func outline(m nn.Block) string {
	var b strings.Builder
	for name, p := range nn.Params(m) {
		fmt.Fprintln(&b, name, p.Shape)
	}
	for name, p := range nn.Blocks(m) {
		fmt.Fprintf(&b, "%s %T\n", name, p)
	}
	return b.String()
}

// Parse(Print(m)) builds the same network, for random stacks.
func TestPrintRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	blocks := []string{"relu", "leaky_relu(0.3)", "elu", "gelu", "dropout(0.25)", "layernorm", "rmsnorm(eps=1e-3)", "linear(4)", "linear(8)", "linear(4,bias=false)",
		"residual[layernorm linear(8) gelu_tanh linear(%d)]", "attention(heads=2)", "encoder(heads=2,ff=8,dropout=0.1)", "sinusoidal", "2*[relu tanh]", "5*encoder(heads=4)"}
	built := 0
	for range 2000 {
		parts := []string{[]string{"embed(8)", "embed(8,pos=32)", "embed(4)"}[r.IntN(3)]}
		for range r.IntN(8) {
			p := strings.ReplaceAll(blocks[r.IntN(len(blocks))], "%d", "8")
			if r.IntN(4) == 0 {
				p = fmt.Sprintf("%d*[%s %s]", 1+r.IntN(4), p, blocks[r.IntN(8)])
			}
			parts = append(parts, p)
		}
		parts = append(parts, []string{"linear", "linear(tied=true)", "linear(bias=true)", "linear(12)", "linear relu", "relu"}[r.IntN(6)])
		in := nn.Input{Vocab: 12, Shape: []int{16}}
		text := strings.Join(parts, " ")
		m, err := declare(text, in)
		if err != nil {
			continue
		}
		built++
		printed, err := nn.Print(m)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := declare(printed, in)
		if err != nil {
			t.Fatalf("%s: printed as %s: %v", text, printed, err)
		}
		if a, b := outline(m), outline(again); a != b {
			t.Fatalf("%s: printed as %s:\n%s\n%s", text, printed, a, b)
		}
		if p, _ := nn.Print(again); p != printed {
			t.Fatalf("%s: prints as %s, then as %s", text, printed, p)
		}
	}
	if built < 500 {
		t.Errorf("only %d of 2000 stacks could be built", built)
	}
}

func FuzzStack(f *testing.F) {
	for _, s := range []string{
		"linear(256) relu linear(10)", "embed(768,pos=1024) 12*encoder(heads=12) layernorm linear", "3*[linear(8) 2*[relu tanh]]",
		"residual[layernorm linear(8)]", "1000000*[1000000*relu]", "((((", "a=b,c", "12*", "reshape(2,2,2)", "embed(8) mean linear",
	} {
		f.Add(s, 0)
		f.Add(s, 50)
	}
	f.Fuzz(func(t *testing.T, text string, vocab int) {
		in := nn.Input{Shape: []int{8}, Vocab: vocab, Outputs: vocab}
		s, err := nn.Parse(text)
		if err == nil {
			var n *nn.Network
			if n, err = nn.Plan(s, in); err == nil {
				if m, err := n.Declare(); err == nil && len(m) < 1000 {
					printed, err := nn.Print(m)
					if err != nil {
						t.Fatal(err)
					}
					again, err := declare(printed, in)
					if err != nil {
						t.Fatalf("%q prints as %q: %v", text, printed, err)
					}
					if outline(m) != outline(again) {
						t.Fatalf("%q prints as %q, another network", text, printed)
					}
				}
				return
			}
		}
		var e *nn.StackError
		if !errors.As(err, &e) || e.Column < 1 || e.Error() == "" {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
