package blocks

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
	"brick/tensor/safetensors"
)

// run trains for some steps and gives the events.
func run(s *lesson.Session, d Design, steps int) (list []Event, err error) {
	d.Steps = steps
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	err = s.Follow(context.Background(), "10-blocks", trained, raw, func(v json.RawMessage) error {
		var e Event
		if err := json.Unmarshal(v, &e); err != nil {
			return err
		}
		list = append(list, e)
		return nil
	})
	return list, err
}

func TestTrainMoons(t *testing.T) {
	s := desk()
	list, err := run(s, design("linear(8) tanh linear", "moons"), 200)
	if err != nil {
		t.Fatal(err)
	}
	first, last := list[0], list[len(list)-1]
	if first.Step != 0 || last.Step != 200 || !last.Finished || last.Right < 0.85 || last.Params != 42 {
		t.Errorf("from %+v\nto %+v", first, last)
	}
	if len(last.Surface) != 1 || len(last.Surface[0]) != grid || last.Surface[0][grid-1][grid/2] > 0 || last.Surface[0][0][grid/2] < 0 {
		t.Errorf("the surface has %d rows: the upper moon is class 0", len(last.Surface))
	}
	again, err := run(s, design("linear(8) tanh linear", "moons"), 200)
	if err != nil || again[len(again)-1].Held != last.Held {
		t.Errorf("the same design comes to %v, then %v (%v)", last.Held, again[len(again)-1].Held, err)
	}

	in := lessontest.Ask[Inside](t, s, inside, InsideIn{Param: 2, Example: 3})
	if len(in.Params) != 4 || fmt.Sprint(in.Params[2].Shape) != "[2 8]" || len(in.Weights) != 2 || len(in.Layers) != 4 || len(in.Layers[1].Values[0]) != 8 || in.Step != 200 {
		t.Errorf("%+v", in)
	}
	w := lessontest.Ask[Weights](t, s, weights, struct{}{})
	f, err := safetensors.Decode("answer", strings.NewReader(string(w.Bytes)), int64(len(w.Bytes)))
	if err != nil || len(f.Names()) != 4 {
		t.Errorf("weights: %v", err)
	}
}

func TestTrainOthers(t *testing.T) {
	s := desk()
	list, err := run(s, design("conv(4,5,stride=2) relu flatten linear", "digits"), 3)
	if err != nil || len(list[len(list)-1].Guesses) != pictured {
		t.Fatal(err)
	}
	in := lessontest.Ask[Inside](t, s, inside, InsideIn{})
	if in.Layers[1].Width != 12 || len(in.Layers[1].Values) != 4 || in.Class == "" {
		t.Errorf("%+v", in.Layers[1])
	}
	list, err = run(s, design("embed(16,pos=64) gpt(2) layernorm linear", "stories"), 2)
	if err != nil || !strings.HasPrefix(list[len(list)-1].Sample, "Anna had a") {
		t.Fatal(err)
	}
	d := design("linear(8) tanh linear", "moons")
	d.LR, d.Optim = 10, "sgd"
	if list, err = run(s, design("linear(1)", "moons"), 100); err != nil || list[len(list)-1].Right < 0.7 {
		t.Errorf("one logit: %v", err)
	}
}

// A job that is stopped ends, and gives its memory back.
func TestStopped(t *testing.T) {
	s := desk()
	raw, _ := json.Marshal(design("linear(8) tanh linear", "moons"))
	j, err := s.Start("10-blocks", trained, raw)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Watch()()
	j.Step()
	_, _, changed, _ := j.Since(0)
	<-changed
	j.Stop()
	if _, err := run(s, design("linear(4) tanh linear", "moons"), 2); err != nil {
		t.Fatal(err)
	}
	if free, err := s.Reserve(lesson.MaxMemory - 1<<20); err != nil {
		t.Error(err)
	} else {
		free()
	}
}
