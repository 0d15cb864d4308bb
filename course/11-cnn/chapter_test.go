package cnn

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
	"brick/train"
)

func learner(t *testing.T) *lesson.Session {
	return lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
}

// The map is the nine products at every place, computed here one by one.
func TestSlide(t *testing.T) {
	s := learner(t)
	for _, k := range []Kernel{vertical, {0.1, 0.2, 0.3, -1, 2, -3, 4, -5, 6}} {
		r := lessontest.Ask[Slide](t, s, slide, SlideIn{Pixels: first, Kernel: k, Row: 6, Column: 8})
		zeros := 0
		for y := range valid {
			for x := range valid {
				sum := 0.0
				for i, w := range k {
					sum += w * first[(y+i/3)*side+x+i%3]
				}
				if got := float64(r.Map[y*valid+x]); math.Abs(got-sum) > 1e-5 {
					t.Fatalf("cell %d, %d of %v is %v; want %v", y, x, k, got, sum)
				}
				if r.Map[y*valid+x] == 0 {
					zeros++
				}
			}
		}
		sum := 0.0
		for _, p := range r.Products {
			sum += p
		}
		if math.Abs(sum-r.Sum) > 1e-5 || r.Zeros != zeros || r.Cells != 676 || r.Dense != 529984 {
			t.Errorf("%v: sum %v of %v, %d zeros of %d, %d weights of a dense layer", k, r.Sum, r.Products, r.Zeros, zeros, r.Dense)
		}
	}
}

// The map of a moved picture is the moved map, and not the map as it was.
func TestShift(t *testing.T) {
	s := learner(t)
	r := lessontest.Ask[Shift](t, s, shift, ShiftIn{Pixels: first, Kernel: Kernel{0.1, 0.2, 0.3, -1, 2, -3, 4, -5, 6}, DX: -3, DY: 5})
	if r.Compared != (valid-3)*(valid-5) || r.Apart > 1e-5 || r.Stayed < 1 {
		t.Errorf("%d cells differ by %v; had the map stayed, by %v", r.Compared, r.Apart, r.Stayed)
	}
	if r.Moved[10*side+10] != first[5*side+13] {
		t.Error("the picture is not moved as asked")
	}
}

func TestDigit(t *testing.T) {
	s := learner(t)
	a, b := lessontest.Ask[Picture](t, s, digit, DigitIn{Class: 7}), lessontest.Ask[Picture](t, s, digit, DigitIn{Class: 7, N: 1})
	ink := 0.0
	for i, v := range a {
		if v*4 != math.Round(v*4) {
			t.Fatalf("pixel %d is %v, no quarter", i, v)
		}
		ink += v
	}
	if ink < 20 || a.drawing() == b.drawing() {
		t.Errorf("ink %v; two drawings are the same: %v", ink, a.drawing() == b.drawing())
	}
	if n := strings.Count(a.drawing(), "\n"); n != side {
		t.Errorf("%d lines", n)
	}
}

func TestRefused(t *testing.T) {
	s := learner(t)
	short, wild := first[:700], append(Picture{7}, first[1:]...)
	for _, c := range []struct {
		call *lesson.Call
		in   any
	}{
		{slide, SlideIn{Pixels: short, Kernel: vertical}}, {slide, SlideIn{Pixels: wild, Kernel: vertical}},
		{slide, SlideIn{Pixels: first, Kernel: vertical[:8]}}, {slide, SlideIn{Pixels: first, Kernel: vertical, Row: 26}},
		{shift, ShiftIn{Pixels: first, Kernel: vertical, DX: 9}}, {digit, DigitIn{Class: 10}}, {digit, DigitIn{N: -1}},
		{maps, RunIn{Run: "nobody", Pixels: first}}, {maps, RunIn{Run: "../x", Pixels: first}}, {maps, RunIn{Pixels: short}},
		{field, FieldIn{Pixels: first, Block: -1}}, {field, FieldIn{Pixels: first, Y: 28}}, {moved, MovedIn{Pixels: first, DY: -9}},
	} {
		raw, err := json.Marshal(c.in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.call.Answer(context.Background(), s, raw); !errors.As(err, new(*lesson.Refusal)) {
			t.Errorf("%s %.60s: %v", c.call.Name, raw, err)
		}
	}
}

// Without the small network calls say that it is not there; with one they look into it.
func TestNetwork(t *testing.T) {
	s := learner(t)
	if lessontest.Ask[Maps](t, s, maps, RunIn{Pixels: first}).Trained || lessontest.Ask[Field](t, s, field, FieldIn{Pixels: first}).Trained || lessontest.Ask[Moved](t, s, moved, MovedIn{Pixels: first}).Trained {
		t.Fatal("a network is there before one was trained")
	}
	job := small.Job
	job.Steps, job.Data.Examples, job.Eval.Batches = 3, 200, 1
	if err := s.Runs.Train(t.Context(), small.Name, job, func(*train.Run, train.Event) error { return nil }); err != nil {
		t.Fatal(err)
	}
	m := lessontest.Ask[Maps](t, s, maps, RunIn{Pixels: first})
	if !m.Trained || len(m.Blocks) != 4 || m.Blocks[2].Field != 8 || m.Blocks[3].Jump != 4 || len(m.Blocks[2].Maps) != 16 || len(m.Blocks[2].Maps[0]) != 196 {
		t.Errorf("%d blocks: %+v", len(m.Blocks), m.Stack)
	}
	sum := 0.0
	for _, c := range m.Classes {
		sum += c.P
	}
	if len(m.Classes) != 10 || math.Abs(sum-1) > 1e-5 {
		t.Errorf("%d classes of probability %v", len(m.Classes), sum)
	}
	for block, places := range []int{28, 14, 14, 7} {
		for _, at := range []int{0, 13, 27} {
			f := lessontest.Ask[Field](t, s, field, FieldIn{Pixels: first, Block: block, X: at, Y: 27 - at})
			if !f.Agree || f.Formula.Width == 0 || f.Row >= places || f.Reached > f.Formula.Width*f.Formula.Height {
				t.Errorf("block %d at %d: %+v and %+v, %d reached", block, at, f.Formula, f.Measured, f.Reached)
			}
		}
	}
	r := lessontest.Ask[Moved](t, s, moved, MovedIn{Pixels: first, DX: 2, DY: -2})
	for i, b := range r.Blocks {
		if whole := i < 3; b.Whole != whole || whole && (b.Compared == 0 || b.Apart > 1e-5) || !whole && !math.IsNaN(float64(b.Apart)) {
			t.Errorf("block %d: %+v", i, b)
		}
	}
	if r.Along != 3 || r.Apart > 1e-5 {
		t.Errorf("%d along, apart by %v", r.Along, r.Apart)
	}
}

// A training that is stopped has said how far it is, and ends.
func TestLearnStops(t *testing.T) {
	s := learner(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stop := errors.New("enough")
	err := s.Follow(ctx, Chapter.Dir, learn, nil, func(raw json.RawMessage) error {
		var l Learning
		if err := json.Unmarshal(raw, &l); err != nil || l.Step < 1 || l.Of != small.Job.Steps {
			t.Errorf("%s: %v", raw, err)
		}
		return stop
	})
	if err != stop {
		t.Fatal(err)
	}
	for s.Busy() {
		time.Sleep(time.Millisecond)
	}
	if s.Runs.Has(small.Name) {
		t.Error("the network is said to be done")
	}
}
