package prompt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"brick/tensor/durable"
)

const (
	maxHistory = 1000    // messages kept
	maxFile    = 4 << 20 // bytes of the file that are looked at
)

// A History is the messages written before, oldest first. The zero value keeps them in memory alone.
type History struct {
	entries []string
	path    string
}

// OpenHistory reads the history of a file, one JSON string a line, which need not be there yet. A line that is none is left out.
func OpenHistory(path string) (*History, error) {
	h := &History{path: path}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer f.Close() // of a file that was only read
	if info, err := f.Stat(); err == nil && info.Size() > maxFile {
		if _, err := f.Seek(-maxFile, io.SeekEnd); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	for line := range bytes.Lines(data) {
		var s string
		if json.Unmarshal(line, &s) == nil && s != "" {
			h.entries = append(h.entries, s)
		}
	}
	if over := len(h.entries) - maxHistory; over > 0 {
		h.entries = h.entries[over:]
		var b bytes.Buffer
		for _, s := range h.entries {
			line, _ := json.Marshal(s) // a string always has JSON
			b.Write(append(line, '\n'))
		}
		if err := durable.Private.WriteFile(path, b.Bytes()); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
	}
	return h, nil
}

// Add keeps a message. One that is empty, begins with a space or repeats the last is not kept.
func (h *History) Add(s string) error {
	if strings.TrimSpace(s) == "" || s[0] == ' ' || len(h.entries) > 0 && h.entries[len(h.entries)-1] == s {
		return nil
	}
	h.entries = append(h.entries, s)
	if h.path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	f, err := os.OpenFile(h.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	line, _ := json.Marshal(s)
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}
