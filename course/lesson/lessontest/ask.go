// Package lessontest asks the calls of chapters as a page does, in their tests.
package lessontest

import (
	"encoding/json"
	"testing"

	"brick/course/lesson"
)

// Ask gives the answer of a call to in, a struct or the text of a JSON object.
// Where s is nil it is asked by a learner who has no runs. An error ends the test.
func Ask[Out any](t testing.TB, s *lesson.Session, c *lesson.Call, in any) Out {
	t.Helper()
	text, ok := in.(string)
	raw := []byte(text)
	if !ok {
		var err error
		if raw, err = json.Marshal(in); err != nil {
			t.Fatal(err)
		}
	}
	if s == nil {
		s = lesson.NewDesk(&lesson.Runs{Root: "none"}, 1).Session()
	}
	out, err := c.Answer(t.Context(), s, raw)
	if err != nil {
		t.Fatalf("%s %.80s: %v", c.Name, raw, err)
	}
	return out.(Out)
}
