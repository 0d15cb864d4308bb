package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"brick/device"
	"brick/grad"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/durable"
	"brick/tensor/safetensors"
)

// stateVersion is the version of checkpoints this code writes, and the newest it reads.
const stateVersion = 1

// state is trainer_state.json: where a run stands, and the mark that its checkpoint is whole.
// It is written last and names every other file with its size and checksum.
type state struct {
	Version  int                 `json:"version"`
	Step     int                 `json:"step"` // steps done: the next batch, random stream and learning rate follow from it
	Skipped  int                 `json:"skipped_updates"`
	Best     *best               `json:"best,omitempty"`
	Stale    int                 `json:"evaluations_without_improvement"`
	Seconds  float64             `json:"seconds"` // of training so far
	Tokens   int64               `json:"tokens"`
	Files    map[string]fileMark `json:"files"`
	Complete bool                `json:"complete"`
}

type best struct {
	Step  int     `json:"step"`
	Valid Metrics `json:"valid"`
}

type fileMark struct {
	Bytes int64  `json:"bytes"`
	CRC   uint32 `json:"crc32c"`
}

const (
	checkpointDir = "checkpoints"
	modelFile     = "model.safetensors"
	optimizerFile = "optimizer.safetensors"
	stateFile     = "trainer_state.json"
)

func stepDir(step int) string { return fmt.Sprintf("step-%06d", step) }

// save writes a checkpoint folder under dir: filled under a temporary name, forced to the
// disk, then renamed, so that a folder with a final name is whole whenever the power fails.
func save(dir string, s state, files map[string][]tensor.Named) (string, error) {
	root := filepath.Join(dir, checkpointDir)
	final := filepath.Join(root, stepDir(s.Step))
	tmp := filepath.Join(root, fmt.Sprintf(".%s.tmp-%d", stepDir(s.Step), os.Getpid()))
	fail := func(err error) (string, error) {
		os.RemoveAll(tmp)
		return "", fmt.Errorf("train: save checkpoint %s: %w", final, err)
	}
	os.RemoveAll(tmp)
	if err := durable.MkdirAll(tmp); err != nil {
		return fail(err)
	}
	s.Version, s.Complete, s.Files = stateVersion, true, map[string]fileMark{}
	for name, tensors := range files {
		path := filepath.Join(tmp, name)
		if err := writeTensors(path, tensors); err != nil {
			return fail(err)
		}
		mark, err := markOf(path)
		if err != nil {
			return fail(err)
		}
		s.Files[name] = mark
	}
	js, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fail(err)
	}
	if err := durable.WriteFile(filepath.Join(tmp, stateFile), append(js, '\n')); err != nil {
		return fail(err)
	}
	if err := os.RemoveAll(final); err != nil { // a damaged one of the same step, or the same once more
		return fail(err)
	}
	if err := durable.Rename(tmp, final); err != nil {
		return fail(err)
	}
	return final, nil
}

// writeTensors writes a safetensors file with checksums.
func writeTensors(path string, tensors []tensor.Named) error {
	return safetensors.Write(path, tensors, map[string]string{"format": "pt"}, safetensors.WithCRC())
}

func markOf(path string) (fileMark, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileMark{}, err
	}
	defer f.Close()
	h := crc32.New(castagnoli)
	n, err := io.Copy(h, f)
	return fileMark{n, h.Sum32()}, err
}

// checkpoints lists the step folders under dir, latest first.
func checkpoints(dir string) []string {
	list, err := os.ReadDir(filepath.Join(dir, checkpointDir))
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range list {
		if _, ok := stepOf(e.Name()); ok && e.IsDir() {
			found = append(found, filepath.Join(dir, checkpointDir, e.Name()))
		}
	}
	slices.SortFunc(found, func(a, b string) int {
		x, _ := stepOf(filepath.Base(a))
		y, _ := stepOf(filepath.Base(b))
		return y - x
	})
	return found
}

func stepOf(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, "step-")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0 && stepDir(n) == name
}

// readState reads and checks trainer_state.json of a checkpoint folder, and that the files it names are whole.
func readState(dir string) (state, error) {
	var s state
	path := filepath.Join(dir, stateFile)
	info, err := os.Stat(path)
	if err != nil {
		return s, fmt.Errorf("train: checkpoint %s: %w", dir, err)
	}
	if info.Size() > 64<<20 {
		return s, fmt.Errorf("train: checkpoint %s: %s has %d bytes; one of ours has a few thousand", dir, stateFile, info.Size())
	}
	js, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(js, &s)
	}
	switch {
	case err != nil:
		return s, fmt.Errorf("train: checkpoint %s: %s: %w", dir, stateFile, err)
	case s.Version > stateVersion:
		return s, fmt.Errorf("train: checkpoint %s: version %d was written by a newer brick; this one reads up to %d", dir, s.Version, stateVersion)
	case !s.Complete || s.Version < 1 || s.Step < 0:
		return s, fmt.Errorf("train: checkpoint %s: %s lacks its complete mark: it was not written to the end", dir, stateFile)
	}
	for _, name := range []string{modelFile, optimizerFile} {
		want, ok := s.Files[name]
		if !ok {
			return s, fmt.Errorf("train: checkpoint %s: %s does not name %s", dir, stateFile, name)
		}
		got, err := markOf(filepath.Join(dir, name))
		if err != nil {
			return s, fmt.Errorf("train: checkpoint %s: %w", dir, err)
		}
		if got != want {
			return s, fmt.Errorf("train: checkpoint %s: %s is damaged: %d bytes with CRC-32C %08x, written were %d with %08x", dir, name, got.Bytes, got.CRC, want.Bytes, want.CRC)
		}
	}
	return s, nil
}

// loadWeights fills the state of a model from a file. Every name and shape must match, none may be missing
// or left over; nothing is changed unless all fits.
func loadWeights(m nn.Block, path string) error {
	f, err := safetensors.Open(path)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer f.Close()
	left := map[string]bool{}
	for _, n := range f.Names() {
		left[n] = true
	}
	found := map[*nn.Param]*tensor.Tensor{}
	for name, p := range nn.State(m) {
		if !left[name] {
			return fmt.Errorf("train: %s: tensor %q is missing; the model has it with shape %v", path, name, p.Shape)
		}
		delete(left, name)
		x, err := f.Tensor(name)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if !slices.Equal(x.Shape, p.Shape) {
			return fmt.Errorf("train: %s: tensor %q has shape %v; the model wants %v", path, name, x.Shape, p.Shape)
		}
		if !tensor.IsFloat(x.Type) {
			return fmt.Errorf("train: %s: tensor %q holds %v; weights are F64, F32, F16 or BF16", path, name, x.Type)
		}
		found[p] = x
	}
	for n := range left {
		return fmt.Errorf("train: %s: tensor %q is not part of this model", path, n)
	}
	dev := nn.SlabOf(m).Device
	for p, x := range found {
		dev.Write(p.Buf(), x.Floats(nil))
	}
	return nil
}

// weights are copies of the state of a model under its names.
func weights(m nn.Block) (out []tensor.Named) {
	dev := nn.SlabOf(m).Device
	for name, p := range nn.State(m) {
		host := make([]grad.Float, p.Len())
		dev.Read(host, p.Buf())
		out = append(out, tensor.Named{Name: name, Tensor: tensor.FromFloats(host, device.Float, p.Shape...)})
	}
	return out
}

// latest finds the newest whole checkpoint under dir. Damaged ones are passed over and
// reported; ok is false if there is none.
func latest(dir string) (path string, s state, ok bool, damaged error) {
	for _, c := range checkpoints(dir) {
		s, err := readState(c)
		if err == nil {
			return c, s, true, damaged
		}
		damaged = errors.Join(damaged, err)
	}
	return "", state{}, false, damaged
}

// prune removes all but the newest checkpoints, and what killed writers left behind.
func prune(dir string, keep int) error {
	var errs []error
	for i, c := range checkpoints(dir) {
		if i >= keep {
			errs = append(errs, os.RemoveAll(c))
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, checkpointDir, ".*.tmp-*"))
	for _, p := range left {
		errs = append(errs, os.RemoveAll(p))
	}
	return errors.Join(errs...)
}
