package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Texts with labels become ids with 0 after their end; the same text never stands in two splits.
func TestLabelled(t *testing.T) {
	var b strings.Builder
	b.WriteString("label,text\n")
	for i := range 50 {
		fmt.Fprintf(&b, "%s,\"text, number %d\"\n", []string{"odd", "even"}[i%2], i/2*2)
	}
	path := filepath.Join(t.TempDir(), "texts.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	o := Options{Target: []string{"label"}, Window: 24}
	if IsLabelled(path, o) {
		t.Error("half of the texts are repeated: no free text")
	}
	l, err := OpenLabelled(path, o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Tokens(o)
	if err != nil {
		t.Fatal(err)
	}
	in := s.Info()
	if !slices.Equal(in.Classes, []string{"even", "odd"}) || !in.Labelled() || in.Vocab != 258 || !slices.Equal(in.Input, []int{24}) || s.Train.Len()+s.Valid.Len()+s.Test.Len() != 50 {
		t.Errorf("%+v", in)
	}
	where := map[string]string{}
	for name, set := range s.Each {
		var batch Batch
		for i := range set.Len() {
			if err := set.Read(&batch, []int{i}, 0); err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(batch.IDs)
			if was := where[text]; was != "" && was != name {
				t.Errorf("%s in %s and %s", text, was, name)
			}
			where[text] = name
			if len(batch.YShape) != 1 || batch.X != nil {
				t.Fatalf("%+v", batch)
			}
		}
	}
}

// What is no table of texts and labels says why.
func TestLabelledRefused(t *testing.T) {
	dir := t.TempDir()
	for i, c := range []struct{ text, want string }{
		{"a,b\nsome words,x\nother words,\n", "line:3: column 2"},
		{"a,b\n,x\nother words,y\n", "line:2: column 1"},
		{"a,b\nsome words,x\nother words,x\n", "nothing to tell apart"},
		{"a,b,c\nsome words,1,x\nother words,2,y\n", "2 columns beside 1 targets"},
		{"", "no rows"},
	} {
		path := filepath.Join(dir, fmt.Sprintf("%d.csv", i))
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := OpenLabelled(path, Options{Header: "yes"})
		if want := strings.Replace(c.want, "line", path, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", c.text, err, want)
		}
	}
}

// A table is one of texts where one column is, and the other says what they are.
func TestIsLabelled(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		text, task string
		want       bool
	}{
		"names.csv":   {"name,origin\nWang,cn\nSmith,en\nMüller,de\n", "", true},
		"stars.tsv":   {"text\tstars\ngood food\t5\nbad food\t1\nfair\t3\n", "", false},
		"asked.tsv":   {"text\tstars\ngood food\t5\nbad food\t1\nfair\t3\n", "classification", true},
		"numbers.csv": {"x,kind\n1,a\n2,b\n3,a\n", "", false},
		"wide.csv":    {"x,text,kind\n1,good,a\n2,bad,b\n3,fair,a\n", "", false},
		"few.csv":     {"colour,kind\nred,a\nblue,b\nred,a\nblue,b\nred,a\n", "", false},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := IsLabelled(path, Options{Task: c.task}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Dates with their months are the dates of Dates, and every month is there.
func TestMonths(t *testing.T) {
	m, err := Months(Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Dates(Options{})
	if err != nil {
		t.Fatal(err)
	}
	index := make([]int, 2000)
	for i := range index {
		index[i] = i
	}
	var months, dates Batch
	if err := m.Train.Read(&months, index, 7); err != nil {
		t.Fatal(err)
	}
	if err := d.Train.Read(&dates, index, 7); err != nil {
		t.Fatal(err)
	}
	seen := map[int32]bool{}
	for e, class := range months.Labels {
		all := d.Info().Input[0]
		if !slices.Equal(months.IDs[e*dateSource:(e+1)*dateSource], dates.IDs[e*all:e*all+dateSource]) {
			t.Fatalf("date %d is written otherwise", e)
		}
		target := dates.IDs[e*all+dateSource+1:] // 2026-03-03
		if month := 10*(target[5]-dateID['0']) + target[6] - dateID['0']; month != class+1 {
			t.Fatalf("date %d of month %d has class %s", e, month, m.Info().Classes[class])
		}
		seen[class] = true
	}
	if len(seen) != 12 || !m.Info().Labelled() || d.Info().Task != Translation {
		t.Errorf("%d months; %+v", len(seen), m.Info())
	}
}
