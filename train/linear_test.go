package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/data"
	"brick/nn"
	"brick/optim"
	"brick/solve"
)

// houses is a table of columns in very different units: y = 3.5·area − 0.002·metres + 40·rooms + 1e4·share + 17 + noise.
func houses(n int, extra func(i int, row []float64) []string) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("area,metres,rooms,share")
	for i, name := range extra(0, make([]float64, 4)) {
		_ = name
		fmt.Fprintf(&b, ",extra%d", i)
	}
	b.WriteString(",price\n")
	for i := range n {
		x := []float64{80 + 30*r.NormFloat64(), 50000 + 20000*r.NormFloat64(), float64(1 + r.IntN(6)), 0.01 + 0.002*r.NormFloat64()}
		y := 3.5*x[0] - 0.002*x[1] + 40*x[2] + 1e4*x[3] + 17 + 5*r.NormFloat64()
		fmt.Fprintf(&b, "%.4f,%.2f,%g,%.6f", x[0], x[1], x[2], x[3])
		for _, e := range extra(i, x) {
			b.WriteString("," + e)
		}
		fmt.Fprintf(&b, ",%.5f\n", y)
	}
	return b.String()
}

func linearRun(t *testing.T, table string, change func(*Job)) (*Run, *Exact) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "houses.csv")
	if err := os.WriteFile(path, []byte(table), 0o666); err != nil {
		t.Fatal(err)
	}
	job := Job{Model: "linear(1)", Data: DataJob{Source: path}, Loss: "mse", Save: SaveJob{Every: 1 << 20}, Eval: EvalJob{Every: 1 << 20}}
	change(&job)
	r, err := Create(context.Background(), job, Options{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	for _, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	rep, err := r.Report(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r, rep.Exact
}

// Gradient descent finds, in the table's own units, what least squares says; and least squares on the
// table's numbers says the same.
func TestLinearRegression(t *testing.T) {
	none := func(int, []float64) []string { return nil }
	for name, change := range map[string]func(*Job){
		"as it is": func(*Job) {}, "raw targets": func(j *Job) { j.Data.RawY = true },
	} {
		r, e := linearRun(t, houses(300, none), change)
		if e == nil || len(e.Learnt) != 5 || e.Relative > 1e-5 {
			t.Fatalf("%s: %+v", name, e)
		}
		for i := range e.Learnt[:4] {
			if d := math.Abs(e.Learnt[i]-e.Closed[i]) / math.Abs(e.Closed[i]); d > 1e-5 {
				t.Errorf("%s: coefficient of %s is %v, least squares says %v (%.1e)", name, e.Inputs[i], e.Learnt[i], e.Closed[i], d)
			}
		}
		direct := direct(t, r)
		for i, c := range direct {
			if math.Abs(c-e.Closed[i]) > 1e-5*math.Abs(c) {
				t.Errorf("%s: coefficient %d is %v on the table's numbers, %v said", name, i, c, e.Closed[i])
			}
		}
		t.Logf("%s: %d steps; %v", name, r.Job.Steps, e)
	}
}

// direct solves the training rows in the table's units.
func direct(t *testing.T, r *Run) []float64 {
	t.Helper()
	raw, err := data.Open(r.Job.Data.Source, data.Options{Raw: true})
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	X, y := solve.Matrix{Cols: 4}, solve.Matrix{Cols: 1}
	loader := data.Sequential(raw.Train, 64)
	for _, b := range loader.From(0) {
		X.Rows += b.Examples()
		y.Rows += b.Examples()
		for _, v := range b.X {
			X.Data = append(X.Data, float64(v))
		}
		for _, v := range b.Y {
			y.Data = append(y.Data, float64(v))
		}
	}
	fit, err := solve.LeastSquares(X, y, solve.FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return []float64{fit.W.At(0, 0), fit.W.At(1, 0), fit.W.At(2, 0), fit.W.At(3, 0)}
}

// Columns that depend on one another, and one that never varies, leave a fit that is as good.
func TestDependentColumns(t *testing.T) {
	for name, extra := range map[string]func(int, []float64) []string{
		"twice the area":  func(_ int, x []float64) []string { return []string{fmt.Sprintf("%.4f", 2*x[0])} },
		"constant":        func(int, []float64) []string { return []string{"7.5"} },
		"both, and empty": func(_ int, x []float64) []string { return []string{fmt.Sprintf("%.4f", 2*x[0]), "7.5", ""} },
	} {
		r, e := linearRun(t, houses(120, extra), func(j *Job) { j.Steps = 400 })
		if e == nil || e.Note == "" {
			t.Errorf("%s: %+v", name, e)
			continue
		}
		m, err := Evaluate(context.Background(), nil, r.Model, r.Splits.Train, nil, 50, 0)
		if err != nil || m.R2 < 0.99 {
			t.Errorf("%s: %v, %v", name, m, err)
		}
		t.Logf("%s: %v; %s", name, m, e.Note)
	}
	if _, e := linearRun(t, "x,y\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n", func(*Job) {}); e == nil {
		t.Error("one row ten times")
	}
}

// A table of another file is measured with the columns and the scaling of the trained model.
func TestEvaluateOtherTable(t *testing.T) {
	none := func(int, []float64) []string { return nil }
	table := houses(200, none)
	r, _ := linearRun(t, table, func(*Job) {})
	lines := strings.SplitAfter(table, "\n")
	few := filepath.Join(t.TempDir(), "few.csv")
	if err := os.WriteFile(few, []byte("\xef\xbb\xbf"+strings.Join(lines[:20], "")), 0o666); err != nil {
		t.Fatal(err)
	}
	used, err := Open(r.Dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := used.Evaluate(context.Background(), "", few)
	if err != nil || m.Examples != 19 || m.R2 < 0.98 || m.RMSE > 10 || m.RMSE < 1 {
		t.Errorf("%+v, %v", m, err)
	}
	var got []Prediction
	for p, err := range used.Predict(context.Background(), "few", strings.NewReader("area,metres,rooms,share\n80,50000,3,0.01\nx,1,1,1\n"), Asked{}) {
		if err != nil {
			if len(got) != 1 || !strings.Contains(err.Error(), "few: row 2") || !strings.Contains(err.Error(), `"area"`) {
				t.Errorf("after %d rows: %v", len(got), err)
			}
			continue
		}
		got = append(got, p)
	}
	if want := 3.5*80 - 100 + 120 + 100 + 17.0; len(got) != 1 || math.Abs(got[0].Values["price"]-want) > 5 {
		t.Errorf("%v, want about %v", got, want)
	}
	for text, want := range map[string]string{
		"1,2,3\n":                                         "row 1: 3 fields",
		lines[0] + "1,2,3,4,?\n":                          `row 1: column "price"`,
		lines[0] + "1,2,3,4,5\n1,2,3,4,Inf\n":             "row 2",
		lines[0] + "1,2,\"" + strings.Repeat("x", 20<<20): "a row has more than",
		"": "no targets",
	} {
		if err := os.WriteFile(few, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := used.Evaluate(context.Background(), "", few); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// The perceptron as a model: the hinge loss separates what a line can.
func TestPerceptron(t *testing.T) {
	job := Job{Name: "p", Model: "perceptron", Loss: "hinge", Data: DataJob{Source: "separable"}, Optimizer: Optimizer{Name: "sgd", LR: 0.5}, Epochs: 40, Batch: 16}
	r, err := Create(context.Background(), job, Options{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, err := range r.Train(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := Evaluate(context.Background(), nil, r.Model, r.Splits.Train, r.Loss, 64, 0)
	if err != nil || m.Accuracy < 0.99 {
		t.Errorf("%v, %v", m, err)
	}
}

// XOR needs a hidden layer: eight tanh units learn it from every seed, a line from none.
func TestXOR(t *testing.T) {
	splits, err := data.XOR(data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	loss, err := lossByName("bce")
	if err != nil {
		t.Fatal(err)
	}
	seeds := 100
	if testing.Short() {
		seeds = 10
	}
	for stack, want := range map[string]int{"linear(8) tanh linear(1)": seeds, "linear(1)": 0} {
		learnt := 0
		for seed := range uint64(seeds) {
			r := &Run{Job: Job{Model: stack, Loss: "bce"}, Info: *splits.Info()}
			m, err := r.declared()
			if err != nil {
				t.Fatal(err)
			}
			nn.Build(m, seed)
			o := optim.NewAdam()
			if err := optim.Attach(o, m); err != nil {
				t.Fatal(err)
			}
			loader := &data.Loader{Set: splits.Train, Batch: 4, Seed: seed}
			for _, err := range Steps(context.Background(), m, o, loader.From(0), Config{Steps: 300, Loss: loss, Rate: func(int) float64 { return 0.05 }}) {
				if err != nil {
					t.Fatal(err)
				}
			}
			found, err := Evaluate(context.Background(), nil, m, splits.Train, loss, 4, 0)
			if err != nil {
				t.Fatal(err)
			}
			if found.Accuracy == 1 {
				learnt++
			}
		}
		t.Logf("%s learns XOR from %d of %d seeds", stack, learnt, seeds)
		if learnt != want {
			t.Errorf("%s learns XOR from %d of %d seeds, want %d", stack, learnt, seeds, want)
		}
	}
}
