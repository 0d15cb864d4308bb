package data

// An Encoder turns text into token ids. Its methods may be called from several goroutines at once.
type Encoder interface {
	// Encode appends the ids of text to dst. Text may come in pieces: long documents are cut between lines.
	Encode(dst []int32, text []byte) []int32
	// VocabSize returns V; ids are in [0, V).
	VocabSize() int
	// EndOfText returns the id that separates documents, or −1 if there is none.
	EndOfText() int32
	// Bytes returns how many bytes of text an id stands for, 0 for special tokens. With it bits per byte are exact; if the
	// lengths do not add up to the text's (because Encode changes the text), bytes are shared out evenly among tokens.
	Bytes(id int32) int
	// Fingerprint names the encoding: it changes whenever Encode would give other ids.
	Fingerprint() string
}

// ByteEncoder is the simplest encoder: each byte is its own id, and id 256 ends a document.
type ByteEncoder struct{}

// Encode appends the bytes of text as ids.
func (ByteEncoder) Encode(dst []int32, text []byte) []int32 {
	for _, b := range text {
		dst = append(dst, int32(b))
	}
	return dst
}

// VocabSize returns 257.
func (ByteEncoder) VocabSize() int { return 257 }

// EndOfText returns 256.
func (ByteEncoder) EndOfText() int32 { return 256 }

// Bytes returns 1, and 0 for the end of a document.
func (ByteEncoder) Bytes(id int32) int {
	if id < 256 {
		return 1
	}
	return 0
}

// Fingerprint returns "bytes".
func (ByteEncoder) Fingerprint() string { return "bytes" }
