package lesson

import (
	"context"
	"sync/atomic"
	"time"
)

// turns lets at most cap(slots) jobs compute at once; the others wait in the
// order in which they came.
type turns struct {
	slots   chan struct{}
	waiting atomic.Int32
	since   atomic.Int64 // when somebody last got a slot, in ns
}

func newTurns(n int) *turns { return &turns{slots: make(chan struct{}, n)} }

// enter waits for a slot.
func (t *turns) enter(ctx context.Context) error {
	t.waiting.Add(1)
	defer t.waiting.Add(-1)
	select {
	case t.slots <- struct{}{}:
		t.since.Store(time.Now().UnixNano())
		return nil
	case <-ctx.Done():
		// The slot is taken all the same, so that leave always gives one back.
		t.slots <- struct{}{}
		return ctx.Err()
	}
}

func (t *turns) leave() { <-t.slots }

// pass lets one that waits go on, when the slots have been held for a while.
func (t *turns) pass(ctx context.Context) {
	if t.waiting.Load() == 0 || time.Since(time.Unix(0, t.since.Load())) < turnTime {
		return
	}
	t.leave()
	t.enter(ctx) // an error is seen by the job's next Emit
}
