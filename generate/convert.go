package generate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"brick/model"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/gguf"
	"brick/token"
)

// generationName is the file of a folder that says how its model writes.
const generationName = "generation_config.json"

// IsGGUF reports whether a path is that of a GGUF file, by its name.
func IsGGUF(path string) bool { return strings.EqualFold(filepath.Ext(path), ".gguf") }

// Convert writes the language model of a folder or GGUF file in to out: a GGUF file, if it is called .gguf, else a Hugging
// Face folder, which is made if there is none. Weights are stored as mix says, one tensor in memory at a time; the zero
// Mix keeps their types, where out has them. Tokenizer and chat template go along, and between folders what the makers say
// about writing. Where ctx ends it stops before the next tensor: a file stays as it was, a new one is not left behind.
func Convert(ctx context.Context, in, out string, mix model.Mix) error {
	switch same, err := sameFile(in, out); {
	case err != nil:
		return err
	case same:
		return fmt.Errorf("generate: %s cannot be converted to itself; want another place", in)
	}
	if IsGGUF(in) && IsGGUF(out) {
		return retype(ctx, in, out, mix)
	}
	s, err := openSource(in)
	if err != nil {
		return err
	}
	defer s.close() // of files that were only read
	s.values = until(ctx, s.values)
	return s.write(out, mix)
}

// until gives values until ctx ends.
func until(ctx context.Context, values model.Values) model.Values {
	return func(p *nn.Param) (*tensor.Tensor, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return values(p)
	}
}

// ConvertRandom writes to out a model of a shape as it would begin to be trained with a seed, and a tokenizer of bytes: for
// measurements. It ends with ctx as Convert does.
func ConvertRandom(ctx context.Context, m model.Model, name, out string, mix model.Mix, seed uint64) error {
	tok, err := token.NewBytes()
	if err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	s := &source{name: name, model: m, values: until(ctx, model.Drawn(m, seed)), tokenizer: tok}
	return s.write(out, mix)
}

// A source is a language model that is not in memory.
type source struct {
	name      string
	model     model.Model
	values    model.Values
	tokenizer token.Tokenizer
	writing   []byte // generation_config.json, or nil
	close     func() error
}

func openSource(path string) (*source, error) {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if IsGGUF(path) {
		f, err := gguf.Open(path)
		if err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
		tok, err := token.FromGGUF(maps.Collect(f.Metadata().All()))
		if err == nil {
			m, w, e := model.DeclareGGUF(path, f)
			if err = e; err == nil {
				if given, e := f.Metadata().Text("general.name"); e == nil {
					name = given
				}
				return &source{name: name, model: m, values: w.Tensor, tokenizer: tok, close: f.Close}, nil
			}
		}
		return nil, errors.Join(fmt.Errorf("generate: %s: %w", path, err), f.Close())
	}
	tok, err := token.Open(path)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	m, err := model.Declare(path)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	writing, err := readWriting(path)
	if err != nil {
		return nil, err
	}
	w, err := model.OpenWeights(path, m)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return &source{filepath.Base(path), m, w.Tensor, tok, writing, w.Close}, nil
}

// readWriting is the generation_config.json of a folder, nil if it has none. It must be one that Open reads.
func readWriting(dir string) ([]byte, error) {
	if _, err := model.OpenGeneration(dir); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	defer root.Close()
	f, err := root.Open(generationName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	defer f.Close() // of a file that was only read
	return io.ReadAll(io.LimitReader(f, 1<<20))
}

// write writes the model, and the rest.
func (s *source) write(out string, mix model.Mix) error {
	switch vocab := model.Vocab(s.model); {
	case vocab == 0:
		return fmt.Errorf("generate: %s reads no text: it has no embedding", s.name)
	case s.tokenizer.Vocab() > vocab:
		return fmt.Errorf("generate: the tokenizer has %d ids; the model has rows for %d", s.tokenizer.Vocab(), vocab)
	}
	if IsGGUF(out) {
		meta, err := token.GGUF(s.tokenizer)
		if err != nil {
			return fmt.Errorf("generate: %w", err)
		}
		fillUp(meta, model.Vocab(s.model))
		if err := model.WriteGGUF(out, s.name, s.model, s.values, mix, meta); err != nil {
			return fmt.Errorf("generate: %w", err)
		}
		return nil
	}
	if err := model.SaveAs(out, s.model, s.values, mix); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	if err := token.Save(s.tokenizer, out); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	writing := s.writing
	if writing == nil {
		special := s.tokenizer.Special()
		ids := map[string]int32{}
		for key, id := range map[string]int32{"bos_token_id": special.BOS, "eos_token_id": special.EOS} {
			if id != token.None {
				ids[key] = id
			}
		}
		var err error
		if writing, err = json.Marshal(ids, json.Deterministic(true), jsontext.WithIndent("  ")); err != nil {
			return fmt.Errorf("generate: %w", err)
		}
		writing = append(writing, '\n')
	}
	if err := durable.WriteFile(filepath.Join(out, generationName), writing); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	return nil
}

// fillUp gives every row of the embedding a piece, as GGUF wants: those that no text has are unused.
func fillUp(meta map[string]any, vocab int) {
	const unused = 5 // of llama.cpp's llama_token_type
	pieces, _ := meta["tokenizer.ggml.tokens"].([]string)
	types, _ := meta["tokenizer.ggml.token_type"].([]int32)
	scores, scored := meta["tokenizer.ggml.scores"].([]float32)
	for id := len(pieces); id < vocab; id++ {
		pieces, types, scores = append(pieces, fmt.Sprintf("[PAD%d]", id)), append(types, unused), append(scores, 0)
	}
	meta["tokenizer.ggml.tokens"], meta["tokenizer.ggml.token_type"] = pieces, types
	if scored {
		meta["tokenizer.ggml.scores"] = scores
	}
}

// retype copies a GGUF file, its metadata as they are, with the types of a mix.
func retype(ctx context.Context, in, out string, mix model.Mix) error {
	f, err := gguf.Open(in)
	if err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	defer f.Close() // of a file that was only read
	if err := model.RetypeGGUF(ctx, out, in, f, mix); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	return nil
}

// sameFile reports whether two paths lead to one file or folder.
func sameFile(in, out string) (bool, error) {
	a, err := os.Stat(in)
	if err != nil {
		return false, fmt.Errorf("generate: %w", err)
	}
	b, err := os.Stat(out)
	return err == nil && os.SameFile(a, b), nil
}
