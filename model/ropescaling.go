package model

import (
	"fmt"
	"math"

	"brick/grad"
	"brick/nn"
)

// RopeScaling is how a config.json says that a model reads longer texts than it was first trained on; see grad.RoPEStretch.
// "dynamic" changes nothing up to max_position_embeddings, which is as far as models go here. The kinds there are
// otherwise, such as longrope, are refused.
type RopeScaling struct {
	Type      string  `json:"rope_type,omitzero"`
	OldType   string  `json:"type,omitzero"` // the older name of the field
	Theta     float64 `json:"rope_theta,omitzero"`
	Factor    float64 `json:"factor,omitzero"`
	Low       float64 `json:"low_freq_factor,omitzero"`
	High      float64 `json:"high_freq_factor,omitzero"`
	Original  int     `json:"original_max_position_embeddings,omitzero"`
	Attention float64 `json:"attention_factor,omitzero"` // of cos and sin
	Fast      float64 `json:"beta_fast,omitzero"`
	Slow      float64 `json:"beta_slow,omitzero"`
	MScale    float64 `json:"mscale,omitzero"`
	MScaleAll float64 `json:"mscale_all_dim,omitzero"`
	Partial   float64 `json:"partial_rotary_factor,omitzero"` // 1, or 0 for nothing said

	Full    *RopeScaling `json:"full_attention,omitzero"` // of each kind of layer, in rope_parameters of Gemma 3
	Sliding *RopeScaling `json:"sliding_attention,omitzero"`
}

// kind is the type under either name.
func (s *RopeScaling) kind() string {
	if s.Type == "" {
		return s.OldType
	}
	return s.Type
}

// stretch is what s asks for; nil asks for nothing. context is max_position_embeddings.
func (s *RopeScaling) stretch(context int) (r grad.RoPEStretch, err error) {
	if s == nil {
		return r, nil
	}
	if s.Partial != 0 && s.Partial != 1 {
		return r, fmt.Errorf("rope_scaling: partial_rotary_factor is %v; only whole heads turn", s.Partial)
	}
	trained := s.Original
	if trained == 0 {
		trained = context
	}
	switch kind := s.kind(); kind {
	case "default", "dynamic":
		return r, nil
	case "linear":
		r = grad.RoPEStretch{Kind: grad.StretchLinear, Factor: s.Factor}
	case "llama3":
		r = grad.RoPEStretch{Kind: grad.StretchLlama3, Trained: trained, Factor: s.Factor, Low: s.Low, High: s.High}
		if !(s.Low > 0 && s.High > s.Low) {
			return r, fmt.Errorf("rope_scaling: low_freq_factor %v and high_freq_factor %v; want 0 < low < high", s.Low, s.High)
		}
	case "yarn":
		r = grad.RoPEStretch{Kind: grad.StretchYaRN, Trained: trained, Factor: s.Factor, Low: s.Slow, High: s.Fast, Size: s.size()}
		if r.Low == 0 {
			r.Low = 1
		}
		if r.High == 0 {
			r.High = 32
		}
		if !(r.Low > 0 && r.High > r.Low) || !(r.Size > 0) || math.IsInf(r.Size, 0) {
			return r, fmt.Errorf("rope_scaling: beta_slow %v, beta_fast %v and a size of %v; want 0 < slow < fast, and a size above 0", r.Low, r.High, r.Size)
		}
	default:
		return r, fmt.Errorf("rope_scaling: type %q is not known; there are default, dynamic, linear, llama3, yarn", kind)
	}
	if !(s.Factor >= 1 && s.Factor <= 1e6) {
		return r, fmt.Errorf("rope_scaling: factor is %v; want 1 to 1e6", s.Factor)
	}
	if trained < 1 || trained > nn.MaxSize {
		return r, fmt.Errorf("rope_scaling: original_max_position_embeddings is %d; want 1 to %d", trained, nn.MaxSize)
	}
	return r, nil
}

// size is what YaRN multiplies cos and sin by.
func (s *RopeScaling) size() float64 {
	switch {
	case s.Attention != 0:
		return s.Attention
	case s.MScale != 0 && s.MScaleAll != 0:
		return sharpness(s.Factor, s.MScale) / sharpness(s.Factor, s.MScaleAll)
	}
	return sharpness(s.Factor, 1)
}

// sharpness is YaRN's  0.1·m·ln s + 1,  by which longer texts need larger scores.
func sharpness(factor, m float64) float64 {
	if factor <= 1 {
		return 1
	}
	return 0.1*m*math.Log(factor) + 1
}
