package train

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"brick/data"
)

// predictTexts answers for the texts in in: of a table by its name those in the column the model was trained on, else a text
// a line, lines without one left out.
func (r *Run) predictTexts(ctx context.Context, name string, in io.Reader, asked Asked, yield func(Prediction, error) bool) error {
	width := r.Info.Input[0]
	var b data.Batch
	var ids [][]int32
	var rows []int
	flush := func() error {
		if len(ids) == 0 {
			return nil
		}
		b.Texts(len(ids), width)
		clear(b.IDs)
		for i, row := range ids {
			copy(b.IDs[i*width:(i+1)*width], row)
		}
		err := r.predictBatch(&b, func(i int, p Prediction) bool {
			p.Source, p.Row = name, rows[i]
			if len(ids[i]) > width {
				p.Note = fmt.Sprintf("%d tokens, of which the first %d are read", len(ids[i]), width)
			}
			return yield(p, nil)
		}, asked)
		ids, rows = ids[:0], rows[:0]
		return err
	}
	lines := textLines(in)
	switch ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(name, ".gz"))); {
	case r.Info.Columns == nil:
	case ext == ".csv", ext == ".tsv", ext == ".tab":
		lines = r.textFields(in)
	}
	n := 0
	for line, err := range lines {
		n++
		if err == nil {
			err = ctx.Err()
		}
		if err != nil { // the texts before it are still answered
			return errors.Join(flush(), inputf("predict: %s: row %d: %w", name, n, err))
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		ids, rows = append(ids, r.textIDs(strings.TrimSpace(line))), append(rows, n)
		if len(ids) == predictedAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// textIDs is the ids of a text to be classified: a set's own symbols leave 0 to what fills up, a tokenizer's ids move up by one.
func (r *Run) textIDs(text string) []int32 {
	if r.Info.Symbols != nil {
		return r.Tokenizer.Encode(text, nil)
	}
	return data.AppendText(nil, newEncoder(r.Tokenizer), text)
}

// textLines yields lines.
func textLines(in io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s := bufio.NewScanner(in)
		s.Buffer(nil, maxRow)
		for s.Scan() {
			if !yield(s.Text(), nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			yield("", err)
		}
	}
}

// textFields yields the fields of a table's column of text: the one with its name, or where it has no header the one in its
// place, or the only one.
func (r *Run) textFields(in io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		cs := r.Info.Columns
		table := newRows(in, cs)
		name := cs.TextColumn()
		at := slices.IndexFunc(cs.Columns, func(c data.Column) bool { return c.Name == name })
		width := len(cs.Columns)
		table.header = func(row []string) {
			if i := slices.Index(row, name); i >= 0 {
				at, width = i, len(row)
			}
		}
		for {
			row, err := table.next()
			if errors.Is(err, io.EOF) {
				return
			}
			text := ""
			switch {
			case err != nil:
			case len(row) == width:
				text = row[at]
			case len(row) == 1:
				text = row[0]
			default:
				err = fmt.Errorf("%d fields; want %d, or the text (%s) alone", len(row), width, name)
			}
			if !yield(text, err) || err != nil {
				return
			}
		}
	}
}
