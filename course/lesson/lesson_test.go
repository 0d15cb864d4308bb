package lesson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

type stepsIn struct {
	From  float64   `json:"from"`
	Steps int       `json:"steps"`
	List  []float64 `json:"list"`
}

func (in stepsIn) Check() error { return Within("steps", float64(in.Steps), 1, 1000) }

var double = Ask("double", stepsIn{From: 2, Steps: 1, List: []float64{1, 2}}, func(_ context.Context, _ *Session, in stepsIn) (float64, error) {
	return 2*in.From + in.List[0], nil
})

// count sends the numbers from 1.
var count = Stream("count", stepsIn{Steps: 3}, func(_ context.Context, _ *Session, in stepsIn, j *Job) error {
	for i := range in.Steps {
		if err := j.Emit(i + 1); err != nil {
			return err
		}
	}
	return nil
})

func TestArguments(t *testing.T) {
	s := NewDesk(nil, 1).Session()
	for _, c := range []struct{ in, want string }{
		{"", "5"}, {"{}", "5"}, {`{"from":4}`, "9"}, {`{"list":[7]}`, "11"}, {"", "5"},
		{`{"frm":4}`, "error"}, {`{"from":"4"}`, "from is a string"}, {`{"steps":0}`, "want 1 to 1000"}, {`{} {}`, "goes on"}, {`[`, "error"}, {`{"from":1e999}`, "error"},
	} {
		got, err := double.Answer(context.Background(), s, []byte(c.in))
		var refusal *Refusal
		switch {
		case err == nil && fmt.Sprint(got) == c.want:
		case errors.As(err, &refusal) && (c.want == "error" || strings.Contains(err.Error(), c.want)):
		default:
			t.Errorf("%q gives %v, %v; want %s", c.in, got, err, c.want)
		}
	}
	a, _ := double.Key(nil)
	b, _ := double.Key([]byte(`{"steps":1,"from":2}`))
	if a != b || a != `double {"from":2,"list":[1,2],"steps":1}` {
		t.Errorf("keys %s and %s", a, b)
	}
}

func TestNum(t *testing.T) {
	raw, err := json.Marshal(Nums([]float64{1.5, math.NaN(), math.Inf(1), math.Inf(-1), 1e-300}))
	if err != nil || string(raw) != "[1.5,null,1e999,-1e999,1e-300]" {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":{"zh":"甲","en":"a"}}`:          "",
		`{"a":{"zh":"甲"}}`:                   `"a" has no text in "en"`,
		`{"a":{"zh":"甲","en":"a","fr":"a"}}`: "only [zh en] are known",
		`{"a":{"zh":"甲","en":""}}`:           `"a" has no text in "en"`,
		`{"a"`:                               "text.json",
	} {
		_, err := Text(fstest.MapFS{"text.json": {Data: []byte(text)}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

// wait follows a job until its state is one of those wanted, and gives the values sent.
func wait(t *testing.T, j *Job, until func(n int, s State) bool) (values []string) {
	t.Helper()
	late := time.After(10 * time.Second)
	for last := 0; ; {
		list, state, changed, _ := j.Since(last)
		for _, u := range list {
			values = append(values, string(u.Data))
			last = u.N
		}
		if until(len(values), state) {
			return values
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("job is %s after %v", state, values)
		}
	}
}

func start(t *testing.T, s *Session, c *Call, in string) *Job {
	t.Helper()
	j, err := s.Start("chapter", c, []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJobRunsToItsEnd(t *testing.T) {
	s := NewDesk(nil, 1).Session()
	j := start(t, s, count, "")
	if got := wait(t, j, func(_ int, s State) bool { return s == Done }); strings.Join(got, " ") != "1 2 3" {
		t.Errorf("sent %v", got)
	}
	if s.Busy() || s.Job(j.ID) != j || s.Job("other") != nil || j.Pause() != Done {
		t.Error("an ended job is not over")
	}
	failed := start(t, s, count, `{"steps":0}`)
	wait(t, failed, func(_ int, s State) bool { return s == Failed })
	if _, _, _, err := failed.Since(0); !errors.As(err, new(*Refusal)) {
		t.Errorf("error %v", err)
	}
}

// endless sends numbers until it is stopped.
var endless = Stream("endless", struct{}{}, func(_ context.Context, _ *Session, _ struct{}, j *Job) error {
	for i := 0; ; i++ {
		if !j.Due() {
			time.Sleep(time.Millisecond)
			continue
		}
		if err := j.Emit(i); err != nil {
			return err
		}
	}
})

// A paused job sends one value a step, goes on when resumed and ends when stopped.
func TestJobPausesAndSteps(t *testing.T) {
	s := NewDesk(nil, 1).Session()
	j := start(t, s, endless, "")
	defer j.Watch()()
	wait(t, j, func(n int, _ State) bool { return n >= 1 })
	j.Pause()
	time.Sleep(3 * updateTime)
	before, _, _, _ := j.Since(0)
	time.Sleep(3 * updateTime)
	after, _, _, _ := j.Since(0)
	if len(after) != len(before) {
		t.Fatalf("a paused job sent %d values", len(after)-len(before))
	}
	for range 3 {
		j.Step()
	}
	wait(t, j, func(n int, _ State) bool { return n >= len(before)+3 })
	time.Sleep(2 * updateTime)
	if now, _, _, _ := j.Since(0); len(now) != len(before)+3 {
		t.Errorf("three steps sent %d values", len(now)-len(before))
	}
	j.Resume()
	wait(t, j, func(n int, _ State) bool { return n >= len(before)+6 })
	j.Stop()
	wait(t, j, func(_ int, s State) bool { return s == Stopped })
}

// While one job is paused another one computes, though there is one slot.
func TestPausedJobGivesItsTurn(t *testing.T) {
	s := NewDesk(nil, 1).Session()
	j := start(t, s, endless, "")
	defer j.Watch()()
	j.Pause()
	other := start(t, s, count, "")
	wait(t, other, func(_ int, s State) bool { return s == Done })
	j.Resume()
	third := start(t, s, count, "") // the endless one passes its turn on
	wait(t, third, func(_ int, s State) bool { return s == Done })
	s.End()
}

func TestAbandonedJobStops(t *testing.T) {
	s := NewDesk(nil, 2).Session()
	alone, reloaded := start(t, s, endless, ""), (*Job)(nil)
	began := time.Now()
	other := Stream("other", struct{}{}, func(ctx context.Context, s *Session, in struct{}, j *Job) error {
		return endless.stream(ctx, s, nil, j)
	})
	reloaded = start(t, s, other, "")
	reloaded.Watch()() // a page that goes,
	time.Sleep(Grace / 2)
	leave := reloaded.Watch() // and comes back in time
	wait(t, alone, func(_ int, s State) bool { return s == Stopped })
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("an abandoned job stopped after %v", took)
	}
	time.Sleep(Grace)
	if reloaded.State() != Running {
		t.Error("a watched job was stopped")
	}
	leave()
	s.End()
}

// A new job of a call takes the place of the old one; too many others are refused.
func TestJobsOfASession(t *testing.T) {
	s := NewDesk(nil, 8).Session()
	first := start(t, s, endless, "")
	second := start(t, s, endless, "")
	if first.State() != Stopped || second.State() != Running {
		t.Errorf("states %s, %s", first.State(), second.State())
	}
	for i := range MaxJobs - 1 {
		c := *endless
		c.Name = fmt.Sprint(i)
		start(t, s, &c, "")
	}
	if _, err := s.Start("chapter", count, nil); err == nil {
		t.Error("a job too many was started")
	}
	s.End()
}

func TestReserve(t *testing.T) {
	s := NewDesk(nil, 1).Session()
	release, err := s.Reserve(MaxMemory)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reserve(1); err == nil {
		t.Error("more memory than there is")
	}
	release()
	release()
	if _, err := s.Reserve(MaxMemory); err != nil {
		t.Error(err)
	}
	if _, err := s.Reserve(-1); err == nil {
		t.Error("negative memory")
	}
}

func TestKeep(t *testing.T) {
	s, made := NewDesk(nil, 1).Session(), 0
	get := func(key string) int {
		v, err := Keep(s, key, func() (int, error) { made++; return made, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if first, again := get("a"), get("a"); first != 1 || again != 1 || get("b") != 2 {
		t.Error("what was kept was made again")
	}
	for i := range MaxValues {
		get(fmt.Sprint(i))
	}
	if get("a") == 1 {
		t.Error("more than MaxValues are kept")
	}
	if _, err := Keep(s, "a", func() (string, error) { return "", nil }); err == nil {
		t.Error("a value of another type")
	}
}

// A panic in a job fails the job, not the server.
func TestJobPanics(t *testing.T) {
	s := NewDesk(nil, 1).Session()
	j := start(t, s, Stream("bad", struct{}{}, func(context.Context, *Session, struct{}, *Job) error { panic("on purpose") }), "")
	wait(t, j, func(_ int, s State) bool { return s == Failed })
}

func ExampleAsk() {
	type in struct {
		X float64 `json:"x"`
	}
	square := Ask("square", in{X: 3}, func(_ context.Context, _ *Session, in in) (float64, error) { return in.X * in.X, nil })
	s := NewDesk(&Runs{Root: "runs"}, 1).Session()
	for _, arg := range []string{"", `{"x":4}`, `{"y":4}`} {
		fmt.Println(square.Answer(context.Background(), s, []byte(arg)))
	}
	// Output:
	// 9 <nil>
	// 16 <nil>
	// <nil> the argument: json: unknown field "y"
}
