package blocks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
	"brick/nn"
)

func desk() *lesson.Session {
	return lesson.NewDesk(&lesson.Runs{Root: "none"}, 2).Session()
}

func design(stack, data string) Design {
	d := first
	d.Stack, d.Data, d.Slow = stack, data, false
	return d
}

// What stands on the bricks is what the parameters of the network count to.
func TestLabels(t *testing.T) {
	s := desk()
	p := lessontest.Ask[Planned](t, s, plan, design("linear(8) 2*[relu linear(8)] residual[layernorm linear(4) 2*tanh linear(8)] linear", "moons"))
	if p.Fault != nil || !p.Same || p.Params != 24+2*72+(16+36+40)+18 || p.Tensors != 12+2 {
		t.Fatalf("%+v", p)
	}
	sum := 0.0
	for _, b := range p.Bricks {
		sum += b.Params
	}
	bracket, residual := p.Bricks[1], p.Bricks[2]
	if sum != p.Params || bracket.Params != 144 || bracket.Body[1].Params != 144 || fmt.Sprint(bracket.Out) != "[8]" || bracket.Count != 2 {
		t.Errorf("sum %v of %v, bracket %+v", sum, p.Params, bracket)
	}
	if residual.Params != 92 || residual.Body[1].Params != 36 || fmt.Sprint(residual.Body[1].Out) != "[4]" || residual.Body[2].Count != 2 || residual.Body[3].Path != "2.3" {
		t.Errorf("residual %+v", residual)
	}
	if conv := lessontest.Ask[Planned](t, s, plan, design("conv(8,3,pad=1) relu maxpool(2) flatten linear", "digits")); fmt.Sprint(conv.Bricks[2].Out, conv.Params) != "[8 14 14] 15770" {
		t.Errorf("%+v", conv.Bricks[2])
	}
}

// Twelve GPT blocks of width 4096, and a million million layers, are counted, not built.
func TestLarge(t *testing.T) {
	s := desk()
	for stack, want := range map[string]struct {
		params float64
		large  string
	}{
		"embed(4096,pos=64) 12*gpt layernorm linear":                 {0, "memory"},
		"1000000*[1000*linear(2)] linear":                            {6e9 + 6, "blocks"},
		"linear(268435456) linear(268435456) linear":                 {0, "memory"},
		"embed(64,pos=64) 300*gpt(2) layernorm linear":               {0, "blocks"},
		strings.Repeat("[", 60) + "linear" + strings.Repeat("]", 60): {6, ""},
	} {
		data := "moons"
		if strings.HasPrefix(stack, "embed") {
			data = "stories"
		}
		p := lessontest.Ask[Planned](t, s, plan, design(stack, data))
		if p.Fault != nil || p.Large != want.large || want.params != 0 && p.Params != want.params {
			t.Errorf("%.40s: %v parameters, large %q, fault %+v", stack, p.Params, p.Large, p.Fault)
		}
		if want.large == "" {
			continue
		}
		if _, err := run(s, design(stack, data), 1); err == nil || !strings.HasPrefix(err.(*lesson.Refusal).Key, "refused.") {
			t.Errorf("%.40s is trained: %v", stack, err)
		}
	}
}

// A mistake is shown at its brick, and what kind it is in the page's language.
func TestFaults(t *testing.T) {
	s := desk()
	text, err := lesson.Text(files)
	if err != nil {
		t.Fatal(err)
	}
	for stack, want := range map[string]string{
		"linear(8) rellu linear":               `block 11 "1"`,
		"linear(8) residual[linear(4)] linear": `shape 11 "1"`,
		"linear(8) 2*[relu conv(3,3)] linear":  `shape 19 "1.1"`,
		"linear(8":                             `notation 7 ""`,
		"":                                     `notation 1 ""`,
		"linear(3)":                            `output 9 "0"`,
		"linear(8,bais=false) linear":          `argument 10 "0"`,
		"linear linear":                        `argument 1 "0"`,
		"relu[linear(2)]":                      `notation 1 "0"`,
		"1000000*[1000000*[1000000*[100000*linear(2)]]]": `size 1 "0"`,
	} {
		p := lessontest.Ask[Planned](t, s, plan, design(stack, "moons"))
		if p.Fault == nil || fmt.Sprintf("%s %d %q", p.Fault.Kind, p.Fault.Column, p.Fault.Brick) != want {
			t.Errorf("%q: %+v, want %s", stack, p.Fault, want)
			continue
		}
		var refused *lesson.Refusal
		if _, err := run(s, design(stack, "moons"), 1); !errors.As(err, &refused) || text["zh"]["fault."+p.Fault.Kind] == "" || text["zh"][refused.Key] == "" {
			t.Errorf("%q is refused by %v", stack, err)
		}
	}
}

func TestChecks(t *testing.T) {
	s := desk()
	for _, bad := range []string{`{"data":"/etc/passwd"}`, `{"lr":0}`, `{"batch":1000}`, `{"steps":0}`, `{"optim":"lbfgs"}`, `{"seed":0}`, `{"stack":"` + strings.Repeat("x", maxNotation+1) + `"}`} {
		if _, err := plan.Answer(context.Background(), s, []byte(bad)); err == nil {
			t.Errorf("%.40s passes", bad)
		}
	}
	for _, c := range []*lesson.Call{inside, weights} {
		if _, err := c.Answer(context.Background(), s, nil); err == nil {
			t.Errorf("%s of nothing", c.Name)
		}
	}
}

// Every fresh brick of the palette can be read, and every start plans.
func TestPalette(t *testing.T) {
	s := desk()
	p := lessontest.Ask[Palette](t, s, palette, struct{}{})
	text, err := lesson.Text(files)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, k := range p.Blocks {
		names[k.Name] = true
		if text["zh"]["block."+k.Name] == "" || k.Group == "other" || k.Brick.Name != k.Name {
			t.Errorf("%s in %s: %+v", k.Name, k.Group, k.Brick)
		}
	}
	for _, g := range groups {
		for _, name := range strings.Fields(g.Blocks) {
			if !names[name] {
				t.Errorf("there is no block %s", name)
			}
		}
	}
	for _, x := range p.Starts {
		if a := lessontest.Ask[Planned](t, s, plan, design(x.Stack, x.Data)); a.Fault != nil || !a.Same {
			t.Errorf("%s: %+v", x.Stack, a.Fault)
		}
	}
	for _, x := range p.Sources {
		if a := lessontest.Ask[Planned](t, s, plan, design(x.Stack, map[bool]string{true: x.Name, false: "digits"}[x.Name != "fashion-mnist"])); a.Fault != nil {
			t.Errorf("%s: %+v", x.Stack, a.Fault)
		}
		if e := lessontest.Ask[Examples](t, s, examples, ExamplesIn{map[bool]string{true: x.Name, false: "digits"}[x.Name != "fashion-mnist"], 1}); e.Train == 0 || len(e.Points)+len(e.Images)+len(e.Text) == 0 {
			t.Errorf("%s: %+v", x.Name, e)
		}
	}
}

func TestZoom(t *testing.T) {
	z := lessontest.Ask[Zoom](t, desk(), zoom, ZoomIn{1, -0.5, 2, 1})
	n := z.Neuron
	if got := float64(n.Products[0]+n.Products[1]) + n.B; got < n.Sum-1e-6 || got > n.Sum+1e-6 || z.Counts != [5]int{1, 3, 12, 76, 98} || len(z.Block) != 5 || len(z.Model) != 5 {
		t.Errorf("%+v", z)
	}
}

func TestExport(t *testing.T) {
	e := lessontest.Ask[Export](t, desk(), export, design("linear(8)  tanh   linear", "moons"))
	if e.Stack != "linear(8) tanh linear(2)" || !strings.Contains(e.YAML, "source: moons") || !strings.Contains(e.Go, `"linear(8) tanh linear(2)"`) {
		t.Errorf("%s\n%s", e.Stack, e.YAML)
	}
}

// Whatever is typed, a plan answers.
func FuzzPlan(f *testing.F) {
	for _, x := range starts {
		f.Add(x.Stack, 2)
	}
	f.Add("conv(268435456,1) globalpool linear", 1)
	inputs := []nn.Input{{Shape: []int{2}, Outputs: 2}, {Shape: []int{1, 28, 28}, Outputs: 10}, {Shape: []int{window}, Vocab: 50, Outputs: 50}}
	f.Fuzz(func(t *testing.T, stack string, k int) {
		if len(stack) > maxNotation {
			return
		}
		p, _ := planned(design(stack, "moons"), inputs[uint(k)%3])
		if p.Fault == nil && p.Large == "" && !p.Same {
			t.Errorf("%q is printed back as %q", stack, p.Printed)
		}
	})
}
