package data

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// A token file holds the ids of a corpus: a header of 64 bytes, then the ids of the training, validation and test
// splits, each a uint16 or uint32, all little-endian. Each split that has text begins with the end-of-text token, if the
// encoder has one, and has it after each document.
//
//	0  "brickTK1"   8 bytes of an id, uint32   12 flags, uint32 (1: Encoder.Bytes adds up to the text)
//	16 ids of each split, 3 × uint64           40 bytes of text of each split, 3 × uint64
const (
	tokenMagic  = "brickTK1"
	tokenHeader = 64
)

// tokens is a token file, or the same in memory.
type tokens struct {
	width int
	exact bool
	count [3]int64 // ids
	bytes [3]int64 // of text
	m     *mapped
	body  []byte // instead of m
}

// slice returns the bytes of n ids of a split.
func (t *tokens) slice(split int, first, n int) ([]byte, error) {
	for s := range split {
		first += int(t.count[s])
	}
	if t.m == nil {
		return t.body[first*t.width : (first+n)*t.width], nil
	}
	return t.m.slice(tokenHeader+int64(first)*int64(t.width), n*t.width)
}

// Tokens encodes the corpus with Options.Encoder (bytes if nil) and returns windows of Options.Window tokens. The ids are
// kept in a file in the cache folder, named by the hash of the text and of the encoder, and found there the next time;
// the file is mapped into memory, not read. A corpus in memory keeps its ids there too.
func (c *Corpus) Tokens(o Options) (Splits, error) {
	enc := o.Encoder
	if enc == nil {
		enc = ByteEncoder{}
	}
	t, err := c.tokens(enc, &o)
	if err != nil {
		return Splits{}, err
	}
	return c.windows(t, enc, positive(o.Window, 256), o.Carry)
}

// tokens finds the token file, or makes it.
func (c *Corpus) tokens(enc Encoder, o *Options) (*tokens, error) {
	if c.texts != nil {
		t := &tokens{}
		err := c.encode(t, enc, func(ids []byte) error { t.body = append(t.body, ids...); return nil })
		return t, err
	}
	folder, err := cacheDir(o.Cache)
	if err != nil {
		return nil, err
	}
	folder = filepath.Join(folder, "tokens")
	key := sha256.New()
	fmt.Fprintf(key, "%s\n%x\n%q %d %d", tokenMagic, c.fingerprint(), enc.Fingerprint(), enc.VocabSize(), enc.EndOfText())
	path := filepath.Join(folder, hex.EncodeToString(key.Sum(nil)[:16])+".tok")
	if t, err := openTokens(path); err == nil {
		return t, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("data: make the folder of token files: %w", err)
	}
	f, err := os.CreateTemp(folder, ".tok-*")
	if err != nil {
		return nil, fmt.Errorf("data: write token ids: %w", err)
	}
	defer os.Remove(f.Name()) // does nothing once it is renamed
	if err := c.writeTokens(f, enc); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("data: write token ids: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return nil, fmt.Errorf("data: write token ids: %w", err)
	}
	return openTokens(path)
}

// writeTokens writes a token file, its header last.
func (c *Corpus) writeTokens(f *os.File, enc Encoder) error {
	w := bufio.NewWriterSize(f, 1<<20)
	if _, err := w.Write(make([]byte, tokenHeader)); err != nil {
		return err
	}
	var t tokens
	if err := c.encode(&t, enc, func(ids []byte) error { _, err := w.Write(ids); return err }); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("data: write token ids: %w", err)
	}
	head := append([]byte(tokenMagic), make([]byte, tokenHeader-len(tokenMagic))...)
	binary.LittleEndian.PutUint32(head[8:], uint32(t.width))
	if t.exact {
		head[12] = 1
	}
	for s := range t.count {
		binary.LittleEndian.PutUint64(head[16+8*s:], uint64(t.count[s]))
		binary.LittleEndian.PutUint64(head[40+8*s:], uint64(t.bytes[s]))
	}
	if _, err := f.WriteAt(head, 0); err != nil {
		return fmt.Errorf("data: write token ids: %w", err)
	}
	return f.Sync()
}

// openTokens opens a token file and checks that its length is what its header says.
func openTokens(path string) (*tokens, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	var head [tokenHeader]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:8]) != tokenMagic {
		f.Close()
		return nil, fmt.Errorf("data: %s is not a token file", path)
	}
	m, err := newMapped(f)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	t := &tokens{width: int(binary.LittleEndian.Uint32(head[8:])), exact: head[12] == 1, m: m}
	left := (m.size - tokenHeader) / int64(max(t.width, 1))
	whole := t.width == 2 || t.width == 4
	for s := range t.count {
		t.count[s] = int64(binary.LittleEndian.Uint64(head[16+8*s:]))
		t.bytes[s] = int64(binary.LittleEndian.Uint64(head[40+8*s:]))
		whole = whole && t.count[s] >= 0 && t.count[s] <= left && t.bytes[s] >= 0
		left -= t.count[s]
	}
	if !whole || left != 0 || (m.size-tokenHeader)%int64(t.width) != 0 {
		m.close()
		return nil, fmt.Errorf("data: %s: %d bytes do not fit its header; remove it, and it will be made again", path, m.size)
	}
	return t, nil
}

// encode gives the ids of all splits to write, in order, encoding pieces in parallel.
func (c *Corpus) encode(t *tokens, enc Encoder, write func(ids []byte) error) error {
	vocab, eot := enc.VocabSize(), enc.EndOfText()
	if vocab < 1 || int64(vocab) > 1<<31 || int64(eot) >= int64(vocab) {
		return fmt.Errorf("data: an encoder of %d ids that ends text with id %d", vocab, eot)
	}
	t.width = 2
	if vocab > 1<<16 {
		t.width = 4
	}
	t.exact = true
	put := func(buf []byte, id int32) []byte {
		if t.width == 2 {
			return binary.LittleEndian.AppendUint16(buf, uint16(id))
		}
		return binary.LittleEndian.AppendUint32(buf, uint32(id))
	}
	const ahead = 16 << 20 // bytes of text encoded together
	var batch []piece
	var ids [][]int32
	var out []byte
	flush := func(split int) error {
		for len(ids) < len(batch) {
			ids = append(ids, nil)
		}
		var next atomic.Int64
		var wg sync.WaitGroup
		for range min(runtime.GOMAXPROCS(0), len(batch)) {
			wg.Go(func() {
				for i := int(next.Add(1)) - 1; i < len(batch); i = int(next.Add(1)) - 1 {
					ids[i] = enc.Encode(ids[i][:0], batch[i].text)
				}
			})
		}
		wg.Wait()
		for i, p := range batch {
			out = out[:0]
			stands := 0
			for _, id := range ids[i] {
				if id < 0 || int(id) >= vocab {
					return fmt.Errorf("data: %s: the encoder gave id %d; its vocabulary is [0, %d)", c.Origin, id, vocab)
				}
				stands += enc.Bytes(id)
				out = put(out, id)
			}
			t.exact = t.exact && stands == len(p.text)
			t.bytes[split] += int64(len(p.text))
			t.count[split] += int64(len(ids[i]))
			if p.last && eot >= 0 {
				out = put(out, eot)
				t.count[split]++
			}
			if err := write(out); err != nil {
				return fmt.Errorf("data: write token ids: %w", err)
			}
		}
		batch = batch[:0]
		return nil
	}
	for split := range t.count {
		if eot >= 0 && c.Documents(splitNames[split]) > 0 {
			t.count[split]++
			if err := write(put(nil, eot)); err != nil {
				return fmt.Errorf("data: write token ids: %w", err)
			}
		}
		waiting := 0
		for _, d := range c.docs {
			if d.split != split {
				continue
			}
			for p, err := range c.pieces(d) {
				if err != nil {
					return err
				}
				batch = append(batch, p)
				if waiting += len(p.text); waiting >= ahead {
					if err := flush(split); err != nil {
						return err
					}
					waiting = 0
				}
			}
		}
		if err := flush(split); err != nil {
			return err
		}
	}
	return nil
}
