package plan_test

import (
	"fmt"

	"brick/lab/plan"
	"brick/nn"
)

// What GPT-3 took, by its shape alone.
func Example() {
	m, _ := plan.FindModel("gpt-3")
	p := m.Shape.Params()
	fmt.Println(m.Name, p.Total)
	fmt.Printf("%.3g FLOPs for %.0fB tokens\n", m.Shape.SixN()*m.Tokens, m.Tokens/1e9)
	// Output:
	// GPT-3 175B 174604259328
	// 3.14e+23 FLOPs for 300B tokens
}

// The operations of a training step, by formula: what the engine executes.
func ExampleTrainingFLOPs() {
	s, err := plan.ShapeOfStack("embed(64) 2*llama(heads=4) rmsnorm linear(tied=true)", nn.Input{Vocab: 512})
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Params().Total, "parameters")
	fmt.Println(plan.TrainingFLOPs(s, 128), "a token in sequences of 128")
	// Output:
	// 164160 parameters
	// 1123828 a token in sequences of 128
}
