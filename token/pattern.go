package token

import (
	"strings"
	"unicode"
)

// A Pattern splits text into words before byte-pair merging; no piece crosses the end of a word. The values here
// are scanned by hand; any other is the text of an expression.
type Pattern string

// The patterns with a scanner of their own.
const (
	// GPT2 is that of GPT-2 (Radford et al. 2019).
	GPT2 Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	// CL100K is that of GPT-4 and Llama 3: case does not matter in 's, up to three digits together, line ends apart.
	CL100K Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	// Qwen2 is CL100K with every digit apart.
	Qwen2 Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	// O200K is that of GPT-4o: CL100K that also splits where lower case turns to upper.
	O200K Pattern = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// spellings are patterns that differ from others in text, not in what they match: OpenAI's own cl100k writes
// possessive quantifiers where nothing could be given back, and what GPT-2's last alternative matches is a word of its
// own without it too.
var spellings = map[Pattern]Pattern{
	GPT2:                       gpt2Short,
	` ?[^(\s|[.,!?…。，、।۔،])]+`: bloomPattern, // a set in a set, as Oniguruma reads it
	`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`:      CL100K,
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`: CL100K,
	`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`:           Qwen2,
	`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`:                                            gpt2Short,
}

// canonical is one of the spellings of a pattern. Files spell line ends as such or by \r and \n.
func (p Pattern) canonical() Pattern {
	p = Pattern(strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(string(p)))
	if same, ok := spellings[p]; ok {
		return same
	}
	return p
}

// scanners finds the scanner of a pattern.
var scanners = map[Pattern]scanner{
	CL100K:         scanCL100K,
	Qwen2:          scanQwen2,
	O200K:          scanO200K,
	gpt2Short:      scanGPT2,
	qwen35Pattern:  scanQwen35,
	tekkenPattern:  scanTekken,
	youtuPattern:   casePattern{digits: 1}.scan,
	seedPattern:    linesPattern{digits: 1}.scan,
	turkishPattern: linesPattern{digits: 1, stop: "\r\n", plain: true}.scan,
	miniPattern:    linesPattern{stop: "\r\n"}.scan,
}

// Patterns of one family each.
const (
	gpt2Short      Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)`
	qwen35Pattern  Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	tekkenPattern  Pattern = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	youtuPattern   Pattern = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	seedPattern    Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+`
	turkishPattern Pattern = `[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	miniPattern    Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	linePattern    Pattern = `[^\n]+|[\n]+`

	v3Pattern    Pattern = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+" + `|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	sparkPattern Pattern = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+" + `|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+`
	marksPlain   Pattern = `[\p{P}\$\+<=>\^~\|]+`
	marksPattern Pattern = "[\\p{P}\\$\\+<=>\\^~\\|`]+"
	bloomPattern Pattern = ` ?[^(\s|.,!?…。，、।۔،)]+`
)

// Sets of characters of DeepSeek's and Youtu's patterns.
const (
	deepSeekLetters = "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377" +
		"\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5" +
		"\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d" +
		"\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4" +
		"\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d" +
		"\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4" +
		"\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06" +
		"\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb\U00010c80-\U00010cb2" +
		"\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943"
	hangul        = "\uac00-\ud7a3\u3131-\u318e"
	bopomofo      = "\u3105-\u312f"
	youtuSigns    = "\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f\ufe30-\ufe4f"
	deepSeekSigns = "!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002"
	deepSeekHan   = "\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff"
	v3Han         = "\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff"
)

// finders finds the finder of a pattern that leaves part of a text out.
var finders = map[Pattern]finder{
	linePattern:                     scanner(lineRuns).finds, // not among the scanners: its words reach over \r, where long texts are cut
	`[\r\n]`:                        newRuns(nil, set("\r\n"), 1).find,
	`\p{N}`:                         newRuns(nil, unicode.IsNumber, 1).find,
	`\p{N}{1,3}`:                    newRuns(nil, unicode.IsNumber, 3).find,
	`\p{N}+`:                        newRuns(nil, unicode.IsNumber, 0).find,
	`[0-9][0-9][0-9]`:               findThreeDigits,
	`\s?\p{L}+`:                     newRuns(unicode.IsSpace, unicode.IsLetter, 0).find,
	`\s?\p{P}+`:                     newRuns(unicode.IsSpace, unicode.IsPunct, 0).find,
	`\s+$`:                          findEnds,
	`\s?[` + deepSeekLetters + `]+`: newRuns(unicode.IsSpace, set(deepSeekLetters), 0).find,
	`\s?[` + deepSeekSigns + `]+`:   newRuns(unicode.IsSpace, set(deepSeekSigns), 0).find,
	`[` + deepSeekHan + `]+`:        newRuns(nil, set(deepSeekHan), 0).find,
	`[` + v3Han + `]+`:              newRuns(nil, set(v3Han), 0).find,
	v3Pattern:                       deepSeek{}.find,
	sparkPattern:                    deepSeek{apart: true}.find,
	marksPattern:                    newRuns(nil, isPunctuation, 0).find,
	`[` + hangul + `]+`:             newRuns(nil, set(hangul), 0).find,
	`[` + bopomofo + `]+`:           newRuns(nil, set(bopomofo), 0).find,
	`[` + youtuSigns + `]+`:         newRuns(nil, set(youtuSigns), 0).find,
	marksPlain:                      newRuns(nil, func(r rune) bool { return r != '`' && isPunctuation(r) }, 0).find,
	` {2,}`:                         findSpaces,
	`\A +| +\z`:                     findOuterSpaces,
	bloomPattern:                    newRuns(func(r rune) bool { return r == ' ' }, inBloomWord, 0).find,
}

func inBloomWord(r rune) bool {
	return !unicode.IsSpace(r) && !strings.ContainsRune("(|.,!?…。，、।۔،)", r)
}

// lookUp finds what is written by hand for a pattern: a scanner, or a finder, or neither.
func (p Pattern) lookUp() (scanner, finder) {
	p = p.canonical()
	if f := scanners[p]; f != nil {
		return f, f.finds
	}
	return nil, finders[p]
}
