package lab

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"brick/data"
	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/token"
)

// oracle makes a model of a function that names the next token after each beginning of a sequence.
func oracle(vocab int, next func(seen []int32) int32) nn.Block {
	return nn.Func(func(x *nn.Var) *nn.Var {
		ids, t := x.IDs(), x.Dim(1)
		z := make([]grad.Float, len(ids)*vocab)
		for i := range ids {
			if id := next(ids[i/t*t : i+1]); id >= 0 {
				z[i*vocab+int(id)] = 20
			}
		}
		return x.Tape().Const(z, x.Dim(0), t, vocab)
	})
}

// uniform knows nothing: every token is as likely.
func uniform(vocab int) nn.Block { return oracle(vocab, func([]int32) int32 { return -1 }) }

// copier says what followed the last time: the two-layer circuit of an induction head, as a program.
func copier(seen []int32) int32 {
	n := len(seen) - 1
	for j := n - 1; j >= 0; j-- {
		if seen[j] == seen[n] {
			return seen[j+1]
		}
	}
	return -1
}

// bracketed is text with brackets of three kinds in each other, some without a partner.
func bracketed(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	var open []string
	pairs := []string{"()", "[]", "{}", "()"}
	for i := range n {
		switch k := r.IntN(6); {
		case k < 2 && len(open) < 4:
			p := pairs[r.IntN(len(pairs))]
			b.WriteString(p[:1])
			open = append(open, p[1:])
		case k < 4 && len(open) > 0:
			b.WriteString(open[len(open)-1])
			open = open[:len(open)-1]
		default:
			b.WriteString("xyz "[k%4 : k%4+1])
		}
		if i%400 == 399 {
			b.WriteString(") ]\n") // a slip, as texts have them
		}
	}
	return b.String()
}

// closing is the character that closes the innermost open bracket of a text, by a stack of its own.
func closing(text string) string {
	var stack []byte
	for _, c := range []byte(text) {
		switch c {
		case '(':
			stack = append(stack, ')')
		case '[', '{':
			stack = append(stack, c+2)
		case ')', ']', '}':
			if len(stack) > 0 && stack[len(stack)-1] == c {
				stack = stack[:len(stack)-1]
			} else {
				stack = nil
			}
		}
	}
	if len(stack) == 0 {
		return ""
	}
	return string(stack[len(stack)-1])
}

// charSet is a text in memory by characters.
func charSet(t testing.TB, text string, window int) (token.Tokenizer, data.Set) {
	t.Helper()
	tok, err := token.NewChars(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := data.NewCorpus("text", [][]byte{[]byte(text)}, data.Options{Test: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Tokens(data.Options{Window: window, Encoder: encoder{tok}})
	if err != nil {
		t.Fatal(err)
	}
	return tok, s.Test
}

// encoder lets a corpus use a tokenizer.
type encoder struct{ token.Tokenizer }

func (e encoder) Encode(dst []int32, text []byte) []int32 {
	return e.Tokenizer.Encode(string(text), dst)
}
func (e encoder) VocabSize() int     { return e.Vocab() }
func (e encoder) EndOfText() int32   { return -1 }
func (e encoder) Bytes(id int32) int { return len(e.AppendBytes(nil, id)) }
func (e encoder) Fingerprint() string {
	return fmt.Sprint(e.Vocab())
}

func skillsOf(t *testing.T, m nn.Block, tok token.Tokenizer, held data.Set) map[string]float64 {
	t.Helper()
	found, err := SkillsOf(context.Background(), cpu.Default(), m, tok, held)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range found {
		if math.IsNaN(v) || math.IsInf(v, 0) || strings.HasSuffix(name, "_nats") == (v > 0) && v != 0 {
			t.Errorf("%s is %v", name, v)
		}
	}
	return found
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.6g, want %.6g ± %g", what, got, want, within)
	}
}

// A model with a stack closes every bracket rightly; one that always says the most frequent bracket has the base; one
// that knows nothing gives each an equal chance.
func TestBracketsOfKnownModels(t *testing.T) {
	tok, held := charSet(t, bracketed(40_000), 64)
	v := tok.Vocab()
	id := func(piece string) int32 {
		i, ok := tok.ID(piece)
		if !ok {
			return -1
		}
		return i
	}
	knows := skillsOf(t, oracle(v, func(seen []int32) int32 { return id(closing(string(tok.Decode(seen)))) }), tok, held)
	near(t, "brackets of a stack", knows["brackets"], 1, 0)
	near(t, "its nats", knows["brackets_nats"], 0, 1e-6)
	most := skillsOf(t, oracle(v, func([]int32) int32 { return id(")") }), tok, held)
	near(t, "brackets of the most frequent one", most["brackets"], most["brackets_base"], 0)
	if b := most["brackets_base"]; b < 0.4 || b > 0.65 {
		t.Errorf("base %v; half of the brackets are round", b)
	}
	nothing := skillsOf(t, uniform(v), tok, held)
	near(t, "nats of a uniform model", nothing["brackets_nats"], -math.Log(3), 1e-6)
	wrong := skillsOf(t, oracle(v, func(seen []int32) int32 {
		if c := closing(string(tok.Decode(seen))); c == "}" {
			return id(")")
		}
		return id("}")
	}), tok, held)
	near(t, "brackets of a model that is always wrong", wrong["brackets"], 0, 0)
}

// Too few brackets, or only one kind of them, say nothing.
func TestBracketsNeedEnough(t *testing.T) {
	for name, text := range map[string]string{
		"none":       strings.Repeat("no brackets here\n", 2000),
		"few":        strings.Repeat("plain text in a line\n", 2000) + strings.Repeat("(a [b] {c})\n", 30),
		"one kind":   strings.Repeat("f(x) and g(y)\n", 2000),
		"never shut": strings.Repeat("((( [[[ {{{\n", 2000) + ") ] }",
		"never open": strings.Repeat(") ] }\n", 4000),
	} {
		tok, held := charSet(t, text, 64)
		found := skillsOf(t, uniform(tok.Vocab()), tok, held)
		for _, key := range []string{"brackets", "brackets_nats", "brackets_base"} {
			if v, ok := found[key]; ok {
				t.Errorf("%s: %s is said to be %v", name, key, v)
			}
		}
	}
}

// Chinese brackets count where the vocabulary has them; marks that pair nothing do not.
func TestChineseBrackets(t *testing.T) {
	tok, held := charSet(t, strings.Repeat("《诗》曰：「关关雎鸠，在河之洲。」（注）\n", 2000), 60)
	found := skillsOf(t, uniform(tok.Vocab()), tok, held)
	near(t, "base of three brackets in turn", found["brackets_base"], 1./3, 0.04)
	near(t, "nats of a uniform model", found["brackets_nats"], -math.Log(3), 1e-6)
	c := closersOf(tok, tok.Vocab())
	if len(c.ids) != 3 {
		t.Errorf("%d tokens close brackets, want those of 》」）", len(c.ids))
	}
}

// Tokens of several characters, of parts of one, and special ones keep the count of what is open.
func TestClosersFollowBytes(t *testing.T) {
	tok, err := token.NewBytes("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	c := closersOf(tok, tok.Vocab())
	find := func(text string) (needs string) {
		ids := tok.Encode(text+" ", nil)
		for _, p := range c.find(tok, ids[:len(ids)-1], ids[1:], 0) {
			needs += string(p.need)
		}
		return needs
	}
	for text, want := range map[string]string{
		"(a)":                  ")",
		"{[()]}":               ")]}",
		"(a]":                  "", // does not fit, and closes all:
		"(a])":                 "",
		"「(」)":                 "", // of bytes, 」 is read after it is whole
		"「(a)」":                ")",
		"(<|endoftext|>)":      "", // another text
		"x)":                   "",
		"([)]":                 "",
		"a\xe3(\xe3b)":         ")", // bytes that are no characters
		"(a) b) {c}":           ")}",
		"《(》":                  "",
		strings.Repeat("(", 9): "",
	} {
		if got := find(text); got != want {
			t.Errorf("%q: needs %q, want %q", text, got, want)
		}
	}
}

// A model that copies has the skill of induction in full; one that knows nothing has its chance; one that says the same
// again has none.
func TestInductionOfKnownModels(t *testing.T) {
	tok, held := charSet(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\n"+strings.Repeat("the quick brown fox\n", 200), 64)
	v := tok.Vocab()
	copies := skillsOf(t, oracle(v, copier), tok, held)
	near(t, "induction of a copier", copies["induction"], 1, 0)
	near(t, "its nats", copies["induction_nats"], 0, 1e-5)
	nothing := skillsOf(t, uniform(v), tok, held)
	near(t, "induction of a uniform model", nothing["induction"], nothing["induction_base"], 0.02)
	near(t, "its nats", nothing["induction_nats"], -math.Log(float64(v)), 1e-5)
	near(t, "base", nothing["induction_base"], 1/float64(v-1), 1e-12) // all but <unk>
	same := skillsOf(t, oracle(v, func(seen []int32) int32 { return seen[len(seen)-1] }), tok, held)
	near(t, "induction of a model that repeats a token", same["induction"], 0, 0)

	tok, held = charSet(t, strings.Repeat("the quick brown fox\n", 200), 12)
	if v, ok := skillsOf(t, uniform(tok.Vocab()), tok, held)["induction"]; ok {
		t.Errorf("windows of 12 tokens, too short for it: %v", v)
	}
}

// A model that adds has every answer; one that forgets to carry has those without a carry; the base is the likeliest sum.
func TestArithmeticOfKnownModels(t *testing.T) {
	s, err := data.Open("arithmetic", data.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	info := s.Info()
	adds := func(sum func(a, b int) int) nn.Block {
		return oracle(info.Vocab, func(seen []int32) int32 {
			text := ""
			for _, id := range seen {
				text += info.Symbols[id]
			}
			question, given, ok := strings.Cut(text, "=")
			var a, b int
			if _, err := fmt.Sscanf(question, "%d+%d", &a, &b); !ok || err != nil {
				return -1
			}
			answer := fmt.Sprintf("%d\n", sum(a, b))
			if len(given) >= len(answer) || !strings.HasPrefix(answer, given) {
				return -1
			}
			c := answer[len(given)]
			for id, symbol := range info.Symbols {
				if symbol == string(c) {
					return int32(id)
				}
			}
			return -1
		})
	}
	right := skillsOf(t, adds(func(a, b int) int { return a + b }), nil, s.Test)
	near(t, "arithmetic of a model that adds", right["arithmetic"], 1, 0)
	near(t, "its nats", right["arithmetic_nats"], 0, 1e-5)
	forgets := skillsOf(t, adds(func(a, b int) int {
		tens, ones := (a/10+b/10)%10, (a%10+b%10)%10
		return 10*tens + ones
	}), nil, s.Test)
	near(t, "arithmetic without carries", forgets["arithmetic"], 0.55*0.55, 0.05) // of digits 55 of 100 pairs carry nothing
	off := skillsOf(t, adds(func(a, b int) int { return a + b + 1 }), nil, s.Test)
	near(t, "arithmetic of a model that is off by one", off["arithmetic"], 0, 0)
	near(t, "base", off["arithmetic_base"], 0.01, 0.008)
	if _, ok := off["induction"]; ok {
		t.Error("induction measured in windows of 9 tokens")
	}
}

// The same bits for any number of workers, and twice.
func TestSkillsSameForAllWorkers(t *testing.T) {
	tok, held := charSet(t, bracketed(20_000), 64)
	m, err := model.New("embed(24) 2*llama(heads=2,ff=32) rmsnorm linear(tied=true)", nn.Input{Shape: []int{64}, Vocab: tok.Vocab(), Outputs: tok.Vocab()})
	if err != nil {
		t.Fatal(err)
	}
	var first map[string]float64
	for _, n := range []int{1, 1, 2, 5} {
		dev := cpu.New(n)
		defer dev.Close()
		nn.BuildOn(dev, m, 5)
		found, err := SkillsOf(context.Background(), dev, m, tok, held)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = found
		}
		if !maps.Equal(first, found) || len(found) == 0 {
			t.Errorf("%d workers: %v, one %v", n, found, first)
		}
	}
}

func TestSkillsErrors(t *testing.T) {
	tok, held := charSet(t, bracketed(20_000), 64)
	if _, err := SkillsOf(context.Background(), nil, uniform(tok.Vocab()+1), tok, held); err == nil || !strings.Contains(err.Error(), "want a logit for each") {
		t.Errorf("too many logits: %v", err)
	}
	short := nn.Func(func(x *nn.Var) *nn.Var { nn.Refuse("position", "the context holds 8 positions", x.Shape()); return x })
	if _, err := SkillsOf(context.Background(), nil, short, tok, held); err == nil || !strings.Contains(err.Error(), "8 positions") {
		t.Errorf("a model that refuses: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := SkillsOf(ctx, nil, uniform(tok.Vocab()), tok, held); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	moons, err := data.Moons(data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := SkillsOf(context.Background(), nil, uniform(2), nil, moons.Test); err == nil || !strings.Contains(err.Error(), "classification") {
		t.Errorf("classes: %v", err)
	}
	diverged := nn.Func(func(x *nn.Var) *nn.Var {
		z := make([]grad.Float, x.Len()*tok.Vocab())
		for i := range z {
			z[i] = grad.Float(math.NaN())
		}
		return x.Tape().Const(z, x.Dim(0), x.Dim(1), tok.Vocab())
	})
	for name, v := range skillsOf(t, diverged, tok, held) {
		if strings.HasSuffix(name, "_nats") {
			t.Errorf("a diverged model has %s = %v", name, v)
		}
	}
}
