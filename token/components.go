package token

import (
	"errors"
	"fmt"
	"unicode"

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

func (s *spec) buildPreTokenizer(t *Subword) error {
	type step struct {
		split splitter
		scan  scanner // nil unless one does all the step does
		find  finder  // likewise, and what it finds and what lies between are the words
		bytes bool    // respells bytes as characters
	}
	var steps []step
	levels := 0
	add := func(s splitter) { steps = append(steps, step{split: s}) }
	err := sequence(s.preTokenizer, "pretokenizers", func(kind string, v jsontext.Value) error {
		c := struct {
			Type             string      `json:"type"`
			AddPrefixSpace   *bool       `json:"add_prefix_space"`
			TrimOffsets      bool        `json:"trim_offsets"` // of offsets, which are not given out
			UseRegex         bool        `json:"use_regex"`
			Pattern          patternJSON `json:"pattern"`
			Behavior         behavior    `json:"behavior"`
			Invert           bool        `json:"invert"`
			IndividualDigits bool        `json:"individual_digits"`
			Replacement      string      `json:"replacement"`
			StrRep           string      `json:"str_rep"`
			PrependScheme    string      `json:"prepend_scheme"`
			Split            *bool       `json:"split"`
		}{UseRegex: true}
		if err := strict(v, &c); err != nil {
			return err
		}
		switch kind {
		case "ByteLevel":
			if levels++; levels > 1 {
				return errors.New("a second ByteLevel, which would spell bytes of the spelling")
			}
			if c.AddPrefixSpace == nil || *c.AddPrefixSpace {
				add(prefixSpace)
			}
			if c.UseRegex {
				scan := scanner(scanGPT2)
				steps = append(steps, step{split: split(scan.matches, isolated, false), scan: scan, find: scan.finds})
			}
			steps = append(steps, step{split: mapBytes, bytes: true})
		case "Split":
			m, scan, find, err := c.Pattern.matcher()
			if err != nil {
				return err
			}
			if err := c.Behavior.check(); err != nil {
				return err
			}
			if c.Behavior != isolated && !(c.Behavior == removed && c.Invert && scan != nil) {
				scan, find = nil, nil // a scanner covers everything: with these two its words are what comes out
			}
			steps = append(steps, step{split: split(m, c.Behavior, c.Invert), scan: scan, find: find})
		case "Digits":
			most := 0
			if c.IndividualDigits {
				most = 1
			}
			find := finder(newRuns(nil, unicode.IsNumber, most).find)
			steps = append(steps, step{split: split(find.matches, isolated, false), find: find})
		case "Punctuation":
			if c.Behavior == "" {
				c.Behavior = isolated
			}
			if err := c.Behavior.check(); err != nil {
				return err
			}
			if c.Behavior == isolated || c.Behavior == contiguous {
				most := 0
				if c.Behavior == isolated {
					most = 1
				}
				find := finder(newRuns(nil, isPunctuation, most).find)
				steps = append(steps, step{split: split(find.matches, isolated, false), find: find})
				return nil
			}
			add(split(each(isPunctuation), c.Behavior, false))
		case "BertPreTokenizer":
			add(split(each(unicode.IsSpace), removed, false))
			find := finder(newRuns(nil, isPunctuation, 1).find)
			steps = append(steps, step{split: split(find.matches, isolated, false), find: find})
		case "WhitespaceSplit":
			add(split(each(unicode.IsSpace), removed, false))
		case "Whitespace":
			add(split(wordsAndSymbols, removed, true))
		case "Metaspace":
			scheme, err := prependScheme(c.Replacement, c.PrependScheme, c.AddPrefixSpace)
			if err != nil {
				return err
			}
			add(metaspace(c.Replacement, scheme, c.Split == nil || *c.Split))
		default:
			return errors.New("this pre-tokenizer is not supported")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n := len(steps); n > 0 && steps[n-1].bytes {
		t.byteLevel, steps = true, steps[:n-1] // words stay bytes: nothing after it looks at the spelling
	}
	if len(steps) == 1 && steps[0].scan != nil {
		t.scan = steps[0].scan
		return nil
	}
	for _, s := range steps {
		if s.find == nil {
			t.cuts = nil
			break
		}
		t.cuts = append(t.cuts, s.find)
	}
	for _, s := range steps {
		t.split = append(t.split, s.split)
	}
	return nil
}

func (b behavior) check() error {
	switch b {
	case removed, isolated, mergedWithPrevious, mergedWithNext, contiguous:
		return nil
	}
	return fmt.Errorf("behavior: %s, want Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous", quote(string(b)))
}

// prependScheme checks the fields of a Metaspace, of older files too, which say add_prefix_space.
func prependScheme(mark, scheme string, prefix *bool) (string, error) {
	if !oneRune(mark) {
		return "", fmt.Errorf("replacement: %s, want one character", quote(mark))
	}
	if prefix != nil && !*prefix {
		if scheme != "" && scheme != "never" {
			return "", fmt.Errorf("add_prefix_space is false and prepend_scheme %s", quote(scheme))
		}
		return "never", nil
	}
	switch scheme {
	case "":
		return "always", nil
	case "always", "first", "never":
		return scheme, nil
	}
	return "", fmt.Errorf("prepend_scheme: %s, want always, first or never", quote(scheme))
}
