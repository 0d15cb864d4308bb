package blocks

import (
	"context"
	"strings"

	"brick/course/lesson"
	"brick/grad"
)

// ExamplesIn names a data set and the seed it is drawn with.
type ExamplesIn struct {
	Data string `json:"data"`
	Seed int    `json:"seed"`
}

// Check bounds both.
func (in ExamplesIn) Check() error {
	return lesson.First(known(in.Data), lesson.Within("seed", float64(in.Seed), 1, 9999))
}

// Examples shows what is to be learnt.
type Examples struct {
	Kind    string           `json:"kind"`
	Train   int              `json:"train"` // examples that are learnt from
	Held    int              `json:"held"`
	Points  [][][]lesson.Num `json:"points"`  // of the plane, by class
	Images  [][]lesson.Num   `json:"images"`  // held-out ones, rows one after the other, 0 dark to 1 light
	Classes []string         `json:"classes"` // of the images
	Text    string           `json:"text"`    // the beginning of a text
	Vocab   int              `json:"vocab"`   // characters it is made of
}

// examples gives a few examples of a data set.
var examples = lesson.Ask("examples", ExamplesIn{"moons", 1}, func(_ context.Context, s *lesson.Session, in ExamplesIn) (e Examples, err error) {
	from, err := open(s, in.Data, uint64(in.Seed))
	if err != nil {
		return e, err
	}
	e.Kind, e.Train, e.Held = from.Kind, from.splits.Train.Len(), from.held().Len()
	info := from.splits.Info()
	n := pictured
	if from.Kind == "plane" {
		n = points
	}
	set := from.held()
	if from.Kind != "image" {
		set = from.splits.Train
	}
	b, err := some(set, n)
	if err != nil {
		return e, err
	}
	switch from.Kind {
	case "plane":
		e.Points = make([][][]lesson.Num, len(info.Classes))
		for i, class := range b.Labels {
			e.Points[class] = append(e.Points[class], []lesson.Num{rounded(float64(b.X[2*i])), rounded(float64(b.X[2*i+1]))})
		}
	case "image":
		size := info.Input[1] * info.Input[2]
		for i, class := range b.Labels {
			pixels := make([]lesson.Num, size)
			for k := range pixels {
				pixels[k] = short([]grad.Float{grad.Float(float64(b.X[i*size+k])*info.Std[0] + info.Mean[0])})[0]
			}
			e.Images, e.Classes = append(e.Images, pixels), append(e.Classes, info.Classes[class])
		}
	case "text":
		e.Vocab = info.Vocab
		e.Text = strings.ReplaceAll(string(from.tok.Decode(b.IDs[:min(len(b.IDs), 6*window)])), "<|endoftext|>", "\n")
	}
	return e, nil
})
