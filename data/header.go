package data

import (
	"bytes"
	"fmt"
)

// findHeader says whether the first record holds the columns' names. Unless told, it does if none of its fields is a
// number, a truth value or missing, and some later field below one of them is; a table of text alone has a header if no
// field of the first record appears again in its column. Only the head of the file is looked at.
func findHeader(file string, head []byte, whole bool, delim rune, told string) (bool, error) {
	switch told {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	case "":
	default:
		return false, fmt.Errorf("data: header %q for %s; yes, no or nothing would fit", told, file)
	}
	if i := bytes.LastIndexAny(head, "\r\n"); i >= 0 && !whole {
		head = head[:i+1]
	}
	r := newCSVReader(file, bytes.NewReader(head), delim)
	if r.next() != nil {
		return false, nil // the survey will say what is wrong
	}
	var names []string
	for i := range r.fields() {
		f := r.field(i)
		if plain(f) {
			return false, nil
		}
		names = append(names, string(f))
	}
	typed, again, rows := false, false, 0
	for r.next() == nil {
		rows++
		for i, name := range names {
			f := r.field(i)
			typed = typed || plain(f) && !isMissing(f)
			again = again || string(f) == name
		}
	}
	return rows > 0 && (typed || !again), nil
}

// plain says whether a field is a value no one would call a column by.
func plain(f []byte) bool {
	if isMissing(f) {
		return true
	}
	if _, err := parseNumber(f); err == nil {
		return true
	}
	v := bytes.ToLower(trim(f))
	return bytes.Equal(v, []byte("true")) || bytes.Equal(v, []byte("false")) || bytes.Equal(v, []byte("yes")) || bytes.Equal(v, []byte("no"))
}
