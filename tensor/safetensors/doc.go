// Package safetensors answers: how do I read and write model.safetensors?
//
// The format (github.com/huggingface/safetensors) is 8 bytes N, a JSON header of
// N bytes padded with spaces, and the tensors' data, row-major, little-endian,
// without gaps:
//
//	u64 N | {"__metadata__": {"k": "v"}, "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}} | data
//
// [Open] maps the file and gives single tensors, [OpenFolder] does so for a
// Hugging Face folder in one or several shards, [Read] copies everything into
// memory, [Write] replaces a file so that a power cut leaves the old one or the
// new one. The header is read strictly: whatever the format does not allow
// (duplicate names, unknown fields, gaps, overlaps, trailing bytes) is an error
// of type *wire.Error that says where.
//
// Checkpoints are written [WithCRC]: a CRC-32C per tensor and one of the header,
// kept in the metadata under the keys "crc32c.<name>" and "crc32c" as 8 hexadecimal
// digits. Other programs ignore them; this one refuses a file that does not agree.
package safetensors
