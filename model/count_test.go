package model_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
)

func ExampleCount() {
	m, err := model.New("embed(768,pos=1024) 12*gpt(heads=12) layernorm linear", nn.Input{Vocab: 50257})
	if err != nil {
		panic(err)
	}
	fmt.Println(model.Count(m))
	// Output: 124439808
}

// The published sizes, exact to the parameter, by declaring and by planning.
func TestCount(t *testing.T) {
	for _, c := range []struct {
		stack string
		vocab int
		want  int
	}{
		{"gpt2", 0, 124_439_808},
		{"gpt2-medium", 0, 354_823_168},
		{"gpt2-large", 0, 774_030_080},
		{"gpt2-xl", 0, 1_557_611_200},
		{"llama-7b", 0, 6_738_415_616},
		{"llama-2-70b", 0, 68_976_648_192},
		{"embed(768,pos=1024) 12*gpt(heads=12) layernorm linear", 50257, 124_439_808},
		{"embed(4096) 32*llama(heads=32,ff=11008) rmsnorm linear", 32000, 6_738_415_616},
		{"embed(8192) 80*llama(heads=64,kv=8,ff=28672) rmsnorm linear", 32000, 68_976_648_192},
	} {
		m, err := model.New(c.stack, nn.Input{Vocab: c.vocab})
		if err != nil {
			t.Fatal(err)
		}
		n, err := model.CountStack(c.stack, nn.Input{Vocab: c.vocab})
		if err != nil {
			t.Fatal(err)
		}
		if got := model.Count(m); got != c.want || n != c.want {
			t.Errorf("%s: declared %d, planned %d, want %d", c.stack, got, n, c.want)
		}
	}
}

// Every GPT-2, GPT-3 and LLaMA of the list of published models.
func TestCountPublished(t *testing.T) {
	f, err := os.Open(goldentest.Shared(t, "models.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	seen := 0
	for _, r := range rows[1:] {
		field := func(name string) int {
			n, _ := strconv.Atoi(r[column[name]])
			return n
		}
		name, width := r[0], field("width")
		var stack string
		switch {
		case strings.HasPrefix(name, "GPT-2"), strings.HasPrefix(name, "GPT-3"):
			if name == "GPT-3 13B" {
				width = 5120 // the table's 5140 is a misprint, as the note says
			}
			heads := field("heads")
			if width%heads != 0 {
				heads = width / field("head_dim") // GPT-3 XL
			}
			stack = fmt.Sprintf("embed(%d,pos=%d) %d*gpt(heads=%d,ff=%d) layernorm linear", width, field("context"), field("layers"), heads, 4*width)
		case strings.HasPrefix(strings.ToLower(name), "llama"):
			stack = fmt.Sprintf("embed(%d) %d*llama(heads=%d,kv=%d,ff=%d) rmsnorm linear", width, field("layers"), field("heads"), field("kv_heads"), field("ffn"))
		default:
			continue
		}
		seen++
		got, err := model.CountStack(stack, nn.Input{Vocab: field("vocab")})
		if err != nil {
			t.Errorf("%s: %s: %v", name, stack, err)
		} else if want := field("parameters_exact"); got != want {
			t.Errorf("%s: %s: %d parameters, want %d", name, stack, got, want)
		}
	}
	if seen < 20 {
		t.Errorf("only %d rows of GPT and LLaMA", seen)
	}
	t.Logf("%d published models", seen)
}

// A stack of 1.8 trillion parameters is counted at once and allocates next to nothing.
func TestCountTrillions(t *testing.T) {
	const stack = "embed(25600,pos=8192) 230*gpt(heads=200) layernorm linear"
	begin := time.Now()
	var n int
	allocs := testing.AllocsPerRun(1, func() {
		var err error
		if n, err = model.CountStack(stack, nn.Input{Vocab: 100000}); err != nil {
			t.Fatal(err)
		}
	})
	if took := time.Since(begin); took > 500*time.Millisecond || allocs > 1000 || n < 1_800_000_000_000 {
		t.Errorf("%d parameters in %v with %v allocations", n, took, allocs)
	}
	if n, err := model.CountStack("embed(64) 1000000*[1000000*llama] rmsnorm linear", nn.Input{Vocab: 1000}); err != nil || n < 1e16 {
		t.Errorf("10¹² blocks: %d, %v", n, err)
	}
	_, err := model.CountStack("embed(64) 1000000*[1000000*[1000000*llama]] rmsnorm linear", nn.Input{Vocab: 1000})
	if e := (*nn.StackError)(nil); !errors.As(err, &e) {
		t.Errorf("10¹⁸ blocks: %v", err)
	}
	_, err = model.New("embed(64) 1000000*llama rmsnorm linear", nn.Input{Vocab: 1000})
	if e := (*nn.StackError)(nil); !errors.As(err, &e) {
		t.Errorf("a million blocks were declared: %v", err)
	}
}
