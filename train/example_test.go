package train_test

import (
	"context"
	"fmt"
	"os"

	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// The loop is an iterator: what a run does between steps stands in its body.
func ExampleSteps() {
	set, _ := data.XOR(data.Options{})
	m, _ := model.New("linear(8) tanh linear", nn.Input{Shape: []int{2}, Outputs: 2})
	nn.Build(m, 1)
	adam := optim.NewAdam()
	if err := optim.Attach(adam, m); err != nil {
		fmt.Println(err)
		return
	}
	batches := (&data.Loader{Set: set.Train, Batch: 4}).From(0)
	config := train.Config{Steps: 300, Rate: optim.Schedule{LR: 0.05}.At}
	for s, err := range train.Steps(context.Background(), m, adam, batches, config) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if s.N == 0 {
			fmt.Printf("loss %.1f before the first step\n", s.Loss)
		}
	}
	found, _ := train.Evaluate(context.Background(), nil, m, set.Test, nil, 4, 0)
	fmt.Printf("accuracy %.0f %%\n", 100*found.Accuracy)
	// Output:
	// loss 0.7 before the first step
	// accuracy 100 %
}

// A run is a job in a folder. Leaving the loop saves; a resumed run goes on as if nothing had happened.
func ExampleResume() {
	root, _ := os.MkdirTemp("", "runs")
	defer os.RemoveAll(root)
	ctx, quiet := context.Background(), train.Options{Root: root}
	job := train.Job{Name: "moons", Model: "linear(16) tanh linear", Data: train.DataJob{Source: "moons"}, Steps: 400}
	if err := job.Set("optimizer={name: adam, lr: 0.05}"); err != nil {
		fmt.Println(err)
		return
	}
	r, err := train.Create(ctx, job, quiet)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range r.Train(ctx) {
		if e.Done == 150 {
			break
		}
	}
	r.Close()

	if r, err = train.Resume(ctx, r.Dir, quiet); err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	fmt.Println("resumed at step", r.Step())
	for _, err := range r.Train(ctx) {
		if err != nil {
			fmt.Println(err)
		}
	}
	report, err := r.Report(ctx)
	fmt.Println(report.Steps, "steps; more than 9 of 10 right:", report.Metrics.Accuracy > 0.9, err)
	// Output:
	// resumed at step 150
	// 400 steps; more than 9 of 10 right: true <nil>
}
