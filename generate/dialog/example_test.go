package dialog_test

import (
	"context"
	"fmt"
	"iter"

	"brick/generate"
	"brick/generate/dialog"
	"brick/token"
	"brick/token/chat"
)

// polite is a model that knows one answer.
type polite struct{}

func (polite) Continue(context.Context, []int32, generate.Sampling) iter.Seq2[generate.Token, error] {
	return func(yield func(generate.Token, error) bool) {
		_ = yield(generate.Token{Text: "With"}, nil) && yield(generate.Token{Text: " pleasure.", Reason: generate.EOS}, nil)
	}
}

func Example() {
	tok, _ := token.NewBytes("<user>", "<bot>")
	template, _ := chat.Parse(`{% for m in messages %}<{{ 'bot' if m.role == 'assistant' else 'user' }}>{{ m.content }}{% endfor %}<bot>`)
	d := dialog.New(polite{}, template, tok, 512) // the model would be a *generate.Session
	for t, err := range d.Ask(context.Background(), "Do you speak?") {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(t.Text)
	}
	fmt.Printf("\n%d tokens were read, the answer ended by %s\n", d.Last.Prompt, d.Last.Reason)
	for _, m := range d.Messages {
		fmt.Printf("%s: %s\n", m.Role, m.Content)
	}
	// Output:
	// With pleasure.
	// 15 tokens were read, the answer ended by eos
	// user: Do you speak?
	// assistant: With pleasure.
}
