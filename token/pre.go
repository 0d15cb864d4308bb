package token

// preTokenizer is what a name in GGUF's tokenizer.ggml.pre stands for.
type preTokenizer struct {
	patterns     []Pattern // each cuts the words the one before it left
	ignoreMerges bool      // a word that is a piece stays one
	addBOS       bool      // where tokenizer.ggml.add_bos_token is absent
	addSep       bool      // likewise for add_sep_token
}

const (
	oneNumber    Pattern = `\p{N}`
	threeNumbers Pattern = `\p{N}{1,3}`
	anyLineEnd   Pattern = `[\r\n]`
)

var (
	gpt2Pre      = preTokenizer{patterns: []Pattern{gpt2Short}}
	digitsPre    = preTokenizer{patterns: []Pattern{oneNumber, gpt2Short}}
	llama3Pre    = preTokenizer{patterns: []Pattern{CL100K}, ignoreMerges: true, addBOS: true}
	cl100kPre    = preTokenizer{patterns: []Pattern{CL100K}}
	qwen2Pre     = preTokenizer{patterns: []Pattern{Qwen2}}
	o200kPre     = preTokenizer{patterns: []Pattern{O200K}}
	bloomPre     = preTokenizer{patterns: []Pattern{bloomPattern}}
	robertaPre   = preTokenizer{patterns: []Pattern{gpt2Short}, addSep: true}
	deepSeek3Pre = preTokenizer{patterns: []Pattern{threeNumbers, `[` + v3Han + `]+`, v3Pattern}}
)

// preTokenizers are the names llama.cpp gives the pre-tokenizers of byte-level models (llama-vocab.cpp), as they
// stand in GGUF files. Where llama.cpp writes an expression of the original otherwise than it was published, the
// published one is meant.
var preTokenizers = map[string]preTokenizer{
	"default": {patterns: []Pattern{marksPlain, gpt2Short, `\p{N}+`, `[0-9][0-9][0-9]`}},
	"falcon":  {patterns: []Pattern{marksPattern, gpt2Short, `[0-9][0-9][0-9]`}},

	"gpt-2": gpt2Pre, "phi-2": gpt2Pre, "jina-es": gpt2Pre, "jina-de": gpt2Pre, "jina-v2-es": gpt2Pre, "jina-v2-de": gpt2Pre,
	"gigachat": gpt2Pre, "a.x-4.0": gpt2Pre, "mellum": gpt2Pre, "modern-bert": gpt2Pre, "mpt": gpt2Pre, "olmo": gpt2Pre,
	"jais": gpt2Pre, "trillion": gpt2Pre, "granite-docling": gpt2Pre, "exaone4": gpt2Pre,
	"jina-v1-en": robertaPre, "jina-v2-code": robertaPre, "roberta-bpe": robertaPre,

	"starcoder": digitsPre, "refact": digitsPre, "command-r": digitsPre, "smollm": digitsPre, "codeshell": digitsPre,
	"exaone": digitsPre, "minerva-7b": digitsPre, "mellum2": digitsPre,

	"llama3": llama3Pre, "llama-v3": llama3Pre, "llama-bpe": llama3Pre, "falcon3": llama3Pre, "falcon-h1": llama3Pre,
	"pixtral": llama3Pre, "midm-2.0": llama3Pre, "lfm2": llama3Pre, "jina-v5-nano": llama3Pre,
	"dbrx": cl100kPre, "smaug-bpe": cl100kPre, "glm4": cl100kPre, "chatglm-bpe": cl100kPre,
	"minicpm5": {patterns: []Pattern{threeNumbers, miniPattern}, ignoreMerges: true},

	"qwen2": qwen2Pre, "deepseek-r1-qwen": qwen2Pre, "kormo": qwen2Pre, "f2llmv2": qwen2Pre, "megrez": qwen2Pre,
	"stablelm2": qwen2Pre, "hunyuan": qwen2Pre, "solar-open": qwen2Pre, "grok-2": qwen2Pre,
	"bailingmoe": qwen2Pre, "bailingmoe2": qwen2Pre, "llada-moe": qwen2Pre,
	"qwen35":     {patterns: []Pattern{qwen35Pattern}},
	"seed-coder": {patterns: []Pattern{seedPattern}},
	"ufakzeka":   {patterns: []Pattern{turkishPattern}},
	"laguna":     {patterns: []Pattern{linePattern, Qwen2}},

	"deepseek-llm": {patterns: []Pattern{anyLineEnd, `\s?[` + deepSeekLetters + `]+`, `\s?[` + deepSeekSigns + `]+`, `\s+$`,
		`[` + deepSeekHan + `]+`, `\p{N}+`}},
	"deepseek-coder": {patterns: []Pattern{anyLineEnd, `\s?\p{L}+`, `\s?\p{P}+`, `[` + deepSeekHan + `]+`, oneNumber}},
	"deepseek-v3":    deepSeek3Pre, "hunyuan-dense": deepSeek3Pre, "joyai-llm": deepSeek3Pre, "hy_v4": deepSeek3Pre,
	"spark2_5": {patterns: []Pattern{threeNumbers, `[` + v3Han + `]+`, sparkPattern, oneNumber}},

	"gpt-4o": o200kPre, "llama4": o200kPre, "kanana2": o200kPre, "talkie": o200kPre, "minimax-m2": o200kPre,
	"granite-embed-multi-97m": {patterns: []Pattern{O200K}, ignoreMerges: true},
	"tekken":                  {patterns: []Pattern{tekkenPattern}, ignoreMerges: true, addBOS: true},
	"youtu": {patterns: []Pattern{`[` + hangul + `]+`, `[` + youtuSigns + `]+`, `[` + bopomofo + `]+`, `[` + v3Han + `]+`, youtuPattern},
		ignoreMerges: true},

	"poro-chat": bloomPre, "bloom": bloomPre, "gpt3-finnish": bloomPre,
	"viking": {patterns: []Pattern{bloomPattern, oneNumber}},
}
