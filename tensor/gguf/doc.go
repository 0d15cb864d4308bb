// Package gguf answers: how do I read and write a .gguf file, as llama.cpp uses them?
//
// The format (github.com/ggml-org/ggml, docs/gguf.md) is, little-endian:
//
//	"GGUF" | u32 version | u64 tensors | u64 keys | keys: string, type, value | tensors: string, sizes, type, offset | padding | data
//
// It holds what a model needs besides its weights, tokenizer included, as typed [Metadata], and weights in 16 or 32 bits or in
// blocks of quantised numbers. Sizes lie in it with the fastest one first; here shapes are row-major, so rows of blocks run along
// the last dimension.
//
//	f, err := gguf.Open("model.gguf")        // mapped: nothing is copied
//	defer f.Close()
//	layers, err := f.Metadata().Int("llama.block_count")
//	w, err := f.Tensor("blk.0.attn_q.weight")
//	x := w.Floats(nil)
//
// [Write] takes tensors one at a time, so that a model need not fit memory, and replaces a file so that a power cut leaves the
// old one or the new one. Reading is strict: what breaks the rules is an error of type *wire.Error that says where.
package gguf
