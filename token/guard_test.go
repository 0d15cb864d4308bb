package token

import (
	"slices"
	"testing"
)

// A guard keeps a special token ordinary text, whichever tokenizer, and the others special.
func TestEncodeGuarded(t *testing.T) {
	const text = "go<|a|> go <|a|>go"
	bpe, err := TrainBPE(slices.Values([]string{"go go go go"}), TrainConfig{Vocab: 260, Special: []string{"<|a|>"}})
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := NewBytes("<|a|>")
	if err != nil {
		t.Fatal(err)
	}
	chars, err := NewChars("go <|a>", "<|a|>")
	if err != nil {
		t.Fatal(err)
	}
	for _, tok := range []interface {
		Tokenizer
		EncodeOrdinary(string, []int32) []int32
	}{bpe, bytes, chars} {
		if got, want := EncodeGuarded(tok, text, nil, nil), tok.Encode(text, nil); !slices.Equal(got, want) {
			t.Errorf("%T: %v without a guard, want %v", tok, got, want)
		}
		if got, want := EncodeGuarded(tok, text, []int{6, 11}, nil), tok.EncodeOrdinary(text, nil); !slices.Equal(got, want) {
			t.Errorf("%T: %v with both guarded, want %v", tok, got, want)
		}
		want := tok.Encode("<|a|>go", tok.EncodeOrdinary("go<|a|> go ", nil))
		if got := EncodeGuarded(tok, text, []int{3}, nil); !slices.Equal(got, want) {
			t.Errorf("%T: %v with the first guarded, want %v", tok, got, want)
		}
		if got, want := EncodeGuarded(tok, text, []int{1, 7, 10, 16}, nil), tok.Encode(text, nil); !slices.Equal(got, want) {
			t.Errorf("%T: %v with guards beside the tokens, want %v", tok, got, want)
		}
		if got, want := EncodeGuarded(struct{ Tokenizer }{tok}, "<|a|>", []int{4}, nil), tok.EncodeOrdinary("<|a|>", nil); !slices.Equal(got, want) {
			t.Errorf("%T from elsewhere: %v, want %v", tok, got, want)
		}
	}
}

// A special token that is looked for in normalised text is guarded with all of its section.
func TestEncodeGuardedNormalized(t *testing.T) {
	tok := file{vocab: []string{"x", "y", "a", "<A>"}, normalizer: `{"type":"Lowercase"}`,
		added: `[{"id":3,"content":"<A>","special":true,"normalized":true}]`}.read(t)
	if ids := tok.Encode("x <a>", nil); !slices.Contains(ids, 3) {
		t.Fatalf("%v: the token is not found unguarded", ids)
	}
	if ids := EncodeGuarded(tok, "x <a>", []int{3}, nil); slices.Contains(ids, 3) {
		t.Errorf("%v has the guarded token", ids)
	}
}
