package plan

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"brick/model"
	"brick/nn"
)

// Counts that the papers, the released weights or the library they are published for give, in full.
func TestPublishedCounts(t *testing.T) {
	for name, want := range map[string][2]int{
		"gpt-1": {116_534_784}, "GPT2": {124_439_808}, "gpt2-xl": {1_557_611_200}, "GPT-3": {174_604_259_328}, "gpt-3 xl": {1_315_723_264},
		"llama-7b": {6_738_415_616}, "LLaMA 65B": {65_285_660_672}, "llama 2 70b": {68_976_648_192}, "llama-3.1-405b": {405_853_388_800},
		"Mixtral 8x7B": {46_702_792_704, 12_879_925_248}, "deepseek-v3": {671_026_419_200, 37_552_297_472}, "palm": {540_356_474_880},
	} {
		m, ok := FindModel(name)
		if !ok {
			t.Errorf("no model %q", name)
			continue
		}
		if want[1] == 0 {
			want[1] = want[0]
		}
		if p := m.Shape.Params(); p.Total != want[0] || p.Active != want[1] {
			t.Errorf("%s: %d parameters, %d active; want %v", name, p.Total, p.Active, want)
		}
	}
	if m, ok := FindModel("gpt4"); !ok || m.Shape != nil || m.Reported == nil {
		t.Error("GPT-4 is hearsay: it must have no shape")
	}
	if _, ok := FindModel("gpt5"); ok {
		t.Error("there is no gpt5")
	}
}

// Every row of the table of published models is met to the last parameter, and to the last digit of its operations.
func TestModelsCSV(t *testing.T) {
	folder := os.Getenv("BRICK_SHARED")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(folder, "models.csv"))
	if err != nil {
		t.Skipf("no table of published models: %v", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	compared := 0
	for _, row := range rows[1:] {
		cell := func(name string) string { return row[at[name]] }
		m, ok := FindModel(cell("name"))
		if !ok {
			t.Errorf("no model %q", cell("name"))
			continue
		}
		if m.Shape == nil {
			if cell("parameters_exact") != "" {
				t.Errorf("%s has a count, but no shape here", m.Name)
			}
			continue
		}
		p := m.Shape.Params()
		for what, n := range map[string]int{"parameters_exact": p.Total, "parameters_active": p.Active, "layers": m.Shape.Layers, "vocab": m.Shape.Vocab, "context": m.Shape.Context, "year": m.Year} {
			if s := cell(what); s != strconv.Itoa(n) {
				t.Errorf("%s: %s is %d, the table has %s", m.Name, what, n, s)
			}
			compared++
		}
		if s := cell("tokens_trained"); s != "" {
			if tokens, err := strconv.ParseFloat(s, 64); err != nil || tokens != m.Tokens {
				t.Errorf("%s: %g tokens, the table has %s", m.Name, m.Tokens, s)
			}
		}
		if s := cell("training_flops_6ND"); s != "" {
			want, err := strconv.ParseFloat(s, 64)
			if got := fmt.Sprintf("%.3g", m.Shape.SixN()*m.Tokens); err != nil || got != fmt.Sprintf("%.3g", want) {
				t.Errorf("%s: 6ND is %s, the table has %s", m.Name, got, s)
			}
			compared++
		}
	}
	if compared < 150 {
		t.Errorf("only %d figures compared", compared)
	}
}

// A shape that the engine has blocks for is, as a stack, a network of as many parameters, whose shape it is.
func TestStackOfShape(t *testing.T) {
	stacks := 0
	for _, m := range Models {
		if m.Shape == nil {
			continue
		}
		stack, ok := m.Shape.Stack()
		if !ok {
			continue
		}
		stacks++
		in := nn.Input{Vocab: m.Shape.Vocab, Shape: []int{m.Shape.Context}}
		if n, err := model.CountStack(stack, in); err != nil || n != m.Shape.Params().Total {
			t.Errorf("%s is %s, which has %d parameters of %d: %v", m.Name, stack, n, m.Shape.Params().Total, err)
		}
		if s, err := ShapeOfStack(stack, in); err != nil || s != *m.Shape {
			t.Errorf("%s is %s, whose shape is %+v instead of %+v: %v", m.Name, stack, s, *m.Shape, err)
		}
	}
	if stacks < 22 {
		t.Errorf("only %d models are stacks", stacks)
	}
	for _, stack := range []string{"embed(64) 2*llama(heads=4,kv=2,dim=32,bias=true,mlp_bias=true) rmsnorm linear", "embed(96,pos=64) gpt(heads=3,ff=200) layernorm linear(tied=false)"} {
		s, err := ShapeOfStack(stack, nn.Input{Vocab: 100, Shape: []int{64}})
		if err != nil {
			t.Fatal(err)
		}
		n, err := model.CountStack(stack, nn.Input{Vocab: 100})
		if p := s.Params(); err != nil || p.Total != n {
			t.Errorf("%s: %d parameters, by shape %d: %v", stack, n, p.Total, err)
		}
		again, ok := s.Stack()
		if n, err := model.CountStack(again, nn.Input{Vocab: 100}); !ok || err != nil || n != s.Params().Total {
			t.Errorf("%s came back as %s with %d parameters: %v", stack, again, n, err)
		}
	}
}
