package plan

import (
	"fmt"
	"slices"
	"strings"
)

// A Precision is in what numbers are kept and multiplied.
type Precision string

// The precisions of training, and those that only weights for inference are kept in.
const (
	F32  Precision = "f32"
	BF16 Precision = "bf16" // products of bfloat16, sums and the optimizer's weights in f32 (Micikevicius et al. 2017)
	Int8 Precision = "int8" // 8-bit integers, a 16-bit scale for 32 of them
	Int4 Precision = "int4" // 4-bit integers, a 16-bit scale for 32 of them
)

// Hardware is one accelerator: its peaks, as its maker publishes them, without sparsity.
type Hardware struct {
	Name   string  `json:"name"`
	About  string  `json:"about"`
	F32    float64 `json:"f32"`    // floating-point operations a second
	BF16   float64 `json:"bf16"`   // the same in bfloat16, sums in f32
	Memory float64 `json:"memory"` // bytes
	Read   float64 `json:"read"`   // bytes a second from memory
	Watts  float64 `json:"watts,omitempty"`
	Node   int     `json:"node"`    // accelerators that Link joins
	Link   float64 `json:"link"`    // bytes a second that one sends to those of its node
	Net    float64 `json:"network"` // bytes a second that one sends beyond it; its usual network, not a part of it
	Source string  `json:"source"`
}

// Accelerators lists the hardware that is known.
var Accelerators = []Hardware{
	{"v100", "NVIDIA V100 SXM2 32 GB (float16 in place of bfloat16)", 15.7e12, 125e12, 32e9, 900e9, 300, 8, 150e9, 12.5e9, "NVIDIA V100 datasheet, January 2020"},
	{"a100", "NVIDIA A100 SXM 80 GB", 19.5e12, 312e12, 80e9, 2039e9, 400, 8, 300e9, 25e9, "NVIDIA A100 datasheet, June 2021"},
	{"h100", "NVIDIA H100 SXM", 67e12, 989.4e12, 80e9, 3350e9, 700, 8, 450e9, 50e9, "NVIDIA H100 datasheet; half of the figures with sparsity"},
	{"h200", "NVIDIA H200 SXM", 67e12, 989.4e12, 141e9, 4800e9, 700, 8, 450e9, 50e9, "NVIDIA H200 datasheet; half of the figures with sparsity"},
	{"b200", "NVIDIA B200 in an HGX board", 80e12, 2250e12, 180e9, 8000e9, 1000, 8, 900e9, 50e9, "NVIDIA Blackwell architecture brief, HGX B200"},
	{"rtx3090", "NVIDIA GeForce RTX 3090", 35.6e12, 71e12, 24e9, 936e9, 350, 1, 16e9, 1.25e9, "NVIDIA GA102 whitepaper, table 9"},
	{"rtx4090", "NVIDIA GeForce RTX 4090", 82.6e12, 165.2e12, 24e9, 1008e9, 450, 1, 16e9, 1.25e9, "NVIDIA Ada whitepaper, table 2"},
	{"tpu-v4", "Google TPU v4", 0, 275e12, 32e9, 1200e9, 192, 64, 150e9, 6.25e9, "Jouppi et al. 2023, arXiv 2304.01433, table 4"},
	{"tpu-v5e", "Google TPU v5e", 0, 197e12, 16e9, 819e9, 0, 256, 200e9, 3.1e9, "cloud.google.com/tpu/docs/v5e"},
	{"tpu-v5p", "Google TPU v5p", 0, 459e12, 95e9, 2765e9, 0, 64, 300e9, 6.25e9, "cloud.google.com/tpu/docs/v5p"},
}

// FindHardware is the accelerator of a name, however it is spelled. The error lists those that are known.
func FindHardware(name string) (Hardware, error) {
	var names []string
	for _, h := range Accelerators {
		if bare(h.Name) == bare(name) {
			return h, nil
		}
		names = append(names, h.Name)
	}
	return Hardware{}, fmt.Errorf("no hardware is called %q; there are this, %s", name, strings.Join(names, ", "))
}

// Peak is the operations a second in a precision, 0 where the maker publishes none.
func (h Hardware) Peak(p Precision) float64 {
	if p == F32 {
		return h.F32
	}
	return h.BF16
}

// precisions are those that a training can be planned in.
var precisions = []Precision{F32, BF16}

// ParsePrecision reads f32 or bf16.
func ParsePrecision(s string) (Precision, error) {
	if p := Precision(strings.ToLower(s)); slices.Contains(precisions, p) {
		return p, nil
	}
	return "", fmt.Errorf("precision %q is not planned with; want f32, or bf16 for bfloat16 with weights in f32 besides", s)
}
