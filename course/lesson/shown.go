package lesson

// TrainProgram is a whole program that trains a run as [Runs.Train] does and
// prints the loss of each step. job is the Go literal of its train.Job.
func TrainProgram(job string) string {
	return `package main

import (
	"context"
	"fmt"

	"brick/train"
)

func main() {
	job := ` + job + `
	run, err := train.Create(context.Background(), job, train.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for e, err := range run.Train(context.Background()) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(e.Done, e.Step.Loss)
	}
	fmt.Println(run.Close())
}
`
}
