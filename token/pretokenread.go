package token

import (
	"errors"
	"fmt"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// buildPreTokenizer reads how texts are cut into words.
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
	if n := len(steps); n > 0 && steps[n-1].bytes && s.kind == bpeModel {
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
