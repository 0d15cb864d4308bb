package train

import (
	"fmt"
	"slices"
	"strconv"

	"brick/data"
)

// relabel gives images and texts the classes of those the model was trained on: by name, where they have some of these, and by
// number, where they have no names but 0, 1, 2, …, as IDX files.
func (r *Run) relabel(s *data.Splits) error {
	got, known := s.Info(), r.Info.Classes
	if got.Task != data.Classification || r.Info.Task != data.Classification || slices.Equal(got.Classes, known) || got.Columns != nil && !got.Tokens {
		return nil
	}
	to := make([]int32, len(got.Classes))
	numbered := len(got.Classes) <= len(known)
	for i, name := range got.Classes {
		numbered = numbered && name == strconv.Itoa(i)
		to[i] = int32(slices.Index(known, name))
	}
	for i := range to {
		if numbered {
			to[i] = int32(i)
		} else if to[i] < 0 {
			return inputf("train: %s holds class %.40q; the model was trained on %.200q", got.Origin, got.Classes[i], known)
		}
	}
	info := *got
	info.Classes = known
	for _, set := range []*data.Set{&s.Train, &s.Valid, &s.Test} {
		if *set != nil {
			*set = &relabelled{*set, &info, to}
		}
	}
	return nil
}

// relabelled is a set whose class c is called to[c].
type relabelled struct {
	data.Set
	info *data.Info
	to   []int32
}

// Info is the description with the classes of the model.
func (s *relabelled) Info() *data.Info { return s.info }

// Read reads the examples and names their classes anew.
func (s *relabelled) Read(b *data.Batch, index []int, seed uint64) error {
	if err := s.Set.Read(b, index, seed); err != nil {
		return err
	}
	for i, c := range b.Labels {
		if c < 0 || int(c) >= len(s.to) {
			return fmt.Errorf("train: %s: class %d of %d", s.info.Name, c, len(s.to))
		}
		b.Labels[i] = s.to[c]
	}
	return nil
}
