package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interrupts says what Ctrl-C does and says while a command runs.
type interrupts struct {
	mu     sync.Mutex
	notice string      // printed when the program is to stop
	take   func() bool // asked first: whether something less than the program stops
	tidy   func()      // run before the program ends at once
}

type interruptsKey struct{}

// interruptsOf is what a command may set.
func interruptsOf(ctx context.Context) *interrupts {
	if i, ok := ctx.Value(interruptsKey{}).(*interrupts); ok {
		return i
	}
	return new(interrupts)
}

// say sets the notice.
func (i *interrupts) say(notice string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.notice = notice
}

// taken sets what is asked first, nil for nothing.
func (i *interrupts) taken(by func() bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.take = by
}

// tidied sets what runs before the program ends at once, nil for nothing.
func (i *interrupts) tidied(by func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.tidy = by
}

// leave ends the program at once.
func (i *interrupts) leave() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.tidy != nil {
		i.tidy()
	}
	os.Exit(exitInterrupted)
}

// stops says whether the program is to stop, and what is said then.
func (i *interrupts) stops(s os.Signal) (notice string, stops bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if s == os.Interrupt && i.take != nil && i.take() {
		return "", false
	}
	return i.notice, true
}

// interruptible returns a context that the first SIGINT or SIGTERM cancels, unless the command has another use for it; the second one
// ends the program at once.
func interruptible(parent context.Context, stderr io.Writer) (context.Context, context.CancelFunc) {
	i := &interrupts{notice: "stopping; once more to stop at once"}
	ctx, cancel := context.WithCancel(context.WithValue(parent, interruptsKey{}, i))
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		for {
			select {
			case s := <-c:
				notice, stops := i.stops(s)
				if !stops {
					continue
				}
				fmt.Fprintln(stderr, "\n"+notice)
			case <-ctx.Done():
				return
			}
			break
		}
		cancel()
		<-c
		i.leave()
	}()
	return ctx, func() { signal.Stop(c); cancel() }
}
