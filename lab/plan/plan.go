package plan

import (
	"context"
	"fmt"
	"math"
	"time"

	"brick/device"
	"brick/model"
	"brick/nn"
	"brick/optim"
)

// Options say what a plan is for. The zero value plans with what is usual.
type Options struct {
	Hardware     string    // this, or a name of Accelerators; "" means this machine, and h100 for what it cannot do
	Tokens       string    // such as 300B or 20x, see ParseTokens; "" means those of a published model, or 20 a parameter
	Batch        int       // sequences in a step; 0 means 16 on this machine (64 examples), elsewhere by size
	Context      int       // tokens in a sequence; 0 means the model's own, at most 8192
	Precision    Precision // "" means f32 on this machine, bf16 elsewhere
	Optimizer    string    // a name of optim.Table; "" means adamw
	Recompute    bool      // blocks keep their inputs alone
	Accelerators int       // 0 means as many as it takes
	Days         float64   // in which training should end; 0 means 30
	MFU          float64   // share of the peak that model FLOPs reach, 0 to 1; 0 means 0.4
	NoMeasure    bool      // no step is timed on this machine
}

// countable is below what a whole number can count, by a factor of two.
const countable = 4e18

// The usual values of Options.
const (
	usualMFU       = 0.4 // Chowdhery et al. 2022 report 0.46 for PaLM, Grattafiori et al. 2024 0.38 to 0.43 for Llama 3 405B
	usualDays      = 30
	usualBatch     = 16
	usualExamples  = 64
	usualOptimizer = "adamw"
	elsewhere      = "h100"
	usualRatio     = 20 // tokens a parameter (Hoffmann et al. 2022)
)

// A Plan is what a model takes.
type Plan struct {
	Name      string     `json:"name"`
	Published *Published `json:"published,omitempty"`
	Stack     string     `json:"stack,omitempty"`
	Status    string     `json:"status,omitempty"` // Unconfirmed, or "" where shapes are known
	Shape     *Shape     `json:"shape,omitempty"`
	Total     int        `json:"parameters,omitempty"`
	Params    *Params    `json:"by_part,omitempty"`

	Unit      string  `json:"unit"` // of Tokens: tokens, or examples where a model reads no text
	Tokens    float64 `json:"tokens,omitempty"`
	Chosen    string  `json:"tokens_are,omitempty"` // why so many, where nobody asked
	Batch     int     `json:"batch"`
	Context   int     `json:"context,omitempty"`
	Optimizer string  `json:"optimizer"`

	SixND    float64 `json:"six_nd,omitempty"`   // 6·N·D
	Model    float64 `json:"model,omitempty"`    // Shape.ModelFLOPs of all tokens
	Formula  float64 `json:"formula,omitempty"`  // TrainingFLOPs of all tokens
	Executed float64 `json:"executed,omitempty"` // counted by a pass on a device that computes nothing, of all tokens
	perUnit  float64 // executed of one, or by formula

	Memory  map[Precision]Memory  `json:"memory,omitempty"`
	Engine  *Memory               `json:"engine_memory,omitempty"` // on this machine, by the engine's own count
	Weights map[Precision]float64 `json:"weights,omitempty"`       // bytes, to run it
	Cache   float64               `json:"cache,omitempty"`         // bytes of keys and values a token, in bf16

	Advice []Advice `json:"advice,omitempty"`
	Here   *Here    `json:"this_machine,omitempty"`
	Fleet  *Fleet   `json:"accelerators,omitempty"`

	recompute bool
}

// New plans a target.
func New(ctx context.Context, t *Target, o Options) (*Plan, error) {
	kind, mfu, err := o.check()
	if err != nil {
		return nil, err
	}
	p := &Plan{Name: t.Name, Published: t.Published, Shape: t.Shape, Total: t.Count, Unit: "tokens", Optimizer: kind.Name, recompute: o.Recompute}
	if t.Published != nil && t.Published.Reported != nil {
		return p.hearsay(o)
	}
	if t.Model != nil {
		p.Stack = t.Model.Notation()
	}
	if !t.language() {
		p.Unit = "examples"
	}
	if err := p.amount(t, o); err != nil {
		return nil, err
	}
	if err := p.lengths(t, o); err != nil {
		return nil, err
	}
	var h *Hardware
	if o.Hardware != "" && o.Hardware != "this" {
		found, err := FindHardware(o.Hardware)
		if err != nil {
			return nil, err
		}
		h = &found
	}
	if err := p.here(ctx, t, o, kind, h == nil); err != nil {
		return nil, err
	}
	if h == nil && o.Hardware == "" && p.Here.Verdict != "" {
		found, err := FindHardware(elsewhere)
		if err != nil {
			return nil, err
		}
		h = &found
	}
	p.byShape(t, kind)
	if p.Unit == "tokens" && p.Total > 0 {
		body := float64(p.Total)
		if p.Params != nil {
			body = float64(p.Params.Body())
		}
		n := float64(p.Total)
		if p.Params != nil {
			n = float64(p.Params.Active)
		}
		p.SixND = 6 * n * p.Tokens
		p.Advice = advise(n, body, p.Tokens)
	}
	if o.Hardware != "" && h != nil {
		p.Here = nil // nobody asked
	}
	if h != nil {
		p.Fleet, err = p.fleet(*h, kind, mfu, o)
	}
	return p, err
}

// check errs for values that are none.
func (o Options) check() (kind optim.Kind, mfu float64, err error) {
	name := o.Optimizer
	if name == "" {
		name = usualOptimizer
	}
	if kind, err = optim.ByName(name); err != nil {
		return kind, 0, err
	}
	if mfu = o.MFU; mfu == 0 {
		mfu = usualMFU
	}
	const mostSequences = 1 << 22
	switch {
	case !(mfu > 0 && mfu <= 1):
		return kind, 0, fmt.Errorf("a utilisation of %g is none; want a share of the peak above 0 and up to 1, such as 0.4", o.MFU)
	case o.Batch < 0 || o.Batch > mostSequences:
		return kind, 0, fmt.Errorf("a batch of %d sequences; want 1 to %d", o.Batch, mostSequences)
	case o.Context < 0 || o.Context > nn.MaxSize:
		return kind, 0, fmt.Errorf("a context of %d tokens; want 1 to %d", o.Context, nn.MaxSize)
	case o.Accelerators < 0 || o.Accelerators > 1e7:
		return kind, 0, fmt.Errorf("%d accelerators; want 1 to 10000000", o.Accelerators)
	case !(o.Days >= 0 && o.Days <= 36525):
		return kind, 0, fmt.Errorf("%g days; want more than 0 and at most a century", o.Days)
	}
	if o.Precision != "" {
		_, err = ParsePrecision(string(o.Precision))
	}
	return kind, mfu, err
}

// amount decides on how many tokens or examples.
func (p *Plan) amount(t *Target, o Options) (err error) {
	n := float64(p.Total)
	if t.Shape != nil {
		n = float64(t.Shape.Params().Active)
	}
	switch {
	case o.Tokens != "":
		p.Tokens, err = ParseTokens(o.Tokens, n)
	case p.Unit != "tokens":
	case t.Published != nil && t.Published.Tokens > 0:
		p.Tokens, p.Chosen = t.Published.Tokens, "as published"
	default:
		p.Tokens, p.Chosen = usualRatio*n, "20 a parameter, as nobody said"
	}
	return err
}

// lengths decides on context and batch.
func (p *Plan) lengths(t *Target, o Options) error {
	if p.Unit == "tokens" {
		if p.Context = o.Context; p.Context == 0 {
			p.Context = max(t.context, 1)
		}
		if t.Shape != nil && t.Shape.Positions > 0 && p.Context > t.Shape.Positions {
			return fmt.Errorf("a context of %d tokens is longer than the %d places that the model learns; want at most those", p.Context, t.Shape.Positions)
		}
	}
	if t.Shape != nil && t.Shape.ModelFLOPs(p.Context) > countable/4 {
		return fmt.Errorf("%s FLOPs a token in sequences of %d are more than can be counted; want a shorter context", science(t.Shape.ModelFLOPs(p.Context)), p.Context)
	}
	if p.Batch = o.Batch; p.Batch == 0 {
		if p.Batch = usualBatch; p.Unit != "tokens" {
			p.Batch = usualExamples
		}
	}
	return nil
}

// largeBatch is a batch in sequences as large as those of Brown et al. 2020, table 2.1, rounded to powers of two tokens: half a million
// below a billion parameters, to four millions above 50 billion; 16 millions above 300, as Grattafiori et al. 2024, §3.4.1.
func largeBatch(n float64, context int) int {
	tokens := 1 << 19
	for _, more := range []float64{1e9, 5e9, 50e9} {
		if n >= more {
			tokens *= 2
		}
	}
	if n >= 300e9 {
		tokens *= 4
	}
	return max(tokens/max(context, 1), 1)
}

// byShape fills in what follows from the shape alone.
func (p *Plan) byShape(t *Target, kind optim.Kind) {
	s := t.Shape
	if s == nil {
		return
	}
	params := s.Params()
	p.Params = &params
	p.Model = s.ModelFLOPs(p.Context) * p.Tokens
	p.Formula = float64(TrainingFLOPs(*s, p.Context)) * p.Tokens
	p.Memory, p.Weights = map[Precision]Memory{}, map[Precision]float64{}
	for _, prec := range precisions {
		p.Memory[prec] = s.byShape(prec, kind, 1, p.Context)
	}
	for _, prec := range []Precision{F32, BF16, Int8, Int4} {
		p.Weights[prec] = float64(params.Total) * weightBytes(prec)
	}
	p.Cache = s.CacheBytes(BF16)
}

// hearsay plans what nobody has confirmed: no more than multiplication.
func (p *Plan) hearsay(o Options) (*Plan, error) {
	r := p.Published.Reported
	p.Status, p.Tokens, p.Chosen = Unconfirmed, p.Published.Tokens, Unconfirmed
	if o.Tokens != "" {
		var err error
		if p.Tokens, err = ParseTokens(o.Tokens, r.Active); err != nil {
			return nil, err
		}
		p.Chosen = ""
	}
	p.SixND = 6 * r.Active * p.Tokens
	return p, nil
}

// engine counts a step of the model as the engine executes it: operations, and memory as brick train plans it. A run whose validation
// set is so small that its last batch is not full needs more: memory for passes of another size.
func (p *Plan) engine(t *Target, kind optim.Kind, batch int) error {
	// Layers, places and tokens that are still worth a pass, whose ids and rotary angles are real.
	const deepest, longest, largest = 2000, 1 << 18, 1 << 22
	if t.Model == nil || t.Shape != nil && t.Shape.Layers > deepest || p.Context > longest {
		return nil
	}
	state := kind.State
	if state == 0 {
		state = -1
	}
	how := "by a pass of the engine that only counts"
	r, err := model.Summary(t.Model, t.Input, model.SummaryOptions{Length: p.Context, State: state})
	scale := float64(batch)
	if one := 0; err == nil && batch > 1 {
		for _, w := range []int{r.Training, r.Memory.Activations, r.Memory.Scratch} {
			one = max(one, w)
		}
		if float64(one)*scale < countable && batch*max(p.Context, 1) <= largest { // else the pass itself could not be counted, and a sequence stands for all
			scale = 1
			r, err = model.Summary(t.Model, t.Input, model.SummaryOptions{Batch: batch, Length: p.Context, State: state})
		} else {
			how += ", of one times the batch"
		}
	}
	if err != nil {
		return fmt.Errorf("plan: %s does not fit its input: %w", p.Name, err)
	}
	m := &Memory{
		Weights: float64(r.Memory.Weights), Gradients: float64(r.Memory.Gradients), Optimizer: float64(r.Memory.Optimizer),
		Activations: float64(r.Memory.Activations+r.Memory.Scratch) * scale, Sequences: batch, How: how,
	}
	m.Recomputed = m.Activations
	if r.Spared != nil {
		m.Recomputed = float64(r.Spared.Activations+r.Spared.Scratch) * scale
	}
	in, out := 1, 1
	for _, k := range r.Input[1:] {
		in *= k
	}
	if p.Unit == "tokens" {
		out = p.Context
	}
	const inHand = 3 // batches: one in use, two read ahead
	m.Batches = inHand * float64(batch) * float64(in+out) * float64(device.Float.Size())
	p.Engine = m
	p.perUnit = float64(r.Training)
	if p.Unit == "tokens" {
		p.perUnit /= float64(p.Context)
	}
	p.Executed = p.perUnit * p.Tokens
	return nil
}

// Time is how long training takes on this machine, false where it is not known or not possible.
func (p *Plan) Time() (time.Duration, bool) {
	if p.Here == nil || p.Here.Seconds == 0 || p.Here.Verdict != "" || p.Here.Seconds > math.MaxInt64/1e9 {
		return 0, false
	}
	return time.Duration(p.Here.Seconds * 1e9), true
}
