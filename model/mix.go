package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"brick/device"
)

// A Mix says in which types the tensors of a GGUF file are stored. The zero Mix keeps their types.
type Mix struct {
	name   string
	number uint32      // general.file_type
	matrix device.Type // of matrices
	head   device.Type // of the head, or the embedding that is one
	more   bool        // more bits for what errors harm most
}

// mixes are those there are, by the names that llama.cpp gives them. Vectors, routers and learnt positions are F32 in all.
var mixes = map[string]Mix{
	"f32":    {"f32", 0, device.F32, device.F32, false},
	"f16":    {"f16", 1, device.F16, device.F16, false},
	"bf16":   {"bf16", 32, device.BF16, device.BF16, false},
	"q8_0":   {"q8_0", 7, device.Q8_0, device.Q8_0, false},
	"q4_0":   {"q4_0", 2, device.Q4_0, device.Q6_K, false},
	"q4_k":   {"q4_k", 14, device.Q4_K, device.Q6_K, false},
	"q4_k_m": {"q4_k_m", 15, device.Q4_K, device.Q6_K, true},
	"q6_k":   {"q6_k", 18, device.Q6_K, device.Q6_K, false},
}

// Mixes lists the names of mixes, in alphabetical order: f32, f16 and bf16 for numbers on their own; q8_0, q4_0, q4_k and q6_k
// for blocks of one kind, with the head in Q6_K where blocks have fewer bits; and q4_k_m, which is Q4_K with Q6_K for half
// of the matrices that make values and that end the feed-forward branches. Rows that no block of a kind divides are stored
// in the next larger one that does, Q5_0 or Q8_0, and in F16 where none does.
func Mixes() []string { return slices.Sorted(maps.Keys(mixes)) }

// FindMix is the mix of a name, in any case.
func FindMix(name string) (Mix, error) {
	m, ok := mixes[strings.ToLower(name)]
	if !ok {
		return m, fmt.Errorf("model: type %q is not known; there are %s", name, strings.Join(Mixes(), ", "))
	}
	return m, nil
}

// Plain is the type of all matrices where it is F32, F16 or BF16, which folders hold too.
func (m Mix) Plain() (device.Type, bool) { return m.matrix, m.name != "" && m.matrix.Block() == 1 }

// A mixSite is the tensor of a GGUF file that a type is chosen for.
type mixSite struct {
	name    string
	shape   []int // row-major
	now     device.Type
	tied    bool // there is no head but the embedding
	layer   int  // −1 outside the layers
	layers  int
	experts int
}

// of is the type of a tensor; the rules are those of llama.cpp's quantiser for the same mix, but for its exceptions for
// models of 70 billion parameters and Falcon.
func (m Mix) of(s mixSite) device.Type {
	vector := len(s.shape) == 1 || !strings.HasSuffix(s.name, ".weight") || strings.Contains(s.name, "ffn_gate_inp") || s.name == "position_embd.weight"
	switch {
	case vector:
		return device.F32
	case m.name == "" && s.now == device.Float:
		return device.F32
	case m.name == "":
		return s.now
	}
	cols, t := s.shape[len(s.shape)-1], m.matrix
	is := func(part string) bool { return strings.Contains(s.name, "."+part) }
	switch {
	case s.name == outputName || s.tied && s.name == embedName:
		if t = m.head; t == device.Q6_K && cols%256 != 0 {
			t = device.Q8_0
		}
	case !m.more:
	case is("attn_v") && s.experts == 8 || is("attn_k.") && s.experts == 8:
		t = device.Q8_0
	case (is("attn_v") || is("ffn_down")) && wantsMore(s.layer, s.layers):
		t = device.Q6_K
	case is("attn_qkv") || is("attn_output") && s.experts == 8:
		t = device.Q5_K
	}
	return fallback(t, cols)
}

// wantsMore picks the layers whose errors harm most: the first and the last eighth, and every third between them.
func wantsMore(layer, layers int) bool {
	return layer < layers/8 || layer >= 7*layers/8 || (layer-layers/8)%3 == 2
}

// fallback is the type for rows of a length that no block of t divides.
func fallback(t device.Type, cols int) device.Type {
	if cols%t.Block() == 0 {
		return t
	}
	switch t {
	case device.Q4_K:
		t = device.Q5_0
	case device.Q5_K:
		t = device.Q5_1
	case device.Q6_K:
		t = device.Q8_0
	}
	if cols%t.Block() != 0 {
		return device.F16
	}
	return t
}
