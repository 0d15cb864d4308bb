package lab_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"brick/lab"
)

// costsOf are those of a machine of two cores on which every size reaches so many operations a second on each.
func costsOf(t testing.TB, r lab.Rule, perSecond float64, depths ...int) (c lab.Costs) {
	t.Helper()
	for _, d := range depths {
		size, err := r.Size(d, 384, 128)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range []lab.Lanes{{Count: 1, Threads: 2}, {Count: 2, Threads: 1}} {
			token := float64(size.FLOPs) / perSecond
			if l.Count == 1 {
				token /= 1.7 // two threads are not twice one
			}
			c.Sizes = append(c.Sizes, lab.Cost{Size: size, Lanes: l, Step: 1e-3, Token: token})
		}
	}
	c.Open = 0.5
	return c
}

func setupOf(t testing.TB) lab.Setup {
	r := lab.DefaultRule()
	return lab.Setup{
		Name: "go", Text: lab.Text{Source: "go", Vocab: 384, Context: 128, Train: 51_600_000, Test: 2_060_000}, Rule: r, Seed: 1,
		Budget: lab.Budget{Seconds: 1800}, Epochs: 4, Studies: 0.15, Costs: costsOf(t, r, 60e9, 1, 3, 5, 7), Spent: 30,
	}
}

// What is asked of a family: 6 sizes or more that span a factor of 100, counted both ways, the largest 2.5 times the next.
func TestPlanOfHalfAnHour(t *testing.T) {
	p, err := setupOf(t).Make()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%v", p)
	first, top, held := p.Sizes[0], p.Sizes[len(p.Sizes)-2], p.Sizes[len(p.Sizes)-1]
	if len(p.Sizes) < 6 || held.Params < 100*first.Params || held.NonEmbedding < 100*first.NonEmbedding {
		t.Errorf("%d sizes from %d to %d parameters (%d to %d without embedding)", len(p.Sizes), first.Params, held.Params, first.NonEmbedding, held.NonEmbedding)
	}
	if 2*held.Params < 5*top.Params || 2*held.NonEmbedding < 5*top.NonEmbedding {
		t.Errorf("held out %d (%d), the largest fitted %d (%d)", held.Params, held.NonEmbedding, top.Params, top.NonEmbedding)
	}
	if p.Seconds > 0.94*1800 || p.Seconds < 0.8*1800 {
		t.Errorf("planned for %.0f s of 1800", p.Seconds)
	}
	if p.Limited != "" {
		t.Errorf("51.6 M tokens: %s", p.Limited)
	}
	for _, s := range p.Sizes {
		if d := float64(s.Formula)/float64(s.FLOPs) - 1; d > 0.03 || d < -0.03 {
			t.Errorf("%s: %d operations by formula, %d counted", s.Name, s.Formula, s.FLOPs)
		}
	}
	studies := map[lab.Study]int{}
	for i, a := range p.Trials {
		studies[a.Study]++
		if a.Tokens != a.Steps*a.Batch*p.Text.Context || a.HeldOut != (a.Size.Name == held.Name) {
			t.Errorf("%+v", a)
		}
		if a.Trunk == "" {
			continue
		}
		trunk := slices.IndexFunc(p.Trials[:i], func(b lab.Trial) bool { return b.ID == a.Trunk })
		if trunk < 0 || a.At != a.Steps-a.Decay || a.At <= p.Warmup || a.At > p.Trials[trunk].Steps-p.Trials[trunk].Decay {
			t.Errorf("%s leaves %s at step %d of its %d", a.ID, a.Trunk, a.At, a.Steps)
		}
	}
	if studies[lab.Family] != len(p.Rule.Horizons)*len(p.Sizes) || len(studies) < 5 {
		t.Errorf("trials by study: %v; left out: %+v", studies, p.Omitted)
	}
}

// More time, or a faster machine, means more tokens, then larger sizes; the plan stays within its budget.
func TestPlanGrowsWithTheBudget(t *testing.T) {
	last := 0
	for _, hours := range []float64{0.1, 0.5, 4, 24} {
		s := setupOf(t)
		s.Budget.Seconds = 3600 * hours
		p, err := s.Make()
		if err != nil {
			t.Fatal(err)
		}
		held := p.Sizes[len(p.Sizes)-1]
		tokens := p.Steps * p.Batch * p.Text.Context
		t.Logf("%gh: %s, %d tokens of %d examples a step, %d steps, %.1f a parameter, %.0f s", hours, held.Name, tokens, p.Batch, p.Steps, float64(tokens)/float64(held.Params), p.Seconds)
		if tokens <= last || p.Seconds > 0.94*s.Budget.Seconds {
			t.Errorf("%g hours: %d tokens after %d, %.0f s", hours, tokens, last, p.Seconds)
		}
		if held.Layers > 7 && float64(tokens) < s.Rule.PerParam*float64(held.Params) {
			t.Errorf("%g hours: %s has %d tokens for %d parameters", hours, held.Name, tokens, held.Params)
		}
		last = tokens
	}
}

func TestPlanOfLittleText(t *testing.T) {
	s := setupOf(t)
	s.Text.Train, s.Text.Source = 450_000, "tinyshakespeare"
	p, err := s.Make()
	if err != nil {
		t.Fatal(err)
	}
	longest := p.Steps * p.Batch * p.Text.Context
	if longest > 4*450_000 || longest < 3*450_000 || !strings.Contains(p.Limited, "data-limited: tinyshakespeare has 450 k tokens") || !strings.Contains(p.String(), "data-limited") {
		t.Errorf("%d tokens, %q", longest, p.Limited)
	}
	for _, a := range p.Trials {
		if a.Study == lab.Family && (a.Unique > 450_000 || a.Unique > a.Tokens) {
			t.Errorf("%s: %d different tokens of %d", a.ID, a.Unique, a.Tokens)
		}
	}
	s.Text.Train = 1000
	if _, err := s.Make(); err == nil || !strings.Contains(err.Error(), "too few") {
		t.Errorf("1000 tokens: %v", err)
	}
}

func TestPlanByOperations(t *testing.T) {
	s := setupOf(t)
	s.Budget, s.Costs = lab.Budget{FLOPs: 1e15}, lab.Costs{}
	p, err := s.Make()
	if err != nil {
		t.Fatal(err)
	}
	if p.FLOPs > 1e15 || p.FLOPs < 0.75e15 {
		t.Errorf("%g operations of 1e15", p.FLOPs)
	}
}

// Horizons that are close to each other still are trials of their own.
func TestPlanOfCloseHorizons(t *testing.T) {
	s := setupOf(t)
	s.Rule.Horizons, s.Rule.Steps, s.Budget.Seconds = []float64{0.5, 0.52, 1}, 250, 300
	p, err := s.Make()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, trial := range p.Trials {
		if seen[trial.ID] {
			t.Errorf("two trials are called %s", trial.ID)
		}
		seen[trial.ID] = true
	}
}

func TestPlanRefuses(t *testing.T) {
	for want, change := range map[string]func(*lab.Setup){
		"is too little":      func(s *lab.Setup) { s.Budget.Seconds = 40 },
		"rising":             func(s *lab.Setup) { s.Depths, s.HeldOut = []int{3, 2}, 5 },
		"want more than the": func(s *lab.Setup) { s.Depths, s.HeldOut = []int{2, 3}, 3 },
		"give both":          func(s *lab.Setup) { s.HeldOut = 7 },
		"at most 128":        func(s *lab.Setup) { s.Depths, s.HeldOut = []int{1, 2}, 129 },
		"epochs":             func(s *lab.Setup) { s.Epochs = 0 },
		"studies' share":     func(s *lab.Setup) { s.Studies = 2 },
		"no budget":          func(s *lab.Setup) { s.Budget = lab.Budget{} },
		"rule: horizons":     func(s *lab.Setup) { s.Rule.Horizons = []float64{0.5, 0.25, 1} },
		"rule: warmup":       func(s *lab.Setup) { s.Rule.Warmup = 0.9 },
		"a vocabulary of 0":  func(s *lab.Setup) { s.Text.Vocab = 0 },
		"needs 2 sizes":      func(s *lab.Setup) { s.Depths, s.HeldOut = []int{2}, 5 },
	} {
		s := setupOf(t)
		change(&s)
		if _, err := s.Make(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want …%s…", err, want)
		}
	}
}

func TestParseBudget(t *testing.T) {
	for text, want := range map[string]lab.Budget{
		"30m": {Seconds: 1800}, "1h30m": {Seconds: 5400}, "90s": {Seconds: 90}, "1e15": {FLOPs: 1e15}, "2.5e12": {FLOPs: 2.5e12},
	} {
		got, err := lab.ParseBudget(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if again, err := lab.ParseBudget(got.String()); err != nil || again != want {
			t.Errorf("%s: %s reads as %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "30", "-5m", "0", "NaN", "Inf", "1e40", "soon", "1e5"} {
		if b, err := lab.ParseBudget(text); err == nil || !strings.Contains(err.Error(), "30m") {
			t.Errorf("%q: %+v, %v", text, b, err)
		}
	}
}

// A rule file changes what it names; settings are those of the optimizer they are written for.
func TestReadRule(t *testing.T) {
	read := func(text string) (lab.Rule, error) {
		path := filepath.Join(t.TempDir(), "rule.json")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return lab.ReadRule(path)
	}
	usual := lab.DefaultRule()
	r, err := read(`{"width": 24}`)
	if err != nil || r.Width != 24 || r.LR != usual.LR || !reflect.DeepEqual(r.Settings, usual.Settings) {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = read(`{"optimizer": "adamw"}`); err != nil || r.Settings != nil {
		t.Errorf("AdamW with %v, %v", r.Settings, err)
	}
	if r, err = read(`{"settings": {"adam_rate": 1}}`); err != nil || r.Settings["adam_rate"] != 1.0 {
		t.Errorf("%+v, %v", r, err)
	}
	for text, want := range map[string]string{`{"depth": 3}`: "depth", `{"batch": 0}`: "batch is 0", `{"lr": 20}`: "lr is 20", `{`: "unexpected EOF"} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
