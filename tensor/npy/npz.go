package npy

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"

	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/mapped"
	"brick/tensor/wire"
)

// An Archive is an open .npz file. Its directory has been checked; arrays are
// read when asked for. Its methods may be called from several goroutines, Close
// only after the last of them.
type Archive struct {
	file    string
	src     io.ReaderAt
	members []member
	index   map[string]int
	close   func() error
}

// OpenZip opens the .npz file at path. The arrays may unpack to 100 times the
// file and 16 MiB; more is refused before any is read.
func OpenZip(path string) (*Archive, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	a, err := DecodeZip(path, m, m.Size())
	if err != nil {
		m.Close()
		return nil, err
	}
	a.close = m.Close
	return a, nil
}

// DecodeZip opens the .npz file in the size bytes of src; the name appears in errors.
func DecodeZip(name string, src io.ReaderAt, size int64) (*Archive, error) {
	members, err := directory(name, src, size)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	a := &Archive{file: name, src: src, members: members, index: make(map[string]int, len(members))}
	for i, m := range members {
		a.index[m.name] = i
	}
	return a, nil
}

// Names lists the arrays in the order of the archive, without ".npy".
func (a *Archive) Names() []string {
	names := make([]string, len(a.members))
	for i, m := range a.members {
		names[i] = m.name
	}
	return names
}

// Tensor reads an array and verifies its CRC-32.
func (a *Archive) Tensor(name string) (*tensor.Tensor, error) {
	i, ok := a.index[name]
	if !ok {
		return nil, fmt.Errorf("npz: %s: found no array %q among %d", a.file, name, len(a.members))
	}
	m := a.members[i]
	var packed io.Reader = io.NewSectionReader(a.src, m.at, m.size)
	if m.method == deflated {
		packed = flate.NewReader(packed)
	}
	sum := crc32.NewIEEE()
	// One byte more than announced may be read, and shows that the size was a lie.
	unpacked := io.TeeReader(io.LimitReader(packed, m.unpacked+1), sum)
	label := a.file + "(" + m.name + ".npy)"
	x, err := decode(wire.Stream(label, unpacked, m.unpacked))
	if err != nil {
		return nil, err
	}
	if sum.Sum32() != m.crc {
		return nil, fmt.Errorf("npz: %w", &wire.Error{File: label, Offset: -1, Field: "data",
			Found: fmt.Sprintf("CRC-32 %08x", sum.Sum32()), Want: fmt.Sprintf("%08x: the file is damaged", m.crc)})
	}
	return x, nil
}

// Close releases the file.
func (a *Archive) Close() error {
	if a.close == nil {
		return nil
	}
	return a.close()
}

// ReadZip reads all arrays of the .npz file at path.
func ReadZip(path string) (map[string]*tensor.Tensor, error) {
	a, err := OpenZip(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	all := make(map[string]*tensor.Tensor, len(a.members))
	for _, name := range a.Names() {
		if all[name], err = a.Tensor(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// WriteZip replaces the file at path by an archive of the arrays, stored
// without compression as numpy.savez does. The same arguments give the same bytes; a
// crash leaves the old file or the new one.
func WriteZip(path string, arrays []tensor.Named) error {
	w, err := durable.Create(path)
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	defer w.Close()
	if err := EncodeZip(w, arrays); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return w.Commit()
}

// EncodeZip writes the bytes of an archive of the arrays to w.
func EncodeZip(w io.Writer, arrays []tensor.Named) error {
	if len(arrays) > wire.MaxTensors {
		return fmt.Errorf("npz: found %d arrays, want at most %d", len(arrays), wire.MaxTensors)
	}
	z := zip.NewWriter(w)
	seen := map[string]bool{}
	for _, t := range arrays {
		name := t.Name + ".npy"
		if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") || t.Name == "" || seen[name] {
			return fmt.Errorf("npz: array %q: want a plain name, used once", t.Name)
		}
		seen[name] = true
		if t.Tensor == nil {
			return fmt.Errorf("npz: array %q: no tensor given", t.Name)
		}
		head, err := appendHeader(nil, t.Tensor)
		if err != nil {
			return fmt.Errorf("npz: array %q: %w", t.Name, err)
		}
		size := uint64(len(head) + len(t.Tensor.Data))
		entry, err := z.CreateRaw(&zip.FileHeader{
			Name: name, Method: zip.Store, Flags: 0x800, // the name is UTF-8
			//lint:ignore SA1019 CreateRaw takes the raw field: 1 January 1980, the least date, keeps the clock out of the bytes
			ModifiedDate:     1<<5 | 1,
			CRC32:            crc32.Update(crc32.ChecksumIEEE(head), crc32.IEEETable, t.Tensor.Data),
			CompressedSize64: size, UncompressedSize64: size,
		})
		if err != nil {
			return fmt.Errorf("npz: %w", err)
		}
		if _, err := io.Copy(entry, io.MultiReader(bytes.NewReader(head), bytes.NewReader(t.Tensor.Data))); err != nil {
			return fmt.Errorf("npz: %w", err)
		}
	}
	return z.Close()
}
