package model

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"brick/device"
	"brick/device/cpu"
	"brick/nn"
	"brick/tensor/mapped"
)

// configName is the file of a folder that says which model is in it.
const configName = "config.json"

// OpenOptions say what a model is opened for. The zero value is to use it on this machine's cores.
type OpenOptions struct {
	Device  device.Device // where it computes; nil means this machine's cores
	Learn   bool          // its parameters collect gradients
	Limit   int64         // bytes that weights and gradients may take; 0 means no bound
	Keeping Keeping       // in which type its matrices lie in memory
}

// Open reads the model of a Hugging Face folder, or of one of brick's own: config.json, and model.safetensors or the shards
// that model.safetensors.index.json names. Weights are F32, F16, BF16 or F64; see Keeping for what they become.
// Every tensor's name and shape must be the model's; those that are missing, left over or of another shape are named, before
// memory is set aside. A head that shares the embedding's matrix may be there a second time if it is the same. No file
// outside the folder is touched.
func Open(dir string, o OpenOptions) (Model, error) {
	m, err := Declare(dir)
	if err != nil {
		return nil, err
	}
	w, err := OpenWeights(dir, m)
	if err != nil {
		return nil, err
	}
	if o.Keeping != InPlace {
		defer w.Close() // of files that were only read
	}
	return load(dir, m, w, o)
}

// load gives a declared model memory and its weights. The name is for errors.
func load(dir string, m Model, w *Weights, o OpenOptions) (Model, error) {
	if o.Device == nil {
		o.Device = cpu.Default()
	}
	types, err := w.Types(m, o.Keeping)
	if o.Learn {
		maps.DeleteFunc(types, func(p *nn.Param, _ device.Type) bool { return !p.Frozen() })
	}
	if err == nil {
		err = o.fits(m, w, types)
	}
	var kept map[*nn.Param]device.Buf
	if err == nil {
		kept, err = w.keep(o.Device, o.Keeping, types)
	}
	if err == nil {
		nn.BuildAround(o.Device, m, o.Learn, kept)
		err = w.fill(o.Device, kept)
	}
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", dir, err)
	}
	return m, nil
}

// Declare is the model that the config.json of a folder describes, without memory.
func Declare(dir string) (Model, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	defer root.Close()
	js, err := readSmall(root, configName)
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", dir, err)
	}
	m, err := Describe(js)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, configName), err)
	}
	return m, nil
}

// Describe declares the model that a config.json describes: Hugging Face's, see FromConfig, or the one that brick writes of
// models that have no architecture there, with a stack and the shapes of its data.
func Describe(js []byte) (Model, error) {
	var own struct {
		Type    string `json:"model_type"`
		Stack   string `json:"stack"`
		Input   []int  `json:"input"`
		Vocab   int    `json:"vocab"`
		Outputs int    `json:"outputs"`
		Source  int    `json:"source"`
		Line    int    `json:"line"`
		Picture []int  `json:"picture"`
	}
	if len(js) > maxConfig || json.Unmarshal(js, &own) != nil || own.Type != "brick" {
		return FromConfig(js)
	}
	return New(own.Stack, nn.Input{Shape: own.Input, Vocab: own.Vocab, Outputs: own.Outputs, Source: own.Source, Line: own.Line, Picture: own.Picture})
}

// readSmall reads a regular file of at most maxConfig bytes.
func readSmall(root *os.Root, name string) ([]byte, error) {
	f, err := mapped.OpenIn(root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // of a file that was only read
	if f.Size() > maxConfig {
		return nil, fmt.Errorf("%s has %d bytes; at most %d fit", name, f.Size(), maxConfig)
	}
	return io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
}
