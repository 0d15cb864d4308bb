package plan

import (
	"slices"
	"strings"
	"unicode"
)

// Published is a model that others have described.
type Published struct {
	Name   string   `json:"name"`
	Other  []string `json:"-"` // names besides
	Year   int      `json:"year"`
	Shape  *Shape   `json:"shape,omitempty"` // nil where it was never disclosed
	Stated string   `json:"stated"`          // parameters as its authors, or others, give them
	Tokens float64  `json:"tokens,omitempty"`
	Length int      `json:"length,omitempty"` // tokens in a sequence while it learnt most of what it knows, where that is not the context
	Source string   `json:"source"`
	Note   string   `json:"note,omitempty"`
	// Estimate marks a shape that is not known in full: its count is of the parts that are.
	Estimate bool `json:"estimate,omitempty"`
	// Reported is what is said of a model that its makers do not describe; nothing about it is confirmed.
	Reported *Reported `json:"reported,omitempty"`
}

// Reported are figures from hearsay.
type Reported struct {
	Layers int     `json:"layers"`
	Total  float64 `json:"total"`  // parameters
	Active float64 `json:"active"` // that a token goes through
}

// Unconfirmed marks everything that rests on Reported.
const Unconfirmed = "reported, unconfirmed"

// ofGPT is a shape of GPT-2's kind: layer norms, biases, learnt places, a tied head.
func ofGPT(layers, width, heads, vocab, context int) *Shape {
	return &Shape{
		Layers: layers, Width: width, Heads: heads, KVHeads: heads, HeadDim: width / heads, FF: 4 * width, Vocab: vocab, Context: context, Positions: context,
		Norm: LayerNorm, BlockNorms: 2, OuterNorms: 1, QKVBias: true, OutBias: true, FFBias: true, Tied: true,
	}
}

// ofLlama is a shape of LLaMA's kind: RMS norms, gated feed-forward layers, rotary positions, no biases, a head of its own.
func ofLlama(layers, width, heads, kv, ff, vocab, context int) *Shape {
	return &Shape{
		Layers: layers, Width: width, Heads: heads, KVHeads: kv, HeadDim: width / heads, FF: ff, Vocab: vocab, Context: context,
		Norm: RMS, BlockNorms: 2, OuterNorms: 1, Gated: true,
	}
}

// with is a shape with something changed.
func (s *Shape) with(change func(*Shape)) *Shape {
	c := *s
	change(&c)
	return &c
}

// chinchilla is Gopher's architecture, of which the shapes of norms and relative positions are not published.
func chinchilla(heads, ff int) *Shape {
	return (&Shape{
		Layers: 80, Width: heads * 128, Heads: heads, KVHeads: heads, HeadDim: 128, FF: ff, Vocab: 32000, Context: 2048,
		Norm: LayerNorm, BlockNorms: 2, OuterNorms: 1, QKVBias: true, OutBias: true, FFBias: true, Relative: true, Tied: true,
	})
}

// palm is a shape of PaLM: both branches after one norm, one key head, a tied head.
func palm(layers, width, heads int) *Shape {
	return ofLlama(layers, width, heads, 1, 4*width, 256000, 2048).with(func(s *Shape) { s.HeadDim, s.BlockNorms, s.Tied = 256, 1, true })
}

const (
	gpt2Source  = "Radford et al. 2019, Language models are unsupervised multitask learners, table 2, with the parameter counts of its release"
	gpt3Source  = "Brown et al. 2020, arXiv 2005.14165, tables 2.1 and D.1"
	llamaSource = "Touvron et al. 2023, arXiv 2302.13971, table 2"
	twoSource   = "Touvron et al. 2023, arXiv 2307.09288, table 1, and the released params.json"
	threeSource = "Grattafiori et al. 2024, arXiv 2407.21783, table 3"
	palmSource  = "Chowdhery et al. 2022, arXiv 2204.02311, table 1"
	gopherNote  = "the shapes of its norms and relative positions are not published: counted as layer norms and as in Transformer-XL"
)

// Models lists the published models, in the order of their families.
var Models = []Published{
	{Name: "GPT-1", Other: []string{"GPT"}, Year: 2018, Stated: "117M", Source: "Radford et al. 2018, Improving language understanding by generative pre-training, §4.1; the vocabulary is the released one",
		Shape: ofGPT(12, 768, 12, 40478, 512).with(func(s *Shape) { s.OuterNorms = 0 }), Note: "norms after the branches; how many tokens is not stated (BooksCorpus, 100 times)"},
	{Name: "GPT-2 small", Other: []string{"GPT-2"}, Year: 2019, Stated: "124M", Source: gpt2Source, Shape: ofGPT(12, 768, 12, 50257, 1024), Note: "how many tokens is not stated (WebText, 40 GB)"},
	{Name: "GPT-2 medium", Year: 2019, Stated: "355M", Source: gpt2Source, Shape: ofGPT(24, 1024, 16, 50257, 1024)},
	{Name: "GPT-2 large", Year: 2019, Stated: "774M", Source: gpt2Source, Shape: ofGPT(36, 1280, 20, 50257, 1024)},
	{Name: "GPT-2 XL", Year: 2019, Stated: "1.5B", Source: gpt2Source, Shape: ofGPT(48, 1600, 25, 50257, 1024)},
	{Name: "GPT-3 Small", Other: []string{"GPT-3 125M"}, Year: 2020, Stated: "125M", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(12, 768, 12, 50257, 2048)},
	{Name: "GPT-3 Medium", Other: []string{"GPT-3 350M"}, Year: 2020, Stated: "350M", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(24, 1024, 16, 50257, 2048)},
	{Name: "GPT-3 Large", Other: []string{"GPT-3 760M"}, Year: 2020, Stated: "760M", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(24, 1536, 16, 50257, 2048)},
	{Name: "GPT-3 XL", Other: []string{"GPT-3 1.3B"}, Year: 2020, Stated: "1.3B", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(24, 2048, 16, 50257, 2048),
		Note: "the table prints 24 heads of 128, which is more than the width; the count it gives fits 16"},
	{Name: "GPT-3 2.7B", Year: 2020, Stated: "2.7B", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(32, 2560, 32, 50257, 2048)},
	{Name: "GPT-3 6.7B", Year: 2020, Stated: "6.7B", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(32, 4096, 32, 50257, 2048)},
	{Name: "GPT-3 13B", Year: 2020, Stated: "13B", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(40, 5120, 40, 50257, 2048),
		Note: "the table prints a width of 5140; the count it gives fits 40 heads of 128, which is 5120"},
	{Name: "GPT-3 175B", Other: []string{"GPT-3"}, Year: 2020, Stated: "175B", Tokens: 300e9, Source: gpt3Source, Shape: ofGPT(96, 12288, 96, 50257, 2048),
		Note: "every other layer's attention is banded, which changes no parameter"},
	{Name: "GPT-4", Year: 2023, Stated: "not disclosed; 1.8T reported", Tokens: 13e12, Source: "hearsay (SemiAnalysis, July 2023); the technical report, arXiv 2303.08774, discloses no size",
		Reported: &Reported{Layers: 120, Total: 1.8e12, Active: 280e9}, Note: "said to be a mixture of 16 experts, of which 2 are active"},
	{Name: "LLaMA 7B", Other: []string{"LLaMA"}, Year: 2023, Stated: "6.7B", Tokens: 1e12, Source: llamaSource, Shape: ofLlama(32, 4096, 32, 32, 11008, 32000, 2048)},
	{Name: "LLaMA 13B", Year: 2023, Stated: "13.0B", Tokens: 1e12, Source: llamaSource, Shape: ofLlama(40, 5120, 40, 40, 13824, 32000, 2048)},
	{Name: "LLaMA 33B", Other: []string{"LLaMA 30B"}, Year: 2023, Stated: "32.5B", Tokens: 1.4e12, Source: llamaSource, Shape: ofLlama(60, 6656, 52, 52, 17920, 32000, 2048)},
	{Name: "LLaMA 65B", Year: 2023, Stated: "65.2B", Tokens: 1.4e12, Source: llamaSource, Shape: ofLlama(80, 8192, 64, 64, 22016, 32000, 2048)},
	{Name: "Llama-2 7B", Year: 2023, Stated: "7B", Tokens: 2e12, Source: twoSource, Shape: ofLlama(32, 4096, 32, 32, 11008, 32000, 4096)},
	{Name: "Llama-2 13B", Year: 2023, Stated: "13B", Tokens: 2e12, Source: twoSource, Shape: ofLlama(40, 5120, 40, 40, 13824, 32000, 4096)},
	{Name: "Llama-2 70B", Year: 2023, Stated: "70B", Tokens: 2e12, Source: twoSource, Shape: ofLlama(80, 8192, 64, 8, 28672, 32000, 4096)},
	{Name: "Llama-3.1 8B", Other: []string{"Llama-3 8B"}, Year: 2024, Stated: "8B", Tokens: 15e12, Length: 8192, Source: threeSource, Shape: ofLlama(32, 4096, 32, 8, 14336, 128256, 131072)},
	{Name: "Llama-3.1 70B", Other: []string{"Llama-3 70B"}, Year: 2024, Stated: "70B", Tokens: 15e12, Length: 8192, Source: threeSource, Shape: ofLlama(80, 8192, 64, 8, 28672, 128256, 131072)},
	{Name: "Llama-3.1 405B", Other: []string{"Llama-3 405B"}, Year: 2024, Stated: "405B", Tokens: 15.6e12, Length: 8192, Source: threeSource, Shape: ofLlama(126, 16384, 128, 8, 53248, 128256, 131072)},
	{Name: "Mixtral 8x7B", Other: []string{"Mixtral"}, Year: 2023, Stated: "47B, 13B active", Source: "Jiang et al. 2024, arXiv 2401.04088, table 1", Note: "how many tokens is not disclosed",
		Shape: ofLlama(32, 4096, 32, 8, 0, 32000, 32768).with(func(s *Shape) { s.Experts = &Experts{Count: 8, Active: 2, FF: 14336} })},
	{Name: "DeepSeek-V3", Year: 2024, Stated: "671B, 37B active", Tokens: 14.8e12, Length: 4096, Source: "DeepSeek-AI 2024, arXiv 2412.19437, §4.2, and the released configuration", Note: "without the module that predicts tokens further ahead",
		Shape: ofLlama(61, 7168, 128, 128, 18432, 129280, 131072).with(func(s *Shape) {
			s.Latent = &Latent{QRank: 1536, KVRank: 512, Nope: 128, Rope: 64, Value: 128}
			s.HeadDim = 192
			s.Experts = &Experts{Count: 256, Active: 8, FF: 2048, Shared: 1, Dense: 3, Bias: true}
		})},
	{Name: "Gopher 280B", Other: []string{"Gopher"}, Year: 2021, Stated: "280B", Tokens: 300e9, Source: "Rae et al. 2021, arXiv 2112.11446, table 1", Shape: chinchilla(128, 65536), Estimate: true, Note: gopherNote},
	{Name: "Chinchilla 70B", Other: []string{"Chinchilla"}, Year: 2022, Stated: "70B", Tokens: 1.4e12, Source: "Hoffmann et al. 2022, arXiv 2203.15556, table 4", Shape: chinchilla(64, 32768), Estimate: true, Note: gopherNote},
	{Name: "PaLM 8B", Year: 2022, Stated: "8.63B", Tokens: 780e9, Source: palmSource, Shape: palm(32, 4096, 16)},
	{Name: "PaLM 62B", Year: 2022, Stated: "62.50B", Tokens: 795e9, Source: palmSource, Shape: palm(64, 8192, 32)},
	{Name: "PaLM 540B", Other: []string{"PaLM"}, Year: 2022, Stated: "540.35B", Tokens: 780e9, Source: palmSource, Shape: palm(118, 18432, 48)},
}

// FindModel is the published model of a name, however it is spelled: GPT-3, gpt3 and "gpt 3 175b" are one.
func FindModel(name string) (Published, bool) {
	key := bare(name)
	for _, m := range Models {
		if bare(m.Name) == key || slices.ContainsFunc(m.Other, func(o string) bool { return bare(o) == key }) {
			return m, true
		}
	}
	return Published{}, false
}

// ModelNames lists the names of Models.
func ModelNames() []string {
	list := make([]string, len(Models))
	for i, m := range Models {
		list[i] = m.Name
	}
	return list
}

// bare is the letters and digits of a name in lower case; dots stay between digits.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' {
			return r
		}
		return -1
	}, name)
}
