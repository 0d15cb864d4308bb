package nn

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// The bounds of stack notation.
const (
	maxText   = 64 << 10  // bytes of a text
	maxDepth  = 64        // brackets within brackets
	maxRepeat = 1_000_000 // of a count
)

// A Stack is a text in stack notation, read but not yet understood.
//
//	stack = item { item } .   item = [ count "*" ] ( block | "[" stack "]" ) .
//	block = name [ "(" arg { "," arg } ")" ] [ "[" stack "]" ] .   arg = value | key "=" value .
//
// Only blocks that hold others, such as residual, take a stack in brackets.
type Stack struct {
	Text  string
	Items []Item
}

// An Item is one block or bracket of a stack, with how often it is repeated.
type Item struct {
	Column int    // where it begins, in characters from 1
	Count  int    // at least 1
	Name   string // of the block; "" for a bare bracket
	At     int    // column of the name
	Args   []Arg
	Body   []Item // what stands in its brackets
	Holds  bool   // it has brackets
}

// An Arg is one argument of a block.
type Arg struct {
	Column int
	Key    string // "" for a positional one
	Value  string
}

// Parse reads a text in stack notation. The error is a *StackError.
func Parse(text string) (*Stack, error) {
	p := &parser{text: text}
	if len(text) > maxText {
		p.text = string([]rune(text[:200]))
		return nil, p.fail(1, fmt.Sprintf("the text has %d bytes", len(text)), fmt.Sprintf("at most %d fit; 6*[…] repeats", maxText))
	}
	if err := p.lex(); err != nil {
		return nil, err
	}
	items, err := p.items(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, p.fail(t.column, fmt.Sprintf("found %q", t.text), "want a block such as linear(10), or the end")
	}
	if len(items) == 0 {
		return nil, p.fail(1, "the stack is empty", "name at least one block, such as linear(10)")
	}
	return &Stack{text, items}, nil
}

// token kinds: punctuation is its own kind.
const (
	end  = rune(0)
	word = rune('w')
)

type lexeme struct {
	kind   rune
	text   string
	column int
}

type parser struct {
	text   string
	tokens []lexeme
	next   int
}

func (p *parser) fail(column int, what, fits string) *StackError {
	return &StackError{BadNotation, p.text, column, what, fits}
}

// asciiOf is what was meant by punctuation that an East Asian keyboard gives.
var asciiOf = map[rune]string{'（': "(", '）': ")", '【': "[", '】': "]", '［': "[", '］': "]", '，': ",", '、': ",", '＝': "=", '＊': "*", '×': "*"}

func (p *parser) lex() error {
	const punctuation = "()[],=*"
	column := 0
	start, from := -1, 0 // of the word in hand: byte, column
	flush := func(to int) {
		if start >= 0 {
			p.tokens = append(p.tokens, lexeme{word, p.text[start:to], from})
			start = -1
		}
	}
	for i, c := range p.text {
		column++
		switch {
		case unicode.IsSpace(c):
			flush(i)
		case strings.ContainsRune(punctuation, c):
			flush(i)
			p.tokens = append(p.tokens, lexeme{c, string(c), column})
		default:
			if a, ok := asciiOf[c]; ok {
				return p.fail(column, fmt.Sprintf("found %q", c), fmt.Sprintf("write %q", a))
			}
			if c == unicode.ReplacementChar || unicode.IsControl(c) {
				return p.fail(column, fmt.Sprintf("found the character %U", c), "names are letters, digits and _")
			}
			if start < 0 {
				start, from = i, column
			}
		}
	}
	flush(len(p.text))
	p.tokens = append(p.tokens, lexeme{end, "the end", column + 1})
	return nil
}

func (p *parser) peek() lexeme { return p.tokens[p.next] }

func (p *parser) take() lexeme {
	t := p.tokens[p.next]
	if t.kind != end {
		p.next++
	}
	return t
}

// items reads up to a closing bracket or the end.
func (p *parser) items(depth int) (list []Item, err error) {
	for {
		t := p.peek()
		if t.kind == end || t.kind == ']' {
			return list, nil
		}
		it, err := p.item(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, it)
	}
}

func (p *parser) item(depth int) (it Item, err error) {
	it.Column, it.Count = p.peek().column, 1
	if t := p.peek(); t.kind == word && p.tokens[p.next+1].kind == '*' {
		n, err := strconv.Atoi(t.text)
		if err != nil || n < 1 || n > maxRepeat {
			return it, p.fail(t.column, fmt.Sprintf("%q is not a count", t.text), fmt.Sprintf("want a whole number from 1 to %d before *", maxRepeat))
		}
		it.Count = n
		p.next += 2
	}
	switch t := p.peek(); t.kind {
	case '[':
		return it, p.body(&it, depth)
	case word:
		p.next++
		it.Name, it.At = t.text, t.column
		if p.peek().kind == '(' {
			if it.Args, err = p.args(); err != nil {
				return it, err
			}
		}
		if p.peek().kind == '[' {
			return it, p.body(&it, depth)
		}
		return it, nil
	default:
		fits := "want a block such as linear(10), or [ to group some"
		if t.kind == '*' {
			fits = "want a count before *, such as 12*gpt(heads=12)"
		}
		return it, p.fail(t.column, fmt.Sprintf("found %s", quoted(t)), fits)
	}
}

func quoted(t lexeme) string {
	if t.kind == end {
		return t.text
	}
	return strconv.Quote(t.text)
}

// body reads [ stack ].
func (p *parser) body(it *Item, depth int) (err error) {
	open := p.take()
	if depth+1 > maxDepth {
		return p.fail(open.column, fmt.Sprintf("more than %d brackets within brackets", maxDepth), "name the parts one after another")
	}
	if it.Body, err = p.items(depth + 1); err != nil {
		return err
	}
	it.Holds = true
	if len(it.Body) == 0 {
		return p.fail(open.column, "nothing stands in the brackets", "name at least one block, such as [linear(64) relu]")
	}
	if t := p.take(); t.kind != ']' {
		return p.fail(open.column, "this [ is never closed", "add ] where it ends")
	}
	return nil
}

// args reads ( arg , … ).
func (p *parser) args() (list []Arg, err error) {
	open := p.take()
	if p.peek().kind == ')' {
		p.next++
		return nil, nil
	}
	for {
		t := p.take()
		if t.kind != word {
			return nil, p.fail(t.column, fmt.Sprintf("found %s", quoted(t)), "want a value or key=value")
		}
		a := Arg{Column: t.column, Value: t.text}
		if p.peek().kind == '=' {
			p.next++
			v := p.take()
			if v.kind != word {
				return nil, p.fail(v.column, fmt.Sprintf("found %s", quoted(v)), fmt.Sprintf("want a value after %s=", t.text))
			}
			a.Key, a.Value = t.text, v.text
		} else if len(list) > 0 && list[len(list)-1].Key != "" {
			return nil, p.fail(t.column, fmt.Sprintf("the value %s has no key", t.text), "after a key=value every argument needs its key")
		}
		list = append(list, a)
		switch t := p.take(); t.kind {
		case ',':
		case ')':
			return list, nil
		case end:
			return nil, p.fail(open.column, "this ( is never closed", "add ) after the last argument")
		default:
			return nil, p.fail(t.column, fmt.Sprintf("found %s", quoted(t)), "want , or ) after an argument")
		}
	}
}
