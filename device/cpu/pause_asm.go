//go:build (amd64 || arm64) && !purego

package cpu

// pause tells the processor that a loop waits for another core, so that it leaves power and its twin's share alone.
//
//go:noescape
func pause()
