package token

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// charsmap is SentencePiece's precompiled normalisation: a double-array trie (Aoe 1989; Yata's Darts-clone) from
// strings to places in a list of their replacements, each ended by a 0.
type charsmap struct {
	units []byte // of 4 bytes each
	texts string
}

// newCharsmap reads the length of the trie in bytes, the trie, the replacements.
func newCharsmap(data []byte) (*charsmap, error) {
	if len(data) < 4 {
		return nil, fmt.Errorf("charsmap of %d bytes, want at least 4", len(data))
	}
	n := binary.LittleEndian.Uint32(data)
	if n == 0 || n%4 != 0 || uint64(n) > uint64(len(data)-4) {
		return nil, fmt.Errorf("charsmap: a trie of %d bytes, want a multiple of 4, at most %d", n, len(data)-4)
	}
	m := &charsmap{units: data[4 : 4+n], texts: string(data[4+n:])}
	if m.texts != "" && m.texts[len(m.texts)-1] != 0 {
		return nil, errors.New("charsmap: the last replacement has no end")
	}
	if !utf8.ValidString(m.texts) {
		return nil, errors.New("charsmap: the replacements are not valid UTF-8")
	}
	return m, nil
}

var errCharsmap = errors.New("charsmap: the trie points out of itself")

func (m *charsmap) unit(i uint32) (uint32, error) {
	if uint64(i)*4+4 > uint64(len(m.units)) {
		return 0, errCharsmap
	}
	return binary.LittleEndian.Uint32(m.units[4*i:]), nil
}

// offset is where the children of a node lie, relative to it.
func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// find returns the replacement of the shortest key s begins with, or of the longest, and the key's length; 0 where
// there is none.
func (m *charsmap) find(s string, shortest bool) (text string, size int, err error) {
	unit, err := m.unit(0)
	node := offset(unit)
	for i := 0; i < len(s) && s[i] != 0 && err == nil; i++ {
		node ^= uint32(s[i])
		if unit, err = m.unit(node); err != nil || unit&(1<<31|0xff) != uint32(s[i]) {
			break
		}
		node ^= offset(unit)
		if unit&(1<<8) == 0 {
			continue
		}
		var leaf uint32
		if leaf, err = m.unit(node); err != nil {
			break
		}
		at := leaf &^ (1 << 31)
		if uint64(at) >= uint64(len(m.texts)) {
			return "", 0, errCharsmap
		}
		text, _, _ = strings.Cut(m.texts[at:], "\x00")
		size = i + 1
		if shortest {
			break
		}
	}
	return text, size, err
}

// byPrefix normalises as SentencePiece does: the longest key at each place is replaced. A byte that is no character
// becomes U+FFFD.
func (m *charsmap) byPrefix(s string, most int) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); {
		text, n, err := m.find(s[i:], false)
		if err != nil {
			return "", err
		}
		if n == 0 {
			var r rune
			r, n = utf8.DecodeRuneInString(s[i:])
			text = string(r)
		}
		b.WriteString(text)
		if err := tooLong(b.Len(), most); err != nil {
			return "", err
		}
		i += n
	}
	return b.String(), nil
}

// byGrapheme normalises as Hugging Face's library does: a grapheme of less than 6 bytes that begins with a key is
// replaced as a whole, by what the shortest such key stands for; in others each character is.
func (m *charsmap) byGrapheme(s string, most int) (string, error) {
	var b strings.Builder
	for state := -1; s != ""; {
		var g string
		g, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		if len(g) < 6 {
			text, n, err := m.find(g, true)
			if err != nil {
				return "", err
			}
			if n > 0 {
				b.WriteString(text)
				continue
			}
		}
		for i := 0; i < len(g); {
			_, w := utf8.DecodeRuneInString(g[i:])
			text, n, err := m.find(g[i:i+w], true)
			if err != nil {
				return "", err
			}
			if n == 0 {
				text = g[i : i+w]
			}
			b.WriteString(text)
			i += w
		}
		if err := tooLong(b.Len(), most); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// precompiled makes the normalizer of a charsmap: of a tokenizer.json by grapheme, else by prefix.
func (s *spec) precompiled(text string) (normalizer, error) {
	data := s.charsmap
	if data == nil {
		var err error
		if data, err = base64.StdEncoding.DecodeString(text); err != nil {
			return nil, inField("precompiled_charsmap", err)
		}
	}
	m, err := newCharsmap(data)
	if err != nil {
		return nil, err
	}
	if s.charsmap != nil {
		return m.byPrefix, nil
	}
	return m.byGrapheme, nil
}

// precompiledJSON is the component of a charsmap.
func precompiledJSON(data []byte) string {
	return `{"type":"Precompiled","precompiled_charsmap":"` + base64.StdEncoding.EncodeToString(data) + `"}`
}
