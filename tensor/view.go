package tensor

import (
	"encoding/binary"
	"unsafe"

	"brick/device"
	"brick/kernel"
)

// View is values as a tensor of type Float that shares their memory, so that a file of
// any size is written without a copy: it changes as they do, and its Data must not be
// written to. On machines whose numbers do not lie as files hold them it is a copy.
// It panics when len(values) does not fit shape.
func View(values []kernel.Float, shape ...int) *Tensor {
	if len(values) == 0 || binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return FromFloats(values, device.Float, shape...)
	}
	x := &Tensor{Shape: append([]int{}, shape...), Type: device.Float}
	x.mustHold(len(values))
	x.Data = unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*device.Float.Size())
	return x
}
