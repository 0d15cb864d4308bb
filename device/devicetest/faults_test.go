package devicetest

import (
	"strings"
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/kernel"
)

// faulty is a correct device with one method that is not.
type faulty struct {
	*cpu.Device
	method string
}

func (f faulty) has(method string) bool { return f.method == method }

func (f faulty) Copy(y device.Dst, yv device.View, x device.Buf, xv device.View, shape device.Dims, scale kernel.Float) {
	if f.has("Copy") { // as if y were contiguous
		yv = device.Contiguous(shape)
	}
	f.Device.Copy(y, yv, x, xv, shape, scale)
}

func (f faulty) Convert(y, x device.Buf) {
	if f.has("Convert") && y.Type == device.Q8_0 && y.N > 10_000 { // forgets the last block of large ones
		y, x = y.Slice(0, y.N-32), x.Slice(0, x.N-32)
	}
	f.Device.Convert(y, x)
}

func (f faulty) Softmax(y, x device.Buf, outer, n, inner int, log bool) {
	if f.has("Softmax") && inner > 1 && n > 1 { // along the wrong axis
		outer, inner = outer*inner, 1
	}
	f.Device.Softmax(y, x, outer, n, inner, log)
}

func (f faulty) MatMul(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) {
	if f.has("MatMul") { // what z is, is not kept
		e.Pre = device.Buf{}
	}
	f.Device.MatMul(y, ym, a, b, p, e)
}

func (f faulty) Keep(m device.Matrix, pack bool) device.Buf {
	if f.has("Keep") && m.Type == device.F16 { // another type of the same size
		m.Type = device.BF16
	}
	return f.Device.Keep(m, pack)
}

func (f faulty) Index(y device.Dst, x, ids device.Buf, outer, n, inner, k int) {
	if f.has("Index") && x.Kept != nil { // never adds
		y.Mode = device.Set
	}
	f.Device.Index(y, x, ids, outer, n, inner, k)
}

func (f faulty) Axpy(y device.Buf, a kernel.Float, x device.Buf) {
	if f.has("Axpy") && y.N > 1000 { // forgets the last element of large ones
		y, x = y.Slice(0, y.N-1), x.Slice(0, y.N-1)
	}
	f.Device.Axpy(y, a, x)
}

func (f faulty) ZipBack(fn kernel.Fn2, da, db device.Dst, a device.Buf, av device.View, b device.Buf, bv device.View, dy device.Buf, shape device.Dims) {
	if f.has("ZipBack") { // b first: wrong where both are one buffer
		f.Device.ZipBack(fn, device.Dst{}, db, a, av, b, bv, dy, shape)
		db = device.Dst{}
	}
	f.Device.ZipBack(fn, da, db, a, av, b, bv, dy, shape)
}

func (f faulty) IndexBack(dx device.Dst, dy, ids device.Buf, outer, n, inner, k int) {
	if f.has("IndexBack") && dx.Mode == device.Skip { // stores all the same
		dx.Mode = device.Set
		if dx.N == 0 {
			return
		}
	}
	f.Device.IndexBack(dx, dy, ids, outer, n, inner, k)
}

func (f faulty) RoPE(y device.Dst, x, cossin device.Buf, b, t, h, d, pos int, interleaved, inverse bool) {
	f.Device.RoPE(y, x, cossin, b, t, h, d, pos, interleaved, inverse && !f.has("RoPE"))
}

func (f faulty) Attention(y, stat, q, k, v, mask device.Buf, a device.Attn) {
	if f.has("Attention") && a.Window > 0 { // one key too many
		a.Window++
	}
	f.Device.Attention(y, stat, q, k, v, mask, a)
}

func (f faulty) AttentionBack(dq, dk, dv device.Dst, q, k, v, y, stat, dy, mask device.Buf, a device.Attn) {
	if f.has("AttentionBack") { // another cap
		a.Cap *= 1.01
	}
	f.Device.AttentionBack(dq, dk, dv, q, k, v, y, stat, dy, mask, a)
}

func (f faulty) RMSNorm(y, rstd, x, w device.Buf, rows, c int, eps kernel.Float) {
	if f.has("RMSNorm") {
		eps = 0
	}
	f.Device.RMSNorm(y, rstd, x, w, rows, c, eps)
}

func (f faulty) Recurrent(y, gates, kept, h0, c0, w, bn, lengths device.Buf, r device.Recurrent) {
	if f.has("Recurrent") { // every sequence has all steps
		lengths = device.Buf{}
	}
	f.Device.Recurrent(y, gates, kept, h0, c0, w, bn, lengths, r)
}

func (f faulty) RecurrentBack(dh0, dc0 device.Dst, gates, kept, prev, y, h0, c0, w, dy, dcn, lengths device.Buf, r device.Recurrent) {
	if f.has("RecurrentBack") { // ∂ of the last cells forgotten
		dcn = device.Buf{}
	}
	f.Device.RecurrentBack(dh0, dc0, gates, kept, prev, y, h0, c0, w, dy, dcn, lengths, r)
}

func (f faulty) Conv(y device.Dst, x, w device.Buf, c device.Conv, e device.Epilogue) {
	if f.has("Conv") && c.G > 1 { // every group sees the channels of the first
		c.C, c.G = c.C/c.G, 1
		w = w.Slice(0, c.K*c.C*c.R*c.S)
		x = x.Slice(0, c.N*c.C*c.H*c.W)
	}
	f.Device.Conv(y, x, w, c, e)
}

func (f faulty) ConvBackX(dx device.Dst, w, dy device.Buf, c device.Conv) {
	if f.has("ConvBackX") { // never adds
		dx.Mode = min(dx.Mode, device.Set)
	}
	f.Device.ConvBackX(dx, w, dy, c)
}

func (f faulty) ConvBackW(dw device.Dst, x, dy device.Buf, c device.Conv) {
	if f.has("ConvBackW") && c.N > 1 { // the last image is forgotten
		c.N--
	}
	f.Device.ConvBackW(dw, x, dy, c)
}

func (f faulty) MaxPool(y device.Dst, arg, x device.Buf, p device.Pool) {
	if f.has("MaxPool") && p.DilW > 1 { // as if windows had no gaps
		p.DilW = 1
	}
	f.Device.MaxPool(y, arg, x, p)
}

func (f faulty) MaxPoolBack(dx device.Dst, arg, dy device.Buf, p device.Pool) {
	if f.has("MaxPoolBack") {
		dx.Mode = min(dx.Mode, device.Set)
	}
	f.Device.MaxPoolBack(dx, arg, dy, p)
}

func (f faulty) MeanPool(y device.Dst, x device.Buf, p device.Pool) {
	p.CountPad = p.CountPad && !f.has("MeanPool")
	f.Device.MeanPool(y, x, p)
}

func (f faulty) MeanPoolBack(dx device.Dst, dy device.Buf, p device.Pool) {
	p.CountPad = p.CountPad && !f.has("MeanPoolBack")
	f.Device.MeanPoolBack(dx, dy, p)
}

func (f faulty) BatchNorm(y device.Dst, mean, rstd, x, w, b device.Buf, n, c, l int, eps kernel.Float, act kernel.Fn) {
	if f.has("BatchNorm") {
		eps = 0
	}
	f.Device.BatchNorm(y, mean, rstd, x, w, b, n, c, l, eps, act)
}

func (f faulty) BatchNormBack(dx, dw, db device.Dst, x, y, w, mean, rstd, dy device.Buf, n, c, l int, act kernel.Fn) {
	if f.has("BatchNormBack") { // all gradients pass
		act = kernel.Identity
	}
	f.Device.BatchNormBack(dx, dw, db, x, y, w, mean, rstd, dy, n, c, l, act)
}

func TestFaultsAreFound(t *testing.T) {
	d := cpu.New(2)
	defer d.Close()
	for _, method := range []string{"Attention", "AttentionBack", "Axpy", "BatchNorm", "BatchNormBack", "Conv", "ConvBackW", "ConvBackX", "Convert", "Copy", "IndexBack", "MatMul", "MaxPool", "MaxPoolBack", "MeanPool", "MeanPoolBack", "RMSNorm", "Recurrent", "RecurrentBack", "RoPE", "Softmax", "ZipBack"} {
		s, mem := suites[method], memory{dev: faulty{d, method}}
		found := 0
		s.one(1, method, func(c *call) {
			if found == 0 && mem.compare(t, c, s.ulps) != nil {
				found++
			}
		})
		if found == 0 {
			t.Errorf("%s: a fault was planted and not found", method)
		}
	}
}

// What is wrong with matrices in types of their own is found: numbers read as others, products that lose their epilogue, rows
// that are not added.
func TestFaultsOfKeptAreFound(t *testing.T) {
	d := cpu.New(2)
	defer d.Close()
	for _, method := range []string{"Keep", "MatMul", "Index"} {
		if keeps(faulty{d, method}) == nil {
			t.Errorf("%s: a fault was planted and not found", method)
		}
	}
}

// Writing one element before or after an argument is found, and so is writing to an input.
func TestGuardZones(t *testing.T) {
	d := cpu.New(1)
	defer d.Close()
	for _, c := range []struct {
		at   func(x, ids *array, m *memory)
		want string
	}{
		{func(x, _ *array, m *memory) { m.floats.F[x.off-1] = 0 }, "zone before x"},
		{func(x, _ *array, m *memory) { m.floats.F[x.off+len(x.f)] = 0 }, "zone before z"},
		{func(x, _ *array, m *memory) { m.floats.F[len(m.f)-1] = 0 }, "zone at the end"},
		{func(x, _ *array, m *memory) { m.floats.F[x.off]++ }, "x[0] of 5"},
		{func(_, ids *array, m *memory) { m.ids.I[ids.off-1] = 0 }, "zone before ids"},
		{func(_, ids *array, m *memory) { m.ids.I[ids.off+len(ids.ids)] = 0 }, "zone after ids"},
		{func(_, ids *array, m *memory) { m.ids.I[ids.off+1]++ }, "ids[1] of 3"},
	} {
		mem := memory{dev: d}
		s := suite{calls: func(m *maker) {
			x, ids := m.normal("x", 5), m.pick("ids", 3, 9)
			m.normal("z", 2)
			m.call("", func(device.Device) { c.at(x, ids, &mem) }, func() {})
		}}
		s.make("", func(k *call) {
			if err := mem.compare(t, k, 1); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("found %v, want an error with %q", err, c.want)
			}
		})
	}
}
