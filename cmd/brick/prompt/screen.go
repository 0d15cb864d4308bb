package prompt

import (
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// screen shows a message being written and remembers where it left the cursor.
type screen struct {
	out        io.Writer
	size       func() (columns, rows int)
	sign, more string
	row        int // of the cursor, below the first that is shown
}

// draw shows the message anew, with the cursor in its place. What is taller than the terminal is shown around the cursor.
func (s *screen) draw(t *text) {
	columns, height := s.size()
	rows, row, column := s.rows(t, max(columns, 8))
	top := max(0, min(row-height/2, len(rows)-height))
	if len(rows) <= height || height < 1 {
		top, height = 0, len(rows)
	}
	rows = rows[top:min(top+height, len(rows))]
	var b strings.Builder
	s.home(&b)
	b.WriteString(strings.Join(rows, "\r\n"))
	if up := len(rows) - 1 - (row - top); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	b.WriteByte('\r')
	if column > 0 {
		fmt.Fprintf(&b, "\x1b[%dC", column)
	}
	s.row = row - top
	io.WriteString(s.out, b.String()) // a terminal that is gone fails the next read
}

// home goes to where the message began and wipes it.
func (s *screen) home(b *strings.Builder) {
	if s.row > 0 {
		fmt.Fprintf(b, "\x1b[%dA", s.row)
	}
	b.WriteString("\r\x1b[J")
}

// leave shows the message whole and goes below it.
func (s *screen) leave(t *text) {
	columns, _ := s.size()
	rows, _, _ := s.rows(t, max(columns, 8))
	var b strings.Builder
	s.home(&b)
	b.WriteString(strings.Join(rows, "\r\n"))
	b.WriteString("\r\n")
	s.row = 0
	io.WriteString(s.out, b.String())
}

// rows cuts the message into rows of the terminal, and says where the cursor is.
func (s *screen) rows(t *text, columns int) (rows []string, row, column int) {
	var b strings.Builder
	b.WriteString(s.sign)
	x := uniseg.StringWidth(s.sign)
	next := func(lead string) {
		rows = append(rows, b.String())
		b.Reset()
		b.WriteString(lead)
		x = uniseg.StringWidth(lead)
	}
	for i, c := range t.chars {
		w := width(c)
		if c != "\n" && x+w > columns {
			next("")
		}
		if i == t.at {
			row, column = len(rows), x
		}
		if c == "\n" {
			next(s.more)
			continue
		}
		b.WriteString(shown(c))
		x += w
	}
	if t.at == len(t.chars) {
		if x >= columns {
			next("") // the cursor has no place at the end of a full row
		}
		row, column = len(rows), x
	}
	return append(rows, b.String()), row, column
}
