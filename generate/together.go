package generate

import (
	"context"
	"fmt"
	"iter"

	"brick/grad"
	"brick/nn"
)

// A Request is a text to be written beside others.
type Request struct {
	Prompt   string
	Sampling Sampling
}

// A Share is a token of one of several texts.
type Share struct {
	Request int // its place among the requests
	Token
}

// TogetherOptions say how texts are written together. The zero value writes eight at a time.
type TogetherOptions struct {
	Most    int         // texts at a time; 0 means 8
	Piece   int         // tokens that go through the model in one pass, but one of each text at least; 0 means 256
	Context int         // positions of each text; 0 means what the model can hold
	Memory  nn.Remember // how keys and values are kept
}

// WriteTogether writes several texts at once: each pass through the model takes the next token of every text whose prompt is
// read, and pieces of the prompts of others. A text that ends makes room for the next request. Every text has the tokens that
// a Session of its own would write, whichever others are written beside it. Tokens come in the order of passes and, within
// one, of requests. An error of one request, such as a prompt that the context cannot hold, comes with its place and ends
// that text alone; with place −1 it ends all.
func (l *Language) WriteTogether(ctx context.Context, requests []Request, o TogetherOptions) iter.Seq2[Share, error] {
	return func(yield func(Share, error) bool) {
		t := &table{language: l, requests: requests, options: o}
		t.tape = grad.Tape{Device: newReader(l.Model, 0, nil).dev, NoGrad: true}
		if t.options.Most == 0 {
			t.options.Most = 8
		}
		if t.options.Piece == 0 {
			t.options.Piece = readAtOnce
		}
		for t.seat(yield) && len(t.seats) > 0 {
			if err := ctx.Err(); err != nil {
				yield(Share{Request: -1}, err)
				return
			}
			logits, vocab, err := t.read()
			if err != nil {
				yield(Share{Request: -1}, fmt.Errorf("generate: %w", err))
				return
			}
			if !t.write(logits, vocab, yield) {
				return
			}
		}
	}
}

// A table is texts that are written together.
type table struct {
	language *Language
	requests []Request
	options  TogetherOptions
	next     int // request that has no seat yet
	seats    []*seat
	tape     grad.Tape
	lengths  []int // ids of each in a pass
}

// A seat is one of the texts.
type seat struct {
	request int
	context int // positions at most, 0 for no bound
	guide   *guide
	draw    *sampler
	text    *writer
	memory  map[any]any
	history []int32
	rest    []int32 // what is to be read yet
	n       int     // tokens written
}

// seat gives free seats to the next requests; false if the caller wants no more.
func (t *table) seat(yield func(Share, error) bool) bool {
	for t.next < len(t.requests) && len(t.seats) < t.options.Most {
		s, err := t.sit(t.next)
		if err != nil {
			if !yield(Share{Request: t.next}, err) {
				return false
			}
		} else {
			t.seats = append(t.seats, s)
		}
		t.next++
	}
	return true
}

// sit begins the text of a request.
func (t *table) sit(i int) (*seat, error) {
	r, s := t.requests[i], t.language.Session()
	if err := r.Sampling.Check(); err != nil {
		return nil, err
	}
	if err := s.Limit(t.options.Context); err != nil {
		return nil, err
	}
	ids, err := s.encode(r.Prompt)
	if err != nil {
		return nil, err
	}
	if err := s.reader.fits(ids); err != nil {
		return nil, err
	}
	g, err := s.guide(r.Sampling)
	if err != nil {
		return nil, err
	}
	return &seat{
		request: i, context: s.reader.context, guide: g, draw: g.sampler(r.Sampling), text: s.writer(ids, r.Sampling.Stop),
		memory: t.options.Memory.Memory(), history: ids, rest: ids,
	}, nil
}

// read takes a pass: a token of each text at least, and as much of prompts as there is room for. The logits are those of all
// ids of the pass.
func (t *table) read() (logits []grad.Float, vocab int, err error) {
	var ids []int32
	var memories []map[any]any
	t.lengths = t.lengths[:0]
	room := max(t.options.Piece-len(t.seats), 0)
	for _, s := range t.seats {
		n := min(len(s.rest), 1+room)
		room -= n - 1
		ids, memories, t.lengths = append(ids, s.rest[:n]...), append(memories, s.memory), append(t.lengths, n)
		s.rest = s.rest[n:]
	}
	err = grad.Catch(func() {
		t.tape.Reset()
		t.tape.Memory = nn.Together(t.lengths, memories)
		y := t.language.Model.Forward(t.tape.IDs(ids, 1, len(ids))) // (1, ΣT, V)
		logits, vocab = y.Data(), y.Dim(-1)
	})
	return logits, vocab, err
}

// write draws a token of each text whose prompt is read, and clears the seats of those that end.
func (t *table) write(logits []grad.Float, vocab int, yield func(Share, error) bool) bool {
	left := t.seats[:0]
	at := 0
	for i, s := range t.seats {
		at += t.lengths[i]
		if len(s.rest) > 0 {
			left = append(left, s)
			continue
		}
		token, err := s.write(logits[(at-1)*vocab : at*vocab])
		if !yield(Share{s.request, token}, err) {
			return false
		}
		if err == nil && token.Reason == "" {
			left = append(left, s)
		}
	}
	t.seats = left
	return true
}

// write draws a token.
func (s *seat) write(logits []grad.Float) (Token, error) {
	token, err := s.guide.next(s.draw, logits, s.history, s.n)
	if err != nil {
		return token, err
	}
	s.n++
	s.history = append(s.history, token.ID)
	if token.Reason == "" && s.context > 0 && len(s.history) > s.context {
		token.Reason = Full
	}
	s.text.next(&token)
	s.rest = s.history[len(s.history)-1:]
	return token, nil
}
