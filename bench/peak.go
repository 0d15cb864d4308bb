package bench

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"
	"unsafe"

	"brick/kernel"
)

// A Roof is what a number of cores can do at most: GFLOP/s of arithmetic, GB/s of memory. What was not measured is 0.
type Roof struct {
	Threads          int
	FMA, BF16, INT8  float64 // multiply-adds of float32; of bfloat16 and of 8-bit integers, where the processor has them
	L1, L2, L3, DRAM float64 // of each cache, the better of read and y += k·x; of memory, the best of read, copy and triad
	machine          Machine
}

// Peak is the arithmetic that a precision ("f32", "bf16", "int8") is measured against.
func (r Roof) Peak(precision string) float64 {
	switch {
	case precision == "bf16":
		return r.BF16
	case precision == "int8" && r.INT8 > 0:
		return r.INT8
	}
	return r.FMA
}

// Memory is the bandwidth of the smallest memory that holds so many bytes.
func (r Roof) Memory(bytes int) float64 {
	switch each := bytes / max(r.Threads, 1); {
	case each <= r.machine.L1:
		return r.L1
	case each <= r.machine.L2:
		return r.L2
	case bytes <= r.machine.L3:
		return r.L3
	}
	return r.DRAM
}

// Peak measures the machine, for each number of threads.
func Peak(ctx context.Context, o Options) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		o := o.filled()
		for _, threads := range o.Threads {
			rows, _ := measureRoof(ctx, o, threads, true)
			for _, r := range rows {
				if !yield(r, ctx.Err()) || ctx.Err() != nil {
					return
				}
			}
		}
	}
}

// window is how long one of the runs is of which the best is the peak.
const window = 10 * time.Millisecond

// measureRoof gives the roof of a number of threads, and the rows that say so. Without memory only arithmetic is measured.
func measureRoof(ctx context.Context, o Options, threads int, memory bool) ([]Row, Roof) {
	roof := Roof{Threads: threads, machine: ThisMachine()}
	var rows []Row
	add := func(name string, flops bool, f func(w int) int) float64 {
		if f(0) == 0 {
			return 0 // the processor has no such instruction
		}
		median, best := rate(ctx, o, threads, f)
		r := Row{Bench: "peak", Case: name, Threads: threads, GBs: best, Typical: median}
		if flops {
			r.GFLOPS, r.GBs = best, 0
		}
		rows = append(rows, r)
		return best
	}
	current, _ := kernel.CPU()
	for _, l := range kernel.Levels() {
		if l == kernel.Generic && l != current {
			continue
		}
		restore := kernel.SetLevel(l)
		if peak := add("fma "+l.String(), true, func(int) int { return kernel.PeakFMA(rounds) }); l == current {
			roof.FMA = peak
		}
		restore()
	}
	roof.BF16 = add("bf16 dot", true, func(int) int { return kernel.PeakBF16(rounds) })
	roof.INT8 = add("int8 dot", true, func(int) int { return kernel.PeakINT8(rounds) })
	if !memory {
		return rows, roof
	}
	m := roof.machine
	for _, c := range []struct {
		name  string
		bytes int // of each worker
		to    *float64
	}{{"L1", m.L1 / 2, &roof.L1}, {"L2", m.L2 / 2, &roof.L2}, {"L3", max(m.L3/4/threads, 2*m.L2), &roof.L3}} {
		x, y := arraysOf(threads, c.bytes/2), arraysOf(threads, c.bytes/2)
		read := add(c.name+" read", false, func(w int) int { return read(x[w]) + read(y[w]) })
		*c.to = max(read, add(c.name+" axpy", false, func(w int) int {
			kernel.Axpy(y[w], 0.5, x[w])
			return 3 * floatBytes * len(x[w])
		}))
	}
	each := min(max(4*m.L3, 64<<20), 512<<20) / threads
	if o.brief() {
		each = 8 << 20
	}
	a, b, y := arraysOf(threads, each), arraysOf(threads, each), arraysOf(threads, each)
	read := add("memory read", false, walk(a, func(w int, a []kernel.Float, _ int) int { return read(a) }))
	copied := add("memory copy", false, walk(a, func(w int, a []kernel.Float, at int) int {
		return 2 * floatBytes * copy(y[w][at:at+len(a)], a)
	}))
	triad := add("memory triad", false, walk(a, func(w int, a []kernel.Float, at int) int {
		kernel.PeakTriad(y[w][at:at+len(a)], a, b[w][at:at+len(a)], 0.5)
		return 3 * floatBytes * len(a)
	}))
	roof.DRAM = max(read, copied, triad)
	return rows, roof
}

const floatBytes = kernel.FloatBits / 8

// rounds of a loop in registers, and floats of one in memory, that take some microseconds.
const (
	rounds = 1 << 11
	chunk  = 1 << 15
)

func read(x []kernel.Float) int {
	kernel.PeakRead(x)
	return floatBytes * len(x)
}

// walk calls f on one chunk after the other of worker w's array, round and round.
func walk(arrays [][]kernel.Float, f func(w int, a []kernel.Float, at int) int) func(w int) int {
	at := make([]int, 16*len(arrays)) // a cache line each
	return func(w int) int {
		from := at[16*w]
		if from+chunk > len(arrays[w]) {
			from = 0
		}
		at[16*w] = from + chunk
		return f(w, arrays[w][from:from+chunk], from)
	}
}

// arraysOf is an array of about so many bytes for each worker, in whole chunks or 128 floats, aligned to a cache line.
func arraysOf(workers, bytes int) [][]kernel.Float {
	n := bytes / floatBytes
	if n > chunk {
		n -= n % chunk
	}
	n -= n % 128
	out := make([][]kernel.Float, workers)
	for w := range out {
		x := make([]kernel.Float, n+16)
		off := int(-uintptr(unsafe.Pointer(&x[0])) % 64 / floatBytes)
		out[w] = x[off : off+n]
		for i := range out[w] {
			out[w][i] = 1 // now the memory is there, and y += k·x grows slowly
		}
	}
	return out
}

// rate calls f on each of so many workers at once, in windows of some milliseconds; f returns how much it did. It
// gives what all did together, a nanosecond, in the median window and in the best one.
func rate(ctx context.Context, o Options, workers int, f func(w int) int) (median, best float64) {
	least, most := 15, 40
	if o.brief() {
		least, most = 3, 3
	}
	var rates []float64
	each := make([]float64, workers)
	for range most {
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() {
				done, begin := 0, time.Now()
				for took := time.Duration(0); took < window; took = time.Since(begin) {
					for range 4 {
						done += f(w)
					}
				}
				each[w] = float64(done) / float64(time.Since(begin).Nanoseconds())
			})
		}
		wait.Wait()
		sum := 0.0
		for _, r := range each {
			sum += r
		}
		rates = append(rates, sum)
		slices.Sort(rates)
		n := len(rates)
		if ctx.Err() != nil || n >= least && rates[n-3] > 0.98*rates[n-1] { // seen often enough to be no accident
			break
		}
	}
	return rates[len(rates)/2], rates[len(rates)-1]
}
