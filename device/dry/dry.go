package dry

import (
	"sync"

	"brick/device"
	"brick/kernel"
)

// Device counts. Its zero value is ready to use, by several goroutines too.
//
// The formulas: a product M×K·K×N is 2·M·N·K, whatever is fused into it costs one
// operation an element more. Element-wise kernels cost one operation an element and
// input, exponentials and the like included; sums one an element; softmax 5, layer norm 8, RMS
// norm 4, cross-entropy 4, SwiGLU 5, RoPE 3 an element, and about twice that on the way
// back. Attention is 4·D a pair of query and key that may see each other, and 5 for its softmax;
// its way back computes the scores anew: 10·D and 8. Copies cost none.
type Device struct {
	mu      sync.Mutex
	total   Count
	kernels map[string]*Count
	bytes   int
	next    uintptr
}

var _ device.Device = (*Device)(nil)

// elem is the bytes of a number.
var elem = device.Float.Size()

// Name is "dry".
func (d *Device) Name() string { return "dry" }

// Alloc returns a buffer of size n without content.
func (d *Device) Alloc(n int, t device.Type) device.Buf {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bytes += t.Bytes(n)
	d.next += 64 // never 0: the buffer is present even if it has no elements
	return device.Buf{Ptr: d.next, N: n, Type: t}
}

// Keep returns a buffer of the matrix's size without content.
func (d *Device) Keep(m device.Matrix, _ bool) device.Buf {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bytes += m.Bytes()
	d.next += 64
	return device.Buf{Ptr: d.next, N: m.Rows * m.Cols, Type: m.Type}
}

// Write does nothing.
func (d *Device) Write(device.Buf, []kernel.Float) {}

// WriteIDs does nothing.
func (d *Device) WriteIDs(device.Buf, []int32) {}

// Read leaves dst as it is.
func (d *Device) Read([]kernel.Float, device.Buf) {}

// ReadIDs leaves dst as it is.
func (d *Device) ReadIDs([]int32, device.Buf) {}

// Wait is nil.
func (d *Device) Wait() error { return nil }

// wrote is the elements written to a result: none where nobody wants it.
func wrote(y device.Dst, n int) int {
	if y.Mode == device.Skip {
		return 0
	}
	return n
}

// adds is the operations of adding to a result instead of storing it.
func adds(y device.Dst, n int) int {
	if y.Mode == device.Add {
		return n
	}
	return 0
}

// wanted is how many of the results somebody wants.
func wanted(ys ...device.Dst) (n int) {
	for _, y := range ys {
		if y.Mode != device.Skip {
			n++
		}
	}
	return n
}

// Fill counts n elements written.
func (d *Device) Fill(y device.Buf, _ kernel.Float) { d.count("fill", 0, 0, y.N) }

// Axpy is 2 an element.
func (d *Device) Axpy(y device.Buf, _ kernel.Float, x device.Buf) {
	d.count("axpy", 2*y.N, y.N+x.N, y.N)
}

// Update is 12 an element, about what Adam does.
func (d *Device) Update(_ kernel.Rule, w, g device.Buf, state [3]device.Buf, _ *kernel.RuleArgs) {
	s := state[0].N + state[1].N + state[2].N
	d.count("update", 12*w.N, w.N+g.N+s, w.N+s)
}

// MatMul is 2·M·N·K a product.
func (d *Device) MatMul(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) {
	if y.Mode == device.Skip {
		return
	}
	products, results := 1, 1
	na, nb := p.M*p.K, p.K*p.N
	for i, n := range p.Batch {
		products *= n
		if ym.Batch[i] != 0 {
			results *= n
		}
		if a.Batch[i] != 0 {
			na *= n
		}
		if b.Batch[i] != 0 {
			nb *= n
		}
	}
	out := results * p.M * p.N
	flops := 2*products*p.M*p.N*p.K + adds(y, out)
	written := out
	if e.Bias.Present() {
		flops += out
	}
	if e.Act != kernel.Identity {
		flops += out
	}
	if e.Pre.Present() {
		written += out
	}
	d.count("matmul", flops, na+nb+e.Bias.N, written)
}

// RoPE is 3 an element.
func (d *Device) RoPE(y device.Dst, _, _ device.Buf, b, t, h, w, _ int, _, _ bool) {
	n := wrote(y, b*t*h*w)
	d.count("rope", 3*n+adds(y, n), n+t*w, n)
}

// Convert counts n elements read and written.
func (d *Device) Convert(y, x device.Buf) { d.count("convert", 0, x.N, y.N) }

// pairs is how many keys all queries of an attention see together.
func pairs(a device.Attn) int {
	n := a.T * a.S
	if a.Causal {
		first := max(a.S-a.T+1, 0) // keys that the first query sees
		n = 0
		if a.S >= a.T {
			n = a.T*first + a.T*(a.T-1)/2
		} else {
			n = a.S * (a.S + 1) / 2
		}
	}
	for t := 0; t < a.T && a.Window > 0; t++ {
		n -= max(min(t+1+a.S-a.T, a.S)-a.Window, 0)
	}
	return a.B * a.H * n
}

// Attention is (4·D + 5) a pair.
func (d *Device) Attention(_, _, _, _, _, _ device.Buf, a device.Attn) {
	q, k := a.B*a.T*a.H*a.D, a.B*a.S*a.K*a.D
	d.count("attention", pairs(a)*(4*a.D+5), q+2*k, q+a.B*a.T*a.H)
}

// AttentionBack is (10·D + 8) a pair.
func (d *Device) AttentionBack(dq, dk, dv device.Dst, _, _, _, _, _, _, _ device.Buf, a device.Attn) {
	q, k := a.B*a.T*a.H*a.D, a.B*a.S*a.K*a.D
	d.count("attention_back", pairs(a)*(10*a.D+8), 3*q+2*k+a.B*a.T*a.H, wrote(dq, q)+wrote(dk, k)+wrote(dv, k))
}

// SwiGLU is 5 an element.
func (d *Device) SwiGLU(y, _, _ device.Buf) { d.count("swiglu", 5*y.N, 2*y.N, y.N) }

// SwiGLUBack is 10 an element.
func (d *Device) SwiGLUBack(dgate, dup device.Dst, _, _, dy device.Buf) {
	d.count("swiglu_back", 10*dy.N, 3*dy.N, wanted(dgate, dup)*dy.N)
}
