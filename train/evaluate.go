package train

import (
	"context"
	"fmt"
	"iter"
	"math"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/nn"
)

// Evaluate runs m over a whole set, or its first batches, and measures it. Dropout
// is off, nothing is recorded. limit is the number of batches, evenly spread over the set; 0 means all. It errs when
// the set has no target, when the model's output does not fit the targets, and when ctx is done.
func Evaluate(ctx context.Context, dev device.Device, m nn.Block, set data.Set, loss Loss, batch, limit int) (Metrics, error) {
	return evaluate(ctx, &grad.Tape{Device: dev}, m, set, loss, batch, limit)
}

// evaluate is Evaluate in the memory of a tape, whose content it forgets.
func evaluate(ctx context.Context, tape *grad.Tape, m nn.Block, set data.Set, loss Loss, batch, limit int) (Metrics, error) {
	var out Metrics
	info := set.Info()
	if loss == nil {
		loss = LossFor
	}
	training := tape.Training
	tape.NoGrad, tape.Training = true, false
	defer func() { tape.NoGrad, tape.Training, tape.Memory = false, training, nil }()
	if info.Carry { // states go on from batch to batch here too
		tape.Memory = map[any]any{}
	}
	var classes *classTally
	numbers := regressionTally{unit: units(info)}
	if info.Task == data.Classification {
		classes = newClassTally(len(info.Classes))
	}
	var nats, targets, right float64
	var translated exactTally
	var lines lineTally
	var bytes, rows int
	for b, err := range some(set, batch, limit) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return out, err
		}
		count := float64(b.Count())
		if err := fewer(tape, b, &rows); err != nil {
			return out, err
		}
		var wrong error
		err := grad.Catch(func() {
			tape.Reset()
			y := m.Forward(Input(tape, b))
			if count > 0 {
				nats += loss(y, b).Item() * count
			}
			switch {
			case classes != nil:
				wrong = tallyClasses(classes, y, b)
			case info.Task == data.Reading:
				wrong = lines.add(y, b)
			case b.Labels != nil:
				n, err := countRight(y, b)
				right, wrong = right+float64(n), err
			default:
				wrong = tallyNumbers(&numbers, y, b)
			}
		})
		if err == nil {
			err = wrong
		}
		if err != nil {
			return out, fmt.Errorf("train: evaluate %s: %w", info.Name, err)
		}
		if err := translated.add(ctx, tape, m, info, b); err != nil {
			return out, fmt.Errorf("train: evaluate %s: %w", info.Name, err)
		}
		targets += count
		bytes += b.Bytes
		out.Examples += b.Examples()
	}
	if targets == 0 {
		return out, fmt.Errorf("train: evaluate %s: the set has no targets", info.Name)
	}
	out.Loss = nats / targets
	switch info.Task {
	case data.Classification:
		classes.fill(&out)
	case data.Language:
		out.Examples = int(targets)
		out.Perplexity = math.Exp(out.Loss)
		out.Accuracy = right / targets
		if bytes > 0 {
			out.BitsPerByte = nats / (math.Ln2 * float64(bytes))
		}
	case data.Translation:
		out.Examples = int(targets)
		out.Perplexity = math.Exp(out.Loss)
		out.Accuracy = right / targets
		translated.fill(&out)
	case data.Reading:
		lines.fill(&out)
	default:
		numbers.fill(&out)
	}
	return out, nil
}

// fewer lets the memory of a tape go on with as many rows as b has, where those before had more.
func fewer(tape *grad.Tape, b *data.Batch, rows *int) error {
	before := *rows
	if *rows = b.Examples(); tape.Memory == nil || before <= *rows {
		return nil
	}
	order := make([]int, *rows)
	for i := range order {
		order[i] = i
	}
	return nn.Pick(tape, order)
}

// some yields the batches of a set in order: all of them, or as many as limit says, evenly spread over the set; of a set
// with Info.Carry the first ones, which begin at places spread over the set.
func some(set data.Set, batch, limit int) iter.Seq2[*data.Batch, error] {
	return func(yield func(*data.Batch, error) bool) {
		loader := data.Sequential(set, batch)
		if all := loader.Steps(); limit > 0 && limit < all {
			var b data.Batch
			for i := range limit {
				if err := loader.At(&b, chosen(set, i, limit, all), 0); !yield(&b, err) || err != nil {
					return
				}
			}
			return
		}
		for _, b := range loader.From(0) {
			if !yield(b, nil) {
				return
			}
		}
		if err := loader.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// chosen is which of all batches is number i of the limit that are evaluated: they are spread evenly, or follow each other where states
// are carried on.
func chosen(set data.Set, i, limit, all int) int {
	if limit <= 0 || limit >= all || set.Info().Carry {
		return i
	}
	return i * all / limit
}

// tallyClasses counts the predicted classes: the largest logit, or the sign of a single one.
func tallyClasses(t *classTally, y *grad.Var, b *data.Batch) error {
	if len(b.Labels) == 0 || y.Len()%len(b.Labels) != 0 {
		return fmt.Errorf("the model gives %v for %d labels", y.Shape(), len(b.Labels))
	}
	out, n := y.Data(), y.Len()/len(b.Labels)
	for i, want := range b.Labels {
		if want == data.Ignore {
			continue
		}
		if err := t.add(int(want), Class(out[i*n:i*n+n])); err != nil {
			return err
		}
	}
	return nil
}

// tallyNumbers compares predicted numbers with their targets.
func tallyNumbers(t *regressionTally, y *grad.Var, b *data.Batch) error {
	if y.Len() != len(b.Y) {
		return fmt.Errorf("the model gives %v for targets %v", y.Shape(), b.YShape)
	}
	k := max(len(b.Y)/max(b.Examples(), 1), 1)
	for i, v := range y.Data() {
		t.add(i%k, float64(b.Y[i]), float64(v))
	}
	return nil
}

// Class is the class that logits stand for: the first largest, or for a single logit 1 if it is positive.
func Class(logits []grad.Float) int {
	if len(logits) == 1 {
		if logits[0] > 0 {
			return 1
		}
		return 0
	}
	best := 0
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	return best
}

// countRight counts the next tokens that have the largest logit.
func countRight(y *grad.Var, b *data.Batch) (right int, err error) {
	out, n := y.Data(), y.Dim(-1)
	if y.Len() != n*len(b.Labels) {
		return 0, fmt.Errorf("the model gives %v for %d labels", y.Shape(), len(b.Labels))
	}
	for i, want := range b.Labels {
		if want != data.Ignore && Class(out[i*n:i*n+n]) == int(want) {
			right++
		}
	}
	return right, nil
}
