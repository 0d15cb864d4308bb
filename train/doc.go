// Package train answers: how does a model become a trained model that can be
// trusted, repeated and resumed?
//
// [Steps] is the loop: an iterator whose body is where a caller logs, evaluates,
// saves or stops. [Run] is a whole job in a folder: a run file, checkpoints that
// survive a power cut, a log, evaluation, and the finished model. A run resumed
// from a checkpoint ends in the same bits as one that was never interrupted.
package train
