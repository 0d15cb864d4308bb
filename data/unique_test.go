package data

import (
	"slices"
	"strings"
	"testing"
)

// numberedText is words that all differ, a line each, so that a window of it says where it begins.
func numberedText(words int) []byte {
	var b strings.Builder
	for i := range words {
		b.WriteString(string(rune('a'+i/676%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26)) + "\n")
	}
	return []byte(b.String())
}

func openKept(t *testing.T, n int, seed uint64) Splits {
	t.Helper()
	c, err := NewCorpus("numbered", [][]byte{numberedText(2000)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Tokens(Options{Window: 16})
	if err != nil {
		t.Fatal(err)
	}
	if n > 0 {
		if err := s.Keep(n, seed); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// seenBy lists the different windows that training reads in epochs epochs.
func seenBy(t *testing.T, s Splits, epochs int) (windows []string, tokens int) {
	t.Helper()
	l := &Loader{Set: s.Train, Batch: 4, Seed: 9}
	seen, total := map[string]bool{}, 0
	for step, b := range l.From(0) {
		if step*4 >= epochs*s.Train.Len() {
			break
		}
		for e := range b.Examples() {
			var text []byte
			for _, id := range b.IDs[e*16 : (e+1)*16] {
				text = append(text, byte(id))
			}
			seen[string(text)] = true
		}
		total += b.Count()
	}
	if err := l.Err(); err != nil {
		t.Fatal(err)
	}
	for w := range seen {
		windows = append(windows, w)
	}
	slices.Sort(windows)
	return windows, total
}

// However many epochs pass, only the chosen windows are read; a smaller choice is part of a larger one, another seed's is
// another, and what is held out stays.
func TestKeepShowsTheChosenOnly(t *testing.T) {
	few, tokens := seenBy(t, openKept(t, 20, 1), 8)
	if len(few) != 20 || tokens != 8*20*16 {
		t.Fatalf("8 epochs over 20 windows read %d different ones, %d tokens", len(few), tokens)
	}
	many, _ := seenBy(t, openKept(t, 60, 1), 3)
	if len(many) != 60 {
		t.Fatalf("3 epochs over 60 windows read %d different ones", len(many))
	}
	for _, w := range few {
		if !slices.Contains(many, w) {
			t.Errorf("window %q is among the first 20, not among the first 60", w)
		}
	}
	other, _ := seenBy(t, openKept(t, 20, 2), 3)
	if slices.Equal(few, other) {
		t.Error("two seeds choose the same windows")
	}
	free, _ := seenBy(t, openKept(t, 0, 0), 8)
	if whole := openKept(t, 0, 0).Train.Len(); len(free) <= whole {
		t.Errorf("without a choice 8 epochs read %d windows of %d: their places do not vary", len(free), whole)
	}
	kept, whole := openKept(t, 20, 1), openKept(t, 0, 0)
	if kept.Info().Unique != 20 || whole.Info().Unique != 0 {
		t.Errorf("said to be %d and %d examples", kept.Info().Unique, whole.Info().Unique)
	}
	for name, set := range kept.Each {
		if name == "train" {
			continue
		}
		var a, b Batch
		other := map[string]Set{"valid": whole.Valid, "test": whole.Test}[name]
		if set.Len() != other.Len() {
			t.Errorf("%s has %d examples, %d without a choice", name, set.Len(), other.Len())
		}
		if err := set.Read(&a, []int{0}, 0); err != nil {
			t.Fatal(err)
		}
		if err := other.Read(&b, []int{0}, 0); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.IDs, b.IDs) {
			t.Errorf("%s differs", name)
		}
	}
}

// Every epoch passes over the chosen examples in an order of its own, and over each once.
func TestKeepOrdersEachEpochAnew(t *testing.T) {
	s, err := Moons(Options{Examples: 200})
	if err == nil {
		err = s.Keep(12, 5)
	}
	if err != nil {
		t.Fatal(err)
	}
	l := &Loader{Set: s.Train, Batch: 12, Seed: 3}
	var epochs [2][]float64
	for k := range epochs {
		var b Batch
		if err := l.At(&b, k, 0); err != nil {
			t.Fatal(err)
		}
		for e := range b.Examples() {
			epochs[k] = append(epochs[k], float64(b.X[2*e]))
		}
	}
	if slices.Equal(epochs[0], epochs[1]) {
		t.Error("two epochs have one order")
	}
	slices.Sort(epochs[0])
	slices.Sort(epochs[1])
	if !slices.Equal(epochs[0], epochs[1]) || len(slices.Compact(epochs[0])) != 12 {
		t.Errorf("epochs of %v and %v", epochs[0], epochs[1])
	}
}

func TestKeepRefuses(t *testing.T) {
	for _, n := range []int{-1, 0, 201} {
		s, err := Moons(Options{Examples: 200})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Keep(n, 1); err == nil || !strings.Contains(err.Error(), "1 to 200 would fit") {
			t.Errorf("%d of 200: %v", n, err)
		}
	}
	c, err := NewCorpus("numbered", [][]byte{numberedText(2000)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Tokens(Options{Window: 16, Carry: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Keep(3, 1); err == nil || !strings.Contains(err.Error(), "streams") {
		t.Errorf("streams: %v", err)
	}
}
