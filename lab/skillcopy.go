package lab

import (
	"math/rand/v2"

	"brick/data"
	"brick/grad"
	"brick/token"
	"brick/train"
)

// Bounds of the measurement of induction.
const (
	inductionSequences = 256
	inductionLength    = 32 // tokens, which come twice
	inductionLeast     = 8  // tokens below which nothing is said
)

// induction measures whether a sequence of random tokens, no two of them alike, is foretold when it comes again:
//
//	a b c … z a b c …      after the second a the model has seen that b follows it
//
// The first of the second time cannot be known and does not count.
func (e *exam) induction(tok token.Tokenizer) (name string, s score, err error) {
	name = "induction"
	length := min(inductionLength, e.window/2)
	var ids []int32
	for id := range int32(e.vocab) {
		if tok == nil || !tok.IsSpecial(id) {
			ids = append(ids, id)
		}
	}
	if length < inductionLeast || len(ids) < length {
		return name, s, nil
	}
	s.base = 1 / float64(len(ids))
	r := rand.New(rand.NewPCG(streamKey("induction"), uint64(len(ids))))
	rows := e.rows(2 * length)
	asked := make([]int32, 0, rows*2*length)
	for done := 0; done < inductionSequences; done += rows {
		n := min(rows, inductionSequences-done)
		asked = asked[:0]
		for range n {
			for i := range length { // a shuffle, as far as it is needed (Fisher & Yates 1938)
				j := i + r.IntN(len(ids)-i)
				ids[i], ids[j] = ids[j], ids[i]
			}
			asked = append(append(asked, ids[:length]...), ids[:length]...)
		}
		logits, err := e.ask(asked, n, 2*length)
		if err != nil {
			return name, s, err
		}
		for row := range n {
			for t := row*2*length + length; t < (row+1)*2*length-1; t++ {
				s.mark(e.next(logits, t, asked[t+1]))
			}
		}
	}
	return name, s, nil
}

// next says whether the likeliest token at place t is want, and want's log-probability.
func (e *exam) next(logits []grad.Float, t int, want int32) (right bool, logP float64) {
	z := logits[t*e.vocab : (t+1)*e.vocab]
	return train.Class(z) == int(want), float64(z[want]) - logSum(z)
}

// answersAsked is how many examples of a generated set are asked.
const answersAsked = 1000

// answers measures whether answers are right to the last token, in a generated set, whose labels are the answers alone.
// The tokens of an answer are judged after the right ones before them: greedy decoding writes the whole of it exactly
// where every one is the likeliest.
func (e *exam) answers(held data.Set) (name string, s score, err error) {
	info := held.Info()
	name = info.Name
	if info.Symbols == nil || held.Len() == 0 {
		return name, s, nil
	}
	asked := min(held.Len(), answersAsked)
	count := map[string]int{}
	rows := e.rows(e.window)
	var b data.Batch
	var index []int
	for done := 0; done < asked; done += rows {
		index = index[:0]
		for i := done; i < min(done+rows, asked); i++ {
			index = append(index, i*held.Len()/asked)
		}
		if err := held.Read(&b, index, 0); err != nil {
			return name, s, err
		}
		logits, err := e.ask(b.IDs, len(index), e.window)
		if err != nil {
			return name, s, err
		}
		for row := range index {
			right, logP := true, 0.0
			var answer []byte
			for t := row * e.window; t < (row+1)*e.window; t++ {
				if b.Labels[t] == data.Ignore {
					continue
				}
				ok, p := e.next(logits, t, b.Labels[t])
				right, logP = right && ok, logP+p
				answer = append(answer, info.Symbols[b.Labels[t]]...)
			}
			s.mark(right, logP)
			count[string(answer)]++
		}
	}
	s.base = mostly(count, asked)
	return name, s, nil
}
