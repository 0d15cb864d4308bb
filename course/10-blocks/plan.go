package blocks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"brick/course/lesson"
	"brick/model"
	"brick/nn"
	"brick/optim"
)

// Bounds of what is planned, and of what is trained.
const (
	maxNotation = 2000 // characters of a stack
	maxListed   = 200  // blocks whose shapes are followed one by one
	maxWork     = 8e9  // floating-point operations of a training step: about a second
)

// Design is a stack, and what it is to be trained on and how.
type Design struct {
	Stack string  `json:"stack"`
	Data  string  `json:"data"`
	Optim string  `json:"optim"`
	LR    float64 `json:"lr"`
	Batch int     `json:"batch"`
	Steps int     `json:"steps"`
	Seed  int     `json:"seed"`
	Slow  bool    `json:"slow"` // the learning is shown slowly enough to be watched
}

// Check bounds all but the stack, whose faults are answers.
func (d Design) Check() error {
	return lesson.First(known(d.Data), lesson.OneOf("optim", d.Optim, optimNames()...), lesson.Within("lr", d.LR, 1e-6, 10),
		lesson.Within("batch", float64(d.Batch), 1, 256), lesson.Within("steps", float64(d.Steps), 1, 20000), lesson.Within("seed", float64(d.Seed), 1, 9999),
		lesson.Within("stack", float64(utf8.RuneCountInString(d.Stack)), 0, maxNotation))
}

var first = Design{Stack: "linear(8) tanh linear", Data: "moons", Optim: "adam", LR: 0.01, Batch: 32, Steps: 1000, Seed: 1, Slow: true}

// Optim is an optimizer to choose.
type Optim struct {
	Name string  `json:"name"`
	LR   float64 `json:"lr"` // to start from
}

func optims() (list []Optim) {
	for _, name := range optimNames() {
		if k, err := optim.ByName(name); err == nil {
			list = append(list, Optim{name, k.LR})
		}
	}
	return list
}

func optimNames() []string {
	return []string{"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion", "muon"}
}

// Planned is what a stack comes to, without a number of it being set aside.
type Planned struct {
	Bricks  []Brick `json:"bricks"` // null where the notation cannot be read
	Fault   *Fault  `json:"fault"`  // null: it is a network
	In      []int   `json:"in"`     // shape of one example
	Out     []int   `json:"out"`
	Params  float64 `json:"params"`
	Forward float64 `json:"forward"` // floating-point operations of one example; 0 where the blocks are too many to follow
	Step    float64 `json:"step"`    // of a training step
	Memory  float64 `json:"memory"`  // bytes of a training step
	Blocks  int     `json:"blocks"`
	Large   string  `json:"large"`   // why it is counted only: blocks, memory or work; "" where it can be trained here
	Printed string  `json:"printed"` // written back from the network
	Same    bool    `json:"same"`    // what was written back builds the same network: names, shapes, kinds of blocks
	Tensors int     `json:"tensors"` // that were compared
}

// Fault is what is wrong with a stack, and where.
type Fault struct {
	Kind   string `json:"kind"`   // notation, block, argument, shape, output, size; other where the engine gave no kind
	Column int    `json:"column"` // in characters from 1
	Brick  string `json:"brick"`  // path of the brick that stands there; "" where there is none
	What   string `json:"what"`
	Fits   string `json:"fits"`
}

// plan reads a stack, infers its shapes, counts it, and writes it back.
var plan = lesson.Shows(lesson.Ask("plan", first, func(_ context.Context, s *lesson.Session, d Design) (p Planned, err error) {
	from, err := open(s, d.Data, uint64(d.Seed))
	if err != nil {
		return p, err
	}
	p, _ = planned(d, from.in())
	return p, nil
}), showPlan)

// planned also gives the network, nil where it cannot be listed.
func planned(d Design, in nn.Input) (p Planned, chain nn.Chain) {
	p.In = in.Shape
	stack, err := nn.Parse(d.Stack)
	if err != nil {
		p.Fault = fault(err, nil)
		return p, nil
	}
	p.Bricks = bricks(stack.Items, "")
	net, err := nn.Plan(stack, in)
	if err != nil {
		p.Fault = fault(err, stack.Items)
		return p, nil
	}
	count, err := net.Count()
	if err != nil {
		p.Fault = fault(err, stack.Items)
		return p, nil
	}
	p.Out, p.Params, p.Blocks = net.Out, float64(count), blocksOf(stack.Items)
	if p.Blocks > maxListed {
		p.Large = "blocks"
		return p, nil
	}
	if chain, err = net.Declare(); err != nil {
		p.Fault = fault(err, stack.Items)
		return p, nil
	}
	kind, err := optim.ByName(d.Optim)
	if err != nil {
		p.Fault = &Fault{"other", 1, "", err.Error(), ""}
		return p, nil
	}
	state := kind.State
	if state == 0 {
		state = -1 // none, in the words of model.Summary
	}
	r, err := model.Summary(chain, in, model.SummaryOptions{Batch: d.Batch, State: state})
	if err != nil {
		p.Fault = &Fault{"other", 1, "", err.Error(), ""}
		return p, nil
	}
	label(p.Bricks, stack.Items, r.Rows)
	p.Forward, p.Step, p.Memory = float64(r.Forward), float64(r.Training)*float64(d.Batch), float64(r.Memory.Weights)+float64(r.Memory.Gradients)+float64(r.Memory.Optimizer)+float64(r.Memory.Activations)+float64(r.Memory.Scratch)
	switch {
	case p.Memory > lesson.MaxMemory:
		p.Large = "memory"
	case p.Step > maxWork:
		p.Large = "work"
	}
	p.Printed, p.Same, p.Tensors = printed(chain, in)
	return p, chain
}

// fault finds the brick that an error is about.
func fault(err error, items []nn.Item) *Fault {
	var e *nn.StackError
	if !errors.As(err, &e) {
		return &Fault{"other", 1, "", err.Error(), ""}
	}
	return &Fault{string(e.Fault), e.Column, at(items, e.Column, ""), e.What, e.Fits}
}

// refuse says why a stack is not built.
func (f *Fault) refuse() error {
	return &lesson.Refusal{Key: "refused.stack." + f.Kind, Args: []any{f.Column, f.What}, Field: "stack", Message: f.What}
}

// at is the path of the innermost brick that begins at or before a column.
func at(items []nn.Item, column int, under string) (path string) {
	for i, it := range items {
		if it.Column > column {
			break
		}
		path = fmt.Sprint(under, i)
		if inner := at(it.Body, column, path+"."); inner != "" {
			path = inner
		}
	}
	return path
}

// showPlan prints the same table.
func showPlan(d Design) lesson.Shown {
	in := inputOf(d.Data, uint64(d.Seed))
	command := "brick inspect " + quoted(d.Stack) + " --input " + strings.Trim(strings.ReplaceAll(fmt.Sprint(in.Shape), " ", ","), "[]")
	if in.Vocab > 0 {
		command += fmt.Sprint(" --vocab ", in.Vocab)
	}
	if d.Batch > 1 {
		command += fmt.Sprint(" --batch ", d.Batch)
	}
	return lesson.Shown{Command: command, Go: fmt.Sprintf(`package main

import (
	"fmt"

	"brick/model"
	"brick/nn"
)

func main() {
	in := %s
	m, err := model.New(%q, in)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := model.Summary(m, in, model.SummaryOptions{Batch: %d})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	fmt.Println(m.Notation())
}
`, inputCode(in), d.Stack, d.Batch)}
}

// inputOf is what a set tells a stack, without a session.
func inputOf(name string, seed uint64) nn.Input {
	for _, from := range sources {
		if from.Name != name || from.Kind == "image" {
			continue
		}
		if s, err := read(from, seed); err == nil {
			return s.in()
		}
	}
	return nn.Input{Shape: []int{1, 28, 28}, Outputs: 10} // of both sets of images, here or not
}

// inputCode writes it as Go does.
func inputCode(in nn.Input) string {
	if in.Vocab > 0 {
		return fmt.Sprintf("nn.Input{Shape: %#v, Vocab: %d, Outputs: %d}", in.Shape, in.Vocab, in.Outputs)
	}
	return fmt.Sprintf("nn.Input{Shape: %#v, Outputs: %d}", in.Shape, in.Outputs)
}

// quoted is a word of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
