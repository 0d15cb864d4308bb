package train

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"brick/data"
	"brick/grad"
	"brick/nn"
)

// A translator writes targets with a model of pairs: the source is read once, and each token goes through the model
// alone, with what the tape remembers.
type translator struct {
	tape   *grad.Tape
	model  nn.Block
	s, t   int // places of the source and of the target
	vocab  int
	ids    []int32
	logits []grad.Float
}

func newTranslator(tape *grad.Tape, m nn.Block, info *data.Info) *translator {
	return &translator{tape: tape, model: m, s: info.Source, t: info.Input[0] - info.Source, vocab: info.Vocab}
}

// begin forgets everything and reads sources (B, S); it leaves the logits of each target's first token, (B, V).
func (w *translator) begin(sources []int32) error {
	w.tape.Memory = map[any]any{}
	b := len(sources) / w.s
	w.ids = w.ids[:0]
	for i := range b {
		w.ids = append(append(w.ids, sources[i*w.s:(i+1)*w.s]...), data.BOS)
	}
	return w.pass(b)
}

// next reads the last token of each target and leaves the logits of the one after it.
func (w *translator) next(tokens []int32) error {
	w.ids = append(w.ids[:0], tokens...)
	return w.pass(len(tokens))
}

// pass runs the model on w.ids.
func (w *translator) pass(b int) error {
	return grad.Catch(func() {
		w.tape.Reset()
		y := w.model.Forward(w.tape.IDs(w.ids, b, len(w.ids)/b)) // (B, 1, V)
		if y.Len() != b*w.vocab {
			nn.Refuse("translate", "want one vector of logits a sequence", y.Shape())
		}
		w.logits = y.Data()
	})
}

// greedy writes the likeliest next token until EOS, for all sources (B, S) side by side. The targets are without EOS.
func (w *translator) greedy(sources []int32) ([][]int32, error) {
	defer func() { w.tape.Memory = nil }()
	if err := w.begin(sources); err != nil {
		return nil, err
	}
	targets := make([][]int32, len(sources)/w.s)
	last := make([]int32, len(targets))
	for n := 0; ; n++ {
		running := 0
		for i := range targets {
			if last[i] == data.EOS {
				continue
			}
			last[i] = int32(Class(w.logits[i*w.vocab : (i+1)*w.vocab]))
			if last[i] != data.EOS {
				targets[i] = append(targets[i], last[i])
				running++
			}
		}
		if running == 0 || n+1 == w.t {
			return targets, nil
		}
		if err := w.next(last); err != nil {
			return nil, err
		}
	}
}

// exactTally counts the targets that greedy decoding writes as they are.
type exactTally struct{ right, n int }

// add decodes a batch of pairs; other batches it passes over.
func (e *exactTally) add(ctx context.Context, tape *grad.Tape, m nn.Block, info *data.Info, b *data.Batch) error {
	if info.Task != data.Translation {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	all, t := info.Input[0], info.Input[0]-info.Source
	var sources []int32
	for i := range b.Examples() {
		sources = append(sources, b.IDs[i*all:i*all+info.Source]...)
	}
	targets, err := newTranslator(tape, m, info).greedy(sources)
	if err != nil {
		return err
	}
	for i, got := range targets {
		want := b.Labels[i*t : (i+1)*t]
		if end := slices.Index(want, data.EOS); end >= 0 && slices.Equal(got, want[:end]) {
			e.right++
		}
		e.n++
	}
	return nil
}

func (e *exactTally) fill(m *Metrics) {
	m.Decoded, m.Exact = e.n, float64(e.right)/float64(max(e.n, 1))
}

// translate writes the target of each line of in.
func (r *Run) translate(ctx context.Context, name string, in io.Reader, s Search, yield func(Prediction, error) bool) error {
	w := newTranslator(&grad.Tape{Device: r.dev, NoGrad: true}, r.Model, &r.Info)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxRow)
	n := 0
	for lines.Scan() {
		n++
		p, err := r.translateLine(ctx, w, s, lines.Text())
		if err != nil {
			return inputf("predict: %s: line %d: %w", name, n, err)
		}
		p.Source, p.Row = name, n
		if !yield(p, nil) {
			return errLeft
		}
	}
	if err := lines.Err(); err != nil {
		return inputf("predict: %s: after line %d: %w", name, n, err)
	}
	return nil
}

// translateLine writes one target; of a line without text nothing.
func (r *Run) translateLine(ctx context.Context, w *translator, s Search, line string) (p Prediction, err error) {
	p.plain = true
	if err := ctx.Err(); err != nil || strings.TrimSpace(line) == "" {
		return p, err
	}
	ids := r.Tokenizer.Encode(line, nil)
	if len(ids) > w.s {
		return p, fmt.Errorf("%d tokens; the model reads at most %d", len(ids), w.s)
	}
	shift := r.marks()
	source := make([]int32, w.s)
	for i, id := range ids {
		source[i] = id + shift
	}
	return r.translateIDs(w, s, source)
}

// translateIDs writes the target of a source (S).
func (r *Run) translateIDs(w *translator, s Search, source []int32) (p Prediction, err error) {
	p.plain = true
	target, score, err := w.search(source, s)
	if err != nil {
		return p, err
	}
	p.Text, p.Score = r.spell(target), score
	return p, nil
}

// caption says what the image in shows.
func (r *Run) caption(name string, in io.Reader, asked Asked, yield func(Prediction, error) bool) error {
	source, err := data.ReadPicture(in, &r.Info, asked.Invert)
	if err != nil {
		return inputf("predict: %s: %w", name, err)
	}
	p, err := r.translateIDs(newTranslator(&grad.Tape{Device: r.dev, NoGrad: true}, r.Model, &r.Info), asked.Search, source)
	if err != nil {
		return fmt.Errorf("predict: %s: %w", name, err)
	}
	p.Source = name
	if !yield(p, nil) {
		return errLeft
	}
	return nil
}

// marks is what is added to the tokenizer's ids: nothing where the data's own alphabet has the marks.
func (r *Run) marks() int32 {
	if r.Info.Symbols != nil {
		return 0
	}
	return data.Marks
}

// spell is the text of ids of pairs.
func (r *Run) spell(ids []int32) string {
	var own []int32
	for _, id := range ids {
		if id >= data.Marks {
			own = append(own, id-r.marks())
		}
	}
	text := strings.ToValidUTF8(string(r.Tokenizer.Decode(own)), "\uFFFD")
	if r.Info.Picture != nil {
		return strings.TrimSpace(text) // every word brings a space
	}
	return text
}

// Samples yields n sources of the best held-out split there is, with what the model writes for each; of lines and pictures what they
// say or show, with what the model makes of them.
func (r *Run) Samples(ctx context.Context, n int) iter.Seq2[string, Prediction] {
	return func(yield func(string, Prediction) bool) {
		var set data.Set
		for _, s := range []data.Set{r.Splits.Train, r.Splits.Valid, r.Splits.Test} {
			if s != nil {
				set = s
			}
		}
		w := newTranslator(&grad.Tape{Device: r.dev, NoGrad: true}, r.Model, &r.Info)
		var b data.Batch
		for i := range min(n, set.Len()) {
			if set.Read(&b, []int{i}, 0) != nil {
				return
			}
			var source string
			var p Prediction
			var err error
			switch {
			case r.Info.Task == data.Reading:
				source = r.Info.Said(b.Labels)
				p, err = r.readLine(b.X, Search{})
			case r.Info.Picture != nil:
				source = r.spell(b.Labels)
				p, err = r.translateIDs(w, Search{}, b.IDs[:r.Info.Source])
			default:
				source = r.spell(b.IDs[:r.Info.Source])
				p, err = r.translateLine(ctx, w, Search{}, source)
			}
			if err != nil || !yield(source, p) {
				return
			}
		}
	}
}
