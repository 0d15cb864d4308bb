package page

import (
	"strings"
	"testing"
)

const title = "# T\n\n"

// refused are pages that are wrong, each with a part of the error that says so.
var refused = []struct{ name, src, want string }{
	{"no title", "text", "line 1: a page has a heading of level 1"},
	{"two titles", title + "# U", "line 3: a second heading of level 1 (U)"},
	{"level left out", title + "### U", "line 3: heading of level 3 under one of level 1; the next level is 2"},
	{"empty heading", title + "##", "line 3: a heading without text"},
	{"id taken", title + "## A {#a}\n\n## B {#a}", `line 5: heading attribute id="a"`},
	{"id that is none", title + "## A {#Ä}", `line 3: heading attribute`},
	{"style", title + "## A {style=\"x\"}", `line 3: heading attribute style="x"; what fits is an id`},
	{"html block", title + "a\n\n<div>\n</div>", "line 5: HTML in Markdown (<div>"},
	{"html in a line", title + "a\nb <b>c</b>", "line 4: HTML in Markdown (<b>)"},
	{"picture", title + "![a](b.png)", "line 3: a picture (b.png)"},
	{"bare link", title + "<https://a.org>", "line 3: a bare link"},
	{"script link", title + "[a](javascript:x)", `line 3: link to "javascript:x"; what fits: ../03-descent/`},
	{"plain http", title + "[a](http://a.org)", `what fits`},
	{"link to nowhere", title + "a\n[a](#b)", "line 4: link to #b, which no heading of this page has"},
	{"bold that is none", title + "是**注意：**文字", "line 3: ** that does not begin or end bold text"},
	{"numbered character", title + "a &#1; b", "line 3: a numbered character"},
	{"control character", title + "a\x00", "line 3: character U+0000"},
	{"private character", title + "\uE0000\uE001", "line 3: character U+E000"},
	{"not UTF-8", title + "\xff", "line 3: not UTF-8"},
	{"long", strings.Repeat("a", maxSource+1), "page of 65537 bytes; up to 65536 are read"},

	{"dollar", title + "costs $5", "line 3: $ is not closed on its line ($5); close it with $, or write \\$"},
	{"formula over two lines", title + "a $x\n+ y$ b", "line 3: $ is not closed on its line ($x)"},
	{"two dollars", title + "from $5 to $6", `line 3: formula "$5 to $" ends in a space`},
	{"display", title + "a\n$$x\n\ny", "line 4: $$ is not closed before the next blank line"},
	{"display over quoted lines", title + "> $$a\n> b$$", "line 3: a formula in a quotation (>) stands on one line"},
	{"empty formula", title + "$$ $$", "line 3: formula \"$$ $$\" is empty"},
	{"unknown formula", title + "a\n\n$q$", "line 5: formula $q$ is not in formulas.json; make it with: node course/tools/formulas.mjs"},
	{"second missing formula", title + "$$\nx\ny$$ and $x$\n$q$", "line 6: formula $q$"},
	{"formula in a link", title + "[a](../03-descent/#$x$)", "line 3: a formula within a link"},
	{"formula in code", title + "- `a\n- $x$ b` c `", "line 4: $ that begins no formula"},

	{"block mistyped", title + "```widgets a\n```", `line 3: block "widgets"; did you mean widget?`},
	{"block in capitals", title + "```Predict a\n```", `line 3: block "Predict"; did you mean predict?`},
	{"language", title + "```<b>\n```", `line 3: code in the language "<b>"`},
	{"no name", title + "```widget\n```", `line 3: widget with the name ""; what fits: ` + "```widget lower-case-name"},
	{"twice", title + "```widget a\n```\n\n```widget a\n```", "line 6: a second widget a; line 3 has one already"},
	{"in a list", title + "- ```widget a\n  ```", "line 3: widget within a list"},
	{"options", title + "```widget a\n[1]\n```", "line 4: widget a: its options are no JSON object"},
	{"null options", title + "```widget a\nnull\n```", "widget a: its options are no JSON object"},
	{"nameless widget", "```widget a\n```\n" + title, "widget a has no name to be read out"},

	{"no reveal line", title + "```predict a\nq\n- a\n- [x] b\n```", "line 6: predict a has no line --- before its reveal"},
	{"no reveal", title + "```predict a\nq\n- a\n- [x] b\n---\n```", "line 4: predict a has no reveal"},
	{"none right", title + "```predict a\nq\n- a\n- b\n---\nr\n```", "line 4: predict a has no right option; mark it: - [x] "},
	{"two right", title + "```predict a\nq\n- [x] a\n- [x] b\n---\nr\n```", "line 6: predict a has a second right option"},
	{"one option", title + "```predict a\nq\n- [x] a\n---\nr\n```", "line 4: predict a has one option"},
	{"no question", title + "```predict a\n- [x] a\n- b\n---\nr\n```", "line 4: predict a has no question"},
	{"no answer", title + "```predict a\nq\n---\nr\n```", "line 4: predict a has no answer to choose"},
	{"kind", title + "```predict a\nq\n? integer\n---\nr\n```", `line 5: predict a asks for "? integer"; what fits: ? number, ? text`},
	{"text after options", title + "```predict a\nq\n- [x] a\n- b\nc\n---\nr\n```", "line 7: predict a has a line after its options that is none of them (c)"},
	{"long question", title + "```predict a\nq\n\nq\n? text\n---\nr\n```", "line 4: the question must be one paragraph"},
	{"list as option", title + "```predict a\nq\n- - a\n- [x] b\n---\nr\n```", "line 5: an option must be one paragraph"},
	{"heading in a reveal", title + "```predict a\nq\n? text\n---\n\n## r\n```", "line 8: heading \"r\" within a block"},
	{"widget in a reveal", title + "````predict a\nq\n? text\n---\n```widget b\n```\n````", "line 7: widget within a list, a quotation or another block"},
	{"formula in a reveal", title + "```predict a\nq\n? text\n---\nr\n$q$\n```", "line 8: formula $q$ is not in"},

	{"no text", title + "```certificate a\nhow\n```", "certificate a has no line ---"},
	{"no placeholder", title + "```certificate a\nhow\n---\ndone\n```", "certificate a has no placeholder"},
	{"brace", title + "```certificate a\nhow\n---\n{x} {\n```", "certificate a has a { or } that is no placeholder"},
	{"two lines", title + "```certificate a\nhow\n---\n{x}\n{y}\n```", "certificate a has a text of more than one line"},
	{"formula in a text", title + "```certificate a\nhow\n---\n$x$ {x}\n```", "certificate a has a formula in its text"},
	{"no how", title + "```certificate a\n\n---\n{x}\n```", "how to earn certificate a must be one paragraph"},
}

// A page that is wrong is refused with the line and what would fit.
func TestRefused(t *testing.T) {
	known := Formulas{"$x$": "<math></math>", "$$x\ny$$": "<math></math>", "$$a\n> b$$": "<math></math>"}
	for _, c := range refused {
		p, err := Render([]byte(c.src), known)
		if err == nil {
			t.Errorf("%s: gives %s, want an error with %q", c.name, p.HTML, c.want)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, want %q in it", c.name, err, c.want)
		}
	}
}

// All that is wrong is told at once, in the order of the lines, up to twenty things.
func TestAllErrors(t *testing.T) {
	_, err := Render([]byte(title+"a <b>\n\n$q$\n"+strings.Repeat("\n[a](b)\n", 30)), nil)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 20 || !strings.HasPrefix(lines[0], "line 3: ") || !strings.HasPrefix(lines[1], "line 5: ") {
		t.Errorf("%d lines: %v", len(lines), err)
	}
}

// Languages of a page may differ in words only.
func TestCompare(t *testing.T) {
	widget := "```widget w\n{\"n\": 1, \"label\": \"L\"}\n```\n"
	predict := "```predict p\nq\n- a\n- [x] b\n---\nr\n```\n"
	certificate := "```certificate c\nh\n---\n{x} {y}\n```\n"
	zh := title + widget + predict + certificate
	for _, c := range []struct{ from, to, want string }{
		{"L", "另", ""},
		{"{x} {y}", "{y} {x}", ""},
		{"\nr", "\n揭", ""},
		{`"n": 1`, `"n": 2`, `widget w: zh has options {"n":1}, en has options {"n":2}`},
		{widget, "", "block 1: zh has widget w, en has predict p"},
		{certificate, "", "block 3: zh has certificate c, en has no more"},
		{certificate, certificate + "```widget v\n{\"label\": \"v\"}\n```\n", "block 4: en has widget v, zh has no more"},
		{"- a\n- [x] b", "- [x] a\n- b", "predict p: zh has 2 options, the right one 2, en has 2 options, the right one 1"},
		{"- a\n", "- a\n- c\n", "predict p: zh has 2 options, the right one 2, en has 3 options, the right one 3"},
		{"- a\n- [x] b", "? text", "predict p: zh has 2 options, the right one 2, en has answer ? text"},
		{"{x}", "{z}", "certificate c: zh has placeholders {x} {y}, en has placeholders {y} {z}"},
	} {
		a, err := Render([]byte(zh), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Render([]byte(strings.Replace(zh, c.from, c.to, 1)), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := Compare(a, b); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q for %q: %q, want %q", c.to, c.from, got, c.want)
		}
	}
}
