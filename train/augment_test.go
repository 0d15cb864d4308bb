package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"brick/data"
	"brick/grad"
	"brick/train"
)

// Under mixup a loss of two labels is the loss of the mixed target: with cross-entropy −Σ q·ln p of
// q = λ·onehot(y) + (1−λ)·onehot(y′), with numbers the loss of λ·y + (1−λ)·y′.
func TestMixedTargets(t *testing.T) {
	const λ = 0.3
	logits := []grad.Float{1, -2, 0.5, 0.1, 0.7, -0.4}
	b := &data.Batch{Labels: []int32{0, 2}, Other: []int32{2, 1}, Lambda: λ, YShape: []int{2}}
	tape := new(grad.Tape)
	got := train.CrossEntropy(tape.Const(logits, 2, 3), b).Item()
	want := 0.0
	for i := range 2 {
		row, sum := logits[3*i:3*i+3], 0.0
		for _, v := range row {
			sum += math.Exp(float64(v))
		}
		for c, v := range row {
			q := 0.0
			if int(b.Labels[i]) == c {
				q += λ
			}
			if int(b.Other[i]) == c {
				q += 1 - λ
			}
			want -= q * (float64(v) - math.Log(sum)) / 2
		}
	}
	if math.Abs(got-want) > 1e-6 {
		t.Errorf("cross-entropy of mixed targets is %v, want %v", got, want)
	}
	two := &data.Batch{Labels: []int32{1, 0}, Other: []int32{0, 0}, Lambda: λ, YShape: []int{2}}
	soft := &data.Batch{Y: []grad.Float{λ, 0}, YShape: []int{2, 1}}
	if got, want := train.BCE(tape.Const(logits[:2], 2, 1), two).Item(), train.BCE(tape.Const(logits[:2], 2, 1), soft).Item(); math.Abs(got-want) > 1e-6 {
		t.Errorf("binary cross-entropy of mixed targets is %v, want %v", got, want)
	}
}

// Transforms that the data do not allow are refused before anything is trained; evaluation sees what is.
func TestAugmentedRun(t *testing.T) {
	o := setup(t)
	job := mlpJob()
	job.Data = train.DataJob{Source: "moons", Augment: "crop(4)"}
	if _, err := train.Create(context.Background(), job, o); err == nil || !strings.Contains(err.Error(), "crop changes images (C, H, W); the examples of moons have shape [2]") {
		t.Errorf("%v", err)
	}
	evaluated := func(augment string) train.Metrics {
		job := mlpJob()
		job.Model, job.Steps, job.Optimizer.LR = "flatten linear", 1, 1e-30 // the weights stay as they began
		job.Data = train.DataJob{Source: "digits", Examples: 80, Augment: augment}
		o.Root = t.TempDir()
		r := create(t, job, o)
		finish(t, r)
		m, err := r.Evaluate(context.Background(), "train", "")
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if plain, changed := evaluated(""), evaluated("cutout(20) mixup(0.2)"); plain.Loss != changed.Loss {
		t.Errorf("evaluation gives %v, with augmentation %v", plain.Loss, changed.Loss)
	}
}
