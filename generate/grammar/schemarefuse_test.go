package grammar

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestSchemaRefuses(t *testing.T) {
	for schema, want := range map[string]string{
		`{`:                                 "schema: ",
		`{} {}`:                             "more behind the JSON value",
		`{"type":"null","type":"null"}`:     "duplicate",
		`1`:                                 "#: a schema is an object or true",
		`false`:                             "the schema false accepts nothing",
		`{"not":{}}`:                        `#/not: the keyword "not" is not supported`,
		`{"properties":{"a":{"if":{}}}}`:    `#/properties/a/if: the keyword "if" is not supported`,
		`{"items":{"uniqueItems":true}}`:    `#/items/uniqueItems: the keyword "uniqueItems"`,
		`{"type":"integer","multipleOf":2}`: "multipleOf",
		`{"type":"text"}`:                   `#/type: "text" is no type`,
		`{"type":[]}`:                       "an empty list",
		`{"enum":[]}`:                       "#/enum: want a list",
		`{"type":"null","enum":[1]}`:        "no value has the type null",
		`{"anyOf":[]}`:                      "#/anyOf: want a list",
		`{"anyOf":[{}],"oneOf":[{}]}`:       "#/oneOf: stands beside anyOf",
		`{"anyOf":[{}],"minLength":1}`:      `#/minLength: the keyword "minLength" beside anyOf`,
		`{"oneOf":[{"type":"integer"},{"type":"number"}]}`:               "#/oneOf: parts 0 and 1 may hold at once",
		`{"oneOf":[{"type":"object"},{"properties":{"t":{"const":1}}}]}`: "may hold at once",
		`{"allOf":[{},{}]}`:                          `"allOf" with 2 schemas`,
		`{"$ref":"http://x"}`:                        "#/$ref: \"http://x\" points out of the schema",
		`{"$ref":"#/$defs/x"}`:                       "points at nothing",
		`{"$id":"a","properties":{"b":{"$id":"c"}}}`: "#/properties/b/$id",
		`{"type":"object","required":["a"],"additionalProperties":false}`: `"a" is required`,
		`{"properties":{"a":false},"required":["a"]}`:                     "#/properties/a: the schema false",
		`{"required":[1]}`:                           "1 is no name",
		`{"properties":[]}`:                          "#/properties: want an object",
		`{"items":[{}]}`:                             "want prefixItems",
		`{"items":false,"minItems":1}`:               "no items beyond the 0",
		`{"minItems":2,"maxItems":1}`:                "#/maxItems: is 1, and minItems is 2",
		`{"minItems":-1}`:                            "#/minItems: -1 is no count",
		`{"maxLength":1.5}`:                          "1.5 is no count",
		`{"maxLength":1e9}`:                          "is no count; want 0 to 65536",
		`{"type":"integer","minimum":3,"maximum":2}`: "no number is at least 3",
		`{"type":"integer","minimum":1e18}`:          "at most 15 digits",
		`{"type":"number","minimum":0.5}`:            "#/minimum: for numbers that are not whole",
		`{"type":"number","exclusiveMinimum":0}`:     "#/exclusiveMinimum",
		`{"format":"email"}`:                         `#/format: "email" is not supported`,
		`{"pattern":"(?=a)"}`:                        "#/pattern: groups with (?",
		`{"pattern":"(a)\\1"}`:                       `the escape \1 is not supported`,
		`{"pattern":"\\bx"}`:                         `the escape \b`,
		`{"pattern":"a^b"}`:                          "at the ends of the whole only",
		`{"pattern":"["}`:                            "is not supported",
		`{"pattern":"[]a]"}`:                         "an empty class",
		`{"pattern":"[\\ud800-\\udfff]"}`:            "holds no character",
		`{"pattern":"a","maxLength":3}`:              "beside pattern or format",
		strings.Repeat(`{"items":`, 200) + "1" + strings.Repeat("}", 200): "nested more than 128",
	} {
		if text, err := Schema([]byte(schema)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s\n%s", schema, err, want, text)
		}
	}
	// What no text fits is seen by Parse.
	for schema, want := range map[string]string{
		`{"$ref":"#"}`: "root",
		`{"properties":{"n":{"$ref":"#"}},"required":["n"]}`: "no text could complete",
		`{"anyOf":[{"$ref":"#"},{"type":"null"}]}`:           "left-recursive",
	} {
		text, err := Schema([]byte(schema))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", schema, err, want)
		}
	}
}

// Large schemas and grammars are answered: wide objects, long enumerations, rules that wait for one another.
func TestLarge(t *testing.T) {
	var wide, enum, rules, chain strings.Builder
	wide.WriteString(`{"additionalProperties":true,"properties":{`)
	enum.WriteString(`{"enum":[`)
	rules.WriteString("root ::=")
	for n := range 4000 {
		if n > 0 {
			enum.WriteByte(',')
		}
		if n < 1500 {
			fmt.Fprintf(&wide, `"p%d":{"const":%d},`, n, n)
		}
		fmt.Fprintf(&enum, `"%d"`, n)
		fmt.Fprintf(&rules, " r%d", n)
		fmt.Fprintf(&chain, "r%d ::= \"\"\n", 3999-n)
	}
	for text, c := range map[string]struct{ yes, no string }{
		wide.String() + `"q":true}}`: {`{"p7":7,"p1499":1499,"p1500":null}`, `{"p7":8}`},
		enum.String() + "]}":         {`"3999"`, `"4000"`},
	} {
		g := schemaGrammar(t, text)
		if !g.Match(c.yes) || g.Match(c.no) {
			t.Errorf("%.40q: %v %v", text, g.Match(c.yes), g.Match(c.no))
		}
	}
	g, err := Parse(rules.String() + "\n" + chain.String())
	if err != nil || !g.Match("") || g.Match("a") {
		t.Error(err)
	}
	many := `{"oneOf":[` + enum.String() + `]},` + enum.String() + "]}]}"
	if _, err := Schema([]byte(many)); err == nil || !strings.Contains(err.Error(), "may hold at once") {
		t.Error(err)
	}
	if _, err := Parse("root ::= \"\"\n" + manyRules(maxRules)); err == nil || !strings.Contains(err.Error(), "rules; want at most 32768") {
		t.Error(err)
	}
}

func manyRules(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "r%d ::= \"\"\n", i)
	}
	return b.String()
}

// Whatever is read as a schema gives a grammar that Parse answers to, and texts of it are JSON.
func FuzzSchema(f *testing.F) {
	for _, c := range schemas {
		f.Add(c.schema)
	}
	f.Fuzz(func(t *testing.T, schema string) {
		text, err := Schema([]byte(schema))
		if err != nil {
			return
		}
		g, err := Parse(text)
		if err != nil {
			for _, fine := range []string{"left-recursive", "no text could complete", "states", "nested", "bytes"} {
				if strings.Contains(err.Error(), fine) {
					return
				}
			}
			t.Fatalf("%s\n%s\n%v", schema, text, err)
		}
		m := NewMatcher(g, nil)
		s, out := m.Start(), []byte{}
		r := rand.New(rand.NewPCG(1, uint64(len(schema))))
		for len(out) < 300 && !m.Accepts(s) && m.Err() == nil {
			var open []byte
			for b := range 256 {
				if m.next(s, byte(b)) != Dead {
					open = append(open, byte(b))
				}
			}
			if len(open) == 0 {
				return // too deep
			}
			b := open[r.IntN(len(open))]
			out, s = append(out, b), m.next(s, b)
		}
		if d := jsontext.Value(out); m.Accepts(s) && !d.IsValid(jsontext.AllowDuplicateNames(true)) {
			t.Fatalf("%s\n%s\n%s is no JSON", schema, text, out)
		}
	})
}
