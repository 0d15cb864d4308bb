package views

import (
	"context"
	"fmt"

	"brick/course/lens"
	"brick/course/lesson"
)

const (
	maxSays = 40 // tokens of the logit lens, the last ones
	maxNext = 12 // bars
)

// Says is what the model would say after each block.
type Says struct {
	Info
	First  int       `json:"first"`  // place of the first token that is shown
	Layers int       `json:"layers"` // rows are 0, the embedding, to this
	Rows   [][]Guess `json:"rows"`   // layer by token
	Vocab  int       `json:"vocab"`
}

// Guess is the likeliest next token at a place.
type Guess struct {
	Token string  `json:"token"`
	P     float64 `json:"p"`
	Same  bool    `json:"same"` // it is what the whole model says there
	Right bool    `json:"right"`
}

var says = lesson.Shows(lesson.Ask("says", In{Text: example}, func(ctx context.Context, s *lesson.Session, in In) (out Says, err error) {
	err = in.look(ctx, s, func(m lens.Model, p *lens.Pass, i Info) error {
		out = Says{Info: i, First: max(p.T()-maxSays, 0), Layers: p.Layers(), Vocab: p.Vocab}
		if work := float64(p.T()) * float64(p.Width) * float64(p.Vocab) * float64(p.Layers()+1); work > maxWork {
			return &lesson.Refusal{Key: "refused.lens", Args: []any{p.T(), p.Vocab, p.Layers() + 1}, Field: "text",
				Message: fmt.Sprintf("%d tokens with a vocabulary of %d after %d layers take too long; shorten the text", p.T(), p.Vocab, p.Layers()+1)}
		}
		final := make([]int32, p.T())
		for layer := p.Layers(); layer >= 0; layer-- {
			if err := ctx.Err(); err != nil {
				return err
			}
			all := lens.Softmax(p.Says(layer)[out.First*p.Vocab:], p.Vocab, 1)
			row := make([]Guess, 0, p.T()-out.First)
			for t := out.First; t < p.T(); t++ {
				probs := all[(t-out.First)*p.Vocab:][:p.Vocab]
				best := int32(largest(probs, 1)[0])
				if layer == p.Layers() {
					final[t] = best
				}
				row = append(row, Guess{lens.After(m.Tokenizer, p.IDs[:t+1], best), round(float64(probs[best])), best == final[t], t+1 < p.T() && p.IDs[t+1] == best})
			}
			out.Rows = append([][]Guess{row}, out.Rows...)
		}
		return nil
	})
	return out, err
}), func(in In) lesson.Shown {
	return in.shown(`for layer := range p.Layers() + 1 {
	logits := p.Says(layer)
	last := lens.Softmax(logits[len(logits)-p.Vocab:], p.Vocab, 1)
	best := 0
	for id, v := range last {
		if v > last[best] {
			best = id
		}
	}
	fmt.Println(layer, lens.After(m.Tokenizer, ids, int32(best)), last[best])
}`)
})

// NextIn asks what comes after a token of the text.
type NextIn struct {
	In
	Query       int     `json:"query"` // −1 is the last token
	Temperature float64 `json:"temperature"`
}

// Check bounds the temperature.
func (in NextIn) Check() error {
	return lesson.First(in.In.Check(), lesson.Within("query", float64(in.Query), -1, maxText-1), lesson.Within("temperature", in.Temperature, 0.05, 5))
}

// Next are the likeliest next tokens.
type Next struct {
	Info
	Query int     `json:"query"`
	List  []Guess `json:"list"`
	Rest  float64 `json:"rest"` // probability of all others together
	Vocab int     `json:"vocab"`
}

var next = lesson.Shows(lesson.Ask("next", NextIn{In: In{Text: example}, Query: -1, Temperature: 1}, func(ctx context.Context, s *lesson.Session, in NextIn) (out Next, err error) {
	err = in.look(ctx, s, func(m lens.Model, p *lens.Pass, i Info) error {
		t := min(in.Query, p.T()-1)
		if t < 0 {
			t = p.T() - 1
		}
		out = Next{Info: i, Query: t, Rest: 1, Vocab: p.Vocab}
		probs := lens.Softmax(p.Logits[t*p.Vocab:][:p.Vocab], p.Vocab, in.Temperature)
		for _, id := range largest(probs, maxNext) {
			out.List = append(out.List, Guess{lens.After(m.Tokenizer, p.IDs[:t+1], int32(id)), float64(probs[id]), false, t+1 < p.T() && int(p.IDs[t+1]) == id})
			out.Rest -= float64(probs[id])
		}
		out.Rest = max(out.Rest, 0)
		return nil
	})
	return out, err
}), func(in NextIn) lesson.Shown {
	return in.shown(fmt.Sprintf(`for id, v := range lens.Softmax(p.Logits[len(p.Logits)-p.Vocab:], p.Vocab, %v) {
	if v > 0.01 {
		fmt.Println(lens.After(m.Tokenizer, ids, int32(id)), v)
	}
}`, in.Temperature))
})
