package llama

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"brick/course/lesson"
	"brick/course/views"
)

// Training sends its steps and lets the model write at the end; a second time it is found trained.
func TestLearn(t *testing.T) {
	short := func(m *lesson.Model) func() {
		job := m.Job
		m.Job.Steps, m.Job.Data.Examples = 12, 300
		return func() { m.Job = job }
	}
	defer short(&views.Couplets)()
	defer short(&views.Stories)()
	s := lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 1).Session()
	in := []byte(`{"model":"learn-couplets"}`)
	for range 2 {
		var last Learning
		if err := s.Follow(t.Context(), Chapter.Dir, learn, in, func(raw json.RawMessage) error { return json.Unmarshal(raw, &last) }); err != nil {
			t.Fatal(err)
		}
		if last.Step != 12 || !(last.Valid > 2 && float64(last.Valid) < last.Blind+1) || last.Text == "" || strings.Contains(last.Text, "\uFFFD") {
			t.Fatalf("the end is %+v", last)
		}
	}
	enough := errors.New("enough")
	if err := s.Follow(t.Context(), Chapter.Dir, learn, nil, func(json.RawMessage) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("training that is left: %v", err)
	}
	for range 500 { // it stops at its next step, and then goes on from there
		err := s.Follow(t.Context(), Chapter.Dir, learn, nil, func(json.RawMessage) error { return nil })
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "is being trained") {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !s.Runs.Has(views.Stories.Name) {
		t.Error("training that was left did not go on")
	}
	if _, err := learn.Show([]byte(`{"model":"learn-x"}`)); err == nil {
		t.Error("a model that is none of the two")
	}
}
