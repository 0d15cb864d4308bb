package plan

import (
	"fmt"

	"brick/model"
	"brick/nn"
)

// ShapeOf is the shape of a declared or built GPT2 or Llama. ok is false for any other network: its operations and its memory are
// known only by a pass that counts.
func ShapeOf(m nn.Block) (s Shape, ok bool) {
	js, err := model.Config(m)
	if err != nil {
		return Shape{}, false
	}
	s, err = ReadConfig("config.json", js)
	return s, err == nil
}

// ShapeOfStack is the shape of a GPT or LLaMA in stack notation, or by its name in model.Table; in says the vocabulary and, in Shape, the
// context. It errs for a stack that is no stack, or is neither.
func ShapeOfStack(stack string, in nn.Input) (Shape, error) {
	m, err := model.New(stack, in)
	if err != nil {
		return Shape{}, err
	}
	s, ok := ShapeOf(m)
	if !ok {
		return Shape{}, fmt.Errorf("plan: %s is neither embed(…,pos=…) n*gpt layernorm linear nor embed(…) n*llama rmsnorm linear", stack)
	}
	return s, nil
}

// Stack is s in stack notation, if the engine has the blocks of it: GPT-2's and LLaMA's. The vocabulary is the data's.
func (s Shape) Stack() (stack string, ok bool) {
	plain := s.EmbedWidth == 0 && !s.HeadBias && s.BlockNorms == 2 && s.OuterNorms == 1 && !s.QKNorm && !s.Relative && s.Experts == nil && s.Latent == nil
	llama := plain && s.Norm == RMS && s.Gated && s.Positions == 0 && s.QKVBias == s.OutBias && s.HeadDim%2 == 0
	gpt := plain && s.Norm == LayerNorm && !s.Gated && s.Positions > 0 && s.QKVBias && s.OutBias && s.FFBias && s.KVHeads == s.Heads && s.HeadDim*s.Heads == s.Width
	switch {
	case llama:
		stack = fmt.Sprintf("embed(%d) %d*llama(heads=%d", s.Width, s.Layers, s.Heads)
		if s.KVHeads != s.Heads {
			stack += fmt.Sprintf(",kv=%d", s.KVHeads)
		}
		stack += fmt.Sprintf(",ff=%d", s.FF)
		if s.HeadDim*s.Heads != s.Width {
			stack += fmt.Sprintf(",dim=%d", s.HeadDim)
		}
		if s.QKVBias {
			stack += ",bias=true"
		}
		if s.FFBias {
			stack += ",mlp_bias=true"
		}
		stack += ") rmsnorm linear"
		if s.Tied {
			stack += "(tied=true)"
		}
	case gpt:
		stack = fmt.Sprintf("embed(%d,pos=%d) %d*gpt(heads=%d", s.Width, s.Positions, s.Layers, s.Heads)
		if s.FF != 4*s.Width {
			stack += fmt.Sprintf(",ff=%d", s.FF)
		}
		stack += ") layernorm linear"
		if !s.Tied {
			stack += "(tied=false)"
		}
	}
	return stack, llama || gpt
}
