package model

import "brick/nn"

// Chain is the blocks that m applies in order, those of its stack: m itself where it is a chain, the parts of a
// GPT2 or a Llama, else m alone. The blocks are m's own.
func Chain(m nn.Block) nn.Chain {
	switch m := m.(type) {
	case nn.Chain:
		return m
	case *GPT2:
		c := nn.Chain{&nn.PlacedEmbedding{Token: m.WTE, Place: m.WPE}}
		if m.config.EmbDrop > 0 {
			c = append(c, &nn.Dropout{P: m.config.EmbDrop})
		}
		for _, b := range m.H {
			c = append(c, b)
		}
		return append(c, m.LnF, m.Head)
	case *Llama:
		c := nn.Chain{m.Embed}
		for _, b := range m.Layers {
			c = append(c, b)
		}
		return append(c, m.Norm, m.Head)
	}
	return nn.Chain{m}
}
