package nn_test

import (
	"math"
	"slices"
	"testing"

	"brick/grad"
	"brick/nn"
)

// rows are vectors in float64, the plain way.
type rows [][]float64

func rowsOf(x []nn.Float, c int) (r rows) {
	for i := 0; i < len(x); i += c {
		v := make([]float64, c)
		for k := range v {
			v[k] = float64(x[i+k])
		}
		r = append(r, v)
	}
	return r
}

// through is x·Wᵀ + b for rows lo to hi−1 of W.
func (x rows) through(w, b *nn.Param, lo, hi int) (y rows) {
	in := w.Shape[1]
	for _, v := range x {
		out := make([]float64, hi-lo)
		for o := range out {
			out[o] = float64(b.Data()[lo+o])
			for i := range in {
				out[o] += v[i] * float64(w.Data()[(lo+o)*in+i])
			}
		}
		y = append(y, out)
	}
	return y
}

func (x rows) plus(y rows) (z rows) {
	for i := range x {
		v := slices.Clone(x[i])
		for k := range v {
			v[k] += y[i][k]
		}
		z = append(z, v)
	}
	return z
}

func (x rows) norm(n *nn.LayerNorm) (y rows) {
	for _, v := range x {
		mean, variance := 0.0, 0.0
		for _, a := range v {
			mean += a / float64(len(v))
		}
		for _, a := range v {
			variance += (a - mean) * (a - mean) / float64(len(v))
		}
		out := make([]float64, len(v))
		for k, a := range v {
			out[k] = (a-mean)/math.Sqrt(variance+n.Eps)*float64(n.W.Data()[k]) + float64(n.B.Data()[k])
		}
		y = append(y, out)
	}
	return y
}

func (x rows) feed(b *nn.DecoderBlock) rows {
	h := x.through(b.FC1.W, b.FC1.B, 0, b.FC1.W.Shape[0])
	for _, v := range h {
		for k := range v {
			v[k] = max(v[k], 0)
		}
	}
	return h.through(b.FC2.W, b.FC2.B, 0, b.FC2.W.Shape[0])
}

// attend is attention of x (T, E) to m (S, E), of which sees says what query t sees.
func (x rows) attend(a *nn.MultiheadAttention, m rows, sees func(t, s int) bool) rows {
	E := a.Out.W.Shape[1]
	q, k, v := x.through(a.InW, a.InB, 0, E), m.through(a.InW, a.InB, E, 2*E), m.through(a.InW, a.InB, 2*E, 3*E)
	D := E / a.Heads
	var y rows
	for t := range q {
		out := make([]float64, E)
		for h := range a.Heads {
			p, sum := make([]float64, len(k)), 0.0
			for s := range k {
				if !sees(t, s) {
					continue
				}
				dot := 0.0
				for d := h * D; d < (h+1)*D; d++ {
					dot += q[t][d] * k[s][d]
				}
				p[s] = math.Exp(dot / math.Sqrt(float64(D)))
				sum += p[s]
			}
			for s := range k {
				for d := h * D; d < (h+1)*D; d++ {
					out[d] += p[s] / sum * v[s][d]
				}
			}
		}
		y = append(y, out)
	}
	return y.through(a.Out.W, a.Out.B, 0, E)
}

// decoderLayer is a decoder layer as a block that could be built.
type decoderLayer struct{ *nn.DecoderBlock }

func (decoderLayer) Forward(x *nn.Var) *nn.Var { return x }

// The decoder layer is the plain composition of its parts, with norms after and before the branches.
func TestDecoderBlock(t *testing.T) {
	const B, T, S, E = 2, 4, 5, 6
	for _, first := range []bool{false, true} {
		b := nn.Build(decoderLayer{nn.NewDecoderBlock(E, 2, 10)}, 7)
		b.NormFirst = first
		for _, p := range nn.Params(b) { // norms that do something
			for i := range p.Data() {
				p.Data()[i] += nn.Float(math.Sin(float64(i))) / 4
			}
		}
		x, m := make([]nn.Float, B*T*E), make([]nn.Float, B*S*E)
		for i := range x {
			x[i] = nn.Float(math.Sin(float64(3*i + 1)))
		}
		for i := range m {
			m[i] = nn.Float(math.Cos(float64(5*i + 2)))
		}
		mask := []int32{1, 1, 0, 1, 0, 0, 1, 1, 1, 1}
		tape := new(grad.Tape)
		got := b.Attend(tape.Const(x, B, T, E), tape.Const(m, B, S, E), tape.IDs(mask, B, S)).Data()
		for i := range B {
			x, m := rowsOf(x[i*T*E:(i+1)*T*E], E), rowsOf(m[i*S*E:(i+1)*S*E], E)
			before := func(t, s int) bool { return s <= t }
			seen := func(_, s int) bool { return mask[i*S+s] != 0 }
			if first {
				n := x.norm(b.Norm1)
				x = x.plus(n.attend(b.Attn, n, before))
				x = x.plus(x.norm(b.Norm2).attend(b.Cross, m, seen))
				x = x.plus(x.norm(b.Norm3).feed(b.DecoderBlock))
			} else {
				x = x.plus(x.attend(b.Attn, x, before)).norm(b.Norm1)
				x = x.plus(x.attend(b.Cross, m, seen)).norm(b.Norm2)
				x = x.plus(x.feed(b.DecoderBlock)).norm(b.Norm3)
			}
			for k, want := range slices.Concat(x...) {
				if d := math.Abs(float64(got[i*T*E+k]) - want); d > 1e-5 {
					t.Fatalf("norm first %v: sequence %d, number %d: %v, want %v", first, i, k, got[i*T*E+k], want)
				}
			}
		}
	}
}
