package views

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/course/lesson"
	"brick/generate"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
)

// fileLearner is a learner of a server that was given model files.
func fileLearner(t *testing.T, paths ...string) *lesson.Session {
	t.Helper()
	named, err := lesson.NameFiles(paths)
	if err != nil {
		t.Fatal(err)
	}
	return lesson.NewDesk(&lesson.Runs{Root: t.TempDir(), Files: named}, 1).Session()
}

// What is shown of stories260K is what its published logits say, from each of its files.
func TestStories260K(t *testing.T) {
	hf, f32, f16 := goldentest.Shared(t, "stories260k", "hf"), goldentest.Shared(t, "stories260k", "stories260k-f32.gguf"), goldentest.Shared(t, "stories260k", "stories260k-f16.gguf")
	s := fileLearner(t, hf, f32, f16)
	js, err := os.ReadFile(goldentest.Shared(t, "stories260k", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Logits struct {
			Prompt string
			IDs    []int32
			Values [][]float64
		}
	}
	if err := json.Unmarshal(js, &want); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file string
		tol  float64
	}{{hf, 2e-5}, {f32, 2e-5}, {f16, 5e-3}} {
		in := In{Run: lesson.FilePrefix + filepath.Base(c.file), Text: want.Logits.Prompt}
		src := asked[Source](t, s, source, in)
		if got := strings.Join(src.Tokens, " "); got != "<s> ␣Once ␣upon ␣a ␣time" || !src.Trained || src.Params != 260032 || src.Vocab != 512 || src.Context != 512 {
			t.Errorf("%s: %+v", in.Run, src)
		}
		lensed := asked[Says](t, s, says, in)
		if len(lensed.Rows) != 6 {
			t.Fatalf("%s: the lens has %d rows; want the embedding and 5 layers", in.Run, len(lensed.Rows))
		}
		for place, logits := range want.Logits.Values {
			best, sum := 0, 0.0
			for id, v := range logits {
				sum += math.Exp(v)
				if v > logits[best] {
					best = id
				}
			}
			p := math.Exp(logits[best]) / sum
			n := asked[Next](t, s, next, NextIn{In: in, Query: place, Temperature: 1})
			last := lensed.Rows[5][place]
			if math.Abs(n.List[0].P-p) > c.tol || last.Token != n.List[0].Token || math.Abs(last.P-p) > c.tol+rounding {
				t.Errorf("%s, place %d: next is %+v, the lens says %+v; the published logits %v", in.Run, place, n.List[0], last, p)
			}
		}
		h := asked[Heads](t, s, heads, HeadsIn{in})
		if len(h.Heads) != 5*8 || h.Of != 5 {
			t.Errorf("%s: %d heads of %d layers", in.Run, len(h.Heads), h.Of)
		}
		a := asked[Attend](t, s, attend, At{In: in, Layer: 3, Head: 5, Query: -1})
		sum := 0.0
		for _, w := range a.Weights {
			sum += float64(w)
		}
		if math.Abs(sum-1) > 1e-5 || a.Heads != 8 {
			t.Errorf("%s: weights sum to %v", in.Run, sum)
		}
	}
}

// Losses without a part are those of a model whose matrices hold zeros there:  Wo[:, head] = 0;  Wo = 0 and Wdown = 0.
func TestAblationsOfStories260K(t *testing.T) {
	path := goldentest.Shared(t, "stories260k", "hf")
	s := fileLearner(t, path)
	const text = "Once upon a time, there was a little girl named Lily. She loved to play."
	cuts, err := stream[Cut](t, s, ablate, fmt.Sprintf(`{"run":"file:hf","text":%q}`, text), 0)
	if err != nil || len(cuts) != 1+5*9 {
		t.Fatalf("%d measurements, %v; want 46", len(cuts), err)
	}
	l, err := generate.Open(path, model.OpenOptions{Keeping: model.Widened})
	if err != nil {
		t.Fatal(err)
	}
	ids := append([]int32{l.Tokenizer.Special().BOS}, l.Tokenizer.Encode(text, nil)...)
	params := map[string]*nn.Param{}
	for name, p := range nn.Params(l.Model) {
		params[name] = p
	}
	for _, c := range cuts {
		undo := map[*nn.Param][]nn.Float{}
		clear := func(name string, from, width int) {
			p := params[fmt.Sprintf("model.layers.%d.%s.weight", c.Layer, name)]
			undo[p] = append([]nn.Float(nil), p.Data()...)
			for row := range p.Shape[0] {
				for i := range width {
					p.Data()[row*p.Shape[1]+from+i] = 0
				}
			}
		}
		switch {
		case c.Head >= 0:
			clear("self_attn.o_proj", 8*c.Head, 8)
		case c.Layer >= 0:
			clear("self_attn.o_proj", 0, 64)
			clear("mlp.down_proj", 0, 172)
		}
		logits := l.Model.Forward((&grad.Tape{NoGrad: true}).IDs(ids[:len(ids)-1], 1, len(ids)-1)).Data()
		want := 0.0
		for i := range len(ids) - 1 {
			sum := 0.0
			for _, v := range logits[i*512:][:512] {
				sum += math.Exp(float64(v))
			}
			want += (math.Log(sum) - float64(logits[i*512+int(ids[i+1])])) / float64(len(ids)-1)
		}
		if math.Abs(c.Loss-want) > 1e-5*max(1, want) || math.Abs(c.Delta-(c.Loss-cuts[0].Loss)) > 1e-12 {
			t.Errorf("without layer %d, head %d: loss %v, by %v; zeros give %v", c.Layer, c.Head, c.Loss, c.Delta, want)
		}
		for p, was := range undo {
			copy(p.Data(), was)
		}
	}
}

// A mixture of experts of a file shows in every view; experts' neurons are not drawn, and there are no dials in layers that
// rotate a part of a head.
func TestMixtureOfFile(t *testing.T) {
	m, err := model.FromConfig([]byte(`{"model_type":"deepseek_v2","vocab_size":256,"hidden_size":32,"intermediate_size":40,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":2,"max_position_embeddings":64,
		"q_lora_rank":null,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":7,"n_routed_experts":6,"n_shared_experts":null,"num_experts_per_tok":2,"moe_intermediate_size":9,"first_k_dense_replace":1,"topk_method":"greedy"}`))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mixture")
	if err := generate.ConvertRandom(t.Context(), m, "mixture", path, model.Mix{}, 1); err != nil {
		t.Fatal(err)
	}
	s := fileLearner(t, path)
	in := In{Run: "file:mixture", Text: "春 is here"}
	if src := asked[Source](t, s, source, in); src.Stack != "deepseek_v2" || src.Tokens[2] != "⟨a5⟩→春" {
		t.Errorf("%+v", src)
	}
	if b := asked[Block](t, s, block, At{In: in}); !b.Gated || b.Hidden != 40 || len(b.Units) != 10 {
		t.Errorf("the dense layer is %+v", b)
	}
	if b := asked[Block](t, s, block, At{In: in, Layer: 1}); b.Hidden != 0 || len(b.Units) != 0 || len(b.Stages) != 7 {
		t.Errorf("the mixture is %+v", b)
	}
	if r := asked[Rotary](t, s, rotary, RotaryIn{At: At{In: in}}); r.Rotary {
		t.Errorf("dials are %+v", r)
	}
	if c := asked[Cache](t, s, cache, CacheIn{in, 5}); !c.Same || c.With.Counted != c.With.Formula || c.Without.Counted != c.Without.Formula {
		t.Errorf("the cache is %+v", c)
	}
	if cuts, err := stream[Cut](t, s, ablate, `{"run":"file:mixture","text":"春 is here"}`, 0); err != nil || len(cuts) != 1+2*3 || cuts[0].Held {
		t.Errorf("ablation sent %+v, %v", cuts, err)
	}
	shown, err := ablate.Show([]byte(`{"run":"file:mixture","text":"a"}`))
	if err != nil || !strings.Contains(shown.Go, `generate.Open("mixture"`) || strings.Contains(shown.Go, "train.") {
		t.Errorf("the program is %s, %v", shown.Go, err)
	}
}
