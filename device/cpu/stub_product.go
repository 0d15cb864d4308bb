package cpu

import (
	"brick/device"
	"brick/kernel"
)

type productTasks struct{}

var _ kernel.Fn

func (d *Device) MatMul(y device.Dst, ym, a, b device.Mat, p device.Product, e device.Epilogue) {
	panic("MatMul")
}
func (dev *Device) RoPE(y device.Dst, x, cossin device.Buf, b, t, h, d, pos int, interleaved, inverse bool) {
	panic("RoPE")
}
func (d *Device) Attention(y, stat, q, k, v, mask device.Buf, a device.Attn) { panic("Attention") }
func (d *Device) AttentionBack(dq, dk, dv device.Dst, q, k, v, y, stat, dy, mask device.Buf, a device.Attn) {
	panic("AttentionBack")
}
func (d *Device) SwiGLU(y device.Buf, gate, up device.Buf)                  { panic("SwiGLU") }
func (d *Device) SwiGLUBack(dgate, dup device.Dst, gate, up, dy device.Buf) { panic("SwiGLUBack") }
