// Package grad answers: how does a value depend on every number it came from?
//
// It is define-by-run reverse-mode differentiation. A [Tape] records one pass
// through a model. Every operation runs at once and leaves a [Var] on the tape:
// its value, the [Op] that made it and the Vars it was made from. [Var.Backward]
// walks the tape in reverse. [Tape.Reset] rewinds it and gives every buffer back
// to the tape's arena, so a training loop that repeats its shapes allocates
// nothing after its first step.
package grad
