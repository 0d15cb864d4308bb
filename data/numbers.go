package data

import (
	"fmt"

	"brick/kernel"
)

// valued is a set whose classes are given as numbers.
type valued struct {
	Set
	info   Info
	values []kernel.Float
}

// AsNumbers turns the classes of a set into one number each, values[class]: 0 and 1 for least squares or a logistic loss on
// one output, −1 and 1 for a perceptron or the hinge loss. It errs unless there is one value for each class.
func AsNumbers(s Set, values ...kernel.Float) (Set, error) {
	in := s.Info()
	if in.Task != Classification || len(values) != len(in.Classes) {
		return nil, fmt.Errorf("data: %s: %d values for a %s set of %d classes; one for each class would fit", in.Name, len(values), in.Task, len(in.Classes))
	}
	v := &valued{Set: s, info: *in, values: values}
	v.info.Task, v.info.Targets = Regression, 1
	return v, nil
}

func (v *valued) Info() *Info { return &v.info }

func (v *valued) Read(b *Batch, index []int, seed uint64) error {
	y := b.Y
	b.Labels = b.spare
	if err := v.Set.Read(b, index, seed); err != nil {
		return err
	}
	b.Y, b.spare = y, b.Labels
	out := b.values(len(index), 1)
	for i, c := range b.spare {
		out[i] = v.values[c]
	}
	return nil
}
