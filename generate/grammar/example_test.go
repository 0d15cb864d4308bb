package grammar_test

import (
	"fmt"

	"brick/generate/grammar"
)

// A grammar of yes or no, and which of some tokens may begin.
func ExampleMatcher() {
	g, err := grammar.Parse(`root ::= "yes" | "no" "!"*`)
	if err != nil {
		fmt.Println(err)
		return
	}
	words := []string{"y", "ye", "yet", "no!", "maybe"}
	v := grammar.NewVocab(len(words), func(id int32) []byte { return []byte(words[id]) })
	m := grammar.NewMatcher(g, v)
	mask, err := m.Allowed(m.Start())
	if err != nil {
		fmt.Println(err)
		return
	}
	for id, w := range words {
		if mask.Has(int32(id)) {
			fmt.Println(w)
		}
	}
	// Output:
	// y
	// ye
	// no!
}

// A schema as GBNF.
func ExampleSchema() {
	text, err := grammar.Schema([]byte(`{"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 20}}, "required": ["n"]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := grammar.Parse(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Match(`{"n": 7}`), g.Match(`{"n": 21}`))
	fmt.Print(text)
	// Output:
	// true false
	// root-n ::= [1-9] | [1-1] [0-9]{1} | "2" ("0")
	// ws ::= "" | " " | "\n" [ \t]{0,20}
	// root-member ::= "\"n\":" ws root-n
	// root-head ::= root-member ""
	// root-tail ::= "," ws root-member ""
	// root ::= "{" ws root-head ws "}"
}
