package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Bounds on tables nobody vouches for.
const (
	maxField   = 1 << 20 // bytes in one field
	maxRecord  = 1 << 24 // bytes in one record
	maxColumns = 1 << 16
)

// A TableError says where in a table something was wrong.
type TableError struct {
	File   string
	Line   int    // 1-based, of the record's first line
	Column int    // 1-based; 0 if the whole record is meant
	Name   string // of the column, if known
	Reason string
}

// Error gives file, line, column and reason.
func (e *TableError) Error() string {
	where := fmt.Sprintf("%s:%d", e.File, e.Line)
	if e.Column > 0 {
		where += fmt.Sprintf(": column %d", e.Column)
		if e.Name != "" {
			where += fmt.Sprintf(" (%q)", e.Name)
		}
	}
	return where + ": " + e.Reason
}

// csvReader splits delimiter-separated text into records: RFC 4180 quoting, lines ended by LF, CRLF or CR in any mix, a
// UTF-8 byte order mark dropped, empty lines skipped. The standard encoding/csv would read a field of any length into
// memory, keep the mark in the first name, and let NUL bytes through.
type csvReader struct {
	file  string
	r     *bufio.Reader
	delim rune

	line  int // of the next byte
	first int // line the current record began on
	want  int // fields in a record, 0 before the first
	buf   []byte
	ends  []int // of each field in buf
}

func newCSVReader(file string, r io.Reader, delim rune) *csvReader {
	c := &csvReader{file: file, r: bufio.NewReaderSize(r, 1<<16), delim: delim, line: 1}
	if head, _ := c.r.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		c.r.Discard(3)
	}
	return c
}

// fields returns the number of fields in the current record.
func (c *csvReader) fields() int { return len(c.ends) }

// field returns field i of the current record; it is valid until the next record is read.
func (c *csvReader) field(i int) []byte {
	start := 0
	if i > 0 {
		start = c.ends[i-1]
	}
	return c.buf[start:c.ends[i]]
}

func (c *csvReader) fail(column int, format string, args ...any) error {
	return &TableError{File: c.file, Line: c.first, Column: column, Reason: fmt.Sprintf(format, args...)}
}

// next reads a record that is not an empty line. It returns io.EOF after the last one.
func (c *csvReader) next() error {
	for {
		if err := c.record(); err != nil {
			return err
		}
		if len(c.ends) == 1 && len(c.buf) == 0 {
			continue
		}
		if c.want == 0 {
			c.want = len(c.ends)
		}
		if len(c.ends) != c.want {
			return c.fail(0, "%d fields found, the first record has %d; quote a field that contains the delimiter %q", len(c.ends), c.want, c.delim)
		}
		return nil
	}
}

// record reads one record, possibly an empty line.
func (c *csvReader) record() error {
	c.buf, c.ends, c.first = c.buf[:0], c.ends[:0], c.line
	for begun := false; ; begun = true {
		more, err := c.readField()
		if err == io.EOF && !begun && len(c.buf) == 0 {
			return io.EOF
		}
		if err != nil && err != io.EOF {
			return err
		}
		if f := c.buf[c.start():]; !utf8.Valid(f) {
			return c.fail(len(c.ends)+1, "not UTF-8: %.20q; convert the file first (for example with iconv)", f)
		}
		c.ends = append(c.ends, len(c.buf))
		if len(c.ends) > maxColumns {
			return c.fail(0, "more than %d columns; is %q the right delimiter?", maxColumns, c.delim)
		}
		if !more {
			return nil
		}
	}
}

func (c *csvReader) start() int {
	if len(c.ends) == 0 {
		return 0
	}
	return c.ends[len(c.ends)-1]
}

// readField appends one field to buf, and says whether the record has more of them.
func (c *csvReader) readField() (more bool, err error) {
	quoted, opened := false, c.line
	for first := true; ; first = false {
		b, err := c.r.ReadByte()
		if err != nil {
			return false, c.readError(err)
		}
		switch {
		case first && b == '"':
			if err := c.quoted(opened); err != nil {
				return false, err
			}
			quoted = true
			continue
		case rune(b) == c.delim:
			return true, nil
		case b == '\n':
			c.line++
			return false, nil
		case b == '\r':
			if next, _ := c.r.Peek(1); len(next) == 1 && next[0] == '\n' {
				c.r.Discard(1)
			}
			c.line++
			return false, nil
		case quoted:
			return false, c.fail(len(c.ends)+1, "%q after the closing quote; a quote inside a quoted field is written twice", b)
		}
		if err := c.add(b, opened); err != nil {
			return false, err
		}
		if err := c.run(opened); err != nil {
			return false, err
		}
	}
}

// run appends the ordinary bytes that follow, as far as they are buffered: most of a table, a field at a time.
func (c *csvReader) run(opened int) error {
	ahead, _ := c.r.Peek(c.r.Buffered())
	n := 0
	for n < len(ahead) && ahead[n] != byte(c.delim) && ahead[n] >= ' ' {
		n++
	}
	c.buf = append(c.buf, ahead[:n]...)
	c.r.Discard(n)
	return c.bounded(opened)
}

// quoted appends what stands up to the closing quote.
func (c *csvReader) quoted(opened int) error {
	for {
		b, err := c.r.ReadByte()
		if err == io.EOF {
			return c.fail(len(c.ends)+1, "the quote opened on line %d is never closed", opened)
		}
		if err != nil {
			return c.readError(err)
		}
		if b == '"' {
			next, _ := c.r.Peek(1)
			if len(next) == 0 || next[0] != '"' {
				return nil
			}
			c.r.Discard(1)
		}
		if b == '\n' {
			c.line++
		}
		if err := c.add(b, opened); err != nil {
			return err
		}
	}
}

// add appends one byte of the field being read.
func (c *csvReader) add(b byte, opened int) error {
	if b == 0 {
		return c.fail(len(c.ends)+1, "a NUL byte; this is not a text table (UTF-16 text must be converted to UTF-8 first)")
	}
	c.buf = append(c.buf, b)
	return c.bounded(opened)
}

// bounded checks the length of the field and the record so far.
func (c *csvReader) bounded(opened int) error {
	if len(c.buf)-c.start() > maxField {
		return c.fail(len(c.ends)+1, "a field of more than %d bytes, begun on line %d; is a quote missing?", maxField, opened)
	}
	if len(c.buf) > maxRecord {
		return c.fail(0, "a record of more than %d bytes", maxRecord)
	}
	return nil
}

func (c *csvReader) readError(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("data: read %s, line %d: %w", c.file, c.line, err)
}

// findDelimiter returns the one of , tab ; | that splits the head of a table into the same number of fields, more than
// one, on the most records; a comma if none does.
func findDelimiter(head []byte, whole bool) rune {
	if i := bytes.LastIndexAny(head, "\r\n"); i >= 0 && !whole {
		head = head[:i+1] // the last line may be cut
	}
	best, bestRecords := ',', 0
	for _, d := range []rune{',', '\t', ';', '|'} {
		c, records := newCSVReader("", bytes.NewReader(head), d), 0
		for c.next() == nil && c.want > 1 {
			records++
		}
		if records > bestRecords {
			best, bestRecords = d, records
		}
	}
	return best
}
