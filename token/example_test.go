package token_test

import (
	"fmt"
	"os"
	"slices"

	"brick/token"
)

// A vocabulary is learnt from texts, saved, and read back.
func ExampleTrainBPE() {
	docs := []string{"the brick, the bricks", "bricks fly", "the fly"}
	t, err := token.TrainBPE(slices.Values(docs), token.TrainConfig{Vocab: 266, Special: []string{"<|endoftext|>"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := t.Encode("the bricks fly<|endoftext|>", nil)
	for _, id := range ids {
		fmt.Printf("%d %s\n", id, t.Piece(id))
	}
	fmt.Printf("%s\n", t.Decode(ids))

	dir, err := os.MkdirTemp("", "brick")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := t.Save(dir); err != nil {
		fmt.Println(err)
		return
	}
	again, err := token.Open(dir)
	fmt.Println(again.Vocab(), err)
	// Output:
	// 260 the
	// 263 Ġbrick
	// 115 s
	// 262 Ġf
	// 264 ly
	// 265 <|endoftext|>
	// the bricks fly<|endoftext|>
	// 266 <nil>
}

// A stream gives out whole characters only.
func ExampleDecoder() {
	t, err := token.NewBytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	d := token.NewDecoder(t)
	for _, id := range t.Encode("砖!", nil) {
		fmt.Printf("%q ", d.Next(id))
	}
	fmt.Printf("%q\n", d.Flush())
	// Output: "" "" "砖" "!" ""
}

// Every character found in a text has an id, in the order of code points.
func ExampleNewChars() {
	t, err := token.NewChars("力大砖飞")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Encode("大砖飞?", nil), t.Vocab())
	// Output: [1 2 3 4] 5
}
