package generate

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"brick/device"
	"brick/nn"
	"brick/token"
)

// A Session is one conversation with a model: text in, text out, with the
// model's memory of both kept in between. It serves one caller at a time; any
// number of sessions may share a model.
type Session struct {
	reader  reader
	tok     token.Tokenizer
	pending []int32 // the last token written: not read back yet
}

// NewSession starts a session. context is how many positions the model can hold,
// 0 for no bound; dev is nil for all cores.
func NewSession(m nn.Block, tok token.Tokenizer, context int, dev device.Device) *Session {
	return &Session{reader: reader{model: m, dev: dev, context: context}, tok: tok}
}

// Reset forgets what was said.
func (s *Session) Reset() {
	s.reader.reset()
	s.pending = s.pending[:0]
}

// Stream writes what follows prompt. Each Token carries the characters it
// completes: never a part of one, and never text that might become a stop text. The
// sequence ends after the token whose Reason is set, or with an error.
func (s *Session) Stream(ctx context.Context, prompt string, o Sampling) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		ids := append([]int32(nil), s.pending...)
		if len(s.reader.ids) == 0 && len(ids) == 0 {
			ids = token.EncodeSpecial(s.tok, prompt, ids)
		} else {
			ids = s.tok.Encode(prompt, ids)
		}
		if len(ids) == 0 {
			// Nothing to start from: begin a text, as training texts begin.
			start := s.tok.Special()
			switch {
			case start.BOS != token.None:
				ids = append(ids, start.BOS)
			case start.EOS != token.None:
				ids = append(ids, start.EOS)
			default:
				yield(Token{}, fmt.Errorf("generate: the prompt is empty and the tokenizer has no token that begins a text; give a prompt"))
				return
			}
		}
		if limit := s.reader.context; limit > 0 && len(ids) > limit {
			yield(Token{}, fmt.Errorf("generate: the prompt has %d tokens; the model's context holds %d", len(ids), limit))
			return
		}
		eos := s.tok.Special().EOS
		dec := token.NewDecoder(s.tok)
		dec.SkipSpecial = true
		held := holder{stops: o.Stop}
		end := func(t *Token) bool {
			s.pending = append(s.pending[:0], t.ID)
			if t.ID == eos {
				t.Reason = EOS
				t.Text = held.rest(dec.Flush())
				return true
			}
			text, stopped := held.add(dec.Next(t.ID))
			t.Text = text
			switch {
			case stopped:
				t.Reason = Stop
			case t.Reason == Length:
				t.Text += held.rest(dec.Flush())
			}
			return t.Reason != ""
		}
		for t, err := range s.reader.write(ctx, ids, o, end) {
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}

// holder keeps back text that may be the beginning of a stop text.
type holder struct {
	stops []string
	text  string
}

// add takes new text and returns what may be shown; stopped says that a stop text was met, at which the text ends.
func (h *holder) add(text string) (show string, stopped bool) {
	h.text += text
	first := -1
	for _, s := range h.stops {
		if i := strings.Index(h.text, s); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	if first >= 0 {
		show, h.text = h.text[:first], ""
		return show, true
	}
	keep := 0
	for _, s := range h.stops {
		for n := min(len(s)-1, len(h.text)); n > keep; n-- {
			if strings.HasSuffix(h.text, s[:n]) {
				keep = n
			}
		}
	}
	show, h.text = h.text[:len(h.text)-keep], h.text[len(h.text)-keep:]
	return show, false
}

// rest is all that is left when nothing more will come.
func (h *holder) rest(text string) string {
	show, stopped := h.add(text)
	if !stopped {
		show += h.text
	}
	h.text = ""
	return show
}
