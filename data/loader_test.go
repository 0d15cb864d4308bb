package data

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPermutationIsABijection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3000).Draw(t, "n")
		p := NewPermutation(n, rapid.Uint64().Draw(t, "key"))
		seen := make([]bool, n)
		for i := range n {
			j := p.At(i)
			if seen[j] {
				t.Fatalf("%d reached twice", j)
			}
			seen[j] = true
			if p.Inverse(j) != i {
				t.Fatalf("inverse of %d is %d, want %d", j, p.Inverse(j), i)
			}
		}
	})
}

// χ² of where 0 and n−1 of small and odd-sized domains go, over many keys: shuffling favours no place.
func TestPermutationIsUniform(t *testing.T) {
	for _, n := range []int{3, 4, 10, 100} {
		counts := make([]float64, n)
		const keys = 20000
		for k := range uint64(keys) {
			p := NewPermutation(n, k)
			counts[p.At(0)]++
		}
		chi := 0.0
		for _, c := range counts {
			chi += (c - keys/float64(n)) * (c - keys/float64(n)) / (keys / float64(n))
		}
		if limit := float64(n-1) + 5*float64(n); chi > limit {
			t.Errorf("n = %d: χ² = %.1f with %d degrees of freedom", n, chi, n-1)
		}
	}
}

func TestSplitIsAPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 500).Draw(t, "n")
		valid := rapid.Float64Range(0, 0.5).Draw(t, "valid")
		test := rapid.Float64Range(0, 0.45).Draw(t, "test")
		s := cut(counting(n), valid, test, rapid.Uint64().Draw(t, "seed"))
		var all []int32
		for _, set := range s.Each {
			for _, b := range Sequential(set, 7).From(0) {
				all = append(all, b.Labels...)
			}
		}
		slices.Sort(all)
		for i, v := range all {
			if int(v) != i {
				t.Fatalf("example %d is missing or doubled", i)
			}
		}
		if len(all) != n {
			t.Fatalf("%d examples, want %d", len(all), n)
		}
	})
}

// counting is a set whose example i has label i.
func counting(n int) *generated {
	return &generated{info: &Info{Name: "counting", Task: Classification, Input: []int{1}}, n: n,
		fill: func(b *Batch, e, i int, _ *stream) { b.X[e], b.Labels[e] = 0, int32(i) }}
}

func TestLoaderIsPureAndEpochsAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "n")
		l := &Loader{Set: counting(n), Batch: rapid.IntRange(1, 20).Draw(t, "batch"),
			Accumulate: rapid.IntRange(1, 3).Draw(t, "accumulate"), Seed: rapid.Uint64().Draw(t, "seed")}
		start := rapid.IntRange(0, 30).Draw(t, "start")
		perStep := l.Batch * l.Accumulate
		k := 0
		var order []int32
		for step, b := range l.From(start) {
			if want := start + k/l.Accumulate; step != want {
				t.Fatalf("batch %d has step %d, want %d", k, step, want)
			}
			var alone Batch
			if err := l.At(&alone, step, k%l.Accumulate); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(cloned(&alone), cloned(b)) {
				t.Fatalf("step %d: prefetched %v, read alone %v", step, b.Labels, alone.Labels)
			}
			order = append(order, b.Labels...)
			if k++; k*l.Batch > 3*n+perStep {
				break
			}
		}
		// Each epoch within what was served holds every example once.
		first := (n - start*perStep%n) % n
		for ; first+n <= len(order); first += n {
			epoch := slices.Sorted(slices.Values(order[first : first+n]))
			for i, v := range epoch {
				if int(v) != i {
					t.Fatalf("an epoch of %d examples: %v", n, epoch)
				}
			}
		}
	})
}

func TestSequentialServesAllOnce(t *testing.T) {
	l := Sequential(counting(10), 4)
	var sizes []int
	var all []int32
	for step, b := range l.From(0) {
		if step != len(sizes) {
			t.Errorf("step %d after %d", step, len(sizes))
		}
		sizes = append(sizes, b.Examples())
		all = append(all, b.Labels...)
	}
	if !slices.Equal(sizes, []int{4, 4, 2}) || !slices.IsSorted(all) || len(all) != 10 || l.Steps() != 3 {
		t.Errorf("sizes %v, labels %v", sizes, all)
	}
}

// failing errs from its third batch on.
type failing struct{ *generated }

func (f failing) Read(b *Batch, index []int, seed uint64) error {
	if index[0] >= 8 {
		return errors.New("disk on fire")
	}
	return f.generated.Read(b, index, seed)
}

func TestLoaderReportsStorageErrors(t *testing.T) {
	l := Sequential(failing{counting(100)}, 4)
	n := 0
	for range l.From(0) {
		n++
	}
	if n != 2 || l.Err() == nil {
		t.Errorf("%d batches, then %v", n, l.Err())
	}
	empty := &Loader{Set: counting(0)}
	for range empty.From(0) {
		t.Fatal("a batch from an empty set")
	}
	if empty.Err() == nil {
		t.Error("no error from an empty set")
	}
}

func TestFromAllocatesNothing(t *testing.T) {
	for _, name := range []string{"digits", "arithmetic", "separable", "line"} {
		s, err := Open(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		l := &Loader{Set: s.Train, Batch: 8}
		next, stop := pull(l)
		for range 10 {
			next()
		}
		if a := testing.AllocsPerRun(50, next); a > 0 && !raceEnabled {
			t.Errorf("%s: %g allocations a batch", name, a)
		}
		stop()
	}
}

// pull returns a function that takes one batch of an endless loader.
func pull(l *Loader) (next, stop func()) {
	ask, got, end := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(end)
		for range l.From(0) {
			if !<-ask {
				return
			}
			got <- true
		}
	}()
	return func() { ask <- true; <-got }, func() { ask <- false; <-end }
}

// A set to be carried is served as streams: each row goes on where it stopped, and in order every example comes once.
func TestStreams(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		set := counting(n)
		set.info.Carry = true
		l := &Loader{Set: set, Batch: rapid.IntRange(1, 9).Draw(t, "batch"), Accumulate: rapid.IntRange(1, 3).Draw(t, "accumulate")}
		last := map[int]int32{}
		step := rapid.IntRange(0, 100).Draw(t, "step")
		for range 2 {
			for micro := range l.Accumulate {
				var b Batch
				if err := l.At(&b, step, micro); err != nil {
					t.Fatal(err)
				}
				for i, at := range b.Labels {
					row := micro*l.Batch + i
					if before, ok := last[row]; ok && at != (before+1)%int32(n) {
						t.Fatalf("row %d goes from %d to %d", row, before, at)
					}
					last[row] = at
				}
			}
			step++
		}
		seen, rows := make([]int, n), l.Batch
		var before []int32
		for _, b := range Sequential(set, l.Batch).From(0) {
			if len(b.Labels) > rows {
				t.Fatalf("%d rows after %d", len(b.Labels), rows)
			}
			rows = len(b.Labels)
			for i, at := range b.Labels {
				if seen[at]++; before != nil && at != before[i]+1 {
					t.Fatalf("row %d goes from %d to %d", i, before[i], at)
				}
			}
			before = slices.Clone(b.Labels)
		}
		if i := slices.IndexFunc(seen, func(n int) bool { return n != 1 }); i >= 0 {
			t.Fatalf("example %d of %d comes %d times", i, n, seen[i])
		}
	})
}
