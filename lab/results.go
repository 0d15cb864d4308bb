package lab

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"brick/tensor/durable"
)

// Results are those of the trials that are done, in the plan's order.
func (s *Sweep) Results() ([]Result, error) {
	var out []Result
	for _, t := range s.Plan.Trials {
		r, done, err := s.result(t)
		if err != nil {
			return nil, err
		}
		if done {
			out = append(out, r)
		}
	}
	return out, nil
}

// writeResults writes results.jsonl and results.csv from the run folders.
func (s *Sweep) writeResults() error {
	list, err := s.Results()
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, r := range list {
		js, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("lab: %w", err)
		}
		lines.Write(append(js, '\n'))
	}
	table, err := resultsCSV(list)
	if err == nil {
		err = durable.WriteFile(filepath.Join(s.Dir, "results.jsonl"), lines.Bytes())
	}
	if err == nil {
		err = durable.WriteFile(filepath.Join(s.Dir, "results.csv"), table)
	}
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	return nil
}

// resultsCSV is a table of results, one a line, a column for each skill that any has, seconds last.
func resultsCSV(list []Result) ([]byte, error) {
	skills := map[string]bool{}
	for _, r := range list {
		for name := range r.Skills {
			skills[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(skills))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"trial", "study", "size", "layers", "width", "heads", "params", "non_embedding", "seed", "lr", "batch", "steps", "tokens", "unique", "held_out", "loss", "bits_per_byte", "accuracy", "flops"}
	rows := [][]string{slices.Concat(head, names, []string{"seconds"})}
	num := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, r := range list {
		row := []string{r.ID, string(r.Study), r.Size.Name, strconv.Itoa(r.Size.Layers), strconv.Itoa(r.Size.Width), strconv.Itoa(r.Size.Heads),
			strconv.Itoa(r.Size.Params), strconv.Itoa(r.Size.NonEmbedding), strconv.FormatUint(r.Seed, 10), num(r.Rate), strconv.Itoa(r.Batch), strconv.Itoa(r.Steps),
			strconv.Itoa(r.Tokens), strconv.Itoa(r.Unique), strconv.FormatBool(r.HeldOut), num(r.Loss), num(r.BitsPerByte), num(r.Accuracy), num(r.FLOPs)}
		for _, name := range names {
			v, ok := r.Skills[name]
			if ok {
				row = append(row, num(v))
			} else {
				row = append(row, "")
			}
		}
		rows = append(rows, append(row, num(r.Seconds)))
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// hashOf names results by what they found, whatever time they took.
func hashOf(list []Result) (string, error) {
	h := sha256.New()
	for _, r := range list {
		r.Seconds = 0
		js, err := json.Marshal(r)
		if err != nil {
			return "", fmt.Errorf("lab: %w", err)
		}
		h.Write(append(js, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
