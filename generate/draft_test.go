package generate

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
	"brick/token"
)

// written is a text and what writing it took.
func written(t *testing.T, s *Session, prompt string, o Sampling) (text string, ids []int32) {
	t.Helper()
	for token, err := range s.Stream(context.Background(), prompt, o) {
		if err != nil {
			t.Fatal(err)
		}
		text += token.Text
		ids = append(ids, token.ID)
	}
	return text, ids
}

// Guesses change no text, whoever guesses, however tokens are drawn, also where the context fills.
func TestGuessesChangeNothing(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	small, err := l.NewDrafter(l)
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for name, o := range map[string]Sampling{
		"greedy": {Max: 60}, "drawn": {Max: 60, Temperature: 0.9, Seed: 7, TopK: 40},
		"penalised": {Max: 40, Temperature: 0.3, RepeatPenalty: 1.3, RepeatLast: 16, Seed: 3}, "one": {Max: 1},
		"grammar": {Max: 30, Temperature: 1, Grammar: `root ::= ("ab" | "ba")+`}, "stopped": {Max: 60, Temperature: 1, Seed: 5, Stop: []string{"a"}},
	} {
		for who, d := range map[string]Drafter{"look-up": Lookup(3), "the model itself": small, "a liar": liar{}} {
			for _, most := range []int{1, 5} {
				plain, guessed := l.Session(), l.Session()
				guessed.Drafter, guessed.DraftMax = d, most
				plain.Shift, guessed.Shift = true, true
				for _, prompt := range []string{"ab ab ab", "fly"} { // the second goes on where the first ended
					want, wantIDs := written(t, plain, prompt, o)
					got, ids := written(t, guessed, prompt, o)
					if got != want || !slices.Equal(ids, wantIDs) {
						t.Errorf("%s, %s, %d guesses: %q, want %q", name, who, most, got, want)
					}
					if !slices.Equal(guessed.reader.ids, plain.reader.ids) {
						t.Errorf("%s, %s: remembers %d ids, want %d", name, who, len(guessed.reader.ids), len(plain.reader.ids))
					}
					s := guessed.Stats
					if s.Written != len(ids) || s.Accepted > s.Drafted || who == "a liar" && s.Accepted > len(ids)/4 {
						t.Errorf("%s, %s: %+v", name, who, s)
					}
					if name == "greedy" && who == "the model itself" {
						accepted += s.Accepted
					}
				}
			}
		}
	}
	if accepted < 40 {
		t.Errorf("%d guesses of the model about itself were right", accepted)
	}
}

// A smaller model that guesses changes no text of a larger one; nor do guesses about trained models, of which many are right.
func TestSmallerModelDrafts(t *testing.T) {
	tok := bytesTokenizer(t)
	large, small := &Language{Model: build(t, llama), Tokenizer: tok}, &Language{Model: build(t, "embed(8) llama(heads=1,ff=16) rmsnorm linear"), Tokenizer: tok}
	sameWithGuesses(t, large, small, "a brick")
	dir := goldentest.Shared(t, "stories260k")
	large, err := Open(filepath.Join(dir, "stories260k-f32.gguf"), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if small, err = Open(filepath.Join(dir, "stories260k-q4_0.gguf"), model.OpenOptions{}); err != nil {
		t.Fatal(err)
	}
	if s := sameWithGuesses(t, large, small, "Once upon a time"); s.Accepted < s.Drafted/2 {
		t.Errorf("%d of %d guesses were right", s.Accepted, s.Drafted)
	}
}

// sameWithGuesses holds texts that are written with guesses against those without, and gives what the model's guesses of the
// likeliest text were worth.
func sameWithGuesses(t *testing.T, large, small *Language, prompt string) (greedy Stats) {
	t.Helper()
	for _, o := range []Sampling{{Max: 40}, {Max: 40, Temperature: 0.9, Seed: 3}} {
		want, wantIDs := written(t, large.Session(), prompt, o)
		drafter, err := large.NewDrafter(small)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []Drafter{Lookup(3), drafter} {
			s := large.Session()
			s.Drafter, s.DraftMax = d, 4
			got, ids := written(t, s, prompt, o)
			if got != want || !slices.Equal(ids, wantIDs) {
				t.Errorf("%T, temperature %v: %q, want %q", d, o.Temperature, got, want)
			}
			if d == drafter && s.Stats.Drafted == 0 {
				t.Errorf("temperature %v: nothing was guessed", o.Temperature)
			}
			if d == drafter && o.Temperature == 0 {
				greedy = s.Stats
			}
		}
	}
	return greedy
}

// liar guesses the same token always.
type liar struct{}

func (liar) Draft(_ []int32, n int) ([]int32, error) { return slices.Repeat([]int32{200}, n), nil }

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		n, most int
		ids     []int32
		want    []int32
	}{
		{3, 4, []int32{1, 2, 3, 4, 9, 1, 2, 3}, []int32{4, 9, 1, 2}},
		{3, 8, []int32{1, 2, 3, 4, 9, 1, 2, 3}, []int32{4, 9, 1, 2, 3}},
		{2, 2, []int32{1, 2, 5, 1, 2, 6, 1, 2}, []int32{6, 1}}, // the last place it stood
		{3, 2, []int32{7, 2, 5, 1, 2}, []int32{5, 1}},          // with fewer tokens, if not with all
		{3, 2, []int32{1, 2, 3}, nil},
		{3, 2, nil, nil},
	} {
		if got, err := Lookup(c.n).Draft(c.ids, c.most); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, %v; want %v", c, got, err, c.want)
		}
	}
}

func TestNewDrafterRefuses(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	other := &Language{Model: l.Model, Tokenizer: mine{l.Tokenizer}}
	if _, err := l.NewDrafter(other); err == nil || !strings.Contains(err.Error(), `token 97 of the model that drafts is "other"`) {
		t.Error(err)
	}
}

// A whole text is written on as from nothing, whatever is remembered, whole or in pieces, and however keys are kept.
func TestContinueEqualsFresh(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"a brick", "a brick flies", "a bridge", "a brick flies high", "x"}
	for _, keep := range []nn.Remember{{}, {KV: device.F16}} {
		for _, piece := range []int{0, 1, 3} {
			s := l.Session()
			s.Remember(keep)
			s.Piece = piece
			for _, text := range texts {
				fresh := l.Session()
				fresh.Remember(keep)
				o := Sampling{Max: 6, Temperature: 0.8, Seed: 11}
				ids := l.Tokenizer.Encode(text, nil)
				var got, want []int32
				for token, err := range s.Continue(context.Background(), ids, o) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, token.ID)
				}
				for token, err := range fresh.Continue(context.Background(), ids, o) {
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, token.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v, pieces of %d, %q: %v, want %v", keep, piece, text, got, want)
				}
				if st := s.Stats; st.Reused+st.Read != len(ids) || st.Written != len(got) || fresh.Stats.Reused != 0 {
					t.Errorf("%q: %+v", text, st)
				}
			}
		}
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range l.Session().Continue(done, l.Tokenizer.Encode("a brick", nil), Sampling{Max: 2}) {
		if fmt.Sprint(err) != "context canceled" {
			t.Error(err)
		}
	}
}

// What cannot go back to where two texts part, such as a recurrent state, reads the second one anew and says so.
func TestContinueWithoutWayBack(t *testing.T) {
	s := NewSession(build(t, "embed(16) lstm(24) linear"), bytesTokenizer(t), 0, nil)
	text := "a brick"
	for _, c := range []struct {
		text   string
		reused int
	}{{text, 0}, {text + " flies", len(text) - 1}, {"a bridge", 0}} {
		ids := s.tok.Encode(c.text, nil)
		if c.reused > 0 { // what was written is one that it goes on from
			s.Reset()
			if _, err := s.reader.read(ids[:c.reused]); err != nil {
				t.Fatal(err)
			}
		}
		for _, err := range s.Continue(context.Background(), ids, Sampling{Max: 3}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if s.Stats.Reused != c.reused || s.Stats.Read != len(ids)-c.reused {
			t.Errorf("%q: %+v, want %d of %d reused", c.text, s.Stats, c.reused, len(ids))
		}
	}
}

// mine is a tokenizer that spells one token otherwise.
type mine struct{ token.Tokenizer }

func (m mine) AppendBytes(dst []byte, id int32) []byte {
	if id == 97 {
		return append(dst, "other"...)
	}
	return m.Tokenizer.AppendBytes(dst, id)
}
