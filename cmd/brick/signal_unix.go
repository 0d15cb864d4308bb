//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// saveOnSignal calls save for each SIGUSR1, until stop is called.
func saveOnSignal(save func()) (stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	go func() {
		for range c {
			save()
		}
	}()
	return func() { signal.Stop(c); close(c) }
}
