package tensor_test

import (
	"fmt"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
)

// A weight matrix stored in 16 bits keeps the range of a float32 and 8 bits of
// its mantissa.
func Example() {
	w := []kernel.Float{1, 3.14159, -1e30, 1.00390625}
	x := tensor.FromFloats(w, device.BF16, 2, 2)
	fmt.Println(x, "takes", x.Bytes(), "bytes")
	for _, v := range x.Floats(nil) {
		fmt.Printf("%.7g\n", v)
	}
	// Output:
	// BF16[2 2] takes 8 bytes
	// 1
	// 3.140625
	// -1.000256e+30
	// 1
}
