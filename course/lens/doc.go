// Package lens answers: what happens inside a language model while it reads?
//
// [Model.Look] lets a model read a text on a device that watches: the model's own
// forward pass runs, and each attention, rotation and gate that passes by is
// kept. So whatever architecture is a chain of blocks can be looked into, and
// what is seen is what was computed. [Pass] gives the attention of every head,
// the residual stream between blocks, and what the head would say to it (the
// logit lens). [Model.Ablate] silences a head or a block and measures what that
// costs; [Model.Write] counts the multiplications that a cache saves.
package lens
