// Package lab answers the question the lecture leaves open: why does adding parameters make a language model better?
//
// A Sweep trains a family of sizes on one text, each for several numbers of tokens, fits the law that their losses follow, writes down
// what the largest size will reach, trains it, and compares. The law and its intervals are in lab/fit, what a model costs in lab/plan,
// the page about it all in lab/report.
package lab
