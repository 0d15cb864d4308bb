package kernel

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// onCores runs f for parts of n panels, one a core, and says how long it took.
func onCores(n int, f func(first, last int)) time.Duration {
	cores := runtime.GOMAXPROCS(0)
	start := time.Now()
	var all sync.WaitGroup
	for c := range cores {
		all.Go(func() { f(n*c/cores, n*(c+1)/cores) })
	}
	all.Wait()
	return time.Since(start)
}

// A weightsBench is weights in panels beyond the caches, and their product with n xs.
type weightsBench struct {
	name   string
	panels int
	bytes  []byte
	do     func(n, first, last int)
	packX  func()
	peak   func(rounds int) (ops int)
}

const benchK, benchXs = 2048, 512

// weightsBenches are those of each kind, of rows that take size bytes, for up to xs xs.
func weightsBenches(size func(bytes int) (rows int), xs int) (all []weightsBench) {
	r := rand.New(rand.NewPCG(1, 1))
	x := make([]Float, xs*benchK)
	for i := range x {
		x[i] = Float(r.NormFloat64())
	}
	for _, kind := range numbers {
		m := size(benchK * kind.Bytes())
		w, packed, y := make([]byte, PackedRows(kind, m, benchK)), make([]Float, PackedRowsX(xs, benchK)), make([]Float, xs*m)
		for i := range w {
			w[i] = byte(i % 64) // ordinary numbers
		}
		all = append(all, weightsBench{kind.String(), PanelsB(m), w, func(n, first, last int) {
			TilesRows(y, m, kind, w, packed, m, n, benchK, first, last)
		}, func() { PackRowsX(packed, x, benchK, xs, benchK, 0, PanelsA(xs)) }, PeakFMA})
		if HasBF16() {
			all = append(all, weightsBench{kind.String() + "dot", PanelsB(m), w, func(n, first, last int) {
				TilesRowsBF16(y, m, kind, w, packed, m, n, benchK, first, last)
			}, func() { PackRowsBF16X(packed, x, benchK, xs, benchK, 0, PanelsA(xs)) }, PeakBF16})
		}
	}
	for _, q := range panelKinds {
		m := size(benchK / q.Block() * packings[q].bytes / QuantRows)
		w, stride, y := make([]byte, PackedQuant(q, m, benchK)), PackedQuantX(q, benchK), make([]Float, xs*m)
		few := finiteBlocks(r, q, QuantRows*benchK/q.Block())
		PackQuant(w, q, few, QuantRows, benchK, 0, 1)
		for i := panelBytes(q, benchK); i < len(w); i *= 2 {
			copy(w[i:], w[:i])
		}
		rounded := make([]byte, xs*stride)
		pack := func() {
			for j := range xs {
				PackQuantX(rounded[j*stride:][:stride], q, x[j*benchK:][:benchK])
			}
		}
		pack()
		all = append(all, weightsBench{q.String(), QuantPanels(m), w, func(n, first, last int) {
			TilesQuant(y, m, q, w, rounded, m, n, benchK, first, last)
		}, pack, PeakINT8})
	}
	return all
}

// One x reads weights as fast as memory gives them: the share is that of PeakRead on the same bytes, in turns.
func BenchmarkWeightsOneX(b *testing.B) {
	for _, w := range weightsBenches(func(bytes int) int { return 160 << 20 / bytes }, 1) {
		b.Run("kind="+w.name, func(b *testing.B) {
			same := unsafe.Slice((*Float)(unsafe.Pointer(&w.bytes[0])), len(w.bytes)*8/FloatBits)
			step := len(same) / w.panels / 128 * 128
			var ours, peak []time.Duration
			for b.Loop() {
				ours = append(ours, onCores(w.panels, func(first, last int) { w.do(1, first, last) }))
				peak = append(peak, onCores(w.panels, func(first, last int) { PeakRead(same[first*step : last*step]) }))
			}
			slices.Sort(ours)
			slices.Sort(peak)
			t, p := ours[len(ours)/2].Seconds(), peak[len(peak)/2].Seconds()*float64(len(same))/float64(step*w.panels)
			b.ReportMetric(float64(len(w.bytes))/t/1e9, "GB/s")
			b.ReportMetric(100*p/t, "%peak")
		})
	}
}

// Many xs multiply as fast as the processor can: the share is that of the peak of the instructions for them, in turns.
func BenchmarkWeightsManyXs(b *testing.B) {
	const m = 2048
	for _, w := range weightsBenches(func(int) int { return m }, benchXs) {
		b.Run("kind="+w.name, func(b *testing.B) {
			if w.peak(1) == 0 { // no products of bytes at once
				w.peak = PeakFMA
			}
			const rounds = 200_000
			var ours, peak, pack []time.Duration
			for b.Loop() {
				ours = append(ours, onCores(w.panels, func(first, last int) { w.do(benchXs, first, last) }))
				peak = append(peak, onCores(w.panels, func(first, last int) { w.peak(rounds) }))
				start := time.Now()
				w.packX()
				pack = append(pack, time.Since(start)/time.Duration(runtime.GOMAXPROCS(0)))
			}
			slices.Sort(ours)
			slices.Sort(peak)
			slices.Sort(pack)
			t := ours[len(ours)/2].Seconds()
			rate := 2 * float64(m) * benchXs * benchK / t / 1e9
			best := float64(w.peak(rounds)*runtime.GOMAXPROCS(0)) / peak[len(peak)/2].Seconds() / 1e9
			b.ReportMetric(rate, "GOP/s")
			b.ReportMetric(100*rate/best, "%peak")
			b.ReportMetric(100*pack[len(pack)/2].Seconds()/t, "%pack")
		})
	}
}
