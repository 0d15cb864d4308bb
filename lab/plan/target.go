package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"brick/model"
	"brick/nn"
	"brick/train"
)

// A Target is the model that is planned.
type Target struct {
	Name      string
	Published *Published  // nil: nobody has published it
	Shape     *Shape      // nil: not a GPT, a LLaMA or their kin
	Model     model.Model // nil: the engine cannot build it; declared, without memory
	Input     nn.Input    // of Model
	Count     int         // parameters
	context   int         // tokens in an example where nobody says
}

// trainedAt is the longest context that is planned where nobody says: longer ones are trained for at the end, for a small part of the tokens.
const trainedAt = 8192

// barely is the context of a stack that has none of its own: what brick train takes.
const barely = 128

// Find finds what is to be planned: a published model or one of model.Table by name, a stack, a config.json, a folder with one, or a run.
// in says what is known of the data; its sizes go before the model's own.
func Find(what string, in nn.Input) (*Target, error) {
	t := &Target{Name: strings.TrimSpace(what), Input: in}
	if strings.ContainsAny(t.Name, `/\`) || strings.HasSuffix(t.Name, ".json") {
		if _, err := os.Stat(t.Name); err == nil || !strings.ContainsAny(t.Name, "*[(") {
			return t, t.open()
		}
	}
	if m, ok := FindModel(t.Name); ok {
		t.Published, t.Name = &m, m.Name
		if m.Shape == nil {
			return t, nil
		}
		return t, t.shaped(*m.Shape)
	}
	if e, ok := model.Find(t.Name); ok {
		t.Input = e.Input(in)
		return t, t.stack(e.Stack)
	}
	if info, err := os.Stat(t.Name); err == nil && info.IsDir() {
		return t, t.open()
	}
	err := t.stack(t.Name)
	if err != nil && !strings.ContainsAny(t.Name, "(*[") {
		err = fmt.Errorf("%w\nnor is it a published model; there are %s", err, strings.Join(ModelNames(), ", "))
	}
	return t, err
}

// open reads a configuration or a run.
func (t *Target) open() error {
	if _, err := os.Stat(filepath.Join(t.Name, "run.yaml")); err == nil {
		m, in, err := train.Declared(t.Name)
		if err != nil {
			return err
		}
		t.Input, t.context = in, 0
		if len(in.Shape) == 1 && in.Vocab > 0 {
			t.context = in.Shape[0]
		}
		return t.built(m)
	}
	s, err := OpenConfig(t.Name)
	if err != nil {
		return err
	}
	return t.shaped(s)
}

// shaped plans a shape; where the engine has its blocks, it is built too.
func (t *Target) shaped(s Shape) error {
	if t.Input.Vocab > 0 {
		s.Vocab = t.Input.Vocab
	}
	if len(t.Input.Shape) == 1 {
		s.Context = t.Input.Shape[0]
		if s.Positions > 0 {
			s.Context = min(s.Context, s.Positions)
		}
	}
	t.Shape, t.Count = &s, s.Params().Total
	if t.context = min(s.Context, trainedAt); t.context == 0 {
		t.context = barely
	}
	if t.Published != nil && t.Published.Length > 0 && len(t.Input.Shape) == 0 {
		t.context = t.Published.Length
	}
	stack, ok := s.Stack()
	if !ok {
		return nil
	}
	m, err := model.New(stack, nn.Input{Vocab: s.Vocab, Shape: []int{max(s.Context, t.context)}})
	if err != nil { // too many blocks to be listed
		return nil
	}
	t.Model, t.Input.Vocab = m, s.Vocab
	return nil
}

// stack plans stack notation. One of too many blocks is only counted.
func (t *Target) stack(stack string) error {
	m, err := model.New(stack, t.Input)
	if err != nil {
		n, err2 := model.CountStack(stack, t.Input)
		if err2 != nil {
			return err
		}
		t.Count, t.context = n, barely
		return nil
	}
	return t.built(m)
}

func (t *Target) built(m model.Model) error {
	t.Model, t.Count = m, nn.Count(m)
	if s, ok := ShapeOf(m); ok {
		t.Shape = &s
		t.Input.Vocab = s.Vocab
		if s.Positions == 0 && len(t.Input.Shape) == 0 {
			t.Shape.Context = 0 // rotary positions have no end, and nobody named one
		}
		if t.context == 0 && s.Positions > 0 {
			t.context = s.Positions
		}
	}
	if t.context == 0 && t.language() {
		t.context = barely
		if len(t.Input.Shape) == 1 {
			t.context = t.Input.Shape[0]
		}
	}
	return nil
}

// language reports whether the model is one of language, which learns from every token: tokens are counted then, not examples.
func (t *Target) language() bool {
	in := t.Input
	return t.Shape != nil || t.Model == nil || in.Source == 0 && in.Vocab > 0 && (in.Outputs == 0 || in.Outputs == in.Vocab)
}
