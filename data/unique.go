package data

import "fmt"

// Keep leaves n examples to train on, the first of an order keyed by seed, and takes the others out of sight; validation
// and test stay as they are. A smaller n keeps some of the same examples. Windows of text then begin at the same place in
// every epoch, so that n windows of T tokens stand for n·T different ones, as in Muennighoff et al. 2023, who pass over a
// part of a text again and again. Scaling, categories and vocabularies are still those of the whole. It errs where there are
// fewer examples than n, and for streams, whose examples follow each other.
func (s *Splits) Keep(n int, seed uint64) error {
	info, all := s.Info(), s.Train.Len()
	switch {
	case n < 1 || n > all:
		return fmt.Errorf("data: %s: %d different examples to train on; it has %d, so 1 to %d would fit", info.Name, n, all, all)
	case info.Carry:
		return fmt.Errorf("data: %s: %d examples chosen from streams; streams need all of the text", info.Name, n)
	}
	set := s.Train
	if w, ok := set.(*windows); ok {
		still := *w
		still.still = true
		set = &still
	}
	s.Train = &part{set, NewPermutation(all, mix(keyOf("unique"), seed)), 0, n}
	for _, set := range s.Each {
		set.Info().Unique = n
	}
	return nil
}
