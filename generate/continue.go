package generate

import (
	"context"
	"iter"
	"slices"
)

// Continue writes what follows the whole text that ids are. Where they begin with what the session has read, only the
// rest is read; else it reads all of them anew. Tokens and the end are those of [Session.Stream]; the text of the first
// one may begin with a space, as the middle of a text does.
func (s *Session) Continue(ctx context.Context, ids []int32, o Sampling) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		if n := len(s.reader.ids); n >= len(ids) || !slices.Equal(ids[:n], s.reader.ids) {
			s.Reset()
		}
		s.pending = s.pending[:0]
		s.stream(ctx, ids[len(s.reader.ids):], o, yield)
	}
}
