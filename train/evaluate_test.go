package train

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"brick/data"
	"brick/grad"
	"brick/nn"
)

// given is a set whose inputs are what a model that changes nothing gives out.
type given struct {
	info   data.Info
	x, y   []grad.Float
	labels []int32
	bytes  int
	width  int // numbers of one input
}

func (g *given) Info() *data.Info { return &g.info }
func (g *given) Len() int         { return len(g.x) / g.width }

func (g *given) Read(b *data.Batch, index []int, _ uint64) error {
	*b = data.Batch{Shape: append([]int{len(index)}, g.info.Input...), YShape: []int{len(index)}}
	for _, i := range index {
		b.X = append(b.X, g.x[i*g.width:(i+1)*g.width]...)
		if g.labels != nil {
			k := len(g.labels) / g.Len()
			b.Labels = append(b.Labels, g.labels[i*k:(i+1)*k]...)
		} else {
			k := len(g.y) / g.Len()
			b.Y = append(b.Y, g.y[i*k:(i+1)*k]...)
			b.YShape = []int{len(index), k}
		}
	}
	b.Bytes = g.bytes * len(index)
	return nil
}

var same = nn.Func(func(x *grad.Var) *grad.Var { return x })

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(b)) }

func TestEvaluateClasses(t *testing.T) {
	// predicted 0 0 1 2 2 1 of true 0 1 1 2 0 2
	l := func(c int) []grad.Float { x := make([]grad.Float, 3); x[c] = 2; return x }
	set := &given{info: data.Info{Name: "hand", Task: data.Classification, Input: []int{3}, Classes: []string{"a", "b", "c"}}, width: 3,
		x: slices.Concat(l(0), l(0), l(1), l(2), l(2), l(1)), labels: []int32{0, 1, 1, 2, 0, 2}}
	for _, batch := range []int{1, 4, 6} {
		m, err := Evaluate(context.Background(), nil, same, set, nil, batch, 0)
		if err != nil {
			t.Fatal(err)
		}
		z := math.Log(math.Exp(2) + 2)
		// each class: 1 right of 2 true and 2 predicted
		if !near(m.Loss, z-1) || m.Accuracy != 0.5 || !near(m.Precision, 0.5) || !near(m.Recall, 0.5) || !near(m.F1, 0.5) || m.Examples != 6 {
			t.Errorf("batch %d: %+v, want loss %v", batch, m, z-1)
		}
		want := [][]int{{1, 0, 1}, {1, 1, 0}, {0, 1, 1}}
		for i := range want {
			if !slices.Equal(m.Confusion[i], want[i]) {
				t.Errorf("confusion %v, want %v", m.Confusion, want)
			}
		}
	}
	half, err := Evaluate(context.Background(), nil, same, set, nil, 2, 1)
	if err != nil || half.Examples != 2 || half.Accuracy != 0.5 {
		t.Errorf("one batch of two: %+v, %v", half, err)
	}
	// A class that occurs is never predicted; one that does neither takes no part:
	// precision (2/3 + 0)/2, recall (1 + 0)/2, F1 (2·2/5 + 0)/2
	set.x, set.labels = slices.Concat(l(0), l(0), l(0)), []int32{0, 0, 1}
	m, err := Evaluate(context.Background(), nil, same, set, nil, 2, 0)
	if err != nil || !near(m.Precision, 1.0/3) || !near(m.Recall, 0.5) || !near(m.F1, 0.4) || !near(m.Accuracy, 2.0/3) {
		t.Errorf("%+v, %v", m, err)
	}
}

// One logit stands for two classes by its sign, under every loss of one number.
func TestEvaluateTwoClasses(t *testing.T) {
	set := &given{info: data.Info{Task: data.Classification, Input: []int{1}, Classes: []string{"no", "yes"}}, width: 1,
		x: []grad.Float{-2, 0.5, 3, -0.25}, labels: []int32{0, 1, 0, 1}}
	sp := func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	for name, want := range map[string]float64{
		"bce":   (sp(-2) + sp(-0.5) + sp(3) + sp(0.25)) / 4,
		"hinge": (0 + 0.5 + 4 + 1.25) / 4,
		"mse":   (1 + 0.25 + 16 + 1.5625) / 4,
		"l1":    (1 + 0.5 + 4 + 1.25) / 4,
		"huber": (0.5 + 0.125 + 3.5 + 0.75) / 4,
	} {
		loss, err := lossByName(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Evaluate(context.Background(), nil, same, set, loss, 3, 0)
		if err != nil || !near(m.Loss, want) || m.Accuracy != 0.5 {
			t.Errorf("%s: %+v, want loss %v; %v", name, m, want, err)
		}
	}
}

func TestEvaluateNumbers(t *testing.T) {
	// two targets around different means: a pooled mean would call this a fine fit
	set := &given{info: data.Info{Task: data.Regression, Input: []int{2}, Targets: 2}, width: 2,
		x: []grad.Float{1, 1000, 2, 1000, 3, 1000}, y: []grad.Float{1, 999, 2, 1000, 4, 1001}}
	m, err := Evaluate(context.Background(), nil, same, set, nil, 2, 0)
	sq := 1.0 + 1 + 1 // of 6 numbers
	total := (1+4+16-49.0/3)*1 + 2
	if err != nil || !near(m.Loss, sq/6) || !near(m.RMSE, math.Sqrt(sq/6)) || !near(m.MAE, 0.5) || !near(m.R2, 1-sq/total) {
		t.Errorf("%+v, want R² %v; %v", m, 1-sq/total, err)
	}
	// a spread that is small beside the mean
	set = &given{info: data.Info{Task: data.Regression, Input: []int{1}, Targets: 1}, width: 1,
		x: []grad.Float{4194304, 4194305, 4194306}, y: []grad.Float{4194304, 4194305, 4194307}}
	m, err = Evaluate(context.Background(), nil, same, set, nil, 2, 0)
	if want := 1 - 1/(14.0/3); err != nil || !near(m.R2, want) {
		t.Errorf("R² %v, want %v; %v", m.R2, want, err)
	}
	for _, c := range []struct {
		y    []grad.Float
		want float64
	}{{[]grad.Float{4194304, 4194305, 4194306}, 1}, {[]grad.Float{5, 5, 5}, 0}} {
		set.y = c.y
		if m, err := Evaluate(context.Background(), nil, same, set, nil, 3, 0); err != nil || m.R2 != c.want {
			t.Errorf("R² of %v is %v, want %v; %v", c.y, m.R2, c.want, err)
		}
	}
}

func TestEvaluateLanguage(t *testing.T) {
	// two texts of two tokens over a vocabulary of 2; one target is padding
	set := &given{info: data.Info{Task: data.Language, Input: []int{2, 2}, Vocab: 2}, width: 4, bytes: 3,
		x: []grad.Float{1, 0, 0, 1, 3, 0, 0, 0}, labels: []int32{0, 0, 0, data.Ignore}}
	m, err := Evaluate(context.Background(), nil, same, set, nil, 1, 0)
	sp := func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	nats := sp(-1) + sp(1) + sp(-3)
	if err != nil || !near(m.Loss, nats/3) || !near(m.BitsPerByte, nats/math.Ln2/6) || !near(m.Perplexity, math.Exp(nats/3)) || !near(m.Accuracy, 2.0/3) || m.Examples != 3 {
		t.Errorf("%+v, want %v nats; %v", m, nats, err)
	}
}

// What cannot be measured is an error that names the set, never a panic.
func TestEvaluateRefuses(t *testing.T) {
	three := &given{info: data.Info{Name: "three", Task: data.Classification, Input: []int{3}, Classes: []string{"a", "b", "c"}}, width: 3,
		x: make([]grad.Float, 6), labels: []int32{0, 2}}
	free := func(out *grad.Var, _ *data.Batch) *grad.Var { return out.Sum() }
	for _, c := range []struct {
		name, want string
		loss       Loss
		change     func(g *given)
	}{
		{"class too large", "three", nil, func(g *given) { g.labels = []int32{0, 3} }},
		{"class too large for any loss", "class 3", free, func(g *given) { g.labels = []int32{0, 3} }},
		{"class negative", "class -1", free, func(g *given) { g.labels = []int32{0, -1} }},
		{"more logits than classes", "names class 2", free, func(g *given) {
			g.info.Classes, g.x = []string{"a", "b"}, []grad.Float{0, 0, 1, 0, 0, 1}
			g.labels = []int32{0, 1}
		}},
		{"too few targets", "gives [2 3]", free, func(g *given) { g.info.Task, g.labels, g.y = data.Regression, nil, []grad.Float{1, 2} }},
		{"labels of no logits", "gives [2 3]", free, func(g *given) { g.info.Task, g.labels = data.Language, []int32{0, 1, 0, 1, 0, 1} }},
		{"nothing", "no targets", nil, func(g *given) { g.labels = []int32{data.Ignore, data.Ignore} }},
		{"empty", "no targets", nil, func(g *given) { g.x, g.labels = nil, []int32{} }},
	} {
		g := *three
		c.change(&g)
		_, err := Evaluate(context.Background(), nil, same, &g, c.loss, 2, 0)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Evaluate(ctx, nil, same, three, nil, 2, 0); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

// More classes than a confusion matrix is kept for are measured all the same.
func TestManyClasses(t *testing.T) {
	a, b := newClassTally(maxConfusion), newClassTally(maxConfusion+1)
	for i := range 3000 {
		want, got := i*7%maxConfusion, i*i%maxConfusion
		if err := a.add(want, got); err != nil {
			t.Fatal(err)
		}
		if err := b.add(want, got); err != nil {
			t.Fatal(err)
		}
	}
	var m, n Metrics
	a.fill(&m)
	b.fill(&n)
	if m.Confusion == nil || n.Confusion != nil || m.F1 == 0 || m.F1 != n.F1 || m.Recall != n.Recall || m.Precision != n.Precision {
		t.Errorf("%v and %v", m, n)
	}
}

// Numbers that are not finite are logged, saved and compared; NaN is never the better.
func TestMetricsNotFinite(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	m := Metrics{Loss: nan, Perplexity: inf, BitsPerByte: 2, Examples: 5, R2: math.Inf(-1), Confusion: [][]int{{1}}}
	js, err := json.Marshal(struct{ M *Metrics }{&m})
	if err != nil || !strings.Contains(string(js), `"loss":null`) {
		t.Fatalf("%s, %v", js, err)
	}
	var back struct{ M Metrics }
	if err := json.Unmarshal(js, &back); err != nil || !math.IsNaN(back.M.Loss) || back.M.Examples != 5 || back.M.BitsPerByte != 2 || len(back.M.Confusion) != 1 {
		t.Errorf("%+v, %v", back.M, err)
	}
	if _, err := seal(state{Best: &best{1, m}, Seconds: 1}); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		a, b   float64
		better bool
	}{{1, 2, true}, {2, 1, false}, {1, 1, false}, {nan, 1, false}, {1, nan, true}, {nan, nan, false}, {inf, nan, true}} {
		if got := (Metrics{Loss: c.a}).Better(Metrics{Loss: c.b}); got != c.better {
			t.Errorf("loss %v better than %v: %v", c.a, c.b, got)
		}
	}
}

// A run whose validation loss is NaN goes on, and stops when its patience ends.
func TestValidationNaN(t *testing.T) {
	job := tiny()
	job.Steps, job.Eval = 20, EvalJob{Every: 1, Patience: 3}
	r, err := Create(context.Background(), job, Options{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	train := r.Loss
	r.Loss = func(out *grad.Var, b *data.Batch) *grad.Var {
		y := train(out, b)
		if !y.NeedsGrad() { // an evaluation
			y = y.Scale(grad.Float(math.NaN()))
		}
		return y
	}
	var last Event
	for e, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		last = e
	}
	if last.Done != 3 || !strings.Contains(last.Note, "stopped early") || last.Saved == "" || r.state.Best != nil {
		t.Errorf("%+v, best %v", last, r.state.Best)
	}
	if step, _, err := resume(r.Dir, Options{}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("%d, %v", step, err)
	}
	r.Close()
	if step, _, err := resume(r.Dir, Options{}); err != nil || step != 3 {
		t.Errorf("resumed at %d, %v", step, err)
	}
	records, err := ReadLog(r.Dir + "/" + logFile)
	if err != nil || len(records) != 6 || !math.IsNaN(float64(records[5].Loss)) {
		t.Errorf("%d records, %v", len(records), err)
	}
}

// A loss that cannot be taken of the data is refused before anything is trained.
func TestLossFits(t *testing.T) {
	class := func(n int) *data.Info {
		return &data.Info{Name: "set", Task: data.Classification, Classes: make([]string, n)}
	}
	number, text := &data.Info{Name: "set", Task: data.Regression}, &data.Info{Name: "set", Task: data.Language}
	lines := &data.Info{Name: "set", Task: data.Reading}
	for _, c := range []struct {
		loss string
		info *data.Info
		ok   bool
	}{
		{"", class(10), true}, {"", number, true}, {"", text, true},
		{"cross-entropy", class(2), true}, {"cross-entropy", text, true}, {"cross-entropy", number, false},
		{"mse", number, true}, {"mse", class(2), true}, {"mse", class(3), false}, {"mse", text, false},
		{"l1", number, true}, {"huber", class(2), true}, {"huber", class(4), false},
		{"bce", class(2), true}, {"bce", number, true}, {"bce", class(3), false}, {"bce", text, false},
		{"", lines, true}, {"ctc", lines, true}, {"ctc", class(3), false}, {"ctc", text, false}, {"cross-entropy", lines, false}, {"mse", lines, false},
		{"hinge", class(2), true}, {"hinge", number, false}, {"hinge", class(3), false},
	} {
		if err := lossFits(c.loss, c.info); (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "loss "+c.loss+" does not fit set") {
			t.Errorf("%q of %v with %d classes: %v", c.loss, c.info.Task, len(c.info.Classes), err)
		}
	}
	if _, err := lossByName("mean"); err == nil || !strings.Contains(err.Error(), "bce, cross-entropy, ctc, hinge, huber, l1, mse") {
		t.Error(err)
	}
}
