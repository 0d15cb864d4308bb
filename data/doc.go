// Package data answers: how do examples on a disk become the batches a model learns from?
//
// Open turns a name, a path or a pattern into Splits, three Sets of examples to train on, to choose by and to report with:
//
//	s, err := data.Open("fashion-mnist", data.Options{})
//	loader := data.Loader{Set: s.Train, Batch: 64, Seed: 1}
//	for step, b := range loader.From(0) { … b.X (64, 1, 28, 28), b.Labels (64) … }
//
// A set is a finite list of examples that may be read in any order. A Loader chooses the order, and every batch is a pure
// function of (seed, step, micro-batch): nothing is remembered between batches, so a run resumed at step 1,000 sees what an
// uninterrupted one would have seen. Epochs are shuffled by a permutation that is computed and never stored.
//
//	tables    OpenTable       CSV and TSV: types found, categories one-hot, numbers standardised; Columns keeps how
//	images    OpenIDXImages   MNIST's format
//	          OpenImageFolder PNG, JPEG and GIF files in a folder for each class
//	          OpenLines       images of lines of text, listed with what they say
//	text      OpenCorpus      files, folders, patterns, JSON; Tokens encodes them into a file mapped into memory
//	generated Line, XOR, Moons, Circles, Spirals, Blobs, Separable, Digits, DigitLines, Copy, Dates, Shapes, Arithmetic, Stories, Couplets
//	changed   Augment: crops, flips, turns, colours, squares cut out, mixtures, drawn anew for every batch
//	named     Sets, List, Get: the generated ones, and what can be downloaded
//
// Files are read as if their writer meant harm: lengths are checked before memory is set aside, and an error names the
// file, the place, what was found and what would fit.
package data
