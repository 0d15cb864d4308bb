// Package lab answers the question the lecture leaves open: why does adding parameters make a language model better?
//
// A [Sweep] trains a family of sizes on one text, each for several numbers of tokens, fits the law that their losses follow, writes down
// what the largest size will reach, trains it, and compares. [New] measures the machine and plans it all once, by a [Rule] and a [Budget];
// [Sweep.Run] carries it out, resumes it, and may be killed at any moment. Beside the law, [Studies] look at noise, learning rates, repeated
// text, shapes and ensembles, and [Skills] at what a model can do besides.
//
// The law and its intervals are in lab/fit, what a model costs in lab/plan, the page about it all in lab/report.
package lab
