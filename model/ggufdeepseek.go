package model

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"brick/device"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/gguf"
)

// deepSeekArch is the general.architecture of DeepSeek-V2, and of V3, whose files have the same names.
const deepSeekArch = "deepseek2"

// deepSeekFields are the numbers of a DeepSeek that have a key each; deepSeekRead and deepSeekTell know the others.
var deepSeekFields = []ggufField{
	{key: "context_length", field: "max_position_embeddings"}, {key: "embedding_length", field: "hidden_size"},
	{key: "block_count", field: "num_hidden_layers"}, {key: "feed_forward_length", field: "intermediate_size"},
	{key: "attention.head_count", field: "num_attention_heads"}, {key: "attention.layer_norm_rms_epsilon", field: "rms_norm_eps", real: true},
	{key: "rope.freq_base", field: "rope_theta", real: true, above: true, maybe: true}, {key: "rope.dimension_count", field: "qk_rope_head_dim"},
	{key: "attention.q_lora_rank", field: "q_lora_rank", maybe: true}, {key: "attention.kv_lora_rank", field: "kv_lora_rank"},
	{key: "leading_dense_block_count", field: "first_k_dense_replace", maybe: true}, {key: "expert_count", field: "n_routed_experts", maybe: true},
	{key: "expert_used_count", field: "num_experts_per_tok", maybe: true}, {key: "expert_shared_count", field: "n_shared_experts", maybe: true},
	{key: "expert_feed_forward_length", field: "moe_intermediate_size", maybe: true},
	{key: "expert_group_count", field: "n_group", maybe: true}, {key: "expert_group_used_count", field: "topk_group", maybe: true},
	{key: "expert_weights_scale", field: "routed_scaling_factor", real: true, above: true, maybe: true},
}

// deepSeekFixed are what the fields are where a file has no key for them.
var deepSeekFixed = map[string]any{
	"q_lora_rank": 0, "first_k_dense_replace": 0, "n_routed_experts": 0, "n_shared_experts": 0, "n_group": 1, "topk_group": 1,
	"routed_scaling_factor": 1, "norm_topk_prob": false, "scoring_func": "softmax", "topk_method": "greedy",
}

// gatings are the values of expert_gating_func.
var gatings = []string{1: "softmax", 2: "sigmoid"}

// deepSeekRead takes what a file says of a DeepSeek in other words to the fields of config.json. Widths of keys and values
// are those of whole ones in files with one matrix for both, where head_count_kv is head_count too; files of two matrices
// have them under names of their own, and there the shorter vector's, which one head stands for.
func (g *ggufArch) deepSeekRead(f ggufHeader, c map[string]any) error {
	if f.Has(freqsName) {
		return fmt.Errorf("tensor %q is not known in a %s", freqsName, g.arch)
	}
	m := f.Metadata()
	key := func(name string) string { return g.arch + "." + name }
	lengths := [2]int{}
	for i, name := range []string{"attention.key_length", "attention.value_length"} {
		if own := name + "_mla"; m.Has(key(own)) {
			name = own
		}
		n, err := m.Int(key(name))
		if err != nil {
			return err
		}
		least := 1
		if i == 0 {
			least = c["qk_rope_head_dim"].(int) + 1
		}
		if n < least || n > maxHead {
			return fmt.Errorf("%s is %d; want %d to %d", key(name), n, least, maxHead)
		}
		lengths[i] = n
	}
	c["qk_nope_head_dim"], c["v_head_dim"] = lengths[0]-c["qk_rope_head_dim"].(int), lengths[1]
	c["num_key_value_heads"], c["head_dim"] = c["num_attention_heads"], c["qk_rope_head_dim"]
	if name := key("expert_gating_func"); isSet(m, name) {
		n, err := m.Int(name)
		if err != nil {
			return err
		}
		if n < 1 || n >= len(gatings) {
			return fmt.Errorf("%s is %d; want 1, which is softmax, or 2, which is sigmoid", name, n)
		}
		c["scoring_func"] = gatings[n]
	}
	if name := key("expert_weights_norm"); m.Has(name) {
		shares, err := m.Bool(name)
		if err != nil {
			return err
		}
		c["norm_topk_prob"] = shares
	}
	// V2 chooses groups by their best expert; V3 by their two best and what evens the loads out, which is a tensor.
	switch {
	case f.Has(fmt.Sprintf("blk.%d.exp_probs_b.bias", c["first_k_dense_replace"])):
		c["topk_method"] = "noaux_tc"
	case c["n_group"].(int) > 1:
		c["topk_method"] = "group_limited_greedy"
	}
	if c["topk_method"] == "noaux_tc" || c["scoring_func"] == "sigmoid" || c["norm_topk_prob"] == true {
		c["model_type"] = "deepseek_v3"
	}
	return nil
}

// maxHead bounds the numbers of a key or a value of a head.
const maxHead = 1 << 16

// deepSeekTell writes what deepSeekRead reads.
func (c *DeepSeekConfig) deepSeekTell(meta *gguf.Metadata, arch string) {
	set := func(key string, n int) { meta.Set(arch+"."+key, uint32(n)) }
	set("attention.head_count_kv", 1)
	set("attention.key_length", c.KVRank+c.Rope)
	set("attention.value_length", c.KVRank)
	set("attention.key_length_mla", c.Nope+c.Rope)
	set("attention.value_length_mla", c.Value)
	set("leading_dense_block_count", c.Dense)
	set("expert_shared_count", c.Shared)
	meta.Set(arch+".expert_weights_norm", c.Shares)
	for n, name := range gatings {
		if name == c.Scoring {
			set("expert_gating_func", n)
		}
	}
}

// deepSeekScaling is the part of YaRN that DeepSeek's files say by a key of their own. llama.cpp multiplies scores by the
// square of  0.1·m·ln s + 1  where the key says 0.1·m, and cos and sin by 1; without it by what no config.json says.
func deepSeekScaling(m *gguf.Metadata, arch string, s *RopeScaling) error {
	key := arch + ".rope.scaling.yarn_log_multiplier"
	v, err := m.Float(key)
	if err != nil {
		return err
	}
	if s.MScale = math.Round(1e7*v) / 1e6; !(s.MScale > 0 && s.MScale <= 100) {
		return fmt.Errorf("%s is %v; want a number above 0 and at most 10", key, v)
	}
	if s.Attention != 0 {
		return fmt.Errorf("%s.rope.scaling.attn_factor beside %s is not known", arch, key)
	}
	s.MScaleAll = s.MScale
	return nil
}

// A latent is how keys and values are made of a shorter vector by one matrix here, (H·(N+V), rank), and in a file by two:
//
//	k_b[h, r, n] = kv_b[h·(N+V) + n, r]    v_b[h, v, r] = kv_b[h·(N+V) + N + v, r]     n < N, v < V, r < rank
type latent struct {
	heads, nope, value int
	names              [2]string // of both
}

// shapesIn are the shapes of both, for a matrix of rank columns.
func (l *latent) shapesIn(rank int) [2][]int {
	return [2][]int{{l.heads, rank, l.nope}, {l.heads, l.value, rank}}
}

// split is both tensors of the one. Blocks of keys, whose rows go the other way, become numbers.
func (l *latent) split(x *tensor.Tensor) [2]*tensor.Tensor {
	rank, each := x.Shape[1], l.nope+l.value
	row := len(x.Data) / x.Shape[0]
	shapes := l.shapesIn(rank)
	var keys, values []byte
	for h := range l.heads {
		from := x.Data[h*each*row:]
		k := transposed(&tensor.Tensor{Shape: []int{l.nope, rank}, Type: x.Type, Data: from[:l.nope*row]})
		keys = append(keys, k.Data...)
		values = append(values, from[l.nope*row:each*row]...)
	}
	return [2]*tensor.Tensor{{Shape: shapes[0], Type: unblocked(x.Type), Data: keys}, {Shape: shapes[1], Type: x.Type, Data: values}}
}

// joined is the one tensor of both, of the type of the values where the keys have it too and no blocks, else of F32.
func (l *latent) joined(k, v *tensor.Tensor) *tensor.Tensor {
	if k.Type != v.Type || k.Type.Block() > 1 {
		k = tensor.FromFloats(k.Floats(nil), device.F32, k.Shape...)
		v = tensor.FromFloats(v.Floats(nil), device.F32, v.Shape...)
	}
	rank, y := k.Shape[1], []byte(nil)
	for h := range l.heads {
		size := len(k.Data) / l.heads
		y = append(y, transposed(&tensor.Tensor{Shape: []int{rank, l.nope}, Type: k.Type, Data: k.Data[h*size:][:size]}).Data...)
		size = len(v.Data) / l.heads
		y = append(y, v.Data[h*size:][:size]...)
	}
	return &tensor.Tensor{Shape: []int{l.heads * (l.nope + l.value), rank}, Type: k.Type, Data: y}
}

// read gives the one tensor of the two of a file.
func (l *latent) read(f tensors) (*tensor.Tensor, error) {
	k, err := f.Tensor(l.names[0])
	v, e := f.Tensor(l.names[1])
	if err := errors.Join(err, e); err != nil {
		return nil, err
	}
	return l.joined(k, v), nil
}

// unblocked is a type whose numbers can be moved one by one.
func unblocked(t device.Type) device.Type {
	if t.Block() > 1 {
		return device.F32
	}
	return t
}

// halves are the two tensors that a file has in place of the one of a name, nil for names that stand for one.
func halves(m published, name string) *latent {
	c, ok := m.published().(DeepSeekConfig)
	base, is := strings.CutSuffix(name, "attn_kv_b.weight")
	if !ok || !is {
		return nil
	}
	return &latent{c.Heads, c.Nope, c.Value, [2]string{base + "attn_k_b.weight", base + "attn_v_b.weight"}}
}

// sources are both tensors of a parameter as a file is to have them.
func (l *latent) sources(p *nn.Param, values Values, mix Mix, site mixSite) (list []tensor.Source, err error) {
	var types [2]device.Type
	if mix.name == "" {
		x, err := values(p)
		if err != nil {
			return nil, err
		}
		types = [2]device.Type{unblocked(x.Type), x.Type}
	}
	for i, shape := range l.shapesIn(p.Shape[1]) {
		site.name, site.shape, site.layer, site.now = l.names[i], shape, layerOf(l.names[i]), types[i]
		list = append(list, converted(site.name, mix.of(site), shape, func(yield func(*tensor.Tensor) error) error {
			x, err := values(p)
			if err != nil {
				return err
			}
			return yield(l.split(x)[i])
		}))
	}
	return list, nil
}
