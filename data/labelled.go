package data

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
)

// Labelled are texts with their classes, from a table of a column of text and a column of labels, split but not yet tokenised.
type Labelled struct {
	Name, Origin, Rule string

	columns *Columns
	texts   []labelledText
}

type labelledText struct {
	text  string
	class int32
	split int // index into splitNames
}

// IsLabelled says whether a file is to be read as texts with labels: a table by name, whose columns are, apart from those to
// leave out, a target that is no number or a task of classification, and one input of free text, most of whose fields in
// the head of the file are different.
func IsLabelled(name string, o Options) bool {
	if Find(name) != nil || kindOf(name) != kindTable || o.Task != "" && o.Task != Classification.String() {
		return false
	}
	in, err := openText(name)
	if err != nil {
		return false
	}
	defer in.Close()
	r, cs, err := openLabelled(name, in, &o)
	if err != nil {
		return false
	}
	t, y := cs.text(), cs.Targets[0]
	seen, rows, typed, numbers := map[string]bool{}, 0, 0, 0
	for ; rows < 500 && r.next() == nil; rows++ {
		seen[string(r.field(t))] = true
		if plain(r.field(t)) && !isMissing(r.field(t)) {
			typed++
		}
		if _, err := parseNumber(r.field(y)); err == nil {
			if _, truth := parseBool(r.field(y)); !truth {
				numbers++
			}
		}
	}
	return rows > 1 && 2*len(seen) > rows && 10*typed <= rows && (numbers < rows/2 || o.Task != "")
}

// text is the place of the one column of text, −1 if there is none.
func (cs *Columns) text() int {
	return slices.IndexFunc(cs.Columns, func(c Column) bool { return c.Kind == Text })
}

// TextColumn is the name of the column of text of a set of labelled texts, "" of other tables.
func (cs *Columns) TextColumn() string {
	if i := cs.text(); i >= 0 {
		return cs.Columns[i].Name
	}
	return ""
}

// openLabelled reads the names of the columns and finds text and label. It errs where there is not one of each.
func openLabelled(name string, in io.Reader, o *Options) (*csvReader, *Columns, error) {
	br := bufio.NewReaderSize(in, 1<<16)
	head, err := br.Peek(1 << 16)
	if err != nil && err != io.EOF && len(head) == 0 {
		return nil, nil, fmt.Errorf("data: read %s: %w", name, err)
	}
	delim := o.Delimiter
	if delim == 0 {
		delim = findDelimiter(head, err == io.EOF)
	}
	cs := &Columns{Delimiter: string(delim), Task: Classification}
	if cs.Header, err = findHeader(name, head, err == io.EOF, delim, o.Header); err != nil {
		return nil, nil, err
	}
	r := newCSVReader(name, br, delim)
	first := newCSVReader(name, bytes.NewReader(head), delim)
	if cs.Header {
		first = r
	}
	if err := first.next(); err != nil {
		return nil, nil, fmt.Errorf("data: %s has no rows", name)
	}
	for i := range first.fields() {
		c := Column{Name: fmt.Sprintf("column%d", i+1), Std: 1}
		if cs.Header {
			c.Name = string(trim(first.field(i)))
		}
		cs.Columns = append(cs.Columns, c)
	}
	if err := cs.chooseTargets(name, o); err != nil {
		return nil, nil, err
	}
	inputs := 0
	for i := range cs.Columns {
		switch c := &cs.Columns[i]; {
		case c.Target:
			c.Kind = Category
		case c.Kind != Skipped:
			c.Kind = Text
			inputs++
		}
	}
	if inputs != 1 || len(cs.Targets) != 1 {
		return nil, nil, fmt.Errorf("data: %s: %d columns beside %d targets; labelled texts have one of text and one of labels", name, inputs, len(cs.Targets))
	}
	return r, cs, nil
}

// OpenLabelled reads a table (plain or .gz) of texts and labels, and splits it so that no text that is tested was seen in
// training. The error is a *TableError where a row has no text or no label.
func OpenLabelled(path string, o Options) (*Labelled, error) {
	valid, test, err := o.shares(0.1, 0.1)
	if err != nil {
		return nil, err
	}
	in, err := openText(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r, cs, err := openLabelled(path, in, &o)
	if err != nil {
		return nil, err
	}
	l := &Labelled{Name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), Origin: path, columns: cs}
	t, y, classes := cs.text(), cs.Targets[0], map[string]int32{}
	var labels []string
	for {
		if err = r.next(); err != nil {
			break
		}
		text, label := string(trim(r.field(t))), string(trim(r.field(y)))
		switch {
		case text == "":
			return nil, r.fail(t+1, "the text is empty")
		case label == "":
			return nil, r.fail(y+1, "the label is missing; remove the row, or give it one")
		case len(classes) > maxClasses:
			return nil, r.fail(y+1, "more than %d different labels", maxClasses)
		}
		classes[label] = 0
		labels = append(labels, label)
		l.texts = append(l.texts, labelledText{text: text})
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	cs.Classes = slices.Sorted(maps.Keys(classes))
	if len(cs.Classes) < 2 {
		return nil, fmt.Errorf("data: %s: %d texts with labels %q; there is nothing to tell apart", path, len(l.texts), cs.Classes)
	}
	for i, c := range cs.Classes {
		classes[c] = int32(i)
	}
	cs.Columns[y].Categories = cs.Classes
	for i := range l.texts {
		l.texts[i].class = classes[labels[i]]
	}
	l.split(valid, test)
	return l, nil
}

// split puts different texts in the order of their hashes, and takes those to test and to validate with from the front:
// rows with one text stay together.
func (l *Labelled) split(valid, test float64) {
	place := map[string]int{}
	for _, q := range l.texts {
		place[q.text] = 0
	}
	hash := func(text string) []byte { h := sha256.Sum256([]byte(text)); return h[:] }
	order := slices.SortedFunc(maps.Keys(place), func(a, b string) int { return bytes.Compare(hash(a), hash(b)) })
	for i, text := range order {
		place[text] = i
	}
	nTest, nValid := int(math.Round(test*float64(len(order)))), int(math.Round(valid*float64(len(order))))
	for i := range l.texts {
		switch at := place[l.texts[i].text]; {
		case at < nTest:
			l.texts[i].split = 2
		case at < nTest+nValid:
			l.texts[i].split = 1
		}
	}
	l.Rule = fmt.Sprintf("texts in the order of their SHA-256: the first %g %% for testing, then %g %% for validation, the rest for training", 100*test, 100*valid)
}

// Text yields the texts of a split ("train", "valid", "test"), to learn a vocabulary from.
func (l *Labelled) Text(split string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, q := range l.texts {
			if splitNames[q.split] == split && !yield([]byte(q.text), nil) {
				return
			}
		}
	}
}

// Tokens encodes the texts with Options.Encoder (bytes if nil), whose ids move up by one: 0 is Pad. An example has as many
// places as the longest text, at most Options.Window (256 if 0); of longer texts the beginning is kept, which Rule counts.
func (l *Labelled) Tokens(o Options) (Splits, error) {
	enc := o.Encoder
	if enc == nil {
		enc = ByteEncoder{}
	}
	info := &Info{Name: l.Name, Task: Classification, Tokens: true, Vocab: enc.VocabSize() + 1, Classes: l.columns.Classes, Columns: l.columns, Origin: l.Origin, Rule: l.Rule}
	sets := [3]*labelledSet{{info: info}, {info: info}, {info: info}}
	most, longest, longer := positive(o.Window, 256), 1, 0
	for _, q := range l.texts {
		s := sets[q.split]
		n := len(s.ids)
		s.ids = AppendText(s.ids, enc, q.text)
		if len(s.ids)-n > most {
			s.ids, longer = s.ids[:n+most], longer+1
		}
		longest = max(longest, len(s.ids)-n)
		s.ends, s.classes = append(s.ends, len(s.ids)), append(s.classes, q.class)
	}
	info.Input = []int{longest}
	if o.Window > 0 {
		info.Input[0] = o.Window
	}
	if longer > 0 {
		info.Rule += fmt.Sprintf("; of %d texts only the first %d tokens are read", longer, most)
	}
	if sets[0].Len() == 0 {
		return Splits{}, fmt.Errorf("data: %s: none of %d texts to train on", l.Origin, len(l.texts))
	}
	var out Splits
	for i, dst := range []*Set{&out.Train, &out.Valid, &out.Test} {
		if sets[i].Len() > 0 {
			*dst = sets[i]
		}
	}
	return out, nil
}

// AppendText appends the ids of a text to be classified: the encoder's, moved up by one.
func AppendText(dst []int32, enc Encoder, text string) []int32 {
	n := len(dst)
	dst = enc.Encode(dst, []byte(text))
	for i := range dst[n:] {
		dst[n+i]++
	}
	return dst
}

// labelledSet is a Set of encoded texts in memory.
type labelledSet struct {
	info    *Info
	ids     []int32
	ends    []int // of each text in ids
	classes []int32
}

func (s *labelledSet) Info() *Info { return s.info }
func (s *labelledSet) Len() int    { return len(s.ends) }

func (s *labelledSet) Read(b *Batch, index []int, _ uint64) error {
	checkIndex(s.info.Name, index, s.Len())
	t := s.info.Input[0]
	labels := b.Texts(len(index), t)
	clear(b.IDs)
	for e, i := range index {
		first := 0
		if i > 0 {
			first = s.ends[i-1]
		}
		copy(b.IDs[e*t:(e+1)*t], s.ids[first:s.ends[i]])
		labels[e] = s.classes[i]
	}
	return nil
}

// Texts prepares b for n texts of up to t ids with one label each, and returns the labels.
func (b *Batch) Texts(n, t int) []int32 {
	b.Shape = append(b.Shape[:0], n, t)
	b.IDs = grow(b.IDs, n*t)
	b.X, b.Bytes = nil, 0
	return b.classes(n)
}
