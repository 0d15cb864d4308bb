package grammar

// primitives are the rules that schemas share.
var primitives = map[string]string{
	"ws":      `"" | " " | "\n" [ \t]{0,20}`,
	"hex":     `[0-9a-fA-F]`,
	"char":    `[^"\\\x00-\x1f\x7f] | "\\" (["\\/bfnrt] | "u" ([0-9a-cA-Ce-fE-F] hex hex hex | [dD] [0-7] hex hex))`,
	"string":  `"\"" char* "\""`,
	"integer": `"0" | "-"? [1-9] [0-9]{0,14}`,
	"number":  `"-"? ("0" | [1-9] [0-9]{0,14}) ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?`,
	"boolean": `"true" | "false"`,
	"null":    `"null"`,
	"value":   `object | array | string | number | boolean | null`,
	"object":  `"{" ws (member ("," ws member)* ws)? "}"`,
	"member":  `string ":" ws value`,
	"array":   `"[" ws (value ("," ws value)* ws)? "]"`,
}

// needs names the primitives within primitives.
var needs = map[string][]string{
	"char": {"hex"}, "string": {"char"}, "value": {"object", "array", "string", "number", "boolean", "null"},
	"object": {"ws", "member"}, "member": {"string", "ws", "value"}, "array": {"ws", "value"},
}

// use writes a primitive and what it needs, once, and is its name.
func (c *converter) use(name string) string {
	if !c.used[name] {
		c.used[name] = true
		c.rule(name, primitives[name])
		for _, n := range needs[name] {
			c.use(n)
		}
	}
	return name
}
