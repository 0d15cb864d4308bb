package lab

import (
	"encoding/json"
	"fmt"
	"os"

	"brick/tensor/durable"
	"brick/train"
)

// maxJSON bounds the files of a sweep.
const maxJSON = 64 << 20

func readJSON(path string, into any) error {
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxJSON) {
		err = fmt.Errorf("%s is no file of at most %d bytes", path, maxJSON)
	}
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	js, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	if err := json.Unmarshal(js, into); err != nil {
		return &train.InputError{Err: fmt.Errorf("lab: %s: %w", path, err)}
	}
	return nil
}

func writeJSON(path string, v any) error {
	js, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = durable.WriteFile(path, append(js, '\n'))
	}
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	return nil
}
