package bench

import (
	"runtime"

	"golang.org/x/sys/unix"
)

func cpuModel() string {
	if s, err := unix.Sysctl("machdep.cpu.brand_string"); err == nil {
		return s
	}
	return runtime.GOARCH
}
