package chat

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

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
