package grammar

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// count reads a number of characters or items, −1 if there is none.
func (v *value) count(key, path string) (int, error) {
	n := v.get(key)
	if n == nil {
		return -1, nil
	}
	x, err := strconv.ParseFloat(n.raw, 64)
	if n.kind != '0' || err != nil || x != math.Trunc(x) || x < 0 || x > maxCount {
		return 0, refuse(path+"/"+key, "%.40s is no count; want 0 to %d", n.raw, maxCount)
	}
	return int(x), nil
}

// bounds reads how many there may be; high −1 is no bound.
func (v *value) bounds(min, max, path string) (low, high int, err error) {
	if low, err = v.count(min, path); err != nil {
		return 0, 0, err
	}
	if high, err = v.count(max, path); err != nil {
		return 0, 0, err
	}
	if low < 0 {
		low = 0
	}
	if high >= 0 && high < low {
		return 0, 0, refuse(path+"/"+max, "is %d, and %s is %d: nothing fits", high, min, low)
	}
	return low, high, nil
}

// formats are the strings that format names. A date is one of the calendar (RFC 3339, appendix C has leap years).
var formats = map[string]string{
	"date":      `([0-9]{4} "-" ` + monthDay + ` | ` + leapYear + ` "-02-29")`,
	"time":      clock,
	"date-time": `([0-9]{4} "-" ` + monthDay + ` | ` + leapYear + ` "-02-29") "T" ` + clock,
	"uuid":      `[0-9a-fA-F]{8} ("-" [0-9a-fA-F]{4}){3} "-" [0-9a-fA-F]{12}`,
}

const (
	upTo28   = `("0" [1-9] | "1" [0-9] | "2" [0-8])`
	monthDay = `(("0" [1-9] | "1" [0-2]) "-" ` + upTo28 + ` | ("0" [13-9] | "1" [0-2]) "-" ("29" | "30") | ("0" [13578] | "1" [02]) "-31")`
	leapYear = `([0-9]{2} ("0" [48] | [2468] [048] | [13579] [26]) | ("0" [048] | [2468] [048] | [13579] [26]) "00")`
	clock    = `([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,9})? ("Z" | [+-] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])`
)

// text is a string.
func (c *converter) text(v *value, path string) (string, error) {
	low, high, err := v.bounds("minLength", "maxLength", path)
	if err != nil {
		return "", err
	}
	bounded := v.get("minLength") != nil || v.get("maxLength") != nil
	pattern, format := v.get("pattern"), v.get("format")
	switch {
	case pattern != nil && format != nil:
		return "", refuse(path+"/pattern", "beside format is not supported")
	case bounded && (pattern != nil || format != nil):
		return "", refuse(path, "minLength and maxLength beside pattern or format are not supported")
	case pattern != nil:
		if pattern.kind != '"' {
			return "", refuse(path+"/pattern", "want a regular expression")
		}
		body, err := c.pattern(pattern.text)
		if err != nil {
			return "", refuse(path+"/pattern", "%v", err)
		}
		return `"\"" ` + body + ` "\""`, nil
	case format != nil:
		f, ok := formats[format.text]
		if format.kind != '"' || !ok {
			return "", refuse(path+"/format", "%.40s is not supported; there are date, date-time, time, uuid", format.raw)
		}
		return `"\"" ` + f + ` "\""`, nil
	case !bounded:
		return c.use("string"), nil
	}
	return `"\"" ` + c.use("char") + counts(low, high) + ` "\""`, nil
}

// most is the greatest number that is written, 15 digits: a float64 holds every one of them.
const most = 999_999_999_999_999

// number is a number or an integer within bounds. Bounds are whole numbers; a number within bounds has no exponent.
func (c *converter) number(v *value, t, path string) (string, error) {
	low, high := int64(-most), int64(most)
	bounded := false
	for _, key := range keywords[t] {
		b := v.get(key)
		if b == nil {
			continue
		}
		bounded = true
		at := path + "/" + key
		x, err := strconv.ParseFloat(b.raw, 64)
		if b.kind != '0' || err != nil || math.Abs(x) > most {
			return "", refuse(at, "%.40s is no bound; want a number of at most 15 digits", b.raw)
		}
		exclusive, upper := strings.HasPrefix(key, "exclusive"), strings.HasSuffix(strings.ToLower(key), "maximum")
		if t == "number" && (exclusive || x != math.Trunc(x)) {
			return "", refuse(at, "for numbers that are not whole only minimum and maximum with whole numbers are supported")
		}
		if upper {
			n := int64(math.Floor(x))
			if exclusive && float64(n) == x {
				n--
			}
			high = min(high, n)
			continue
		}
		n := int64(math.Ceil(x))
		if exclusive && float64(n) == x {
			n++
		}
		low = max(low, n)
	}
	if !bounded {
		return c.use(t), nil
	}
	if low > high {
		return "", refuse(path, "no number is at least %d and at most %d", low, high)
	}
	var parts []string
	magnitude := digitRange
	if t == "number" {
		magnitude = realRange
	}
	if low < 0 {
		from := max(-high, 0)
		if t == "integer" {
			from = max(from, 1) // there is one way to write 0
		}
		parts = append(parts, `"-" (`+magnitude(from, -low)+")")
	}
	if high >= 0 {
		parts = append(parts, magnitude(max(low, 0), high))
	}
	return strings.Join(parts, " | "), nil
}

// realRange is the numbers from low to high, 0 ≤ low ≤ high: whole ones, and where there is room above them others.
func realRange(low, high int64) string {
	if low == high {
		return quote(strconv.FormatInt(low, 10)) + ` ("." "0"{1,15})?`
	}
	return "(" + digitRange(low, high-1) + `) ("." [0-9]{1,15})? | ` + realRange(high, high)
}

// digitRange is the whole numbers from low to high, 0 ≤ low ≤ high, without leading zeros.
func digitRange(low, high int64) string {
	var parts []string
	for low <= high {
		digits := strconv.FormatInt(low, 10)
		top := int64(math.Pow10(len(digits))) - 1
		parts = append(parts, sameLength(digits, strconv.FormatInt(min(top, high), 10)))
		low = top + 1
	}
	return strings.Join(parts, " | ")
}

// sameLength is the runs of digits from a to b, which are of one length.
func sameLength(a, b string) string {
	if a == b {
		return quote(a)
	}
	if a[0] == b[0] {
		return quote(a[:1]) + " (" + sameLength(a[1:], b[1:]) + ")"
	}
	n := len(a) - 1
	from, to := a[0], b[0]
	var parts []string
	if n > 0 && strings.Trim(a[1:], "0") != "" {
		parts = append(parts, quote(a[:1])+" ("+sameLength(a[1:], strings.Repeat("9", n))+")")
		from++
	}
	last := ""
	if n > 0 && strings.Trim(b[1:], "9") != "" {
		last = quote(b[:1]) + " (" + sameLength(strings.Repeat("0", n), b[1:]) + ")"
		to--
	}
	if from <= to {
		part := fmt.Sprintf("[%c-%c]", from, to)
		if n > 0 {
			part += fmt.Sprintf(" [0-9]{%d}", n)
		}
		parts = append(parts, part)
	}
	if last != "" {
		parts = append(parts, last)
	}
	return strings.Join(parts, " | ")
}
