package token

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// sequence calls do for each step of a component: for itself, or, where its type is Sequence, for the steps in its
// list, however nested. list names the field that holds it.
func sequence(v jsontext.Value, list string, do func(kind string, v jsontext.Value) error) error {
	steps := 0
	var walk func(v jsontext.Value, depth int) error
	walk = func(v jsontext.Value, depth int) error {
		kind, err := kindOf(v)
		if err != nil || kind == "" {
			return err
		}
		if kind != "Sequence" {
			if steps++; steps > maxSteps {
				return fmt.Errorf("more than %d steps", maxSteps)
			}
			return inField(kind, do(kind, v))
		}
		if depth == maxNested {
			return fmt.Errorf("sequences more than %d deep", maxNested)
		}
		var inner []jsontext.Value
		err = members(v, "Sequence", func(name string, v jsontext.Value) error {
			switch name {
			case "type":
				return nil
			case list:
				return strict(v, &inner)
			}
			return errors.New("unknown field")
		})
		if err != nil {
			return err
		}
		if len(inner) > maxSteps {
			return fmt.Errorf("%s: %d steps, at most %d", list, len(inner), maxSteps)
		}
		for _, v := range inner {
			if err := walk(v, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(v, 0)
}

// patternJSON is {"String": "…"} or {"Regex": "…"}.
type patternJSON struct {
	String *string `json:"String"`
	Regex  *string `json:"Regex"`
}

// matcher compiles the pattern; find is written by hand for it, and scan too if it covers any text.
func (p patternJSON) matcher() (m matcher, scan scanner, find finder, err error) {
	switch {
	case (p.String == nil) == (p.Regex == nil):
		return nil, nil, nil, errors.New(`pattern: want {"String": …} or {"Regex": …}`)
	case p.String != nil:
		return literal(*p.String), nil, nil, nil
	}
	if scan, find = Pattern(*p.Regex).lookUp(); find != nil {
		return find.matches, scan, find, nil
	}
	f, err := compileForeign(*p.Regex)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("pattern: %w", err)
	}
	return f.matches, nil, nil, nil
}

func (s *spec) buildNormalizer(t *Subword) error {
	return sequence(s.normalizer, "normalizers", func(kind string, v jsontext.Value) error {
		var c struct {
			Type       string      `json:"type"`
			Prepend    string      `json:"prepend"`
			Pattern    patternJSON `json:"pattern"`
			Content    string      `json:"content"`
			StripLeft  bool        `json:"strip_left"`
			StripRight bool        `json:"strip_right"`
			Charsmap   string      `json:"precompiled_charsmap"`
			bertCleaner
		}
		if err := strict(v, &c); err != nil {
			return err
		}
		var n normalizer
		switch kind {
		case "NFC":
			n = form(norm.NFC)
		case "NFD":
			n = form(norm.NFD)
		case "NFKC":
			n = form(norm.NFKC)
		case "NFKD":
			n = form(norm.NFKD)
		case "Lowercase":
			n = always(lowercase)
		case "StripAccents":
			n = always(stripAccents)
		case "Strip":
			n = trim(c.StripLeft, c.StripRight)
		case "Prepend":
			if len(c.Prepend) > maxAdded {
				return fmt.Errorf("prepend: %d bytes, at most %d", len(c.Prepend), maxAdded)
			}
			n = prepend(c.Prepend)
		case "BertNormalizer":
			n = c.bertCleaner.normalizer()
		case "Precompiled":
			var err error
			if n, err = s.precompiled(c.Charsmap); err != nil {
				return err
			}
		case "ByteLevel":
			n = always(func(s string) string { return string(spellBytes(nil, s)) })
		case "Replace":
			switch {
			case c.Pattern.String != nil && c.Pattern.Regex == nil:
				n = replaceAll(*c.Pattern.String, c.Content)
			case c.Pattern.Regex != nil && c.Pattern.String == nil:
				m, _, _, err := c.Pattern.matcher()
				if err != nil {
					return err
				}
				n = replaceMatches(m, c.Content)
			default:
				return errors.New(`pattern: want {"String": …} or {"Regex": …}`)
			}
		default:
			return errors.New("this normalizer is not supported")
		}
		t.normalize = append(t.normalize, n)
		return nil
	})
}
