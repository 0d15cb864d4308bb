package train

import (
	"fmt"
	"math"

	"brick/data"
)

// maxConfusion bounds the classes for which a confusion matrix is kept.
const maxConfusion = 1000

// classTally counts predictions by true class.
type classTally struct {
	classes, correct, total int
	confusion               [][]int // [true][predicted], nil for too many classes
	hit, row, col           []int   // a class predicted where it is true; true; predicted
}

func newClassTally(classes int) *classTally {
	t := &classTally{classes: classes, hit: make([]int, classes), row: make([]int, classes), col: make([]int, classes)}
	if classes <= maxConfusion {
		t.confusion = make([][]int, classes)
		for i := range t.confusion {
			t.confusion[i] = make([]int, classes)
		}
	}
	return t
}

// add counts one example. It errs for a class that is none.
func (t *classTally) add(want, got int) error {
	if want < 0 || want >= t.classes {
		return fmt.Errorf("class %d asked for; the data have %d", want, t.classes)
	}
	if got < 0 || got >= t.classes {
		return fmt.Errorf("the model names class %d; the data have %d", got, t.classes)
	}
	t.total++
	t.row[want]++
	t.col[got]++
	if want == got {
		t.correct++
		t.hit[want]++
	}
	if t.confusion != nil {
		t.confusion[want][got]++
	}
	return nil
}

// fill writes accuracy and the macro-averaged precision, recall and F1
// (a class that never occurs and is never predicted takes no part).
func (t *classTally) fill(m *Metrics) {
	if t.total == 0 {
		return
	}
	m.Accuracy = float64(t.correct) / float64(t.total)
	m.Confusion = t.confusion
	var p, r, f, n float64
	for c := range t.classes {
		tp, row, col := float64(t.hit[c]), float64(t.row[c]), float64(t.col[c])
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

// regressionTally sums errors of predicted numbers, target by target.
type regressionTally struct {
	n       int // numbers
	sq, abs float64
	targets []spread
	unit    []float64 // of each target, where the set's are standardised: errors are told in the table's units
}

// units are the standard deviations that a table's targets were divided by; nil where there are none.
func units(info *data.Info) (unit []float64) {
	if info.Columns == nil {
		return nil
	}
	for _, at := range info.Columns.Targets {
		u := 1.0
		if c := info.Columns.Columns[at]; c.Scaled {
			u = c.Std
		}
		unit = append(unit, u)
	}
	return unit
}

// spread gathers a mean and the squares around it in one pass (Welford 1962), which loses nothing where
// the mean is far larger than the spread.
type spread struct {
	n       int
	mean, s float64
}

func (w *spread) add(x float64) {
	w.n++
	d := x - w.mean
	w.mean += d / float64(w.n)
	w.s += d * (x - w.mean)
}

// add counts one number of the k-th target.
func (t *regressionTally) add(k int, want, got float64) {
	for len(t.targets) <= k {
		t.targets = append(t.targets, spread{})
	}
	if k < len(t.unit) {
		want, got = want*t.unit[k], got*t.unit[k]
	}
	d := got - want
	t.n++
	t.sq += d * d
	t.abs += math.Abs(d)
	t.targets[k].add(want)
}

func (t *regressionTally) fill(m *Metrics) {
	if t.n == 0 {
		return
	}
	n, total := float64(t.n), 0.0
	for _, w := range t.targets {
		total += w.s
	}
	m.RMSE, m.MAE = math.Sqrt(t.sq/n), t.abs/n
	switch {
	case total > 0:
		m.R2 = 1 - t.sq/total
	case t.sq == 0:
		m.R2 = 1
	}
}
