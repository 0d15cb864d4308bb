package generate

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/token"
)

// An Answered question is what a model makes of it.
type Answered struct {
	Question   int       `json:"question"` // its place, from 0
	Answer     int       `json:"answer"`   // the right one
	Likeliest  int       `json:"acc"`      // the one whose Σ ln p is largest, the first of several
	Normalised int       `json:"acc_norm"` // the one whose Σ ln p over its bytes is largest
	LogProbs   []float64 `json:"logprobs"` // Σ ln p of each choice's tokens after the context, in nats
}

// Answers count the questions that a model answers, as lm-evaluation-harness names them (Gao et al.); a choice's length is in bytes.
type Answers struct {
	Questions int     `json:"questions"`
	Acc       float64 `json:"acc"`      // share answered by likelihood
	AccNorm   float64 `json:"acc_norm"` // share answered by likelihood over bytes
	AccError  float64 `json:"acc_stderr"`
	NormError float64 `json:"acc_norm_stderr"`
}

// Add counts one more.
func (s *Answers) Add(a Answered) {
	n := float64(s.Questions)
	s.Questions++
	share := func(p *float64, right bool) float64 {
		*p *= n
		if right {
			*p++
		}
		*p /= n + 1
		return math.Sqrt(*p * (1 - *p) / max(n, 1))
	}
	s.AccError = share(&s.Acc, a.Likeliest == a.Answer)
	s.NormError = share(&s.AccNorm, a.Normalised == a.Answer)
}

// String is the shares in percent, with their standard errors.
func (s Answers) String() string {
	return fmt.Sprintf("acc %.2f %% ± %.2f, acc_norm %.2f %% ± %.2f (%d questions)", 100*s.Acc, 100*s.AccError, 100*s.AccNorm, 100*s.NormError, s.Questions)
}

// Choose answers questions by likelihood: the choice whose tokens are likeliest after the context. What the choices begin
// with, the context above all, is read once. It ends with an error for a question that the context cannot hold, and
// when ctx is done.
func (l *Language) Choose(ctx context.Context, questions []Question) iter.Seq2[Answered, error] {
	return func(yield func(Answered, error) bool) {
		for i, q := range questions {
			a, err := l.choose(ctx, q)
			if err != nil {
				yield(a, fmt.Errorf("generate: question %d: %w", i+1, err))
				return
			}
			if a.Question = i; !yield(a, nil) {
				return
			}
		}
	}
}

// choose answers one question.
func (l *Language) choose(ctx context.Context, q Question) (a Answered, err error) {
	a.Answer = q.Answer
	before := token.EncodeSpecial(l.Tokenizer, q.Context, nil)
	texts := make([][]int32, len(q.Choices))
	shared := len(before)
	for i, c := range q.Choices {
		t := token.EncodeSpecial(l.Tokenizer, q.Context+between(q.Context, c)+c, nil)
		if len(t) < 2 {
			return a, fmt.Errorf("choice %d has %d tokens with what comes before; want two or more", i, len(t))
		}
		if limit := model.Context(l.Model); limit > 0 && len(t) > limit {
			return a, fmt.Errorf("choice %d has %d tokens with what comes before; the context holds %d", i, len(t), limit)
		}
		texts[i], shared = t, min(shared, common(before, t), len(t)-1)
	}
	r := scorer{l: l, dev: newReader(l.Model, 0, nil).dev}
	best, norm := math.Inf(-1), math.Inf(-1)
	for i, t := range texts {
		// A choice's tokens are those that the context's own do not begin with: where it ends, tokens may join.
		sum, err := r.score(ctx, t, max(shared-1, 0), max(common(before, t), 1))
		if err != nil {
			return a, err
		}
		a.LogProbs = append(a.LogProbs, sum)
		if sum > best {
			best, a.Likeliest = sum, i
		}
		if v := sum / float64(len(q.Choices[i])); v > norm {
			norm, a.Normalised = v, i
		}
	}
	return a, nil
}

// between is the space between a context and a choice: one where neither has any, nor is Chinese.
func between(context, choice string) string {
	last, _ := utf8.DecodeLastRuneInString(context)
	first, _ := utf8.DecodeRuneInString(choice)
	const chinese = 0x2e80 // from here on scripts and signs that stand without spaces
	if context == "" || unicode.IsSpace(last) || unicode.IsSpace(first) || last >= chinese || first >= chinese {
		return ""
	}
	return " "
}

// common is how many tokens two texts begin with alike.
func common(a, b []int32) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// A scorer reads texts that begin alike and remembers that part.
type scorer struct {
	l    *Language
	dev  device.Device
	tape *grad.Tape
	read []int32
}

// score is Σ ln p of the tokens of ids from the first-th on. The first keep tokens are kept in memory for the next.
func (s *scorer) score(ctx context.Context, ids []int32, keep, first int) (sum float64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if s.tape == nil || !slices.Equal(s.read, ids[:keep]) || nn.Rewind(s.tape, keep) != nil {
		s.tape, s.read = &grad.Tape{NoGrad: true, Memory: map[any]any{}, Device: s.dev}, nil
	}
	at := len(s.read)
	s.read = ids[:keep]
	err = grad.Catch(func() {
		for n := 0; at < len(ids)-1; at += n {
			if n = min(readAtOnce, len(ids)-1-at); at < keep {
				n = min(n, keep-at)
			}
			s.tape.Reset()
			y := s.l.Model.Forward(s.tape.IDs(ids[at:at+n], 1, n)).Reshape(n, -1)
			if at+n < first {
				continue
			}
			for i, loss := range y.CrossEntropy(s.tape.IDs(ids[at+1:][:n], n), grad.CrossEntropyOptions{Reduction: device.None}).Data() {
				if at+i+1 >= first {
					sum -= float64(loss)
				}
			}
		}
	})
	return sum, err
}
