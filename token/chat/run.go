package chat

import (
	"strings"
	"time"
)

// Limits bound a run of a template. A field that is 0 has the value named beside it.
type Limits struct {
	Steps int // values computed and the work on long ones; 1,000,000
	Bytes int // of the result and of any one value; 4 MiB
	Depth int // macros that call macros; 64
}

// run is one run of a template.
type run struct {
	limits Limits
	steps  int
	line   int
	depth  int // calls of macros
	loops  int // loops around
	deep   int // lists in lists, while one is gone through
	out    *strings.Builder
	scope  *scope
	now    time.Time
}

// scope holds the variables of a block; what it lacks may be in its parent.
type scope struct {
	vars   map[string]any
	parent *scope
}

func (s *scope) set(name string, v any) {
	if s.vars == nil {
		s.vars = map[string]any{}
	}
	s.vars[name] = v
}

func (r *run) lookup(name string) any {
	for s := r.scope; s != nil; s = s.parent {
		r.charge(1)
		if v, ok := s.vars[name]; ok {
			return v
		}
	}
	if f, ok := globals[name]; ok {
		return f
	}
	return undefined{name}
}

// step counts one value computed.
func (r *run) step() { r.charge(1) }

// at counts a step and remembers the line for errors.
func (r *run) at(line int) {
	r.line = line
	r.charge(1)
}

// charge counts n steps.
func (r *run) charge(n int) {
	if r.steps += n; r.steps > r.limits.Steps {
		fail(r.line, "more than %d steps: the template does too much", r.limits.Steps)
	}
}

// room fails where a value of n bytes would be too long, before it is made, and counts the work of making it.
func (r *run) room(n int) {
	r.fits(n)
	r.charge(n / 16)
}

// fits is room for what grows bit by bit.
func (r *run) fits(n int) {
	if n < 0 || n > r.limits.Bytes {
		fail(r.line, "a text of more than %d bytes", r.limits.Bytes)
	}
}

// slots fails where a list of n items would be too long, before it is made.
func (r *run) slots(n int) {
	if n < 0 || n > r.limits.Bytes/16 {
		fail(r.line, "a list of more than %d items", r.limits.Bytes/16)
	}
	r.charge(n)
}

// nest counts lists in lists while they are gone through, which may hold themselves; call the result at the end.
func (r *run) nest() func() {
	if r.deep++; r.deep > maxNested {
		fail(r.line, "a value nested more than %d deep", maxNested)
	}
	return func() { r.deep-- }
}

func (r *run) enter() {
	if r.depth++; r.depth > r.limits.Depth {
		fail(r.line, "more than %d calls within calls", r.limits.Depth)
	}
}

// write appends to the result.
func (r *run) write(s string) {
	r.fits(r.out.Len() + len(s))
	r.charge(len(s) / 16)
	r.out.WriteString(s)
}

// capture returns what do writes.
func (r *run) capture(do func()) string {
	outer := r.out
	r.out = new(strings.Builder)
	defer func() { r.out = outer }()
	do()
	return r.out.String()
}

// all computes several values.
func (r *run) all(es []expr) []any {
	r.charge(1 + len(es))
	vs := make([]any, len(es))
	for i, e := range es {
		vs[i] = e(r)
	}
	return vs
}

// assign sets one name, or several to the items of a value.
func (r *run) assign(names []string, v any) {
	if len(names) == 1 {
		r.scope.set(names[0], v)
		return
	}
	items := r.iterate(v)
	if len(items) != len(names) {
		fail(r.line, "%d values for %d names", len(items), len(names))
	}
	for i, n := range names {
		r.scope.set(n, items[i])
	}
}
