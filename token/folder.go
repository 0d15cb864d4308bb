package token

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Open reads the tokenizer of a folder: Hugging Face's tokenizer.json, or GPT-2's encoder.json and vocab.bpe (also
// called vocab.json and merges.txt), or SentencePiece's tokenizer.model, and, where they are there, the roles and the chat template of
// tokenizer_config.json, special_tokens_map.json and chat_template.jinja. No file outside the folder is touched.
func Open(dir string) (Tokenizer, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the tokenizer of %s: %w", dir, err)
	}
	defer root.Close()
	t, err := OpenFS(root.FS())
	if err != nil {
		return nil, fmt.Errorf("opening the tokenizer of %s: %w", dir, err)
	}
	return t, nil
}

// OpenFS is [Open] for a file system.
func OpenFS(fsys fs.FS) (Tokenizer, error) {
	switch w, err := openWords(fsys); {
	case err != nil:
		return nil, err
	case w != nil:
		return w, nil
	}
	t, err := openModel(fsys)
	if err != nil {
		return nil, err
	}
	if err := t.readConfig(fsys); err != nil {
		return nil, err
	}
	if t.ChatTemplate == "" && t.spec.kind == bpeModel { // the simpler two have no place for a template
		if b, ok := asBytes(t); ok {
			return b, nil
		}
		if c, ok := asChars(t); ok {
			return c, nil
		}
	}
	return t, nil
}

func openModel(fsys fs.FS) (*Subword, error) {
	f, err := open(fsys, "tokenizer.json")
	if err == nil {
		defer f.Close()
		t, err := ReadJSON(f)
		return t, inField("tokenizer.json", err)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, names := range [][2]string{{"encoder.json", "vocab.bpe"}, {"vocab.json", "merges.txt"}} {
		pieces, err1 := open(fsys, names[0])
		if err1 != nil {
			continue
		}
		defer pieces.Close()
		merges, err := open(fsys, names[1])
		if err != nil {
			return nil, err
		}
		defer merges.Close()
		return ReadGPT2(pieces, merges)
	}
	f, err = open(fsys, "tokenizer.model")
	if err == nil {
		defer f.Close()
		t, err := ReadSentencePiece(f)
		return t, inField("tokenizer.model", err)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return nil, errors.New("no tokenizer.json, no encoder.json with vocab.bpe, no vocab.json with merges.txt, no tokenizer.model")
}

// open opens a file of bounded size.
func open(fsys fs.FS, name string) (fs.File, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", name)
	}
	if err == nil && info.Size() > maxFile {
		err = fmt.Errorf("%s has %d bytes, at most %d", name, info.Size(), maxFile)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// optional reads a whole file, nil if there is none.
func optional(fsys fs.FS, name string) ([]byte, error) {
	f, err := open(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := readBounded(f)
	return b, inField(name, err)
}

// configJSON is what matters here of tokenizer_config.json and of special_tokens_map.json.
type configJSON struct {
	BOS      jsontext.Value `json:"bos_token"`
	EOS      jsontext.Value `json:"eos_token"`
	Pad      jsontext.Value `json:"pad_token"`
	Unk      jsontext.Value `json:"unk_token"`
	AddBOS   *bool          `json:"add_bos_token"`
	AddEOS   *bool          `json:"add_eos_token"`
	Class    string         `json:"tokenizer_class"`
	Template jsontext.Value `json:"chat_template"`
}

// readConfig takes roles and chat template from the files beside the model's.
func (t *Subword) readConfig(fsys fs.FS) error {
	var configs []configJSON
	for _, name := range []string{"tokenizer_config.json", "special_tokens_map.json"} {
		data, err := optional(fsys, name)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		var c configJSON
		if err := json.Unmarshal(data, &c); err != nil {
			return inField(name, err)
		}
		configs = append(configs, c)
		if name == "tokenizer_config.json" {
			t.spec.config = data
			if t.ChatTemplate, err = chatTemplate(c.Template); err != nil {
				return inField(name+": chat_template", err)
			}
		}
	}
	if err := t.readRoles(configs); err != nil {
		return err
	}
	if len(configs) > 0 {
		t.addAround(configs[0])
	}
	jinja, err := optional(fsys, "chat_template.jinja")
	if jinja != nil {
		t.ChatTemplate = string(jinja)
	}
	return err
}

// readRoles sets the roles that the files name; what names none leaves the usual spellings in place.
func (t *Subword) readRoles(configs []configJSON) error {
	stated := false
	roles := Special{BOS: None, EOS: None, Pad: None, Unk: None}
	for _, role := range []struct {
		name string
		id   *int32
		of   func(*configJSON) jsontext.Value
		must bool // its absence from the vocabulary is an error: padding and unknowns a model may do without
	}{
		{"bos_token", &roles.BOS, func(c *configJSON) jsontext.Value { return c.BOS }, true},
		{"eos_token", &roles.EOS, func(c *configJSON) jsontext.Value { return c.EOS }, true},
		{"pad_token", &roles.Pad, func(c *configJSON) jsontext.Value { return c.Pad }, false},
		{"unk_token", &roles.Unk, func(c *configJSON) jsontext.Value { return c.Unk }, false},
	} {
		for i := range configs {
			name, err := tokenName(role.of(&configs[i]))
			if err != nil {
				return inField(role.name, err)
			}
			if name == "" {
				continue
			}
			stated = true
			id, ok := t.ID(name)
			if !ok && role.must {
				return fmt.Errorf("%s: %s is not in the vocabulary", role.name, quote(name))
			}
			*role.id = id
			break
		}
	}
	if stated {
		t.roles = roles
	}
	return nil
}

// addAround follows transformers, whose LLaMA and Gemma classes put BOS and EOS by these flags whatever
// tokenizer.json's post-processor says.
func (t *Subword) addAround(c configJSON) {
	switch strings.TrimSuffix(c.Class, "Fast") {
	case "LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer":
	default:
		return
	}
	t.prefix, t.suffix = nil, nil
	if (c.AddBOS == nil || *c.AddBOS) && t.roles.BOS != None {
		t.prefix = []int32{t.roles.BOS}
	}
	if c.AddEOS != nil && *c.AddEOS && t.roles.EOS != None {
		t.suffix = []int32{t.roles.EOS}
	}
}

// tokenName reads "x" or {"content": "x", …}; null and nothing are "".
func tokenName(v jsontext.Value) (string, error) {
	if v == nil || v.Kind() == 'n' {
		return "", nil
	}
	var name string
	if v.Kind() == '"' {
		err := json.Unmarshal(v, &name)
		return name, err
	}
	var t struct {
		Content string `json:"content"`
	}
	err := json.Unmarshal(v, &t)
	return t.Content, err
}

// chatTemplate reads a template, or the one named default of a list.
func chatTemplate(v jsontext.Value) (string, error) {
	if v == nil || v.Kind() == 'n' {
		return "", nil
	}
	var text string
	if v.Kind() == '"' {
		err := json.Unmarshal(v, &text)
		return text, err
	}
	var list []struct {
		Name     string `json:"name"`
		Template string `json:"template"`
	}
	if err := json.Unmarshal(v, &list); err != nil {
		return "", err
	}
	for _, t := range list {
		if t.Name == "default" {
			return t.Template, nil
		}
	}
	return "", nil
}

// ReadGPT2 reads the pair of files GPT-2 was published with: encoder.json, a map of pieces to ids, and vocab.bpe,
// a line of comment and a merge on each further line.
func ReadGPT2(encoder, merges io.Reader) (*Subword, error) {
	s := newSpec(bpeModel)
	s.preTokenizer, s.decoder = byteLevelJSON(true), byteLevelJSON(true)
	data, err := readBounded(encoder)
	if err == nil {
		err = s.readVocab(data)
	}
	if err != nil {
		return nil, inField("encoder.json", err)
	}
	if data, err = readBounded(merges); err != nil {
		return nil, inField("vocab.bpe", err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || n == 1 && strings.HasPrefix(line, "#version") {
			continue
		}
		pair, err := twoPieces(line)
		if err == nil {
			err = s.addMerge(pair[0], pair[1])
		}
		if err != nil {
			return nil, fmt.Errorf("vocab.bpe: line %d: %w", n, err)
		}
	}
	if id, ok := s.vocab.id("<|endoftext|>"); ok {
		s.added = []AddedToken{{ID: id, Content: "<|endoftext|>", Special: true}}
	}
	return s.build()
}
