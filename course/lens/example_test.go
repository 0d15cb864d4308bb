package lens_test

import (
	"fmt"

	"brick/course/lens"
	"brick/model"
	"brick/nn"
	"brick/token"
)

// Which layers and heads a model has, and that each token's attention is shared out whole.
func ExampleModel_Look() {
	tok, err := token.NewBytes("<|endoftext|>")
	if err != nil {
		fmt.Println(err)
		return
	}
	block, err := model.New("llama-tiny", nn.Input{Vocab: tok.Vocab()})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := lens.Model{Name: "tiny", Block: nn.Build(block, 1), Tokenizer: tok}
	ids := m.Encode("春 is")
	p, err := m.Look(ids)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(lens.Pieces(tok, ids))
	for _, a := range p.Attentions {
		sum := 0.0
		for _, w := range a.Weights() {
			sum += float64(w)
		}
		fmt.Printf("layer %d: %d heads of %d numbers, weights that sum to %.0f\n", a.Layer, a.Heads, a.Dim, sum)
	}
	// Output:
	// [<|endoftext|> ⟨e6⟩ ⟨98⟩ ⟨a5⟩→春 ␣ i s]
	// layer 0: 4 heads of 8 numbers, weights that sum to 28
	// layer 1: 4 heads of 8 numbers, weights that sum to 28
}
