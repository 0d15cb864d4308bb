package token

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"brick/tensor/durable"
)

// Save writes t to a folder, which it makes if need be, as Hugging Face files: tokenizer.json,
// tokenizer_config.json and special_tokens_map.json. Each is written under another name, synced, then renamed.
func Save(t Tokenizer, dir string) error {
	s, ok := t.(interface{ Save(dir string) error })
	if !ok {
		return fmt.Errorf("saving a tokenizer to %s: a %T can't be saved", dir, t)
	}
	return s.Save(dir)
}

// Save writes it to a folder: see the function [Save].
func (t *Subword) Save(dir string) error {
	if err := t.spec.save(dir, t.roles); err != nil {
		return err
	}
	var c configJSON
	if t.spec.config != nil {
		if err := json.Unmarshal(t.spec.config, &c); err != nil {
			return err
		}
	}
	if inConfig, _ := chatTemplate(c.Template); t.ChatTemplate == inConfig {
		return nil
	}
	if err := durable.WriteFile(filepath.Join(dir, "chat_template.jinja"), []byte(t.ChatTemplate)); err != nil {
		return fmt.Errorf("saving a tokenizer to %s: %w", dir, err)
	}
	return nil
}

func (s *spec) save(dir string, roles Special) error {
	tokenizer, err := s.json()
	if err != nil {
		return fmt.Errorf("saving a tokenizer to %s: %w", dir, err)
	}
	names := s.roleNames(roles)
	config := s.config
	if config == nil {
		config, err = object(append([]member{
			{"tokenizer_class", jsontext.String("PreTrainedTokenizerFast")},
			{"clean_up_tokenization_spaces", jsontext.False},
		}, names...))
		if err != nil {
			return err
		}
	}
	special, err := object(names)
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(dir); err != nil {
		return fmt.Errorf("saving a tokenizer to %s: %w", dir, err)
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{"tokenizer.json", tokenizer}, {"tokenizer_config.json", config}, {"special_tokens_map.json", special}} {
		if err := durable.WriteFile(filepath.Join(dir, f.name), f.data); err != nil {
			return fmt.Errorf("saving a tokenizer to %s: %w", dir, err)
		}
	}
	return nil
}

// roleNames spells the ids with a role.
func (s *spec) roleNames(r Special) []member {
	name := func(id int32) string {
		for _, a := range s.added {
			if a.ID == id {
				return a.Content
			}
		}
		return s.vocab.piece(id)
	}
	var out []member
	for _, role := range []struct {
		name string
		id   int32
	}{{"bos_token", r.BOS}, {"eos_token", r.EOS}, {"unk_token", r.Unk}, {"pad_token", r.Pad}} {
		if role.id != None {
			out = append(out, member{role.name, jsontext.String(name(role.id))})
		}
	}
	return out
}

type member struct {
	name  string
	value jsontext.Token
}

// object writes a flat JSON object.
func object(members []member) ([]byte, error) {
	w := newWriter()
	w.token(jsontext.BeginObject)
	for _, m := range members {
		w.token(jsontext.String(m.name), m.value)
	}
	w.token(jsontext.EndObject)
	return w.b.Bytes(), w.err
}

// json writes tokenizer.json as Hugging Face does, fields in its order.
func (s *spec) json() ([]byte, error) {
	w := newWriter()
	w.token(jsontext.BeginObject)
	w.token(jsontext.String("version"), jsontext.String("1.0"))
	w.token(jsontext.String("truncation"), jsontext.Null)
	w.token(jsontext.String("padding"), jsontext.Null)
	w.token(jsontext.String("added_tokens"))
	added, err := json.Marshal(s.added)
	if err != nil {
		return nil, err
	}
	w.value(added)
	for _, c := range []struct {
		name  string
		value jsontext.Value
	}{{"normalizer", s.normalizer}, {"pre_tokenizer", s.preTokenizer}, {"post_processor", s.postProcessor}, {"decoder", s.decoder}} {
		w.token(jsontext.String(c.name))
		w.value(c.value)
	}
	w.token(jsontext.String("model"), jsontext.BeginObject, jsontext.String("type"), jsontext.String(string(s.kind)))
	unk := jsontext.Null
	if s.unk != nil {
		unk = jsontext.String(*s.unk)
	}
	switch s.kind {
	case wordLevelModel:
		s.writeVocab(w)
		w.token(jsontext.String("unk_token"), unk)
	case wordPieceModel:
		w.token(jsontext.String("unk_token"), unk, jsontext.String("continuing_subword_prefix"), jsontext.String(s.continuing),
			jsontext.String("max_input_chars_per_word"), jsontext.Int(int64(s.maxChars)))
		s.writeVocab(w)
	case unigramModel:
		w.token(jsontext.String("unk_id"))
		if s.unkID == nil {
			w.token(jsontext.Null)
		} else {
			w.token(jsontext.Int(int64(*s.unkID)))
		}
		s.writeScored(w)
		w.token(jsontext.String("byte_fallback"), jsontext.Bool(s.byteFallback))
	default:
		if err := s.checkRanks(); err != nil {
			return nil, err
		}
		w.token(jsontext.String("dropout"), jsontext.Null, jsontext.String("unk_token"), unk)
		w.token(jsontext.String("continuing_subword_prefix"), jsontext.Null, jsontext.String("end_of_word_suffix"), jsontext.Null)
		w.token(jsontext.String("fuse_unk"), jsontext.Bool(s.fuseUnk))
		w.token(jsontext.String("byte_fallback"), jsontext.Bool(s.byteFallback))
		w.token(jsontext.String("ignore_merges"), jsontext.Bool(s.ignoreMerges))
		s.writeVocab(w)
		s.writeMerges(w)
	}
	w.token(jsontext.EndObject, jsontext.EndObject)
	return w.b.Bytes(), w.err
}

// checkRanks refuses a BPE with pieces of one rank: in a tokenizer.json one of two merges always comes first. Runs of
// one character may have one rank: longer ones first, as they are written, they grow from the left as they do by rank.
func (s *spec) checkRanks() error {
	for i := 1; i < len(s.ranks); i++ {
		a, b := s.vocab.piece(s.merges[i-1].joined), s.vocab.piece(s.merges[i].joined)
		if s.ranks[i-1] != s.ranks[i] || a == b {
			continue
		}
		if !oneRun(a) || !oneRun(b) {
			return fmt.Errorf("pieces %s and %s have one score: tokenizer.json can't say that neither goes first", quote(a), quote(b))
		}
	}
	return nil
}

// oneRun reports whether p is one character again and again.
func oneRun(p string) bool {
	r, _ := utf8.DecodeRuneInString(p)
	return strings.Trim(p, string(r)) == ""
}

// writeScored writes the pieces of a Unigram with their scores.
func (s *spec) writeScored(w *jsonWriter) {
	w.token(jsontext.String("vocab"), jsontext.BeginArray)
	for id, score := range s.scores {
		w.token(jsontext.BeginArray, jsontext.String(s.vocab.piece(int32(id))), jsontext.Float(score), jsontext.EndArray)
	}
	w.token(jsontext.EndArray)
}

// writeVocab writes the pieces with their ids, those of added tokens outside the vocabulary left out.
func (s *spec) writeVocab(w *jsonWriter) {
	w.token(jsontext.String("vocab"), jsontext.BeginObject)
	for id, sp := range s.vocab.spans {
		if sp != absent && !s.outside[int32(id)] {
			w.token(jsontext.String(s.vocab.piece(int32(id))), jsontext.Int(int64(id)))
		}
	}
	w.token(jsontext.EndObject)
}

// writeMerges writes "a b", which every reader takes, unless some piece has a space in it.
func (s *spec) writeMerges(w *jsonWriter) {
	w.token(jsontext.String("merges"), jsontext.BeginArray)
	spaced := false
	for _, m := range s.merges {
		spaced = spaced || strings.Contains(s.vocab.piece(m.joined), " ")
	}
	for _, m := range s.merges {
		left, right := s.vocab.piece(m.left), s.vocab.piece(m.right)
		if spaced {
			w.token(jsontext.BeginArray, jsontext.String(left), jsontext.String(right), jsontext.EndArray)
		} else {
			w.token(jsontext.String(left + " " + right))
		}
	}
	w.token(jsontext.EndArray)
}

// jsonWriter remembers the first error.
type jsonWriter struct {
	b   bytes.Buffer
	enc *jsontext.Encoder
	err error
}

func newWriter() *jsonWriter {
	w := new(jsonWriter)
	w.enc = jsontext.NewEncoder(&w.b, jsontext.WithIndent("  "), jsontext.AllowDuplicateNames(true))
	return w
}

func (w *jsonWriter) token(tokens ...jsontext.Token) {
	for _, t := range tokens {
		if w.err == nil {
			w.err = w.enc.WriteToken(t)
		}
	}
}

func (w *jsonWriter) value(v jsontext.Value) {
	if v == nil {
		v = jsontext.Value("null")
	}
	if w.err == nil {
		w.err = w.enc.WriteValue(v)
	}
}

// byteLevelJSON is a ByteLevel component that adds no space, with or without GPT-2's pattern.
func byteLevelJSON(useRegex bool) jsontext.Value {
	return jsontext.Value(fmt.Sprintf(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":%t}`, useRegex))
}
