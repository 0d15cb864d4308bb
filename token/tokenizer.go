package token

// A Tokenizer turns text into ids and ids into text. Its methods may be called from several goroutines at once.
type Tokenizer interface {
	// Encode appends the ids of text to dst and returns the longer slice. A special token spelled out in
	// the text becomes its id; nothing is put before or after the text (see [EncodeSpecial]).
	Encode(text string, dst []int32) []int32
	// Decode returns the exact bytes ids stand for, special tokens spelled out. They need not be valid UTF-8:
	// see [Text] and [Decoder]. An id outside the vocabulary stands for nothing.
	Decode(ids []int32) []byte
	// AppendBytes appends the bytes id stands for in the middle of a text.
	AppendBytes(dst []byte, id int32) []byte
	// Vocab is the number of rows an embedding table needs: the greatest id plus one.
	Vocab() int
	// ID returns the id of a piece as the vocabulary spells it, and whether there is one.
	ID(piece string) (int32, bool)
	// Piece returns how the vocabulary spells id ("Ġthe", "▁the"), or "" where id stands for nothing.
	Piece(id int32) string
	// Special returns the ids with a role.
	Special() Special
	// IsSpecial reports whether id is a special token, which [Decoder.SkipSpecial] leaves out.
	IsSpecial(id int32) bool
}

// None stands in a field of [Special] for a role no id has.
const None int32 = -1

// Special holds the ids that have a role, each an id of the vocabulary or [None].
type Special struct {
	BOS int32 // begins a text
	EOS int32 // ends a text
	Pad int32 // fills a batch
	Unk int32 // stands for what the vocabulary cannot spell
}

// EncodeSpecial is [Tokenizer.Encode] with the ids the model expects around a text, such as LLaMA's <s> before
// it. A tokenizer that states none gives what Encode gives.
func EncodeSpecial(t Tokenizer, text string, dst []int32) []int32 {
	if s, ok := t.(interface {
		EncodeSpecial(text string, dst []int32) []int32
	}); ok {
		return s.EncodeSpecial(text, dst)
	}
	return t.Encode(text, dst)
}

// Text decodes ids to valid UTF-8: bytes that form no character become U+FFFD, by the rule of [Decoder].
func Text(t Tokenizer, ids []int32) string {
	d := NewDecoder(t)
	var b []byte
	for _, id := range ids {
		b = d.next(b, id)
	}
	return string(d.flush(b))
}

// Conventional spellings of the roles, tried in this order where no file states them.
var (
	bosNames = []string{"<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>", "<|endoftext|>"}
	eosNames = []string{"</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>"}
	padNames = []string{"<pad>", "<|pad|>"}
	unkNames = []string{"<unk>"}
)

// conventional finds the roles by the usual spellings.
func conventional(id func(string) (int32, bool)) Special {
	find := func(names []string) int32 {
		for _, n := range names {
			if i, ok := id(n); ok {
				return i
			}
		}
		return None
	}
	return Special{BOS: find(bosNames), EOS: find(eosNames), Pad: find(padNames), Unk: find(unkNames)}
}
