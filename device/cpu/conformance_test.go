package cpu_test

import (
	"fmt"
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/device/devicetest"
)

func open(t *testing.T, workers int) device.Device {
	d := cpu.New(workers)
	t.Cleanup(d.Close)
	return d
}

func TestConformance(t *testing.T) {
	counts := []int{1, 2, 3, 5}
	if testing.Short() {
		counts = []int{3}
	}
	for _, workers := range counts {
		t.Run(fmt.Sprintf("workers=%d", workers), func(t *testing.T) {
			devicetest.Run(t, func() device.Device { return open(t, workers) })
		})
	}
}

func TestDeterministic(t *testing.T) {
	devicetest.Deterministic(t, func(workers int) device.Device { return open(t, workers) })
}

func TestAllocatesNothing(t *testing.T) { devicetest.Allocs(t, open(t, 3)) }
