package chat

import (
	"strconv"
	"strings"
	"time"
)

// globals are the functions every template may call.
var globals = map[string]*function{
	"range":     {"range", rangeOf},
	"dict":      {"dict", func(r *run, a args) any { d := a.dict(r); return &d }},
	"namespace": {"namespace", func(r *run, a args) any { return &namespace{a.dict(r)} }},
	"raise_exception": {"raise_exception", func(r *run, a args) any {
		panic(&Error{Line: r.line, Msg: r.text(a.arg(0, "message", "")), Refused: true})
	}},
	"strftime_now": {"strftime_now", func(r *run, a args) any { return strftime(r, a.str(r, 0, "format", "")) }},
}

func rangeOf(r *run, a args) any {
	from, to, step := int64(0), a.num(r, 0, "stop", 0), int64(1)
	if len(a.pos) > 1 {
		from, to = to, a.num(r, 1, "stop", 0)
	}
	if len(a.pos) > 2 {
		step = a.num(r, 2, "step", 1)
	}
	if step == 0 {
		fail(r.line, "range by steps of 0")
	}
	l := &list{}
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		if r.step(); len(l.items) >= r.limits.Bytes/16 {
			r.slots(len(l.items) + 1)
		}
		l.items = append(l.items, i)
		if step > 0 && i > to-step || step < 0 && i < to-step {
			break // the next would be beyond, and perhaps beyond what fits
		}
	}
	return l
}

// dict makes a dictionary of named arguments, after those of a first dictionary.
func (a args) dict(r *run) (d Dict) {
	if len(a.pos) > 0 {
		first, ok := a.pos[0].(*Dict)
		if !ok || len(a.pos) > 1 {
			fail(r.line, "want named arguments, or a dictionary first")
		}
		r.slots(len(first.keys))
		for _, k := range first.keys {
			d.set(k, first.values[k])
		}
	}
	for _, n := range a.named {
		d.set(n.name, n.value)
	}
	return d
}

// layouts are the codes of strftime that templates use, as Go writes them.
var layouts = map[byte]string{
	'd': "02", 'm': "01", 'Y': "2006", 'y': "06", 'B': "January", 'b': "Jan", 'A': "Monday", 'a': "Mon",
	'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'j': "002", 'Z': "MST", 'z': "-0700", 'F': "2006-01-02", 'T': "15:04:05",
}

func strftime(r *run, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i++; i == len(format) {
			fail(r.line, "strftime_now: %s ends in %%", short(format))
		}
		plain := format[i] == '-' && i+1 < len(format) // no zeros in front
		if plain {
			i++
		}
		layout, ok := layouts[format[i]]
		switch {
		case ok && plain:
			n, err := strconv.Atoi(r.now.Format(layout))
			if err != nil {
				fail(r.line, "strftime_now: %%-%c is no number", format[i])
			}
			b.WriteString(strconv.Itoa(n))
		case ok:
			b.WriteString(r.now.Format(layout))
		case format[i] == '%':
			b.WriteByte('%')
		default:
			fail(r.line, "strftime_now: %%%c is not supported", format[i])
		}
	}
	return b.String()
}

// start is the time of a run: the one given, or now.
func start(t time.Time) time.Time {
	if t.IsZero() {
		return time.Now()
	}
	return t
}
