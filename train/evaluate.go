package train

import (
	"context"
	"math"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/nn"
)

// Evaluate runs m over a whole set, or its first batches, and measures it. Dropout
// is off, nothing is recorded. limit is the number of batches, 0 for all.
func Evaluate(ctx context.Context, dev device.Device, m nn.Block, set data.Set, loss Loss, batch, limit int) (Metrics, error) {
	var out Metrics
	info := set.Info()
	if loss == nil {
		loss = LossFor
	}
	tape := &grad.Tape{Device: dev, NoGrad: true}
	var classes *classTally
	var numbers regressionTally
	if info.Task == data.Classification {
		classes = newClassTally(len(info.Classes))
	}
	loader := data.Sequential(set, batch)
	var nats, targets, right float64
	var bytes, batches int
	for _, b := range loader.From(0) {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		count := float64(b.Count())
		err := grad.Catch(func() {
			tape.Reset()
			y := m.Forward(Input(tape, b))
			if count > 0 {
				nats += loss(y, b).Item() * count
			}
			switch {
			case classes != nil:
				tallyClasses(classes, y, b)
			case b.Labels != nil:
				right += float64(countRight(y, b))
			default:
				for i, v := range y.Data() {
					numbers.add(float64(b.Y[i]), float64(v))
				}
			}
		})
		if err != nil {
			return out, err
		}
		targets += count
		bytes += b.Bytes
		out.Examples += b.Examples()
		if batches++; batches == limit {
			break
		}
	}
	if err := loader.Err(); err != nil {
		return out, err
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
	default:
		numbers.fill(&out)
	}
	return out, nil
}

// tallyClasses counts the predicted classes: the largest logit, or the sign of a single one.
func tallyClasses(t *classTally, y *grad.Var, b *data.Batch) {
	out, n := y.Data(), y.Len()/len(b.Labels)
	for i, want := range b.Labels {
		if want != data.Ignore {
			t.add(int(want), Class(out[i*n:i*n+n]))
		}
	}
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
func countRight(y *grad.Var, b *data.Batch) (right int) {
	out, n := y.Data(), y.Dim(-1)
	for i, want := range b.Labels {
		if want != data.Ignore && Class(out[i*n:i*n+n]) == int(want) {
			right++
		}
	}
	return right
}
