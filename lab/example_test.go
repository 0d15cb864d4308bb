package lab_test

import (
	"fmt"

	"brick/lab"
)

// A plan follows from a text, a rule, a budget, and what the sizes cost: here a machine of one core that does 50 billion operations a second.
func Example() {
	rule := lab.DefaultRule()
	small, _ := rule.Size(1, 512, 128)
	fmt.Println(small.Name, small.Stack, small.Params, small.NonEmbedding)
	s := lab.Setup{
		Text: lab.Text{Source: "go", Vocab: 512, Context: 128, Train: 51_600_000, Test: 2_060_000}, Rule: rule, Seed: 1,
		Budget: lab.Budget{Seconds: 3600}, Epochs: 4,
		Costs: lab.Costs{Sizes: []lab.Cost{{Size: small, Lanes: lab.Lanes{Count: 1, Threads: 1}, Token: float64(small.FLOPs) / 50e9}}},
	}
	plan, err := s.Make()
	if err != nil {
		panic(err)
	}
	fmt.Print(plan)
	// Output:
	// d1 embed(24) 1*llama(heads=1,ff=64) rmsnorm linear(tied=true) 19272 6984
	// text     go: 51.6 M tokens to train on, 2.06 M to test, a vocabulary of 512, sequences of 128
	// family   d1 19.3 k, d2 80.1 k, d3 224 k, d4 492 k, d5 927 k parameters; held out d7 2.46 M, 2.7 times the largest fitted, 128 times the smallest
	// tokens   297 k, 594 k, 1.19 M, 2.38 M, 4.75 M: up to 2320 steps of 16 examples, the last 20 % of each with a falling rate
	// trials   30, 1.57e+14 operations of training, about 54m55s; 1 at a time on 1 thread, the largest on 1 thread
}
