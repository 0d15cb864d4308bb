// Package tensor answers: how do numbers lie in a file, and how do they get in
// and out of the engine?
//
// A [Tensor] is a shape, a storage type and the bytes: row-major, contiguous,
// little-endian, whatever the machine. It is the unit in which checkpoints are
// read and written (packages tensor/safetensors and tensor/npy); arithmetic
// happens elsewhere, on [brick/kernel.Float].
//
//	t := tensor.FromFloats(w, device.BF16, 512, 128)   // rounds to nearest, ties to even
//	w = t.Floats(w)                                    // back, widening is exact
//
// Beside it: tensor/wire reads untrusted binary data, tensor/mapped opens files
// without copying them, tensor/durable writes files that survive a power cut.
package tensor
