package token

import (
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// oracle splits s by a backtracking engine, what lies between matches included.
func oracle(t testing.TB, re *regexp2.Regexp, s string) []string {
	t.Helper()
	var out []string
	runes := []rune(s)
	last := 0
	err := re.FindRunesMatches(runes, 0, func(m regexp2.MatchView) bool {
		at, n, _ := m.GroupRange(0)
		if last < at {
			out = append(out, string(runes[last:at]))
		}
		last = at + n
		out = append(out, string(runes[at:last]))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if last < len(runes) {
		out = append(out, string(runes[last:]))
	}
	return out
}

// byHand are all patterns with a scanner or a finder, as finders.
func byHand() map[Pattern]finder {
	all := maps.Clone(finders)
	for p, f := range scanners {
		all[p] = f.finds
	}
	for p := range spellings {
		_, all[p] = p.lookUp()
	}
	return all
}

func findAll(f finder, s string) []string {
	var out []string
	for i := 0; i < len(s); {
		from, to := f(s, i)
		if i < from {
			out = append(out, s[i:from])
		}
		if from < to {
			out = append(out, s[from:to])
		}
		i = to
	}
	return out
}

func scanAll(f scanner, s string) []string { return findAll(f.finds, s) }

// randomText draws characters of every class the patterns tell apart, in runs.
func randomText(r *rand.Rand, n int) string {
	alphabet := []string{
		"a", "b", "s", "t", "l", "S", "RE", "Ve", "D", "ſ", "é", "Ω", "ß", "ǅ", "ʰ", "中", "字", "ひ", "한", "\u0301", "\u0903", "ⅷ",
		"0", "1", "9", "٣", "½", "²", " ", " ", "  ", "\t", "\n", "\r", "\r\n", "\u00a0", "\u3000", "\u2028", "\u0085", "\v",
		"K", "k", "Ω", "\u1fbe", "ٱ", "ก", "\u0800", "가", "가", "\ud7ff", "ゟ", "ヿ", "ｱ", "À", "Ж", "Ａ", "！", "～", "‘", "〈", "।", "|", "$", "+", "^", "`",
		"'", "'s", "'ll", "'LL", "'ſ", "!", "/", "//", "-", "_", "。", "€", "😀", "\u200b", "\ufeff", "\x00", "\x1c", "\ufffd",
	}
	var b strings.Builder
	for b.Len() < n {
		c := alphabet[r.IntN(len(alphabet))]
		for range 1 + r.IntN(3) {
			b.WriteString(c)
		}
	}
	return b.String()
}

// Each scanner agrees with its expression, run by a backtracking engine.
func TestScannersAgreeWithPatterns(t *testing.T) {
	for pattern, f := range byHand() {
		p := strings.NewReplacer("?+", "?", "++", "+").Replace(string(pattern))
		// (?i:s) of Oniguruma matches ſ too; spelt out here for the engine of this test.
		p = strings.NewReplacer("(?i:'s|", "(?i:'s|'ſ|", "(?i:[sdmt]", "(?i:[sſdmt]").Replace(p)
		// Sets in sets, which that engine lacks, are written as one.
		p = strings.NewReplacer(`\s|[.,`, `\s|.,`, `،])]`, `،)]`).Replace(p)
		re := regexp2.MustCompile(p, regexp2.Multiline)
		r := rand.New(rand.NewPCG(1, 2))
		times := 400
		if testing.Short() {
			times = 100
		}
		for range times {
			s := randomText(r, 1+r.IntN(40))
			want, got := oracle(t, re, s), findAll(f, s)
			if strings.Join(want, "\x01") != strings.Join(got, "\x01") {
				t.Fatalf("%.30s…: %q\n got %q\nwant %q", pattern, s, got, want)
			}
		}
	}
}

// The classes of all characters agree with the engine's.
func TestClassesAgree(t *testing.T) {
	every := rune(1)
	if testing.Short() {
		every = 13
	}
	for c, p := range map[traits]string{isLetter: `^\p{L}$`, isMark: `^\p{M}$`, isNumber: `^\p{N}$`, isPunct: `^\p{P}$`, isSymbol: `^\p{S}$`, isSpace: `^\s$`} {
		re := regexp2.MustCompile(p)
		for r := rune(0); r < 0x30000; r += every {
			if m, _ := re.MatchRunes([]rune{r}); utf8.ValidRune(r) && r != '\n' && m != (runeTraits(r) == c) {
				t.Errorf("U+%04X: %s is %t", r, p, m)
			}
		}
	}
	for c, p := range map[class]string{letter: `^\p{L}$`, number: `^\p{N}$`, space: `^\s$`} {
		re := regexp2.MustCompile(p)
		for r := rune(0); r < 0x30000; r++ {
			if !utf8.ValidRune(r) || r == '\n' {
				continue
			}
			if m, _ := re.MatchRunes([]rune{r}); m != (runeClass(r) == c) {
				t.Errorf("U+%04X: %s is %t", r, p, m)
			}
		}
	}
	word := regexp2.MustCompile(`^[\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}]$`)
	for r := rune(0); r < 0x30000; r++ {
		if m, _ := word.MatchRunes([]rune{r}); utf8.ValidRune(r) && m != isWord(r) && !unicode.In(r, unicode.Other_Alphabetic, unicode.Join_Control) {
			t.Errorf("U+%04X: word is %t", r, m)
		}
	}
}

// Every scanner moves on and covers texts that are no UTF-8.
func TestScannersCoverAnyBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		b := make([]byte, r.IntN(50))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		for pattern, f := range byHand() {
			if got := strings.Join(findAll(f, string(b)), ""); got != string(b) {
				t.Fatalf("%.20s…: %q became %q", pattern, b, got)
			}
		}
	}
}

// Text may be cut at a line start without changing the words.
func TestChunksKeepWords(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		s := randomText(r, 200)
		for pattern, f := range scanners {
			var got []string
			parts := chunks(s, 20)
			for _, p := range parts {
				got = append(got, scanAll(f, p)...)
			}
			if want := scanAll(f, s); strings.Join(want, "\x01") != strings.Join(got, "\x01") {
				t.Fatalf("%.20s…: %q in %d parts\n got %q\nwant %q", pattern, s, len(parts), got, want)
			}
		}
	}
}

func FuzzScanGPT2(f *testing.F) {
	re := regexp2.MustCompile(string(GPT2))
	f.Add("it's 12 o'clock\n\n  x")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || len(s) > 200 {
			return
		}
		want, got := oracle(t, re, s), scanAll(scanGPT2, s)
		if strings.Join(want, "\x01") != strings.Join(got, "\x01") {
			t.Fatalf("%q\n got %q\nwant %q", s, got, want)
		}
	})
}
