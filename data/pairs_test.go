package data

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// readPair is example e of a batch as texts.
func readPair(b *Batch, in *Info, e int) (source, target string) {
	all, t := in.Input[0], in.Input[0]-in.Source
	for _, id := range b.IDs[e*all : e*all+in.Source] {
		source += in.Symbols[id]
	}
	for _, id := range b.Labels[e*t : (e+1)*t] {
		if id == EOS {
			break
		}
		target += in.Symbols[id]
	}
	return source, target
}

// Every date reads as what its target says, and no day is in two splits.
func TestDates(t *testing.T) {
	s, err := Dates(Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	in, where, ways := s.Info(), map[string]string{}, map[string]int{}
	for split, set := range s.Each {
		for _, b := range Sequential(set, 500).From(0) {
			for e := range b.Examples() {
				source, target := readPair(b, in, e)
				if old, again := where[target]; again {
					t.Fatalf("%s is in %s and %s", target, old, split)
				}
				where[target] = split
				when, err := time.Parse(time.DateOnly, target)
				if err != nil {
					t.Fatalf("%q → %q", source, target)
				}
				way := ""
				for _, l := range dateLayouts {
					l = strings.ReplaceAll(l, "2th", "2"+ordinal(when.Day()))
					if strings.EqualFold(when.Format(l), source) {
						way = l
					}
				}
				if way == "" {
					t.Fatalf("%q is not a writing of %s", source, target)
				}
				ways[way]++
				if b.IDs[e*in.Input[0]+in.Source] != BOS || !slices.Equal(b.IDs[e*in.Input[0]+in.Source+1:(e+1)*in.Input[0]], b.Labels[e*dateTarget:(e+1)*dateTarget-1]) {
					t.Fatalf("%q: the target's input is not its labels after BOS", source)
				}
			}
		}
	}
	if len(where) != dateDays || where["2026-03-03"] == "" || where["2000-02-29"] == "" {
		t.Errorf("%d days", len(where))
	}
	if len(ways) < len(dateLayouts) {
		t.Errorf("only %d ways of writing", len(ways))
	}
	var a, b Batch
	for set, same := range map[Set]bool{s.Train: false, s.Test: true} {
		index := []int{0, 1, 2, 3, 4, 5, 6, 7}
		if err := errors.Join(set.Read(&a, index, 1), set.Read(&b, index, 2)); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(a.IDs, b.IDs) != same {
			t.Errorf("written the same way in two epochs: %v, want %v", !same, same)
		}
	}
	index := []int{5, 6, 7}
	if n := testing.AllocsPerRun(10, func() { _ = s.Train.Read(&a, index, 9) }); n != 0 {
		t.Errorf("reading allocates %v times", n)
	}
}

// At a distance the letters come first and are asked for behind the bar.
func TestCopyAtADistance(t *testing.T) {
	for _, d := range []int{0, 1, 7} {
		s, err := Copy(Options{Length: 3, Distance: d})
		if err != nil {
			t.Fatal(err)
		}
		var b Batch
		if err := s.Train.Read(&b, []int{4}, 0); err != nil {
			t.Fatal(err)
		}
		in, text, said := s.Info(), "", ""
		for i, id := range b.IDs {
			text += in.Symbols[id]
			if l := b.Labels[i]; l != Ignore {
				said += in.Symbols[l]
			}
		}
		if want := said + strings.Repeat(".", d) + "|" + said[:2]; text != want || len(said) != 3 {
			t.Errorf("distance %d: %q asks for %q", d, text, said)
		}
	}
	if _, err := Copy(Options{Distance: -1}); err == nil {
		t.Error("a distance of −1")
	}
}

func TestPairs(t *testing.T) {
	var text strings.Builder
	text.WriteString("\xef\xbb\xbf")
	for i := range 200 {
		text.WriteString(strings.Repeat("ab", i%7+1) + "\t" + strings.Repeat("中", i%3+1) + "\r\n\n")
	}
	path := filepath.Join(t.TempDir(), "p.tsv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{Task: "translation", Valid: 0.3, Test: -1})
	if err != nil {
		t.Fatal(err)
	}
	in := s.Info()
	if in.Task != Translation || in.Source != 14 || in.Input[0] != 29 || in.Vocab != 260 || in.Outputs() != 260 {
		t.Fatalf("%+v", in)
	}
	n, sources := 0, map[string]string{}
	for split, set := range s.Each {
		n += set.Len()
		for _, b := range Sequential(set, 7).From(0) {
			for e := range b.Examples() {
				source := string(slices.DeleteFunc(decoded(b.IDs[e*29:e*29+14]), func(c byte) bool { return c == 0 }))
				if at := sources[source]; at != "" && at != split {
					t.Errorf("%q is in %s and %s", source, at, split)
				}
				sources[source] = split
				target := b.Labels[e*15 : (e+1)*15]
				end := slices.Index(target, EOS)
				if got := string(decoded(target[:end])); strings.Trim(got, "中") != "" || got == "" || target[14] != Ignore {
					t.Errorf("%q → %q", source, got)
				}
			}
		}
	}
	if n != 200 {
		t.Errorf("%d pairs", n)
	}
	s, err = Open(path, Options{Task: "translation", Window: 6, Valid: -1, Test: -1})
	if err != nil || s.Info().Source != 6 || s.Train.Len() >= 200 || !strings.Contains(s.Info().Rule, "longer than 6 tokens") {
		t.Errorf("a window of 6: %v, %+v", err, s.Info())
	}
}

// decoded is the bytes of ids of a set that was encoded as bytes.
func decoded(ids []int32) (b []byte) {
	for _, id := range ids {
		if id >= Marks {
			b = append(b, byte(id-Marks))
		}
	}
	return b
}

func TestBadPairs(t *testing.T) {
	for text, want := range map[string]string{
		"a\tb\nc":                       "p.tsv:2: 1 columns; want 2",
		"a\tb\tc":                       "p.tsv:1: 3 columns; want 2",
		"a\tb\n\n \tx":                  "p.tsv:3: the source is empty",
		"a\t":                           "p.tsv:1: the target is empty",
		"a\t\xff":                       "p.tsv:1: not UTF-8",
		"":                              "no pairs in it",
		strings.Repeat("a", maxField+1): "p.tsv:1: longer than",
	} {
		_, err := ReadPairs("p.tsv", strings.NewReader(text), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
}

func FuzzPairs(f *testing.F) {
	f.Add("a\tb\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadPairs("p.tsv", strings.NewReader(text), Options{})
		if err != nil {
			return
		}
		s, err := p.Tokens(Options{})
		if err != nil {
			return
		}
		for _, set := range s.Each {
			for range Sequential(set, 3).From(0) {
			}
		}
	})
}
