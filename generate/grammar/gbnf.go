package grammar

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of a grammar's text.
const (
	maxText  = 1 << 20 // bytes
	maxNest  = 200     // groups within groups
	maxRules = 1 << 15
	maxCount = 1 << 16 // of {m,n}
)

// expr is the right side of a rule.
type expr struct {
	op       byte // one of the constants below
	subs     []*expr
	set      []span // for a character
	rule     int    // for a call
	min, max int    // for a repetition; max −1 is no bound
}

const (
	sequence  = ','
	choice    = '|'
	repeat    = '*'
	character = 'c'
	call      = 'r'
)

// span is code points from lo to hi.
type span struct{ lo, hi rune }

// parser reads GBNF:
//
//	grammar  rule…                 a rule is named in letters, digits and -, the first one to be matched is root
//	rule     name ::= choice       to the end of the line; lines go on within ( ) and after | and ::=
//	choice   sequence | sequence…
//	sequence item…                 may be empty
//	item     "text" [a-z] [^a-z] . name (choice), and after it ? * + {m} {m,} {m,n}
//	escapes  \n \r \t \\ \" \[ \] \xHH \uHHHH \UHHHHHHHH, each a code point
//	comment  # to the end of the line
type parser struct {
	text  string
	at    int
	nest  int
	names []string
	index map[string]int
	rules []*expr // nil while only called
	sites []int   // where a rule was first named
}

// fail says what is wrong at a place.
func (p *parser) fail(at int, format string, args ...any) error {
	before := p.text[:min(at, len(p.text))]
	line := 1 + strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Errorf("line %d, column %d: %s", line, column, fmt.Sprintf(format, args...))
}

// grammar reads all rules.
func (p *parser) grammar() error {
	p.space(true)
	for p.at < len(p.text) {
		from := p.at
		name := p.name()
		if name == "" {
			return p.fail(p.at, "found %s; want the name of a rule", p.found())
		}
		p.space(false)
		if !strings.HasPrefix(p.text[p.at:], "::=") {
			return p.fail(p.at, "found %s after the name %q; want ::=", p.found(), name)
		}
		p.at += 3
		p.space(true)
		i := p.ruleOf(name, from)
		if p.rules[i] != nil {
			return p.fail(from, "rule %q is defined twice", name)
		}
		e, err := p.choice()
		if err != nil {
			return err
		}
		p.rules[i] = e
		if p.at < len(p.text) && p.text[p.at] != '\n' && p.text[p.at] != '\r' {
			return p.fail(p.at, "found %s; want an item of rule %q or the end of the line", p.found(), name)
		}
		p.space(true)
	}
	if i, ok := p.index["root"]; !ok || p.rules[i] == nil {
		return fmt.Errorf("there is no rule root")
	}
	if len(p.rules) > maxRules {
		return fmt.Errorf("%d rules; want at most %d", len(p.rules), maxRules)
	}
	for i, e := range p.rules {
		if e == nil {
			return p.fail(p.sites[i], "rule %q is not defined", p.names[i])
		}
	}
	return nil
}

// ruleOf is the number of the rule of a name.
func (p *parser) ruleOf(name string, at int) int {
	i, ok := p.index[name]
	if !ok {
		i = len(p.names)
		p.index[name] = i
		p.names, p.rules, p.sites = append(p.names, name), append(p.rules, nil), append(p.sites, at)
	}
	return i
}

// found is what stands at the parser's place.
func (p *parser) found() string {
	if p.at >= len(p.text) {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return fmt.Sprintf("%q", r)
}

func (p *parser) space(lines bool) {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == ' ' || c == '\t', lines && (c == '\n' || c == '\r'):
			p.at++
		case c == '#':
			for p.at < len(p.text) && p.text[p.at] != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

func (p *parser) name() string {
	from := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	return p.text[from:p.at]
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}

func (p *parser) choice() (*expr, error) {
	e := &expr{op: choice}
	for {
		s, err := p.sequence()
		if err != nil {
			return nil, err
		}
		e.subs = append(e.subs, s)
		if p.at >= len(p.text) || p.text[p.at] != '|' {
			return e, nil
		}
		p.at++
		p.space(true)
	}
}

func (p *parser) sequence() (*expr, error) {
	e := &expr{op: sequence}
	for p.at < len(p.text) {
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		if item == nil {
			break
		}
		p.space(p.nest > 0)
		if item, err = p.counted(item); err != nil {
			return nil, err
		}
		e.subs = append(e.subs, item)
	}
	return e, nil
}

// item reads one, nil where there is none.
func (p *parser) item() (e *expr, err error) {
	from := p.at
	switch c := p.text[p.at]; {
	case c == '"':
		return p.literal()
	case c == '[':
		return p.class()
	case c == '.':
		p.at++
		return &expr{op: character, set: []span{{0, utf8.MaxRune}}}, nil
	case isWord(c):
		name := p.name()
		return &expr{op: call, rule: p.ruleOf(name, from)}, nil
	case c == '(':
		if p.nest++; p.nest > maxNest {
			return nil, p.fail(from, "groups are nested more than %d deep", maxNest)
		}
		p.at++
		p.space(true)
		if e, err = p.choice(); err != nil {
			return nil, err
		}
		if p.at >= len(p.text) || p.text[p.at] != ')' {
			return nil, p.fail(p.at, "found %s; want ) of the group begun at %s", p.found(), p.place(from))
		}
		p.at++
		p.nest--
		return e, nil
	}
	return nil, nil
}

// place is a position for a message.
func (p *parser) place(at int) string {
	where, _, _ := strings.Cut(p.fail(at, "").Error(), ":")
	return where
}
