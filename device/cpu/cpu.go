package cpu

import (
	"runtime"
	"sync"

	"brick/device"
	"brick/kernel"
)

// Device computes on the cores of this machine. Several goroutines may use one
// Device: kernels run one after the other, each on all workers.
type Device struct {
	mu      sync.Mutex // held during a kernel: tasks and pool serve one at a time
	pool    *pool
	workers int
	scratch [][]kernel.Float // one a worker, grown as kernels need it
	shared  []kernel.Float   // one for all of them
	tasks   tasks
}

var _ device.Device = (*Device)(nil)

// New returns a device of the given number of workers; 0 means one a core that
// the Go runtime may use. Close it when it is no longer needed.
func New(workers int) *Device {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Device{pool: newPool(workers), workers: workers, scratch: make([][]kernel.Float, workers)}
}

var defaultDevice = sync.OnceValue(func() *Device { return New(0) })

// Default is the device that tapes use when none is named: one worker a core.
func Default() *Device { return defaultDevice() }

// Close releases the workers. The device must not be used afterwards.
func (d *Device) Close() { d.pool.close() }

// Name is "cpu".
func (d *Device) Name() string { return "cpu" }

// Workers is how many cores the device uses.
func (d *Device) Workers() int { return d.workers }

// Alloc returns n zeros.
func (d *Device) Alloc(n int, t device.Type) device.Buf {
	if t == device.I32 {
		return device.HostIDs(make([]int32, n))
	}
	return device.Host(make([]kernel.Float, n))
}

// Write copies src to dst.
func (d *Device) Write(dst device.Buf, src []kernel.Float) { copy(dst.F, src) }

// WriteIDs copies src to dst.
func (d *Device) WriteIDs(dst device.Buf, src []int32) { copy(dst.I, src) }

// Read copies src to dst.
func (d *Device) Read(dst []kernel.Float, src device.Buf) { copy(dst, src.F) }

// ReadIDs copies src to dst.
func (d *Device) ReadIDs(dst []int32, src device.Buf) { copy(dst, src.I) }

// Wait returns at once: every kernel has finished when its call returns.
func (d *Device) Wait() error { return nil }

// run does elements 0 to n of t in blocks of the given size. d.mu is held.
func (d *Device) run(n, block int, t task) { d.pool.run(n, max(block, 1), t) }

// own returns worker w's scratch memory, at least n long; its content is arbitrary.
func (d *Device) own(w, n int) []kernel.Float {
	if len(d.scratch[w]) < n {
		d.scratch[w] = make([]kernel.Float, n+n/4)
	}
	return d.scratch[w][:n]
}

// common returns scratch memory for all workers, at least n long; its content is arbitrary. d.mu is held.
func (d *Device) common(n int) []kernel.Float {
	if len(d.shared) < n {
		d.shared = make([]kernel.Float, n)
	}
	return d.shared[:n]
}

// A kernel that touches this many numbers is worth one block, about 20 µs of
// memory traffic: smaller work stays on the caller's core.
const blockElems = 1 << 14
