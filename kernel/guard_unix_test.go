//go:build unix

package kernel

import (
	"os"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns n zeros that end exactly where memory that may be neither read nor written begins: a kernel that
// goes past the end of its slice faults.
func guarded(t testing.TB, n int) []Float {
	pages := guardedPages(t, n)
	return pages[len(pages)-n:]
}

// guardedBelow is guarded with the forbidden memory before the first element.
func guardedBelow(t testing.TB, n int) []Float { return guardedPages(t, n)[:n:n] }

// guardedCopy is a copy of x that ends at forbidden memory.
func guardedCopy(t testing.TB, x []Float) []Float {
	y := guarded(t, len(x))
	copy(y, x)
	return y
}

// guardedPages is whole pages for at least n numbers, with a forbidden page on either side.
func guardedPages(t testing.TB, n int) []Float {
	t.Helper()
	page := os.Getpagesize()
	size := (n*FloatBits/8 + page) / page * page // one page at least
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[page+size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	inside := m[page : page+size]
	return unsafe.Slice((*Float)(unsafe.Pointer(unsafe.SliceData(inside))), size/(FloatBits/8))
}

// Guarded memory holds what it should, and touching what lies on its guarded side faults.
func TestGuarded(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	faults := func(x *Float) (yes bool) {
		defer func() { yes = recover() != nil }()
		*x = 1
		return
	}
	for _, n := range []int{1, 17, 1024, 5000} {
		end, start := guarded(t, n), guardedBelow(t, n)
		for i := range n {
			end[i], start[i] = 1, 1
		}
		if !faults((*Float)(unsafe.Add(unsafe.Pointer(&end[0]), n*FloatBits/8))) {
			t.Errorf("writing past the end of %d numbers does not fault", n)
		}
		if !faults((*Float)(unsafe.Add(unsafe.Pointer(&start[0]), -FloatBits/8))) {
			t.Errorf("writing before the start of %d numbers does not fault", n)
		}
	}
}
