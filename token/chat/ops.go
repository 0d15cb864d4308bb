package chat

import (
	"math"
	"strings"
)

// compare is a op b.
func compare(r *run, op string, a, b any) bool {
	switch op {
	case "==":
		return equal(r, a, b)
	case "!=":
		return !equal(r, a, b)
	case "in":
		return contains(r, b, a)
	case "not in":
		return !contains(r, b, a)
	}
	o := order(r, a, b)
	switch op {
	case "<":
		return o < 0
	case "<=":
		return o <= 0
	case ">":
		return o > 0
	}
	return o >= 0
}

// contains is x in v.
func contains(r *run, v, x any) bool {
	switch v := v.(type) {
	case undefined:
		return false
	case string:
		s, ok := x.(string)
		if !ok {
			fail(r.line, "%s in a string, want a string", kind(x))
		}
		r.charge(len(v) / 64)
		return strings.Contains(v, s)
	case *list:
		for _, item := range v.items {
			if equal(r, item, x) {
				return true
			}
		}
		return false
	case *Dict:
		k, ok := x.(string)
		_, has := v.get(k)
		return ok && has
	}
	fail(r.line, "%s holds nothing", kind(v))
	return false
}

// arithmetic is a op b for + - ~ * / // % **.
func arithmetic(r *run, op string, a, b any) any {
	if op == "~" {
		x, y := r.text(a), r.text(b)
		r.room(len(x) + len(y))
		return x + y
	}
	switch x := a.(type) {
	case string:
		switch y := b.(type) {
		case string:
			if op == "+" {
				r.room(len(x) + len(y))
				return x + y
			}
		case int64:
			if op == "*" {
				y = max(y, 0)
				if x != "" && y > int64(r.limits.Bytes/len(x)) {
					r.room(r.limits.Bytes + 1)
				}
				r.room(len(x) * int(y))
				return strings.Repeat(x, int(y))
			}
		}
		if op == "%" {
			return r.format(x, b)
		}
	case *list:
		if y, ok := b.(*list); ok && op == "+" && x.tuple == y.tuple {
			r.slots(len(x.items) + len(y.items))
			return &list{items: append(x.items[:len(x.items):len(x.items)], y.items...), tuple: x.tuple}
		}
	}
	x, ok1 := asInt(a)
	y, ok2 := asInt(b)
	if ok1 && ok2 && op != "/" && (op != "**" || y >= 0) {
		return integers(r, op, x, y)
	}
	f, _, ok1 := asNumber(a)
	g, _, ok2 := asNumber(b)
	if !ok1 || !ok2 {
		fail(r.line, "%s %s %s", kind(a), op, kind(b))
	}
	return floats(r, op, f, g)
}

func integers(r *run, op string, x, y int64) any {
	var z int64
	fits := true
	switch op {
	case "+":
		z = x + y
		fits = (z > x) == (y > 0)
	case "-":
		z = x - y
		fits = (z < x) == (y > 0)
	case "*":
		z = x * y
		fits = x == 0 || z/x == y && !(x == -1 && y == math.MinInt64)
	case "**":
		z = 1
		for ; y > 0 && fits; y-- {
			r.step()
			fits = x == 0 || z*x/x == z && math.Abs(float64(z)*float64(x)) < 1<<62
			z *= x
		}
	default: // Python's division rounds down
		if y == 0 {
			fail(r.line, "division by 0")
		}
		if fits = !(x == math.MinInt64 && y == -1); !fits {
			break
		}
		z = x / y
		m := x % y
		if m != 0 && (m < 0) != (y < 0) {
			z--
			m += y
		}
		if op == "%" {
			z = m
		}
	}
	if !fits {
		fail(r.line, "%d %s %d is too large", x, op, y)
	}
	return z
}

func floats(r *run, op string, f, g float64) any {
	if g == 0 && (op == "/" || op == "//" || op == "%") {
		fail(r.line, "division by 0")
	}
	z := 0.0
	switch op {
	case "+":
		z = f + g
	case "-":
		z = f - g
	case "*":
		z = f * g
	case "/":
		z = f / g
	case "//":
		z = math.Floor(f / g)
	case "%":
		if z = math.Mod(f, g); z != 0 && (z < 0) != (g < 0) {
			z += g
		}
	default:
		z = math.Pow(f, g)
	}
	if math.IsNaN(z) || math.IsInf(z, 0) {
		fail(r.line, "%g %s %g is no number", f, op, g)
	}
	return z
}

// format is Python's text % values for %s, %d and %%.
func (r *run) format(text string, with any) string {
	values := []any{with}
	if l, ok := with.(*list); ok && l.tuple {
		values = l.items
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		b.WriteString(before)
		if !found {
			break
		}
		verb := ""
		if after != "" {
			verb, after = after[:1], after[1:]
		}
		switch {
		case verb == "%":
			b.WriteByte('%')
		case (verb == "s" || verb == "d") && len(values) > 0:
			if _, ok := asInt(values[0]); verb == "d" && !ok {
				fail(r.line, "%%d of %s", kind(values[0]))
			}
			b.WriteString(r.text(values[0]))
			values = values[1:]
		default:
			fail(r.line, "a format with %%%s and %d values left; %%s, %%d and %%%% are supported", verb, len(values))
		}
		r.fits(b.Len())
		text = after
	}
	if len(values) > 0 {
		fail(r.line, "%d values more than the format takes", len(values))
	}
	return b.String()
}
