package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"

	"brick/data"
	"brick/grad"
)

// A Prediction is what the model says about one example.
type Prediction struct {
	Source  string             `json:"source"`           // the file
	Row     int                `json:"row,omitempty"`    // from 1: of a table, the header not counted, a line of text, an image of an IDX array
	Values  map[string]float64 `json:"values,omitempty"` // regression: target → number, in the table's units
	Label   string             `json:"label,omitempty"`  // classification: the likeliest class,
	P       float64            `json:"probability,omitempty"`
	Classes []ClassProbability `json:"top,omitempty"`   // and as many as were asked for, likeliest first
	Text    string             `json:"text,omitempty"`  // translation, reading: what the model writes for a line
	Score   float64            `json:"score,omitempty"` // of the text: its log-probability, in a beam search over its length penalty
	Note    string             `json:"note,omitempty"`  // what was done to the input so that it fits
	order   []string
	plain   bool // the text alone is the answer
}

// ClassProbability is a class with the probability the model gives it.
type ClassProbability struct {
	Class string  `json:"class"`
	P     float64 `json:"probability"`
}

// String is one line for people and pipes: where, then what, between tabs.
func (p Prediction) String() string {
	if p.plain {
		return p.Text
	}
	var s []string
	for _, name := range p.order {
		s = append(s, fmt.Sprintf("%s=%.6g", name, p.Values[name]))
	}
	for _, c := range p.Classes {
		s = append(s, fmt.Sprintf("%s\t%.1f%%", c.Class, 100*c.P))
	}
	where := p.Source
	if p.Row > 0 {
		where = fmt.Sprintf("%s:%d", p.Source, p.Row)
	}
	return where + "\t" + strings.Join(s, "\t")
}

// predictedAtOnce is how many examples go through the model at a time.
const predictedAtOnce = 256

// Asked says what a prediction is to tell. The zero value is the likeliest class.
type Asked struct {
	Top    int    // classes to name; 0 means 1
	Invert bool   // images: dark and light change places first
	Search Search // translation, reading and captions: how a text is looked for
}

// Predict applies the model to what in holds: rows of a table with the columns the model was trained on, an image, the
// images of an IDX array, or texts, one a line or in a column of a table. Of lines it writes the translation, of images of lines what
// they say, of pictures a caption, where it was trained to. The sequence ends with an error that names file and row.
func (r *Run) Predict(ctx context.Context, name string, in io.Reader, asked Asked) iter.Seq2[Prediction, error] {
	return func(yield func(Prediction, error) bool) {
		err := asked.Search.check()
		switch {
		case err != nil:
		case r.Info.Labelled():
			err = r.predictTexts(ctx, name, in, asked, yield)
		case r.Info.Columns != nil:
			err = r.predictTable(ctx, name, in, asked, yield)
		case r.Info.Task == data.Reading:
			err = r.read(ctx, name, in, asked, yield)
		case len(r.Info.Input) == 3:
			err = r.predictImages(ctx, name, in, asked, yield)
		case r.Info.Picture != nil:
			err = r.caption(name, in, asked, yield)
		case r.Info.Task == data.Translation:
			err = r.translate(ctx, name, in, asked.Search, yield)
		case r.Info.Tokens:
			err = usagef("predict: %s is a language model: brick generate lets it write", r.Dir)
		default:
			err = usagef("predict: %s was trained on the generated set %s, which has no files", r.Dir, r.Info.Name)
		}
		if err != nil && !errors.Is(err, errLeft) {
			yield(Prediction{Source: name}, err)
		}
	}
}

var errLeft = errors.New("the caller left the loop")

func (r *Run) predictTable(ctx context.Context, name string, in io.Reader, asked Asked, yield func(Prediction, error) bool) error {
	table := newRows(in, r.Info.Columns)
	var x []grad.Float
	first := 0 // row of x[0]
	flush := func() error {
		if len(x) == 0 {
			return nil
		}
		n := len(x) / r.width()
		err := r.predict(x, n, func(i int, p Prediction) bool {
			p.Source, p.Row = name, first+i+1
			return yield(p, nil)
		}, asked)
		first, x = first+n, x[:0]
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := table.next()
		if errors.Is(err, io.EOF) {
			return flush()
		}
		where := fmt.Sprintf("after row %d", table.n)
		if err == nil {
			where = fmt.Sprintf("row %d", table.n)
			var longer []grad.Float
			if longer, err = r.Info.Columns.Encode(x, row); err == nil {
				x = longer
			}
		}
		if err != nil { // the rows before it are still answered
			return errors.Join(flush(), inputf("predict: %s: %s: %w", name, where, err))
		}
		if table.n-first == predictedAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// predict runs n examples through the model and turns its outputs into predictions.
func (r *Run) predict(x []grad.Float, n int, yield func(int, Prediction) bool, asked Asked) error {
	return r.predictBatch(&data.Batch{X: x, Shape: append([]int{n}, r.Info.Input...)}, yield, asked)
}

// predictBatch is predict of a batch without targets.
func (r *Run) predictBatch(b *data.Batch, yield func(int, Prediction) bool, asked Asked) error {
	tape := &grad.Tape{Device: r.dev, NoGrad: true}
	var out []grad.Float
	n := b.Examples()
	err := grad.Catch(func() { out = r.Model.Forward(Input(tape, b)).Data() })
	if err != nil {
		return fmt.Errorf("predict: %w", err)
	}
	k := len(out) / n
	for i := range n {
		if !yield(i, r.prediction(slices.Clone(out[i*k:i*k+k]), asked)) {
			return errLeft
		}
	}
	return nil
}

func (r *Run) prediction(y []grad.Float, asked Asked) (p Prediction) {
	if r.Info.Task == data.Regression {
		p.Values = map[string]float64{}
		if r.Info.Columns != nil {
			r.Info.Columns.Unscale(y)
		}
		for k, v := range y {
			name := fmt.Sprintf("y%d", k+1)
			if cs := r.Info.Columns; cs != nil {
				name = cs.Columns[cs.Targets[k]].Name
			}
			p.Values[name] = float64(v)
			p.order = append(p.order, name)
		}
		return p
	}
	for c, q := range probabilities(y) {
		p.Classes = append(p.Classes, ClassProbability{r.Info.Classes[c], q})
	}
	slices.SortStableFunc(p.Classes, func(a, b ClassProbability) int { return cmp.Compare(b.P, a.P) })
	p.Label, p.P = p.Classes[0].Class, p.Classes[0].P
	p.Classes = p.Classes[:min(max(asked.Top, 1), len(p.Classes))]
	return p
}

// probabilities is the softmax of logits, or for a single one {1−σ, σ}.
func probabilities(y []grad.Float) []float64 {
	if len(y) == 1 {
		q := 1 / (1 + math.Exp(-float64(y[0])))
		return []float64{1 - q, q}
	}
	top := float64(slices.Max(y))
	p, sum := make([]float64, len(y)), 0.0
	for i, v := range y {
		p[i] = math.Exp(float64(v) - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}
