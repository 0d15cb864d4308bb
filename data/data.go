package data

import (
	"fmt"
	"strings"

	"brick/kernel"
)

// Ignore is the label of a target that takes no part in the loss: padding, or the tokens of a prompt.
const Ignore int32 = -100

// A Task says what the targets of a set are, and so which losses and metrics fit.
type Task int

// The tasks.
const (
	Regression     Task = iota // Y holds numbers (B, Targets)
	Classification             // Labels holds one class of len(Info.Classes) for each example (B); two classes are the binary case
	Language                   // Labels holds the next token of each position (B, T)
	Translation                // IDs holds a source and the target's beginning (B, S+T), Labels the target's next token of each of T positions
	Reading                    // X holds images of lines (B, C, H, W), Labels what they say (B, Targets), with Ignore after its end; class 0 is the blank of a CTC loss
)

var taskNames = [...]string{"regression", "classification", "language", "translation", "reading"}

// String returns the task's name in lower case.
func (t Task) String() string {
	if t < 0 || int(t) >= len(taskNames) {
		return fmt.Sprintf("task(%d)", int(t))
	}
	return taskNames[t]
}

// MarshalText writes the task's name.
func (t Task) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a task's name; it errs on any other text.
func (t *Task) UnmarshalText(text []byte) error {
	for i, name := range taskNames {
		if name == string(text) {
			*t = Task(i)
			return nil
		}
	}
	return fmt.Errorf("data: task %q is none of %s", text, strings.Join(taskNames[:], ", "))
}

// A Batch is what one micro-step sees. Exactly one of X and IDs is set, and exactly one of Y and Labels;
// axis 0 is the example. Its slices are reused by the next Read into it.
type Batch struct {
	Shape  []int          // of the input: (B, features), (B, C, H, W) or (B, T)
	X      []kernel.Float // numbers
	IDs    []int32        // token ids (B, T)
	YShape []int          // of the target: (B, targets), (B) or (B, T)
	Y      []kernel.Float // numbers
	Labels []int32        // classes or next tokens; Ignore takes no part in the loss
	Lines  bool           // Labels are what a line says, not where (Reading)
	Bytes  int            // bytes of text the targets stand for, 0 where it means nothing: bits per byte = nats·Count/(ln 2·Bytes)

	// With mixup the targets are Labels with a share of Lambda and Other with one of 1−Lambda; else Other is empty.
	Other  []int32
	Lambda float64

	spare []int32 // memory of labels that were turned into numbers
	easel *easel  // memory of augmentation
}

// Examples returns B, the number of examples in the batch.
func (b *Batch) Examples() int {
	if len(b.Shape) == 0 {
		return 0
	}
	return b.Shape[0]
}

// Count returns how many targets take part in the loss: the labels that are not Ignore, or the numbers of Y.
func (b *Batch) Count() int {
	if b.Labels == nil {
		return len(b.Y)
	}
	n := 0
	for _, l := range b.Labels {
		if l != Ignore {
			n++
		}
	}
	return n
}

// A Set is one split of a data set: a finite list of examples, numbered from 0, that may be read in any order and from
// several goroutines at once (each with its own batch).
type Set interface {
	// Info describes the examples. It is the same for every split of a data set.
	Info() *Info
	// Len returns the number of examples.
	Len() int
	// Read fills b with the examples of index, in that order, reusing b's slices. The result depends only on index and
	// seed; seed matters only to training sets that vary their examples (the place of a text window within its stride).
	// It panics if an index is outside [0, Len()), and errs only when the storage behind the set does.
	Read(b *Batch, index []int, seed uint64) error
}

// Info describes the examples of a data set.
type Info struct {
	Name    string   `json:"name"`
	Task    Task     `json:"task"`
	Input   []int    `json:"input"`             // shape of one example: (features), (C, H, W) or (T)
	Tokens  bool     `json:"tokens,omitempty"`  // the input is token ids, not numbers
	Vocab   int      `json:"vocab,omitempty"`   // token ids are in [0, Vocab)
	Carry   bool     `json:"carry,omitempty"`   // examples in a row are one stretch of text: a loader serves them as streams (Language)
	Source  int      `json:"source,omitempty"`  // of S+T ids the first S are the source (Translation)
	Picture []int    `json:"picture,omitempty"` // shape (C, H, W) of sources that are pictures, of Levels levels (Translation)
	Unique  int      `json:"unique,omitempty"`  // examples that are trained on, where a part was chosen; see Splits.Keep
	Targets int      `json:"targets,omitempty"` // numbers to predict for each example (Regression), or symbols of the longest line (Reading)
	Classes []string `json:"classes,omitempty"` // names of the classes (Classification), or the symbols of lines, after "" for the blank (Reading)
	Symbols []string `json:"symbols,omitempty"` // text of each token id, where the set brings its own alphabet

	Columns *Columns  `json:"columns,omitempty"` // of a table: types, categories and scaling, to apply to new rows
	Mean    []float64 `json:"mean,omitempty"`    // of images: x = (pixel/255 − Mean)/Std, one entry a channel
	Std     []float64 `json:"std,omitempty"`

	Origin string `json:"origin,omitempty"` // the file, folder or formula the examples come from
	Rule   string `json:"rule,omitempty"`   // how the splits were made, in a sentence
	Cut    string `json:"cut,omitempty"`    // what did not fit, in a sentence (conversations)
}

// Outputs returns how many numbers a model must give for each target: Targets, the number of classes, or Vocab.
func (in *Info) Outputs() int {
	switch in.Task {
	case Classification, Reading:
		return len(in.Classes)
	case Language, Translation:
		return in.Vocab
	}
	return in.Targets
}

// Labelled says whether the examples are texts with one label each, token ids filled up with Pad.
func (in *Info) Labelled() bool { return in.Task == Classification && in.Tokens }

// numbers prepares b for n examples of numeric input with the given shape of one example, and returns X.
func (b *Batch) numbers(n int, input []int) []kernel.Float {
	b.Shape = append(append(b.Shape[:0], n), input...)
	b.X = grow(b.X, volume(b.Shape))
	b.IDs, b.Bytes, b.Other = nil, 0, b.Other[:0]
	return b.X
}

// values prepares b for n examples with t numeric targets each, and returns Y.
func (b *Batch) values(n, t int) []kernel.Float {
	b.YShape = append(b.YShape[:0], n, t)
	b.Y = grow(b.Y, n*t)
	b.Labels, b.Lines = nil, false
	return b.Y
}

// classes prepares b for n examples with one class each, and returns Labels.
func (b *Batch) classes(n int) []int32 {
	b.YShape = append(b.YShape[:0], n)
	b.Labels = grow(b.Labels, n)
	b.Y, b.Lines = nil, false
	return b.Labels
}

// lines prepares b for n lines of up to s symbols, and returns Labels.
func (b *Batch) lines(n, s int) []int32 {
	b.YShape = append(b.YShape[:0], n, s)
	b.Labels = grow(b.Labels, n*s)
	b.Y, b.Lines = nil, true
	return b.Labels
}

// tokens prepares b for n sequences of t token ids and as many labels, and returns both.
func (b *Batch) tokens(n, t int) (ids, labels []int32) {
	b.Shape = append(b.Shape[:0], n, t)
	b.YShape = append(b.YShape[:0], n, t)
	b.IDs = grow(b.IDs, n*t)
	b.Labels = grow(b.Labels, n*t)
	b.X, b.Y, b.Bytes, b.Lines = nil, nil, 0, false
	return b.IDs, b.Labels
}

// grow returns s with length n, in the same memory if it is large enough; it is never nil.
func grow[T any](s []T, n int) []T {
	if cap(s) < n || s == nil {
		return make([]T, n)
	}
	return s[:n]
}

// volume returns the product of a shape's sizes.
func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// checkIndex panics when an index is outside [0, n).
func checkIndex(name string, index []int, n int) {
	for _, i := range index {
		if i < 0 || i >= n {
			panic(fmt.Sprintf("data: %s: example %d asked for, the set has %d (0 to %d)", name, i, n, n-1))
		}
	}
}
