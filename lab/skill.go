package lab

import (
	"context"
	"fmt"
	"math"

	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/nn"
	"brick/token"
	"brick/train"
)

// Skills measures what the language model of r can do beside predicting well on average, on its test split (its validation
// split where there is none), which is what r has in memory after training. Of each skill there are up to three numbers:
//
//	brackets        share of right answers, 0 to 1
//	brackets_nats   mean log-probability of the right answer, 0 at best: the smooth counterpart, since a share that jumps
//	                may stand on a probability that rises evenly (Schaeffer et al. 2023, "Are emergent abilities of large
//	                language models a mirage?")
//	brackets_base   share of right answers that takes no skill
//
// Which skills there are depends on the text:
//
//	brackets        Where the text goes on with a closing bracket, and the one that it closes is within the window: is the
//	                likeliest of all tokens that begin with a closing bracket one with the right bracket? The base is always
//	                saying the most frequent one. Needs 200 such places, of more than one bracket.
//	induction       Of a sequence of random tokens that comes twice: is the second time foretold from the first (Elhage et
//	                al. 2021; Olsson et al. 2022)? The base is 1 over the number of tokens.
//	arithmetic,     Of the generated sets whose examples ask for an answer: is it right to the last token? The base is
//	copy            always giving the most frequent answer.
//
// The work is bounded, about 33,000 tokens, and the same for any number of workers. A skill that cannot be measured is left
// out. It errs when r was opened for use only, or is no language model.
func Skills(ctx context.Context, r *train.Run) (map[string]float64, error) {
	if r.Splits == nil {
		return nil, fmt.Errorf("lab: skills of %s: it was opened without its data; want a run that was created or resumed", r.Dir)
	}
	held := r.Splits.Test
	if held == nil {
		held = r.Splits.Valid
	}
	if held == nil {
		return nil, fmt.Errorf("lab: skills of %s: nothing is held out of %s; want data.test or data.valid above 0", r.Dir, r.Job.Data.Source)
	}
	var dev device.Device
	if s := nn.SlabOf(r.Model); s != nil {
		dev = s.Device
	}
	found, err := SkillsOf(ctx, dev, r.Model, r.Tokenizer, held)
	if err != nil {
		return nil, fmt.Errorf("lab: skills of %s: %w", r.Dir, err)
	}
	return found, nil
}

// SkillsOf is Skills of any model that maps ids (B, T) to logits (B, T, V), an ensemble for one; dev nil is this machine's
// cores. tok spells the ids of held, which no training has seen.
func SkillsOf(ctx context.Context, dev device.Device, m nn.Block, tok token.Tokenizer, held data.Set) (map[string]float64, error) {
	info := held.Info()
	if info.Task != data.Language {
		return nil, fmt.Errorf("%s is %v; want a language model's data", info.Name, info.Task)
	}
	e := &exam{ctx: ctx, model: m, tape: grad.Tape{Device: dev, NoGrad: true}, vocab: info.Vocab, window: info.Input[0]}
	found := map[string]float64{}
	for _, test := range []func() (string, score, error){
		func() (string, score, error) { return e.brackets(tok, held) },
		func() (string, score, error) { return e.induction(tok) },
		func() (string, score, error) { return e.answers(held) },
	} {
		name, s, err := test()
		if err != nil {
			return nil, err
		}
		if s.n > 0 {
			s.report(found, name)
		}
	}
	return found, nil
}

// An exam asks a model questions, a batch at a time in the same memory.
type exam struct {
	ctx    context.Context
	model  nn.Block
	tape   grad.Tape
	vocab  int
	window int // tokens the model was trained on at a time
}

// rows is how many sequences of t tokens are asked at a time: their logits take at most 16 MiB, whatever the machine.
func (e *exam) rows(t int) int { return max(1, min(16, 1<<22/(t*e.vocab))) }

// ask returns the logits (n, t, V) of what follows ids (n, t), valid until the next question.
func (e *exam) ask(ids []int32, n, t int) (logits []grad.Float, err error) {
	if err := e.ctx.Err(); err != nil {
		return nil, err
	}
	var shape []int
	err = grad.Catch(func() {
		e.tape.Reset()
		y := e.model.Forward(e.tape.IDs(ids, n, t))
		logits, shape = y.Data(), y.Shape()
	})
	if err == nil && len(logits) != n*t*e.vocab {
		err = fmt.Errorf("the model gives %v for %d sequences of %d tokens; want a logit for each of %d tokens", shape, n, t, e.vocab)
	}
	return logits, err
}

// A score adds up answers.
type score struct {
	n, right int
	nats     float64 // log-probabilities of the right answers
	base     float64 // share of right answers without the skill
}

// impossible is the least log-probability that is counted, of the order of what a float32 can tell from 0.
const impossible = -69

// mark counts an answer.
func (s *score) mark(right bool, logP float64) {
	s.n++
	if right {
		s.right++
	}
	s.nats += max(logP, impossible)
}

// report writes the score's three numbers; a log-probability that is none, of a model that diverged, is left out.
func (s *score) report(found map[string]float64, name string) {
	found[name] = float64(s.right) / float64(s.n)
	found[name+"_base"] = s.base
	if mean := s.nats / float64(s.n); !math.IsNaN(mean) {
		found[name+"_nats"] = mean
	}
}

// logSum is log Σ exp z.
func logSum(z []grad.Float) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, float64(v))
	}
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum)
}

// mostly is the share of the most frequent of n things counted.
func mostly[K comparable](count map[K]int, n int) float64 {
	most := 0
	for _, c := range count {
		most = max(most, c)
	}
	return float64(most) / float64(max(n, 1))
}
