package generate

import (
	"slices"
	"strings"

	"brick/token"
)

// writer turns the ids of a text into what may be shown of it.
type writer struct {
	ends    []int32 // ids that end a text
	decoder *token.Decoder
	held    holder
}

// next sets t's text, and its reason if the text ends there. What is left of an unfinished character is dropped then.
func (w *writer) next(t *Token) (ended bool) {
	if slices.Contains(w.ends, t.ID) {
		t.Text, t.Reason = w.held.rest(), EOS
		return true
	}
	text, stopped := w.held.add(w.decoder.Next(t.ID))
	t.Text = text
	switch {
	case stopped:
		t.Reason = Stop
	case t.Reason != "":
		t.Text += w.held.rest()
	}
	return t.Reason != ""
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
func (h *holder) rest() (show string) {
	show, h.text = h.text, ""
	return show
}
