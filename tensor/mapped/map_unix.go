//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package mapped

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// mmap gives a read-only view of the first size bytes of f.
func mmap(f *os.File, size int64) ([]byte, error) {
	if size == 0 || size > math.MaxInt { // an empty mapping is an error of the system's
		return nil, errors.ErrUnsupported
	}
	return unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
}

func munmap(view []byte) error {
	if view == nil {
		return nil
	}
	return unix.Munmap(view)
}
