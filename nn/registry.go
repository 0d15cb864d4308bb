package nn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Def makes a block available in stack notation. Packages that have blocks of
// their own Register them when they are initialised.
type Def struct {
	Name        string
	Doc         string   // one line, for listings
	Args        []ArgDef // in the order of positional arguments
	Many        bool     // any number of positional arguments of the last kind
	Holds       bool     // it takes a stack in brackets
	Elementwise bool     // it keeps shape and meaning, so a linear before it may still be the last layer
	Deep        bool     // it is one of the repeated blocks that Site.Depth counts

	// Fit says what the block makes of the input it would get at s: the shape of one example of its output, and
	// how to declare it. It may note in s what later blocks need to know. Errors are made with Site.Fail.
	Fit func(s *Site, a *Args) (out []int, declare func(m *Maker) Block, err error)
}

// An ArgDef is one argument of a Def.
type ArgDef struct {
	Name    string
	Kind    ArgKind
	Default string // as shown to the user; "" means it must be given
	Doc     string
	Words   []string // what a Word may be, or an Amount instead of a number
}

// An ArgKind is the type of an argument.
type ArgKind int

// The kinds of arguments.
const (
	Size   ArgKind = iota // a whole number from 1 to MaxSize
	Share                 // a number in [0, 1)
	Real                  // a number
	Flag                  // true or false
	Word                  // one of ArgDef.Words
	Amount                // a whole number from 0 to MaxSize, or one of ArgDef.Words, the first of which Args.Int gives as −1, the next as −2 …
)

// MaxSize is the largest size of an axis in stack notation.
const MaxSize = 1 << 28

var kindNames = [...]string{"whole number from 1", "number from 0 to below 1", "number", "true or false", "word", "whole number from 0"}

func (k ArgKind) String() string { return kindNames[k] }

// A Maker declares the blocks of one network, in order.
type Maker struct {
	Embedding *Embedding // the first one, for a head that shares its matrix
}

var defs = map[string]*Def{}

// Register adds a block to stack notation. It panics if the name is taken.
func Register(d *Def) {
	if defs[d.Name] != nil {
		panic("nn: stack notation has a " + d.Name + " already")
	}
	defs[d.Name] = d
}

// Defs lists the blocks of stack notation by name.
func Defs() []*Def {
	return slices.SortedFunc(maps.Values(defs), func(a, b *Def) int { return strings.Compare(a.Name, b.Name) })
}

// Usage is how the block is written, such as gpt(heads=width/64, ff=4*width).
func (d *Def) Usage() string {
	var parts []string
	for _, a := range d.Args {
		if a.Default == "" {
			parts = append(parts, a.Name)
		} else {
			parts = append(parts, a.Name+"="+a.Default)
		}
	}
	s := d.Name
	if len(parts) > 0 {
		s += "(" + strings.Join(parts, ", ") + ")"
	}
	if d.Holds {
		s += "[…]"
	}
	return s
}

// Args are the arguments of one block, checked against its Def.
type Args struct {
	values map[string]float64
	list   []int // of a Def with Many
}

// Has reports whether the argument was given.
func (a *Args) Has(name string) bool { _, ok := a.values[name]; return ok }

// Int is a Size argument, or d where it was not given.
func (a *Args) Int(name string, d int) int { return int(a.Float(name, float64(d))) }

// Float is a Share or Real argument, or d where it was not given.
func (a *Args) Float(name string, d float64) float64 {
	if v, ok := a.values[name]; ok {
		return v
	}
	return d
}

// Bool is a Flag argument, or d where it was not given.
func (a *Args) Bool(name string, d bool) bool {
	if v, ok := a.values[name]; ok {
		return v != 0
	}
	return d
}

// Word is a Word argument of d, or its default where it was not given.
func (a *Args) Word(d *ArgDef) string {
	if v, ok := a.values[d.Name]; ok {
		return d.Words[int(v)]
	}
	return d.Default
}

// List are the positional arguments of a Def with Many.
func (a *Args) List() []int { return a.list }

// read checks an item's arguments.
func (d *Def) read(text string, it *Item) (*Args, error) {
	a := &Args{values: map[string]float64{}}
	for i, g := range it.Args {
		fail := func(what string) error {
			return &StackError{BadArgument, text, g.Column, d.Name + ": " + what, "want " + d.Usage() + d.argDocs()}
		}
		var def *ArgDef
		switch {
		case g.Key != "":
			if k := slices.IndexFunc(d.Args, func(x ArgDef) bool { return x.Name == g.Key }); k >= 0 {
				def = &d.Args[k]
			}
		case i < len(d.Args):
			def = &d.Args[i]
		case d.Many && len(d.Args) > 0:
			def = &d.Args[len(d.Args)-1]
		}
		switch {
		case def == nil && len(d.Args) == 0:
			return nil, &StackError{BadArgument, text, g.Column, d.Name + " takes no arguments", "write " + d.Name + " alone"}
		case def == nil && g.Key != "":
			what := fmt.Sprintf("it has no argument %q", g.Key)
			var names []string
			for _, x := range d.Args {
				names = append(names, x.Name)
			}
			if n, ok := Nearest(g.Key, names); ok {
				what += fmt.Sprintf(", did you mean %s?", n)
			}
			return nil, fail(what)
		case def == nil:
			return nil, fail(fmt.Sprintf("%s is one argument too many", g.Value))
		}
		if a.Has(def.Name) && !d.Many {
			return nil, fail(def.Name + " is given twice")
		}
		v, ok := def.parse(g.Value)
		if !ok {
			return nil, fail(fmt.Sprintf("%s=%s is not a %s", def.Name, g.Value, def.kind()))
		}
		a.values[def.Name] = v
		if d.Many {
			a.list = append(a.list, int(v))
		}
	}
	for _, x := range d.Args {
		if x.Default == "" && !a.Has(x.Name) {
			return nil, &StackError{BadArgument, text, it.At, d.Name + " needs its " + x.Name, "want " + d.Usage() + d.argDocs()}
		}
	}
	return a, nil
}

// argDocs lists the arguments with their kinds.
func (d *Def) argDocs() string {
	var parts []string
	for _, a := range d.Args {
		parts = append(parts, fmt.Sprintf("%s: %s, %s", a.Name, a.Doc, a.kind()))
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// kind says what values a may have.
func (a *ArgDef) kind() string {
	if a.Kind == Word {
		return "word: " + strings.Join(a.Words, ", ")
	}
	if len(a.Words) > 0 {
		return a.Kind.String() + ", or " + strings.Join(a.Words, ", ")
	}
	return a.Kind.String()
}

func (a *ArgDef) parse(s string) (float64, bool) {
	switch a.Kind {
	case Word:
		i := slices.Index(a.Words, s)
		return float64(i), i >= 0
	case Size:
		n, err := strconv.Atoi(s)
		return float64(n), err == nil && n >= 1 && n <= MaxSize
	case Amount:
		if i := slices.Index(a.Words, s); i >= 0 {
			return float64(-1 - i), true
		}
		n, err := strconv.Atoi(s)
		return float64(n), err == nil && n >= 0 && n <= MaxSize
	case Flag:
		switch s {
		case "true":
			return 1, true
		case "false":
			return 0, true
		}
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	ok := err == nil && v-v == 0
	if a.Kind == Share {
		ok = ok && v >= 0 && v < 1
	}
	return v, ok
}
