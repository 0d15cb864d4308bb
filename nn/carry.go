package nn

import (
	"fmt"

	"brick/device"
	"brick/grad"
	"brick/kernel"
)

// A Carry is what a tape remembers of recurrent layers: the states where the last pass ended, and those it began with,
// from which a block that is computed once more begins again.
type Carry struct {
	now, then []device.Buf // of each layer its state (B, H), and of an LSTM its cells
	b         int
	passes    int // begun, those that are computed once more not counted

	several[Carry]
}

// NewCarry is a memory of b sequences that begin with zeros.
func NewCarry(dev device.Device, r *Recurrent, b int) *Carry {
	m := &Carry{b: b}
	for range len(r.parts) * r.carried() {
		m.now = append(m.now, dev.Alloc(b*r.Hidden, device.Float))
		m.then = append(m.then, dev.Alloc(b*r.Hidden, device.Float))
	}
	return m
}

// begin prepares a pass over sequences x. A nil Carry remembers nothing.
func (m *Carry) begin(x *Var, r *Recurrent) {
	if m == nil {
		return
	}
	t, b := x.Tape(), x.Dim(0)
	if m.b == 0 {
		*m = *NewCarry(t.Device, r, b)
	}
	if x.Dim(1) == 0 {
		Refuse(r.name(), "want a step at least where a memory goes on", x.Shape())
	}
	if b != m.b {
		Refuse(r.name(), fmt.Sprintf("the tape's memory is of %d sequences", m.b), []int{b, r.Hidden})
	}
	if !t.Again() {
		m.now, m.then = m.then, m.now
		m.passes++
	}
}

// carried is how many numbers each number of a layer's result carries from step to step.
func (r *Recurrent) carried() int {
	if r.Cell == kernel.LSTMCell {
		return 2
	}
	return 1
}

// state is where layer k begins: in a first pass with its part of h0, if that is there.
func (m *Carry) state(t *grad.Tape, k int, r *Recurrent, h0 *Var) (s Memory) {
	if h0 != nil && (m == nil || m.passes == 1) {
		return Memory{H: h0.Slice(1, k*r.Hidden, (k+1)*r.Hidden, 1)}
	}
	if m == nil {
		return s
	}
	s.H = t.Over(m.then[k*r.carried()], m.b, r.Hidden)
	if r.Cell == kernel.LSTMCell {
		s.C = t.Over(m.then[2*k+1], m.b, r.Hidden)
	}
	return s
}

// keep copies the state after y, the result of layer k, which the tape's Reset would take.
func (m *Carry) keep(y *Var, k int, r *Recurrent) {
	if m == nil || y.Tape().Again() {
		return
	}
	dev, T, H := y.Tape().Device, y.Dim(1), r.Hidden
	shape := device.Dims{1, 1, 1, 1, m.b, H}
	from := device.View{Off: (T - 1) * H, Stride: device.Dims{0, 0, 0, 0, T * H, 1}}
	dev.Copy(device.Into(m.now[k*r.carried()]), device.Contiguous(shape), y.Buf(), from, shape, 1)
	if r.Cell == kernel.LSTMCell {
		move(dev, m.now[2*k+1], 0, y.LastCell().Buf(), 0, m.b*H)
	}
}

// Pick goes on with the sequences that order names.
func (m *Carry) Pick(dev device.Device, order []int) {
	for k := range m.now {
		m.now[k], m.then[k] = picked(dev, m.now[k], m.b, m.now[k].N/m.b, order), picked(dev, m.then[k], m.b, m.then[k].N/m.b, order)
	}
	if m.b > 0 {
		m.b = len(order)
	}
}

// States are the states where the last pass ended, for checkpoints: of each layer (B, H), of an LSTM with its cells after it.
func (m *Carry) States() []device.Buf { return m.now }
