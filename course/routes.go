package course

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"

	"brick/course/lesson"
)

// policy lets a page load from this server alone, and run no code of its own.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// routes are the site's addresses.
func (c *Course) routes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", c.home)
	m.HandleFunc("GET /{lang}/{$}", c.contents)
	m.HandleFunc("GET /{lang}/{chapter}/{$}", c.chapterPage)
	m.HandleFunc("GET /web/{file}", c.file)
	m.HandleFunc("GET /{chapter}/{file}", c.file)
	m.HandleFunc("POST /api/ask/{chapter}/{call}", c.ask)
	m.HandleFunc("POST /api/show/{chapter}/{call}", c.show)
	m.HandleFunc("POST /api/start/{chapter}/{call}", c.start)
	m.HandleFunc("GET /api/jobs", c.jobs)
	m.HandleFunc("GET /api/job/{id}/events", c.events)
	m.HandleFunc("POST /api/job/{id}/{act}", c.act)
	m.HandleFunc("GET /api/runs", c.runs)
	m.HandleFunc("GET /api/socket", c.socket(m))
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		m.ServeHTTP(w, q)
	})
}

// file serves a file of the front end.
func (c *Course) file(w http.ResponseWriter, q *http.Request) {
	content, err := c.asset(q.URL.Path)
	if err != nil {
		http.NotFound(w, q)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(q.URL.Path)))
	w.Write(content)
}

// ask answers a call.
func (c *Course) ask(w http.ResponseWriter, q *http.Request) {
	s, call, in, ok := c.called(w, q)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(q.Context(), lesson.MaxAsk)
	defer cancel()
	answer, err := call.Answer(ctx, s, in)
	c.answer(w, q, answer, err)
}

// show gives the commands and the program that make a call's numbers.
func (c *Course) show(w http.ResponseWriter, q *http.Request) {
	_, call, in, ok := c.called(w, q)
	if !ok {
		return
	}
	shown, err := Show(q.PathValue("chapter"), call, in)
	c.answer(w, q, shown, err)
}

// start begins a job.
func (c *Course) start(w http.ResponseWriter, q *http.Request) {
	s, call, in, ok := c.called(w, q)
	if !ok {
		return
	}
	j, err := s.Start(q.PathValue("chapter"), call, in)
	if err != nil {
		c.answer(w, q, nil, err)
		return
	}
	c.answer(w, q, map[string]string{"id": j.ID}, nil)
}

// called reads who asks for which call with which argument. When something is
// wrong it has answered, and ok is false.
func (c *Course) called(w http.ResponseWriter, q *http.Request) (s *lesson.Session, call *lesson.Call, in []byte, ok bool) {
	if s = c.posted(w, q); s == nil {
		refuse(w, http.StatusForbidden, &lesson.Refusal{Key: "refused.token", Message: "the page is from before the server started; load it again"})
		return
	}
	if ch := c.chapter(q.PathValue("chapter")); ch != nil {
		call = ch.Call(q.PathValue("call"))
	}
	if call == nil {
		refuse(w, http.StatusNotFound, &lesson.Refusal{Key: "refused.call", Message: fmt.Sprintf("there is no call %s of %s", q.PathValue("call"), q.PathValue("chapter"))})
		return
	}
	in, err := io.ReadAll(q.Body)
	if err != nil {
		status := http.StatusBadRequest
		if errors.As(err, new(*http.MaxBytesError)) {
			status = http.StatusRequestEntityTooLarge
		}
		refuse(w, status, &lesson.Refusal{Key: "refused.body", Message: err.Error()})
		return
	}
	return s, call, in, true
}

// runs lists the trained models that a widget may look into.
func (c *Course) runs(w http.ResponseWriter, q *http.Request) {
	_, s := c.session(w, q, false)
	if s == nil {
		refuse(w, http.StatusForbidden, &lesson.Refusal{Key: "refused.token", Message: "the page is from before the server started; load it again"})
		return
	}
	list, err := s.Runs.List()
	if list == nil {
		list = []lesson.RunInfo{}
	}
	c.answer(w, q, list, err)
}

// answer writes a value, or an error: 400 for what the asker can mend, 503 for
// what took too long, 500 for the rest.
func (c *Course) answer(w http.ResponseWriter, q *http.Request, v any, err error) {
	if err != nil {
		refuse(w, c.status(q, err), refusal(err))
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		c.logf("%s: %v", q.URL.Path, err)
		refuse(w, http.StatusInternalServerError, refusal(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(raw)
}

// status sorts an error; what is the server's own fault is logged.
func (c *Course) status(q *http.Request, err error) int {
	switch {
	case errors.As(err, new(*lesson.Refusal)):
		return http.StatusBadRequest
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	case errors.Is(err, context.Canceled):
		return 499 // the page has gone and reads nothing
	}
	c.logf("%s: %v", q.URL.Path, err)
	return http.StatusInternalServerError
}

// refusal is an error as pages read it.
func refusal(err error) *lesson.Refusal {
	var r *lesson.Refusal
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, context.DeadlineExceeded):
		return &lesson.Refusal{Key: "refused.slow", Args: []any{lesson.MaxAsk.Seconds()}, Message: "this took longer than " + lesson.MaxAsk.String()}
	}
	return &lesson.Refusal{Key: "refused.failed", Args: []any{err.Error()}, Message: err.Error()}
}

func refuse(w http.ResponseWriter, status int, r *lesson.Refusal) {
	raw, err := json.Marshal(map[string]*lesson.Refusal{"error": r})
	if err != nil { // an argument of the refusal cannot be written; its message can
		raw, _ = json.Marshal(map[string]any{"error": map[string]string{"key": r.Key, "message": r.Message}})
	}
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	w.Write(raw)
}

func (c *Course) logf(format string, args ...any) {
	if c.log != nil {
		fmt.Fprintf(c.log, format+"\n", args...)
	}
}
