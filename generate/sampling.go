package generate

import (
	"fmt"
	"slices"
)

// A Sampling says how a token is chosen from the logits. Its zero value is
// greedy: always the likeliest token. What is set is applied in this order:
//
//	penalty      l ← l/p if l > 0, else l·p, for tokens among the last RepeatLast   Keskar et al. 2019 (CTRL)
//	temperature  l ← l/T                                                            Ackley et al. 1985
//	top-k        the k largest stay                                                 Fan et al. 2018
//	top-p        the fewest whose probabilities sum to p or more stay               Holtzman et al. 2020
//	min-p        those with at least p times the largest probability stay           Nguyen et al. 2024
//	draw         by the probabilities of what is left
type Sampling struct {
	Max           int      `json:"max_tokens,omitempty"`         // tokens at most; 0 means 256
	Temperature   float64  `json:"temperature,omitempty"`        // 0 is greedy, 1 the model's own distribution
	TopK          int      `json:"top_k,omitempty"`              // 0 means all
	TopP          float64  `json:"top_p,omitempty"`              // 0 or 1 means all
	MinP          float64  `json:"min_p,omitempty"`              // 0 means all
	RepeatPenalty float64  `json:"repetition_penalty,omitempty"` // 0 or 1 means none
	RepeatLast    int      `json:"repeat_last_n,omitempty"`      // tokens looked back at; 0 means 64
	Seed          uint64   `json:"seed,omitempty"`               // of the draws
	Stop          []string `json:"stop,omitempty"`               // texts that end the output; they are not part of it
}

// Check reports the first field whose value means nothing.
func (s *Sampling) Check() error {
	for _, c := range []struct {
		field string
		bad   bool
		value any
		want  string
	}{
		{"max_tokens", s.Max < 0, s.Max, "0 or more"},
		{"temperature", !(s.Temperature >= 0 && s.Temperature <= 100), s.Temperature, "0 to 100"},
		{"top_k", s.TopK < 0, s.TopK, "0 or more"},
		{"top_p", !(s.TopP >= 0 && s.TopP <= 1), s.TopP, "0 to 1"},
		{"min_p", !(s.MinP >= 0 && s.MinP <= 1), s.MinP, "0 to 1"},
		{"repetition_penalty", !(s.RepeatPenalty >= 0 && s.RepeatPenalty <= 100), s.RepeatPenalty, "0 to 100"},
		{"repeat_last_n", s.RepeatLast < 0, s.RepeatLast, "0 or more"},
	} {
		if c.bad {
			return fmt.Errorf("generate: %s is %v; want %s", c.field, c.value, c.want)
		}
	}
	if len(s.Stop) > maxStops {
		return fmt.Errorf("generate: stop has %d texts; want at most %d", len(s.Stop), maxStops)
	}
	if i := slices.IndexFunc(s.Stop, func(t string) bool { return t == "" || len(t) > maxStop }); i >= 0 {
		return fmt.Errorf("generate: stop text %d has %d bytes; want 1 to %d", i+1, len(s.Stop[i]), maxStop)
	}
	return nil
}

// Bounds of Sampling.Stop.
const (
	maxStops = 16
	maxStop  = 256 // bytes
)

func (s *Sampling) max() int {
	if s.Max == 0 {
		return 256
	}
	return s.Max
}

// repeatLast is how many of the latest tokens are penalised.
func (s *Sampling) repeatLast() int {
	switch {
	case s.RepeatPenalty == 0 || s.RepeatPenalty == 1:
		return 0
	case s.RepeatLast == 0:
		return 64
	}
	return s.RepeatLast
}
