// Package wire answers: how do I read a binary file that nobody vouches for?
//
// A [Reader] walks over the bytes and compares every length with what remains
// before anything is allocated, so that a file of a hundred bytes can claim to
// hold a terabyte and be refused for the price of a hundred bytes. Errors are
// of type [*Error] and name the file, the byte offset, the field, what was
// found and what would fit. The first one sticks: reading goes on to give zeros
// until [Reader.Err] is asked, so a header is read straight down the page.
//
//	r := wire.New("t10k-images-idx3-ubyte", f, size)
//	r.Order = binary.BigEndian
//	magic := r.U32("magic")
//	n := r.Count(uint64(r.U32("images")), 28*28, "images")
//	if err := r.Err(); err != nil {
//		return err
//	}
//
// It is used by every binary format brick reads: safetensors, npy and npz,
// GGUF, IDX.
package wire
