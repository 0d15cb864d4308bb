// Package bench answers: how fast is this, and how fast could it be?
//
// [Peak] measures what this machine's cores and memory can do at all. [MatMul], [Ops] and
// [Train] time products, the other kernels of a device, and whole training steps; [Kernels]
// takes one step apart. Each is a sequence of [Row]s, and each row is said as a share of the
// measured peak. [Output] prints rows, keeps them, or draws them under their roofs
// (Williams, Waterman & Patterson 2009, "Roofline: an insightful visual performance model").
//
// How many operations and bytes a call stands for is counted by [brick/device/dry], on which the same call runs first.
package bench
