// Package mapped answers: how do I read parts of a file that may be larger than
// memory?
//
// [Open] maps a regular file into memory, read-only, where the system can (Linux,
// macOS, the BSDs); elsewhere the same methods read the parts that are asked for.
//
//	f, err := mapped.Open("model.safetensors")
//	defer f.Close()
//	b, err := f.Section(off, n)   // a view of the file, or a copy of the part
//
// A mapped file must not be shortened while it is open: the system answers
// access to the lost pages with a fault. brick itself never does that; it
// replaces files by renaming (package tensor/durable).
package mapped
