package data

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"unicode/utf8"
)

// The ids that sets of pairs put before those of the texts: of an encoder's id, Marks is added.
const (
	Pad   int32 = iota // fills up
	BOS                // begins a target
	EOS                // ends a target
	Marks              // how many there are
)

// Pairs are texts with their translations, split but not yet tokenised.
type Pairs struct {
	Name, Origin, Rule string

	pairs []textPair
}

type textPair struct {
	source, target []byte
	split          int // index into splitNames
}

// IsPairs says whether a file is to be read as pairs of texts: it is a table by name, and the task is translation.
func IsPairs(name, task string) bool {
	return task == Translation.String() && Find(name) == nil && kindOf(name) == kindTable
}

// OpenPairs reads a parallel corpus: lines of a source, a tab, and its target, in UTF-8; empty lines are skipped, nothing is
// quoted. Pairs are split by the hash of the source, so that no source that is tested was seen in training. The
// error is a *TableError where a line is not a pair.
func OpenPairs(path string, o Options) (*Pairs, error) {
	in, err := openText(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return ReadPairs(path, in, o)
}

// ReadPairs is OpenPairs for text that comes from elsewhere; name stands for the file in errors.
func ReadPairs(name string, in io.Reader, o Options) (*Pairs, error) {
	valid, test, err := o.shares(0.05, 0.05)
	if err != nil {
		return nil, err
	}
	p := &Pairs{Name: filepath.Base(name), Origin: name}
	r, total := bufio.NewReaderSize(in, 1<<16), int64(0)
	if mark, _ := r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3) // was just seen
	}
	for n := 1; ; n++ {
		line, err := pairLine(r)
		if errors.Is(err, io.EOF) {
			break
		}
		var at textPair
		if err == nil && len(line) > 0 {
			at, err = parsePair(line)
		}
		if reason := (pairError)(""); errors.As(err, &reason) {
			return nil, &TableError{File: name, Line: n, Reason: string(reason)}
		} else if err != nil {
			return nil, fmt.Errorf("data: %s: %w", name, err)
		}
		if len(line) == 0 {
			continue
		}
		p.pairs = append(p.pairs, at)
		total += int64(len(line))
	}
	p.split(valid, test, o.Limit, total)
	if len(p.pairs) == 0 {
		return nil, fmt.Errorf("data: %s: no pairs in it; want lines of a source, a tab, and its target", name)
	}
	return p, nil
}

// A pairError says what is wrong with a line.
type pairError string

func (e pairError) Error() string { return string(e) }

// pairLine is the next line without its end; io.EOF follows the last.
func pairLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxField:
			return nil, pairError(fmt.Sprintf("longer than %d bytes", maxField))
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil && len(line) == 0:
			return nil, err
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		default:
			return bytes.TrimRight(line, "\r\n"), nil
		}
	}
}

func parsePair(line []byte) (p textPair, err error) {
	n := bytes.Count(line, []byte("\t")) + 1
	source, target, _ := bytes.Cut(line, []byte("\t"))
	switch {
	case n != 2:
		return p, pairError(fmt.Sprintf("%d columns; want 2: a source, a tab, and its target", n))
	case !utf8.Valid(line):
		return p, pairError("not UTF-8")
	case len(bytes.TrimSpace(source)) == 0:
		return p, pairError("the source is empty")
	case len(bytes.TrimSpace(target)) == 0:
		return p, pairError("the target is empty")
	}
	return textPair{source: source, target: target}, nil
}

// split assigns each pair to a split, after leaving out those beyond limit bytes.
func (p *Pairs) split(valid, test float64, limit, total int64) {
	kept := p.pairs[:0]
	for _, q := range p.pairs {
		hash := sha256.Sum256(q.source)
		if limit > 0 && limit < total && unit(hash[8:]) >= float64(limit)/float64(total) {
			continue
		}
		switch u := unit(hash[:]); {
		case u < test:
			q.split = 2
		case u < test+valid:
			q.split = 1
		}
		kept = append(kept, q)
	}
	p.pairs = kept
	p.Rule = fmt.Sprintf("by source: SHA-256 of its text as a number in [0, 1) below %g is test, below %g validation, the rest training", test, test+valid)
}

// Text yields the sources and targets of a split ("train", "valid", "test"), to learn a vocabulary from.
func (p *Pairs) Text(split string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, q := range p.pairs {
			if splitNames[q.split] == split && (!yield(q.source, nil) || !yield(q.target, nil)) {
				return
			}
		}
	}
}

// Tokens encodes the pairs with Options.Encoder (bytes if nil), both sides alike. An example has W places for the source
// and W+1 for the target, W the longest text or Options.Window; pairs with a longer text are left out, which Rule counts.
func (p *Pairs) Tokens(o Options) (Splits, error) {
	enc := o.Encoder
	if enc == nil {
		enc = ByteEncoder{}
	}
	info := &Info{Name: p.Name, Task: Translation, Tokens: true, Vocab: enc.VocabSize() + int(Marks), Origin: p.Origin, Rule: p.Rule}
	sets := [3]*pairSet{{info: info}, {info: info}, {info: info}}
	most, longer := positive(o.Window, 256), 0
	for _, q := range p.pairs {
		s := sets[q.split]
		n := len(s.ids)
		s.ids = enc.Encode(s.ids, q.source)
		middle := len(s.ids)
		s.ids = enc.Encode(s.ids, q.target)
		if long := max(middle-n, len(s.ids)-middle); long > most {
			s.ids, longer = s.ids[:n], longer+1
			continue
		} else if o.Window == 0 {
			info.Source = max(info.Source, long)
		}
		for i, id := range s.ids[n:] {
			if id < 0 || int(id) >= enc.VocabSize() {
				return Splits{}, fmt.Errorf("data: %s: the encoder gave id %d; its vocabulary is [0, %d)", p.Origin, id, enc.VocabSize())
			}
			s.ids[n+i] = id + Marks
		}
		s.ends = append(s.ends, [2]int{middle, len(s.ids)})
	}
	if o.Window > 0 {
		info.Source = o.Window
	}
	if longer > 0 {
		info.Rule += fmt.Sprintf("; %d pairs longer than %d tokens are left out", longer, most)
	}
	if sets[0].Len() == 0 {
		return Splits{}, fmt.Errorf("data: %s: none of %d pairs to train on (%d are longer than %d tokens)", p.Origin, len(p.pairs), longer, most)
	}
	info.Input = []int{2*info.Source + 1}
	var out Splits
	for i, dst := range []*Set{&out.Train, &out.Valid, &out.Test} {
		if sets[i].Len() > 0 {
			*dst = sets[i]
		}
	}
	return out, nil
}

// pairSet is a Set of encoded pairs in memory.
type pairSet struct {
	info *Info
	ids  []int32
	ends [][2]int // of each source and target in ids
}

func (s *pairSet) Info() *Info { return s.info }
func (s *pairSet) Len() int    { return len(s.ends) }

func (s *pairSet) Read(b *Batch, index []int, _ uint64) error {
	checkIndex(s.info.Name, index, s.Len())
	b.pairs(len(index), s.info)
	for e, i := range index {
		first := 0
		if i > 0 {
			first = s.ends[i-1][1]
		}
		b.pair(e, s.info, s.ids[first:s.ends[i][0]], s.ids[s.ends[i][0]:s.ends[i][1]])
	}
	return nil
}

// pairs prepares b for n pairs.
func (b *Batch) pairs(n int, info *Info) {
	all := info.Input[0]
	b.tokens(n, all)
	b.YShape[1] = all - info.Source
	b.Labels = b.Labels[:n*b.YShape[1]]
}

// pair writes example e: the source, filled up, and BOS with the target, whose labels are the target with EOS.
//
//	ids (B, S+T) = source 0 … 0 BOS target 0 … 0     labels (B, T) = target EOS −100 … −100
func (b *Batch) pair(e int, info *Info, source, target []int32) {
	all, t := info.Input[0], info.Input[0]-info.Source
	ids, labels := b.IDs[e*all:(e+1)*all], b.Labels[e*t:(e+1)*t]
	clear(ids)
	copy(ids[:info.Source], source)
	ids[info.Source] = BOS
	copy(ids[info.Source+1:], target)
	for k := range labels {
		labels[k] = Ignore
	}
	copy(labels, target)
	labels[len(target)] = EOS
}
