package generate

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"brick/device"
	"brick/nn"
	"brick/token"
)

// A Session is one conversation with a model: text in, text out, with the
// model's memory of both kept in between. It serves one caller at a time; any
// number of sessions may share a model.
type Session struct {
	Ends     []int32 // ids that end a text: from NewSession on the tokenizer's EOS, if it has one
	Drafter  Drafter // guesses tokens; nil for none
	DraftMax int     // tokens guessed at a time; 0 means 8
	Piece    int     // tokens of a prompt that are read at once, between two looks at whether to stop; 0 means 256
	Shift    bool    // where the model's context is full, forget the older half of the text and go on; else the text ends there
	Keep     int     // tokens at the beginning that are not forgotten then; −1 means those of the first prompt
	Stats    Stats   // of the last text

	reader  reader
	tok     token.Tokenizer
	words   *words
	holds   int     // positions the model can hold, 0 for no bound
	first   int     // ids of the first prompt
	pending []int32 // the last token written: not read back yet
}

// NewSession starts a session. context is how many positions the model can hold,
// 0 for no bound; dev is nil for where the model lives.
func NewSession(m nn.Block, tok token.Tokenizer, context int, dev device.Device) *Session {
	s := &Session{reader: newReader(m, context, dev), tok: tok, words: new(words), holds: context}
	if eos := tok.Special().EOS; eos != token.None {
		s.Ends = []int32{eos}
	}
	return s
}

// Limit lets the session hold n positions at most, and forgets what was said; 0 is as many as the model can.
func (s *Session) Limit(n int) error {
	if n < 0 || s.holds > 0 && n > s.holds {
		return fmt.Errorf("generate: a context of %d positions: the model can hold %d", n, s.holds)
	}
	s.reader.context = cmp.Or(n, s.holds)
	s.Reset()
	return nil
}

// Context is how many positions the session can hold, 0 for no bound.
func (s *Session) Context() int { return s.reader.context }

// Reset forgets what was said.
func (s *Session) Reset() {
	s.reader.reset()
	s.pending = s.pending[:0]
}

// Stream writes what follows prompt. Each Token carries the characters it
// completes: never a part of one, and never text that might become a stop text. The
// sequence ends after the token whose Reason is set, or with an error; then, or when the caller leaves
// the loop, the next Stream goes on from what was written. An error leaves the prompt unread.
func (s *Session) Stream(ctx context.Context, prompt string, o Sampling) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		ids, err := s.encode(prompt)
		if err != nil {
			yield(Token{}, err)
			return
		}
		s.stream(ctx, ids, 0, o, yield)
	}
}

// Continue writes what follows ids, which are a whole text: of that, what the session remembers of the same beginning is not
// read again. The text is that of a session that remembers nothing. Otherwise it is as Stream.
func (s *Session) Continue(ctx context.Context, ids []int32, o Sampling) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		s.pending = s.pending[:0]
		s.reader.back(min(s.reader.same(ids), max(len(ids)-1, 0)))
		if s.reader.forgot { // of what cannot go back nothing is remembered
			s.reader.reset()
		}
		s.stream(ctx, ids[len(s.reader.ids):], len(s.reader.ids), o, yield)
	}
}

// Remember sets how keys and values are kept, and forgets what was said.
func (s *Session) Remember(r nn.Remember) {
	s.reader.remember(r)
	s.pending = s.pending[:0]
}

// stream writes what follows ids, of a text of which so many were remembered.
func (s *Session) stream(ctx context.Context, ids []int32, reused int, o Sampling, yield func(Token, error) bool) {
	g, err := s.guide(o)
	if err != nil {
		yield(Token{}, err)
		return
	}
	g.drafter, g.drafts, g.stats = s.Drafter, s.DraftMax, Stats{Reused: reused}
	r := &s.reader
	if len(r.ids) == 0 || len(r.ids) < s.first {
		s.first = len(r.ids) + len(ids)
	}
	if r.piece, r.shift, r.keep = cmp.Or(s.Piece, readAtOnce), s.Shift, s.Keep; r.keep < 0 {
		r.keep = s.first
	}
	defer func() { s.Stats = g.stats }()
	text := s.writer(slices.Concat(s.reader.ids, ids), o.Stop)
	g.stop = func(t *Token) bool {
		s.pending = append(s.pending[:0], t.ID)
		return text.next(t)
	}
	for t, err := range r.write(ctx, ids, o, g) {
		if !yield(t, err) || err != nil {
			return
		}
	}
}

// Text is what a token spells, which may be a part of a character.
func (s *Session) Text(id int32) string { return string(s.tok.AppendBytes(nil, id)) }

// writer shows what follows ids.
func (s *Session) writer(ids []int32, stops []string) *writer {
	w := &writer{ends: s.Ends, decoder: token.NewDecoder(s.tok), held: holder{stops: stops}}
	w.decoder.SkipSpecial = true
	for _, id := range ids {
		w.decoder.Next(id) // what is written goes on in the middle of a text: a space there is kept
	}
	return w
}

// guide is what the session knows of the text that o asks for.
func (s *Session) guide(o Sampling) (*guide, error) {
	form, err := s.words.form(s.tok, s.Ends, o)
	if err != nil {
		return nil, err
	}
	return &guide{ends: s.Ends, form: form, says: s.Text}, nil
}

// encode gives the ids that are to be read: the last one written, and the prompt's.
func (s *Session) encode(prompt string) ([]int32, error) {
	ids := append([]int32(nil), s.pending...)
	if len(s.reader.ids) > 0 || len(ids) > 0 {
		if ids = s.tok.Encode(prompt, ids); len(ids) == 0 {
			return nil, fmt.Errorf("generate: there is nothing new to read; give a prompt")
		}
		return ids, nil
	}
	if ids = token.EncodeSpecial(s.tok, prompt, ids); len(ids) > 0 {
		return ids, nil
	}
	// Nothing to start from: begin a text, as training texts begin.
	switch start := s.tok.Special(); {
	case start.BOS != token.None:
		return append(ids, start.BOS), nil
	case start.EOS != token.None:
		return append(ids, start.EOS), nil
	}
	return nil, fmt.Errorf("generate: the prompt is empty and the tokenizer has no token that begins a text; give a prompt")
}
