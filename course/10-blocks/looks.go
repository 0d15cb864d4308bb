package blocks

import (
	"context"
	"math"
	"strings"
	"time"

	"brick/course/lesson"
	"brick/data"
	"brick/generate"
	"brick/grad"
	"brick/model"
	"brick/train"
)

const (
	grid        = 48  // points of a side of a decision surface
	span        = 2.6 // it goes from −span to span
	pictured    = 12  // images that are shown
	points      = 240 // of the plane that are shown
	most        = 200 // points of a curve
	heldBatches = 4   // batches of held-out examples that are measured
)

// looks makes the views of a training run, each as often as it may cost.
type looks struct {
	t             *Trained
	curve         []stretch
	width         int // steps of a stretch
	held, right   [][2]lesson.Num
	heldLast      time.Time
	viewLast      time.Time
	sampleLast    time.Time
	surface       [][][]lesson.Num
	guesses       []Guess
	sample        string
	heldV, rightV lesson.Num
}

// stretch is the mean loss of some steps.
type stretch struct {
	step, n int
	sum     float64
}

// note keeps the loss of a step. When there are too many stretches, two become one.
func (l *looks) note(step int, loss float64) {
	l.width = max(l.width, 1)
	if k := len(l.curve); k == 0 || l.curve[k-1].n >= l.width {
		if k >= 2*most {
			for i := range most {
				a, b := l.curve[2*i], l.curve[2*i+1]
				l.curve[i] = stretch{b.step, a.n + b.n, a.sum + b.sum}
			}
			l.curve = l.curve[:most]
			l.width *= 2
		}
		l.curve = append(l.curve, stretch{})
	}
	c := &l.curve[len(l.curve)-1]
	c.step, c.n, c.sum = step, c.n+1, c.sum+loss
}

// see fills in the views whose time has come, all of them if whole.
func (l *looks) see(ctx context.Context, e *Event, whole bool) (err error) {
	now := time.Now()
	if whole || now.Sub(l.heldLast) >= heldEvery {
		if err = l.measure(ctx, e.Step); err != nil {
			return err
		}
		l.heldLast = time.Now()
	}
	if whole || now.Sub(l.viewLast) >= viewEvery {
		switch l.t.set.Kind {
		case "plane":
			l.surface, err = l.t.surface()
		case "image":
			l.guesses, err = l.t.guess()
		}
		if err != nil {
			return err
		}
		l.viewLast = time.Now()
	}
	if l.t.set.Kind == "text" && (whole || now.Sub(l.sampleLast) >= sampleEvery) {
		if l.sample, err = l.t.write(ctx); err != nil {
			return err
		}
		l.sampleLast = time.Now()
	}
	e.Held, e.Right, e.HeldAt, e.RightAt = l.heldV, l.rightV, l.held, l.right
	e.Surface, e.Span, e.Guesses, e.Sample = l.surface, span, l.guesses, l.sample
	e.Curve = make([][2]lesson.Num, len(l.curve))
	for i, c := range l.curve {
		e.Curve[i] = [2]lesson.Num{lesson.Num(c.step), rounded(c.sum / float64(c.n))}
	}
	return nil
}

// measure takes the loss and the share of right answers on held-out examples.
func (l *looks) measure(ctx context.Context, step int) error {
	kind := l.t.set.Kind
	m, err := train.Evaluate(ctx, nil, l.t.model, l.t.set.held(), train.LossFor, batchOf(kind), heldBatches)
	if err != nil {
		return err
	}
	l.heldV, l.rightV = rounded(m.Loss), rounded(m.Accuracy)
	if len(l.held) >= 2*most {
		for i := range most {
			l.held[i], l.right[i] = l.held[2*i+1], l.right[2*i+1]
		}
		l.held, l.right = l.held[:most], l.right[:most]
	}
	l.held = append(l.held, [2]lesson.Num{lesson.Num(step), l.heldV})
	l.right = append(l.right, [2]lesson.Num{lesson.Num(step), l.rightV})
	return nil
}

// rounded keeps five digits, so that what is sent stays short.
func rounded(v float64) lesson.Num {
	if v == 0 || v-v != 0 {
		return lesson.Num(v)
	}
	p := math.Pow(10, 4-math.Floor(math.Log10(math.Abs(v))))
	return lesson.Num(math.Round(v*p) / p)
}

// surface asks the model about a grid of the plane.
func (t *Trained) surface() (maps [][][]lesson.Num, err error) {
	b := data.Batch{Shape: []int{grid * grid, 2}, X: make([]grad.Float, 2*grid*grid)}
	for i := range grid {
		for k := range grid {
			b.X[2*(i*grid+k)], b.X[2*(i*grid+k)+1] = grad.Float(place(k)), grad.Float(place(i))
		}
	}
	err = t.forward(&b, func(y *grad.Var) {
		p := probabilities(y, grid*grid)
		k := len(p) / (grid * grid)
		for class := range k {
			if k == 2 && class == 0 {
				continue // the second class says it all
			}
			rows := make([][]lesson.Num, grid)
			for i := range rows {
				rows[i] = make([]lesson.Num, grid)
				for c := range rows[i] {
					at := k * (i*grid + c)
					v := float64(p[at+class])
					if k == 2 {
						v -= float64(p[at])
					}
					rows[i][c] = lesson.Num(math.Round(v*1000) / 1000)
				}
			}
			maps = append(maps, rows)
		}
	})
	return maps, err
}

// place is where grid line i stands.
func place(i int) float64 { return span * (2*float64(i)/(grid-1) - 1) }

// probabilities are those the loss reads in an output of n examples, classes
// one after the other; one number an example is the logit of the second of two.
func probabilities(y *grad.Var, n int) []grad.Float {
	if y.Len() > n {
		return y.Reshape(n, -1).Softmax(-1).Data()
	}
	p := y.Sigmoid().Data()
	out := make([]grad.Float, 2*n)
	for i := range n {
		out[2*i], out[2*i+1] = 1-p[i], p[i]
	}
	return out
}

// some are the first examples of a split.
func some(s data.Set, n int) (b *data.Batch, err error) {
	index := make([]int, min(n, s.Len()))
	for i := range index {
		index[i] = i
	}
	b = new(data.Batch)
	return b, s.Read(b, index, 0)
}

// guess asks the model about the images that are shown.
func (t *Trained) guess() (list []Guess, err error) {
	b, err := some(t.set.held(), pictured)
	if err != nil {
		return nil, err
	}
	names := t.set.splits.Info().Classes
	n := b.Examples()
	err = t.forward(b, func(y *grad.Var) {
		p := probabilities(y, n)
		k := len(p) / n
		for i := range n {
			best := 0
			for c := range k {
				if p[i*k+c] > p[i*k+best] {
					best = c
				}
			}
			list = append(list, Guess{names[best], rounded(float64(p[i*k+best])), best == int(b.Labels[i])})
		}
	})
	return list, err
}

// write has the model write a few lines.
func (t *Trained) write(ctx context.Context) (string, error) {
	var out strings.Builder
	s := generate.NewSession(t.model, t.set.tok, model.Context(t.model), nil)
	s.Shift = true
	length, prompt := 100, "Anna had a"
	if t.set.Name == "couplets" {
		length, prompt = 28, "春"
	}
	out.WriteString(prompt)
	for tok, err := range s.Stream(ctx, prompt, generate.Sampling{Max: length, Temperature: 0.6, Seed: 1}) {
		if err != nil {
			return "", err
		}
		out.WriteString(tok.Text)
	}
	return out.String(), nil
}

// batchOf is how many held-out examples are measured at once.
func batchOf(kind string) int {
	if kind == "text" {
		return 8
	}
	return 100
}
