package bricks

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"brick/course/lesson"
	"brick/course/lesson/lessontest"
	"brick/model"
	"brick/nn"
)

// The counts by shape against networks that are declared and walked.
func TestCountIsThatOfTheNetwork(t *testing.T) {
	for _, in := range []CountIn{{1, 64}, {12, 768}, {48, 1600}, {96, 12288}} {
		raw, _ := json.Marshal(in)
		c := lessontest.Ask[Counted](t, nil, count, string(raw))
		m, err := model.New(c.Stack, nn.Input{Vocab: vocab})
		if err != nil {
			t.Fatal(err)
		}
		p := c.Params
		sum := p.Embedding + p.Positions + p.Attention + p.FeedForward + p.Norms + p.Head
		if n := nn.Count(m); n != p.Total || sum != n {
			t.Errorf("%s: counted %d, parts %d; the network has %d", c.Stack, p.Total, sum, n)
		}
	}
	if c := lessontest.Ask[Counted](t, nil, count, `{"layers":12,"width":768}`); c.Params.Total != 124439808 || c.Rule != 84934656 || c.Wider < 3*c.Params.Total {
		t.Errorf("GPT-2 small: %+v", c)
	}
}

// The ladder's counts are near what is published, and GPT-4 has none.
func TestLadder(t *testing.T) {
	list := lessontest.Ask[[]Model](t, nil, ladder, "")
	want := map[string]string{"GPT-1": "116534784 1.0", "GPT-2 XL": "1557611200 13.4", "GPT-3 175B": "174604259328 1498.3", "GPT-4": "0 15446.0"}
	for _, m := range list {
		if got := fmt.Sprintf("%d %.1f", m.Exact, m.Times); got != want[m.Name] {
			t.Errorf("%s: %s; want %s", m.Name, got, want[m.Name])
		}
		known := m.Name != "GPT-4"
		if (m.Status == "") != known || math.IsNaN(float64(m.Off)) == known || math.Abs(float64(m.Off)) > 0.04 || len(m.From) == 0 || m.Stated == 0 {
			t.Errorf("%s: %+v", m.Name, m)
		}
	}
	if len(list) != len(want) {
		t.Errorf("%d rungs; want %d", len(list), len(want))
	}
}

func TestCountRefuses(t *testing.T) {
	for _, in := range []string{`{"layers":0}`, `{"layers":129}`, `{"width":65}`, `{"width":1e9}`, `{"width":0}`} {
		if _, err := count.Answer(context.Background(), lesson.NewDesk(nil, 1).Session(), []byte(in)); err == nil {
			t.Errorf("%s is counted", in)
		}
	}
}
