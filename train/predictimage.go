package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"brick/data"
	"brick/grad"
)

// predictNumbers bounds the numbers of the images that go through the model at a time.
const predictNumbers = 1 << 22

// predictImages answers for one image, or for each of an IDX array.
func (r *Run) predictImages(ctx context.Context, name string, in io.Reader, asked Asked, yield func(Prediction, error) bool) error {
	var x []grad.Float
	var seen []Prediction // of x, without answers
	flush := func() error {
		n := len(seen)
		if n == 0 {
			return nil
		}
		err := r.predict(x, n, func(i int, p Prediction) bool {
			p.Source, p.Row, p.Note = name, seen[i].Row, seen[i].Note
			return yield(p, nil)
		}, asked)
		x, seen = x[:0], seen[:0]
		return err
	}
	for p, err := range data.ReadImages(in, &r.Info, asked.Invert) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil { // the images before it are still answered
			return errors.Join(flush(), inputf("predict: %s: %w", name, err))
		}
		x = append(x, p.X...)
		seen = append(seen, Prediction{Row: p.Row, Note: r.noteOf(p)})
		if len(seen) == predictedAtOnce || len(x) >= predictNumbers {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// noteOf is what a user should know of how an image was read.
func (r *Run) noteOf(p data.Picture) string {
	var notes []string
	if p.Note != "" {
		notes = append(notes, p.Note)
	}
	if r.Info.Inverted(p.Light) {
		notes = append(notes, fmt.Sprintf("%.0f %% light, unlike the images of %s: --invert changes dark and light", 100*p.Light, r.Info.Name))
	}
	return strings.Join(notes, "; ")
}
