package cpu

import "brick/device"

// convertPiece is how many numbers a worker converts at a time, whole blocks of all types.
const convertPiece = 1 << 12

// convertTask converts pieces of x.
type convertTask struct{ y, x device.Buf }

// Convert implements device.Device.
func (d *Device) Convert(y, x device.Buf) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tasks.convert = convertTask{y, x}
	d.run(blocks(x.N, convertPiece), 1, &d.tasks.convert)
}

func (t *convertTask) do(_, lo, hi int) {
	for i := lo; i < hi; i++ {
		at := i * convertPiece
		n := min(convertPiece, t.x.N-at)
		y, x := t.y.Slice(at, n), t.x.Slice(at, n)
		switch {
		case x.Type == device.Float:
			stored(y).Put(x.F)
		case y.Type == device.Float:
			stored(x).Get(y.F)
		default:
			copy(y.B, x.B)
		}
	}
}
