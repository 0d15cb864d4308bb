package lab_test

import (
	"context"
	"fmt"

	"brick/data"
	"brick/grad"
	"brick/lab"
	"brick/nn"
)

// A model that has learnt nothing gets no sum right; what its probabilities are worth shows before its answers do.
func ExampleSkillsOf() {
	sums, err := data.Open("arithmetic", data.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	vocab := sums.Info().Vocab
	guesses := nn.Func(func(x *nn.Var) *nn.Var {
		logits := make([]grad.Float, x.Len()*vocab)
		return x.Tape().Const(logits, x.Dim(0), x.Dim(1), vocab)
	})
	skills, err := lab.SkillsOf(context.Background(), nil, guesses, nil, sums.Test)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("right answers %.0f %%, log-probability of one %.1f\n", 100*skills["arithmetic"], skills["arithmetic_nats"])
	// Output:
	// right answers 0 %, log-probability of one -9.0
}

// The studies beside the law are planned from the family and what they may cost.
func ExampleStudies() {
	var family []lab.Trial
	for depth := 1; depth <= 3; depth++ {
		size := lab.Size{Name: fmt.Sprintf("d%d", depth), Layers: depth, Width: 24 * depth, Params: 20_000 * depth * depth, FLOPs: 120_000 * depth * depth}
		family = append(family, lab.Trial{ID: size.Name + "-h0", Study: lab.Family, Size: size, Seed: 1, Rate: 0.01, Batch: 8, Steps: 1000, Tokens: 1_024_000})
	}
	trials, left := lab.Studies(family, lab.StudyOptions{Budget: 1e13, Context: 128, Text: 5_000_000})
	for _, t := range trials {
		fmt.Println(t.ID)
	}
	for _, o := range left {
		fmt.Printf("no study of %s: %s\n", o.Study, o.Why.EN)
	}
	// Output:
	// probe-d1-x0.5
	// probe-d1-x2
	// probe-d2-x0.5
	// probe-d2-x2
	// noise-d2-s2
	// noise-d2-s3
	// repeat-d2-x2
	// repeat-d2-x4
	// repeat-d2-x8
	// repeat-d2-x16
	// ensemble-d2-m2
	// no study of shape: no other depth gives about as many parameters
}
