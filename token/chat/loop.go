package chat

// loop reads for a in …, for a, b in … if …, and else.
func (p *parser) loop() stmt {
	line := p.line
	names := []string{p.name("a name")}
	for p.take(",") {
		names = append(names, p.name("a name"))
	}
	p.want("in")
	over := p.noCondition()
	var filter expr
	if p.take("if") {
		filter = p.expression()
	}
	if p.peek().is("recursive") {
		fail(p.line, "recursive loops are not supported")
	}
	p.close()
	p.loops++
	body, end := p.body("for", line, "else", "endfor")
	p.loops--
	p.close()
	var otherwise []stmt
	if end == "else" {
		otherwise, _ = p.body("else", line, "endfor")
		p.close()
	}
	return func(r *run) flow {
		r.at(line)
		items := r.iterate(over(r))
		outer := r.scope
		defer func() { r.scope = outer }()
		if filter != nil {
			var kept []any
			for _, x := range items {
				r.scope = &scope{parent: outer}
				r.assign(names, x)
				if truth(filter(r)) {
					kept = append(kept, x)
				}
			}
			items = kept
		}
		if len(items) == 0 {
			r.scope = outer
			return do(r, otherwise)
		}
		l := &loopState{items: items, depth: r.loops}
		r.loops++
		defer func() { r.loops-- }()
		for i, x := range items {
			r.at(line)
			l.at = i
			r.scope = &scope{parent: outer}
			r.scope.set("loop", l)
			r.assign(names, x)
			if do(r, body) == broke {
				break
			}
		}
		return onward
	}
}

// loopState is the variable loop.
type loopState struct {
	items []any
	at    int
	depth int // loops around
	seen  any // what changed was last called with
	begun bool
}

// field is loop.name.
func (l *loopState) field(r *run, name string) any {
	n := len(l.items)
	switch name {
	case "index":
		return int64(l.at + 1)
	case "index0":
		return int64(l.at)
	case "revindex":
		return int64(n - l.at)
	case "revindex0":
		return int64(n - l.at - 1)
	case "first":
		return l.at == 0
	case "last":
		return l.at == n-1
	case "length":
		return int64(n)
	case "depth":
		return int64(l.depth + 1)
	case "depth0":
		return int64(l.depth)
	case "previtem":
		if l.at > 0 {
			return l.items[l.at-1]
		}
		return undefined{"loop.previtem"}
	case "nextitem":
		if l.at < n-1 {
			return l.items[l.at+1]
		}
		return undefined{"loop.nextitem"}
	case "cycle":
		return &function{"loop.cycle", func(r *run, a args) any {
			if len(a.pos) == 0 {
				fail(r.line, "loop.cycle of nothing")
			}
			return a.pos[l.at%len(a.pos)]
		}}
	case "changed":
		return &function{"loop.changed", func(r *run, a args) any {
			now := &list{items: a.pos}
			same := l.begun && equal(r, l.seen, now)
			l.seen, l.begun = now, true
			return !same
		}}
	}
	return undefined{"loop." + name}
}

// macro reads macro name(a, b=…).
func (p *parser) macro() stmt {
	line := p.line
	name := p.name("the name of a macro")
	var params []string
	defaults := map[string]expr{}
	p.want("(")
	for !p.take(")") {
		if len(params) > 0 {
			p.want(",")
		}
		param := p.name("a parameter")
		params = append(params, param)
		if p.take("=") {
			defaults[param] = p.expression()
		}
	}
	p.close()
	loops := p.loops
	p.loops = 0 // a break inside belongs to no loop around
	body, _ := p.body("macro", line, "endmacro")
	p.loops = loops
	p.close()
	return func(r *run) flow {
		r.at(line)
		home := r.scope
		r.scope.set(name, &function{name, func(r *run, a args) any {
			outer, loops := r.scope, r.loops
			r.enter()
			defer func() { r.scope, r.loops = outer, loops; r.depth-- }()
			r.scope = &scope{parent: home}
			a.bind(r, name, params, defaults)
			return r.capture(func() { do(r, body) })
		}})
		return onward
	}
}

// bind sets the parameters of a macro in the scope of its body.
func (a args) bind(r *run, name string, params []string, defaults map[string]expr) {
	if len(a.pos) > len(params) {
		fail(r.line, "%s takes %d arguments, not %d", name, len(params), len(a.pos))
	}
	given := map[string]any{}
	for i, v := range a.pos {
		given[params[i]] = v
	}
	for _, n := range a.named {
		if _, twice := given[n.name]; twice {
			fail(r.line, "%s: argument %s twice", name, n.name)
		}
		given[n.name] = n.value
	}
	for _, param := range params {
		v, ok := given[param]
		switch {
		case ok:
		case defaults[param] != nil:
			v = defaults[param](r)
		default:
			v = undefined{param}
		}
		delete(given, param)
		r.scope.set(param, v)
	}
	for extra := range given {
		fail(r.line, "%s has no argument %s", name, extra)
	}
}
