package lesson

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Bounds of one learner.
const (
	MaxAsk    = 10 * time.Second // for an answer
	MaxValues = 12               // values that Keep holds
	MaxJobs   = 4                // that run at once
	MaxMemory = 512 << 20        // bytes of the models that Keep holds and jobs train, by their plans
)

// Session is one learner at a time: what is kept between their calls, and
// their jobs. It is safe for several goroutines.
type Session struct {
	Runs  *Runs
	turns *turns

	mu    sync.Mutex
	kept  []value
	jobs  []*Job
	bytes int64
}

type value struct {
	key string
	v   any
}

// Desk is what the sessions of one server share.
type Desk struct {
	Runs  *Runs
	turns *turns
}

// NewDesk shares the models of runs, and lets n jobs compute at once.
func NewDesk(runs *Runs, n int) *Desk { return &Desk{Runs: runs, turns: newTurns(max(n, 1))} }

// Session starts a learner's session.
func (d *Desk) Session() *Session { return &Session{Runs: d.Runs, turns: d.turns} }

// Keep gives what make made for this key before, or makes and keeps it; the
// value used longest ago gives way to a thirteenth. What is kept must not be
// changed by two calls at once.
func Keep[T any](s *Session, key string, make func() (T, error)) (T, error) {
	s.mu.Lock()
	if i := slices.IndexFunc(s.kept, func(v value) bool { return v.key == key }); i >= 0 {
		v := s.kept[i]
		s.kept = append(slices.Delete(s.kept, i, i+1), v)
		s.mu.Unlock()
		if t, ok := v.v.(T); ok {
			return t, nil
		}
		return *new(T), fmt.Errorf("%q is kept as a %T", key, v.v)
	}
	s.mu.Unlock()
	t, err := make()
	if err == nil {
		s.Put(key, t)
	}
	return t, err
}

// Put keeps a value, in place of one of the same key.
func (s *Session) Put(key string, v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = slices.DeleteFunc(s.kept, func(v value) bool { return v.key == key })
	if len(s.kept) >= MaxValues {
		s.kept = slices.Delete(s.kept, 0, 1)
	}
	s.kept = append(s.kept, value{key, v})
}

// Kept gives the value of a key, false when there is none of this type.
func Kept[T any](s *Session, key string) (t T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.kept {
		if v.key == key {
			t, ok = v.v.(T)
		}
	}
	return t, ok
}

// Reserve sets memory aside for a model that is about to be built, or refuses
// when the learner's models would have more than MaxMemory together. release
// gives it back.
func (s *Session) Reserve(bytes int64) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bytes < 0 || s.bytes+bytes > MaxMemory {
		return nil, &Refusal{Key: "refused.memory", Args: []any{bytes >> 20, MaxMemory >> 20, s.bytes >> 20},
			Message: fmt.Sprintf("this needs %d MiB; a learner has %d MiB, of which %d are in use", bytes>>20, MaxMemory>>20, s.bytes>>20)}
	}
	s.bytes += bytes
	return sync.OnceFunc(func() {
		s.mu.Lock()
		s.bytes -= bytes
		s.mu.Unlock()
	}), nil
}

// Start runs a streaming call as a job. One of the same call that still runs is
// stopped; beyond MaxJobs others are refused.
func (s *Session) Start(chapter string, c *Call, args []byte) (*Job, error) {
	if c.stream == nil {
		return nil, fmt.Errorf("%s is answered at once: it is no job", c.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	running := 0
	var before []*Job // of this call, whose end the new one waits for: they may hold the same run
	s.jobs = slices.DeleteFunc(s.jobs, func(j *Job) bool {
		if same := j.Chapter == chapter && j.Call == c.Name; same {
			j.Stop()
			before = append(before, j)
			return true
		}
		if !j.State().Ended() {
			running++
		}
		return false
	})
	if running >= MaxJobs {
		return nil, &Refusal{Key: "refused.jobs", Args: []any{MaxJobs}, Message: fmt.Sprintf("%d trainings already run; stop one first", MaxJobs)}
	}
	if len(s.jobs) >= 2*MaxJobs { // ended ones, kept for pages that come back
		s.jobs = slices.Delete(s.jobs, 0, 1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	j := &Job{ID: rand.Text(), Chapter: chapter, Call: c.Name, Args: json.RawMessage(slices.Clone(args)), turns: s.turns, ctx: ctx, cancel: cancel, over: make(chan struct{}),
		changed: make(chan struct{}), state: Running}
	if len(j.Args) == 0 {
		j.Args = json.RawMessage("{}")
	}
	s.jobs = append(s.jobs, j)
	j.leaveAlone(Grace)
	go func() {
		defer close(j.over)
		defer cancel()
		for _, b := range before {
			<-b.over
		}
		err := s.turns.enter(ctx)
		defer s.turns.leave()
		j.mu.Lock()
		j.began = time.Now()
		j.mu.Unlock()
		if err == nil {
			err = caught(func() error { return c.stream(ctx, s, j.Args, j) })
		}
		j.finish(err)
	}()
	return j, nil
}

// Follow runs a streaming call and hands each value it sends to each, until it
// ends, ctx does, or each errs. When Follow returns, the stream has too.
func (s *Session) Follow(ctx context.Context, chapter string, c *Call, args []byte, each func(json.RawMessage) error) error {
	j, err := s.Start(chapter, c, args)
	if err != nil {
		return err
	}
	defer func() {
		j.Stop()
		<-j.over
	}()
	defer j.Watch()()
	for last := 0; ; {
		list, state, changed, err := j.Since(last)
		for _, u := range list {
			if err := each(u.Data); err != nil {
				return err
			}
			last = u.N
		}
		if state.Ended() {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// caught turns a panic of f into an error: a job must not end the server.
func caught(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the job failed: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// Jobs gives the learner's jobs of a chapter, newest last.
func (s *Session) Jobs(chapter string) (list []*Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.Chapter == chapter {
			list = append(list, j)
		}
	}
	return list
}

// Job gives a job by its id, nil when it is not this learner's.
func (s *Session) Job(id string) *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// Busy says whether one of the learner's jobs still runs.
func (s *Session) Busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.jobs, func(j *Job) bool { return !j.State().Ended() })
}

// End stops all jobs.
func (s *Session) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		j.Stop()
	}
}
