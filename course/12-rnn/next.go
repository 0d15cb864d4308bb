package rnn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"brick/course/lesson"
	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// softmax is p_i ∝ e^(l_i/T), in float64; T = 0 is the greatest alone.
func softmax(logits []grad.Float, temperature float64) []float64 {
	top, sum := slices.Max(logits), 0.0
	p := make([]float64, len(logits))
	if temperature == 0 {
		p[slices.Index(logits, top)] = 1
		return p
	}
	for i, l := range logits {
		p[i] = math.Exp(float64(l-top) / temperature)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// NextIn is a place in a text.
type NextIn struct {
	ReadIn
	At          int     `json:"at"` // the token after which is asked, from 0; the last for one beyond it
	Temperature float64 `json:"temperature"`
}

// Check bounds the place and the temperature.
func (in NextIn) Check() error {
	return lesson.First(in.ReadIn.Check(), lesson.Within("at", float64(in.At), 0, maxText), lesson.Within("temperature", in.Temperature, 0, 3))
}

// Next is what may come after the place.
type Next struct {
	Trained   bool     `json:"trained"` // as of Reading
	At        int      `json:"at"`
	Tokens    []Chance `json:"tokens"`    // the likeliest first
	Entropy   float64  `json:"entropy"`   // bits
	Came      string   `json:"came"`      // what did come; "" at the end
	Influence []Short  `json:"influence"` // of each token read so far: ‖∂ log p(likeliest)/∂ its vector‖
	Half      int      `json:"half"`      // tokens at the end that have half of all influence
}

// Chance is a token and its probability.
type Chance struct {
	Token string  `json:"token"`
	P     float64 `json:"p"`
}

// next asks what may come after a place, and which of the characters before it matter for that.
var next = lesson.Recorded(lesson.Shows(lesson.Ask("next", NextIn{ReadIn: ReadIn{RunIn: RunIn{Text: "stories"}}, At: maxText, Temperature: 1}, func(_ context.Context, s *lesson.Session, in NextIn) (out Next, err error) {
	trained, err := in.with(s, func(r *train.Run) error {
		h, err := hidden(r, in.text())
		if err != nil {
			return err
		}
		out.At = min(in.At, len(h.IDs)-1)
		p := softmax(h.Logits[out.At], in.Temperature)
		order := make([]int, len(p))
		for i, q := range p {
			order[i] = i
			if q > 0 {
				out.Entropy -= q * math.Log2(q)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
		for _, i := range order[:min(len(order), maxNext)] {
			out.Tokens = append(out.Tokens, Chance{sign(r, int32(i)), p[i]})
		}
		if out.At+1 < len(h.IDs) {
			out.Came = sign(r, h.IDs[out.At+1])
		}
		norms, err := influence(r, h.IDs[:out.At+1])
		if err != nil {
			return err
		}
		all := 0.0
		for _, v := range norms {
			out.Influence = append(out.Influence, Short(v))
			all += v
		}
		for sum := 0.0; out.Half < len(norms) && sum < all/2; out.Half++ {
			sum += norms[len(norms)-1-out.Half]
		}
		return nil
	})
	out.Trained = trained
	return out, err
}), func(in NextIn) lesson.Shown {
	return lesson.Shown{Go: in.opening("", fmt.Sprintf(`	h, err := run.Hidden(%q, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	logits := h.Logits[min(%d, len(h.IDs)-1)] // p ∝ exp(logit/%v)
	for id, l := range logits {
		fmt.Printf("%%q %%v\n", run.Tokenizer.AppendBytes(nil, int32(id)), l)
	}
`, in.text(), in.At, in.Temperature))}
}), languages[0].first(), languages[1].first())

// influence is how much the probability of what is likeliest after ids depends on the vector of each of them: the norm of
// its gradient, which comes back through the steps in between. It is nil where the model does not begin with an embedding.
func influence(r *train.Run, ids []int32) (norms []float64, err error) {
	chain := model.Chain(r.Model)
	e, ok := chain[0].(*nn.Embedding)
	if !ok {
		return nil, nil
	}
	err = grad.Catch(func() {
		n, width := len(ids), e.W.Shape[1]
		tape := &grad.Tape{Device: cpu.Default()}
		x := grad.Param(slices.Clone(e.Forward(tape.IDs(ids, 1, n)).Data()), 1, n, width)
		y := chain[1:].Forward(tape.Use(x)).LogSoftmax(-1) // (1, T, V)
		dy := make([]grad.Float, y.Len())
		last := y.Data()[y.Len()-y.Dim(2):]
		dy[y.Len()-y.Dim(2)+slices.Index(last, slices.Max(last))] = 1
		y.BackwardFrom(dy)
		for t := range n {
			sum := 0.0
			for _, g := range x.Grad()[t*width : (t+1)*width] {
				sum += float64(g) * float64(g)
			}
			norms = append(norms, math.Sqrt(sum))
		}
	})
	return norms, err
}
