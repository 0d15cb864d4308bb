package data

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"unicode/utf8"
)

// A Corpus is text as documents, split but not yet tokenised: what a tokenizer is trained on, and then encodes.
type Corpus struct {
	Name    string
	Origin  string // file, folder or pattern
	Rule    string // how it was split, in a sentence
	Files   int    // files read
	Skipped int    // files of a folder that are not text (they hold a NUL byte or are not UTF-8)

	root  *os.Root
	paths []string
	texts [][]byte // instead of files, for a corpus in memory
	json  bool     // the documents are JSON values
	field []string
	docs  []document
}

// document is a range of bytes in a file.
type document struct {
	file   int
	off, n int64
	size   int64 // of the text: n, unless the text stands in JSON
	split  int   // index into splitNames
	hash   [sha256.Size]byte
}

var splitNames = [...]string{"train", "valid", "test"}

// NewCorpus returns a corpus of documents in memory, split by the hash of their content; a single document is split by
// position, as a single file is.
func NewCorpus(name string, documents [][]byte, o Options) (*Corpus, error) {
	c := &Corpus{Name: name, Origin: "memory", texts: documents, Files: len(documents)}
	for i, d := range documents {
		c.docs = append(c.docs, document{file: i, n: int64(len(d)), size: int64(len(d)), hash: sha256.Sum256(d)})
	}
	return c, c.split(&o)
}

// Bytes returns the bytes of text in a split ("train", "valid", "test"), or in all of them for "".
func (c *Corpus) Bytes(split string) int64 {
	var n int64
	for _, d := range c.docs {
		if split == "" || splitNames[d.split] == split {
			n += d.size
		}
	}
	return n
}

// Documents returns the number of documents in a split, or in all of them for "".
func (c *Corpus) Documents(split string) int {
	n := 0
	for _, d := range c.docs {
		if split == "" || splitNames[d.split] == split {
			n++
		}
	}
	return n
}

// Text yields the text of a split, document by document, the long ones in pieces of about a mebibyte cut between lines.
// A piece is the caller's to keep. An error is the last thing yielded.
func (c *Corpus) Text(split string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, d := range c.docs {
			if splitNames[d.split] != split {
				continue
			}
			for p, err := range c.pieces(d) {
				if !yield(p.text, err) || err != nil {
					return
				}
			}
		}
	}
}

// fewDocuments is the number below which plain text is split by position and not by document.
const fewDocuments = 40

// split assigns each document to a split, after leaving out those beyond Options.Limit.
func (c *Corpus) split(o *Options) error {
	valid, test, err := o.shares(0.05, 0.05)
	if err != nil {
		return err
	}
	if total := c.Bytes(""); o.Limit > 0 && o.Limit < total && len(c.docs) > 1 {
		// The second word of the hash, so that the choice has nothing to do with the split.
		keep := float64(o.Limit) / float64(total)
		c.docs = slices.DeleteFunc(c.docs, func(d document) bool { return unit(d.hash[8:]) >= keep })
	}
	if len(c.docs) == 0 {
		return fmt.Errorf("data: %s: no text in it", c.Origin)
	}
	if !c.json && len(c.docs) < fewDocuments {
		return c.splitByPosition(o, valid, test)
	}
	for i := range c.docs {
		switch u := unit(c.docs[i].hash[:]); {
		case u < test:
			c.docs[i].split = 2
		case u < test+valid:
			c.docs[i].split = 1
		}
	}
	c.Rule = fmt.Sprintf("by document: SHA-256 of its text as a number in [0, 1) below %g is test, below %g validation, the rest training", test, test+valid)
	if c.Documents("train") == 0 {
		return fmt.Errorf("data: %s: all %d documents fell into validation and testing; set their shares to less", c.Origin, len(c.docs))
	}
	return nil
}

// unit reads the first 8 bytes of a hash as a number in [0, 1).
func unit(hash []byte) float64 { return float64(binary.BigEndian.Uint64(hash)>>11) / (1 << 53) }

// splitByPosition cuts each document in up to three: the beginning to train on, the end to test with.
func (c *Corpus) splitByPosition(o *Options, valid, test float64) error {
	var out []document
	for _, d := range c.docs {
		if o.Limit > 0 && len(c.docs) == 1 {
			end, err := c.lineAfter(d, min(o.Limit, d.n))
			if err != nil {
				return err
			}
			d.n = end
		}
		a, err := c.lineAfter(d, int64(float64(d.n)*(1-valid-test)))
		if err != nil {
			return err
		}
		b, err := c.lineAfter(d, max(a, int64(float64(d.n)*(1-test))))
		if err != nil {
			return err
		}
		if valid == 0 {
			b = a
		}
		if test == 0 {
			b = d.n
		}
		for split, r := range [3][2]int64{{0, a}, {a, b}, {b, d.n}} {
			if r[1] > r[0] {
				out = append(out, document{file: d.file, off: d.off + r[0], n: r[1] - r[0], size: r[1] - r[0], split: split, hash: d.hash})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b document) int { return cmp.Compare(a.split, b.split) })
	c.docs = out
	c.Rule = fmt.Sprintf("by position: the first %.4g %% of each file is for training, the next %.4g %% for validation, the last %.4g %% for testing, cut between lines",
		100*(1-valid-test), 100*valid, 100*test)
	return nil
}

// lineAfter returns the first place at or after off, within the document, where a line begins; if the line is longer
// than 64 KiB, where a character begins.
func (c *Corpus) lineAfter(d document, off int64) (int64, error) {
	if off <= 0 || off >= d.n {
		return max(0, min(off, d.n)), nil
	}
	r, err := c.open(document{file: d.file, off: d.off + off - 1, n: d.n - off + 1})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	buf := make([]byte, min(1<<16, d.n-off+1))
	if _, err := io.ReadFull(r, buf); err != nil {
		return 0, fmt.Errorf("data: %s: %w", c.path(d.file), err)
	}
	if i := bytes.IndexByte(buf, '\n'); i >= 0 {
		return off + int64(i), nil
	}
	for i := 1; i < len(buf); i++ {
		if utf8.RuneStart(buf[i]) {
			return off + int64(i) - 1, nil
		}
	}
	return off, nil
}

// path names a file of the corpus in errors.
func (c *Corpus) path(file int) string {
	if c.texts != nil {
		return fmt.Sprintf("%s, document %d", c.Name, file)
	}
	return c.root.Name() + string(os.PathSeparator) + c.paths[file]
}

// open returns a reader of a range of bytes.
func (c *Corpus) open(d document) (io.ReadCloser, error) {
	if c.texts != nil {
		return io.NopCloser(bytes.NewReader(c.texts[d.file][d.off : d.off+d.n])), nil
	}
	f, err := c.root.Open(c.paths[d.file])
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", c.Origin, err)
	}
	return &closing{io.NewSectionReader(f, d.off, d.n), f}, nil
}

// fingerprint names the content and its split.
func (c *Corpus) fingerprint() []byte {
	h := sha256.New()
	for _, d := range c.docs {
		fmt.Fprintf(h, "%d %d %d %v %x\n", d.split, d.off, d.n, c.field, d.hash)
	}
	return h.Sum(nil)
}
