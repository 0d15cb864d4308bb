package token

// Bytes has an id for each byte, which is the byte's value, and then the special tokens. Every text has ids, and
// Decode gives it back exactly.
type Bytes struct{ specials }

// NewBytes returns a byte tokenizer with special tokens of the given names at ids 256, 257, …
func NewBytes(special ...string) (*Bytes, error) {
	s, err := newSpecials(256, special)
	return &Bytes{s}, err
}

// Encode appends the bytes of text; a special token spelled out in it becomes its id.
func (t *Bytes) Encode(text string, dst []int32) []int32 { return t.encodeGuarded(text, nil, dst) }

func (t *Bytes) encodeGuarded(text string, guards []int, dst []int32) []int32 {
	t.set.splitGuarded(text, guards, func(from, to int) { dst = t.EncodeOrdinary(text[from:to], dst) },
		func(a *AddedToken) { dst = append(dst, a.ID) })
	return dst
}

// EncodeOrdinary appends the bytes of text, special tokens spelled out in it too.
func (t *Bytes) EncodeOrdinary(text string, dst []int32) []int32 {
	for i := range len(text) {
		dst = append(dst, int32(text[i]))
	}
	return dst
}

// Decode returns the bytes, special tokens spelled out.
func (t *Bytes) Decode(ids []int32) []byte {
	b := make([]byte, 0, len(ids))
	for _, id := range ids {
		b = t.AppendBytes(b, id)
	}
	return b
}

// AppendBytes appends the byte, or the name of the special token.
func (t *Bytes) AppendBytes(dst []byte, id int32) []byte {
	switch {
	case t.IsSpecial(id):
		return append(dst, t.name(id)...)
	case id >= 0 && id < 256:
		return append(dst, byte(id))
	}
	return dst
}

// Vocab is 256 and the number of special tokens.
func (t *Bytes) Vocab() int { return 256 + len(t.tokens) }

// ID finds a special token by its name, a byte by its spelling in GPT-2's alphabet ("a", "Ġ" for a space).
func (t *Bytes) ID(piece string) (int32, bool) {
	if id, ok := t.id(piece); ok {
		return id, true
	}
	if b := unspellBytes(nil, piece); len(b) == 1 && byteSpell[b[0]] == piece {
		return int32(b[0]), true
	}
	return None, false
}

// Piece is the inverse of ID.
func (t *Bytes) Piece(id int32) string {
	switch {
	case t.IsSpecial(id):
		return t.name(id)
	case id >= 0 && id < 256:
		return byteSpell[id]
	}
	return ""
}

// Save writes it to a folder as Hugging Face files: a byte-level BPE without merges.
func (t *Bytes) Save(dir string) error {
	s, err := t.spec()
	if err != nil {
		return err
	}
	return s.save(dir, t.roles)
}

// spec is the same as a byte-level BPE.
func (t *Bytes) spec() (*spec, error) {
	s := newSpec(bpeModel)
	s.added, s.preTokenizer, s.decoder = t.tokens, byteLevelJSON(false), byteLevelJSON(false)
	for b := range 256 {
		if err := s.vocab.add(byteSpell[b], int32(b)); err != nil {
			return nil, err
		}
	}
	for _, a := range t.tokens {
		if err := s.checkAdded(a); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// asBytes recognises what Save wrote.
func asBytes(t *Subword) (*Bytes, bool) {
	if t.merges != nil || !t.byteLevel || t.scan != nil || len(t.split) > 0 || len(t.normalize) > 0 || len(t.prefix)+len(t.suffix) > 0 {
		return nil, false
	}
	for b := range 256 {
		if t.byteID[b] != int32(b) {
			return nil, false
		}
	}
	names, ok := consecutive(t, 256)
	if !ok {
		return nil, false
	}
	b, err := NewBytes(names...)
	if err == nil {
		b.roles = t.roles
	}
	return b, err == nil
}

// consecutive returns the names of the ids from base to the end, if all of them are plain special tokens and no
// other is.
func consecutive(t *Subword, base int) ([]string, bool) {
	names := make([]string, max(t.Vocab()-base, 0))
	if len(names) != len(t.spec.added) {
		return nil, false
	}
	for _, a := range t.spec.added {
		if int(a.ID) < base || (a != AddedToken{ID: a.ID, Content: a.Content, Special: true}) {
			return nil, false
		}
		names[int(a.ID)-base] = a.Content
	}
	return names, true
}
