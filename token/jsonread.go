package token

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
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

// ReadJSON reads a Hugging Face tokenizer.json whose model is BPE. What it holds and this package does not do is an
// error that names field and value; so is a file of more than 64 MiB.
func ReadJSON(r io.Reader) (*Subword, error) {
	s, err := readSpec(r)
	if err != nil {
		return nil, err
	}
	if s.wordLevel {
		return nil, errors.New("model.type: \"WordLevel\" is not supported here, BPE is; Open reads the words that brick has learnt")
	}
	return s.build()
}

// readSpec reads a tokenizer.json.
func readSpec(r io.Reader) (*spec, error) {
	data, err := readBounded(r)
	if err != nil {
		return nil, err
	}
	s := &spec{vocab: newVocab(), outside: map[int32]bool{}}
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

// readModel reads the field model: vocabulary, merges, flags.
func (s *spec) readModel(data jsontext.Value) error {
	var pieces, merges jsontext.Value
	kind := ""
	err := members(data, "model", func(name string, v jsontext.Value) error {
		var err error
		switch name {
		case "type":
			err = strict(v, &kind)
		case "vocab":
			pieces = v
		case "merges":
			merges = v
		case "unk_token":
			err = strict(v, &s.unk)
		case "fuse_unk":
			err = strict(v, &s.fuseUnk)
		case "byte_fallback":
			err = strict(v, &s.byteFallback)
		case "ignore_merges":
			err = strict(v, &s.ignoreMerges)
		case "dropout":
			if k := v.Kind(); k != 'n' && string(v) != "0" && string(v) != "0.0" {
				return fmt.Errorf("%.40s is not supported: encoding would be random", v)
			}
		case "continuing_subword_prefix", "end_of_word_suffix":
			if v.Kind() != 'n' && string(v) != `""` {
				return fmt.Errorf("%.40s is not supported", v)
			}
		default:
			return fmt.Errorf("unknown field of a BPE model (type %q)", kind)
		}
		return err
	})
	if s.wordLevel = kind == "WordLevel"; s.wordLevel && merges == nil {
		merges = jsontext.Value("[]")
	}
	if kind != "" && kind != "BPE" && !s.wordLevel { // rather than the first field only the other kind has
		return fmt.Errorf("model.type: %s is not supported, BPE is", quote(kind))
	}
	if err == nil && (pieces == nil || merges == nil) {
		err = errors.New("model: no vocab or no merges")
	}
	if err != nil {
		return err
	}
	if err := s.readVocab(pieces); err != nil {
		return inField("model.vocab", err)
	}
	if err := s.readMerges(merges); err != nil {
		return fmt.Errorf("model.merges%w", err)
	}
	return nil
}

// readVocab reads an object of pieces and ids.
func (s *spec) readVocab(data jsontext.Value) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	if k := d.PeekKind(); k != '{' {
		return fmt.Errorf("%v where an object is due", k)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		piece := t.String()
		if t, err = d.ReadToken(); err != nil {
			return err
		}
		id, err := idOf(t)
		if err != nil {
			return fmt.Errorf("piece %s: %w", quote(piece), err)
		}
		if err := s.vocab.add(piece, id); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}

// idOf reads a token as an id.
func idOf(t jsontext.Token) (int32, error) {
	if t.Kind() != '0' {
		return 0, fmt.Errorf("%v where an id is due", t.Kind())
	}
	id, err := strconv.ParseUint(t.String(), 10, 32)
	if err != nil || id >= maxIDs {
		return 0, fmt.Errorf("id %s, want a whole number below %d", t.String(), maxIDs)
	}
	return int32(id), nil
}

// readMerges reads an array of "left right" or ["left", "right"], best first.
func (s *spec) readMerges(data jsontext.Value) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data))
	if k := d.PeekKind(); k != '[' {
		return fmt.Errorf(": %v where an array is due", k)
	}
	if _, err := d.ReadToken(); err != nil {
		return fmt.Errorf(": %w", err)
	}
	for d.PeekKind() != ']' {
		v, err := d.ReadValue()
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(s.merges), err)
		}
		var pair []string
		if v.Kind() == '"' {
			var line string
			if err = strict(v, &line); err == nil {
				pair, err = twoPieces(line)
			}
		} else if err = strict(v, &pair); err == nil && len(pair) != 2 {
			err = fmt.Errorf("%d pieces, want 2", len(pair))
		}
		if err == nil {
			err = s.addMerge(pair[0], pair[1])
		}
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(s.merges), err)
		}
	}
	return nil
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
