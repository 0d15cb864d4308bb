package generate

import (
	"fmt"
	"maps"
	"math"
	"os"
	"slices"

	"brick/model"
	"brick/tensor/gguf"
	"brick/token"
	"brick/train"
)

// A Language is a language model of a folder or a GGUF file, with the tokenizer whose ids it reads.
type Language struct {
	Model      model.Model
	Tokenizer  token.Tokenizer
	Generation model.Generation // how its makers mean it to write

	words words
}

// Open reads the model, the tokenizer and the settings of a Hugging Face folder, of one that brick wrote, or of a GGUF file.
// Without a limit of memory it is what this process may still use.
func Open(path string, o model.OpenOptions) (*Language, error) {
	if o.Limit == 0 {
		o.Limit, _ = train.Available()
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	if info.IsDir() {
		return openFolder(path, o)
	}
	return openFile(path, o)
}

// openFile reads a GGUF file.
func openFile(path string, o model.OpenOptions) (*Language, error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	if o.Keeping != model.InPlace {
		defer f.Close() // of a file that was only read
	}
	tok, err := token.FromGGUF(maps.Collect(f.Metadata().All()))
	if err != nil {
		return nil, fmt.Errorf("generate: %s: %w", path, err)
	}
	m, err := model.FromGGUF(path, f, o)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return together(path, m, tok, model.Generation{})
}

// openFolder reads a folder.
func openFolder(dir string, o model.OpenOptions) (*Language, error) {
	tok, err := token.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	g, err := model.OpenGeneration(dir)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	m, err := model.Open(dir, o)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return together(dir, m, tok, g)
}

// together errs for a tokenizer that has more ids than the model.
func together(path string, m model.Model, tok token.Tokenizer, g model.Generation) (*Language, error) {
	vocab := model.Vocab(m)
	if vocab == 0 {
		return nil, fmt.Errorf("generate: the model of %s reads no text: it has no embedding", path)
	}
	if n := tok.Vocab(); n > vocab {
		return nil, fmt.Errorf("generate: the tokenizer of %s has %d ids; the model has rows for %d", path, n, vocab)
	}
	return &Language{Model: m, Tokenizer: tok, Generation: g}, nil
}

// Session starts a conversation. Texts end with what the folder says, what the tokenizer says, and where another text
// would begin.
func (l *Language) Session() *Session {
	s := NewSession(l.Model, l.Tokenizer, model.Context(l.Model), nil)
	s.words = &l.words
	s.Ends = append(slices.Clone(l.Generation.Ends), s.Ends...)
	if bos := l.Tokenizer.Special().BOS; bos != token.None {
		s.Ends = append(s.Ends, bos)
	}
	return s
}

// Sampling is what the folder says about drawing tokens, and ok whether it says anything.
func (l *Language) Sampling() (s Sampling, ok bool) {
	g := l.Generation
	if !g.Sample {
		return s, false
	}
	s = Sampling{Temperature: g.Temperature, TopK: g.TopK, TopP: g.TopP, RepeatPenalty: g.RepeatPenalty}
	if s.Temperature == 0 {
		s.Temperature = 1
	}
	return s, true
}

// bitsOf is a sum of nats as bits per byte of a text.
func bitsOf(nats float64, bytes int) float64 {
	return nats / (math.Ln2 * float64(max(bytes, 1)))
}
