package lesson

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// State is what a job is doing.
type State string

// A job runs or is paused until it is done, was stopped or has failed.
const (
	Running State = "running"
	Paused  State = "paused"
	Done    State = "done"
	Stopped State = "stopped"
	Failed  State = "failed"
)

// Ended says whether a job is over.
func (s State) Ended() bool { return s != Running && s != Paused }

// Bounds of a job.
const (
	MaxJob     = 15 * time.Minute       // of running; pauses do not count
	Grace      = 3 * time.Second        // that a job goes on without a page that watches it
	MaxKept    = 8 << 20                // bytes of values that a page which comes back is sent again
	updateTime = 40 * time.Millisecond  // between values of a job that runs: 25 a second
	turnTime   = 100 * time.Millisecond // a job runs before one that waits has its turn
)

// ErrStopped is what Emit gives a job that was stopped.
var ErrStopped = errors.New("stopped")

// Update is a value that a job sent. N counts from 1.
type Update struct {
	N    int
	Data json.RawMessage
}

// Job is a stream that runs for a learner.
type Job struct {
	ID      string
	Chapter string
	Call    string
	Args    json.RawMessage

	turns  *turns
	cancel context.CancelFunc
	over   chan struct{} // closed when the stream has returned
	ctx    context.Context

	mu      sync.Mutex
	changed chan struct{} // closed and made anew when anything below changes
	state   State
	steps   int // values that may still be sent while paused
	kept    []Update
	bytes   int
	sent    int
	err     error
	last    time.Time
	began   time.Time
	spent   time.Duration
	watch   int
	alone   *time.Timer
}

// State is what the job is doing now.
func (j *Job) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

// Watch says that somebody follows the job, until leave is called. A job that
// nobody has followed for Grace is stopped: its page has gone.
func (j *Job) Watch() (leave func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.watch++
	if j.alone != nil {
		j.alone.Stop()
	}
	return sync.OnceFunc(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.watch--; j.watch == 0 {
			j.leaveAlone(Grace)
		}
	})
}

// leaveAlone starts the time after which an unwatched job is stopped; nobody
// else has j, or j.mu is held.
func (j *Job) leaveAlone(grace time.Duration) {
	j.alone = time.AfterFunc(grace, func() {
		j.mu.Lock()
		watched := j.watch > 0
		j.mu.Unlock()
		if !watched {
			j.Stop()
		}
	})
}

// Due says whether a running job should send a value now: often enough for a
// smooth picture, or at every step while the learner steps through it. It is
// cheap, and the place where jobs give each other turns.
func (j *Job) Due() bool {
	j.turns.pass(j.ctx)
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state != Running || time.Since(j.last) >= updateTime
}

// Emit sends a value to the page. While the job is paused it waits for the next
// step or for being resumed; once it is stopped, abandoned or has run for
// MaxJob it errs, and the stream returns that error.
func (j *Job) Emit(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.state == Paused && j.steps == 0 {
		wait := j.changed
		j.spent += time.Since(j.began)
		j.mu.Unlock()
		j.turns.leave()
		select {
		case <-wait:
		case <-j.ctx.Done():
		}
		back := j.turns.enter(j.ctx)
		j.mu.Lock()
		j.began = time.Now()
		if back != nil {
			return ErrStopped
		}
	}
	if j.ctx.Err() != nil {
		return ErrStopped
	}
	if j.spent+time.Since(j.began) > MaxJob {
		return &Refusal{Key: "refused.time", Args: []any{int(MaxJob.Minutes())}, Message: "the job has run for " + MaxJob.String() + ", the most a page may have"}
	}
	if j.steps > 0 {
		j.steps--
	}
	j.keep(raw)
	j.last = time.Now()
	return nil
}

// keep adds a value; the oldest ones give way when there are too many.
func (j *Job) keep(raw json.RawMessage) {
	j.sent++
	j.kept = append(j.kept, Update{j.sent, raw})
	j.bytes += len(raw)
	for j.bytes > MaxKept && len(j.kept) > 1 {
		j.bytes -= len(j.kept[0].Data)
		j.kept = j.kept[1:]
	}
	j.tell()
}

// tell wakes everybody who waits for a change; j.mu is held.
func (j *Job) tell() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// Since gives what was sent after the value n, the state, a channel that is closed
// at the next change, and the error of a failed job.
func (j *Job) Since(n int) (list []Update, s State, changed <-chan struct{}, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, u := range j.kept {
		if u.N > n {
			list = append(list, j.kept[i:]...)
			break
		}
	}
	return list, j.state, j.changed, j.err
}

// Pause, Resume and Step change how a job goes on; an ended one stays as it is.
func (j *Job) Pause() State  { return j.set(Paused, 0) }
func (j *Job) Resume() State { return j.set(Running, 0) }
func (j *Job) Step() State   { return j.set(Paused, 1) }

// Stop ends the job at its next value.
func (j *Job) Stop() State {
	j.cancel()
	return j.set(Stopped, 0)
}

func (j *Job) set(s State, steps int) State {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.state.Ended() {
		j.state = s
		j.steps = min(j.steps+steps, 100)
		j.tell()
	}
	return j.state
}

// finish records how the stream returned.
func (j *Job) finish(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.state.Ended():
		return
	case err == nil:
		j.state = Done
	case errors.Is(err, ErrStopped) || errors.Is(err, context.Canceled):
		j.state = Stopped
	default:
		j.state, j.err = Failed, err
	}
	j.tell()
}
