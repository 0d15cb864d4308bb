package token

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// maxPiece bounds the length of a piece of a Unigram in bytes, and with it the time a character takes.
const maxPiece = 256

// readModel reads the field model: vocabulary, merges, flags.
func (s *spec) readModel(data jsontext.Value) error {
	fields := map[string]jsontext.Value{}
	var names []string
	err := members(data, "model", func(name string, v jsontext.Value) error {
		fields[name] = v
		names = append(names, name)
		return nil
	})
	if err != nil {
		return err
	}
	if v := fields["type"]; v != nil && v.Kind() != 'n' {
		if err := strict(v, (*string)(&s.kind)); err != nil {
			return inField("model.type", err)
		}
	}
	read := map[modelKind]func(name string, v jsontext.Value) error{
		bpeModel: s.readBPE, wordLevelModel: s.readBPE, unigramModel: s.readUnigram, wordPieceModel: s.readWordPiece,
	}[s.kind]
	if read == nil {
		return fmt.Errorf("model.type: %s is not supported; BPE, Unigram and WordPiece are", quote(string(s.kind)))
	}
	for _, name := range names {
		if name == "type" || name == "vocab" || name == "merges" {
			continue
		}
		if err := read(name, fields[name]); err != nil {
			return inField("model."+name, err)
		}
	}
	if fields["vocab"] == nil || s.kind == bpeModel && fields["merges"] == nil {
		return errors.New("model: no vocab or no merges")
	}
	if s.kind == unigramModel {
		err = s.readScored(fields["vocab"])
	} else {
		err = s.readVocab(fields["vocab"])
	}
	if err != nil {
		return inField("model.vocab", err)
	}
	switch v := fields["merges"]; {
	case v == nil:
	case s.kind != bpeModel && s.kind != wordLevelModel:
		return fmt.Errorf("model.merges: a %s model has none", s.kind)
	default:
		if err := s.readMerges(v); err != nil {
			return fmt.Errorf("model.merges%w", err)
		}
	}
	return s.checkModel()
}

// readBPE reads a field of a BPE model.
func (s *spec) readBPE(name string, v jsontext.Value) error {
	switch name {
	case "unk_token":
		return strict(v, &s.unk)
	case "fuse_unk":
		return strict(v, &s.fuseUnk)
	case "byte_fallback":
		return strict(v, &s.byteFallback)
	case "ignore_merges":
		return strict(v, &s.ignoreMerges)
	case "dropout":
		if k := v.Kind(); k != 'n' && string(v) != "0" && string(v) != "0.0" {
			return fmt.Errorf("%.40s is not supported: encoding would be random", v)
		}
		return nil
	case "continuing_subword_prefix", "end_of_word_suffix":
		if v.Kind() != 'n' && string(v) != `""` {
			return fmt.Errorf("%.40s is not supported", v)
		}
		return nil
	}
	return fmt.Errorf("unknown field of a BPE model (type %q)", s.kind)
}

// readUnigram reads a field of a Unigram model. The unknown piece is kept by name, as the other models have it.
func (s *spec) readUnigram(name string, v jsontext.Value) error {
	switch name {
	case "unk_id":
		if v.Kind() == 'n' {
			return nil
		}
		id := int32(-1)
		if err := strict(v, &id); err != nil {
			return err
		}
		s.unkID = &id
		return nil
	case "byte_fallback":
		return strict(v, &s.byteFallback)
	}
	return errors.New("unknown field of a Unigram model")
}

// readWordPiece reads a field of a WordPiece model.
func (s *spec) readWordPiece(name string, v jsontext.Value) error {
	switch name {
	case "unk_token":
		return strict(v, &s.unk)
	case "continuing_subword_prefix":
		return strict(v, &s.continuing)
	case "max_input_chars_per_word":
		return strict(v, &s.maxChars)
	}
	return errors.New("unknown field of a WordPiece model")
}

// checkModel checks what fields say together.
func (s *spec) checkModel() error {
	switch s.kind {
	case unigramModel:
		if s.unkID == nil {
			return nil
		}
		if !s.vocab.has(*s.unkID) {
			return fmt.Errorf("model.unk_id: %d is not in the vocabulary", *s.unkID)
		}
		piece := s.vocab.piece(*s.unkID)
		s.unk = &piece
	case wordPieceModel:
		if s.unk == nil {
			return errors.New("model.unk_token: missing")
		}
		if s.maxChars < 1 || s.maxChars > 1000 {
			return fmt.Errorf("model.max_input_chars_per_word: %d, want 1 to 1000", s.maxChars)
		}
		if len(s.continuing) > maxAdded {
			return fmt.Errorf("model.continuing_subword_prefix: %d bytes, at most %d", len(s.continuing), maxAdded)
		}
	}
	return nil
}

// readScored reads an array of pieces with their scores, an id each.
func (s *spec) readScored(data jsontext.Value) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data))
	if k := d.PeekKind(); k != '[' {
		return fmt.Errorf("%v where an array is due", k)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		v, err := d.ReadValue()
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(s.scores), err)
		}
		var pair []jsontext.Value
		var piece string
		var score float64
		if err := strict(v, &pair); err != nil || len(pair) != 2 || pair[0].Kind() != '"' || pair[1].Kind() != '0' {
			return fmt.Errorf("[%d]: want a piece and a score, found %.40s", len(s.scores), v)
		}
		if err := errors.Join(strict(pair[0], &piece), strict(pair[1], &score)); err != nil {
			return fmt.Errorf("[%d]: %w", len(s.scores), err)
		}
		if err := s.addScored(piece, score); err != nil {
			return fmt.Errorf("[%d]: %w", len(s.scores), err)
		}
	}
	return nil
}

// addScored appends a piece with its score.
func (s *spec) addScored(piece string, score float64) error {
	if len(s.scores) == maxIDs {
		return fmt.Errorf("more than %d pieces", maxIDs)
	}
	if len(piece) > maxPiece {
		return fmt.Errorf("a piece of %d bytes, at most %d", len(piece), maxPiece)
	}
	if score != score || score < -1e30 || score > 1e30 {
		return fmt.Errorf("score %g of piece %s", score, quote(piece))
	}
	if err := s.vocab.add(piece, int32(len(s.scores))); err != nil {
		return err
	}
	s.scores = append(s.scores, score)
	return nil
}
