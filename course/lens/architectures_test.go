package lens

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/token"
)

// shapes are what a small config.json of each architecture has besides its sizes.
var shapes = map[string]string{
	"gpt2":        `"n_positions":40,"n_embd":32,"n_layer":3,"n_head":4`,
	"llama":       `"num_key_value_heads":2`,
	"mistral":     `"sliding_window":5`,
	"qwen2":       `"use_sliding_window":false`,
	"qwen3":       `"head_dim":16`,
	"gemma":       `"head_dim":16`,
	"gemma2":      `"head_dim":16,"query_pre_attn_scalar":24,"attn_logit_softcapping":2.0,"final_logit_softcapping":6.0,"sliding_window":4`,
	"gemma3_text": `"head_dim":16,"query_pre_attn_scalar":16,"sliding_window":4,"sliding_window_pattern":2`,
	"phi3":        `"sliding_window":7`,
	"mixtral":     `"num_local_experts":5,"num_experts_per_tok":2`,
	"qwen2_moe":   `"num_experts":6,"num_experts_per_tok":3,"moe_intermediate_size":12,"shared_expert_intermediate_size":20,"mlp_only_layers":[1]`,
	"qwen3_moe":   `"num_experts":6,"num_experts_per_tok":2,"moe_intermediate_size":12,"norm_topk_prob":true`,
	"deepseek_v2": `"q_lora_rank":null,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":7,"n_routed_experts":6,"n_shared_experts":2,"num_experts_per_tok":3,"moe_intermediate_size":9,"first_k_dense_replace":1,"topk_method":"greedy"`,
	"deepseek_v3": `"q_lora_rank":12,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":10,"n_routed_experts":8,"n_shared_experts":1,"num_experts_per_tok":3,"moe_intermediate_size":9,"first_k_dense_replace":1,"n_group":4,"topk_group":2`,
}

// small is a model of three layers of an architecture, with weights drawn wide.
func small(t *testing.T, kind string) Model {
	t.Helper()
	tok, err := token.NewBytes()
	if err != nil {
		t.Fatal(err)
	}
	own, ok := shapes[kind]
	if !ok {
		t.Fatalf("no small model of %s is looked into", kind)
	}
	js := fmt.Sprintf(`{"model_type":%q,"vocab_size":256,"hidden_size":32,"intermediate_size":40,"num_hidden_layers":3,"num_attention_heads":4,"max_position_embeddings":40,%s`, kind, own)
	for _, usual := range []string{`"num_key_value_heads":4`, `"head_dim":8`} {
		if name, _, _ := strings.Cut(usual, ":"); kind != "gpt2" && !strings.Contains(own, name) {
			js += "," + usual
		}
	}
	m, err := model.FromConfig([]byte(js + "}"))
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 3)
	for _, p := range nn.Params(m) {
		for i := range p.Data() {
			if len(p.Shape) > 1 {
				p.Data()[i] *= 6
			}
		}
	}
	return Model{Name: kind, Block: m, Tokenizer: tok}
}

// Whatever the architecture, watching changes no bit, weights are the softmax of the scores, what is mixed by them is what the
// model mixed, and as much is multiplied as the formulas say.
func TestArchitectures(t *testing.T) {
	for _, kind := range model.Architectures() {
		t.Run(kind, func(t *testing.T) {
			m := small(t, kind)
			ids := m.Encode(prompt)
			p, err := m.Look(ids)
			if err != nil {
				t.Fatal(err)
			}
			if want := m.Block.Forward((&grad.Tape{NoGrad: true}).IDs(ids, 1, len(ids))).Data(); !slices.Equal(p.Logits, want) {
				t.Error("the watched model says something else")
			}
			if !slices.Equal(p.Says(3), p.Logits) {
				t.Error("the lens after the last layer says something else than the model")
			}
			if p.Layers() != 3 || len(p.Attentions) != 3 || len(p.Streams) != 4 {
				t.Fatalf("%d layers with %d attentions; want 3 of each", p.Layers(), len(p.Attentions))
			}
			for _, a := range p.Attentions {
				w := a.Weights()
				for h := range a.Heads {
					for q := range a.T {
						mixes(t, &a, h, q, w[(h*a.T+q)*a.S:][:a.S])
					}
				}
			}
			for _, g := range p.Gates {
				if len(g.Out)%g.Rows != 0 || g.Rows > len(ids) {
					t.Errorf("a gate of layer %d has %d rows and %d numbers", g.Layer, g.Rows, len(g.Out))
				}
			}
			for _, cache := range []bool{true, false} {
				w, err := m.Write(t.Context(), ids[:9], 6, cache)
				if products, attended := m.Expected(9, 6, cache); err != nil || w.Products != products || w.Attended != attended {
					t.Errorf("cache %v: %d and %d multiplications; the formulas say %d and %d, %v", cache, w.Products, w.Attended, products, attended, err)
				}
			}
			n := 0
			for c, err := range m.Ablate(t.Context(), Text(ids, 256), 1, 0) {
				if err != nil || math.IsNaN(c.Loss) || c.Layer >= 0 && c.Delta == 0 {
					t.Errorf("without layer %d, head %d: loss %v, by %v, %v", c.Layer, c.Head, c.Loss, c.Delta, err)
				}
				n++
			}
			if n != 1+3*5 {
				t.Errorf("%d measurements; want 16", n)
			}
		})
	}
}

// mixes holds a row of weights against the scores of the keys that are seen, and what it mixes against the model's result.
func mixes(t *testing.T, a *Attention, h, q int, weights []kernel.Float) {
	t.Helper()
	first, end := a.Seen(q)
	scores, sum := a.Scores(h, q), 0.0
	for _, v := range scores[first:end] {
		sum += math.Exp(float64(v))
	}
	mixed := make([]float64, a.Dim)
	for s, w := range weights {
		want := 0.0
		if s >= first && s < end {
			want = math.Exp(float64(scores[s])) / sum
		}
		if math.Abs(float64(w)-want) > 1e-4 {
			t.Fatalf("layer %d, head %d, query %d, key %d: weight %v; softmax of the scores gives %v", a.Layer, h, q, s, w, want)
		}
		for i, v := range a.Value(h, s) {
			mixed[i] += float64(w) * float64(v)
		}
	}
	near(t, fmt.Sprintf("layer %d, head %d, query %d", a.Layer, h, q), a.Result(h, q), mixed)
}
