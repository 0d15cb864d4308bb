package chat

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// show runs a template on a few variables.
func show(t testing.TB, template string) (string, error) {
	t.Helper()
	tmpl, err := Parse(template)
	if err != nil {
		return "", err
	}
	return tmpl.Render(Input{
		Messages: []Message{{Role: "user", Content: "hi"}, {Role: "assistant", Content: "ho"}, {Role: "user", Content: "hm"}},
		BOS:      "<s>",
		More: map[string]any{"n": 3, "f": 1.5, "text": "  Ab c ", "list": []any{3, 1, 2}, "words": []string{"b", "A", "c", "a"},
			"d": ordered(`{"z":1,"a":"x","items":[1,{"k":null}]}`), "no": nil},
		Now: time.Date(2025, 12, 1, 15, 4, 5, 0, time.UTC),
	})
}

// What expressions give, worked out by Python's rules.
func TestExpressions(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`1 + 2 * 3 - 4`, "3"}, {`(1 + 2) * 3`, "9"}, {`7 // 2, -7 // 2, 7 % 3, -7 % 3`, "(3, -4, 1, 2)"}, {`7 / 2`, "3.5"}, {`4 / 2`, "2.0"},
		{`2 ** 10`, "1024"}, {`-2 ** 2`, "4"}, {`1.5 + 1`, "2.5"}, {`1e3`, "1000.0"}, {`1e16, 1e-5`, "(1e+16, 1e-05)"}, {`3.0 // 2`, "1.0"},
		{`'a' ~ 1 ~ none ~ true`, "a1NoneTrue"}, {`'a' 'b' + "c"`, "abc"}, {`'ab' * 3`, "ababab"}, {`[1] + [2]`, "[1, 2]"}, {`(1,)`, "(1,)"},
		{`1 < 2 < 3`, "True"}, {`1 < 3 < 2`, "False"}, {`1 == 1.0, true == 1, 'a' == 1, none == none`, "(True, True, False, True)"},
		{`'b' > 'a', [1, 2] < [1, 3]`, "(True, True)"}, {`'a' in 'cat', 2 in list, 'z' in d, 4 not in list`, "(True, True, True, True)"},
		{`not 1 == 2`, "True"}, {`none or 'x', 0 and 1, '' or []`, "('x', 0, [])"}, {`'a' if n > 2 else 'b'`, "a"}, {`'a' if n < 2`, ""},
		{`missing`, ""}, {`missing is defined, n is defined, no is defined, no is none`, "(False, True, True, True)"},
		{`d.a, d['a'], d.get('q'), d.get('q', 7), d.q is undefined`, "('x', 'x', None, 7, True)"}, {`d['items'][1].k is none`, "True"},
		{`list[0], list[-1], list[1:], list[:2], list[::-1], list[::2], list[5:]`, "(3, 2, [1, 2], [3, 1], [2, 1, 3], [3, 2], [])"},
		{`'日本語'[1], '日本語'[::-1], '日本語'[:-1], '日本語'|length`, "('本', '語本日', '日本', 3)"}, {`list[-99:99], list[9:0:-1]`, "([3, 1, 2], [2, 1])"},
		{`text.strip()`, "Ab c"}, {`'xxaxx'.strip('x'), 'xxa'.lstrip('x'), 'axx'.rstrip('x')`, "('a', 'a', 'a')"}, {`text|trim|upper`, "AB C"},
		{`'a,b,c'.split(','), 'a,b,c'.split(',', 1), 'a,b,c'.rsplit(',', 1), ' a  b '.split()`, "(['a', 'b', 'c'], ['a', 'b,c'], ['a,b', 'c'], ['a', 'b'])"},
		{`'abc'.startswith('ab'), 'abc'.endswith(('x', 'c')), 'abc'.find('c'), 'abc'.replace('b', '-')`, "(True, True, 2, 'a-c')"},
		{`'hello wORLD'.title(), 'hELLO'.capitalize(), 'Aa'.lower()`, "('Hello World', 'Hello', 'aa')"}, {`'-'.join(words)`, "b-A-c-a"},
		{`'a\nb'.splitlines()`, "['a', 'b']"}, {`'%s is %d%%' % ('x', 5)`, "x is 5%"}, {`'%s' | format(1)`, "1"},
		{`list|sort, words|sort, list|sort(reverse=true), list|reverse|list`, "([1, 2, 3], ['A', 'a', 'b', 'c'], [3, 2, 1], [2, 1, 3])"},
		{`list|first, list|last, []|first is defined, list|sum, list|max, list|min`, "(3, 2, False, 6, 3, 1)"}, {`words|unique|list`, "['b', 'A', 'c']"},
		{`messages|map(attribute='role')|join(', ')`, "user, assistant, user"}, {`list|map('string')|join('+')`, "3+1+2"},
		{`messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|list`, "['hi', 'hm']"}, {`[0, 1, '', 'a']|select|list`, "[1, 'a']"},
		{`list|select('odd')|list, list|reject('odd')|list`, "([3, 1], [2])"}, {`messages|rejectattr('role', 'in', ['user'])|list|length`, "1"},
		{`d|items|list`, "[('z', 1), ('a', 'x'), ('items', [1, {'k': None}])]"}, {`d|dictsort|first|first`, "a"}, {`d.items()|length`, "3"},
		{`d|tojson`, `{"z": 1, "a": "x", "items": [1, {"k": null}]}`}, {`'é"\n'|tojson`, `"é\"\n"`}, {`1.0|tojson, true|tojson`, "('1.0', 'true')"},
		{`{'a': [1], 'b': {}}|tojson(indent=2)`, "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}"}, {`d|tojson(separators=(',', ':'))`, `{"z":1,"a":"x","items":[1,{"k":null}]}`},
		{`missing|default('x'), ''|default('y', true), ''|d('z')`, "('x', 'y', '')"}, {`'7'|int + 1, 'x'|int, '2.5'|float, 2.5|int`, "(8, 0, 2.5, 2)"},
		{`-3|abs, 2.5|round, 2.567|round(2), 7.1|round(0, 'ceil')`, "(3, 2.0, 2.57, 8.0)"}, {`'a\nb'|indent(2)`, "a\n  b"}, {`'<a>'|e`, "&lt;a&gt;"},
		{`range(3)|list, range(1, 7, 3)|list, range(3, 0, -1)|list`, "([0, 1, 2], [1, 4], [3, 2, 1])"}, {`dict(a=1).a, namespace(x=2).x`, "(1, 2)"},
		{`n is number, n is integer, f is float, text is string, list is sequence, d is mapping, d is iterable, n is iterable`, "(True, True, True, True, True, True, True, False)"},
		{`n is odd, n is not even, n is divisibleby 3, n is divisibleby(2), n is eq 3, true is true`, "(True, True, True, False, True, True)"},
		{`strftime_now('%d %B %Y, %H:%M, %-d %a')`, "01 December 2025, 15:04, 1 Mon"}, {`"it's", 'say "hi"'`, `("it's", 'say "hi"')`},
		{`'\u4e2d\x41\'\\'`, `中A'\`}, {`{'}}': '%}'}['}}']`, "%}"}, {`raise_exception is callable`, "True"},
	} {
		got, err := show(t, "{{ "+c.in+" }}")
		if err != nil || got != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.in, err, got, c.want)
		}
	}
}

// Statements, and white space with trim_blocks and lstrip_blocks as Jinja's documentation has it.
func TestStatements(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc"},
		{"  {{ n }}\n", "  3"},
		{"a  {%- if true -%}  b  {%- endif -%}  c", "abc"},
		{"a {{- n -}} b", "a3b"},
		{"  {%+ if true %}x{% endif +%}\ny", "  x\ny"},
		{"a {# note #}\nb\n  {# alone #}\nc", "a b\nc"},
		{"a {#- note -#} b", "ab"},
		{"{% raw %}{{ n }}{% endraw %}!", "{{ n }}!"},
		{"x { y } {z} {{ '{' }}", "x { y } {z} {"},
		{"{% for x in list %}{{ loop.index }}/{{ loop.length }}:{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", "1/3:3, 2/3:1, 3/3:2"},
		{"{% for x in [] %}a{% else %}none{% endfor %}", "none"},
		{"{% for x in list if x > 1 %}{{ loop.index0 }}{{ x }} {% endfor %}", "03 12 "},
		{"{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "z=1;a=x;items=[1, {'k': None}];"},
		{"{% for x in list %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% if loop.index == 3 %}{% break %}{% endif %}{% endfor %}", "32"},
		{"{% for x in list %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {{ loop.cycle('a', 'b') }} {{ loop.revindex }}{% endfor %}", "<3>1 a 33<1>2 b 21<2> a 1"},
		{"{% for c in 'ab' %}{{ c }}.{% endfor %}{% for x in missing %}x{% endfor %}", "a.b."},
		{"{% set x = 1 %}{% for i in list %}{% set x = i %}{% endfor %}{{ x }}", "1"},
		{"{% set ns = namespace(x=1) %}{% for i in list %}{% set ns.x = i %}{% endfor %}{{ ns.x }}", "2"},
		{"{% if true %}{% set x = 5 %}{% endif %}{{ x }}", "5"},
		{"{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c %}<{{ a }}>{% endset %}{{ c }}{{ c }}", "12<1><1>"},
		{"{% if n == 1 %}a{% elif n == 3 %}b{% elif n == 3 %}c{% else %}d{% endif %}", "b"},
		{"{% macro m(a, b='y', c=b) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m('x', c=3) }}{{ m(b=1, a=2) }}", "[1yy][xy3][211]"},
		{"{% macro r(k) %}{% if k %}{{ k }}{{ r(k - 1) }}{% endif %}{% endmacro %}{{ r(3) }}", "321"},
		{"{% generation %}{{ n }}{% endgeneration %}", "3"},
		{"{{ bos_token }}{{ eos_token }}{{ tools is none }}{{ add_generation_prompt }}", "<s>TrueFalse"},
		{"a\r\nb{{ 1 }}\r\n", "a\nb1"},
	} {
		got, err := show(t, c.in)
		if err != nil || got != c.want {
			t.Errorf("%q: %v\n got %q\nwant %q", c.in, err, got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ in, says string }{
		{"", "no chat template"},
		{"a\n{% if x %}", "line 2: if is not closed by elif or else or endif"},
		{"{% for x in y %}", "line 1: for is not closed"},
		{"\n\n{{ n ", "line 3: a tag {{ is not closed by }}"},
		{"{# x", "a comment {# is not closed"},
		{"{{ 'x }}", "a string"},
		{"{% endif %}", `"endif" is not supported`},
		{"{% include 'x' %}", `"include" is not supported`},
		{"{{ n | nosuch }}", `line 1: no filter "nosuch" is supported; known are abs`},
		{"{{ n is nosuch }}", `no test "nosuch" is supported; known are boolean`},
		{"{{ ) }}", `found ")" where a value is due`},
		{"{{ 1 2 }}", "found \"2\" where the tag should end"},
		{"{{ [1, }}", "is not closed by }}"},
		{"{{ [1, + ] }}", "where a value is due"},
		{"{{ @ }}", "begins no expression"},
		{"{% break %}", "break outside of a loop"},
		{"{% set n.x = 1 %}", "n is no namespace"},
		{"{{ 99999999999999999999 }}", "too large"},
		{"a\n{{ missing.x }}", "line 2: missing is undefined: it has no \"x\""},
		{"{{ missing + 'a' }}", "missing, which is undefined + a string"},
		{"{{ 1 + 'a' }}", "a number + a string"},
		{"{{ 1 // 0 }}", "division by 0"},
		{"{{ 9223372036854775807 + 1 }}", "too large"},
		{"{{ 2 ** 64 }}", "too large"},
		{"{{ n() }}", "a number can't be called"},
		{"{{ list.append(1) }}", "templates may not change a list"},
		{"{{ d.update({}) }}", "templates may not change a dictionary"},
		{"{{ 1 < 'a' }}", "have no order"},
		{"{% for x in 1 %}{% endfor %}", "can't be gone through"},
		{"{% set a, b = list %}", "3 values for 2 names"},
		{"{% macro m(a) %}{% endmacro %}\n{{ m(1, 2) }}", "line 2: m takes 1 arguments, not 2"},
		{"{% macro m(a) %}{% endmacro %}{{ m(b=1) }}", "m has no argument b"},
		{"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "more than 64 calls within calls"},
		{"{{ range(10 ** 9) }}", "a list of more than 262144 items"},
		{"{{ ('\\n' * 999999) | indent }}", "a list of more than"},
		{"{{ ('a\\n' * 999999).split() }}", "a list of more than"},
		{"{% for a in range(2000) %}{% for b in range(2000) %}{% endfor %}{% endfor %}", "more than 1000000 steps"},
		{"{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}", "a text of more than 4194304 bytes"},
		{"{{ 'x' * 10 ** 12 }}", "a text of more than"},
		{"{% set ns = namespace(s='x') %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "a text of more than"},
		{"{% set ns = namespace(l=[1]) %}{% for a in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}", "a list of more than"},
		{"{% set ns = namespace(l=[]) %}{% for a in range(999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}", "nested more than 200 deep"},
		{"{{ " + strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300) + " }}", "levels of nesting"},
		{strings.Repeat("{% if 1 %}", 300) + strings.Repeat("{% endif %}", 300), "levels of nesting"},
		{"{{ " + strings.Repeat("not ", 300) + "1 }}", "levels of nesting"},
		{"{{ " + strings.Repeat("-", 300) + "1 }}", "levels of nesting"},
		{"{{ n" + strings.Repeat("|abs", 300) + " }}", "more than 100 filters"},
		{strings.Repeat("x", 1<<20+1), "1048577 bytes, at most 1048576"},
		{"\xff", "not valid UTF-8"},
		{"{{ raise_exception('no such role') }}", "line 1: the template refuses the conversation: no such role"},
	} {
		start := time.Now()
		_, err := show(t, c.in)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.60q: %v does not say %q", c.in, err, c.says)
		}
		if d := time.Since(start); d > 20*time.Second { // the figure is one second, on an idle machine; other programs share this one
			t.Errorf("%.60q took %v", c.in, d)
		}
	}
	if _, err := Parse(""); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
}

func TestInputs(t *testing.T) {
	tmpl, err := Parse("{{ messages[0].content }}")
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []any{struct{}{}, []any{make(chan int)}, map[string]any{"a": func() {}}} {
		if _, err := tmpl.Render(Input{Messages: []Message{{Content: content}}}); err == nil || !strings.Contains(err.Error(), "content of message 0") {
			t.Errorf("%T: %v", content, err)
		}
	}
	tmpl.Limits = Limits{Steps: 3}
	if _, err := tmpl.Render(Input{Messages: []Message{{Content: "x"}}}); err == nil || !strings.Contains(err.Error(), "more than 3 steps") {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "{", `{"a":1}x`, "[1,]", strings.Repeat("[", 100) + strings.Repeat("]", 100)} {
		if _, err := JSON([]byte(bad)); err == nil {
			t.Errorf("%.20q is accepted", bad)
		}
	}
}

// A published template, that of minimind, on a conversation; the expected text follows its lines by hand.
func TestPublishedTemplate(t *testing.T) {
	dir := os.Getenv("BRICK_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(dir, "tokenizers", "minimind", "tokenizer_config.json"))
	if err != nil {
		t.Skipf("no fixture: %v", err)
	}
	var config struct {
		Template string `json:"chat_template"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	tmpl, err := Parse(config.Template)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tmpl.Render(Input{Messages: append(conversation()[:2:2], Message{Role: "assistant", Content: "<think>\neasy\n</think>\n\n2"}), AddGenerationPrompt: true})
	want := "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n What is 1+1? <|im_end|>\n<|im_start|>assistant\n<think>\neasy\n</think>\n\n2<|im_end|>\n" +
		"<|im_start|>assistant\n<think>\n\n</think>\n\n"
	if err != nil || got != want {
		t.Errorf("%v\n got %q\nwant %q", err, got, want)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, family := range families {
		f.Add(family.template)
	}
	f.Add("{% macro m(a, b=1) %}{{ a ~ b }}{% endmacro %}{% set x %}{{ m(n)|indent }}{% endset %}{{ x[1:-1:2] is string }}{% for a, b in d|items %}{{ loop.cycle(a, b) }}{% else %}{% endfor %}")
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, err := Parse(text)
		if err != nil {
			return
		}
		tmpl.Limits = Limits{Steps: 100_000, Bytes: 1 << 16}
		_, _ = tmpl.Render(Input{Messages: conversation(), BOS: "<s>", EOS: "</s>", AddGenerationPrompt: true, Now: time.Unix(0, 0),
			More: map[string]any{"n": 3, "text": " x ", "list": []any{1, "a", nil}, "d": map[string]any{"k": 1}}})
	})
}
