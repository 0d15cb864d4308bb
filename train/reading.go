package train

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/kernel"
)

// CTC is the connectionist temporal classification loss of lines, per symbol; out holds scores (B, T, C). See grad.Var.CTC.
func CTC(out *grad.Var, b *data.Batch) *grad.Var {
	n := b.Examples()
	sum := out.CTC(out.Tape().IDs(b.Labels, n, len(b.Labels)/max(n, 1)), device.Sum)
	return sum.Scale(1 / grad.Float(max(b.Count(), 1)))
}

// readGreedy appends to dst what the likeliest class of each place says: equal neighbours are one, blanks nothing.
// scores is (T, C).
func readGreedy(dst []int32, scores []grad.Float, c int) []int32 {
	last := 0
	for t := 0; t+c <= len(scores); t += c {
		k := 0
		for i, v := range scores[t : t+c] {
			if v > scores[t+k] {
				k = i
			}
		}
		if k != 0 && k != last {
			dst = append(dst, int32(k))
		}
		last = k
	}
	return dst
}

// A beginning is a text that some alignments of the first places read, with the log-likelihoods of those that end in a blank
// and of those that do not.
type beginning struct {
	text        []int32
	blank, rest float64
}

func (b *beginning) whole() float64 { return logAdd(b.blank, b.rest) }

// readBeam finds the likeliest text of scores (T, C) by prefix beam search: the alignments that read the same text are added up
// (Graves & Jaitly 2014; Hannun et al. 2014, alg. 1, without a language model). width is how many beginnings go on
// from place to place. It gives the text and ln P of the alignments that were followed.
func readBeam(scores []grad.Float, c, width int) ([]int32, float64) {
	none := math.Inf(-1)
	beam := []beginning{{blank: 0, rest: none}}
	for t := 0; t+c <= len(scores); t += c {
		logP := logProbabilities(scores[t : t+c])
		var next []beginning
		var key []byte
		at := map[string]int{}
		reach := func(text []int32, more ...int32) *beginning {
			key = key[:0]
			for _, k := range text {
				key = binary.AppendUvarint(key, uint64(k))
			}
			for _, k := range more {
				key = binary.AppendUvarint(key, uint64(k))
			}
			i, ok := at[string(key)]
			if !ok {
				i = len(next)
				at[string(key)] = i
				next = append(next, beginning{slices.Concat(text, more), none, none})
			}
			return &next[i]
		}
		for _, b := range beam {
			last := int32(0)
			if len(b.text) > 0 {
				last = b.text[len(b.text)-1]
			}
			for k, p := range logP {
				switch k := int32(k); {
				case k == 0:
					n := reach(b.text)
					n.blank = logAdd(n.blank, b.whole()+p)
				case k == last: // the same symbol goes on, or comes again after a blank
					n := reach(b.text)
					n.rest = logAdd(n.rest, b.rest+p)
					n = reach(b.text, k)
					n.rest = logAdd(n.rest, b.blank+p)
				default:
					n := reach(b.text, k)
					n.rest = logAdd(n.rest, b.whole()+p)
				}
			}
		}
		slices.SortStableFunc(next, func(a, b beginning) int {
			switch p, q := a.whole(), b.whole(); {
			case p > q:
				return -1
			case p < q:
				return 1
			}
			return 0
		})
		beam = next[:min(width, len(next))]
	}
	return beam[0].text, beam[0].whole()
}

// logProbabilities is the log-softmax of scores.
func logProbabilities(y []grad.Float) []float64 {
	p, z := make([]float64, len(y)), logSum(y)
	for i, v := range y {
		p[i] = float64(v) - z
	}
	return p
}

// logAdd is  ln(e^a + e^b).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// lineTally counts the lines that greedy decoding reads as they are, and its wrong symbols.
type lineTally struct {
	right, n       int
	wrong, symbols int
	got            []int32
}

// add reads the lines of a batch from scores y (B, T, C).
func (l *lineTally) add(y *grad.Var, b *data.Batch) error {
	n := b.Examples()
	if y.Rank() != 3 || y.Dim(0) != n {
		return fmt.Errorf("the model gives %v for %d lines", y.Shape(), n)
	}
	out, size, s := y.Data(), y.Dim(1)*y.Dim(2), len(b.Labels)/max(n, 1)
	for i := range n {
		l.got = readGreedy(l.got[:0], out[i*size:(i+1)*size], y.Dim(2))
		want := b.Labels[i*s : (i+1)*s]
		if end := slices.Index(want, data.Ignore); end >= 0 {
			want = want[:end]
		}
		wrong := kernel.EditDistance(l.got, want)
		if l.n++; wrong == 0 {
			l.right++
		}
		l.wrong, l.symbols = l.wrong+wrong, l.symbols+len(want)
	}
	return nil
}

func (l *lineTally) fill(m *Metrics) {
	m.Decoded, m.Exact = l.n, float64(l.right)/float64(max(l.n, 1))
	m.CharErrors = float64(l.wrong) / float64(max(l.symbols, 1))
}

// read says what the images of lines in in hold: greedily, or by a beam search, whose score is ln P of the text.
func (r *Run) read(ctx context.Context, name string, in io.Reader, asked Asked, yield func(Prediction, error) bool) error {
	for x, err := range data.ReadImages(in, &r.Info, asked.Invert) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return inputf("predict: %s: %w", name, err)
		}
		p, err := r.readLine(x.X, asked.Search)
		if err != nil {
			return fmt.Errorf("predict: %s: %w", name, err)
		}
		p.Source, p.Row, p.Note = name, x.Row, r.noteOf(x)
		if !yield(p, nil) {
			return errLeft
		}
	}
	return nil
}

// readLine reads one image.
func (r *Run) readLine(x []grad.Float, s Search) (p Prediction, err error) {
	p.plain = true
	tape, c := &grad.Tape{Device: r.dev, NoGrad: true}, len(r.Info.Classes)
	var out []grad.Float
	err = grad.Catch(func() {
		out = r.Model.Forward(tape.Const(x, append([]int{1}, r.Info.Input...)...)).Data()
	})
	switch {
	case err != nil:
	case s.Beam > 1:
		var text []int32
		text, p.Score = readBeam(out, c, s.Beam)
		p.Text = r.Info.Said(text)
	default:
		p.Text = r.Info.Said(readGreedy(nil, out, c))
	}
	return p, err
}
