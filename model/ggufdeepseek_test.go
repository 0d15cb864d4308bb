package model_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/gguf"
)

const smallV3 = `"q_lora_rank":12,"kv_lora_rank":10,"qk_nope_head_dim":6,"qk_rope_head_dim":4,"v_head_dim":7,"n_routed_experts":8,"n_shared_experts":1,"num_experts_per_tok":3,"moe_intermediate_size":9,"first_k_dense_replace":1,"n_group":4,"topk_group":2,"norm_topk_prob":true,"routed_scaling_factor":2.5`

// Files have DeepSeek's keys and values in two matrices, of which the keys' lies the other way, and older ones in one: both are
// the model that was written, and the words of both are checked.
func TestGGUFDeepSeekLatent(t *testing.T) {
	const heads, nope, value, rank = 4, 6, 7, 10
	dir, m := t.TempDir(), drawnModel(t, small("deepseek_v3", smallV3))
	whole := filepath.Join(dir, "two.gguf")
	if err := model.WriteGGUF(whole, "m", m, valuesOf, model.Mix{}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Open(whole)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	joined := map[string]*nn.Param{}
	for name, p := range nn.State(m) {
		if layer, is := strings.CutSuffix(strings.TrimPrefix(name, "model.layers."), ".self_attn.kv_b_proj.weight"); is {
			joined["blk."+layer+".attn_kv_b.weight"] = p
		}
	}
	k, err := f.Tensor("blk.1.attn_k_b.weight")
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.Tensor("blk.1.attn_v_b.weight")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(k.Shape, []int{heads, rank, nope}) || !slices.Equal(v.Shape, []int{heads, value, rank}) {
		t.Fatalf("shapes %v and %v", k.Shape, v.Shape)
	}
	one, keys, values := joined["blk.1.attn_kv_b.weight"].Data(), k.Floats(nil), v.Floats(nil)
	for h := range heads {
		for r := range rank {
			for n := range nope {
				if got, want := keys[(h*rank+r)*nope+n], nn.Float(float32(one[(h*(nope+value)+n)*rank+r])); got != want { // the file holds F32
					t.Fatalf("key %d %d %d is %v, want %v", h, r, n, got, want)
				}
			}
			for n := range value {
				if got, want := values[(h*value+n)*rank+r], nn.Float(float32(one[(h*(nope+value)+nope+n)*rank+r])); got != want {
					t.Fatalf("value %d %d %d is %v, want %v", h, n, r, got, want)
				}
			}
		}
	}
	old := map[string]any{"deepseek2.attention.head_count_kv": uint32(heads), "deepseek2.attention.key_length": uint32(nope + 4),
		"deepseek2.attention.value_length": uint32(value), "deepseek2.attention.key_length_mla": nil, "deepseek2.attention.value_length_mla": nil}
	write := func(name string, words map[string]any, asOne bool, without string) string {
		meta := new(gguf.Metadata)
		for k, v := range f.Metadata().All() {
			if _, other := words[k]; !other {
				meta.Set(k, v)
			}
		}
		for k, v := range words {
			if v != nil {
				meta.Set(k, v)
			}
		}
		var list []tensor.Source
		for _, name := range f.Names() {
			x, err := f.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			if half := strings.HasSuffix(name, "attn_k_b.weight") || strings.HasSuffix(name, "attn_v_b.weight"); name != without && !(asOne && half) {
				list = append(list, tensor.SourceOf(tensor.Named{Name: name, Tensor: x}))
			}
		}
		for name, p := range joined {
			if asOne {
				list = append(list, tensor.SourceOf(tensor.Named{Name: name, Tensor: tensor.View(p.Data(), p.Shape...)}))
			}
		}
		path := filepath.Join(dir, name)
		if err := gguf.Write(path, meta, list); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rounding := 0.0
	if kernel.FloatBits == 64 { // the files hold F32
		rounding = 1e-5
	}
	for _, path := range []string{whole, write("one.gguf", old, true, "")} {
		back, err := model.OpenGGUF(path, model.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		x, y := m.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, 24)).Data(), back.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, 24)).Data()
		for i := range x {
			if off := math.Abs(float64(x[i] - y[i])); off > rounding {
				t.Fatalf("%s: logit %d is %v, was %v", path, i, y[i], x[i])
			}
		}
	}
	for i, c := range []struct {
		words   map[string]any
		without string
		want    string
	}{
		{nil, "blk.2.attn_v_b.weight", `tensors are missing: "blk.2.attn_v_b.weight" [4 7 10]`},
		{map[string]any{"deepseek2.attention.key_length_mla": uint32(4)}, "", "deepseek2.attention.key_length_mla is 4; want 5 to"},
		{map[string]any{"deepseek2.attention.value_length_mla": uint32(8)}, "", `"blk.0.attn_v_b.weight" has shape [4 7 10]; the metadata want [4 8 10]`},
		{map[string]any{"deepseek2.attention.key_length": nil, "deepseek2.attention.key_length_mla": nil}, "", "deepseek2.attention.key_length"},
		{map[string]any{"deepseek2.expert_gating_func": uint32(3)}, "", "deepseek2.expert_gating_func is 3; want 1, which is softmax, or 2"},
		{map[string]any{"deepseek2.expert_weights_norm": uint32(1)}, "", "deepseek2.expert_weights_norm"},
		{map[string]any{"deepseek2.expert_used_count": uint32(9)}, "", "num_experts_per_tok is 9; want at most"},
		{map[string]any{"deepseek2.rope.scaling.type": "yarn", "deepseek2.rope.scaling.factor": float32(4)}, "", "deepseek2.rope.scaling.yarn_log_multiplier"},
		{map[string]any{"deepseek2.rope.scaling.type": "yarn", "deepseek2.rope.scaling.factor": float32(4), "deepseek2.rope.scaling.yarn_log_multiplier": float32(math.NaN())}, "", "yarn_log_multiplier is NaN"},
		{map[string]any{"deepseek2.rope.scaling.type": "yarn", "deepseek2.rope.scaling.factor": float32(4), "deepseek2.rope.scaling.yarn_log_multiplier": float32(0.1), "deepseek2.rope.scaling.attn_factor": float32(2)}, "", "deepseek2.rope.scaling.attn_factor beside"},
	} {
		path := write("bad.gguf", c.words, false, c.without)
		if _, err := model.OpenGGUF(path, model.OpenOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: %v, want %q", i, err, c.want)
		}
	}
}

// Blocks of the joined matrix are kept for the values; keys, whose rows lie the other way, become numbers.
func TestGGUFDeepSeekTypes(t *testing.T) {
	m := drawnModel(t, small("deepseek_v3", `"q_lora_rank":32,"kv_lora_rank":32,"qk_nope_head_dim":32,"qk_rope_head_dim":8,"v_head_dim":32,"n_routed_experts":4,"n_shared_experts":1,"num_experts_per_tok":2,"moe_intermediate_size":32,"first_k_dense_replace":1,"n_group":2,"topk_group":1`))
	want := m.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, 24)).Data()
	// Rounding sends some tokens to other experts; a matrix in another order would make logits their size away.
	for kind, most := range map[string]float64{"f16": 0.02, "q8_0": 0.4} {
		mix, err := model.FindMix(kind)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "m.gguf")
		if err := model.WriteGGUF(path, "m", m, valuesOf, mix, nil); err != nil {
			t.Fatal(err)
		}
		for _, how := range []model.Keeping{model.Suited, model.AsStored, model.InPlace, model.Widened} {
			back, err := model.OpenGGUF(path, model.OpenOptions{Keeping: how})
			if err != nil {
				t.Fatal(kind, how, err)
			}
			off, size := 0.0, 0.0
			for i, y := range back.Forward((&grad.Tape{NoGrad: true}).IDs(variantIDs, 2, 24)).Data() {
				off += math.Pow(float64(y-want[i]), 2)
				size += math.Pow(float64(want[i]), 2)
			}
			if off = math.Sqrt(off / size); !(off <= most) {
				t.Errorf("%s, kept as %d: logits are %.3f of their size away, want at most %v", kind, how, off, most)
			}
		}
	}
}
