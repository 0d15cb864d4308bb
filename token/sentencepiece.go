package token

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Types of pieces, by the numbers of SentencePiece's model file and of GGUF's tokenizer.ggml.token_type.
const (
	normalPiece  int32 = 1
	unknownPiece int32 = 2
	controlPiece int32 = 3
	userPiece    int32 = 4 // matched in the text before all else
	unusedPiece  int32 = 5
	bytePiece    int32 = 6
)

// ReadSentencePiece reads SentencePiece's tokenizer.model, of type BPE or Unigram (sentencepiece_model.proto). What it
// asks for and this package does not do is an error.
func ReadSentencePiece(r io.Reader) (*Subword, error) {
	data, err := readBounded(r)
	if err != nil {
		return nil, err
	}
	m := sentencePieceModel{kind: 1, bos: 1, eos: 2, pad: -1, rules: spaceRules{prefix: true, removeExtra: true, late: true}}
	if err := m.read(data); err != nil {
		return nil, err
	}
	if i := slices.Index(m.types, unusedPiece); i >= 0 {
		return nil, fmt.Errorf("piece %d, %s, is unused: not supported", i, quote(m.pieces[i]))
	}
	s := newSpec(map[uint64]modelKind{1: unigramModel, 2: bpeModel}[m.kind])
	if s.kind == "" {
		return nil, fmt.Errorf("trainer_spec.model_type: %d is not supported; 1 (unigram) and 2 (BPE) are", m.kind)
	}
	if err := s.sentencePiece(m.pieces, m.types, m.scores, int32(m.unk), m.rules); err != nil {
		return nil, err
	}
	t, err := s.build()
	if err != nil {
		return nil, err
	}
	t.roles = Special{BOS: t.idOr(m.bos), EOS: t.idOr(m.eos), Pad: t.idOr(m.pad), Unk: t.unk}
	return t, nil
}

// idOr is id where it stands for a piece, else None.
func (t *Subword) idOr(id int64) int32 {
	if id >= 0 && id < maxIDs && t.vocab.has(int32(id)) {
		return int32(id)
	}
	return None
}

// sentencePieceModel is what a tokenizer.model says.
type sentencePieceModel struct {
	pieces             []string
	scores             []float64
	types              []int32
	kind               uint64
	unk, bos, eos, pad int64
	rules              spaceRules
}

// read reads the message ModelProto.
func (m *sentencePieceModel) read(data []byte) error {
	return protoFields(data, "", func(f protowire.Number, n uint64, b []byte) error {
		switch f {
		case 1:
			return m.readPiece(b)
		case 2:
			return protoFields(b, "trainer_spec", m.trainer)
		case 3:
			return protoFields(b, "normalizer_spec", m.normalizer)
		case 5:
			return protoFields(b, "denormalizer_spec", func(f protowire.Number, _ uint64, b []byte) error {
				if f == 2 && len(b) > 0 {
					return errors.New("precompiled_charsmap: not supported")
				}
				return nil
			})
		}
		return nil
	})
}

func (m *sentencePieceModel) readPiece(b []byte) error {
	piece, score, kind := "", 0.0, uint64(normalPiece)
	err := protoFields(b, fmt.Sprintf("pieces[%d]", len(m.pieces)), func(f protowire.Number, n uint64, b []byte) error {
		switch f {
		case 1:
			piece = string(b)
		case 2:
			score = float64(math.Float32frombits(uint32(n)))
		case 3:
			kind = n
		}
		return nil
	})
	if len(m.pieces) == maxIDs {
		return fmt.Errorf("more than %d pieces", maxIDs)
	}
	m.pieces, m.scores, m.types = append(m.pieces, piece), append(m.scores, score), append(m.types, int32(min(kind, 99)))
	return err
}

func (m *sentencePieceModel) trainer(f protowire.Number, n uint64, _ []byte) error {
	switch f {
	case 3:
		m.kind = n
	case 24:
		if n != 0 {
			return errors.New("treat_whitespace_as_suffix: not supported")
		}
	case 40:
		m.unk = int64(int32(n))
	case 41:
		m.bos = int64(int32(n))
	case 42:
		m.eos = int64(int32(n))
	case 43:
		m.pad = int64(int32(n))
	}
	return nil
}

func (m *sentencePieceModel) normalizer(f protowire.Number, n uint64, b []byte) error {
	switch f {
	case 2:
		m.rules.charsmap = b
	case 3:
		m.rules.prefix = n != 0
	case 4:
		m.rules.removeExtra = n != 0
	case 5:
		if n == 0 {
			return errors.New("escape_whitespaces: false is not supported")
		}
	}
	return nil
}

// protoFields calls do for each field of a message with its number, or with its bytes.
func protoFields(data []byte, where string, do func(f protowire.Number, n uint64, b []byte) error) error {
	for off := 0; off < len(data); {
		f, kind, k := protowire.ConsumeTag(data[off:])
		if k < 0 {
			return inField(where, fmt.Errorf("no protocol buffer: at byte %d: %w", off, protowire.ParseError(k)))
		}
		off += k
		var n uint64
		var b []byte
		switch kind {
		case protowire.VarintType:
			n, k = protowire.ConsumeVarint(data[off:])
		case protowire.Fixed32Type:
			var v uint32
			v, k = protowire.ConsumeFixed32(data[off:])
			n = uint64(v)
		case protowire.Fixed64Type:
			n, k = protowire.ConsumeFixed64(data[off:])
		case protowire.BytesType:
			b, k = protowire.ConsumeBytes(data[off:])
		default:
			return inField(where, fmt.Errorf("no protocol buffer: at byte %d: field %d of wire type %d", off, f, kind))
		}
		if k < 0 {
			return inField(where, fmt.Errorf("no protocol buffer: field %d at byte %d: %w", f, off, protowire.ParseError(k)))
		}
		off += k
		if err := do(f, n, b); err != nil {
			return inField(where, err)
		}
	}
	return nil
}
