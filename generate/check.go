package generate

import (
	"fmt"
	"slices"
	"strings"

	"brick/generate/grammar"
)

// Bounds of a Sampling.
const (
	maxStops    = 16
	maxStop     = 256 // bytes
	maxBreakers = 16
	maxBreaker  = 64 // bytes
	maxBiases   = 1024
	maxLogProbs = 20
)

// Check reports the first field whose value means nothing, by its name in JSON.
func (s *Sampling) Check() error {
	within := func(x, low, high float64) bool { return x >= low && x <= high } // false for NaN
	for _, c := range []struct {
		field string
		ok    bool
		value any
		want  string
	}{
		{"max_tokens", s.Max >= 0, s.Max, "0 or more"},
		{"min_tokens", s.Min >= 0 && s.Min <= s.max(), s.Min, fmt.Sprintf("0 to max_tokens, %d", s.max())},
		{"temperature", within(s.Temperature, 0, 100), s.Temperature, "0 to 100"},
		{"top_k", s.TopK >= 0, s.TopK, "0 or more"},
		{"top_p", within(s.TopP, 0, 1), s.TopP, "0 to 1"},
		{"min_p", within(s.MinP, 0, 1), s.MinP, "0 to 1"},
		{"typical_p", within(s.TypicalP, 0, 1), s.TypicalP, "0 to 1"},
		{"repetition_penalty", within(s.RepeatPenalty, 0, 100), s.RepeatPenalty, "0 to 100"},
		{"presence_penalty", within(s.PresencePenalty, -100, 100), s.PresencePenalty, "-100 to 100"},
		{"frequency_penalty", within(s.FrequencyPenalty, -100, 100), s.FrequencyPenalty, "-100 to 100"},
		{"repeat_last_n", s.RepeatLast >= -1, s.RepeatLast, "-1 or more"},
		{"dry_multiplier", within(s.DryMultiplier, 0, 100), s.DryMultiplier, "0 to 100"},
		{"dry_base", s.DryBase == 0 || within(s.DryBase, 1, 100), s.DryBase, "1 to 100"},
		{"dry_allowed_length", s.DryAllowed >= 0, s.DryAllowed, "0 or more"},
		{"dry_penalty_last_n", s.DryLast >= -1, s.DryLast, "-1 or more"},
		{"xtc_probability", within(s.XTCProbability, 0, 1), s.XTCProbability, "0 to 1"},
		{"xtc_threshold", within(s.XTCThreshold, 0, 1), s.XTCThreshold, "0 to 1"},
		{"mirostat", s.Mirostat == 0 || s.Mirostat == 2, s.Mirostat, "0 or 2"},
		{"mirostat_tau", within(s.MirostatTau, 0, 100), s.MirostatTau, "0 to 100"},
		{"mirostat_eta", within(s.MirostatEta, 0, 10), s.MirostatEta, "0 to 10"},
		{"top_logprobs", s.LogProbs >= 0 && s.LogProbs <= maxLogProbs, s.LogProbs, fmt.Sprintf("0 to %d", maxLogProbs)},
	} {
		if !c.ok {
			return fmt.Errorf("generate: %s is %v; want %s", c.field, c.value, c.want)
		}
	}
	if err := texts("stop", s.Stop, maxStops, maxStop); err != nil {
		return err
	}
	if err := texts("dry_sequence_breakers", s.DryBreakers, maxBreakers, maxBreaker); err != nil {
		return err
	}
	if err := s.checkIDs(); err != nil {
		return err
	}
	for i, name := range s.Samplers {
		if steps[name] == nil {
			return fmt.Errorf("generate: samplers: %q is not known; there are %s", name, strings.Join(chain, ", "))
		}
		if slices.Contains(s.Samplers[:i], name) {
			return fmt.Errorf("generate: samplers: %q stands twice", name)
		}
	}
	_, err := s.form()
	return err
}

// texts checks a list of texts.
func texts(field string, list []string, most, longest int) error {
	if len(list) > most {
		return fmt.Errorf("generate: %s has %d texts; want at most %d", field, len(list), most)
	}
	if i := slices.IndexFunc(list, func(t string) bool { return t == "" || len(t) > longest }); i >= 0 {
		return fmt.Errorf("generate: %s text %d has %d bytes; want 1 to %d", field, i+1, len(list[i]), longest)
	}
	return nil
}

// checkIDs checks what is said about single tokens.
func (s *Sampling) checkIDs() error {
	if len(s.Bias) > maxBiases {
		return fmt.Errorf("generate: logit_bias has %d tokens; want at most %d", len(s.Bias), maxBiases)
	}
	if len(s.Ban) > maxBiases {
		return fmt.Errorf("generate: banned_tokens has %d tokens; want at most %d", len(s.Ban), maxBiases)
	}
	for id, b := range s.Bias {
		if id < 0 || !(b >= -100 && b <= 100) {
			return fmt.Errorf("generate: logit_bias of token %d is %v; want a token of 0 or more and a bias of -100 to 100", id, b)
		}
	}
	if i := slices.IndexFunc(s.Ban, func(id int32) bool { return id < 0 }); i >= 0 {
		return fmt.Errorf("generate: banned_tokens has %d; want 0 or more", s.Ban[i])
	}
	return nil
}

// form is the grammar that the text must have, nil if there is none.
func (s *Sampling) form() (*grammar.Grammar, error) {
	text := s.Grammar
	if len(s.Schema) > 0 {
		if text != "" {
			return nil, fmt.Errorf("generate: grammar and json_schema are both given; want one of the two")
		}
		var err error
		if text, err = grammar.Schema(s.Schema); err != nil {
			return nil, fmt.Errorf("generate: json_schema: %w", err)
		}
	}
	if text == "" {
		return nil, nil
	}
	g, err := grammar.Parse(text)
	if err != nil {
		field := "grammar"
		if len(s.Schema) > 0 {
			field = "json_schema"
		}
		return nil, fmt.Errorf("generate: %s: %w", field, err)
	}
	return g, nil
}
