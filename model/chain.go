package model

import "brick/nn"

// chained are the models that are a chain of blocks under the names that other libraries give its parts.
type chained interface {
	nn.Block
	chain() nn.Chain // blocks that share the model's parameters
}

// Chain is the blocks that m applies in order, those of its stack: m itself where it is a chain, the parts of one
// that has names of its own, such as a GPT2 or a ResNet, else m alone. The blocks are m's own.
func Chain(m nn.Block) nn.Chain {
	switch m := m.(type) {
	case nn.Chain:
		return m
	case chained:
		return m.chain()
	}
	return nn.Chain{m}
}
