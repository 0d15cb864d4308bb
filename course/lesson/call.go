package lesson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Call is a function that pages and the command line reach by name. Its
// argument is a struct; fields that are not given have the values of Default,
// which are what a page shows first.
type Call struct {
	Name    string
	Default any
	Streams bool  // it sends values to a Job instead of giving one answer
	Records []any // arguments besides Default whose answers a static copy of the course holds

	ask    func(ctx context.Context, s *Session, in []byte) (any, error)
	stream func(ctx context.Context, s *Session, in []byte, j *Job) error
	show   func(in []byte) (Shown, error)
}

// Shown is how the numbers of a call are had without the page.
type Shown struct {
	Command string `json:"command"` // lines for a shell
	Go      string `json:"go"`      // a whole program
}

// Ask declares a call that is answered at once: within a few milliseconds where
// a slider asks, within MaxAsk always.
func Ask[In, Out any](name string, def In, f func(ctx context.Context, s *Session, in In) (Out, error)) *Call {
	return &Call{Name: name, Default: def, ask: func(ctx context.Context, s *Session, raw []byte) (any, error) {
		in, err := decode(raw, def)
		if err != nil {
			return nil, err
		}
		return f(ctx, s, in)
	}}
}

// Stream declares a call that takes time. It sends values by j.Emit, which waits
// while the learner has paused it and errs when it is to stop.
func Stream[In any](name string, def In, f func(ctx context.Context, s *Session, in In, j *Job) error) *Call {
	return &Call{Name: name, Default: def, Streams: true, stream: func(ctx context.Context, s *Session, raw []byte, j *Job) error {
		in, err := decode(raw, def)
		if err != nil {
			return err
		}
		return f(ctx, s, in, j)
	}}
}

// Shows gives c what "show the call" prints: f makes it of an argument. The
// line of `brick learn call` comes before f's own commands by itself.
func Shows[In any](c *Call, f func(in In) Shown) *Call {
	c.show = func(raw []byte) (Shown, error) {
		in, err := decode(raw, c.Default.(In))
		if err != nil {
			return Shown{}, err
		}
		return f(in), nil
	}
	return c
}

// Recorded has a static copy of the course hold the answers to these arguments
// too, such as the places of a switch.
func Recorded[In any](c *Call, ins ...In) *Call {
	for _, in := range ins {
		c.Records = append(c.Records, in)
	}
	return c
}

// Key names an argument the same way here and in the front end: the fields of
// Default that it does not give filled in, keys sorted.
func (c *Call) Key(in []byte) (string, error) {
	whole, err := json.Marshal(c.Default)
	if err != nil {
		return "", err
	}
	fields := map[string]any{}
	for _, raw := range [][]byte{whole, in} {
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &fields); err != nil {
				return "", err
			}
		}
	}
	key, err := json.Marshal(fields)
	return c.Name + " " + string(key), err
}

// Answer asks the call: in is its argument in JSON, empty for the default.
func (c *Call) Answer(ctx context.Context, s *Session, in []byte) (any, error) {
	if c.ask == nil {
		return nil, fmt.Errorf("%s takes time: it is run as a job", c.Name)
	}
	return c.ask(ctx, s, in)
}

// HasShow says whether the call can be shown.
func (c *Call) HasShow() bool { return c.show != nil }

// Show gives the commands and the program for an argument in JSON.
func (c *Call) Show(in []byte) (Shown, error) {
	if c.show == nil {
		return Shown{}, fmt.Errorf("%s has nothing to show", c.Name)
	}
	return c.show(in)
}

// checked is an argument that knows its bounds.
type checked interface{ Check() error }

// decode reads an argument over the default one, and checks its bounds.
func decode[In any](raw []byte, def In) (in In, err error) {
	whole, err := json.Marshal(def) // a copy that shares no slice with def
	if err != nil {
		return in, fmt.Errorf("the default argument: %w", err)
	}
	if err := json.Unmarshal(whole, &in); err != nil {
		return in, fmt.Errorf("the default argument: %w", err)
	}
	if len(bytes.TrimSpace(raw)) > 0 {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			return in, wrong(err)
		}
		if _, err := d.Token(); err != io.EOF {
			return in, &Refusal{Key: "refused.json", Message: "the argument goes on after its end; want one JSON object"}
		}
	}
	if c, ok := any(in).(checked); ok {
		return in, c.Check()
	}
	if c, ok := any(&in).(checked); ok {
		return in, c.Check()
	}
	return in, nil
}

// wrong says in the reader's words what encoding/json found.
func wrong(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return &Refusal{Key: "refused.type", Field: kind.Field, Message: fmt.Sprintf("%s is a %s; want a %s", kind.Field, kind.Value, kind.Type)}
	}
	return &Refusal{Key: "refused.json", Message: fmt.Sprintf("the argument: %v", err)}
}
