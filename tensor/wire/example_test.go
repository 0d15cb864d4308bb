package wire_test

import (
	"encoding/binary"
	"fmt"

	"brick/tensor/wire"
)

// The header of an image file that announces more images than it has.
func Example() {
	file := []byte{0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28, 7, 7, 7}
	r := wire.FromBytes("t10k-images-idx3-ubyte", file)
	r.Order = binary.BigEndian
	r.Magic("\x00\x00\x08\x03", "magic")
	n, rows, cols := r.U32("images"), r.U32("rows"), r.U32("columns")
	pixels, _ := wire.Product(uint64(rows), uint64(cols))
	r.Count(uint64(n), pixels, "images")
	fmt.Println(r.Err())
	// Output:
	// t10k-images-idx3-ubyte: byte 16: images: found a count of 10000, want at most 0 (3 bytes left, 784 or more each)
}
