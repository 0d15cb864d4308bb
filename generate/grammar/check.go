package grammar

import "slices"

// check refuses rules that call themselves before they have read anything, and rules that never end.
func (p *parser) check() error {
	empty := p.fixed(false)
	ends := p.fixed(true)
	if i := slices.Index(ends, false); i >= 0 {
		return p.fail(p.sites[i], "no text could complete rule %q: it always calls for more", p.names[i])
	}
	const fresh, open, done = 0, 1, 2
	state := make([]byte, len(p.rules))
	for first := range p.rules {
		// Depth first along the calls that nothing need come before, without recursion: chains may be long.
		type visit struct {
			rule  int
			calls []int
		}
		if state[first] != fresh {
			continue
		}
		state[first] = open
		path := []visit{{first, p.rules[first].first(empty, nil)}}
		for len(path) > 0 {
			v := &path[len(path)-1]
			if len(v.calls) == 0 {
				state[v.rule] = done
				path = path[:len(path)-1]
				continue
			}
			next := v.calls[0]
			v.calls = v.calls[1:]
			switch state[next] {
			case open:
				return p.fail(p.sites[next], "rule %q is left-recursive: it calls itself before it has read anything", p.names[next])
			case fresh:
				state[next] = open
				path = append(path, visit{next, p.rules[next].first(empty, nil)})
			}
		}
	}
	return nil
}

// fixed is for which rules a property holds that a choice has from any part, a sequence from all of its parts, a
// repetition from its body or from being left out, and a call from its rule: the least solution. leaf is whether a
// character has it.
func (p *parser) fixed(leaf bool) []bool {
	holds := make([]bool, len(p.rules))
	callers := make([][]int, len(p.rules))
	var todo []int
	for i, e := range p.rules {
		for _, r := range e.called(nil) {
			callers[r] = append(callers[r], i)
		}
		todo = append(todo, i)
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !holds[i] && p.rules[i].holds(holds, leaf) {
			holds[i] = true
			todo = append(todo, callers[i]...)
		}
	}
	return holds
}

func (e *expr) holds(rules []bool, leaf bool) bool {
	switch e.op {
	case choice:
		return slices.ContainsFunc(e.subs, func(s *expr) bool { return s.holds(rules, leaf) })
	case sequence:
		return !slices.ContainsFunc(e.subs, func(s *expr) bool { return !s.holds(rules, leaf) })
	case repeat:
		return e.min == 0 || e.subs[0].holds(rules, leaf)
	case call:
		return rules[e.rule]
	}
	return leaf
}

// called appends the rules that e names.
func (e *expr) called(to []int) []int {
	if e.op == call {
		to = append(to, e.rule)
	}
	for _, s := range e.subs {
		to = s.called(to)
	}
	return to
}

// first appends the rules that e may call before anything is read.
func (e *expr) first(empty []bool, to []int) []int {
	switch e.op {
	case call:
		return append(to, e.rule)
	case choice, repeat:
		if e.op == repeat && e.max == 0 {
			return to
		}
		for _, s := range e.subs {
			to = s.first(empty, to)
		}
	case sequence:
		for _, s := range e.subs {
			to = s.first(empty, to)
			if !s.holds(empty, false) {
				break
			}
		}
	}
	return to
}
