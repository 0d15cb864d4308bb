// Package optim answers: given the gradients, how do the parameters move?
//
// An [Optimizer] is a struct whose exported fields are its configuration; the
// New functions and the [Table] give them good values. [Attach] binds it to a
// model, and then every step is
//
//	loss.Backward()
//	norm := clip.Step(opt, schedule.At(step))
//
// [Clip] bounds gradients, a [Schedule] gives the learning rate of each step,
// [FindLR] suggests one, a [Tree] sums the gradients of micro-batches in an
// order that does not depend on who computed them, and an [EMA] averages the
// weights over steps. [LBFGS] minimises a function of all parameters at once.
package optim
