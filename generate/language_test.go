package generate

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
	"brick/token"
)

// littleFolder writes a folder with drawn weights and a tokenizer of bytes.
func littleFolder(t *testing.T, vocab int) string {
	t.Helper()
	c := model.MistralConfig{DecoderConfig: model.DecoderConfig{Vocab: vocab, Width: 16, Hidden: 24, Layers: 2, Heads: 2, Context: 32, Eps: 1e-5, RopeBase: 1e4, Sigma: 0.3}, Window: 6}
	m, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	err = errors.Join(model.Save(dir, nn.Build(m, 1)), token.Save(bytesTokenizer(t), dir))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// stories is what llama2.c and float64 make of a trained model.
type stories struct {
	Greedy []struct {
		Prompt, Text string
		PromptIDs    []int32 `json:"prompt_ids"`
		IDs          []int32
	}
	NLL struct {
		Text    string
		Results map[string]struct {
			Mean float64 `json:"mean_nll_nats_per_token"`
		}
	}
}

func readStories(t *testing.T) (want stories) {
	t.Helper()
	js, err := os.ReadFile(goldentest.Shared(t, "stories260k", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(js, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// greedy holds the likeliest texts against those expected.
func (want *stories) greedy(t *testing.T, l *Language) {
	t.Helper()
	for _, g := range want.Greedy {
		ids, text := slices.Clone(g.PromptIDs), g.Prompt
		for tok, err := range l.Session().Stream(context.Background(), g.Prompt, Sampling{Max: len(g.IDs) - len(g.PromptIDs)}) {
			if err != nil {
				t.Fatal(err)
			}
			ids, text = append(ids, tok.ID), text+tok.Text
		}
		if !slices.Equal(ids, g.IDs) {
			t.Errorf("%q: ids %v, want %v", g.Prompt, ids, g.IDs)
		}
		if strings.TrimSpace(text) != strings.TrimSpace(g.Text) {
			t.Errorf("%q: wrote %q, want %q", g.Prompt, text, g.Text)
		}
	}
}

// loss holds the mean loss of the story against that of float64 with weights of a type.
func (want *stories) loss(t *testing.T, l *Language, kind string, most float64) {
	t.Helper()
	m, err := l.Measure(context.Background(), want.NLL.Text, Reading{Window: 256})
	if err != nil {
		t.Fatal(err)
	}
	mean := want.NLL.Results["dequantised weights, numpy float64, "+kind].Mean
	if m.Examples != 702 || !(math.Abs(m.Loss-mean) <= most) {
		t.Errorf("%s: %.9f nats over %d tokens, want %.9f over 702", kind, m.Loss, m.Examples, mean)
	}
	t.Logf("%s: %.9f nats, %.2g from float64", kind, m.Loss, m.Loss-mean)
	if bits := m.Loss * 702 / math.Ln2 / float64(len(want.NLL.Text)); math.Abs(bits-m.BitsPerByte) > 1e-12 {
		t.Errorf("%v bits a byte, want %v", m.BitsPerByte, bits)
	}
}

// The texts and the losses that llama2.c and float64 give of a trained model come out of its folder and of its files.
func TestStories(t *testing.T) {
	if testing.Short() {
		t.Skip("8,000 tokens")
	}
	want := readStories(t)
	for _, c := range []struct {
		file, kind string
		most       float64
	}{{"hf", "f32", 1e-5}, {"stories260k-f32.gguf", "f32", 1e-5}, {"stories260k-f16.gguf", "f16", 1e-3}, {"stories260k-q8_0.gguf", "q8_0", 1e-3}, {"stories260k-q4_0.gguf", "q4_0", 1e-3}, {"stories260k-q4_k_m.gguf", "q4_k_m", 1e-3}} {
		l, err := Open(goldentest.Shared(t, "stories260k", c.file), model.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if c.kind == "f32" {
			want.greedy(t, l)
		}
		want.loss(t, l, c.kind, c.most)
	}
}

// With every matrix in the file's type, x rounded as llama.cpp does, losses are near those of llama.cpp itself, whose
// rounding of scales differs a little.
func TestStoriesAsStored(t *testing.T) {
	if testing.Short() {
		t.Skip("2,800 tokens")
	}
	want := readStories(t)
	for _, kind := range []string{"f16", "q8_0", "q4_0", "q4_k_m"} {
		for _, how := range []model.Keeping{model.AsStored, model.InPlace} {
			l, err := Open(goldentest.Shared(t, "stories260k", "stories260k-"+kind+".gguf"), model.OpenOptions{Keeping: how})
			if err != nil {
				t.Fatal(err)
			}
			m, err := l.Measure(context.Background(), want.NLL.Text, Reading{Window: 256})
			if err != nil {
				t.Fatal(err)
			}
			mean := want.NLL.Results["llama.cpp "+kind].Mean
			if !(math.Abs(m.Loss-mean) <= 3e-4) {
				t.Errorf("%s, kept as %v: %.9f nats, want %.9f", kind, how, m.Loss, mean)
			}
		}
	}
}

// The loss of a text is that of its windows one by one, and of a window longer than a pass that of its positions.
func TestMeasure(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const text = "fly, brick, fly"
	whole, err := l.Measure(context.Background(), text, Reading{Window: 5})
	if err != nil {
		t.Fatal(err)
	}
	nats, n := 0.0, 0
	for at := 0; at < len(text); at += 5 {
		m, err := l.Measure(context.Background(), text[at:at+5], Reading{})
		if err != nil {
			t.Fatal(err)
		}
		nats, n = nats+m.Loss*float64(m.Examples), n+m.Examples
	}
	if n != 12 || whole.Examples != 12 || math.Abs(whole.Loss-nats/12) > 1e-12 {
		t.Errorf("%v over %d tokens; window by window %v over %d", whole.Loss, whole.Examples, nats/12, n)
	}
	// Windows that overlap: each token once, foretold from what its first window holds before it.
	var heard []int
	m, err := l.Measure(context.Background(), text, Reading{Window: 5, Stride: 2, Tell: func(done, all int) { heard = append(heard, done, all) }})
	if err != nil {
		t.Fatal(err)
	}
	nats, n = 0, 0
	for end := 2; end <= len(text); end++ {
		from := max(0, end-5+(15-end)%2) // windows begin at even places
		if end <= 5 {
			from = 0
		}
		loss := func(text string) float64 {
			m, err := l.Measure(context.Background(), text, Reading{})
			if err != nil {
				t.Fatal(err)
			}
			return m.Loss * float64(m.Examples)
		}
		nats, n = nats+loss(text[from:end]), n+1
		if end-from > 2 {
			nats -= loss(text[from : end-1])
		}
	}
	if n != 14 || m.Examples != 14 || math.Abs(m.Loss-nats/14) > 1e-5 || !slices.Equal(heard, []int{5, 15, 7, 15, 9, 15, 11, 15, 13, 15, 15, 15}) {
		t.Errorf("stride 2: %v over %d tokens, told %v; one by one %v over %d", m.Loss, m.Examples, heard, nats/14, n)
	}
	if m.LossError <= 0 || m.LossError > m.Loss {
		t.Errorf("the loss %v has an error of %v", m.Loss, m.LossError)
	}
	for _, stride := range []int{-1, 6} {
		if _, err := l.Measure(context.Background(), text, Reading{Window: 5, Stride: stride}); err == nil || !strings.Contains(err.Error(), "a stride of") {
			t.Errorf("stride %d: %v", stride, err)
		}
	}
	for _, c := range []struct {
		text   string
		window int
		want   string
	}{{"", 0, "has 0 tokens"}, {"a", 0, "has 1 tokens"}, {text, 33, "windows of 33 tokens"}, {text, 1, "windows of 1"}, {text, -1, "windows of -1"}} {
		if _, err := l.Measure(context.Background(), c.text, Reading{Window: c.window}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, %d: %v", c.text, c.window, err)
		}
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Measure(done, text, Reading{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Sessions of one language share its vocabulary's texts, at the same time too.
func TestSessionsShareAVocabulary(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	texts := make(chan string, 4)
	for range cap(texts) {
		go func() {
			_, text, _, err := collect(l.Session().Stream(context.Background(), "x", Sampling{Schema: []byte(`{"const":[1,"é"]}`)}))
			if err != nil {
				text = err.Error()
			}
			texts <- text
		}()
	}
	for range cap(texts) {
		if text := <-texts; text != `[1,"é"]` {
			t.Errorf("wrote %s", text)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := Open(littleFolder(t, 200), model.OpenOptions{}); err == nil || !strings.Contains(err.Error(), "257 ids; the model has rows for 200") {
		t.Error(err)
	}
	if _, err := Open(littleFolder(t, 257), model.OpenOptions{Limit: 100}); err == nil || !strings.Contains(err.Error(), "parameters need") {
		t.Error(err)
	}
	if _, err := Open(t.TempDir(), model.OpenOptions{}); err == nil {
		t.Error("an empty folder is opened")
	}
}

// A text ends with any of the ids that the folder names, and where another would begin.
func TestEnds(t *testing.T) {
	s, _ := writes(t, "one.two")
	s.Ends = append(s.Ends, '.')
	shown, last := pieces(t, s, "x", Sampling{})
	if got := strings.Join(shown, ""); got != "one" || last.Reason != EOS {
		t.Errorf("wrote %q, ended by %s", got, last.Reason)
	}
}
