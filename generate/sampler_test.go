package generate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/kernel"
)

// drawn is the share of each token in n draws.
func drawn(t *testing.T, s Sampling, logits []kernel.Float, ids []int32, n int) []float64 {
	t.Helper()
	d := &sampler{Sampling: s}
	share := make([]float64, len(logits))
	for i := range n {
		id, _, err := d.draw(logits, ids, i)
		if err != nil {
			t.Fatal(err)
		}
		share[id] += 1 / float64(n)
	}
	return share
}

func logs(p ...float64) []kernel.Float {
	out := make([]kernel.Float, len(p))
	for i, v := range p {
		out[i] = kernel.Float(math.Log(v) + 3) // any constant: only differences count
	}
	return out
}

// Every setting against probabilities worked out by hand.
func TestSampling(t *testing.T) {
	half := logs(0.1, 0.5, 0.2, 0.15, 0.05)
	for _, c := range []struct {
		name   string
		s      Sampling
		logits []kernel.Float
		ids    []int32
		want   []float64
	}{
		{"greedy", Sampling{}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"greedy takes the first of equals", Sampling{}, []kernel.Float{1, 2, 2, 2}, nil, []float64{0, 1, 0, 0}},
		{"greedy of minus infinity", Sampling{}, []kernel.Float{kernel.Float(math.Inf(-1)), -5}, nil, []float64{0, 1}},
		{"the model's own", Sampling{Temperature: 1}, half, nil, []float64{0.1, 0.5, 0.2, 0.15, 0.05}},
		{"cooler: p² over Σ", Sampling{Temperature: 0.5}, half, nil, []float64{0.01 / 0.325, 0.25 / 0.325, 0.04 / 0.325, 0.0225 / 0.325, 0.0025 / 0.325}},
		{"hotter: √p over Σ", Sampling{Temperature: 2}, logs(0.64, 0.36), nil, []float64{0.8 / 1.4, 0.6 / 1.4}},
		{"very cool is greedy", Sampling{Temperature: 1e-9}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"top-k 2", Sampling{Temperature: 1, TopK: 2}, half, nil, []float64{0, 5.0 / 7, 2.0 / 7, 0, 0}},
		{"top-k 1", Sampling{Temperature: 1, TopK: 1}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"top-k above all", Sampling{Temperature: 1, TopK: 99}, half, nil, []float64{0.1, 0.5, 0.2, 0.15, 0.05}},
		{"top-k takes the first of equals", Sampling{Temperature: 1, TopK: 2}, logs(0.1, 0.3, 0.3, 0.3), nil, []float64{0, 0.5, 0.5, 0}},
		{"top-p 0.6 needs two", Sampling{Temperature: 1, TopP: 0.6}, half, nil, []float64{0, 5.0 / 7, 2.0 / 7, 0, 0}},
		{"top-p 0.49 needs one", Sampling{Temperature: 1, TopP: 0.49}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"top-p 0.9 needs four", Sampling{Temperature: 1, TopP: 0.9}, half, nil, []float64{0.1 / 0.95, 0.5 / 0.95, 0.2 / 0.95, 0.15 / 0.95, 0}},
		{"top-p 1 is all", Sampling{Temperature: 1, TopP: 1}, half, nil, []float64{0.1, 0.5, 0.2, 0.15, 0.05}},
		{"top-p tiny keeps the likeliest", Sampling{Temperature: 1, TopP: 1e-12}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"top-p takes the first of equals", Sampling{Temperature: 1, TopP: 0.5}, logs(0.25, 0.25, 0.25, 0.25), nil, []float64{0.5, 0.5, 0, 0}},
		{"top-p after top-k, of what is left", Sampling{Temperature: 1, TopK: 2, TopP: 0.7}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"top-p before temperature", Sampling{Temperature: 0.5, TopP: 0.6}, half, nil, []float64{0, 0.25 / 0.29, 0.04 / 0.29, 0, 0}},
		{"top-p after temperature", Sampling{Temperature: 0.5, TopP: 0.76, Samplers: []string{"temperature", "top_p"}}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"what is left out is not applied", Sampling{Temperature: 1, TopK: 1, Samplers: []string{"top_p"}}, half, nil, []float64{0.1, 0.5, 0.2, 0.15, 0.05}},
		{"min-p 0.35", Sampling{Temperature: 1, MinP: 0.35}, half, nil, []float64{0, 5.0 / 7, 2.0 / 7, 0, 0}},
		{"min-p 1", Sampling{Temperature: 1, MinP: 1}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"min-p before temperature", Sampling{Temperature: 0.5, MinP: 0.35}, half, nil, []float64{0, 0.25 / 0.29, 0.04 / 0.29, 0, 0}},
		{"min-p after temperature", Sampling{Temperature: 0.5, MinP: 0.1, Samplers: []string{"temperature", "min_p"}}, half, nil, []float64{0, 0.25 / 0.29, 0.04 / 0.29, 0, 0}},
		{"all of them", Sampling{Temperature: 1, TopK: 4, TopP: 0.9, MinP: 0.25}, half, nil, []float64{0, 0.5 / 0.85, 0.2 / 0.85, 0.15 / 0.85, 0}},
		{"penalty divides what is above 0", Sampling{RepeatPenalty: 2}, []kernel.Float{3, 2, -1}, []int32{0}, []float64{0, 1, 0}},
		{"penalty multiplies what is below", Sampling{RepeatPenalty: 3}, []kernel.Float{-1, -2, -9}, []int32{0, 0, 0}, []float64{0, 1, 0}},
		{"penalty once, however often", Sampling{RepeatPenalty: 1.3}, []kernel.Float{3, 2, 1}, []int32{0, 0, 0, 0}, []float64{1, 0, 0}},
		{"penalty of the last only", Sampling{RepeatPenalty: 9, RepeatLast: 2}, []kernel.Float{3, 2, 1}, []int32{0, 1, 2}, []float64{1, 0, 0}},
		{"penalty below 1 favours", Sampling{RepeatPenalty: 0.5}, []kernel.Float{3, 2, 1}, []int32{1}, []float64{0, 1, 0}},
		{"presence once, however often", Sampling{Temperature: 1, PresencePenalty: 1.5}, []kernel.Float{2, 1, -1}, []int32{0, 0, 2}, weights(0.5, 1, -2.5)},
		{"frequency as often", Sampling{Temperature: 1, FrequencyPenalty: 0.5}, []kernel.Float{2, 1, -1}, []int32{0, 0, 0, 2}, weights(0.5, 1, -1.5)},
		{"all penalties", Sampling{Temperature: 1, RepeatPenalty: 2, PresencePenalty: 0.25, FrequencyPenalty: 0.5}, []kernel.Float{2, 1, -1}, []int32{0, 0, 2}, weights(-0.25, 1, -2.75)},
		{"penalties of all", Sampling{Temperature: 1, PresencePenalty: 1, RepeatLast: -1}, []kernel.Float{1, 1}, append([]int32{0}, make([]int32, 100)...), weights(0, 1)},
		// H = 1.333 nats; surprises 2.303, 0.693, 1.609, 1.897, 2.996 are 0.970, 0.640, 0.277, 0.564, 1.663 away
		{"typical 0.3 needs the two nearest", Sampling{Temperature: 1, TypicalP: 0.3}, half, nil, []float64{0, 0, 0.2 / 0.35, 0.15 / 0.35, 0}},
		{"typical 0.5 needs three", Sampling{Temperature: 1, TypicalP: 0.5}, half, nil, []float64{0, 0.5 / 0.85, 0.2 / 0.85, 0.15 / 0.85, 0}},
		{"typical tiny keeps one", Sampling{Temperature: 1, TypicalP: 1e-9}, half, nil, []float64{0, 0, 1, 0, 0}},
		{"typical 1 is all", Sampling{Temperature: 1, TypicalP: 1}, half, nil, []float64{0.1, 0.5, 0.2, 0.15, 0.05}},
		{"xtc always", Sampling{Temperature: 1, XTCProbability: 1, XTCThreshold: 0.14}, half, nil, []float64{0.1 / 0.3, 0, 0, 0.15 / 0.3, 0.05 / 0.3}},
		{"xtc half of the time", Sampling{Temperature: 1, XTCProbability: 0.5, XTCThreshold: 0.18}, half, nil, []float64{0.1/2 + 0.1, 0.25, 0.2/2 + 0.2, 0.15/2 + 0.15, 0.05/2 + 0.05}},
		{"xtc of one does nothing", Sampling{Temperature: 1, XTCProbability: 1, XTCThreshold: 0.3}, half, nil, []float64{0.1, 0.5, 0.2, 0.15, 0.05}},
		{"xtc above a half does nothing", Sampling{Temperature: 1, XTCProbability: 1, XTCThreshold: 0.51}, half, nil, []float64{0.1, 0.5, 0.2, 0.15, 0.05}},
		{"xtc at 0.1 unless said", Sampling{Temperature: 1, XTCProbability: 1}, logs(0.5, 0.3, 0.12, 0.08), nil, []float64{0, 0, 0.6, 0.4}},
		{"xtc and greedy", Sampling{XTCProbability: 1}, half, nil, []float64{0, 1, 0, 0, 0}},
		{"bias", Sampling{Temperature: 1, Bias: map[int32]float64{0: math.Log(5), 1: -100}}, half, nil, []float64{0.5 / 0.9, 0, 0.2 / 0.9, 0.15 / 0.9, 0.05 / 0.9}},
		{"bias and greedy", Sampling{Bias: map[int32]float64{4: 100}}, half, nil, []float64{0, 0, 0, 0, 1}},
		{"ban", Sampling{Temperature: 1, Ban: []int32{1, 4}}, half, nil, []float64{0.1 / 0.45, 0, 0.2 / 0.45, 0.15 / 0.45, 0}},
		// after 2 3 2 the token 3 would repeat one token more than … 2; after 0 2 3 2 3 it would be 2 that repeats 2 3
		{"dry", Sampling{Temperature: 1, DryMultiplier: 1}, []kernel.Float{1, 1, 1, 1}, []int32{0, 2, 3, 2, 3}, weights(1, 1, 0, 1)},
		{"dry of three", Sampling{Temperature: 1, DryMultiplier: 1, DryBase: 2}, []kernel.Float{1, 1, 1, 1}, []int32{1, 2, 3, 1, 2, 0, 2, 3, 1}, weights(1, 1, -1, 1)},
		{"dry not of fewer", Sampling{Temperature: 1, DryMultiplier: 1, DryAllowed: 4}, []kernel.Float{1, 1, 1, 1}, []int32{1, 2, 3, 1, 2, 0, 2, 3, 1}, weights(1, 1, 1, 1)},
		{"dry of the last only", Sampling{Temperature: 1, DryMultiplier: 1, DryLast: 4}, []kernel.Float{1, 1, 1, 1}, []int32{1, 2, 3, 1, 2, 0, 2, 3, 1}, weights(1, 1, 1, 1)},
		{"dry of much has an end", Sampling{DryMultiplier: 100, DryBase: 100}, []kernel.Float{9, 1}, make([]int32, 5000), []float64{0, 1}},
		{"penalty with temperature", Sampling{Temperature: 1, RepeatPenalty: 2}, []kernel.Float{2, 1, -1, 0}, []int32{0, 2, -7, 50}, weights(1, 1, -2, 0)},
	} {
		if err := c.s.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		n := 20000
		if testing.Short() {
			n = 2000
		}
		got := drawn(t, c.s, c.logits, c.ids, n)
		for i, p := range c.want {
			// five standard deviations
			if d := math.Abs(got[i] - p); d > 5*math.Sqrt(p*(1-p)/float64(n))+1e-12 {
				t.Errorf("%s: token %d drawn with share %v, want %v", c.name, i, got[i], p)
			}
		}
	}
}

// weights are the softmax of l.
func weights(l ...float64) []float64 {
	sum := 0.0
	for _, v := range l {
		sum += math.Exp(v)
	}
	for i := range l {
		l[i] = math.Exp(l[i]) / sum
	}
	return l
}

// The short ways to the top-k and the nucleus leave what sorting everything leaves.
func TestSamplerEqualsSorting(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		logits := make([]kernel.Float, 1+r.IntN(700))
		for i := range logits {
			logits[i] = kernel.Float(math.Round(r.NormFloat64()*8) / 4) // with ties
		}
		s := sampler{Sampling: Sampling{TopK: r.IntN(2) * (1 + r.IntN(400)), TopP: r.Float64()}}
		for i, v := range logits {
			s.list = append(s.list, candidate{id: int32(i), logit: float64(v)})
		}
		sorted := slices.Clone(s.list)
		slices.SortFunc(sorted, order)
		if s.TopK > 0 {
			sorted = sorted[:min(s.TopK, len(sorted))]
		}
		sum := 0.0
		for i := range sorted {
			sorted[i].p = math.Exp(sorted[i].logit - sorted[0].logit)
			sum += sorted[i].p
		}
		share := 0.0
		for i := range sorted {
			if share += sorted[i].p; share >= s.TopP*sum {
				sorted = sorted[:i+1]
				break
			}
		}
		got := s.nucleus(s.topK(s.list))
		if d := len(got) - len(sorted); d < -1 || d > 1 { // the sums are rounded in different orders
			t.Fatalf("%+v of %d: %d left, want %d", s.Sampling, len(logits), len(got), len(sorted))
		}
		for i := range min(len(got), len(sorted)) {
			if got[i] != sorted[i] {
				t.Fatalf("%+v of %d: candidate %d is %v, want %v", s.Sampling, len(logits), i, got[i], sorted[i])
			}
		}
	}
}

// The log-probability is the model's own, whatever the settings.
func TestLogProb(t *testing.T) {
	for _, s := range []Sampling{{}, {Temperature: 0.3, TopK: 1}, {RepeatPenalty: 1.5, Temperature: 1, TopP: 0.1}} {
		d := sampler{Sampling: s}
		id, p, err := d.draw(logs(0.2, 0.7, 0.1), []int32{1}, 0)
		if err != nil || id != 1 || math.Abs(p-math.Log(0.7)) > 1e-6 {
			t.Errorf("%+v: token %d with %v, %v", s, id, p, err)
		}
	}
}

// Logits that are no distribution are an error, not a token.
func TestBadLogits(t *testing.T) {
	nan, inf := kernel.Float(math.NaN()), kernel.Float(math.Inf(1))
	for _, l := range [][]kernel.Float{{1, nan}, {nan, nan}, {1, inf}, {-inf, -inf}, {}} {
		for _, temperature := range []float64{0, 1} {
			d := sampler{Sampling: Sampling{Temperature: temperature}}
			if id, _, err := d.draw(l, nil, 0); err == nil || !strings.Contains(err.Error(), "damaged or diverged") {
				t.Errorf("%v: token %d, %v", l, id, err)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	nan := math.NaN()
	for want, s := range map[string]Sampling{
		"max_tokens is -1; want 0 or more":                              {Max: -1},
		"temperature is -1; want 0 to 100":                              {Temperature: -1},
		"temperature is NaN":                                            {Temperature: nan},
		"temperature is 1e+308":                                         {Temperature: 1e308},
		"top_k is -1; want 0 or more":                                   {TopK: -1},
		"top_p is 1.5; want 0 to 1":                                     {TopP: 1.5},
		"top_p is NaN":                                                  {TopP: nan},
		"min_p is -0.5; want 0 to 1":                                    {MinP: -0.5},
		"repetition_penalty is +Inf; want 0 to 100":                     {RepeatPenalty: math.Inf(1)},
		"repeat_last_n is -2; want -1 or more":                          {RepeatLast: -2},
		"min_tokens is 300; want 0 to max_tokens, 256":                  {Min: 300},
		"min_tokens is -1":                                              {Min: -1},
		"typical_p is NaN":                                              {TypicalP: nan},
		"presence_penalty is 1000; want -100 to 100":                    {PresencePenalty: 1000},
		"frequency_penalty is -Inf":                                     {FrequencyPenalty: math.Inf(-1)},
		"dry_multiplier is -1":                                          {DryMultiplier: -1},
		"dry_base is 0.5; want 1 to 100":                                {DryBase: 0.5},
		"dry_allowed_length is -1":                                      {DryAllowed: -1},
		"dry_penalty_last_n is -2":                                      {DryLast: -2},
		"dry_sequence_breakers has 17 texts":                            {DryBreakers: make([]string, 17)},
		"dry_sequence_breakers text 1 has 0 bytes":                      {DryBreakers: []string{""}},
		"xtc_probability is 2; want 0 to 1":                             {XTCProbability: 2},
		"xtc_threshold is NaN":                                          {XTCThreshold: nan},
		"mirostat is 1; want 0 or 2":                                    {Mirostat: 1},
		"mirostat_tau is -1":                                            {MirostatTau: -1},
		"mirostat_eta is NaN":                                           {MirostatEta: nan},
		"top_logprobs is 21; want 0 to 20":                              {LogProbs: 21},
		"logit_bias has 1025 tokens":                                    {Bias: biases(1025)},
		"logit_bias of token -1":                                        {Bias: map[int32]float64{-1: 1}},
		"logit_bias of token 3 is NaN":                                  {Bias: map[int32]float64{3: nan}},
		"logit_bias of token 4 is 101; want":                            {Bias: map[int32]float64{4: 101}},
		"banned_tokens has 1025 tokens":                                 {Ban: make([]int32, 1025)},
		"banned_tokens has -5":                                          {Ban: []int32{1, -5}},
		`samplers: "top" is not known; there are penalties, dry, top_k`: {Samplers: []string{"top"}},
		`samplers: "top_k" stands twice`:                                {Samplers: []string{"top_k", "top_k"}},
		"grammar: grammar: there is no rule root":                       {Grammar: "x ::= \"a\""},
		"json_schema: schema: #/not":                                    {Schema: []byte(`{"not":{}}`)},
		"json_schema: grammar: line 1, column 1: no text could complete rule \"root\"": {Schema: []byte(`{"$ref":"#"}`)},
		"grammar and json_schema are both given":                                       {Grammar: "root ::= \"a\"", Schema: []byte(`{}`)},
		"stop has 17 texts; want at most 16":                                           {Stop: make([]string, 17)},
		"stop text 2 has 0 bytes; want 1 to 256":                                       {Stop: []string{"a", ""}},
		"stop text 1 has 257 bytes; want 1 to 256":                                     {Stop: []string{strings.Repeat("x", 257)}},
	} {
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", s, err, want)
		}
	}
}

func biases(n int) map[int32]float64 {
	m := map[int32]float64{}
	for i := range int32(n) {
		m[i] = 1
	}
	return m
}

// Ids that the model does not have are named, and so is that nothing may come.
func TestDrawRefuses(t *testing.T) {
	for want, s := range map[string]Sampling{
		"logit_bias has token 5; the model has 5": {Bias: map[int32]float64{5: 1}},
		"banned_tokens has 99; the model has 5":   {Ban: []int32{99}},
		"none of the model's 5 tokens may come":   {Ban: []int32{0, 1, 2, 3, 4}},
	} {
		d := sampler{Sampling: s}
		if _, _, err := d.draw(logs(0.1, 0.5, 0.2, 0.15, 0.05), nil, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Drawing reuses its memory.
func TestDrawAllocations(t *testing.T) {
	logits := make([]kernel.Float, 1000)
	for i := range logits {
		logits[i] = kernel.Float(i % 37)
	}
	ids := []int32{1, 2, 3, 2}
	s := sampler{Sampling: Sampling{Temperature: 0.8, TopK: 50, TopP: 0.9, MinP: 0.01, RepeatPenalty: 1.1, TypicalP: 0.9, DryMultiplier: 1, DryAllowed: 1, XTCProbability: 0.5}}
	n := 0
	if got := testing.AllocsPerRun(100, func() {
		n++
		if _, _, err := s.draw(logits, ids, n); err != nil {
			t.Fatal(err)
		}
	}); got > 0 {
		t.Errorf("a draw allocates %v times", got)
	}
}
