package descent

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"brick/course/lesson"
	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// trained is the small network, trained now, and the examples that its loss is of.
func trained(ctx context.Context, seed uint64, j *lesson.Job) (nn.Block, *data.Batch, error) {
	set, err := data.Open(smallData, data.Options{Seed: seed})
	if err != nil {
		return nil, nil, err
	}
	info := set.Info()
	m, err := model.New(small, nn.Input{Shape: info.Input, Outputs: info.Outputs()})
	if err != nil {
		return nil, nil, err
	}
	nn.Build(m, seed)
	adam := optim.NewAdam()
	if err := optim.Attach(adam, m); err != nil {
		return nil, nil, err
	}
	batches := (&data.Loader{Set: set.Train, Batch: 64, Seed: seed}).From(0)
	for s, err := range train.Steps(ctx, m, adam, batches, train.Config{Steps: training, Rate: optim.Schedule{LR: 0.02}.At}) {
		if err != nil {
			return nil, nil, err
		}
		if j.Due() || s.N == training-1 {
			if err := j.Emit(Sliced{Phase: "train", Step: s.N + 1, Loss: lesson.Num(s.Loss), Model: small, Params: nn.Count(m), Reach: reach, Size: size}); err != nil {
				return nil, nil, err
			}
		}
	}
	b := new(data.Batch)
	rows := make([]int, min(examples, set.Train.Len()))
	for i := range rows {
		rows[i] = i
	}
	return m, b, set.Train.Read(b, rows, 0)
}

// own is a copy of the learner's network: a job may be paused, and must not hold
// the run that other pages look into.
type own struct {
	name string
	net  nn.Block
	loss train.Loss
}

// copied copies a run's network and reads examples of its training split.
func copied(ctx context.Context, s *lesson.Session, run string) (o own, b *data.Batch, err error) {
	err = s.Runs.With(run, func(r *train.Run) error {
		if r.Info.Task != data.Classification || r.Info.Tokens {
			return &lesson.Refusal{Key: "refused.kind", Args: []any{run}, Field: "run", Message: fmt.Sprintf("%s does not classify images or rows of a table", run)}
		}
		if n := nn.Count(r.Model); n > most {
			return &lesson.Refusal{Key: "refused.large", Args: []any{n, most}, Field: "run", Message: fmt.Sprintf("%s has %d parameters; a slice is made of at most %d", run, n, most)}
		}
		m, _, err := train.Declared(r.Dir)
		if err != nil {
			return err
		}
		nn.Build(m, 0)
		from := maps.Collect(nn.State(r.Model))
		for name, p := range nn.State(m) {
			copy(p.Data(), from[name].Data())
		}
		o = own{r.Job.Model, m, r.Loss}
		b, err = some(ctx, r)
		return err
	})
	return o, b, err
}

// some reads examples of a run's training split, as many as there are up to the
// number wanted.
func some(ctx context.Context, r *train.Run) (*data.Batch, error) {
	b := new(data.Batch)
	for i := range examples {
		x, class, err := r.Example(ctx, "train", i)
		if err != nil {
			if i == 0 {
				return nil, err
			}
			break // the split is smaller
		}
		b.X = append(b.X, x...)
		b.Labels = append(b.Labels, int32(slices.Index(r.Info.Classes, class)))
	}
	n := len(b.Labels)
	b.Shape, b.YShape = append([]int{n}, r.Info.Input...), []int{n}
	return b, nil
}

// plane is a network's loss as a function of two numbers: how far its
// parameters are from where they were, along two directions.
type plane struct {
	m      nn.Block
	b      *data.Batch
	loss   train.Loss
	tape   grad.Tape
	params []*nn.Param
	centre [][]grad.Float
	ways   [2][][]grad.Float
}

// newPlane draws the directions: normal, and each row of a matrix scaled to the
// length of the network's own, so that one unit is as far as the weights are
// large (Li, Xu, Taylor, Studer and Goldstein, Visualizing the Loss Landscape of
// Neural Nets, 2018, arXiv 1712.09913). Vectors are one row.
func newPlane(m nn.Block, b *data.Batch, loss train.Loss, seed uint64) *plane {
	p := &plane{m: m, b: b, loss: loss}
	if loss == nil {
		p.loss = train.LossFor
	}
	r := rand.New(rand.NewPCG(seed, 3))
	for _, q := range nn.Params(m) {
		w := q.Data()
		p.params, p.centre = append(p.params, q), append(p.centre, slices.Clone(w))
		row := len(w)
		if len(q.Shape) > 1 {
			row = len(w) / q.Shape[0]
		}
		for k := range p.ways {
			way := make([]grad.Float, len(w))
			for from := 0; from < len(w); from += max(row, 1) {
				part := way[from:min(from+row, len(w))]
				for i := range part {
					part[i] = grad.Float(r.NormFloat64())
				}
				scale := length(w[from:min(from+row, len(w))]) / max(length(part), 1e-12)
				for i := range part {
					part[i] *= grad.Float(scale)
				}
			}
			p.ways[k] = append(p.ways[k], way)
		}
	}
	return p
}

func length(v []grad.Float) float64 {
	s := 0.0
	for _, x := range v {
		s += float64(x) * float64(x)
	}
	return math.Sqrt(s)
}

// move puts the parameters at a place of the plane; (0, 0) is where they were.
func (p *plane) move(at Pair) {
	for i, q := range p.params {
		w := q.Data()
		for k := range w {
			w[k] = p.centre[i][k] + grad.Float(at[0])*p.ways[0][i][k] + grad.Float(at[1])*p.ways[1][i][k]
		}
	}
}

// at is the loss at a place, and with slope its gradient within the plane:
// ∂L/∂x = ∇L·way₀, ∂L/∂y = ∇L·way₁.
func (p *plane) at(where Pair, slope bool) (loss float64, g Pair, err error) {
	p.move(where)
	err = grad.Catch(func() {
		p.tape.Reset()
		p.tape.NoGrad = !slope
		y := p.loss(p.m.Forward(train.Input(&p.tape, p.b)), p.b)
		loss = y.Item()
		if !slope {
			return
		}
		for _, q := range p.params {
			q.Clear()
		}
		y.Backward()
		for i, q := range p.params {
			for k, d := range q.Grad() {
				g[0] += float64(d) * float64(p.ways[0][i][k])
				g[1] += float64(d) * float64(p.ways[1][i][k])
			}
		}
	})
	return loss, g, err
}

// cut walks on the slice first, in the fog, and then measures all of it.
func cut(in SliceIn, name string, m nn.Block, b *data.Batch, loss train.Loss, j *lesson.Job) error {
	p := newPlane(m, b, loss, in.Seed)
	say := Sliced{Model: name, Params: nn.Count(m), Reach: reach, Size: size}
	here := Pair{in.X, in.Y}
	for step := range in.Steps + 1 {
		loss, g, err := p.at(here, true)
		if err != nil {
			return err
		}
		say.Phase, say.Step, say.Loss, say.At, say.Slope = "walk", step, lesson.Num(loss), here, g
		if err := j.Emit(say); err != nil {
			return err
		}
		next := Pair{here[0] - in.Rate*g[0], here[1] - in.Rate*g[1]}
		if !(math.Abs(next[0]) <= 2*reach && math.Abs(next[1]) <= 2*reach) {
			break // it left the map
		}
		here = next
	}
	for i := range size {
		row := make([]float64, size)
		for k := range row {
			loss, _, err := p.at(Pair{at(Pair{-reach, reach}, k, size), at(Pair{-reach, reach}, i, size)}, false)
			if err != nil {
				return err
			}
			row[k] = loss
			j.Due() // lets others have their turn
		}
		if err := j.Emit(Sliced{Phase: "rows", Step: i + 1, Row: i, Values: lesson.Nums(row), Model: name, Params: say.Params, Reach: reach, Size: size}); err != nil {
			return err
		}
	}
	return nil
}
