package xor

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"brick/course/lesson"
	"brick/data"
	"brick/optim"
	"brick/train"
)

// No line gets four; both sums are 2b for every line.
func TestLine(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	most := 0
	for range 2000 {
		in := LineIn{4*r.Float64() - 2, 4*r.Float64() - 2, 4*r.Float64() - 2}
		raw, _ := json.Marshal(in)
		a, err := line.Answer(context.Background(), nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		o := a.(LineOut)
		most = max(most, o.Count)
		if math.Abs(o.Equal-2*in.B) > 1e-12 || math.Abs(o.Differ-2*in.B) > 1e-12 || o.Twice != 2*in.B {
			t.Fatalf("%+v: the sums are %g and %g", in, o.Equal, o.Differ)
		}
		for _, e := range o.Line {
			if s := in.W1*e[0] + in.W2*e[1] + in.B; math.Abs(s) > 1e-9 {
				t.Fatalf("%+v: the end %v has score %g", in, e, s)
			}
		}
	}
	if most != 3 {
		t.Errorf("a line got %d; want 3 at most", most)
	}
}

func TestSearch(t *testing.T) {
	a, err := search.Answer(context.Background(), nil, []byte(`{"tries":5000}`))
	if err != nil {
		t.Fatal(err)
	}
	o := a.(SearchOut)
	sum := 0
	for _, n := range o.Counts {
		sum += n
	}
	if sum != 5000 || o.Counts[4] != 0 || o.Counts[3] == 0 || o.Stopped || o.Mistakes < o.Passes {
		t.Errorf("%+v", o)
	}
}

func TestRefused(t *testing.T) {
	for _, err := range []error{
		LineIn{W1: math.NaN()}.Check(), SearchIn{Tries: 1 << 40}.Check(), NetIn{Act: "sin", Rate: 1, Steps: 1}.Check(), NetIn{Act: "tanh", Rate: 1, Steps: 1 << 30}.Check(),
		SeedsIn{Act: "tanh", Rate: 1, Steps: 10, Seeds: 1 << 20}.Check(), FirstIn{Act: "tanh", Seed: -1}.Check(),
	} {
		var refusal *lesson.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%v; want a refusal", err)
		}
	}
}

// A frame holds what its own weights give, worked out here once more.
func TestFrame(t *testing.T) {
	f := look("tanh", 3, network("tanh", 2, 3), 7)
	loss := 0.0
	for i, x := range Corners {
		h := [2]float64{}
		for k := range h {
			h[k] = math.Tanh(float64(f.W1[0][k])*x[0] + float64(f.W1[1][k])*x[1] + float64(f.B1[k]))
			if math.Abs(h[k]-float64(f.Hidden[i][k])) > 1e-5 {
				t.Errorf("corner %d: hidden %v; want %v", i, f.Hidden[i], h)
			}
		}
		p := 1 / (1 + math.Exp(-(float64(f.W2[0][0])*h[0] + float64(f.W2[1][0])*h[1] + float64(f.B2))))
		if math.Abs(p-float64(f.Out[i])) > 1e-5 {
			t.Errorf("corner %d: %v; want %g", i, f.Out[i], p)
		}
		if Labels[i] < 0 {
			p = 1 - p
		}
		loss -= math.Log(p) / 4
	}
	if math.Abs(loss-float64(f.Loss)) > 1e-5 || f.Step != 7 || len(f.Plane) != planeSize {
		t.Errorf("loss %v; want %g", f.Loss, loss)
	}
}

// The short loop leaves the same bits as train.Steps.
func TestTrainedAsByTrain(t *testing.T) {
	in := SeedsIn{Act: "tanh", Rate: 0.05, Steps: 60}
	m, o := network(in.Act, 3, 5), optim.NewMomentum()
	if err := optim.Attach(o, m); err != nil {
		t.Fatal(err)
	}
	_, b := corners()
	batches := func(yield func(int, *data.Batch) bool) {
		for n := 0; yield(n, &b); n++ {
		}
	}
	var last train.Step
	for s, err := range train.Steps(context.Background(), m, o, batches, train.Config{Steps: in.Steps + 1, Rate: optim.Schedule{LR: in.Rate}.At}) {
		if err != nil {
			t.Fatal(err)
		}
		last = s
	}
	if _, loss, err := trained(in, 3, 5); err != nil || loss != last.Loss {
		t.Errorf("loss %v, %v; train.Steps comes to %v", loss, err, last.Loss)
	}
}

// The defaults of the page succeed, and what it says of seed 1 is so.
func TestSeedsOfThePage(t *testing.T) {
	d := net.Default.(NetIn)
	for seed, want := range map[int]bool{d.Seed: true, 1: false} {
		r, err := trainOne(SeedsIn{Act: d.Act, Rate: d.Rate, Steps: d.Steps}, 2, seed)
		if err != nil || (r.Right == 4) != want {
			t.Errorf("seed %d: %+v, %v", seed, r, err)
		}
	}
}

// The table counts every network once, and wider ones succeed more often.
func TestTable(t *testing.T) {
	s := lesson.NewDesk(nil, 1).Session()
	var last SeedsOut
	each := 0
	err := s.Follow(context.Background(), "", seeds, []byte(`{"seeds":12,"steps":200}`), func(raw json.RawMessage) error {
		last = SeedsOut{}
		err := json.Unmarshal(raw, &last)
		each += len(last.New)
		return err
	})
	if err != nil || each != 12*len(Widths) {
		t.Fatalf("%d networks were told, %v", each, err)
	}
	for i, r := range last.Rows {
		if r.Width != Widths[i] || r.Params != 4*Widths[i]+1 || r.Tried != 12 {
			t.Errorf("%+v", r)
		}
	}
	if last.Rows[3].Solved <= last.Rows[0].Solved {
		t.Errorf("width 8 succeeds %d times, width 2 %d", last.Rows[3].Solved, last.Rows[0].Solved)
	}
}

// A training that is left after its second frame ends there.
func TestStopped(t *testing.T) {
	s := lesson.NewDesk(nil, 1).Session()
	enough, n := errors.New("enough"), 0
	err := s.Follow(context.Background(), "", net, nil, func(raw json.RawMessage) error {
		var f Frame
		if err := json.Unmarshal(raw, &f); err != nil || f.Step != n*frameSteps {
			t.Errorf("frame %d is of step %d, %v", n, f.Step, err)
		}
		if n++; n == 2 {
			return enough
		}
		return nil
	})
	if err != enough || s.Busy() {
		t.Errorf("%v, busy %v", err, s.Busy())
	}
}
