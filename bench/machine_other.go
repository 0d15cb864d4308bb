//go:build !darwin

package bench

import "runtime"

// cpuModel is the model that Linux names, elsewhere the architecture.
func cpuModel() string {
	for _, name := range []string{"model name", "Model"} {
		if s := field("/proc/cpuinfo", name); s != "" {
			return s
		}
	}
	return runtime.GOARCH
}
