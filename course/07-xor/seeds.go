package xor

import (
	"context"

	"brick/course/lesson"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// Widths are the numbers of hidden neurons that are tried.
var Widths = []int{2, 3, 4, 8}

// SeedsIn trains networks of every width from many first weights.
type SeedsIn struct {
	Act   string  `json:"act"`
	Rate  float64 `json:"rate"`
	Steps int     `json:"steps"`
	Seeds int     `json:"seeds"` // 1, 2, …
}

// Check bounds the trainings.
func (in SeedsIn) Check() error {
	return lesson.First(NetIn{Act: in.Act, Rate: in.Rate, Steps: in.Steps}.Check(), lesson.Within("steps", float64(in.Steps), 1, 2000),
		lesson.Within("seeds", float64(in.Seeds), 1, 200))
}

// Row is how the networks of one width did so far.
type Row struct {
	Width  int `json:"width"`
	Params int `json:"params"`
	Tried  int `json:"tried"`
	Solved int `json:"solved"` // said the right thing of all four corners, with a loss below 0.1
}

// Trained is one network.
type Trained struct {
	Width int        `json:"width"`
	Seed  int        `json:"seed"`
	Loss  lesson.Num `json:"loss"`
	Right int        `json:"right"`
}

// SeedsOut is the table, and what was trained since the last one.
type SeedsOut struct {
	In   SeedsIn   `json:"in"` // what this is the table of
	Rows []Row     `json:"rows"`
	New  []Trained `json:"new"`
}

const solvedLoss = 0.1 // nats; each corner is then said with a probability of at least e^−0.4 = 0.67

var seeds = lesson.Shows(lesson.Stream("seeds", SeedsIn{Act: "relu", Rate: 0.05, Steps: 600, Seeds: 100}, func(_ context.Context, _ *lesson.Session, in SeedsIn, j *lesson.Job) error {
	out := SeedsOut{In: in}
	for _, w := range Widths {
		out.Rows = append(out.Rows, Row{Width: w, Params: nn.Count(network(in.Act, w, 0))})
	}
	for seed := 1; seed <= in.Seeds; seed++ {
		for i, w := range Widths {
			t, err := trainOne(in, w, seed)
			if err != nil {
				return err
			}
			out.Rows[i].Tried++
			if t.Right == 4 && t.Loss < solvedLoss {
				out.Rows[i].Solved++
			}
			out.New = append(out.New, t)
			if j.Due() {
				if err := j.Emit(out); err != nil {
					return err
				}
				out.New = out.New[:0]
			}
		}
	}
	return j.Emit(out)
}), func(in SeedsIn) lesson.Shown {
	return lesson.Shown{Go: program(in.Act, "[]int{2, 3, 4, 8}", 1, in.Seeds, in.Rate, in.Steps)}
})

// trainOne trains a network and sees how it did.
func trainOne(in SeedsIn, width, seed int) (Trained, error) {
	scores, loss, err := trained(in, width, seed)
	if err != nil {
		return Trained{}, err
	}
	t := Trained{Width: width, Seed: seed, Loss: lesson.Num(loss)}
	for i, y := range Labels {
		if says(float64(scores[i])) == y {
			t.Right++
		}
	}
	return t, nil
}

// trained takes the same steps as train.Steps does, whose bookkeeping would take
// longer than they do on four examples; scores and loss are those after them.
func trained(in SeedsIn, width, seed int) (scores []kernel.Float, loss float64, err error) {
	m := network(in.Act, width, seed)
	o := optim.NewMomentum()
	if err := optim.Attach(o, m); err != nil {
		return nil, 0, err
	}
	x, b := corners()
	var tape grad.Tape
	forward := func() (y, loss *grad.Var) {
		tape.Reset()
		y = m.Forward(tape.Const(x, 4, 2))
		return y, train.BCE(y, &b)
	}
	for range in.Steps {
		_, l := forward()
		l.Backward()
		o.Step(in.Rate)
	}
	y, l := forward()
	return y.Data(), l.Item(), nil
}
