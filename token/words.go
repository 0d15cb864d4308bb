package token

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Words has an id for each of the most frequent words of a text, then <unk> for any other, then the special tokens. A
// word is a Chinese character, or a run of letters, marks and digits with the space before it, or another character,
// likewise with the space before it; what else is white space is a word by the character. Joined, words are the text again.
type Words struct {
	specials
	words []string // by id
	known map[string]int32
}

// wordsPattern is the same as a regular expression for Hugging Face's library.
const wordsPattern = `\p{Han}| ?(?:(?:(?!\p{Han})[\p{L}\p{M}\p{N}])+|[^\s\p{L}\p{M}\p{N}])|\s`

// WordsConfig says what [TrainWords] is to learn.
type WordsConfig struct {
	Vocab    int      // size of the vocabulary: words, <unk>, special tokens
	Special  []string // special tokens after <unk>
	MinCount int      // a word seen fewer times is <unk>; 2 if 0
}

// TrainWords takes the most frequent words of docs, of equally frequent ones the first in the order of their bytes.
func TrainWords(docs iter.Seq[string], c WordsConfig) (*Words, error) {
	if c.MinCount == 0 {
		c.MinCount = 2
	}
	room := c.Vocab - 1 - len(c.Special)
	if room < 1 || c.Vocab > maxIDs {
		return nil, fmt.Errorf("training a tokenizer: a vocabulary of %d words, want %d (a word, <unk> and the special tokens) to %d", c.Vocab, len(c.Special)+2, maxIDs)
	}
	set, err := newSpecials(0, c.Special)
	if err != nil {
		return nil, fmt.Errorf("training a tokenizer: %w", err)
	}
	counts := map[string]int{}
	for doc := range docs {
		set.set.split(doc, func(from, to int) {
			for text := doc[from:to]; text != ""; {
				n := wordEnd(text)
				counts[text[:n]]++
				text = text[n:]
			}
		}, func(*AddedToken) {})
	}
	maps.DeleteFunc(counts, func(word string, n int) bool { return n < c.MinCount || !utf8.ValidString(word) })
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return newWords(slices.Clone(words[:min(room, len(words))]), c.Special)
}

func newWords(words, special []string) (*Words, error) {
	t := &Words{words: words, known: make(map[string]int32, len(words))}
	for i, w := range words {
		t.known[w] = int32(i)
	}
	var err error
	t.specials, err = newSpecials(int32(len(words)), append([]string{"<unk>"}, special...))
	return t, err
}

// wordEnd is the length of the first word of text.
func wordEnd(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	if r == ' ' {
		next, m := utf8.DecodeRuneInString(text[n:])
		if m == 0 || unicode.IsSpace(next) || unicode.Is(unicode.Han, next) {
			return n
		}
		r, n = next, n+m
	}
	if !inWord(r) {
		return n
	}
	for n < len(text) {
		r, m := utf8.DecodeRuneInString(text[n:])
		if !inWord(r) {
			break
		}
		n += m
	}
	return n
}

// inWord says whether a character can stand in a word of several.
func inWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)) && !unicode.Is(unicode.Han, r)
}

// Encode appends one id a word; a special token spelled out in text becomes its id.
func (t *Words) Encode(text string, dst []int32) []int32 { return t.encodeGuarded(text, nil, dst) }

func (t *Words) encodeGuarded(text string, guards []int, dst []int32) []int32 {
	t.set.splitGuarded(text, guards, func(from, to int) { dst = t.EncodeOrdinary(text[from:to], dst) },
		func(a *AddedToken) { dst = append(dst, a.ID) })
	return dst
}

// EncodeOrdinary appends one id a word, special tokens spelled out in text too.
func (t *Words) EncodeOrdinary(text string, dst []int32) []int32 {
	for text != "" {
		n := wordEnd(text)
		id, ok := t.known[text[:n]]
		if !ok {
			id = t.roles.Unk
		}
		dst, text = append(dst, id), text[n:]
	}
	return dst
}

// Decode joins the words, special tokens (<unk> among them) spelled out.
func (t *Words) Decode(ids []int32) []byte {
	var b []byte
	for _, id := range ids {
		b = t.AppendBytes(b, id)
	}
	return b
}

// AppendBytes appends the word, or the name of the special token.
func (t *Words) AppendBytes(dst []byte, id int32) []byte {
	switch {
	case t.IsSpecial(id):
		return append(dst, t.name(id)...)
	case id >= 0 && int(id) < len(t.words):
		return append(dst, t.words[id]...)
	}
	return dst
}

// Vocab is the number of words and of special tokens, <unk> included.
func (t *Words) Vocab() int { return len(t.words) + len(t.tokens) }

// ID finds a word or the name of a special token.
func (t *Words) ID(piece string) (int32, bool) {
	if id, ok := t.id(piece); ok {
		return id, true
	}
	if id, ok := t.known[piece]; ok {
		return id, true
	}
	return None, false
}

// Piece is the inverse of ID.
func (t *Words) Piece(id int32) string { return string(t.AppendBytes(nil, id)) }

// wordsJSON is the pre-tokenizer that cuts words.
func wordsJSON() jsontext.Value {
	pattern, _ := jsontext.AppendQuote(nil, wordsPattern) // which is UTF-8
	return jsontext.Value(fmt.Sprintf(`{"type":"Split","pattern":{"Regex":%s},"behavior":"Isolated","invert":false}`, pattern))
}

// Save writes it to a folder as Hugging Face files: a WordLevel model.
func (t *Words) Save(dir string) error {
	unk := "<unk>"
	s := newSpec(wordLevelModel)
	s.added, s.unk, s.preTokenizer, s.decoder = t.tokens, &unk, wordsJSON(), jsontext.Value(`{"type":"Fuse"}`)
	for i, w := range slices.Concat(t.words, []string{unk}) {
		if err := s.vocab.add(w, int32(i)); err != nil {
			return err
		}
	}
	return s.save(dir, t.roles)
}

// openWords reads what Save wrote; nil if the folder's tokenizer is of another kind.
func openWords(fsys fs.FS) (*Words, error) {
	data, err := optional(fsys, "tokenizer.json")
	if err != nil || !bytes.Contains(data, []byte(`"WordLevel"`)) {
		return nil, err
	}
	s, err := readSpec(bytes.NewReader(data))
	if err != nil || s.kind != wordLevelModel {
		return nil, inField("tokenizer.json", err)
	}
	var pre, want any
	if err := errors.Join(json.Unmarshal(s.preTokenizer, &pre), json.Unmarshal(wordsJSON(), &want)); err != nil {
		return nil, inField("tokenizer.json: pre_tokenizer", err)
	}
	if fmt.Sprint(pre) != fmt.Sprint(want) || s.normalizer != nil && s.normalizer.Kind() != 'n' || s.unk == nil || *s.unk != "<unk>" {
		return nil, fmt.Errorf("tokenizer.json: a WordLevel model whose words are cut otherwise than by %s, or are normalised, is not supported", wordsPattern)
	}
	unk, _ := s.vocab.id("<unk>")
	var words, special []string
	layout := errors.New("tokenizer.json: want words, then <unk>, then the added tokens, which all are special")
	for id := range s.vocab.spans {
		piece := s.vocab.piece(int32(id))
		switch {
		case piece == "":
			return nil, layout
		case int32(id) < unk:
			words = append(words, piece)
		case int32(id) > unk:
			special = append(special, piece)
		}
	}
	t, err := newWords(words, special)
	if err == nil && (len(t.known) != len(words) || !slices.Equal(t.tokens, s.added)) {
		err = layout
	}
	return t, err
}
