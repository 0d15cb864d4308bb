package bench

import (
	"fmt"

	"brick/device"
	"brick/kernel"
)

// rowOps are the kernels that work along rows: C of them are a row, a token's vector or its logits.
func rowOps() (list []Op) {
	for _, s := range []struct{ rows, c int }{{768, 128}, {1024, 768}} {
		rows, c := s.rows, s.c
		n := rows * c
		add := func(name string, prepare func(m *operands) func(device.Device)) {
			list = append(list, Op{fmt.Sprintf("%s %d×%d", name, rows, c), n, prepare})
		}
		add("layernorm", func(m *operands) func(device.Device) {
			y, mean, rstd, x, w, b := m.get("y", n), m.get("m", rows), m.get("r", rows), m.get("x", n), m.get("w", c), m.get("b", c)
			return func(d device.Device) { d.LayerNorm(y, mean, rstd, x, w, b, rows, c, 1e-5) }
		})
		add("layernorm_back", func(m *operands) func(device.Device) {
			dx, dw, db, x, w, dy := m.get("dx", n), m.get("g", c), m.get("f", c), m.get("x", n), m.get("w", c), m.get("e", n)
			mean, rstd := m.get("m", rows), m.get("r", rows)
			return func(d device.Device) {
				d.LayerNormBack(device.Into(dx), device.Into(dw), device.Into(db), x, w, mean, rstd, dy, rows, c)
			}
		})
		add("rmsnorm", func(m *operands) func(device.Device) {
			y, rstd, x, w := m.get("y", n), m.get("r", rows), m.get("x", n), m.get("w", c)
			return func(d device.Device) { d.RMSNorm(y, rstd, x, w, rows, c, 1e-5) }
		})
		add("rmsnorm_back", func(m *operands) func(device.Device) {
			dx, dw, x, w, rstd, dy := m.get("dx", n), m.get("g", c), m.get("x", n), m.get("w", c), m.get("r", rows), m.get("e", n)
			return func(d device.Device) { d.RMSNormBack(device.Into(dx), device.Into(dw), x, w, rstd, dy, rows, c) }
		})
		add("rope", func(m *operands) func(device.Device) { // heads of 64
			b, t, h := 1, rows, c/64
			y, x, cossin := m.get("y", n), m.get("x", n), m.get("w", t*64)
			return func(d device.Device) { d.RoPE(device.Into(y), x, cossin, b, t, h, 64, 0, false, false) }
		})
		add("embed", func(m *operands) func(device.Device) { // from a table of 50257
			y, x, ids := m.get("y", n), m.get("x", 50257*c), m.ids(rows, 50257)
			return func(d device.Device) { d.Index(device.Into(y), x, ids, 1, 50257, c, rows) }
		})
	}
	for _, s := range []struct{ rows, c int }{{768, 65}, {256, 50257}} {
		rows, c := s.rows, s.c
		n := rows * c
		add := func(name string, prepare func(m *operands) func(device.Device)) {
			list = append(list, Op{fmt.Sprintf("%s %d×%d", name, rows, c), n, prepare})
		}
		add("softmax", func(m *operands) func(device.Device) {
			y, x := m.get("y", n), m.get("x", n)
			return func(d device.Device) { d.Softmax(y, x, rows, c, 1, false) }
		})
		add("softmax_back", func(m *operands) func(device.Device) {
			dx, y, dy := m.get("dx", n), m.get("y", n), m.get("e", n)
			return func(d device.Device) { d.SoftmaxBack(device.Into(dx), y, dy, rows, c, 1, false) }
		})
		loss := device.Loss{N: rows, C: c, Ignore: -100, Reduction: device.Mean}
		add("cross_entropy", func(m *operands) func(device.Device) {
			y, stat, x, target := m.get("b", 1), m.get("r", rows+1), m.get("x", n), m.ids(rows, c)
			return func(d device.Device) { d.CrossEntropy(y, stat, x, target, device.Buf{}, loss) }
		})
		add("cross_entropy_back", func(m *operands) func(device.Device) {
			dx, stat, x, target := m.get("dx", n), m.get("r", rows+1), m.get("x", n), m.ids(rows, c)
			one := device.Host([]kernel.Float{1})
			return func(d device.Device) { d.CrossEntropyBack(device.Into(dx), x, stat, target, device.Buf{}, one, loss) }
		})
	}
	ctc := device.CTC{N: 64, T: 40, C: 11, S: 8, Reduction: device.Sum}
	add := func(name string, prepare func(m *operands) func(device.Device)) {
		list = append(list, Op{fmt.Sprintf("%s %d×%d×%d", name, ctc.N, ctc.T, ctc.C), ctc.N * ctc.T * ctc.C, prepare})
	}
	add("ctc", func(m *operands) func(device.Device) {
		y, stat, x, target := m.get("b", 1), m.get("r", ctc.N*ctc.T), m.get("x", ctc.N*ctc.T*ctc.C), m.labels(ctc.N*ctc.S, ctc.C)
		return func(d device.Device) { d.CTC(y, stat, x, target, ctc) }
	})
	add("ctc_back", func(m *operands) func(device.Device) {
		dx, stat, x, target := m.get("dx", ctc.N*ctc.T*ctc.C), m.get("r", ctc.N*ctc.T), m.get("x", ctc.N*ctc.T*ctc.C), m.labels(ctc.N*ctc.S, ctc.C)
		one := device.Host([]kernel.Float{1})
		return func(d device.Device) { d.CTCBack(device.Into(dx), x, stat, target, one, ctc) }
	})
	return list
}
