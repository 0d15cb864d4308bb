package train

import (
	"slices"
	"strings"
	"testing"

	"brick/data"
)

// classesOnly is a set of one example a class, of images.
type classesOnly struct{ info *data.Info }

func (s classesOnly) Info() *data.Info { return s.info }
func (s classesOnly) Len() int         { return len(s.info.Classes) }
func (s classesOnly) Read(b *data.Batch, index []int, _ uint64) error {
	b.Labels = nil
	for _, i := range index {
		b.Labels = append(b.Labels, int32(i))
	}
	return nil
}

// Classes of other images are found by name, or by number where they have no names; one that the model lacks is an error.
func TestRelabel(t *testing.T) {
	r := &Run{Info: data.Info{Task: data.Classification, Input: []int{1, 2, 2}, Classes: []string{"bag", "coat", "shirt"}}}
	for _, c := range []struct {
		classes []string
		want    []int32
		err     string
	}{
		{[]string{"bag", "coat", "shirt"}, []int32{0, 1, 2}, ""},
		{[]string{"shirt", "bag"}, []int32{2, 0}, ""},
		{[]string{"0", "1", "2"}, []int32{0, 1, 2}, ""},
		{[]string{"0", "1"}, []int32{0, 1}, ""},
		{[]string{"0", "1", "2", "3"}, nil, `holds class "0"; the model was trained on ["bag" "coat" "shirt"]`},
		{[]string{"bag", "hat"}, nil, `holds class "hat"`},
	} {
		set := classesOnly{&data.Info{Task: data.Classification, Input: []int{1, 2, 2}, Classes: c.classes}}
		s := &data.Splits{Train: set}
		err := r.relabel(s)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: %v, want %q", c.classes, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		index := make([]int, len(c.classes))
		for i := range index {
			index[i] = i
		}
		var b data.Batch
		if err := s.Train.Read(&b, index, 0); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(b.Labels, c.want) || !slices.Equal(s.Train.Info().Classes, r.Info.Classes) {
			t.Errorf("%q become %v of %q, want %v", c.classes, b.Labels, s.Train.Info().Classes, c.want)
		}
	}
}
