package data

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Open opens a data set by name (see Sets), or what a path or pattern leads to: a .csv, .tsv or .tab file (or .gz of one)
// is a table, or pairs of texts where
// Options.Task is "translation", or images of lines with what they say where it is "reading", or texts with labels, see IsLabelled; a folder with
// train-images-idx3-ubyte or t10k-images-idx3-ubyte, or such a file with its labels beside it, an IDX image set; a folder of folders of PNG,
// JPEG or GIF files an image set; a folder with test_batch.bin the binary CIFAR-10; any other file, folder or pattern is
// text, encoded by Options.Encoder.
//
// A named set whose files are not found is downloaded, unless Options.Offline.
func Open(name string, o Options) (Splits, error) {
	if n := Find(name); n != nil && n.open != nil {
		dir, err := n.folder(&o)
		if err != nil {
			return Splits{}, err
		}
		return n.open(dir, o)
	}
	switch kindOf(name) {
	case kindTable:
		if IsPairs(name, o.Task) {
			p, err := OpenPairs(name, o)
			if err != nil {
				return Splits{}, err
			}
			return p.Tokens(o)
		}
		if IsLines(name, o.Task) {
			return OpenLines(name, o)
		}
		if IsLabelled(name, o) {
			l, err := OpenLabelled(name, o)
			if err != nil {
				return Splits{}, err
			}
			return l.Tokens(o)
		}
		return OpenTable(name, o)
	case kindIDX:
		return OpenIDXImages(name, o)
	case kindCIFAR:
		return openCIFAR10(name, o, Info{Name: filepath.Base(name)})
	case kindImages:
		return OpenImageFolder(name, o)
	}
	if IsChats(name, o.Task) {
		return OpenChats(name, o)
	}
	c, err := OpenText(name, o)
	if err != nil {
		return Splits{}, err
	}
	return c.Tokens(o)
}

// OpenText opens a named data set of text, or the text of a file, folder or pattern, without encoding it: to train a
// tokenizer on it first. It errs on a data set that is not text.
func OpenText(name string, o Options) (*Corpus, error) {
	if n := Find(name); n != nil {
		if n.corpus == nil {
			return nil, fmt.Errorf("data: %s is not text: %s", name, n.Summary)
		}
		dir, err := n.folder(&o)
		if err != nil {
			return nil, err
		}
		c, err := n.corpus(dir, o)
		if err == nil {
			c.Name = n.Name
		}
		return c, err
	}
	switch kindOf(name) {
	case kindNothing:
		return nil, unknownSet(name)
	case kindText:
		return OpenCorpus(name, o)
	}
	return nil, fmt.Errorf("data: %s is not text", name)
}

// IsText says whether a name, path or pattern leads to text, which needs an encoder.
func IsText(name string) bool {
	if n := Find(name); n != nil {
		return n.corpus != nil
	}
	return kindOf(name) == kindText
}

type kind int

const (
	kindNothing kind = iota
	kindText
	kindTable
	kindIDX
	kindCIFAR
	kindImages
)

// kindOf looks at a path's name and, for a folder, at what it holds.
func kindOf(name string) kind {
	fi, err := os.Stat(name)
	if err != nil {
		if strings.ContainsAny(name, "*?[") {
			return kindText
		}
		return kindNothing
	}
	if !fi.IsDir() {
		switch strings.ToLower(filepath.Ext(strings.TrimSuffix(name, ".gz"))) {
		case ".csv", ".tsv", ".tab":
			return kindTable
		}
		if base := filepath.Base(name); strings.Contains(base, "-images-idx3-ubyte") || strings.Contains(base, "-images.idx3-ubyte") {
			return kindIDX
		}
		return kindText
	}
	if isIDXFolder(name, "train", "t10k", "test") {
		return kindIDX
	}
	if _, err := os.Stat(filepath.Join(name, cifarTest)); err == nil {
		return kindCIFAR
	}
	if isImageFolder(name) {
		return kindImages
	}
	return kindText
}

// unknownSet says what there is instead.
func unknownSet(name string) error {
	var names []string
	near := ""
	for i := range Sets {
		names = append(names, Sets[i].Name)
		if d := distance(name, Sets[i].Name); d <= 2 && near == "" {
			near = fmt.Sprintf("; did you mean %s?", Sets[i].Name)
		}
	}
	return fmt.Errorf("data: %q is neither a file, a folder nor one of the named sets %s%s", name, strings.Join(names, ", "), near)
}

// distance is the number of letters to insert, delete or replace between two names (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
