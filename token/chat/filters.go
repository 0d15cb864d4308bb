package chat

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type filter func(r *run, v any, a args) any

// filterTable are the filters of Jinja that templates use. It is filled in init, since map looks up others in it.
var filterTable map[string]filter

func init() {
	filterTable = map[string]filter{
		"trim": func(r *run, v any, a args) any {
			s := r.text(v)
			r.charge(len(s) / 16)
			return stripLeft(stripRight(s, a), a)
		},
		"upper":      func(r *run, v any, a args) any { return strings.ToUpper(r.charged(v)) },
		"lower":      func(r *run, v any, a args) any { return strings.ToLower(r.charged(v)) },
		"title":      func(r *run, v any, a args) any { return title(r.charged(v)) },
		"capitalize": func(r *run, v any, a args) any { return capitalize(r.charged(v)) },
		"replace":    func(r *run, v any, a args) any { return replace(r, r.charged(v), a) },
		"string":     func(r *run, v any, a args) any { return r.text(v) },
		"safe":       func(r *run, v any, a args) any { return r.text(v) },
		"escape":     escape,
		"e":          escape,
		"indent":     indent,
		"format": func(r *run, v any, a args) any {
			return r.format(r.text(v), &list{items: a.pos, tuple: true})
		},
		"tojson":     toJSON,
		"length":     func(r *run, v any, a args) any { return length(r, v) },
		"count":      func(r *run, v any, a args) any { return length(r, v) },
		"default":    orDefault,
		"d":          orDefault,
		"join":       joinFilter,
		"first":      func(r *run, v any, a args) any { return end(r, v, true) },
		"last":       func(r *run, v any, a args) any { return end(r, v, false) },
		"list":       func(r *run, v any, a args) any { return &list{items: slices.Clone(r.iterate(v))} },
		"reverse":    reverse,
		"sort":       sortFilter,
		"unique":     unique,
		"items":      func(r *run, v any, a args) any { return pairs(r, v, false) },
		"dictsort":   func(r *run, v any, a args) any { return pairs(r, v, true) },
		"map":        mapFilter,
		"select":     func(r *run, v any, a args) any { return choose(r, v, "", a, true) },
		"reject":     func(r *run, v any, a args) any { return choose(r, v, "", a, false) },
		"selectattr": func(r *run, v any, a args) any { return chooseAttr(r, v, a, true) },
		"rejectattr": func(r *run, v any, a args) any { return chooseAttr(r, v, a, false) },
		"sum":        sum,
		"min":        func(r *run, v any, a args) any { return extreme(r, v, -1) },
		"max":        func(r *run, v any, a args) any { return extreme(r, v, 1) },
		"int":        toInt,
		"float":      toFloat,
		"abs":        abs,
		"round":      round,
	}
}

// charged is text, and counts its length.
func (r *run) charged(v any) string {
	s := r.text(v)
	r.charge(len(s) / 16)
	return s
}

func escape(r *run, v any, _ args) any {
	s := r.text(v)
	r.room(len(s) + 4*(strings.Count(s, "&")+strings.Count(s, "<")+strings.Count(s, ">")+strings.Count(s, `"`)+strings.Count(s, "'")))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(s)
}

// indent puts spaces before each line but the first, empty ones left out.
func indent(r *run, v any, a args) any {
	s := r.text(v)
	by, ok := a.arg(0, "width", int64(4)).(string)
	if !ok {
		n := a.num(r, 0, "width", 4)
		r.room(int(min(max(n, 0), 1<<30)))
		by = strings.Repeat(" ", int(max(n, 0)))
	}
	r.room(len(s) + (strings.Count(s, "\n")+1)*len(by))
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if i > 0 && line != "" || i > 0 && truth(a.arg(2, "blank", false)) || i == 0 && truth(a.arg(1, "first", false)) {
			lines[i] = by + line
		}
	}
	return strings.Join(lines, "\n")
}

// toJSON is json.dumps with ensure_ascii off, as Hugging Face's library has it.
func toJSON(r *run, v any, a args) any {
	s := jsonStyle{comma: ", ", colon: ": ", sorted: truth(a.arg(3, "sort_keys", false)), asciiOnly: truth(a.arg(0, "ensure_ascii", false))}
	switch by := a.arg(1, "indent", nil).(type) {
	case nil:
	case string:
		s.pretty, s.indent, s.comma = true, by, ","
	default:
		n := a.num(r, 1, "indent", 0)
		if n < 0 || n > 64 {
			fail(r.line, "tojson with an indent of %d, want 0 to 64", n)
		}
		s.pretty, s.indent, s.comma = true, strings.Repeat(" ", int(n)), ","
	}
	if l, ok := a.arg(2, "separators", nil).(*list); ok {
		if len(l.items) != 2 {
			fail(r.line, "separators: %d, want 2", len(l.items))
		}
		s.comma, s.colon = r.text(l.items[0]), r.text(l.items[1])
	}
	var b strings.Builder
	r.json(&b, v, s, 0)
	return b.String()
}

func length(r *run, v any) any {
	switch v := v.(type) {
	case undefined:
		return int64(0)
	case string:
		r.charge(len(v) / 64)
		return int64(utf8.RuneCountInString(v))
	case *list:
		return int64(len(v.items))
	case *Dict:
		return int64(len(v.keys))
	}
	fail(r.line, "%s has no length", kind(v))
	return nil
}

func orDefault(r *run, v any, a args) any {
	if _, missing := v.(undefined); missing || truth(a.arg(1, "boolean", false)) && !truth(v) {
		return a.arg(0, "default_value", "")
	}
	return v
}

func joinFilter(r *run, v any, a args) any {
	if by := a.arg(1, "attribute", nil); by != nil {
		l := &list{}
		for _, x := range r.iterate(v) {
			l.items = append(l.items, r.path(x, by))
		}
		v = l
	}
	return r.join(v, a.str(r, 0, "d", ""))
}

func end(r *run, v any, first bool) any {
	items := r.iterate(v)
	switch {
	case len(items) == 0:
		return undefined{"an item of nothing"}
	case first:
		return items[0]
	}
	return items[len(items)-1]
}

func reverse(r *run, v any, _ args) any {
	if s, ok := v.(string); ok {
		r.charge(len(s) / 16)
		runes := []rune(s)
		slices.Reverse(runes)
		return string(runes)
	}
	items := slices.Clone(r.iterate(v))
	r.slots(len(items))
	slices.Reverse(items)
	return &list{items: items}
}

// folded is what strings are sorted by where case does not matter.
func folded(v any, sensitive bool) any {
	if s, ok := v.(string); ok && !sensitive {
		return strings.ToLower(s)
	}
	return v
}

func sortFilter(r *run, v any, a args) any {
	items := slices.Clone(r.iterate(v))
	r.slots(len(items))
	by, sensitive := a.arg(2, "attribute", nil), truth(a.arg(1, "case_sensitive", false))
	key := func(x any) any {
		if by != nil {
			x = r.path(x, by)
		}
		return folded(x, sensitive)
	}
	down := truth(a.arg(0, "reverse", false))
	slices.SortStableFunc(items, func(x, y any) int {
		if down {
			x, y = y, x
		}
		return order(r, key(x), key(y))
	})
	return &list{items: items}
}

func unique(r *run, v any, a args) any {
	l := &list{}
	var keys []any
	for _, x := range r.iterate(v) {
		key := x
		if by := a.arg(1, "attribute", nil); by != nil {
			key = r.path(x, by)
		}
		key = folded(key, truth(a.arg(0, "case_sensitive", false)))
		if !slices.ContainsFunc(keys, func(k any) bool { return equal(r, k, key) }) {
			keys, l.items = append(keys, key), append(l.items, x)
		}
	}
	return l
}

// pairs lists the entries of a dictionary, by key where sorted is set.
func pairs(r *run, v any, sorted bool) any {
	if _, missing := v.(undefined); missing && !sorted {
		return &list{}
	}
	d, ok := v.(*Dict)
	if !ok {
		fail(r.line, "items of %s, want a dictionary", kind(v))
	}
	r.slots(len(d.keys))
	l := &list{}
	for _, k := range d.keys {
		l.items = append(l.items, &list{items: []any{k, d.values[k]}, tuple: true})
	}
	if sorted {
		slices.SortStableFunc(l.items, func(x, y any) int {
			return strings.Compare(strings.ToLower(x.(*list).items[0].(string)), strings.ToLower(y.(*list).items[0].(string)))
		})
	}
	return l
}

// path is x.a.b for "a.b", x[n] for a number.
func (r *run) path(x, by any) any {
	name, ok := by.(string)
	if !ok {
		return r.item(x, by)
	}
	for part := range strings.SplitSeq(name, ".") {
		r.step()
		if n, err := strconv.Atoi(part); err == nil {
			x = r.item(x, int64(n))
		} else {
			x = r.item(x, part)
		}
	}
	return x
}

func mapFilter(r *run, v any, a args) any {
	l := &list{}
	by := a.given("attribute", nil)
	var do filter
	var rest args
	if by == nil {
		name := a.str(r, 0, "filter", "")
		if do = filterTable[name]; do == nil {
			fail(r.line, "map by %s: no such filter", short(name))
		}
		rest = args{a.pos[1:], a.named}
	}
	for _, x := range r.iterate(v) {
		r.step()
		if do != nil {
			l.items = append(l.items, do(r, x, rest))
			continue
		}
		y := r.path(x, by)
		if _, missing := y.(undefined); missing {
			y = a.given("default", y)
		}
		l.items = append(l.items, y)
	}
	return l
}

// choose keeps the items for which the test named first holds, of the attribute by where there is one.
func choose(r *run, v any, by any, a args, keep bool) any {
	var ask test
	rest := args{named: a.named}
	if len(a.pos) > 0 {
		name := a.str(r, 0, "test", "")
		if ask = testTable[name]; ask == nil {
			fail(r.line, "no test %s is supported; known are %s", short(name), names(testTable))
		}
		rest.pos = a.pos[1:]
	}
	l := &list{}
	for _, x := range r.iterate(v) {
		r.step()
		y := x
		if by != "" {
			y = r.path(x, by)
		}
		if ask == nil && truth(y) == keep || ask != nil && ask(r, y, rest) == keep {
			l.items = append(l.items, x)
		}
	}
	return l
}

func chooseAttr(r *run, v any, a args, keep bool) any {
	if len(a.pos) == 0 {
		fail(r.line, "an attribute is missing")
	}
	return choose(r, v, a.pos[0], args{a.pos[1:], a.named}, keep)
}

func sum(r *run, v any, a args) any {
	total := a.arg(1, "start", int64(0))
	for _, x := range r.iterate(v) {
		if by := a.arg(0, "attribute", nil); by != nil {
			x = r.path(x, by)
		}
		total = arithmetic(r, "+", total, x)
	}
	return total
}

func extreme(r *run, v any, sign int) any {
	items := r.iterate(v)
	if len(items) == 0 {
		return undefined{"an item of nothing"}
	}
	best := items[0]
	for _, x := range items[1:] {
		if order(r, folded(x, false), folded(best, false))*sign > 0 {
			best = x
		}
	}
	return best
}

func toInt(r *run, v any, a args) any {
	switch v := v.(type) {
	case float64:
		if math.Abs(v) < 1<<62 {
			return int64(v)
		}
	case string:
		s := strings.TrimFunc(v, unicode.IsSpace)
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(f) < 1<<62 {
			return int64(f)
		}
	default:
		if n, ok := asInt(v); ok {
			return n
		}
	}
	return a.arg(0, "default", int64(0))
}

func toFloat(r *run, v any, a args) any {
	if f, _, ok := asNumber(v); ok {
		return f
	}
	if s, ok := v.(string); ok {
		if f, err := strconv.ParseFloat(strings.TrimFunc(s, unicode.IsSpace), 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f
		}
	}
	return a.arg(0, "default", 0.0)
}

func abs(r *run, v any, _ args) any {
	if n, ok := asInt(v); ok && n != math.MinInt64 {
		return max(n, -n)
	}
	f, _, ok := asNumber(v)
	if !ok {
		fail(r.line, "abs of %s", kind(v))
	}
	return math.Abs(f)
}

// round rounds halves to even, as Python does; with method floor or ceil it says so.
func round(r *run, v any, a args) any {
	f, _, ok := asNumber(v)
	n := a.num(r, 0, "precision", 0)
	if !ok || n < 0 || n > 15 {
		fail(r.line, "round of %s to %d places", kind(v), n)
	}
	scale := math.Pow10(int(n))
	switch how := a.str(r, 1, "method", "common"); how {
	case "common":
		s, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', int(n), 64), 64)
		return s
	case "floor":
		return math.Floor(f*scale) / scale
	case "ceil":
		return math.Ceil(f*scale) / scale
	default:
		fail(r.line, "round by %s, want common, floor or ceil", short(how))
		return nil
	}
}
