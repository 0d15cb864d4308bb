package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"brick/model"
	"brick/tensor"
	"brick/tensor/gguf"
	"brick/tensor/safetensors"
)

// isWeights reports whether name is that of a file of weights that inspect knows.
func isWeights(name string) bool {
	return isGGUF(name) || strings.EqualFold(filepath.Ext(name), ".safetensors")
}

// isGGUF reports whether name is that of a GGUF file.
func isGGUF(name string) bool { return strings.EqualFold(filepath.Ext(name), ".gguf") }

// weightsFile is what safetensors and GGUF files have in common.
type weightsFile interface {
	Names() []string
	Info(name string) (*tensor.Tensor, error)
	Close() error
}

// A fileSummary is what inspect says of a file of weights; its JSON too.
type fileSummary struct {
	Format     string         `json:"format"`
	Parameters int            `json:"parameters"`
	Bytes      int            `json:"bytes"` // of the tensors
	Metadata   []metadataPair `json:"metadata"`
	Tensors    []tensorLine   `json:"tensors"`
}

type metadataPair struct {
	Key   string `json:"key"`
	Type  string `json:"type"`
	Value any    `json:"value"`
}

type tensorLine struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Shape []int  `json:"shape"`
	Bytes int    `json:"bytes"`
}

// inspectWeights prints what a file of weights holds.
func inspectWeights(cmd *cobra.Command, path string, asJSON bool) error {
	s := &fileSummary{Metadata: []metadataPair{}, Tensors: []tensorLine{}}
	var file weightsFile
	if isGGUF(path) {
		f, err := gguf.Open(path)
		if err != nil {
			return err
		}
		file, s.Format = f, fmt.Sprintf("GGUF version %d", f.Version())
		for k, v := range f.Metadata().All() {
			s.Metadata = append(s.Metadata, metadataPair{k, gguf.TypeName(v), v})
			if _, err := json.Marshal(v); asJSON && (err != nil || gguf.TypeName(v) == "u8[]") {
				s.Metadata[len(s.Metadata)-1].Value = fmt.Sprint(v) // JSON has no NaN, and would make letters of bytes
			}
		}
	} else {
		f, err := safetensors.Open(path)
		if err != nil {
			return err
		}
		file, s.Format = f, "safetensors"
		if f.Checked() {
			s.Format += " with checksums"
		}
		meta := f.Metadata()
		for _, k := range slices.Sorted(maps.Keys(meta)) {
			s.Metadata = append(s.Metadata, metadataPair{k, "string", meta[k]})
		}
	}
	defer file.Close()
	for _, name := range file.Names() {
		x, err := file.Info(name)
		if err != nil {
			return err
		}
		s.Tensors = append(s.Tensors, tensorLine{name, x.Type.String(), x.Shape, x.Bytes()})
		s.Parameters += x.Len()
		s.Bytes += x.Bytes()
	}
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
	}
	return s.print(cmd.OutOrStdout(), filepath.Base(path))
}

// print writes the summary for people.
func (s *fileSummary) print(out io.Writer, name string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s: %s, %d tensors of %s numbers in %s\n", name, s.Format, len(s.Tensors), commas(s.Parameters), model.Bytes(s.Bytes))
	if len(s.Metadata) > 0 {
		fmt.Fprintf(w, "\nkey\ttype\tvalue\n")
		for _, p := range s.Metadata {
			fmt.Fprintf(w, "%s\t%s\t%s\n", printable(p.Key), p.Type, shortValue(p.Value))
		}
	}
	type sum struct{ tensors, numbers, bytes int }
	types := map[string]sum{}
	if len(s.Tensors) > 0 {
		fmt.Fprintf(w, "\ntensor\ttype\tshape\tsize\n")
	}
	for _, t := range s.Tensors {
		n := 1
		for _, d := range t.Shape {
			n *= d
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", printable(t.Name), t.Type, strings.Trim(fmt.Sprint(t.Shape), "[]"), model.Bytes(t.Bytes))
		types[t.Type] = sum{types[t.Type].tensors + 1, types[t.Type].numbers + n, types[t.Type].bytes + t.Bytes}
	}
	if len(types) > 0 {
		fmt.Fprintf(w, "\ntype\ttensors\tnumbers\tsize\tbits a number\n")
	}
	for _, t := range slices.Sorted(maps.Keys(types)) {
		c := types[t]
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%.4g\n", t, c.tensors, commas(c.numbers), model.Bytes(c.bytes), 8*float64(c.bytes)/float64(max(c.numbers, 1)))
	}
	return w.Flush()
}

// shortValue is a value of metadata on one line: the first elements of an array, the first letters of a text.
func shortValue(v any) string {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice {
		if s, ok := v.(string); ok {
			return shortText(s)
		}
		return fmt.Sprint(v)
	}
	const most = 5
	var parts []string
	for i := range min(r.Len(), most) {
		parts = append(parts, shortValue(r.Index(i).Interface()))
	}
	if r.Len() > most {
		parts = append(parts, "…")
	}
	return fmt.Sprintf("%d: %s", r.Len(), strings.Join(parts, " "))
}

// shortText is the beginning of a text, quoted.
func shortText(s string) string {
	const most = 60
	if letters := []rune(s); len(letters) > most {
		return fmt.Sprintf("%q… (%d bytes)", string(letters[:most]), len(s))
	}
	return strconv.Quote(s)
}

// printable is a name without what would confuse a terminal.
func printable(name string) string { return strings.Trim(strconv.Quote(name), `"`) }

// commas writes a number with commas between thousands.
func commas(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
