package data

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// OpenTable reads a CSV or TSV file (plain or .gz) and splits it. The file is streamed twice: once to find its types, once
// to gather its values, which are held in memory up to Options.Memory and in a mapped file beyond.
//
// A column is of kind Number, Boolean, Category or Skipped by what all its values look like; empty fields and NA, N/A,
// NaN, null, none and ? are missing, and count as the training rows' mean (or as no category). Targets of kind Number
// make a regression, others a classification, unless Options.Task says. Rows are split by a permutation keyed by
// Options.Seed (by default a tenth for validation and a tenth for testing); Mean and Std are those of the training rows.
func OpenTable(path string, o Options) (Splits, error) {
	t := &table{file: path, open: func() (io.ReadCloser, error) { return openText(path) }}
	return t.load(&o)
}

// ReadTable is OpenTable for bytes in memory; name stands for the file in errors.
func ReadTable(name string, text []byte, o Options) (Splits, error) {
	t := &table{file: name, open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(text))), nil }}
	return t.load(&o)
}

// openText opens a file, through gzip if it begins like one.
func openText(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	br := bufio.NewReaderSize(f, 1<<16)
	if head, _ := br.Peek(2); len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b {
		return &closing{br, f}, nil
	}
	z, err := gzip.NewReader(br)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return &closing{z, f}, nil
}

// closing is a reader together with the file to close after it.
type closing struct {
	io.Reader
	io.Closer
}

// table is a Set of rows. Cells are stored as float64, so that standardisation of large numbers loses nothing.
type table struct {
	file string
	open func() (io.ReadCloser, error)
	info Info
	rows *records // float64 cells, little-endian, of the columns in use
	used []int    // places of those columns
}

func (t *table) Info() *Info { return &t.info }
func (t *table) Len() int    { return t.rows.n }

func (t *table) load(o *Options) (Splits, error) {
	valid, test, err := o.shares(0.1, 0.1)
	if err != nil {
		return Splits{}, err
	}
	cs := &Columns{}
	n, err := t.survey(cs, o)
	if err != nil {
		return Splits{}, err
	}
	cells := 0
	for i := range cs.Columns {
		if c := &cs.Columns[i]; c.Target || c.Kind != Skipped {
			t.used = append(t.used, i)
			cells++
		}
	}
	t.rows = newRecords(8*cells, o.memory())
	if err := t.gather(cs, o, n, valid, test); err != nil {
		return Splits{}, errors.Join(err, t.rows.close())
	}
	t.info = Info{
		Name: strings.TrimSuffix(filepath.Base(t.file), filepath.Ext(t.file)), Task: cs.Task,
		Input: []int{cs.Width()}, Classes: cs.Classes, Columns: cs, Origin: t.file,
		Rule: fmt.Sprintf("rows in the order of a permutation keyed by seed %d: %g %% test, %g %% validation, the rest training", o.Seed, 100*test, 100*valid),
	}
	if cs.Task == Regression {
		t.info.Targets = len(cs.Targets)
	}
	s := cut(t, valid, test, o.Seed)
	s.closers = append(s.closers, t.rows.close)
	return s, nil
}

// survey is the first pass: it finds names, types and the number of rows.
func (t *table) survey(cs *Columns, o *Options) (rows int, err error) {
	f, err := t.open()
	if err != nil {
		return 0, err
	}
	defer f.Close()
	br := bufio.NewReaderSize(f, 1<<16)
	head, headErr := br.Peek(1 << 16)
	if headErr != nil && headErr != io.EOF && len(head) == 0 {
		return 0, fmt.Errorf("data: read %s: %w", t.file, headErr)
	}
	delim := o.Delimiter
	if delim == 0 {
		delim = findDelimiter(head, headErr == io.EOF)
	}
	if delim < 1 || delim > 126 || delim == '"' || delim == '\r' || delim == '\n' {
		return 0, fmt.Errorf("data: delimiter %q of %s; one ASCII character other than a quote or a line end would fit", delim, t.file)
	}
	cs.Delimiter = string(delim)
	if cs.Header, err = findHeader(t.file, head, headErr == io.EOF, delim, o.Header); err != nil {
		return 0, err
	}
	r := newCSVReader(t.file, br, delim)
	if err := r.next(); err != nil {
		return 0, t.readFailure(err, "no rows")
	}
	named := map[string]bool{}
	for i := range r.fields() {
		name := fmt.Sprintf("column%d", i+1)
		if cs.Header {
			name = string(trim(r.field(i)))
			if name == "" || named[name] {
				name = fmt.Sprintf("%s#%d", name, i+1)
			}
		}
		named[name] = true
		cs.Columns = append(cs.Columns, Column{Name: name, Std: 1})
	}
	if cs.Header {
		if err := r.next(); err != nil {
			return 0, t.readFailure(err, "a header but no rows")
		}
	}
	if err := cs.chooseTargets(t.file, o); err != nil {
		return 0, err
	}
	limit := positive(o.Categories, 256)
	sights := make([]sight, len(cs.Columns))
	for i := range sights {
		sights[i] = newSight()
	}
	for ; err == nil; err = r.next() {
		rows++
		for i := range sights {
			if cs.Columns[i].Kind != Skipped {
				bound := limit
				if cs.Columns[i].Target {
					bound = maxClasses
				}
				sights[i].look(r.field(i), r.first, bound)
			}
		}
	}
	if err != io.EOF {
		return 0, err
	}
	for i := range sights {
		c, bound := &cs.Columns[i], limit
		if c.Target {
			bound = maxClasses
		}
		if err := sights[i].decide(c, t.file, i, bound, c.Target && o.Task == Classification.String()); err != nil {
			return 0, err
		}
	}
	if err := cs.chooseTask(t.file, o); err != nil {
		return 0, err
	}
	if cs.Task == Classification {
		cs.Classes = cs.Columns[cs.Targets[0]].Categories
		if len(cs.Classes) < 2 {
			return 0, fmt.Errorf("data: %s: target column %q has one value only, %q; there is nothing to tell apart", t.file, cs.Columns[cs.Targets[0]].Name, cs.Classes)
		}
	}
	if cs.Width() == 0 {
		return 0, fmt.Errorf("data: %s: no column is left as an input beside the target (delimiter %q, %d columns)", t.file, delim, len(cs.Columns))
	}
	return rows, nil
}

// readFailure turns the end of the file into the error that says what was missing.
func (t *table) readFailure(err error, missing string) error {
	if err == io.EOF {
		return fmt.Errorf("data: %s has %s", t.file, missing)
	}
	return err
}

// gather is the second pass: it stores the cells, and takes mean and deviation over the training rows.
func (t *table) gather(cs *Columns, o *Options, n int, valid, test float64) error {
	order, nTest, nValid := divide(n, valid, test, o.Seed)
	f, err := t.open()
	if err != nil {
		return err
	}
	defer f.Close()
	r := newCSVReader(t.file, f, rune(cs.Delimiter[0]))
	if cs.Header {
		if err := r.next(); err != nil {
			return t.readFailure(err, "changed while it was read")
		}
	}
	stats := make([]running, len(cs.Columns))
	rec := make([]byte, t.rows.size)
	for row := 0; ; row++ {
		err := r.next()
		if err == io.EOF && row == n {
			break
		}
		if err != nil || row == n || r.fields() != len(cs.Columns) {
			return fmt.Errorf("data: %s changed while it was read (row %d of %d): %v", t.file, row+1, n, err)
		}
		train := order.Inverse(row) >= nTest+nValid
		for k, i := range t.used {
			c := &cs.Columns[i]
			v, err := c.cell(r.field(i))
			if err != nil {
				return &TableError{File: t.file, Line: r.first, Column: i + 1, Name: c.Name, Reason: err.Error()}
			}
			binary.LittleEndian.PutUint64(rec[8*k:], math.Float64bits(v))
			if train && v == v && c.Kind != Category {
				stats[i].add(v)
			}
		}
		if err := t.rows.add(rec); err != nil {
			return err
		}
	}
	for _, i := range t.used {
		c := &cs.Columns[i]
		c.Mean, c.Std = stats[i].mean, stats[i].std()
		c.Scaled = c.Kind == Number && !o.Raw && (!c.Target || o.ScaleTarget && cs.Task == Regression)
	}
	return t.rows.finish()
}

func (t *table) Read(b *Batch, index []int, _ uint64) error {
	checkIndex(t.info.Name, index, t.Len())
	cs, width := t.info.Columns, t.info.Input[0]
	x := b.numbers(len(index), t.info.Input)
	if cs.Task == Regression {
		b.values(len(index), t.info.Targets)
	} else {
		b.classes(len(index))
	}
	for e, row := range index {
		rec, err := t.rows.at(row)
		if err != nil {
			return err
		}
		dst := x[e*width : (e+1)*width]
		for k, i := range t.used {
			c := &cs.Columns[i]
			v := math.Float64frombits(binary.LittleEndian.Uint64(rec[8*k:]))
			switch {
			case !c.Target:
				w := c.Width()
				c.put(dst[:w], v)
				dst = dst[w:]
			case cs.Task == Classification:
				b.Labels[e] = int32(v)
			default:
				for j, target := range cs.Targets {
					if target == i {
						c.put(b.Y[e*len(cs.Targets)+j:][:1], v)
					}
				}
			}
		}
	}
	return nil
}
