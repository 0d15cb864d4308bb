package chat_test

import (
	"fmt"

	"brick/token/chat"
)

func Example() {
	t, err := chat.Parse(`{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}
{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`)
	if err != nil {
		panic(err)
	}
	text, err := t.Render(chat.Input{
		Messages:            []chat.Message{{Role: "user", Content: " Why do bricks fly? "}},
		AddGenerationPrompt: true,
	})
	fmt.Printf("%q %v\n", text, err)
	// Output: "<|user|>Why do bricks fly?\n<|assistant|>" <nil>
}
