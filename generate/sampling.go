package generate

import "encoding/json"

// A Sampling says how a token is chosen from the logits. Its zero value is greedy: always the likeliest token, and where
// several are equally likely that of the smallest id. What is set is applied in this order. Tokens that may not come are
// left out first:
//
//	logit bias   l ← l + b                                                  OpenAI
//	ban          banned tokens, and before Min tokens those that end a text
//	grammar      tokens that cannot go on with Grammar or Schema
//
// Then comes the chain, in the order of llama.cpp's default (l logit, q probability among what is left):
//
//	penalties    l ← l/r if l > 0, else l·r; l ← l − presence − frequency·count,
//	             for tokens among the last RepeatLast                       Keskar et al. 2019 (CTRL), OpenAI
//	dry          l ← l − m·b^(n−a) for what would go on with a repetition
//	             of n ≥ a tokens                                            p-e-w 2024, text-generation-webui #5677
//	top_k        the k likeliest stay                                       Fan et al. 2018
//	typ_p        those nearest to the entropy in surprise, up to a share p  Meister et al. 2022
//	top_p        the likeliest whose share is p or more                     Holtzman et al. 2020
//	min_p        those with at least p times the largest probability        Nguyen et al. 2024
//	xtc          at times all with q ≥ threshold but the least likely go    p-e-w 2024, text-generation-webui #6335
//	temperature  l ← l/T                                                    Ackley et al. 1985
//	draw         by the probabilities of what is left
//
// Mirostat takes the place of top_k, typ_p, top_p, min_p and xtc. At temperature 0 only bias, ban, grammar, penalties
// and dry count. Draw number n of a seed depends on nothing else: the same settings write the same text.
type Sampling struct {
	Max         int     `json:"max_tokens,omitempty"`  // tokens at most; 0 means 256
	Min         int     `json:"min_tokens,omitempty"`  // tokens before one may end the text; stop texts end it all the same
	Temperature float64 `json:"temperature,omitempty"` // 0 is greedy, 1 the model's own distribution
	TopK        int     `json:"top_k,omitempty"`       // 0 means all
	TopP        float64 `json:"top_p,omitempty"`       // 0 or 1 means all
	MinP        float64 `json:"min_p,omitempty"`       // 0 means all
	TypicalP    float64 `json:"typical_p,omitempty"`   // 0 or 1 means all

	RepeatPenalty    float64 `json:"repetition_penalty,omitempty"` // 0 or 1 means none
	PresencePenalty  float64 `json:"presence_penalty,omitempty"`
	FrequencyPenalty float64 `json:"frequency_penalty,omitempty"`
	RepeatLast       int     `json:"repeat_last_n,omitempty"` // tokens looked back at; 0 means 64, −1 all

	DryMultiplier float64  `json:"dry_multiplier,omitempty"`     // 0 means no DRY
	DryBase       float64  `json:"dry_base,omitempty"`           // 0 means 1.75
	DryAllowed    int      `json:"dry_allowed_length,omitempty"` // tokens repeated without a penalty, less one; 0 means 2
	DryLast       int      `json:"dry_penalty_last_n,omitempty"` // tokens looked back at; 0 means all
	DryBreakers   []string `json:"dry_sequence_breakers"`        // texts no repetition goes across; nil means \n : " *

	XTCProbability float64 `json:"xtc_probability,omitempty"` // 0 means no XTC
	XTCThreshold   float64 `json:"xtc_threshold,omitempty"`   // 0 means 0.1; above 0.5 nothing happens

	Mirostat    int     `json:"mirostat,omitempty"`     // 2 keeps the surprise near MirostatTau (Basu et al. 2021, algorithm 2); 0 means no
	MirostatTau float64 `json:"mirostat_tau,omitempty"` // bits; 0 means 5
	MirostatEta float64 `json:"mirostat_eta,omitempty"` // how fast it is followed; 0 means 0.1

	Bias     map[int32]float64 `json:"logit_bias,omitempty"`
	Ban      []int32           `json:"banned_tokens,omitempty"`
	Grammar  string            `json:"grammar,omitempty"`      // GBNF that the text must have
	Schema   json.RawMessage   `json:"json_schema,omitempty"`  // a JSON Schema that it must hold to
	Samplers []string          `json:"samplers,omitempty"`     // the chain in another order; what is left out is not applied
	Seed     uint64            `json:"seed,omitempty"`         // of the draws
	Stop     []string          `json:"stop,omitempty"`         // texts that end the output; they are not part of it
	LogProbs int               `json:"top_logprobs,omitempty"` // likeliest tokens to tell of beside each one chosen
}

func (s *Sampling) max() int {
	if s.Max == 0 {
		return 256
	}
	return s.Max
}

// last is the latest n ids; 0 means usual, −1 all.
func last(ids []int32, n, usual int) []int32 {
	switch {
	case n == 0:
		n = usual
	case n < 0:
		return ids
	}
	return ids[max(len(ids)-n, 0):]
}

// or is x, or what an unset field means.
func or(x, unset float64) float64 {
	if x == 0 {
		return unset
	}
	return x
}
