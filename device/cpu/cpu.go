package cpu

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"

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
	chunk   []byte           // what is left for matrices that are kept
	bytes   [][]byte         // one a worker, as scratch
	widened [][]kernel.Float // the same, for weights in other types
	codes   []byte           // of the rows that are multiplied with weights in blocks
	half    bool             // operands of products are rounded to bfloat16
	tasks   tasks
}

var _ device.Device = (*Device)(nil)

// New returns a device of the given number of workers; 0 means Usable. Close
// it when it is no longer needed.
func New(workers int) *Device {
	if workers <= 0 {
		workers = Usable()
	}
	return &Device{pool: newPool(workers), workers: workers, scratch: make([][]kernel.Float, workers), bytes: make([][]byte, workers), widened: make([][]kernel.Float, workers)}
}

// Usable is how many workers this machine has cores for: the CPUs that the process may run on and the Go runtime
// uses, or the CPU time that its container may use, in cores, rounded to the nearest number, if that is less.
//
// The runtime rounds a quota up, and to 2 at least, for its own sake. But workers beyond
// the quota make the container stop them all for a part of each period: with a quota of 1.5, two workers
// still do more than one; with 1.2 they do as much, in jerks; with 1 they lose what they wait for each other.
func Usable() int { return usable(runtime.GOMAXPROCS(0), runtime.NumCPU(), quota()) }

func usable(procs, cpus int, quota float64) int {
	return int(max(min(float64(procs), float64(cpus), math.Round(quota)), 1))
}

var (
	defaultWorkers atomic.Int64
	defaultDevice  = sync.OnceValue(func() *Device { return New(int(defaultWorkers.Load())) })
	defaultBF16    = sync.OnceValue(func() *Device {
		d := New(int(defaultWorkers.Load()))
		d.half = true
		return d
	})
)

// Default is the device that tapes use when none is named, of Usable workers.
func Default() *Device { return defaultDevice() }

// DefaultAt is Default for a precision: a device of its own, so that no user of one changes the bits of another's. See
// Choose for errors.
func DefaultAt(p Precision) (*Device, error) {
	p, err := p.Choose()
	if err != nil {
		return nil, err
	}
	if p == BF16 {
		return defaultBF16(), nil
	}
	return Default(), nil
}

// SetThreads gives Default this number of workers, and the Go runtime as many cores; 0 means Usable.
// Call it before the first use of Default.
func SetThreads(n int) {
	defaultWorkers.Store(int64(n))
	if n > 0 {
		runtime.GOMAXPROCS(n)
	}
}

// Close releases the workers. The device must not be used afterwards.
func (d *Device) Close() { d.pool.close() }

// Name is "cpu".
func (d *Device) Name() string { return "cpu" }

// Workers is how many cores the device uses.
func (d *Device) Workers() int { return d.workers }

// Alloc returns n zeros.
func (d *Device) Alloc(n int, t device.Type) device.Buf {
	switch t {
	case device.Float:
	case device.I32:
		return device.HostIDs(make([]int32, n))
	default:
		return device.HostBytes(make([]byte, t.Bytes(n)), n, t)
	}
	return device.Host(make([]kernel.Float, n))
}

// Write copies src to dst.
func (d *Device) Write(dst device.Buf, src []kernel.Float) { copy(dst.F, src) }

// WriteIDs copies src to dst.
func (d *Device) WriteIDs(dst device.Buf, src []int32) { copy(dst.I, src) }

// Read copies src to dst, the numbers of a kept matrix too.
func (d *Device) Read(dst []kernel.Float, src device.Buf) {
	if src.Kept != nil {
		readKept(dst, src.Kept)
		return
	}
	copy(dst, src.F)
}

// ReadIDs copies src to dst.
func (d *Device) ReadIDs(dst []int32, src device.Buf) { copy(dst, src.I) }

// Wait returns at once: every kernel has finished when its call returns.
func (d *Device) Wait() error { return nil }

// run does elements 0 to n of t in blocks of the given size. d.mu is held.
func (d *Device) run(n, block int, t task) { d.pool.run(n, max(block, 1), t) }

// own returns worker w's scratch memory, at least n long; its content is arbitrary. wide is another, ownBytes one of bytes.
func (d *Device) own(w, n int) []kernel.Float  { return grown(&d.scratch[w], n) }
func (d *Device) wide(w, n int) []kernel.Float { return grown(&d.widened[w], n) }
func (d *Device) ownBytes(w, n int) []byte     { return grown(&d.bytes[w], n) }

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
