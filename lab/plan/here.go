package plan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"brick/bench"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// Here is what this machine makes of a plan.
type Here struct {
	CPU       string    `json:"cpu"`
	Cores     int       `json:"cores"`
	Precision Precision `json:"precision"`
	Available float64   `json:"available,omitempty"` // bytes of memory; 0 where the system does not tell
	Needs     float64   `json:"needs"`               // bytes of a training step, with recomputation if that was asked for
	Measured  *Measured `json:"measured,omitempty"`
	Untimed   string    `json:"untimed,omitempty"`  // why no step was timed, where one should have been
	Rate      float64   `json:"rate,omitempty"`     // tokens or examples a second
	Seconds   float64   `json:"seconds,omitempty"`  // of all steps, without evaluations
	Evaluate  float64   `json:"evaluate,omitempty"` // seconds of the evaluations that brick train makes besides
	Tight     bool      `json:"tight,omitempty"`    // it does not fit
	Verdict   string    `json:"verdict,omitempty"`  // why it is impossible here; "" where it is not
	Able      *Able     `json:"able,omitempty"`     // what this machine could do instead
}

// Able is the model that a machine trains in so many days at 20 tokens a parameter.
type Able struct {
	Days       float64 `json:"days"`
	Parameters float64 `json:"parameters"`
	Tokens     float64 `json:"tokens"`
}

const (
	guess     = 2e10     // operations a second that a core is believed to do, to tell which steps are short
	shortStep = 1.5      // seconds of a step that is waited for
	year      = 31557600 // seconds; what takes longer is refused
)

// here judges whether this machine can train the model, and times it where asked to.
func (p *Plan) here(ctx context.Context, t *Target, o Options, kind optim.Kind, timed bool) error {
	m := bench.ThisMachine()
	p.Here = &Here{CPU: m.CPU, Cores: m.Cores, Precision: o.Precision}
	h := p.Here
	if h.Precision == "" {
		h.Precision = F32
	}
	if err := p.engine(t, kind, p.Batch); err != nil {
		return err
	}
	switch {
	case p.Engine != nil:
		h.Needs = p.Engine.Total(o.Recompute)
	case t.Shape != nil:
		h.Needs = t.Shape.byShape(F32, kind, p.Batch, p.Context).Total(o.Recompute)
		p.perUnit = float64(TrainingFLOPs(*t.Shape, p.Context))
	default: // at least the weights, gradients and state
		w, g, s := states(F32, kind)
		h.Needs = float64(p.Total) * (w + g + s)
	}
	if n, ok := train.Available(); ok {
		h.Available = float64(n)
	}
	fits := h.Available == 0 || h.Needs <= h.Available
	if timed && !o.NoMeasure {
		if err := p.measure(ctx, t, o, kind, fits); err != nil {
			return err
		}
	}
	if r := h.Measured; r != nil && p.perUnit > 0 {
		h.Rate = r.FLOPs / p.perUnit
		if r.Planned {
			h.Rate = float64(p.Batch*max(p.Context, 1)) / r.Seconds
		}
		if p.Unit != "tokens" && r.Planned {
			h.Rate = float64(p.Batch) / r.Seconds
		}
		if p.Tokens > 0 {
			h.Seconds = p.Tokens / h.Rate
			p.evaluations()
		}
	}
	p.judge(fits)
	return nil
}

// judge says what is impossible, and what would do.
func (p *Plan) judge(fits bool) {
	h := p.Here
	if h.Tight = !fits; h.Tight {
		h.Verdict = fmt.Sprintf("a training step needs %s, and there are %s left", bytesText(h.Needs), bytesText(h.Available))
	} else if h.Seconds > year {
		h.Verdict = fmt.Sprintf("its steps would take %s", timeText(h.Seconds))
	}
	if h.Verdict == "" || h.Measured == nil || p.Unit != "tokens" {
		return
	}
	// 6·N·20·N operations in the days; a parameter takes 16 bytes with AdamW, and activations about as much again.
	flops := h.Measured.FLOPs * usualDays * 86400
	n := math.Sqrt(flops / (6 * usualRatio))
	if h.Available > 0 {
		n = min(n, h.Available/32)
	}
	h.Able = &Able{Days: usualDays, Parameters: n, Tokens: usualRatio * n}
}

// evaluations adds what brick train does besides its steps: ten times twenty batches, forward.
func (p *Plan) evaluations() {
	h := p.Here
	if steps := p.Tokens / float64(p.Batch*max(p.Context, 1)); p.Unit == "tokens" && h.Measured.Planned {
		h.Evaluate = min(steps, 10) * 20 * h.Measured.Evaluate
	}
}

// measure times steps of the model itself where it fits and they are short, else of a smaller one of the same block.
func (p *Plan) measure(ctx context.Context, t *Target, o Options, kind optim.Kind, fits bool) error {
	tr := trial{m: t.Model, in: t.Input, batch: p.Batch, optimizer: kind, precision: p.Here.Precision, recompute: o.Recompute}
	if p.Unit == "tokens" {
		tr.context = p.Context
	}
	able := guess * float64(p.Here.Cores)
	if step := p.perUnit * float64(p.Batch*max(tr.context, 1)); t.Model != nil && p.Engine != nil && fits && step < able*shortStep {
		tr.flops = step
		r, err := tr.run(ctx)
		if err != nil {
			p.Here.Untimed = whyUntimed(err)
			return ctx.Err()
		}
		r.Planned, r.Stack = true, p.Stack
		p.Here.Measured = &r
		return nil
	}
	switch {
	case t.Shape != nil:
	case t.Model == nil:
		p.Here.Untimed = "a stack of so many blocks is only counted"
		return nil
	case !fits:
		return nil
	default:
		p.Here.Untimed = "a step is too long to be waited for, and no smaller network is like this one"
		return nil
	}
	small, length := t.Shape.like().smaller(p.Context, able*shortStep/4)
	stack, _ := small.Stack()
	in := nn.Input{Vocab: small.Vocab, Shape: []int{length}}
	m, err := model.New(stack, in)
	if err != nil {
		return err
	}
	need := small.byShape(F32, kind, 1, length).Total(false)
	if p.Here.Available > 0 && need > p.Here.Available/2 {
		p.Here.Untimed = "there is no memory for a smaller one of the same block either"
		return nil
	}
	tr = trial{m: m, in: in, batch: 1, context: length, optimizer: kind, precision: p.Here.Precision,
		flops: float64(TrainingFLOPs(small, length)) * float64(length)}
	r, err := tr.run(ctx)
	if err != nil {
		p.Here.Untimed = whyUntimed(err)
		return ctx.Err()
	}
	r.Stack = stack
	p.Here.Measured = &r
	return nil
}

// whyUntimed says why a step of random examples failed.
func whyUntimed(err error) string {
	var shape *grad.ShapeError
	if errors.As(err, &shape) {
		return "what it learns to give is not known without data"
	}
	return strings.TrimPrefix(err.Error(), "plan: ")
}

// like is s, or where the engine has no such blocks a LLaMA of its sizes.
func (s Shape) like() Shape {
	if _, ok := s.Stack(); ok {
		return s
	}
	l := *ofLlama(s.Layers, s.Width, s.Heads, s.KVHeads, s.FF, s.Vocab, s.Context)
	l.HeadDim = s.HeadDim + s.HeadDim%2
	if l.FF == 0 {
		l.FF = s.Experts.FF
	}
	return l
}
