package blocks

import (
	"fmt"
	"slices"

	"brick/nn"
)

// printed writes a network in stack notation, reads that again, and compares
// the two: names and shapes of parameters, names and types of blocks.
func printed(chain nn.Chain, in nn.Input) (text string, same bool, tensors int) {
	text, err := nn.Print(chain)
	if err != nil {
		return "", false, 0
	}
	stack, err := nn.Parse(text)
	if err != nil {
		return text, false, 0
	}
	net, err := nn.Plan(stack, in)
	if err != nil {
		return text, false, 0
	}
	again, err := net.Declare()
	if err != nil {
		return text, false, 0
	}
	a, n := outline(chain)
	b, _ := outline(again)
	return text, slices.Equal(a, b), n
}

// outline is what two networks must have in common to be the same.
func outline(c nn.Chain) (lines []string, tensors int) {
	for name, p := range nn.Params(c) {
		lines = append(lines, fmt.Sprint(name, p.Shape))
		tensors++
	}
	for name, b := range nn.Blocks(c) {
		lines = append(lines, fmt.Sprintf("%s %T", name, b))
	}
	return lines, tensors
}
