// Package gradtest answers: is this derivative right?
//
// [Cases] says how to try every operation of package grad. [Check] tries one:
// its value against a plain float64 computation, its gradient against
// differences of its value along random directions, and both in the situations
// where rules go wrong: inputs that are constants, inputs that are one and the
// same, results used twice, gradients added to what was there before, buffers
// full of rubbish, Scopes that forget and recompute, and shapes that do not fit.
//
// Run its tests with -tags f64 for gradients to 1e-6; in float32 differences
// are too coarse for more than a loose look.
package gradtest
