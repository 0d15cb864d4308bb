package lab_test

import (
	"fmt"

	"brick/lab"
)

// A plan follows from a text, a rule, a budget, and what the sizes cost: here a machine of one core that does 50 billion operations a second.
func Example() {
	rule := lab.DefaultRule()
	small, _ := rule.Size(1, 384, 128)
	fmt.Println(small.Name, small.Stack, small.Params, small.NonEmbedding)
	s := lab.Setup{
		Text: lab.Text{Source: "go", Vocab: 384, Context: 128, Train: 51_600_000, Test: 2_060_000}, Rule: rule, Seed: 1,
		Budget: lab.Budget{Seconds: 3600}, Epochs: 4,
		Costs: lab.Costs{Sizes: []lab.Cost{{Size: small, Lanes: lab.Lanes{Count: 1, Threads: 1}, Token: float64(small.FLOPs) / 50e9}}},
	}
	plan, err := s.Make()
	if err != nil {
		panic(err)
	}
	fmt.Print(plan)
	// Output:
	// d1 embed(16) 1*llama(heads=1,ff=40) rmsnorm linear(tied=true) 9136 2992
	// text     go: 51.6 M tokens to train on, 2.06 M to test, a vocabulary of 384, sequences of 128
	// family   d1 9.14 k, d2 37.5 k, d3 102 k, d4 220 k, d5 419 k parameters; held out d7 1.09 M, 2.6 times the largest fitted, 120 times the smallest
	// tokens   1.34 M, 2.68 M, 5.37 M, 10.7 M: up to 10480 steps of 8 examples, the last 20 % of each with a falling rate
	// trials   24, 1.64e+14 operations of training, about 55m47s; 1 at a time on 1 thread, the largest on 1 thread
}
