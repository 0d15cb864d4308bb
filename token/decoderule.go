package token

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// compileDecoder turns the decoder into what it does to each piece (literal: an added token) and to the text.
func compileDecoder(v jsontext.Value) (piece func(p string, literal bool) (string, error), rule decodeRule, err error) {
	var each []normalizer
	var byteLevel, fused, done bool
	err = sequence(v, "decoders", func(kind string, v jsontext.Value) error {
		var c struct {
			Type           string      `json:"type"`
			AddPrefixSpace *bool       `json:"add_prefix_space"`
			TrimOffsets    bool        `json:"trim_offsets"`
			UseRegex       bool        `json:"use_regex"`
			Replacement    string      `json:"replacement"`
			StrRep         string      `json:"str_rep"`
			PrependScheme  string      `json:"prepend_scheme"`
			Split          *bool       `json:"split"`
			Pattern        patternJSON `json:"pattern"`
			Content        string      `json:"content"`
			Start          int         `json:"start"`
			Stop           int         `json:"stop"`
			Prefix         string      `json:"prefix"`
			Cleanup        bool        `json:"cleanup"`
		}
		if err := strict(v, &c); err != nil {
			return err
		}
		if kind == "Fuse" {
			fused = true
			return nil
		}
		if done || fused && kind != "Strip" {
			return errors.New("not supported after the steps before it")
		}
		switch kind {
		case "ByteLevel":
			if len(each) > 0 || rule.perByte {
				return errors.New("not supported after other steps")
			}
			byteLevel, fused = true, true
		case "ByteFallback":
			rule.perByte = true
			each = append(each, always(fallbackByte))
		case "Metaspace":
			scheme, err := prependScheme(c.Replacement, c.PrependScheme, c.AddPrefixSpace)
			if err != nil {
				return err
			}
			if len(each) > 0 {
				return errors.New("not supported after other steps")
			}
			if scheme != "never" {
				rule.dropFirst = c.Replacement
			}
			each = append(each, replaceAll(c.Replacement, " "))
		case "WordPiece":
			if len(each) > 0 || rule.perByte || len(c.Prefix) > maxAdded {
				return errors.New("not supported after other steps, or with a prefix of more than 512 bytes")
			}
			rule.wordPiece, rule.cleanUp = true, c.Cleanup
			each = append(each, always(func(p string) string {
				if rest, inside := strings.CutPrefix(p, c.Prefix); inside {
					p = rest
				} else {
					p = " " + p
				}
				if c.Cleanup {
					p = cleanUp(p)
				}
				return p
			}))
		case "Replace":
			if c.Pattern.String == nil || c.Pattern.Regex != nil {
				return errors.New(`pattern: only {"String": …} is supported`)
			}
			if rule.perByte || rule.dropFirst != "" || rule.wordPiece {
				return errors.New("not supported after the steps before it")
			}
			each = append(each, replaceAll(*c.Pattern.String, c.Content))
		case "Strip":
			if !oneRune(c.Content) || c.Start < 0 || c.Stop < 0 || c.Start > maxAdded || c.Stop > maxAdded {
				return fmt.Errorf("content %s, start %d, stop %d: want one character and counts of 0 to %d",
					quote(c.Content), c.Start, c.Stop, maxAdded)
			}
			switch {
			case fused:
				rule.strip, rule.start, rule.stop = c.Content, c.Start, c.Stop
				done = true
			case rule.perByte || rule.dropFirst != "" || rule.wordPiece:
				return errors.New("not supported here; after a Fuse it is")
			default:
				each = append(each, always(func(s string) string { return stripEnds(s, c.Content, c.Start, c.Stop) }))
			}
		default:
			return errors.New("this decoder is not supported")
		}
		return nil
	})
	if k, _ := kindOf(v); err == nil && k == "" {
		rule.join = " "
	}
	return func(p string, literal bool) (string, error) {
		if byteLevel && !literal {
			return string(unspellBytes(nil, p)), nil
		}
		return normalized(each, p)
	}, rule, err
}

// fallbackByte turns <0x41> into the byte.
func fallbackByte(p string) string {
	if len(p) == 6 && strings.HasPrefix(p, "<0x") && p[5] == '>' {
		if hi, lo := unhex(p[3]), unhex(p[4]); hi >= 0 && lo >= 0 {
			return string([]byte{byte(hi<<4 | lo)})
		}
	}
	return p
}

// spellsByte reports whether p is <0x00> to <0xFF>.
func spellsByte(p string) bool { return len(p) == 6 && len(fallbackByte(p)) == 1 }

func unhex(b byte) int {
	if '0' <= b && b <= '9' {
		return int(b - '0')
	}
	if b |= 0x20; 'a' <= b && b <= 'f' {
		return int(b-'a') + 10
	}
	return -1
}

// stripEnds takes up to start times c off the beginning of s, and up to stop times off its end.
func stripEnds(s, c string, start, stop int) string {
	for ; start > 0 && strings.HasPrefix(s, c); start-- {
		s = s[len(c):]
	}
	for ; stop > 0 && strings.HasSuffix(s, c); stop-- {
		s = s[:len(s)-len(c)]
	}
	return s
}
