package generate_test

import (
	"context"
	"fmt"

	"brick/data"
	"brick/generate"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/token"
	"brick/train"
)

// abc is a small LLaMA over bytes that has learnt to say the alphabet.
func abc() (model.Model, *token.Bytes) {
	tok, _ := token.NewBytes("<|endoftext|>")
	m, _ := model.New("embed(16) llama(heads=2,ff=32) rmsnorm linear", nn.Input{Vocab: tok.Vocab()})
	nn.Build(m, 1)
	adam := optim.NewAdam()
	if err := optim.Attach(adam, m); err != nil {
		panic(err)
	}
	text := tok.Encode("abcdefghijklmnopqrstuvwxyz.<|endoftext|>", nil)
	n := len(text) - 1
	batch := &data.Batch{Shape: []int{1, n}, IDs: text[:n], YShape: []int{1, n}, Labels: text[1:]}
	batches := func(yield func(int, *data.Batch) bool) {
		for step := 0; yield(step, batch); step++ {
		}
	}
	for _, err := range train.Steps(context.Background(), m, adam, batches, train.Config{Steps: 150, Rate: optim.Schedule{LR: 0.02}.At}) {
		if err != nil {
			panic(err)
		}
	}
	return m, tok
}

// A stream is an iterator over tokens; leaving the loop ends it.
func ExampleStream() {
	m, tok := abc()
	for t, err := range generate.Stream(m, tok.Encode("abc", nil), generate.Sampling{Max: 5}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s", tok.Decode([]int32{t.ID}))
	}
	fmt.Println()
	// Output: defgh
}

// A session takes text, gives text, and remembers both.
func ExampleSession() {
	m, tok := abc()
	s := generate.NewSession(m, tok, model.Context(m), nil)
	for _, prompt := range []string{"abc", ""} {
		for t, err := range s.Stream(context.Background(), prompt, generate.Sampling{Stop: []string{"m"}}) {
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Print(t.Text)
			if t.Reason != "" {
				fmt.Println(" —", t.Reason)
			}
		}
	}
	// Output:
	// defghijkl — stop
	// nopqrstuvwxyz. — eos
}

// A grammar, and what the model wants to say takes its form.
func ExampleSampling() {
	m, tok := abc()
	s := generate.NewSession(m, tok, model.Context(m), nil)
	for t, err := range s.Stream(context.Background(), "abc", generate.Sampling{Grammar: `root ::= [a-z]{3} "!"`}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(t.Text)
		if t.Reason != "" {
			fmt.Println(" —", t.Reason)
		}
	}
	// Output: def! — whole
}

// The likeliest continuation of two letters, found by following eight at once.
func ExampleSession_Search() {
	m, tok := abc()
	s := generate.NewSession(m, tok, model.Context(m), nil)
	found, err := s.Search(context.Background(), "abc", generate.Sampling{Max: 2}, generate.Search{Beams: 8, Best: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range found {
		fmt.Println(h.Text, h.Reason)
	}
	// Output: de length
}
