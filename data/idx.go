package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// An IDX is an array in the format of the MNIST files (LeCun, Cortes & Burges): 0, 0, type, number of dimensions,
// each dimension as a big-endian uint32, then the elements, big-endian.
type IDX struct {
	Type  byte   // 0x08 uint8, 0x09 int8, 0x0B int16, 0x0C int32, 0x0D float32, 0x0E float64
	Shape []int  // sizes of the dimensions
	Data  []byte // the elements as they stand in the file
}

// maxIDX bounds the elements of an IDX array, in bytes: what a small compressed file may grow into.
const maxIDX = 8 << 30

var idxSizes = map[byte]int{0x08: 1, 0x09: 1, 0x0B: 2, 0x0C: 4, 0x0D: 4, 0x0E: 8}

// OpenIDX reads an IDX file, plain or gzip-compressed.
func OpenIDX(path string) (*IDX, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	x, err := ReadIDX(f, fi.Size())
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return x, nil
}

// ReadIDX reads an IDX array of size bytes (as stored, compressed or not) from r. Lengths are compared with the bytes that
// remain before memory is set aside; those of a compressed array, which cannot be, are taken in steps.
func ReadIDX(r io.Reader, size int64) (*IDX, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	if head, _ := br.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		return readIDX(z, -1)
	}
	return readIDX(br, size)
}

// readIDXHead reads type and shape, and returns how many bytes the elements have.
func readIDXHead(r io.Reader) (x *IDX, total int64, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, fmt.Errorf("IDX: the first 4 bytes: %w", err)
	}
	width, known := idxSizes[head[2]]
	if head[0] != 0 || head[1] != 0 || !known {
		return nil, 0, fmt.Errorf("IDX: begins with % x; 00 00, then a type 08, 09, 0b, 0c, 0d or 0e is due", head[:])
	}
	dims := int(head[3])
	if dims < 1 || dims > 8 {
		return nil, 0, fmt.Errorf("IDX: %d dimensions at offset 3; 1 to 8 are possible", dims)
	}
	x, total = &IDX{Type: head[2]}, int64(width)
	for d := range dims {
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, 0, fmt.Errorf("IDX: dimension %d at offset %d: %w", d, 4+4*d, err)
		}
		n := int64(binary.BigEndian.Uint32(b[:]))
		x.Shape = append(x.Shape, int(n))
		if n != 0 && total > maxIDX/n {
			return nil, 0, fmt.Errorf("IDX: shape %v of %d-byte elements is more than %d bytes", x.Shape, width, int64(maxIDX))
		}
		total *= n
	}
	return x, total, nil
}

// readIDX reads the array; size −1 means that the length of the input is not known.
func readIDX(r io.Reader, size int64) (*IDX, error) {
	x, total, err := readIDXHead(r)
	if err != nil {
		return nil, err
	}
	offset := int64(4 + 4*len(x.Shape))
	if size >= 0 && total != size-offset {
		return nil, fmt.Errorf("IDX: shape %v needs %d bytes from offset %d on, the file has %d", x.Shape, total, offset, size-offset)
	}
	if x.Data, err = readGrowing(r, total); err != nil {
		return nil, fmt.Errorf("IDX: shape %v needs %d bytes: %w", x.Shape, total, err)
	}
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return nil, fmt.Errorf("IDX: bytes after the last element of shape %v", x.Shape)
	case err != nil && err != io.EOF:
		return nil, fmt.Errorf("IDX: after the last element: %w", err) // the checksum of gzip
	}
	return x, nil
}

// readGrowing reads n bytes, setting memory aside only as fast as they arrive.
func readGrowing(r io.Reader, n int64) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(int(min(n, 1<<20)))
	got, err := io.CopyN(&buf, r, n)
	if err == io.EOF {
		err = fmt.Errorf("the file ends after %d: %w", got, io.ErrUnexpectedEOF)
	}
	return buf.Bytes(), err
}
