package grad

import (
	"math"
	"math/bits"

	"brick/device"
	"brick/kernel"
)

// RoPE names a rotary position embedding (Su et al. 2021, "RoFormer").
type RoPE struct {
	Base        float64 // of the angles, usually 10,000
	Dim         int     // of a head, even
	Interleaved bool    // pairs (2i, 2i+1) as Meta, else (i, i+Dim/2) as Hugging Face
	Stretch     RoPEStretch
}

// RoPE rotates each pair of a head by an angle that grows with its position,
// which is pos for the first t. So q·k depends on the distance of two positions only.
//
//	(u, v) → (u·cos θ − v·sin θ, v·cos θ + u·sin θ)    θ = (pos + t)·fᵢ,  fᵢ = base^(−2i/D), or see RoPEStretch
//	∂x is ∂y rotated by −θ                             x, y (B, T, H, D)
func (x *Var) RoPE(r RoPE, pos int) *Var {
	if x.rotatable("rope", r); pos < 0 {
		mismatch("rope", "want a position of at least 0", x)
	}
	return tapeOf("rope", x).do(rope, x.Shape(), r.attr(pos), x)
}

// Turn rotates what RoPE has rotated further by n positions, or back where n is below 0: what stood at position p is then
// what RoPE gives at p + n. It does not change sizes, whatever the RoPE's Stretch does.
//
//	(u, v) → (u·cos θ − v·sin θ, v·cos θ + u·sin θ)    θ = n·fᵢ, see RoPE
//	∂x is ∂y rotated by −θ                             x, y (B, T, H, D)
func (x *Var) Turn(r RoPE, n int) *Var {
	x.rotatable("turn", r)
	r.Stretch.Size = 0
	return tapeOf("turn", x).do(turn, x.Shape(), r.attr(n), x)
}

// rotatable refuses x that r does not rotate.
func (x *Var) rotatable(op string, r RoPE) {
	switch {
	case x.rank != 4 || x.dims[3] != r.Dim:
		mismatch(op, "want x (B, T, H, D) with the D of the RoPE", x)
	case r.Dim%2 != 0:
		mismatch(op, "want an even head width D", x)
	case !(r.Base > 0):
		mismatch(op, "want a base above 0", x)
	}
}

// attr is r and a position; ropeOf takes them apart.
func (r RoPE) attr(pos int) attr {
	s := &r.Stretch
	a := attr{i: [8]int{pos, 0, int(s.Kind), s.Trained}, k: math.Float64bits(r.Base)}
	if r.Interleaved {
		a.i[1] = 1
	}
	for i, v := range s.numbers() {
		a.i[4+i] = int(math.Float64bits(*v))
	}
	return a
}

func (y *Var) ropeOf() (r RoPE, pos int) {
	r = RoPE{Base: math.Float64frombits(y.attr.k), Dim: y.dims[3], Interleaved: y.attr.i[1] == 1}
	r.Stretch.Kind, r.Stretch.Trained = StretchKind(y.attr.i[2]), y.attr.i[3]
	for i, v := range r.Stretch.numbers() {
		*v = math.Float64frombits(uint64(y.attr.i[4+i]))
	}
	return r, y.attr.i[0]
}

var rope = newOp("rope",
	func(y *Var) { y.rotate(device.Into(y.val), y.in[0].val, false) },
	func(y *Var) { y.rotate(y.in[0].grad(), y.grd, true) }).reading(nothing)

var turn = newOp("turn",
	func(y *Var) { y.turn(device.Into(y.val), y.in[0].val, false) },
	func(y *Var) { y.turn(y.in[0].grad(), y.grd, true) }).reading(nothing)

// rotate rotates src by the angles of y's positions, or back.
func (y *Var) rotate(dst device.Dst, src device.Buf, inverse bool) {
	if dst.Mode == device.Skip {
		return
	}
	r, pos := y.ropeOf()
	d := y.dims
	y.tape.dev().RoPE(dst, src, y.tape.angles(r, pos+d[1]), d[0], d[1], d[2], d[3], pos, r.Interleaved, inverse)
}

// turn rotates all of src by the angle of y's number of positions, or back.
func (y *Var) turn(dst device.Dst, src device.Buf, inverse bool) {
	if dst.Mode == device.Skip {
		return
	}
	r, n := y.ropeOf()
	if n < 0 {
		n, inverse = -n, !inverse
	}
	d := y.dims
	y.tape.dev().RoPE(dst, src, y.tape.angles(r, n+1), d[0]*d[1], 1, d[2], d[3], n, r.Interleaved, inverse)
}

// ropeTable holds cos and sin of the first positions' angles.
type ropeTable struct {
	positions int
	cossin    device.Buf // (positions, D/2, 2)
}

// angles is the table of r for at least n positions. It outlives passes, and
// grows to powers of two so that generation seldom makes a new one.
func (t *Tape) angles(r RoPE, n int) device.Buf {
	table, ok := t.ropes[r]
	if ok && table.positions >= n {
		return table.cossin
	}
	table.positions = 1 << bits.Len(uint(max(n, 64)-1))
	host := make([]Float, table.positions*r.Dim)
	kernel.RoPEAngles(host, r.Frequencies(), r.Stretch.size())
	table.cossin = t.dev().Alloc(len(host), device.Float)
	t.dev().Write(table.cossin, host)
	if t.ropes == nil {
		t.ropes = map[RoPE]ropeTable{}
	}
	t.ropes[r] = table
	return table.cossin
}
