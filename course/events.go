package course

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"brick/course/lesson"
)

// How a stream of a job is kept: a page that takes nothing for writeTime is
// dropped, and a line is sent every pulse so that one that has gone is noticed.
const (
	writeTime = 10 * time.Second
	pulse     = time.Second
)

// jobs lists the learner's jobs of a chapter, so that a page that was loaded
// again can follow them.
func (c *Course) jobs(w http.ResponseWriter, q *http.Request) {
	type job struct {
		ID    string          `json:"id"`
		Call  string          `json:"call"`
		Args  json.RawMessage `json:"args"`
		State lesson.State    `json:"state"`
	}
	list := []job{}
	if _, s := c.session(w, q, false); s != nil {
		for _, j := range s.Jobs(q.URL.Query().Get("chapter")) {
			list = append(list, job{j.ID, j.Call, j.Args, j.State()})
		}
	}
	c.answer(w, q, list, nil)
}

// job finds a job of the learner who asks; nil when it has answered that there is none.
func (c *Course) job(w http.ResponseWriter, q *http.Request, s *lesson.Session) *lesson.Job {
	if s != nil {
		if j := s.Job(q.PathValue("id")); j != nil {
			return j
		}
	}
	refuse(w, http.StatusNotFound, &lesson.Refusal{Key: "refused.job", Message: "there is no such job"})
	return nil
}

// act pauses, resumes, steps or stops a job.
func (c *Course) act(w http.ResponseWriter, q *http.Request) {
	j := c.job(w, q, c.posted(w, q))
	if j == nil {
		return
	}
	acts := map[string]func() lesson.State{"pause": j.Pause, "resume": j.Resume, "step": j.Step, "stop": j.Stop}
	f := acts[q.PathValue("act")]
	if f == nil {
		refuse(w, http.StatusNotFound, &lesson.Refusal{Key: "refused.call", Message: "a job can pause, resume, step and stop"})
		return
	}
	c.answer(w, q, map[string]lesson.State{"state": f()}, nil)
}

// events streams what a job sends (server-sent events): the values after
// Last-Event-ID, changes of its state, and how it ended.
func (c *Course) events(w http.ResponseWriter, q *http.Request) {
	_, s := c.session(w, q, false)
	j := c.job(w, q, s)
	if j == nil {
		return
	}
	last, _ := strconv.Atoi(q.Header.Get("Last-Event-ID")) // anything else is from the start
	leave := j.Watch()
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	send := func(event string, id int, data []byte) error {
		control.SetWriteDeadline(time.Now().Add(writeTime))
		if event != "" {
			fmt.Fprintf(w, "event: %s\n", event)
		}
		if id > 0 {
			fmt.Fprintf(w, "id: %d\n", id)
		}
		_, err := fmt.Fprintf(w, "data: %s\n\n", data) // JSON has no line breaks
		return err
	}
	var told lesson.State
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		list, state, changed, err := j.Since(last)
		for _, u := range list {
			if send("", u.N, u.Data) != nil {
				return
			}
			last = u.N
		}
		if state.Ended() {
			end := map[string]any{"state": state}
			if err != nil {
				c.status(q, err)
				end["error"] = refusal(err)
			}
			raw, err := json.Marshal(end)
			if err != nil {
				raw, _ = json.Marshal(map[string]any{"state": state})
			}
			send("end", 0, raw)
			control.Flush()
			return
		}
		if state != told {
			told = state
			if send("state", 0, fmt.Appendf(nil, `{"state":%q}`, state)) != nil {
				return
			}
		}
		if control.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-tick.C:
			control.SetWriteDeadline(time.Now().Add(writeTime))
			if _, err := fmt.Fprint(w, ":\n\n"); err != nil {
				return
			}
		case <-q.Context().Done():
			return
		}
	}
}
