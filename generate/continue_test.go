package generate

import (
	"context"
	"slices"
	"testing"

	"brick/device/cpu"
)

// What was read is not read again; a text that turns elsewhere is read from there on.
func TestContinue(t *testing.T) {
	tok := bytesTokenizer(t)
	m := &script{vocab: tok.Vocab(), ids: tok.EncodeOrdinary("abcdef", nil)}
	s := NewSession(m, tok, 0, cpu.Default())
	for _, c := range []struct{ text, reads, writes string }{
		{"one", "onea", "ab"},           // the last token written is not read
		{"oneab, two", "b, twoc", "cd"}, // after what was read
		{"one, two", ", twoe", "ef"},    // after what it begins with
	} {
		m.heard = nil
		var wrote []byte
		for token, err := range s.Continue(context.Background(), tok.EncodeOrdinary(c.text, nil), Sampling{Max: 2}) {
			if err != nil {
				t.Fatal(err)
			}
			wrote = append(wrote, token.Text...)
		}
		if string(wrote) != c.writes || !slices.Equal(m.heard, tok.EncodeOrdinary(c.reads, nil)) {
			t.Errorf("%q: wrote %q, read %q", c.text, wrote, tok.Decode(m.heard))
		}
	}
}
