package token

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Bounds on what a file may ask for. The largest tokenizer.json published so far has 33 MB and 262,144 pieces.
const (
	maxFile   = 64 << 20 // bytes of a file
	maxIDs    = 1 << 22  // ids
	maxGap    = 1 << 16  // ids without a piece, beyond as many as there are pieces
	maxSteps  = 64       // of one normalizer, pre-tokenizer, post-processor or decoder
	maxNested = 8        // sequences in sequences
)

// ReadJSON reads a Hugging Face tokenizer.json whose model is BPE, Unigram or WordPiece. What it holds and this package
// does not do is an error that names field and value; so is a file of more than 64 MiB.
func ReadJSON(r io.Reader) (*Subword, error) {
	s, err := readSpec(r)
	if err != nil {
		return nil, err
	}
	if s.kind == wordLevelModel {
		return nil, errors.New("model.type: \"WordLevel\" is not supported here; Open reads the words that brick has learnt")
	}
	return s.build()
}

// readSpec reads a tokenizer.json.
func readSpec(r io.Reader) (*spec, error) {
	data, err := readBounded(r)
	if err != nil {
		return nil, err
	}
	s := newSpec(bpeModel)
	var model, added jsontext.Value
	err = members(data, "", func(name string, v jsontext.Value) error {
		switch name {
		case "version":
		case "truncation", "padding":
			if v.Kind() != 'n' {
				return errors.New("not supported; null would do")
			}
		case "added_tokens":
			added = v
		case "normalizer":
			s.normalizer = v
		case "pre_tokenizer":
			s.preTokenizer = v
		case "post_processor":
			s.postProcessor = v
		case "decoder":
			s.decoder = v
		case "model":
			model = v
		default:
			return errors.New("unknown field")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if model == nil {
		return nil, errors.New("no field model")
	}
	if err := s.readModel(model); err != nil {
		return nil, err
	}
	if err := s.readAdded(added); err != nil {
		return nil, err
	}
	// The parts kept for saving are small; the file they lie in is not.
	for _, v := range []*jsontext.Value{&s.normalizer, &s.preTokenizer, &s.postProcessor, &s.decoder} {
		*v = v.Clone()
	}
	return s, nil
}

func readBounded(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if f, ok := r.(fs.File); ok { // growing by doubling would hold the file twice
		if info, err := f.Stat(); err == nil && info.Size() <= maxFile {
			b.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	if _, err := b.ReadFrom(io.LimitReader(r, maxFile+1)); err != nil {
		return nil, err
	}
	if b.Len() > maxFile {
		return nil, fmt.Errorf("more than %d MiB", maxFile>>20)
	}
	return b.Bytes(), nil
}

// members calls do for each member of the object data is, with the part of data its value is. A name that comes
// twice is an error. Names inside the values are not compared: some have hundreds of thousands.
func members(data []byte, where string, do func(name string, v jsontext.Value) error) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	if k := d.PeekKind(); k != '{' {
		if _, err := d.ReadToken(); err != nil {
			return inField(where, fmt.Errorf("no JSON: %w", err))
		}
		return inField(where, fmt.Errorf("%v where an object is due", k))
	}
	if _, err := d.ReadToken(); err != nil {
		return inField(where, err)
	}
	seen := map[string]bool{}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return inField(where, err)
		}
		name := t.String()
		if seen[name] {
			return inField(where, fmt.Errorf("field %s twice", quote(name)))
		}
		if len(seen) == 64 {
			return inField(where, errors.New("more than 64 fields"))
		}
		seen[name] = true
		v, err := d.ReadValue()
		if err != nil {
			return inField(field(where, name), err)
		}
		end := d.InputOffset()
		if err := do(name, data[end-int64(len(v)):end:end]); err != nil {
			return inField(field(where, name), err)
		}
	}
	if _, err := d.ReadToken(); err != nil { // the closing brace, or what stands in its place
		return inField(where, err)
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return inField(where, errors.New("something follows the object"))
	}
	return nil
}

func field(where, name string) string {
	if len(name) > 40 || !utf8.ValidString(name) {
		name = quote(name)
	}
	if where == "" {
		return name
	}
	return where + "." + name
}

// inField puts the field an error is about before it.
func inField(where string, err error) error {
	if where == "" || err == nil {
		return err
	}
	return fmt.Errorf("%s: %w", where, err)
}

// strict decodes a small value into to, refusing unknown and repeated fields.
func strict(v jsontext.Value, to any) error {
	return json.Unmarshal(v, to, json.RejectUnknownMembers(true))
}

// kindOf reads the field type of an object; null has none.
func kindOf(v jsontext.Value) (string, error) {
	if v.Kind() == 'n' || v == nil {
		return "", nil
	}
	var t struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(v, &t); err != nil {
		return "", err
	}
	if t.Type == "" {
		return "", errors.New("no field type")
	}
	return t.Type, nil
}

// readAdded reads the array of added tokens.
func (s *spec) readAdded(data jsontext.Value) error {
	if data == nil || data.Kind() == 'n' {
		return nil
	}
	if err := strict(data, &s.added); err != nil {
		return inField("added_tokens", err)
	}
	for i, a := range s.added {
		if err := s.checkAdded(a); err != nil {
			return fmt.Errorf("added_tokens[%d]: %w", i, err)
		}
	}
	return nil
}
