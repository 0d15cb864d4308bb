package wire

import (
	"fmt"
	"strings"
)

// An Error says where a file breaks the rules of its format.
type Error struct {
	File   string // the name given to the reader
	Offset int64  // the byte where the offending field starts; -1 when no single byte is to blame
	Field  string // which field, as in `tensor "wte.weight": dtype`
	Found  string // what the file holds, as in `"F33"`
	Want   string // the rule: what would fit
	Err    error  // the cause beneath, such as an error of the disk, or nil
}

// Error is one line: file, offset, field, what was found, what would fit.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Offset >= 0 {
		fmt.Fprintf(&b, ": byte %d", e.Offset)
	}
	if e.Field != "" {
		b.WriteString(": " + e.Field)
	}
	if e.Found != "" {
		b.WriteString(": found " + e.Found)
	}
	if e.Want != "" {
		if e.Found != "" {
			b.WriteByte(',')
		} else {
			b.WriteByte(':')
		}
		b.WriteString(" want " + e.Want)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap gives the cause, so that errors.Is sees io.ErrUnexpectedEOF or fs.ErrPermission.
func (e *Error) Unwrap() error { return e.Err }

// Quote puts a string of the file between quotation marks for an Error, cut to
// a length a person reads.
func Quote(s string) string {
	const most = 64
	if len(s) > most {
		return fmt.Sprintf("%q… (%d bytes)", strings.ToValidUTF8(s[:most], "\uFFFD"), len(s))
	}
	return fmt.Sprintf("%q", s)
}
