package safetensors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"brick/tensor"
	"brick/tensor/mapped"
	"brick/tensor/wire"
)

// The names a Hugging Face folder uses.
const (
	SingleName = "model.safetensors"
	IndexName  = "model.safetensors.index.json"
)

// maxIndex is the largest index file that is read; the largest published have some MB.
const maxIndex = 64 << 20

// A Folder is a model's tensors in one file or in several shards with an index.
// Its methods may be called from several goroutines, Close only after the last of them.
type Folder struct {
	names  []string
	home   map[string]*File // the file of each tensor
	shards []*File
}

// OpenFolder opens the model in dir: model.safetensors.index.json and the shards
// it names, or else model.safetensors. No file outside dir is touched, whatever
// the index or a link in dir says; that includes the links of a Hugging Face
// cache, whose files must be copied into one folder first.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	defer root.Close()
	f, err := openRoot(root, dir)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s: %w", dir, err)
	}
	return f, nil
}

func openRoot(root *os.Root, dir string) (*Folder, error) {
	f := &Folder{home: map[string]*File{}}
	index, err := mapped.OpenIn(root, IndexName)
	if errors.Is(err, fs.ErrNotExist) {
		one, err := f.open(root, SingleName)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("found neither %s nor %s: %w", SingleName, IndexName, fs.ErrNotExist)
		} else if err != nil {
			return nil, err
		}
		for _, name := range one.Names() {
			f.names = append(f.names, name)
			f.home[name] = one
		}
		return f, nil
	} else if err != nil {
		return nil, err
	}
	where, err := readIndex(filepath.Join(dir, IndexName), index)
	if err := errors.Join(err, index.Close()); err != nil {
		return nil, err
	}
	shards := map[string]*File{}
	for _, name := range slices.Sorted(maps.Keys(where)) {
		file := where[name]
		shard := shards[file]
		if shard == nil {
			if shard, err = f.open(root, file); err != nil {
				return nil, errors.Join(fmt.Errorf("shard %q: %w", file, err), f.Close())
			}
			shards[file] = shard
		}
		if !shard.Has(name) {
			return nil, errors.Join(fmt.Errorf("%s puts tensor %q in %s, which has no such tensor", IndexName, name, file), f.Close())
		}
		f.names = append(f.names, name)
		f.home[name] = shard
	}
	return f, nil
}

func (f *Folder) open(root *os.Root, name string) (*File, error) {
	m, err := mapped.OpenIn(root, name)
	if err != nil {
		return nil, err
	}
	s, err := fromMapped(m)
	if err == nil {
		f.shards = append(f.shards, s)
	}
	return s, err
}

// readIndex reads {"metadata": …, "weight_map": {tensor: file}}.
func readIndex(name string, m *mapped.File) (map[string]string, error) {
	r := wire.New(name, m, m.Size())
	if m.Size() > maxIndex {
		return nil, r.Fail(0, "index", fmt.Sprintf("%d bytes", m.Size()), fmt.Sprintf("at most %d", maxIndex))
	}
	js := r.Bytes(uint64(m.Size()), "index")
	if err := r.Err(); err != nil {
		return nil, err
	}
	s := &indexScanner{file: name, dec: jsontext.NewDecoder(bytes.NewBuffer(js))}
	where, err := s.index()
	if err != nil {
		return nil, err
	}
	if where == nil {
		return nil, r.Fail(-1, "index", "no weight_map", `{"weight_map": {tensor: file}}`)
	}
	return where, nil
}

type indexScanner struct {
	file string
	dec  *jsontext.Decoder
}

func (s *indexScanner) token(kind jsontext.Kind) (string, error) {
	at, got := s.dec.InputOffset(), s.dec.PeekKind()
	tok, err := s.dec.ReadToken()
	if err == nil && got == kind {
		return tok.String(), nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	e := &wire.Error{File: s.file, Offset: at, Field: "index", Err: err}
	if err == nil {
		e.Found, e.Want = kindName(got), kindName(kind)
	}
	return "", e
}

func (s *indexScanner) index() (where map[string]string, err error) {
	if _, err = s.token('{'); err != nil {
		return nil, err
	}
	for s.dec.PeekKind() != '}' {
		key, err := s.token('"')
		if err != nil {
			return nil, err
		}
		if key == "weight_map" {
			where, err = s.weightMap()
		} else if err = s.dec.SkipValue(); err != nil {
			err = &wire.Error{File: s.file, Offset: s.dec.InputOffset(), Field: key, Err: err}
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err = s.token('}'); err != nil {
		return nil, err
	}
	if _, err = s.dec.ReadToken(); err != io.EOF {
		return nil, &wire.Error{File: s.file, Offset: s.dec.InputOffset(), Field: "index", Found: "more after the closing brace", Want: "the end", Err: err}
	}
	return where, nil
}

func (s *indexScanner) weightMap() (map[string]string, error) {
	if _, err := s.token('{'); err != nil {
		return nil, err
	}
	where := map[string]string{}
	for s.dec.PeekKind() != '}' {
		if len(where) == wire.MaxTensors {
			return nil, &wire.Error{File: s.file, Offset: s.dec.InputOffset(), Field: "weight_map", Found: "more tensors", Want: fmt.Sprintf("at most %d", wire.MaxTensors)}
		}
		name, err := s.token('"')
		if err != nil {
			return nil, err
		}
		at := s.dec.InputOffset()
		file, err := s.token('"')
		if err != nil {
			return nil, err
		}
		if !filepath.IsLocal(file) || strings.ContainsAny(file, `\:`) || !strings.HasSuffix(file, ".safetensors") {
			return nil, &wire.Error{File: s.file, Offset: at, Field: "weight_map: " + wire.Quote(name),
				Found: wire.Quote(file), Want: "the name of a .safetensors file inside the folder"}
		}
		where[name] = file
	}
	_, err := s.token('}')
	return where, err
}

// Names lists the tensors: of one file in the order of their data, of shards by name.
func (f *Folder) Names() []string { return slices.Clone(f.names) }

// Has reports whether there is a tensor of that name.
func (f *Folder) Has(name string) bool { return f.home[name] != nil }

// Info gives the shape and type of a tensor without its data (Data is nil).
func (f *Folder) Info(name string) (*tensor.Tensor, error) {
	shard := f.home[name]
	if shard == nil {
		return nil, fmt.Errorf("safetensors: found no tensor %q among %d", name, len(f.names))
	}
	return shard.Info(name)
}

// Tensor gives a tensor, as File.Tensor does.
func (f *Folder) Tensor(name string) (*tensor.Tensor, error) {
	shard := f.home[name]
	if shard == nil {
		return nil, fmt.Errorf("safetensors: found no tensor %q among %d", name, len(f.names))
	}
	return shard.Tensor(name)
}

// Close releases all files.
func (f *Folder) Close() error {
	var err error
	for _, s := range f.shards {
		err = errors.Join(err, s.Close())
	}
	return err
}
