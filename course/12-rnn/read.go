package rnn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"unicode/utf8"

	"brick/course/lesson"
	"brick/train"
)

const (
	maxText  = 2000 // bytes of a text that is asked about
	maxUnits = 16   // that are sent
	maxNext  = 12   // characters that may come next, sent
)

// ReadIn is a text that a model reads.
type ReadIn struct {
	RunIn
	Read string `json:"read"` // "" for a sample
}

// Check bounds the text.
func (in ReadIn) Check() error {
	return lesson.First(in.check(), lesson.Within("read", float64(len(in.Read)), 0, maxText))
}

// text is what is read.
func (in ReadIn) text() string { return cmp.Or(in.Read, find(in.Text).sample) }

// Reading is what went on in the model.
type Reading struct {
	Trained bool         `json:"trained"` // false while the text's own model is not: then the rest is empty
	Run     string       `json:"run"`
	Stack   string       `json:"stack"`
	Params  int          `json:"params"`
	Layer   string       `json:"layer"`   // whose states they are
	Tokens  []string     `json:"tokens"`  // what was read
	Cut     int          `json:"cut"`     // tokens beyond what is read at once
	Units   int          `json:"units"`   // of the layer
	Shown   []Unit       `json:"shown"`   // those that change most, at most 16
	Largest float64      `json:"largest"` // size of a number of theirs
	Bits    []lesson.Num `json:"bits"`    // −log₂ of the probability that each token had before it was read; NaN for the first
	Mean    lesson.Num   `json:"mean"`    // of Bits
	Hardest int          `json:"hardest"` // token of the most bits
	Blind   float64      `json:"blind"`   // log₂ of how many characters the model knows: the bits of guessing
}

// Unit is one number of the state, as it goes along the text.
type Unit struct {
	Unit   int     `json:"unit"`
	Values []Short `json:"values"` // after each token
}

// Short is a number that is drawn: three digits of it are sent.
type Short float32

// MarshalJSON writes it, null where it is no number.
func (s Short) MarshalJSON() ([]byte, error) {
	if s-s != 0 {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, "%.3g", float32(s)), nil
}

// read reads a text and shows the state after every character.
var read = lesson.Recorded(lesson.Shows(lesson.Ask("read", ReadIn{RunIn: RunIn{Text: "stories"}}, func(_ context.Context, s *lesson.Session, in ReadIn) (out Reading, err error) {
	trained, err := in.with(s, func(r *train.Run) error {
		h, err := hidden(r, in.text())
		if err != nil {
			return err
		}
		out = Reading{Run: in.name(), Stack: r.Job.Model, Params: params(r), Layer: h.Layer, Cut: h.Cut, Units: len(h.Order), Blind: math.Log2(float64(r.Info.Vocab)), Mean: lesson.Num(math.NaN())}
		sum := 0.0
		for t, id := range h.IDs {
			out.Tokens = append(out.Tokens, sign(r, id))
			bits := math.NaN()
			if t > 0 {
				bits = -math.Log2(softmax(h.Logits[t-1], 1)[id])
				sum += bits
				if out.Hardest == 0 || bits > float64(out.Bits[out.Hardest]) {
					out.Hardest = t
				}
			}
			out.Bits = append(out.Bits, lesson.Num(bits))
		}
		if n := len(h.IDs) - 1; n > 0 {
			out.Mean = lesson.Num(sum / float64(n))
		}
		for _, k := range h.Order[:min(len(h.Order), maxUnits)] {
			u := Unit{Unit: k}
			for _, state := range h.States {
				u.Values = append(u.Values, Short(state[k]))
				out.Largest = max(out.Largest, math.Abs(float64(state[k])))
			}
			out.Shown = append(out.Shown, u)
		}
		return nil
	})
	out.Trained = trained
	return out, err
}), func(in ReadIn) lesson.Shown {
	return lesson.Shown{
		Command: fmt.Sprintf("brick inspect runs/%s --hidden %q -o states.svg", in.name(), in.text()),
		Go: in.opening("", fmt.Sprintf(`	h, err := run.Hidden(%q, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	for t, id := range h.IDs {
		fmt.Printf("%%q", run.Tokenizer.AppendBytes(nil, id))
		for _, unit := range h.Order[:min(16, len(h.Order))] {
			fmt.Printf(" %%.3f", h.States[t][unit])
		}
		fmt.Println()
	}
`, in.text())),
	}
}), ReadIn{RunIn: RunIn{Text: "couplets"}})

// sign is a token's text; the bytes of one that is a part of a character are spelled in hexadecimal.
func sign(r *train.Run, id int32) string {
	b := r.Tokenizer.AppendBytes(nil, id)
	if !utf8.Valid(b) {
		return fmt.Sprintf("⟨%x⟩", b)
	}
	return string(b)
}

// hidden reads a text, or refuses one that cannot be.
func hidden(r *train.Run, text string) (*train.Hidden, error) {
	h, err := r.Hidden(text, "")
	if err != nil || h.Logits == nil {
		return nil, &lesson.Refusal{Key: "refused.read", Args: []any{r.Job.Model}, Field: "read", Message: fmt.Sprintf("%s cannot read this: %v", r.Job.Model, err)}
	}
	return h, nil
}
