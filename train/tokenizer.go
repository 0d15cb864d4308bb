package train

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"brick/data"
	"brick/tensor/gguf"
	"brick/token"
)

// encoder lets data sets of text use a tokenizer.
type encoder struct {
	token.Tokenizer
	fingerprint string
}

func newEncoder(t token.Tokenizer) encoder {
	h := fnv.New128a()
	for id := range int32(t.Vocab()) {
		h.Write(t.AppendBytes(nil, id))
		h.Write([]byte{0xff, 0xfe})
	}
	return encoder{t, fmt.Sprintf("%T-%d-%x", t, t.Vocab(), h.Sum(nil))}
}

// Encode appends the ids of text; long texts are shared among the cores.
func (e encoder) Encode(dst []int32, text []byte) []int32 {
	if p, ok := e.Tokenizer.(interface {
		EncodeParallel(text string, dst []int32, n int) []int32
	}); ok && len(text) > 256<<10 {
		return p.EncodeParallel(string(text), dst, runtime.GOMAXPROCS(0))
	}
	return e.Tokenizer.Encode(string(text), dst)
}

func (e encoder) VocabSize() int      { return e.Vocab() }
func (e encoder) EndOfText() int32    { return e.Special().EOS }
func (e encoder) Fingerprint() string { return e.fingerprint }

func (e encoder) Bytes(id int32) int {
	if e.IsSpecial(id) {
		return 0
	}
	return len(e.AppendBytes(nil, id))
}

// endOfText is the special token that separates documents, as GPT-2 spells it.
const endOfText = "<|endoftext|>"

// tokenizerFor returns the tokenizer of a job on text, nil for other data: the one in the
// run's folder if there is one, else the one the job names, learnt from the training split where it must be.
func tokenizerFor(ctx context.Context, dir string, j *Job, o Options) (token.Tokenizer, error) {
	pairs, labelled := data.IsPairs(j.Data.Source, j.Data.Task), j.labelled()
	if !data.IsText(j.Data.Source) && !pairs && !labelled {
		if j.Tokenizer != (TokenJob{}) {
			return nil, usagef("train: a tokenizer was asked for, but %s is not text", j.Data.Source)
		}
		return nil, nil
	}
	if j.Tokenizer.Kind == "" {
		j.Tokenizer.Kind = "bpe"
	}
	if _, err := os.Stat(filepath.Join(dir, tokenizerFile)); dir != "" && err == nil {
		return loadTokenizer(dir)
	}
	switch j.Tokenizer.Kind {
	case "bytes":
		return token.NewBytes(endOfText)
	case "chars", "bpe", "words":
	default:
		return openTokenizer(j.Tokenizer.Kind)
	}
	if data.IsChats(j.Data.Source, j.Data.Task) {
		return nil, usagef("train: no tokenizer is learnt from conversations: name a model to go on from (from), or a tokenizer (tokenizer.kind: bytes, or a file)")
	}
	c, err := openCorpus(j, pairs, labelled)
	if err != nil {
		return nil, &InputError{err}
	}
	var failed error
	var total int64
	texts := func(yield func(string) bool) {
		for text, err := range c.Text("train") {
			if failed = errors.Join(err, ctx.Err()); failed != nil || !yield(string(text)) {
				return
			}
			total += int64(len(text))
			if limit := j.Tokenizer.Limit; limit > 0 && total >= limit {
				return
			}
		}
	}
	var t token.Tokenizer
	if j.Tokenizer.Kind == "chars" {
		seen := map[rune]bool{}
		var alphabet strings.Builder
		for text := range texts {
			for _, c := range text {
				if !seen[c] {
					seen[c] = true
					alphabet.WriteRune(c)
				}
			}
		}
		t, err = token.NewChars(alphabet.String(), endOfText)
	} else if j.Tokenizer.Kind == "words" {
		if j.Tokenizer.Vocab == 0 {
			j.Tokenizer.Vocab = 10000
		}
		o.note("learning a vocabulary of %d words", j.Tokenizer.Vocab)
		t, err = token.TrainWords(texts, token.WordsConfig{Vocab: j.Tokenizer.Vocab, Special: []string{endOfText}})
	} else {
		if j.Tokenizer.Vocab == 0 {
			j.Tokenizer.Vocab = 4096
		}
		o.note("learning a vocabulary of %d pieces", j.Tokenizer.Vocab)
		t, err = token.TrainBPE(texts, token.TrainConfig{Vocab: j.Tokenizer.Vocab, Special: []string{endOfText}})
	}
	if err = errors.Join(failed, err); err != nil {
		return nil, fmt.Errorf("train: tokenizer: %w", err)
	}
	return t, nil
}

// openCorpus opens what a vocabulary is learnt from.
func openCorpus(j *Job, pairs, labelled bool) (interface {
	Text(split string) iter.Seq2[[]byte, error]
}, error) {
	switch {
	case pairs:
		return data.OpenPairs(j.Data.Source, j.options(nil))
	case labelled:
		return data.OpenLabelled(j.Data.Source, j.options(nil))
	}
	return data.OpenText(j.Data.Source, j.options(nil))
}

// openTokenizer reads a tokenizer.json, the folder of one, or that of a GGUF file.
func openTokenizer(path string) (token.Tokenizer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usagef("train: tokenizer %q is none of bytes, chars, words, bpe, and no file: %w", path, err)
	}
	if info.IsDir() {
		return loadTokenizer(path)
	}
	if filepath.Base(path) == tokenizerFile {
		return loadTokenizer(filepath.Dir(path)) // with the files beside it
	}
	if strings.EqualFold(filepath.Ext(path), ggufExt) {
		return ggufTokenizer(path)
	}
	f, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("train: tokenizer: %w", err)
	}
	defer f.Close()
	t, err := token.ReadJSON(f)
	if err != nil {
		return nil, fmt.Errorf("train: tokenizer %s: %w", path, err)
	}
	return t, nil
}

func ggufTokenizer(path string) (token.Tokenizer, error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("train: tokenizer: %w", err)
	}
	defer f.Close()
	t, err := token.FromGGUF(maps.Collect(f.Metadata().All()))
	if err != nil {
		return nil, fmt.Errorf("train: tokenizer %s: %w", path, err)
	}
	return t, nil
}

func loadTokenizer(dir string) (token.Tokenizer, error) {
	t, err := token.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return t, nil
}

func saveTokenizer(dir string, t token.Tokenizer) error {
	if err := token.Save(t, dir); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// openData opens the data of a job.
func openData(ctx context.Context, j *Job, t token.Tokenizer) (*data.Splits, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var enc data.Encoder
	if t != nil {
		enc = newEncoder(t)
		if j.Data.Context == 0 && !data.IsPairs(j.Data.Source, j.Data.Task) && !j.labelled() {
			j.Data.Context = 128
			if data.IsChats(j.Data.Source, j.Data.Task) {
				j.Data.Context = longestChat
			}
		}
	}
	o := j.options(enc)
	if data.IsChats(j.Data.Source, j.Data.Task) {
		var err error
		if o.Turns, err = j.turns(t); err != nil {
			return nil, err
		}
	}
	s, err := data.Open(j.Data.Source, o)
	if err != nil {
		return nil, &InputError{err}
	}
	return &s, j.keep(&s)
}

// keep leaves the examples to train on that data.unique asks for. After an error s is closed.
func (j *Job) keep(s *data.Splits) error {
	if j.Data.Unique == 0 {
		return nil
	}
	if err := s.Keep(j.Data.Unique, j.Seed); err != nil {
		return errors.Join(usagef("train: data.unique: %w", err), s.Close())
	}
	return nil
}
