package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// pieceSize is about how much text is encoded at a time.
const pieceSize = 1 << 20

// piece is a part of a document's text.
type piece struct {
	text []byte
	last bool // of its document
}

// pieces yields a document's text in order. An error is the last thing yielded.
func (c *Corpus) pieces(d document) iter.Seq2[piece, error] {
	return func(yield func(piece, error) bool) {
		r, err := c.open(d)
		if err != nil {
			yield(piece{}, err)
			return
		}
		defer r.Close()
		if c.json {
			raw, err := io.ReadAll(r)
			if err == nil {
				raw, err = extract(raw, c.field)
			}
			if err != nil {
				err = fmt.Errorf("data: %s, JSON value at offset %d: %w", c.path(d.file), d.off, err)
			}
			yield(piece{raw, true}, err)
			return
		}
		br := bufio.NewReaderSize(r, 1<<16)
		var rest []byte
		for left := d.n; ; {
			buf := make([]byte, len(rest), int64(len(rest))+min(pieceSize, left))
			copy(buf, rest)
			n, err := io.ReadFull(br, buf[len(rest):cap(buf)])
			if err != nil && left > 0 {
				yield(piece{}, fmt.Errorf("data: %s changed while it was read: %d of %d bytes", c.path(d.file), d.n-left+int64(n), d.n))
				return
			}
			left -= int64(n)
			buf = buf[:len(rest)+n]
			if left == 0 {
				yield(piece{buf, true}, nil)
				return
			}
			at := seam(buf)
			rest = buf[at:]
			if !yield(piece{buf[:at:at], false}, nil) {
				return
			}
		}
	}
}

// seam returns where to cut text that goes on: at the last line end that has no other space beside it, because there
// every usual tokenizer begins a new word whatever follows; failing that after the last line end, or before the last
// character.
func seam(text []byte) int {
	for i := len(text) - 2; i > 0; i-- {
		if text[i] == '\n' && !space(text[i-1]) && !space(text[i+1]) {
			return i + 1
		}
	}
	if i := bytes.LastIndexByte(text[:len(text)-1], '\n'); i >= 0 {
		return i + 1
	}
	for i := len(text) - 1; i > max(0, len(text)-utf8.UTFMax-1); i-- {
		if utf8.RuneStart(text[i]) {
			return i
		}
	}
	return len(text)
}

func space(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }
