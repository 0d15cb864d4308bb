//go:build unix

package token

import (
	"syscall"
	"testing"
	"time"
)

// Encoding takes time in proportion to the text: eight times the text, at most sixteen times the time; and GPT-2's
// vocabulary, like the others here, encodes 10 MB/s and more. It is the processor's time that is measured, since others share the machine.
func TestEncodingSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	least := func(tok Tokenizer, size, times int) time.Duration {
		text := english(t, size)
		dst := tok.Encode(text, nil)
		least := time.Hour
		for range times {
			start := spent()
			dst = tok.Encode(text, dst[:0])
			least = min(least, spent()-start)
		}
		return least
	}
	for name, tok := range published(t) {
		small, large := least(tok, 1<<20, 10), least(tok, 8<<20, 3)
		if large > slack*16*small {
			t.Errorf("%s: 1 MiB takes %v, 8 MiB take %v", name, small, large)
		}
		speed := 8 * 1.048576 / large.Seconds()
		if speed < 10/float64(slack) {
			t.Errorf("%s: %.1f MB/s, want 10", name, speed)
		}
		t.Logf("%s on English: %.1f MB/s a core", name, speed)
	}
}
