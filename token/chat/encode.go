package chat

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"brick/token"
)

// An Encoder turns conversations into the ids of one tokenizer. What is special to a model is what the template says:
// a message that spells <|im_end|> is read as those characters, and ends nothing.
type Encoder struct {
	template *Template
	tok      token.Tokenizer
	specials []string // as a text spells them
}

// NewEncoder makes one of a template and the tokenizer of the same model.
func NewEncoder(t *Template, tok token.Tokenizer) *Encoder {
	e := &Encoder{template: t, tok: tok}
	for id := range int32(tok.Vocab()) {
		if p := tok.Piece(id); p != "" && tok.IsSpecial(id) {
			e.specials = append(e.specials, p)
		}
	}
	return e
}

// Encode renders a conversation and gives its ids. BOS and EOS of in are the tokenizer's; what they say is not looked at.
//
// The text is what [Template.Render] gives. To know in it who wrote what, a character that neither the template nor the
// conversation has is put into each part of a message that a special token could be made of, and taken out again after
// the template has run. So a template may cut, trim and join messages as it likes. The error is Render's.
func (e *Encoder) Encode(in Input) ([]int32, error) {
	role := e.tok.Special()
	in.BOS, in.EOS = e.name(role.BOS), e.name(role.EOS)
	mark, err := e.freeMark(in)
	if err != nil {
		return nil, err
	}
	within := func(s string) string { return e.guard(s, mark, false) }
	in.Messages = slices.Clone(in.Messages)
	for i, m := range in.Messages {
		m.Role = within(m.Role)
		if s, ok := m.Content.(string); ok {
			m.Content = e.guard(s, mark, true)
		} else {
			m.Content = each(m.Content, within)
		}
		if m.More != nil {
			m.More = each(m.More, within).(map[string]any)
		}
		in.Messages[i] = m
	}
	in.Tools = each(in.Tools, within).([]any)
	text, err := e.template.Render(in)
	if err != nil {
		return nil, err
	}
	var plain strings.Builder
	var guards []int
	for i, part := range strings.Split(text, mark) {
		if i > 0 {
			guards = append(guards, plain.Len())
		}
		plain.WriteString(part)
	}
	return token.EncodeGuarded(e.tok, plain.String(), guards, nil), nil
}

// name is how a text spells the token of a role, "" where none has it.
func (e *Encoder) name(id int32) string {
	if id == token.None {
		return ""
	}
	return e.tok.Piece(id)
}

// guard puts mark into each special token that s spells, before its last character. For a whole message, with edges, also
// into what could be a part of one with the template's text before or after it; a word inside of a structure, such as the type
// of a part, is left as the template knows it.
func (e *Encoder) guard(s, mark string, edges bool) string {
	places := map[int]bool{}
	at := func(to int) { // a part ends here
		_, w := utf8.DecodeLastRuneInString(s[:to])
		places[to-w] = true
	}
	from := len(s) - len(strings.TrimLeft(s, " \t\r\n"))
	to := len(strings.TrimRight(s, " \t\r\n"))
	for _, special := range e.specials {
		for i := 0; ; {
			k := strings.Index(s[i:], special)
			if k < 0 {
				break
			}
			at(i + k + len(special))
			i += k + 1
		}
		if !edges || from >= to {
			continue
		}
		inner := s[from:to]
		for n := 1; n < len(special) && n <= len(inner); n++ {
			if strings.HasPrefix(inner, special[len(special)-n:]) {
				at(from + n)
			}
			if strings.HasSuffix(inner, special[:n]) {
				at(to)
			}
		}
		if strings.Contains(special, inner) {
			at(to)
		}
	}
	if len(places) == 0 {
		return s
	}
	var b strings.Builder
	last := 0
	for _, p := range slices.Sorted(maps.Keys(places)) {
		b.WriteString(s[last:p])
		b.WriteString(mark)
		last = p
	}
	b.WriteString(s[last:])
	return b.String()
}

// freeMark is a character that no text has: one that Unicode keeps for use within a program, or of its private ones.
func (e *Encoder) freeMark(in Input) (string, error) {
	used := map[rune]bool{}
	note := func(s string) string {
		for _, r := range s {
			if r >= 0xFDD0 && r <= 0xFDEF || r >= 0x100000 {
				used[r] = true
			}
		}
		return s
	}
	note(e.template.text)
	for _, m := range in.Messages {
		note(m.Role)
		each(m.Content, note)
		each(m.More, note)
	}
	each(in.Tools, note)
	each(in.More, note)
	for _, plane := range [][2]rune{{0xFDD0, 0xFDEF}, {0x100000, 0x10FFFD}} {
		for r := plane[0]; r <= plane[1]; r++ {
			if !used[r] {
				return string(r), nil
			}
		}
	}
	return "", errors.New("chat template: the conversation has every character of Unicode's private plane")
}

// each is v with do of every text in it; what holds no text, or is nested too deep for a template, comes back as it is.
func each(v any, do func(string) string) any { return eachIn(v, do, 0) }

func eachIn(v any, do func(string) string, depth int) any {
	if depth > maxNested {
		return v
	}
	switch v := v.(type) {
	case string:
		return do(v)
	case *list:
		l := &list{tuple: v.tuple}
		for _, x := range v.items {
			l.items = append(l.items, eachIn(x, do, depth+1))
		}
		return l
	case *Dict:
		d := new(Dict)
		for _, k := range v.keys {
			d.set(k, eachIn(v.values[k], do, depth+1))
		}
		return d
	case []string:
		l := make([]string, len(v))
		for i, x := range v {
			l[i] = do(x)
		}
		return l
	case []any:
		l := make([]any, len(v))
		for i, x := range v {
			l[i] = eachIn(x, do, depth+1)
		}
		return l
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[k] = eachIn(x, do, depth+1)
		}
		return m
	}
	return v
}

// Ends returns the special token that the template puts after an answer, if there is one: where an answer ends.
func (e *Encoder) Ends() []int32 {
	asked := []Message{{Role: "user", Content: "a"}}
	before, err := e.Encode(Input{Messages: asked, AddGenerationPrompt: true})
	if err != nil {
		return nil // it says why when it is used
	}
	all, err := e.Encode(Input{Messages: append(asked, Message{Role: "assistant", Content: "b"})})
	if err != nil || len(all) < len(before) || !slices.Equal(all[:len(before)], before) {
		return nil
	}
	role := e.tok.Special()
	ends := func(id int32) bool { return e.tok.IsSpecial(id) && (id != role.Unk || id == role.EOS) } // one token may be both
	if i := slices.IndexFunc(all[len(before):], ends); i >= 0 {
		return []int32{all[len(before)+i]}
	}
	return nil
}
