package train

import (
	"fmt"
	"math"
	"strings"
)

// Metrics are what an evaluation over a whole set found. Which fields mean
// something depends on the task; the others are zero.
type Metrics struct {
	Loss     float64 `json:"loss"`     // mean over examples or tokens, in nats for cross-entropy
	Examples int     `json:"examples"` // examples, or tokens for language

	Perplexity  float64 `json:"perplexity,omitempty"`    // e^loss
	BitsPerByte float64 `json:"bits_per_byte,omitempty"` // total nats / (ln 2 · bytes of text)

	Accuracy  float64 `json:"accuracy,omitempty"` // share of examples or tokens predicted exactly
	Precision float64 `json:"precision,omitempty"`
	Recall    float64 `json:"recall,omitempty"`
	F1        float64 `json:"f1,omitempty"` // macro average over classes, as Precision and Recall
	Confusion [][]int `json:"confusion,omitempty"`

	R2   float64 `json:"r2,omitempty"` // 1 − Σ(y−ŷ)² / Σ(y−ȳ)², over all targets
	RMSE float64 `json:"rmse,omitempty"`
	MAE  float64 `json:"mae,omitempty"`
}

// classTally counts predictions by true class.
type classTally struct {
	confusion [][]int // [true][predicted]
	correct   int
	total     int
}

// maxConfusion bounds the classes for which a confusion matrix is kept.
const maxConfusion = 1000

func newClassTally(classes int) *classTally {
	t := &classTally{}
	if classes <= maxConfusion {
		t.confusion = make([][]int, classes)
		for i := range t.confusion {
			t.confusion[i] = make([]int, classes)
		}
	}
	return t
}

func (t *classTally) add(want, got int) {
	t.total++
	if want == got {
		t.correct++
	}
	if t.confusion != nil {
		t.confusion[want][got]++
	}
}

// fill writes accuracy and the macro-averaged precision, recall and F1
// (a class that never occurs and is never predicted takes no part).
func (t *classTally) fill(m *Metrics) {
	if t.total == 0 {
		return
	}
	m.Accuracy = float64(t.correct) / float64(t.total)
	if t.confusion == nil {
		return
	}
	m.Confusion = t.confusion
	var p, r, f, n float64
	for c := range t.confusion {
		tp := float64(t.confusion[c][c])
		var row, col float64
		for o := range t.confusion {
			row += float64(t.confusion[c][o])
			col += float64(t.confusion[o][c])
		}
		if row+col == 0 {
			continue
		}
		n++
		if col > 0 {
			p += tp / col
		}
		if row > 0 {
			r += tp / row
		}
		f += 2 * tp / (row + col)
	}
	m.Precision, m.Recall, m.F1 = p/n, r/n, f/n
}

// regressionTally sums errors of predicted numbers.
type regressionTally struct {
	n                  int
	sq, abs, sum, sum2 float64
}

func (t *regressionTally) add(want, got float64) {
	d := got - want
	t.n++
	t.sq += d * d
	t.abs += math.Abs(d)
	t.sum += want
	t.sum2 += want * want
}

func (t *regressionTally) fill(m *Metrics) {
	if t.n == 0 {
		return
	}
	n := float64(t.n)
	m.RMSE, m.MAE = math.Sqrt(t.sq/n), t.abs/n
	if total := t.sum2 - t.sum*t.sum/n; total > 0 {
		m.R2 = 1 - t.sq/total
	}
}

// String is one line for people: what matters for the task first.
func (m Metrics) String() string {
	var s []string
	add := func(format string, v ...any) { s = append(s, fmt.Sprintf(format, v...)) }
	add("loss %.4f", m.Loss)
	if m.BitsPerByte > 0 {
		add("%.3f bits per byte", m.BitsPerByte)
	}
	if m.Perplexity > 0 {
		add("perplexity %.2f", m.Perplexity)
	}
	if m.Accuracy > 0 || m.Confusion != nil {
		add("accuracy %.2f %%", 100*m.Accuracy)
	}
	if m.F1 > 0 {
		add("F1 %.4f", m.F1)
	}
	if m.RMSE > 0 {
		add("R² %.6f, RMSE %.6g", m.R2, m.RMSE)
	}
	return strings.Join(s, ", ")
}

// Better reports whether m is the better model than o: lower loss.
func (m Metrics) Better(o Metrics) bool {
	return m.Loss < o.Loss || math.IsNaN(o.Loss)
}
