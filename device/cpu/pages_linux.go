package cpu

import "golang.org/x/sys/unix"

// large asks for large pages behind b: weights are streamed, and prefetching stops at the end of a page. Where the system
// has none, nothing is lost.
func large(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
