// Package brick is a deep-learning system in Go, from a single neuron to LLaMA,
// in which everything is a block: a block takes a value, gives a value and has
// parameters; a stack of blocks is a block.
//
// The packages below it are its rooms, each with one task; README.md has the
// annotated tree. This package holds only the tour: examples that begin with least
// squares and end with a LLaMA block.
package brick
