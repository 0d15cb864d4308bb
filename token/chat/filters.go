package chat

import (
	"slices"
	"strings"
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
	r.slots(strings.Count(s, "\n") + 1)
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
