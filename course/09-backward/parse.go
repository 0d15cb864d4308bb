package backward

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"brick/course/lesson"
)

// Bounds of an expression.
const (
	maxText      = 200 // characters
	maxDepth     = 30  // brackets within brackets
	maxNodes     = 60
	maxVariables = 8
)

// node is one node of a graph: a variable, a number, or an operation on nodes
// that come before it.
type node struct {
	op    string // var, const, or what is applied: + - * / ^ neg exp ln …
	name  string // of a variable, or of a node that was named
	value float64
	in    []int
}

// functions that can be named.
var functions = []string{"exp", "ln", "tanh", "sigmoid", "relu", "sin", "cos"}

// parsed is an expression: nodes in an order in which each comes after its
// inputs, the last of which is the result.
type parsed struct {
	nodes []node
	names []string // of the variables, in the order they are met
}

// parse reads
//
//	program = { name "=" sum ";" } sum .
//	sum = product { ("+" | "-") product } .   product = sign { ("*" | "/") sign } .
//	sign = [ "-" ] power .                    power = atom [ "^" sign ] .
//	atom = number | name | function "(" sum ")" | "(" sum ")" .
//
// A name that was given a value stands for that node wherever it is used.
func parse(text string) (*parsed, error) {
	if n := utf8.RuneCountInString(text); n > maxText {
		return nil, lesson.Within("expr", float64(n), 1, maxText)
	}
	p := &parser{text: []rune(folded.Replace(text)), known: map[string]int{}}
	return &p.out, p.program()
}

// folded is what was meant by signs that other keyboards give.
var folded = strings.NewReplacer("×", "*", "·", "*", "÷", "/", "−", "-", "（", "(", "）", ")", "；", ";", "＝", "=", "＋", "+", "，", ",")

type parser struct {
	text  []rune
	at    int
	depth int
	out   parsed
	known map[string]int // nodes of names
}

// fail refuses what stands at a place, counted from 1.
func (p *parser) fail(at int, what string) error {
	found := "…"
	if at < len(p.text) {
		found = string(p.text[at])
	}
	return &lesson.Refusal{Key: "refused." + what, Args: []any{at + 1, found}, Field: "expr", Message: fmt.Sprintf("character %d, %s: %s", at+1, found, what)}
}

func (p *parser) space() {
	for p.at < len(p.text) && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
}

// next is the character in hand, 0 at the end.
func (p *parser) next() rune {
	p.space()
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) accept(c rune) bool {
	if p.next() == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) program() error {
	for {
		from := p.at
		name := p.word()
		if name == "" || !p.accept('=') {
			p.at = from
			break
		}
		if _, taken := p.known[name]; taken || slices.Contains(functions, name) {
			return p.fail(from, "taken")
		}
		k, err := p.sum()
		if err != nil {
			return err
		}
		if !p.accept(';') {
			return p.fail(p.at, "semicolon")
		}
		if p.out.nodes[k].name == "" {
			p.out.nodes[k].name = name
		}
		p.known[name] = k
	}
	last, err := p.sum()
	if err != nil {
		return err
	}
	if p.next() != 0 {
		return p.fail(p.at, "sign")
	}
	used := make([]bool, len(p.out.nodes))
	for _, n := range p.out.nodes {
		for _, k := range n.in {
			used[k] = true
		}
	}
	if last != len(p.out.nodes)-1 || slices.Contains(used[:last], false) {
		return p.fail(0, "unused") // something was named and is not part of the result
	}
	if p.out.nodes[last].op == "var" || len(p.out.names) == 0 {
		return p.fail(0, "plain")
	}
	return nil
}

// word reads a name: a letter and what follows of letters and digits.
func (p *parser) word() string {
	p.space()
	from := p.at
	for p.at < len(p.text) && (unicode.IsLetter(p.text[p.at]) || p.at > from && unicode.IsDigit(p.text[p.at])) {
		p.at++
	}
	return string(p.text[from:p.at])
}

func (p *parser) add(n node) (int, error) {
	if len(p.out.nodes) == maxNodes {
		return 0, p.fail(p.at, "nodes")
	}
	p.out.nodes = append(p.out.nodes, n)
	return len(p.out.nodes) - 1, nil
}

// chain reads parts joined by operators of one strength, from left to right.
func (p *parser) chain(signs string, part func() (int, error)) (int, error) {
	a, err := part()
	for err == nil {
		sign := p.next()
		if sign == 0 || !strings.ContainsRune(signs, sign) {
			return a, nil
		}
		p.at++
		var b int
		if b, err = part(); err == nil {
			a, err = p.add(node{op: string(sign), in: []int{a, b}})
		}
	}
	return 0, err
}

func (p *parser) sum() (int, error)     { return p.chain("+-", p.product) }
func (p *parser) product() (int, error) { return p.chain("*/", p.sign) }

func (p *parser) sign() (int, error) {
	if p.depth++; p.depth > maxDepth {
		return 0, p.fail(p.at, "deep")
	}
	defer func() { p.depth-- }()
	if !p.accept('-') {
		return p.power()
	}
	a, err := p.sign()
	if err != nil {
		return 0, err
	}
	return p.add(node{op: "neg", in: []int{a}})
}

func (p *parser) power() (int, error) {
	a, err := p.atom()
	if err != nil || !p.accept('^') {
		return a, err
	}
	b, err := p.sign()
	if err != nil {
		return 0, err
	}
	return p.add(node{op: "^", in: []int{a, b}})
}

func (p *parser) atom() (int, error) {
	c, from := p.next(), p.at
	switch {
	case c == '(':
		p.at++
		a, err := p.sum()
		if err == nil && !p.accept(')') {
			err = p.fail(p.at, "close")
		}
		return a, err
	case unicode.IsDigit(c) || c == '.':
		for p.at < len(p.text) && (unicode.IsDigit(p.text[p.at]) || p.text[p.at] == '.') {
			p.at++
		}
		v, err := strconv.ParseFloat(string(p.text[from:p.at]), 64)
		if err != nil || v > 1e6 {
			return 0, p.fail(from, "number")
		}
		return p.add(node{op: "const", value: v})
	case unicode.IsLetter(c):
		name := p.word()
		if slices.Contains(functions, name) {
			if !p.accept('(') {
				return 0, p.fail(p.at, "open")
			}
			a, err := p.sum()
			if err != nil {
				return 0, err
			}
			if !p.accept(')') {
				return 0, p.fail(p.at, "close")
			}
			return p.add(node{op: name, in: []int{a}})
		}
		if k, ok := p.known[name]; ok {
			return k, nil
		}
		if len(p.out.names) == maxVariables {
			return 0, p.fail(from, "variables")
		}
		k, err := p.add(node{op: "var", name: name})
		p.known[name] = k
		p.out.names = append(p.out.names, name)
		return k, err
	}
	return 0, p.fail(p.at, "value")
}
