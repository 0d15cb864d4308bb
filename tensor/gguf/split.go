package gguf

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"

	"brick/tensor/wire"
)

// The metadata of a file that is one of several parts (llama.cpp's gguf-split). The first part has the model's metadata.
const (
	partKey    = "split.no" // from 0 on
	partsKey   = "split.count"
	tensorsKey = "split.tensors.count" // of all parts
)

// partName is what parts are called, from 1 on: NAME-00001-of-00003.gguf.
var partName = regexp.MustCompile(`^(.*)-([0-9]{5})-of-([0-9]{5})\.gguf$`)

// numbers are what a part says of itself; parts is 1 for a file that is no part.
func (h *header) numbers() (part, parts int, err error) {
	if !h.meta.Has(partsKey) {
		return 0, 1, nil
	}
	if parts, err = h.meta.Int(partsKey); err != nil {
		return 0, 0, err
	}
	if parts <= 1 {
		return 0, 1, nil
	}
	part, err = h.meta.Int(partKey)
	return part, parts, err
}

// openParts takes the other parts of a model to the first, which is open. Every part must be there under its name and say that
// it is that one of as many, no tensor may be in two, and there must be as many as the first part says.
func (f *File) openParts() error {
	part, parts, err := f.h.numbers()
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	if parts == 1 {
		return nil
	}
	name := partName.FindStringSubmatch(filepath.Base(f.name))
	if name == nil || name[3] != fmt.Sprintf("%05d", parts) {
		return fmt.Errorf("%s: metadata %s: found %d, want a file called NAME-00001-of-%05[3]d.gguf", f.name, partsKey, parts)
	}
	path := func(i int) string {
		return filepath.Join(filepath.Dir(f.name), fmt.Sprintf("%s-%05d-of-%s.gguf", name[1], i+1, name[3]))
	}
	if number, err := strconv.Atoi(name[2]); err != nil || number != part+1 {
		return fmt.Errorf("%s: metadata %s: found %d, which is part %d of %d; its name says part %s", f.name, partKey, part, part+1, parts, name[2])
	}
	if part != 0 {
		return fmt.Errorf("%s is part %d of %d; want the first, %s", f.name, part+1, parts, path(0))
	}
	for i := 1; i < parts; i++ {
		if err := f.openPart(path(i), i, parts); err != nil {
			return fmt.Errorf("part %d of %d: %w", i+1, parts, err)
		}
	}
	if f.h.meta.Has(tensorsKey) {
		n, err := f.h.meta.Int(tensorsKey)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if n != len(f.h.entries) {
			return fmt.Errorf("%s: metadata %s: found %d, but %d parts hold %d tensors", f.name, tensorsKey, n, parts, len(f.h.entries))
		}
	}
	f.h.meta = f.h.meta.without(partKey, partsKey, tensorsKey) // as one file they are no parts
	return nil
}

// openPart adds the tensors of part i.
func (f *File) openPart(path string, i, parts int) error {
	p, err := openOne(path)
	if err != nil {
		return err
	}
	f.parts = append(f.parts, p)
	no, count, err := p.h.numbers()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if no != i || count != parts {
		return fmt.Errorf("%s: found part %d of %d, by its metadata %s and %s", path, no+1, count, partKey, partsKey)
	}
	if len(f.h.entries)+len(p.h.entries) > wire.MaxTensors {
		return fmt.Errorf("%s: found more than %d tensors in all parts", path, wire.MaxTensors)
	}
	for _, e := range p.h.entries {
		if f.Has(e.name) {
			return fmt.Errorf("%s: tensor %s is in %s too", path, wire.Quote(e.name), f.part(f.h.entries[f.h.index[e.name]].in).name)
		}
		e.in = i
		f.h.index[e.name] = len(f.h.entries)
		f.h.entries = append(f.h.entries, e)
	}
	return nil
}

// part is the file of a part, from 0 on.
func (f *File) part(i int) *File {
	if i == 0 {
		return f
	}
	return f.parts[i-1]
}

// Close releases the file, and those of other parts; views given by Tensor must not be touched afterwards.
func (f *File) Close() error {
	err := f.close()
	for _, p := range f.parts {
		err = errors.Join(err, p.close())
	}
	return err
}
