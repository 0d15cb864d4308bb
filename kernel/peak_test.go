package kernel

import (
	"testing"
	"unsafe"
)

// The loops stay within their slices and count what they do.
func TestPeak(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		if got := PeakFMA(10); got < 16*10 {
			t.Errorf("10 rounds count as %d operations", got)
		}
		for _, dot := range []func(int) int{PeakBF16, PeakINT8} {
			if got := dot(10); got != 0 && got <= PeakFMA(10) {
				t.Errorf("short numbers count as %d operations, fewer than %d of float32", got, PeakFMA(10))
			}
		}
		memory := make([]Float, 16+3*256+16)
		off := int(-uintptr(unsafe.Pointer(&memory[0])) / unsafe.Sizeof(Float(0)) % 16)
		x := memory[off:]
		for i := range x {
			x[i] = Float(i)
		}
		PeakRead(x[256:512])
		PeakTriad(x[:256], x[256:512], x[512:768], 2)
		for i, v := range x {
			want := Float(i)
			if i < 256 {
				want = Float(256+i) + 2*Float(512+i)
			}
			if v != want {
				t.Fatalf("y[%d] = %v, want %v", i, v, want)
			}
		}
	})
}
