package chat

import (
	"math"
	"strconv"
)

// primary reads a literal, a name, or brackets.
func (p *parser) primary() expr {
	t := p.next()
	line := t.line
	constant := func(v any) expr { return func(r *run) any { r.step(); return v } }
	switch t.kind {
	case nameTok:
		switch t.text {
		case "true", "True":
			return constant(true)
		case "false", "False":
			return constant(false)
		case "none", "None":
			return constant(nil)
		}
		return func(r *run) any { r.at(line); return r.lookup(t.text) }
	case stringTok:
		text := t.text
		for p.peek().kind == stringTok { // neighbours are one
			text += p.next().text
		}
		return constant(text)
	case intTok:
		n, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			fail(line, "the number %s is too large", short(t.text))
		}
		return constant(n)
	case floatTok:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil || math.IsInf(f, 0) {
			fail(line, "the number %s is too large", short(t.text))
		}
		return constant(f)
	}
	switch {
	case t.is("("):
		if p.take(")") {
			return func(r *run) any { r.step(); return &list{tuple: true} }
		}
		e := p.tuple()
		p.want(")")
		return e
	case t.is("["):
		all := p.items("]")
		return func(r *run) any { r.at(line); return &list{items: r.all(all)} }
	case t.is("{"):
		return p.dictionary(line)
	}
	fail(p.line, "found %v where a value is due", t)
	return nil
}

// items reads expressions with commas between, up to what closes them.
func (p *parser) items(shut string) []expr {
	var all []expr
	for !p.take(shut) {
		if len(all) > 0 {
			p.want(",")
			if p.take(shut) {
				break
			}
		}
		all = append(all, p.expression())
	}
	return all
}

func (p *parser) dictionary(line int) expr {
	var keys, values []expr
	for !p.take("}") {
		if len(keys) > 0 {
			p.want(",")
			if p.take("}") {
				break
			}
		}
		keys = append(keys, p.expression())
		p.want(":")
		values = append(values, p.expression())
	}
	return func(r *run) any {
		r.at(line)
		d := new(Dict)
		for i := range keys {
			k, ok := keys[i](r).(string)
			if !ok {
				fail(r.line, "a key that is no string is not supported")
			}
			r.charge(8)
			d.set(k, values[i](r))
		}
		return d
	}
}
