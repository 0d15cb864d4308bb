package plan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"brick/tensor/wire"
)

// maxConfig bounds the config.json that is read; published ones have some kilobytes.
const maxConfig = 1 << 20

// families are the readers of each model_type that Hugging Face's transformers library knows and whose parameters are counted here.
var families = map[string]func(*fields) Shape{
	"gpt2": gpt2, "openai-gpt": gpt1, "gpt_neo": gptNeo, "gpt_neox": gptNeoX, "gptj": gptJ, "gpt_bigcode": gptBigCode,
	"opt": opt, "bloom": bloom, "falcon": falcon, "phi": phi, "phi3": phi3, "starcoder2": starCoder2,
	"llama": llama, "mistral": mistral, "mixtral": mixtral, "qwen2": qwen2, "qwen3": qwen3, "qwen3_moe": qwen3MoE,
	"gemma": gemma, "gemma2": gemma2, "gemma3_text": gemma3, "deepseek_v2": deepSeek, "deepseek_v3": deepSeek,
}

// Families lists the values of model_type that ReadConfig knows, in alphabetical order.
func Families() []string { return slices.Sorted(maps.Keys(families)) }

// ReadConfig reads a Hugging Face config.json. What would change the number of parameters in a way that is not known here is refused, as
// is a model_type that is not in Families. name is the file's, for errors, which are *wire.Error.
func ReadConfig(name string, js []byte) (Shape, error) {
	bad := func(field, found, want string) (Shape, error) {
		return Shape{}, &wire.Error{File: name, Offset: -1, Field: field, Found: found, Want: want}
	}
	if len(js) > maxConfig {
		return bad("", fmt.Sprintf("%d bytes", len(js)), fmt.Sprintf("at most %d", maxConfig))
	}
	f := &fields{file: name}
	if err := json.Unmarshal(js, &f.values); err != nil {
		var syntax *jsontext.SyntacticError
		at := int64(-1)
		if errors.As(err, &syntax) {
			at = syntax.ByteOffset
		}
		return Shape{}, &wire.Error{File: name, Offset: at, Want: "a JSON object, no field twice", Err: err}
	}
	if f.values["text_config"] != nil {
		return bad("text_config", "a model of more than text", "the config.json of a language model alone")
	}
	kind := f.word("model_type")
	read, ok := families[kind]
	if f.err == nil && !ok {
		return bad("model_type", wire.Quote(kind), "one whose parameters are counted here: "+strings.Join(Families(), ", "))
	}
	if f.err != nil {
		return Shape{}, f.err
	}
	s := read(f)
	if f.err != nil {
		return Shape{}, f.err
	}
	if err := s.check(); err != nil {
		return Shape{}, &wire.Error{File: name, Offset: -1, Field: kind, Err: err}
	}
	return s, nil
}

// OpenConfig reads a config.json, or the one in a folder.
func OpenConfig(path string) (Shape, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "config.json")
	}
	file, err := os.Open(path)
	if err != nil {
		return Shape{}, fmt.Errorf("reading a model's configuration: %w", err)
	}
	defer file.Close() // of a file that was only read
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return Shape{}, fmt.Errorf("reading a model's configuration: %w", &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")})
	}
	js, err := io.ReadAll(io.LimitReader(file, maxConfig+1))
	if err != nil {
		return Shape{}, fmt.Errorf("reading a model's configuration: %w", err)
	}
	return ReadConfig(path, js)
}
