package generate

import (
	"context"
	"slices"

	"brick/device"
	"brick/grad"
	"brick/nn"
)

// readAtOnce is how many ids go through the model in one pass: a long prompt is read in
// pieces, so that its logits need no memory for every position at once.
const readAtOnce = 256

// reader feeds ids to a model that remembers what it has read.
type reader struct {
	model   nn.Block
	dev     device.Device
	context int // positions the model can hold; 0 means no bound
	piece   int // ids that go through the model in one pass
	memory  nn.Remember
	shift   bool    // when the context is full, the older half is forgotten
	keep    int     // ids at the beginning that never are
	ids     []int32 // everything read so far, and still remembered
	tape    grad.Tape
	forgot  bool // the tape's memory is gone: ids must be read again
	moved   int  // ids from here on were read after others that are forgotten; −1 if none were
}

// newReader starts a reader; dev nil is where the model lives.
func newReader(m nn.Block, context int, dev device.Device) reader {
	if s := nn.SlabOf(m); dev == nil && s != nil {
		dev = s.Device
	}
	return reader{model: m, dev: dev, context: context, piece: readAtOnce, forgot: true, moved: -1}
}

// reset forgets everything.
func (r *reader) reset() { r.ids, r.forgot, r.moved = r.ids[:0], true, -1 }

// back forgets all but the first n ids. What cannot go back reads them again with the next read.
func (r *reader) back(n int) {
	if n >= len(r.ids) {
		return
	}
	r.forgot = r.forgot || n == 0 || nn.Rewind(&r.tape, n) != nil
	r.ids = r.ids[:n]
	if n <= r.moved {
		r.moved = -1
	}
}

// same is how many ids of a text are remembered as a reader that begins with it would.
func (r *reader) same(text []int32) int {
	n := common(r.ids, text)
	if r.moved >= 0 {
		n = min(n, r.moved)
	}
	return n
}

// full says that a text of n ids cannot be read to its end: it has to stop.
func (r *reader) full(n int) bool {
	return r.context > 0 && n > r.context && !(r.shift && r.keep < r.context)
}

// makeRoom forgets so much that n ids can be read: half of what is not kept, or more. What stays moves up to where it would
// be without; a model whose memory cannot do so reads it again.
func (r *reader) makeRoom(n int) {
	over := len(r.ids) + n - r.context
	if r.context == 0 || over <= 0 {
		return
	}
	older := len(r.ids) - r.keep
	drop := max(over, (older+1)/2)
	if !r.forgot && nn.Shift(&r.tape, r.keep, drop) == nil {
		r.moved = r.keep
	} else {
		r.forgot = true
	}
	r.ids = slices.Delete(r.ids, r.keep, r.keep+drop)
}

// read is readRows of the last id alone.
func (r *reader) read(ids []int32) (logits []grad.Float, err error) {
	return r.readRows(context.Background(), ids, 1)
}

// readRows feeds ids, one or more, and returns the logits of what comes after each of the last rows of them, at most a
// piece, valid until the next read. Where there is no room for them, older ones are forgotten. After an
// error, which comes between two pieces when ctx is done, what was read before is still remembered, ids are not.
func (r *reader) readRows(ctx context.Context, ids []int32, rows int) (logits []grad.Float, err error) {
	r.makeRoom(len(ids))
	now, rest := append(r.ids, ids...), ids
	if r.forgot {
		rest, r.moved = now, -1
		r.tape = grad.Tape{Device: r.dev, NoGrad: true, Memory: r.memory.Memory()}
	}
	r.forgot = true // until all is read
	err = grad.Catch(func() {
		for len(rest) > 0 && ctx.Err() == nil {
			n := min(len(rest), r.piece)
			if left := len(rest) - n; left > 0 && left < rows { // the last rows come together
				n = len(rest) - rows
			}
			r.tape.Reset()
			y := r.model.Forward(r.tape.IDs(rest[:n], 1, n)) // (1, n, V)
			logits = y.Data()
			logits = logits[max(len(logits)-rows*y.Dim(-1), 0):]
			rest = rest[n:]
		}
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	r.ids, r.forgot = append(r.ids[:0], now...), false
	return logits, nil
}
