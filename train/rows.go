package train

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"brick/data"
	"brick/grad"
)

// maxRow bounds one row of a table, in bytes.
const maxRow = 16 << 20

// rows reads a table with the columns a model was trained on.
type rows struct {
	cs    *data.Columns
	csv   *csv.Reader
	bound *bounded
	n     int // rows read, the header not counted
	// header, if set, is called with the header.
	header func(row []string)
}

func newRows(in io.Reader, cs *data.Columns) *rows {
	r := &rows{cs: cs, bound: &bounded{r: bufio.NewReader(in)}}
	if mark, _ := r.bound.r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.bound.r.Discard(3) // was just seen
	}
	r.csv = csv.NewReader(r.bound)
	r.csv.Comma = []rune(cs.Delimiter)[0]
	r.csv.FieldsPerRecord, r.csv.LazyQuotes, r.csv.ReuseRecord = -1, false, true
	return r
}

// next is the next row, valid until the one after; io.EOF follows the last.
func (r *rows) next() ([]string, error) {
	for first := r.n == 0; ; first = false {
		r.bound.left = maxRow
		row, err := r.csv.Read()
		if err != nil {
			return nil, err
		}
		if first && r.isHeader(row) {
			if r.header != nil {
				r.header(row)
			}
			continue
		}
		r.n++
		return row, nil
	}
}

// isHeader reports whether a first row repeats the names of the training table's columns.
func (r *rows) isHeader(row []string) bool {
	for _, c := range r.cs.Columns {
		if slices.Contains(row, c.Name) {
			return r.cs.Header
		}
	}
	return false
}

// bounded is a reader that gives up where one row has no end.
type bounded struct {
	r    *bufio.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("a row has more than %d bytes: is a quote not closed?", maxRow)
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

// table is a Set of rows read with a trained model's columns: its scaling, its categories, its classes.
type table struct {
	info   *data.Info
	x, y   []grad.Float
	labels []int32
}

// openTable reads the table at path as rows of the kind that info describes.
func openTable(ctx context.Context, path string, info *data.Info) (_ *table, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("train: evaluate: %w", err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("train: evaluate %s: %w", path, err)
		}
	}
	t, r := &table{info: info}, newRows(in, info.Columns)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err == nil && len(row) != len(info.Columns.Columns) {
			err = fmt.Errorf("%d fields; the model was trained on %d columns, its targets included", len(row), len(info.Columns.Columns))
		}
		if err == nil {
			t.x, err = info.Columns.Encode(t.x, row)
		}
		if err == nil {
			err = t.target(row)
		}
		if err != nil {
			return nil, fmt.Errorf("train: evaluate %s: row %d: %w", path, r.n, err)
		}
	}
}

// target appends what a row says about the targets.
func (t *table) target(row []string) error {
	cs := t.info.Columns
	if t.info.Task == data.Classification {
		c := cs.Columns[cs.Targets[0]]
		class := slices.Index(t.info.Classes, strings.TrimSpace(row[cs.Targets[0]]))
		if class < 0 {
			return fmt.Errorf("column %q: %.40q is not one of the classes", c.Name, row[cs.Targets[0]])
		}
		t.labels = append(t.labels, int32(class))
		return nil
	}
	for _, k := range cs.Targets {
		c := cs.Columns[k]
		v, err := strconv.ParseFloat(strings.TrimSpace(row[k]), 64)
		if err != nil || !finite(v) {
			return fmt.Errorf("column %q: %.40q is not a finite number", c.Name, row[k])
		}
		if c.Scaled {
			v = (v - c.Mean) / c.Std
		}
		t.y = append(t.y, grad.Float(v))
	}
	return nil
}

// Info is the description the model was trained with.
func (t *table) Info() *data.Info { return t.info }

// Len is the number of rows.
func (t *table) Len() int { return len(t.x) / t.info.Input[0] }

// Read fills b with rows.
func (t *table) Read(b *data.Batch, index []int, _ uint64) error {
	d, k := t.info.Input[0], len(t.y)/max(t.Len(), 1)
	b.Shape, b.X, b.IDs, b.Y, b.Labels, b.Bytes = []int{len(index), d}, b.X[:0], nil, nil, nil, 0
	for _, i := range index {
		b.X = append(b.X, t.x[i*d:i*d+d]...)
		if t.labels != nil {
			b.Labels = append(b.Labels, t.labels[i])
		} else {
			b.Y = append(b.Y, t.y[i*k:i*k+k]...)
		}
	}
	b.YShape = []int{len(index)}
	if t.labels == nil {
		b.YShape = append(b.YShape, k)
	}
	return nil
}
