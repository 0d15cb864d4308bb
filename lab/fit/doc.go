// Package fit answers: what law do these losses follow, and how sure can one be of it?
//
// Its data are Points: the parameters, tokens and floating-point operations of models that were trained, and their losses. Fit
// finds the joint law L(N, D) = E + A/N^α + B/D^β, FitOne the law of one variable L(x) = E + A/x^α; both say how well they fit,
// how sure each constant is, and what a larger model will reach, with an interval. Envelope and IsoFLOP ask the same points for the best
// size of a given compute without a law of the loss. FitRepeats asks what a token is worth that was seen before. Published holds
// the laws that others have printed.
package fit
