package grammar

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// schemaGrammar turns a schema into a grammar.
func schemaGrammar(t testing.TB, schema string) *Grammar {
	t.Helper()
	text, err := Schema([]byte(schema))
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	g, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v\n%s", schema, err, text)
	}
	return g
}

// schemas are examples of each keyword, with texts they take and refuse.
var schemas = []struct{ schema, yes, no string }{ // texts between ¦
	{`true`, `{"a":[1,null]}¦"x"¦-1.5e3¦true¦[]¦{ }`, `¦{¦a¦[1,]¦01¦"\q"¦"\ud800"¦+1`},
	{`{}`, `null¦[[[]]]`, `nul`},
	{`{"type":"string"}`, `""¦"é\u00e9\n"¦"\\"`, `"¦"a¦"\n` + "\n\"" + `¦1`},
	{`{"type":"boolean"}`, `true¦false`, `null¦True`},
	{`{"type":"null"}`, `null`, `0`},
	{`{"type":"integer"}`, `0¦-1¦123456789012345`, `-0¦01¦1.0¦1234567890123456¦1e3`},
	{`{"type":"number"}`, `0¦-0.5¦1e9¦1.25E-3`, `.5¦1.¦01¦1e`},
	{`{"type":["string","null"]}`, `"a"¦null`, `1`},
	{`{"type":"string","minLength":2,"maxLength":3}`, `"ab"¦"abc"¦"é\n床"`, `"a"¦"abcd"¦""`},
	{`{"type":"string","minLength":2}`, `"ab"¦"abcdef"`, `"a"`},
	{`{"maxLength":1}`, `""¦"a"`, `"ab"`},
	{`{"type":"integer","minimum":7}`, `7¦8¦10¦99¦100¦123456`, `6¦-7¦0¦07`},
	{`{"type":"integer","maximum":7}`, `7¦0¦-1¦-12345`, `8¦10`},
	{`{"type":"integer","minimum":-12,"maximum":135}`, `-12¦-1¦0¦9¦99¦100¦135`, `-13¦136¦200¦-20¦-0`},
	{`{"type":"integer","minimum":-30,"maximum":-7}`, `-30¦-7¦-10¦-29`, `-6¦-31¦0¦7`},
	{`{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":4}`, `2¦3`, `1¦4`},
	{`{"type":"integer","minimum":1.5,"maximum":3.5}`, `2¦3`, `1¦4`},
	{`{"type":"number","minimum":0}`, `0¦0.5¦12.75`, `-1¦-0.5¦1e3`},
	{`{"type":"number","minimum":-2,"maximum":1}`, `-2¦-1.99¦-0.5¦0¦0.99¦1¦1.0¦-2.00`, `-2.01¦1.01¦2`},
	{`{"enum":["a",1,null,{"b":[1.5,"\""]}]}`, `"a"¦1¦null¦{"b":[1.5,"\""]}`, `"b"¦2¦{"b": []}`},
	{`{"type":"string","enum":["a",1]}`, `"a"`, `1`},
	{`{"const":{"x":1}}`, `{"x":1}`, `{}`},
	{`{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"}},"required":["a"]}`,
		`{"a":1}¦{"a": 1, "b": null}¦{ "a":1 }`, `{}¦{"b":null}¦{"a":1,}¦{"a":1,"c":2}¦{"b":null,"a":1}`},
	{`{"properties":{"a":{"const":1},"b":{"const":2},"c":{"const":3}}}`, `{}¦{"a":1}¦{"b":2}¦{"a":1,"c":3}¦{"b":2,"c":3}¦{"a":1,"b":2,"c":3}`, `{,"a":1}¦{"c":3,"a":1}¦{"a":1 "b":2}`},
	{`{"properties":{"a":{"const":1},"b":{"const":2}},"required":["b"],"additionalProperties":{"type":"boolean"}}`,
		`{"b":2}¦{"a":1,"b":2}¦{"b":2,"c":true}¦{"b":2,"aa":true,"":false,"ba":true}`, `{"c":true}¦{"b":2,"a":true}¦{"b":2,"b":true}¦{"b":2,"\u0061":true}¦{"b":2,"c":1}`},
	{`{"properties":{"a":{"const":1},"b":{"const":2}},"additionalProperties":true}`, `{}¦{"x":1}¦{"a":1,"x":[]}¦{"b":2,"x":1,"y":2}`, `{"x":1,"a":1}¦{"a":2}`},
	{`{"properties":{"ab":true,"abc":true,"a\"":true},"additionalProperties":{"const":0}}`, `{"a":0}¦{"abcd":0}¦{"b":0}¦{"a\"":7}`, `{"ab":1,"abc":0,"ab":0`},
	{`{"type":"object"}`, `{}¦{"a":{"b":1}}`, `[]`},
	{`{"type":"object","additionalProperties":false}`, `{}¦{ }`, `{"a":1}`},
	{`{"type":"object","additionalProperties":{"type":"null"}}`, `{}¦{"a":null,"b":null}`, `{"a":1}`},
	{`{"required":["x"]}`, `{"x":1}¦{"x":[],"y":2}`, `{}¦{"y":1}`},
	{`{"properties":{"a":{"const":1},"no":false}}`, `{}¦{"a":1}`, `{"no":1}`},
	{`{"type":"array","items":{"type":"boolean"}}`, `[]¦[true]¦[ true, false ]`, `[1]¦[true,]`},
	{`{"type":"array","items":{"const":1},"minItems":1,"maxItems":3}`, `[1]¦[1,1,1]`, `[]¦[1,1,1,1]`},
	{`{"items":{"const":1},"minItems":2}`, `[1,1]¦[1,1,1,1,1]`, `[1]`},
	{`{"items":{"const":1},"maxItems":0}`, `[]`, `[1]`},
	{`{"items":{"const":1},"maxItems":1}`, `[]¦[1]`, `[1,1]`},
	{`{"type":"array","items":false}`, `[]`, `[1]`},
	{`{"prefixItems":[{"const":1},{"const":2}]}`, `[1,2]¦[1, 2]`, `[]¦[1,2,3]`},
	{`{"prefixItems":[{"const":1},{"const":2}],"items":{"const":3},"maxItems":3}`, `[1,2]¦[1,2,3]`, `[1,2,3,3]`},
	{`{"prefixItems":[{"const":1},{"const":2}],"maxItems":1}`, `[1]`, `[1,2]`},
	{`{"prefixItems":[{"const":1}],"minItems":3}`, `[1,null,"x"]¦[1,2,3,4]`, `[1,2]`},
	{`{"anyOf":[{"type":"null"},{"type":"integer","minimum":5}]}`, `null¦5`, `4`},
	{`{"oneOf":[{"type":"null"},{"type":"string"}]}`, `null¦"a"`, `1`},
	{`{"oneOf":[{"properties":{"t":{"const":"a"}},"required":["t"]},{"properties":{"t":{"const":"b"},"n":true},"required":["t"]}]}`, `{"t":"a"}¦{"t":"b","n":1}`, `{"t":"a","n":1}`},
	{`{"allOf":[{"type":"null"}]}`, `null`, `1`},
	{`{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"null"}}}`, `null`, `1`},
	{`{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["next"]}`, `{"next":null}¦{"next":{"next":null}}`, `{"next":{}}`},
	{`{"definitions":{"n":{"type":"array","items":{"$ref":"#/definitions/n"}}},"$ref":"#/definitions/n"}`, `[]¦[[],[[]]]`, `[1]`},
	{`{"type":"string","format":"date"}`, `"2024-02-29"¦"2000-02-29"¦"2023-12-31"¦"2023-04-30"`, `"2023-02-29"¦"1900-02-29"¦"2023-04-31"¦"2023-13-01"¦"2023-00-10"¦"2023-01-00"`},
	{`{"type":"string","format":"time"}`, `"23:59:59Z"¦"00:00:00.123+05:30"`, `"24:00:00Z"¦"12:60:00Z"¦"12:00:00"`},
	{`{"type":"string","format":"date-time"}`, `"2024-02-29T12:00:00Z"¦"2023-06-30T01:02:03.5-07:00"`, `"2024-02-30T12:00:00Z"¦"2024-02-29"`},
	{`{"type":"string","format":"uuid"}`, `"123e4567-e89b-12d3-a456-426614174000"`, `"123e4567"`},
	{`{"type":"string","pattern":"^[a-z]+$"}`, `"abc"`, `""¦"A"¦"ab1"`},
	{`{"type":"string","pattern":"b+"}`, `"b"¦"abbc"¦"\\b\""`, `"ac"¦""`},
	{`{"type":"string","pattern":"^(\\d{3}-)?\\d{4}$"}`, `"1234"¦"123-4567"`, `"12345"¦"123-456"`},
	{`{"type":"string","pattern":"^a|b$"}`, `"a"¦"axx"¦"xxb"`, `"xax"¦"bx"`},
	{`{"type":"string","pattern":"^[^\"]\\\\.\\s\\S$"}`, `"a\\b\tc"¦"\\\\x y"`, `"\"\\b c"¦"a\\b  "`},
	{`{"type":"string","pattern":"^(?:x|yz)*?\\u0041\\/$"}`, `"xyzA/"¦"A/"`, `"x"`},
	{`{"title":"t","description":"d","default":1,"examples":[],"$schema":"s","$id":"i","type":"null"}`, `null`, `1`},
}

func TestSchema(t *testing.T) {
	for _, c := range schemas {
		g := schemaGrammar(t, c.schema)
		for _, s := range strings.Split(c.yes, "¦") {
			if !g.Match(s) {
				t.Errorf("%s refuses %s", c.schema, s)
			}
			if !json.Valid([]byte(s)) {
				t.Errorf("%s is no JSON", s)
			}
			if err := valid(t, c.schema, s); err != nil {
				t.Errorf("%s: %s: the validator says %v", c.schema, s, err)
			}
		}
		for _, s := range strings.Split(c.no, "¦") {
			if g.Match(s) {
				t.Errorf("%s takes %s", c.schema, s)
			}
		}
	}
}

// Texts drawn byte by byte from a schema's grammar are JSON, and the schema accepts them.
func TestDrawnTextsAreValid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 60
	if testing.Short() {
		n = 10
	}
	ended, all := 0, 0
	for _, c := range schemas {
		m := NewMatcher(schemaGrammar(t, c.schema), nil)
		for range n {
			all++
			s, text := m.Start(), []byte{}
			for len(text) < 2000 && !m.Complete(s) && !(m.Accepts(s) && r.IntN(4) == 0) {
				var open []byte
				for b := range 256 {
					if m.next(s, byte(b)) != Dead {
						open = append(open, byte(b))
					}
				}
				if len(open) == 0 {
					t.Fatalf("%s: stuck after %q", c.schema, text)
				}
				b := open[r.IntN(len(open))]
				if b < '}' && m.next(s, '"') != Dead && r.IntN(8) == 0 {
					b = '"'
				}
				text = append(text, b)
				s = m.next(s, b)
			}
			if !m.Accepts(s) {
				continue
			}
			ended++
			if err := valid(t, c.schema, string(text)); err != nil {
				t.Fatalf("%s: %s: %v", c.schema, text, err)
			}
		}
	}
	if ended*10 < all*8 {
		t.Errorf("only %d of %d texts ended", ended, all)
	}
}

// Every integer range of a few digits takes its numbers and no others.
func TestIntegerRanges(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 60 {
		low := r.IntN(2400) - 1200
		high := low + r.IntN(1500)
		js, _ := json.Marshal(map[string]any{"type": "integer", "minimum": low, "maximum": high})
		g := schemaGrammar(t, string(js))
		for n := low - 150; n <= high+150; n++ {
			text, _ := json.Marshal(n)
			if got, want := g.Match(string(text)), n >= low && n <= high; got != want {
				t.Fatalf("%d to %d: %d is %v", low, high, n, got)
			}
		}
	}
}
