package data

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"brick/kernel"
)

// The eight cases of the robustness list, and their neighbours: what is read and what is refused, with the place.
func TestCSVCases(t *testing.T) {
	const rows = "a,b,y\n1,2,3\n4,5,6\n7,8,9\n"
	for _, c := range []struct{ name, text, want string }{ // want: part of the error, or "" for success
		{"plain", rows, ""},
		{"no newline at the end", strings.TrimSuffix(rows, "\n"), ""},
		{"byte order mark", "\xef\xbb\xbf" + rows, ""},
		{"CRLF, LF and CR mixed", "a,b,y\r\n1,2,3\n4,5,6\r7,8,9\r\n", ""},
		{"NUL", "a,b,y\n1,2\x00,3\n", "t.csv:2: column 2: a NUL byte"},
		{"ragged, short", "a,b,y\n1,2,3\n4,5\n", "t.csv:3: 2 fields found, the first record has 3"},
		{"ragged, long", "a,b,y\n1,2,3\n4,5,6,7\n", "t.csv:3: 4 fields found"},
		{"NaN is missing", "a,b,y\n1,NaN,3\n4,5,6\n", ""},
		{"Inf", "a,b,y\n1,2,3\n4,-Inf,6\n", `t.csv:3: column 2 ("b"): "-Inf" is infinite`},
		{"overflow", "a,b,y\n1,2,3\n4,1e999,6\n", `t.csv:3: column 2 ("b"): "1e999" is beyond`},
		{"NaN in the target", "a,b,y\n1,2,NaN\n4,5,6\n", `target column "y" is missing in 1 of 2 rows`},
		{"quote never closed", "a,b,y\n1,\"2,3\n4,5,6\n", "t.csv:2: column 2: the quote opened on line 2 is never closed"},
		{"text after a quote", "a,b,y\n1,\"2\"x,3\n", "t.csv:2: column 2: 'x' after the closing quote"},
		{"quoted line ends, delimiters, quotes", "a,b,y\n\"p\n,\"\"q\"\"\",2,3\nr,5,6\n", ""},
		{"not UTF-8", "a,b,y\n1,\xff\xfe,3\n", "t.csv:2: column 2: not UTF-8"},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00", "NUL"},
		{"empty", "", "has no rows"},
		{"line ends only", "\n\r\n\n", "has no rows"},
		{"one column", "y\n1\n2\n", "no column is left as an input"},
		{"one class", "a,y\n1,p\n2,p\n", "one value only"},
	} {
		s, err := ReadTable("t.csv", []byte(c.text), Options{Valid: -1, Test: -1})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		case err == nil:
			var b Batch
			if err := s.Train.Read(&b, []int{0, s.Train.Len() - 1}, 0); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

// endless gives a quoted field of n bytes, or a line of n columns, without ever holding it.
type endless struct {
	head string
	unit byte
	n    int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.n == 0 {
		return 0, io.EOF
	}
	n := int(min(e.n, int64(len(p))))
	for i := range n {
		p[i] = e.unit
	}
	e.n -= int64(n)
	return n, nil
}

func (e *endless) Close() error { return nil }

// A quoted field of 1 GB and a line of a million columns are refused after little has been read.
func TestCSVBombs(t *testing.T) {
	for _, c := range []struct {
		name, head, want string
		unit             byte
	}{
		{"1 GB in quotes", "a,b\n\"", "a field of more than 1048576 bytes", 'x'},
		{"1 M columns", "a", "more than 65536 columns", ','},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		tab := &table{file: "bomb.csv", open: func() (io.ReadCloser, error) { return &endless{c.head, c.unit, 1 << 30}, nil }}
		_, err := tab.load(&Options{Delimiter: ','})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
			t.Errorf("%s: %d bytes allocated", c.name, grown)
		}
	}
}

const people = `name;age;member;city;income
Ann;31;yes;Bern;52000
Bob;45;no;Ulm;61000
Cy;;yes;Bern;48000
Dee;29;no;Graz;39000
Eve;52;yes;Ulm;75000
`

func TestTableFindsTypes(t *testing.T) {
	s, err := ReadTable("people.csv", []byte(people), Options{Valid: -1, Test: -1, Categories: 4})
	if err != nil {
		t.Fatal(err)
	}
	cs := s.Info().Columns
	if cs.Delimiter != ";" || !cs.Header || cs.Task != Regression {
		t.Errorf("delimiter %q, header %v, task %v", cs.Delimiter, cs.Header, cs.Task)
	}
	want := []Kind{Skipped, Number, Boolean, Category, Number}
	for i, k := range want {
		if cs.Columns[i].Kind != k {
			t.Errorf("column %q is of kind %s, want %s", cs.Columns[i].Name, cs.Columns[i].Kind, k)
		}
	}
	if got := cs.Inputs(); !reflect.DeepEqual(got, []string{"age", "member", "city=Bern", "city=Graz", "city=Ulm"}) {
		t.Errorf("inputs %v", got)
	}
	if age := cs.Columns[1]; age.Mean != 39.25 || age.Missing != 1 || math.Abs(age.Std-math.Sqrt(92.1875)) > 1e-12 {
		t.Errorf("age: %+v", age)
	}
	// What was kept as JSON treats a new row as the table's own rows were.
	text, err := json.Marshal(cs)
	if err != nil {
		t.Fatal(err)
	}
	var kept Columns
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(people), "\n")[1:]
	var seen int
	for _, b := range Sequential(s.Train, 2).From(0) {
		for e := range b.Examples() {
			x, y := b.X[e*5:(e+1)*5], b.Y[e]
			for _, l := range lines {
				row := strings.Split(l, ";")
				got, err := kept.Encode(nil, row)
				if err != nil {
					t.Fatal(err)
				}
				short, err := kept.Encode(nil, row[:4])
				if err != nil || !reflect.DeepEqual(got, short) {
					t.Fatalf("without its target %v: %v, %v", row, short, err)
				}
				if row[4] == jsonNumber(y) && reflect.DeepEqual(got, x) {
					seen++
				}
			}
		}
	}
	if seen != 5 {
		t.Errorf("%d of 5 rows are encoded as they were read", seen)
	}
	if _, err := kept.Encode(nil, []string{"Flo", "old", "yes", "Bern"}); err == nil || !strings.Contains(err.Error(), `column 2 ("age")`) {
		t.Errorf("text for a number: %v", err)
	}
}

func jsonNumber(v kernel.Float) string { b, _ := json.Marshal(v); return string(b) }

func TestTableTargets(t *testing.T) {
	open := func(o Options) Info {
		o.Valid, o.Test = -1, -1
		s, err := ReadTable("people.csv", []byte(people), o)
		if err != nil {
			t.Fatal(err)
		}
		return *s.Info()
	}
	if in := open(Options{Target: []string{"city"}}); in.Task != Classification || !reflect.DeepEqual(in.Classes, []string{"Bern", "Graz", "Ulm"}) {
		t.Errorf("city: %v %v", in.Task, in.Classes)
	}
	if in := open(Options{Target: []string{"member"}}); in.Task != Classification || !reflect.DeepEqual(in.Classes, []string{"no", "yes"}) {
		t.Errorf("member: %v %v", in.Task, in.Classes)
	}
	if in := open(Options{Target: []string{"member"}, Task: "regression"}); in.Task != Regression || in.Outputs() != 1 {
		t.Errorf("member as a number: %v", in.Task)
	}
	if in := open(Options{Task: "classification"}); !reflect.DeepEqual(in.Classes, []string{"39000", "48000", "52000", "61000", "75000"}) {
		t.Errorf("incomes as classes: %v", in.Classes)
	}
	if in := open(Options{Target: []string{"5", "3"}}); in.Task != Regression || in.Targets != 2 {
		t.Errorf("two targets: %v %d", in.Task, in.Targets)
	}
	for _, o := range []Options{{Target: []string{"height"}}, {Task: "poetry"}, {Target: []string{"city"}, Task: "regression"}, {Skip: []string{"x"}}, {Valid: 0.7, Test: 0.7}} {
		if _, err := ReadTable("people.csv", []byte(people), o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestTableHeader(t *testing.T) {
	for text, want := range map[string]bool{
		"a,b\n1,2\n3,4\n":           true,
		"1,2\n3,4\n":                false,
		"x,y\np,q\np,r\nx,q\n":      false, // x stands again in its column
		"city,kind\nUlm,a\nUlm,b\n": true,
	} {
		s, err := ReadTable("t.csv", []byte(text), Options{Valid: -1, Test: -1})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Info().Columns.Header; got != want {
			t.Errorf("%q: header %v, want %v", text, got, want)
		}
	}
}

// Standardisation is that of the training rows alone, and a table too large for its bound in memory reads the same.
func TestTableStandardisesByTraining(t *testing.T) {
	var text strings.Builder
	text.WriteString("x,y\n")
	for i := range 300 {
		text.WriteString(strings.Repeat("1", i%4+1) + "." + strings.Repeat("7", i%3) + "5," + strings.Repeat("2", i%5+1) + "\n")
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := OpenTable(path, Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	spilled, err := OpenTable(path, Options{Seed: 3, Memory: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer spilled.Close()
	var sum, squares float64
	index := make([]int, s.Train.Len())
	for i := range index {
		index[i] = i
	}
	var b, c Batch
	if err := s.Train.Read(&b, index, 0); err != nil {
		t.Fatal(err)
	}
	if err := spilled.Train.Read(&c, index, 0); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(cloned(&b), cloned(&c)) {
		t.Error("rows from a file differ from rows in memory")
	}
	for _, v := range b.X {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(b.X))
	if math.Abs(sum/n) > 1e-5 || math.Abs(squares/n-1) > 1e-5 {
		t.Errorf("training inputs have mean %g and mean square %g", sum/n, squares/n)
	}
	if s.Train.Len() != 240 || s.Valid.Len() != 30 || s.Test.Len() != 30 {
		t.Errorf("%d, %d, %d rows", s.Train.Len(), s.Valid.Len(), s.Test.Len())
	}
}

// Every cut and every changed byte of a small table is answered without a panic.
func TestCSVDamage(t *testing.T) {
	for i := range len(people) {
		ReadTable("t.csv", []byte(people[:i]), Options{})
		for _, b := range []byte{0, '"', '\n', ';', 0xff, people[i] ^ 1} {
			damaged := []byte(people)
			damaged[i] = b
			ReadTable("t.csv", damaged, Options{})
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(people))
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte("\"x\"\"\r\ny\"\tz\n1\t2"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadTable("fuzz.csv", text, Options{})
		if err != nil {
			return
		}
		for name, set := range s.Each {
			for _, b := range Sequential(set, 16).From(0) {
				if len(b.X) != volume(b.Shape) {
					t.Fatalf("%s: %d numbers for shape %v", name, len(b.X), b.Shape)
				}
				for _, v := range b.X {
					if v != v {
						t.Fatalf("%s: NaN among the inputs of %q", name, text)
					}
				}
				for _, l := range b.Labels {
					if l < 0 || int(l) >= len(s.Info().Classes) {
						t.Fatalf("%s: class %d of %q", name, l, s.Info().Classes)
					}
				}
			}
		}
		if _, err := json.Marshal(s.Info()); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkTable(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("a,b,c,d\n")
	for i := range 50000 {
		text.WriteString("1.25,red,-3.5e2,")
		text.WriteString(strings.Repeat("4", i%3+1) + "\n")
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := ReadTable("t.csv", text.Bytes(), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
