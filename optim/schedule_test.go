package optim_test

import (
	"fmt"
	"strings"
	"testing"

	"brick/kernel"
	"brick/optim"
	"brick/tensor/goldentest"
)

// scheduleOf reads a golden case's attributes.
func scheduleOf(c goldentest.Case) optim.Schedule {
	s := optim.Schedule{
		Kind: strings.ReplaceAll(strings.TrimPrefix(c.Op, "schedule_"), "_", "-"),
		LR:   c.Float("base_lr", c.Float("max_lr", 0)), Min: c.Float("min_lr", 0),
		Warmup: c.Int("warmup", 0), FromZero: c.Int("warmup_shift", 0) == 0, Total: c.Int("total", c.Int("t_max", 0)),
		Gamma: c.Float("gamma", 0), Every: c.Int("step_size", 0), Milestones: c.Ints("milestones"),
		Rise: c.Float("pct_start", 0), Div: c.Float("div_factor", 0), FinalDiv: c.Float("final_div_factor", 0),
		Shape: c.Text("anneal", ""),
	}
	switch s.Kind {
	case "cosine-warmup":
		s.Kind = "cosine"
	case "linear-warmup-decay":
		s.Kind = "linear"
	}
	if s.Shape == "cos" {
		s.Shape = "cosine"
	}
	return s
}

func TestGoldenSchedules(t *testing.T) {
	for _, c := range goldentest.Load(t, "schedules") {
		t.Run(c.Name, func(t *testing.T) {
			s := scheduleOf(c)
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			lr := make([]kernel.Float, c.Out["lr"].Len())
			for i := range lr {
				lr[i] = kernel.Float(s.At(i))
			}
			c.Compare(t, "out.lr", lr, goldentest.Tol(2e-7))
		})
	}
}

func TestSchedulesStayInBounds(t *testing.T) {
	kinds, _ := optim.ScheduleKinds()
	for _, kind := range kinds {
		for _, shape := range []string{"", "linear", "cosine", "sqrt"} {
			s := optim.Schedule{Kind: kind, LR: 0.5, Min: 0.01, Warmup: 7, Total: 60, Gamma: 0.9, Every: 5, Milestones: []int{20, 30}, Decay: 20, Shape: shape}
			if s.Check() != nil {
				continue
			}
			for step := -1; step < 200; step++ {
				if lr := s.At(step); !(lr >= 0 && lr <= s.LR) {
					t.Errorf("%s %s: rate %v at step %d", kind, shape, lr, step)
				}
			}
			if a, b := s.At(60), s.At(61); kind != "exponential" && kind != "step" && a != b {
				t.Errorf("%s %s: rates %v, %v after the end differ", kind, shape, a, b)
			}
		}
	}
}

func TestScheduleCheck(t *testing.T) {
	for want, s := range map[string]optim.Schedule{
		`no schedule "cosinus"; there are constant, step`: {Kind: "cosinus"},
		"total is 10 steps":           {Kind: "cosine", LR: 1, Warmup: 10, Total: 10},
		"lr is -1":                    {LR: -1},
		"every is 0":                  {Kind: "step", LR: 1, Gamma: 0.5},
		"are not in order":            {Kind: "multistep", Milestones: []int{3, 2}},
		`no shape "cube"`:             {Kind: "wsd", Total: 10, Shape: "cube"},
		"decay is 20 steps":           {Kind: "wsd", Total: 10, Decay: 20},
		"rise is 1, want it in [0, 1": {Kind: "one-cycle", Total: 10, Rise: 1},
	} {
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: found error %v, want one with %q", s, err, want)
		}
	}
}

func ExampleSchedule() {
	s := optim.Schedule{Kind: "wsd", LR: 1, Warmup: 2, Total: 10, Decay: 4}
	for t := range 11 {
		fmt.Print(s.At(t), " ")
	}
	// Output: 0.5 1 1 1 1 1 1 0.75 0.5 0.25 0
}
