package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// stateVersion is the version of checkpoints this code writes, and the newest it reads.
const stateVersion = 1

// state is trainer_state.json: where a run stands, and the mark that its checkpoint is whole.
// It is written last and names every other file with its size and checksum.
type state struct {
	Version   int                 `json:"version"`
	Step      int                 `json:"step"`     // steps done: the next batch, random stream and learning rate follow from it
	Examples  int                 `json:"examples"` // in the training set
	Skipped   int                 `json:"skipped_updates"`
	Row       int                 `json:"skipped_in_a_row"`
	Evaluated int                 `json:"evaluated_at_step"` // the last step after which the validation set was looked at
	Best      *best               `json:"best,omitempty"`
	Stale     int                 `json:"evaluations_without_improvement"`
	Seconds   float64             `json:"seconds"` // of training so far
	Tokens    int64               `json:"tokens"`
	Base      uint32              `json:"base_crc32c,omitempty"` // of matrices that are read from the file which the run started from
	Files     map[string]fileMark `json:"files"`
}

type best struct {
	Step  int     `json:"step"`
	Valid Metrics `json:"valid"`
}

// A fileMark tells a whole file from a damaged one.
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

// maxState bounds trainer_state.json, which has a few hundred bytes.
const maxState = 1 << 20

// errNewer is wrapped where a checkpoint is whole, but written by a later version: passing it over would lose it.
var errNewer = errors.New("written by a newer brick")

// seal is the text of trainer_state.json: the state as an object whose last field is the CRC-32C of all bytes before
// that field, so that not one of them can change unnoticed.
func seal(s state) ([]byte, error) {
	js, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	js = bytes.TrimSuffix(js, []byte("\n}"))
	return append(js, trailer(js)...), nil
}

func trailer(js []byte) []byte {
	return fmt.Appendf(nil, ",\n  \"crc32c\": \"%08x\"\n}\n", crc32.Checksum(js, castagnoli))
}

// unseal is the inverse of seal.
func unseal(text []byte) (s state, err error) {
	at := len(text) - len(trailer(nil))
	if at < 0 || !bytes.Equal(text[at:], trailer(text[:at])) {
		return s, errors.New("the checksum in its last line does not fit: it is damaged, or was not written to the end")
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, err
	}
	switch {
	case s.Version > stateVersion:
		return s, fmt.Errorf("version %d was %w; this one reads up to %d", s.Version, errNewer, stateVersion)
	case s.Version < 1:
		return s, fmt.Errorf("version is %d; want 1 to %d", s.Version, stateVersion)
	case s.Step < 0 || s.Stale < 0 || s.Row < 0:
		return s, fmt.Errorf("step %d, %d evaluations without improvement, %d updates skipped in a row: want counts", s.Step, s.Stale, s.Row)
	}
	return s, nil
}

// readState reads and checks trainer_state.json of a checkpoint folder, and that the files it names are whole.
func readState(dir string) (s state, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("train: checkpoint %s: %w", dir, err)
		}
	}()
	text, err := readBounded(filepath.Join(dir, stateFile), maxState)
	if err != nil {
		return s, err
	}
	if s, err = unseal(text); err != nil {
		return s, fmt.Errorf("%s: %w", stateFile, err)
	}
	for _, name := range []string{modelFile, optimizerFile} {
		want, ok := s.Files[name]
		if !ok {
			return s, fmt.Errorf("%s does not name %s", stateFile, name)
		}
		got, err := markOf(filepath.Join(dir, name))
		if err != nil {
			return s, err
		}
		if got != want {
			return s, fmt.Errorf("%s is damaged: %d bytes with CRC-32C %08x, written were %d with %08x", name, got.Bytes, got.CRC, want.Bytes, want.CRC)
		}
	}
	return s, nil
}

// readBounded reads a regular file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s has more than the %d bytes that fit", path, limit)
	}
	return text, err
}

// openRegular opens a file, not a folder and not a pipe that nobody may ever write to.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file: %v", path, info.Mode())
	}
	return os.Open(path)
}

// markOf measures a file.
func markOf(path string) (fileMark, error) {
	f, err := openRegular(path)
	if err != nil {
		return fileMark{}, err
	}
	defer f.Close()
	var m marker
	_, err = io.Copy(&m, f)
	return fileMark(m), err
}

// marker is an io.Writer that measures what goes through it.
type marker fileMark

func (m *marker) Write(b []byte) (int, error) {
	m.Bytes += int64(len(b))
	m.CRC = crc32.Update(m.CRC, castagnoli, b)
	return len(b), nil
}
