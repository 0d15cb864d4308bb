package generate

import (
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
	context int     // positions the model can hold; 0 means no bound
	ids     []int32 // everything read so far, and still remembered
	tape    grad.Tape
	forgot  bool // the tape's memory is gone: ids must be read again
}

// newReader starts a reader; dev nil is where the model lives.
func newReader(m nn.Block, context int, dev device.Device) reader {
	if s := nn.SlabOf(m); dev == nil && s != nil {
		dev = s.Device
	}
	return reader{model: m, dev: dev, context: context, forgot: true}
}

// reset forgets everything.
func (r *reader) reset() { r.ids, r.forgot = r.ids[:0], true }

// read feeds ids, one or more, and returns the logits of what comes after the last one, valid
// until the next read. When the model's context is full, the older half is
// forgotten: the newer half, and all of ids, is read again from the beginning. After an
// error what was read before is still remembered, ids are not.
func (r *reader) read(ids []int32) (logits []grad.Float, err error) {
	now, rest := append(r.ids, ids...), ids
	if n := len(now); r.context > 0 && n > r.context {
		now = now[n-min(max(r.context/2+1, len(ids)), n):]
		r.forgot = true
	}
	if r.forgot {
		rest = now
		r.tape = grad.Tape{Device: r.dev, NoGrad: true, Memory: map[any]any{}}
	}
	r.forgot = true // until all is read
	err = grad.Catch(func() {
		for len(rest) > 0 {
			n := min(len(rest), readAtOnce)
			r.tape.Reset()
			y := r.model.Forward(r.tape.IDs(rest[:n], 1, n)) // (1, n, V)
			logits = y.Data()
			logits = logits[len(logits)-y.Dim(-1):]
			rest = rest[n:]
		}
	})
	if err != nil {
		return nil, err
	}
	r.ids, r.forgot = append(r.ids[:0], now...), false
	return logits, nil
}
