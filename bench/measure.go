package bench

import (
	"context"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Time says how long a call took, in seconds.
type Time struct {
	Median float64 `json:"seconds"`
	Best   float64 `json:"best"`
	P10    float64 `json:"p10"`
	P90    float64 `json:"p90"`
	Mean   float64 `json:"mean"`
	SD     float64 `json:"sd"` // of the calls, or groups of short ones, around the mean
	Calls  int     `json:"calls"`
	Other  float64 `json:"other_cpu"` // cores that other processes kept busy meanwhile; much of it spoils a figure
}

// The shortest time that is measured at once: shorter calls are timed in groups.
const shortest = 200 * time.Microsecond

// measure calls f until it has done so for at least the given time and 5 times, after a fifth of that to warm up, in which the
// first call does not count. It stops early if ctx does.
func measure(ctx context.Context, least time.Duration, f func()) Time {
	f()
	once, warm := time.Duration(0), time.Now()
	for n := 1; ; n++ {
		begin := time.Now()
		f()
		once = time.Since(begin)
		if time.Since(warm) > least/5 || ctx.Err() != nil {
			break
		}
	}
	group := max(1, int(shortest/max(once, time.Nanosecond)))
	var times []float64
	busy, own := busySeconds()
	begin := time.Now()
	for ctx.Err() == nil && (len(times) < 5 || time.Since(begin) < least) {
		start := time.Now()
		for range group {
			f()
		}
		times = append(times, time.Since(start).Seconds()/float64(group))
	}
	wall := time.Since(begin).Seconds()
	busy2, own2 := busySeconds()
	if len(times) == 0 {
		return Time{}
	}
	t := summary(times)
	t.Calls *= group
	t.Other = max(0, (busy2-busy)-(own2-own)) / wall
	return t
}

// summary is of times in any order, which it sorts.
func summary(times []float64) Time {
	slices.Sort(times)
	n := len(times)
	mean, square := 0.0, 0.0
	for _, t := range times {
		mean += t / float64(n)
	}
	for _, t := range times {
		square += (t - mean) * (t - mean) / float64(max(n-1, 1))
	}
	return Time{Mean: mean, SD: math.Sqrt(square), Median: times[n/2], Best: times[0], P10: times[(n-1)/10], P90: times[(n-1)*9/10], Calls: n}
}

// ticks a second of Linux's counters of processor time.
const ticks = 100

// busySeconds is the processor time that all processes, and this one, have used so far; zeros where Linux's files are not.
func busySeconds() (all, own float64) {
	sum := func(file string, from, to int) (t float64) {
		b, _ := os.ReadFile(file)
		line, _, _ := strings.Cut(string(b), "\n")
		if i := strings.LastIndexByte(line, ')'); i >= 0 {
			line = line[i:] // a process's name may hold anything
		}
		if f := strings.Fields(line); len(f) > to {
			for _, s := range f[from : to+1] {
				v, _ := strconv.ParseFloat(s, 64)
				t += v / ticks
			}
		}
		return t
	}
	// /proc/stat: cpu user nice system idle iowait irq softirq.  /proc/self/stat: … utime stime are fields 14 and 15, that is 12 and 13 after the name.
	return sum("/proc/stat", 1, 3) + sum("/proc/stat", 6, 7), sum("/proc/self/stat", 12, 13)
}

// resident is the most memory in bytes that this process has had since forgetResident, 0 where Linux's files are not.
func resident() int {
	return cacheSize(strings.ToUpper(strings.TrimSuffix(strings.ReplaceAll(field("/proc/self/status", "VmHWM"), " ", ""), "B")))
}

// forgetResident begins anew; where that cannot be, resident counts from the beginning of the process.
func forgetResident() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }
