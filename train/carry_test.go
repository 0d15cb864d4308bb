package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// Evaluation carries states from batch to batch: in one stream the loss is that of reading the whole text at once; in
// several, that of reading as many stretches.
func TestEvaluationCarries(t *testing.T) {
	text, err := data.OpenText(write(t, "poem.txt", poem), data.Options{Valid: 0.1, Test: -1})
	if err != nil {
		t.Fatal(err)
	}
	splits, err := text.Tokens(data.Options{Window: 7, Carry: true})
	if err != nil {
		t.Fatal(err)
	}
	set := splits.Valid
	var b data.Batch
	var ids, labels []int32
	for i := range set.Len() {
		if err := set.Read(&b, []int{i}, 0); err != nil {
			t.Fatal(err)
		}
		ids, labels = append(ids, b.IDs...), append(labels, b.Labels...)
	}
	m, err := model.New("embed(8) lstm(6,layers=2) gru(5) linear", nn.Input{Vocab: set.Info().Vocab, Shape: []int{7}})
	if err != nil {
		t.Fatal(err)
	}
	nn.Build(m, 4)
	whole := func(ids, labels []int32) float64 {
		tape := &grad.Tape{NoGrad: true}
		y := m.Forward(tape.IDs(ids, 1, len(ids))).Reshape(len(ids), -1)
		return y.CrossEntropy(tape.IDs(labels, len(ids)), grad.CrossEntropyOptions{Reduction: device.Sum}).Item()
	}
	for _, rows := range []int{1, 3, 4, set.Len(), 1000} {
		want, n, at := 0.0, min(rows, set.Len()), 0
		for i := range n {
			windows := set.Len() / n
			if i < set.Len()%n {
				windows++
			}
			want += whole(ids[7*at:7*(at+windows)], labels[7*at:7*(at+windows)])
			at += windows
		}
		got, err := train.Evaluate(context.Background(), nil, m, set, nil, rows, 0)
		if err != nil {
			t.Fatal(err)
		}
		if want /= float64(got.Examples); math.Abs(got.Loss-want) > 1e-5*want {
			t.Errorf("%d rows: loss %v over %d targets, want %v", rows, got.Loss, got.Examples, want)
		}
	}
	first, err := train.Evaluate(context.Background(), nil, m, set, nil, 2, 3)
	if err != nil || first.Examples != 2*3*7 {
		t.Errorf("three batches of two: %d targets, %v", first.Examples, err)
	}
}

// What cannot be carried is refused in words.
func TestCarryRefuses(t *testing.T) {
	o := setup(t)
	gpt := llamaJob(write(t, "poem.txt", poem))
	gpt.Data.Carry = true
	none := gpt
	none.Model = "embed(8) linear"
	both := carryJob(gpt.Data.Source)
	both.Model = "embed(8) lstm(8) llama(heads=2) linear"
	digits := mlpJob()
	digits.Data.Carry = true
	for _, c := range []struct {
		job  train.Job
		says string
	}{
		{gpt, "remembers all it has seen"},
		{both, "remembers all it has seen"},
		{none, "the model has none"},
		{digits, "leave it out"},
	} {
		r, err := train.Create(context.Background(), c.job, o)
		if err == nil || !strings.Contains(err.Error(), "data.carry") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.job.Model, err, c.says)
		}
		if err == nil {
			r.Close()
		}
	}
}
