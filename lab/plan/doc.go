// Package plan answers: what would it take to train this model, and to run it?
//
// A [Shape] says how a transformer is built: its parameters are counted from it exactly, and its floating-point operations, memory and
// caches follow. Shapes come from stack notation, from the names of published models, or from a Hugging Face config.json. [New] makes a
// [Plan] of one: parameters, memory by part, operations, time, energy, how many accelerators and how to split the work among them,
// and what several published laws say about the number of tokens. Nothing is given memory but what is measured on this machine.
package plan
