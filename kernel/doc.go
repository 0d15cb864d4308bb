// Package kernel answers: what is the inner loop, exactly?
//
// It holds plain functions on plain slices: the reference of every computation
// in brick, written as simply as it can be, against which every faster variant
// is tested. The variants with vectors stand beside it, in files named after the
// processor; which of them run is the [Level]. Nothing here knows about shapes, tapes, gradients or threads.
// Functions of one or two numbers stand in tables ([Fns], [Fn2s]) with their
// slopes; optimizer steps stand in [Rules].
//
//go:generate go run -C _asm .
package kernel
