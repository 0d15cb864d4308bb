package data

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"
)

// IsLines says whether a file is to be read as images of lines with what they say: it is a table by name, and the task is reading.
func IsLines(name, task string) bool {
	return task == Reading.String() && Find(name) == nil && kindOf(name) == kindTable
}

// The size of lines, unless Options say otherwise: their height, and the greatest width.
const (
	usualLine = 32
	widestRow = 2048
)

// OpenLines reads images of lines of text that a file lists: rows of an image's path in the file's folder, a tab, and what it
// says, in UTF-8. Images are brought to one height (Options.Height; 32) and stand at the left of one width
// (Options.Width; that of the widest, at most 2048), in grey unless Options.Channels is 3. The symbols are those of all
// texts, in their order. Lines are split by the hash of the path. No link out of the folder is followed.
func OpenLines(path string, o Options) (Splits, error) {
	valid, test, err := o.shares(0.1, 0.1)
	if err != nil {
		return Splits{}, err
	}
	if o.Valid, o.Test = valid, test; valid == 0 {
		o.Valid = -1
	}
	if test == 0 {
		o.Test = -1
	}
	list, err := OpenPairs(path, o)
	if err != nil {
		return Splits{}, err
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return Splits{}, fmt.Errorf("data: %w", err)
	}
	defer root.Close()
	l := &lineFiles{list: list, root: root, channels: 1}
	if o.Channels == 3 {
		l.channels = 3
	} else if o.Channels != 0 && o.Channels != 1 {
		return Splits{}, fmt.Errorf("data: %d channels; 1 (grey) or 3 (RGB) would fit", o.Channels)
	}
	if l.h, l.w = positive(o.Height, usualLine), o.Width; l.h > 4096 || l.w < 0 || l.w > 4096 {
		return Splits{}, fmt.Errorf("data: images of %d×%d; 1 to 4096 would fit", l.h, l.w)
	}
	if err := l.survey(); err != nil {
		return Splits{}, err
	}
	return l.load(&o)
}

// lineFiles are listed lines while they are read.
type lineFiles struct {
	list     *Pairs
	root     *os.Root
	symbols  []rune
	longest  int // text
	channels int
	h, w     int
}

// at is what to call line i in an error.
func (l *lineFiles) at(i int) string {
	return fmt.Sprintf("data: %s: image %s", l.list.Origin, l.list.pairs[i].source)
}

// survey reads the texts and every header, and decides on symbols and width.
func (l *lineFiles) survey() error {
	seen := map[rune]bool{}
	widest := 1
	for i, p := range l.list.pairs {
		for _, c := range string(p.target) {
			if seen[c] = true; len(seen) > maxClasses-1 {
				return fmt.Errorf("data: %s: more than %d different characters", l.list.Origin, maxClasses-1)
			}
		}
		l.longest = max(l.longest, utf8.RuneCount(p.target))
		if l.w > 0 {
			continue
		}
		in, err := l.root.Open(filepath.FromSlash(string(p.source)))
		if err != nil {
			return fmt.Errorf("%s: %w", l.at(i), err)
		}
		c, err := decodeConfig(in)
		in.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", l.at(i), err)
		}
		widest = max(widest, min((c.Width*l.h+c.Height-1)/c.Height, widestRow))
	}
	if l.w == 0 {
		l.w = (widest + 7) / 8 * 8
	}
	for c := range seen {
		l.symbols = append(l.symbols, c)
	}
	slices.Sort(l.symbols)
	return nil
}

// load decodes the images.
func (l *lineFiles) load(o *Options) (s Splits, err error) {
	info := &Info{Name: l.list.Name, Task: Reading, Input: []int{l.channels, l.h, l.w}, Targets: l.longest, Classes: []string{""},
		Origin: l.list.Origin, Rule: "by path: " + l.list.Rule[len("by source: "):]}
	for _, c := range l.symbols {
		info.Classes = append(info.Classes, string(c))
	}
	all := &pixels{info: info, rows: newRecords(volume(info.Input), o.memory())}
	defer func() {
		if err != nil {
			err = errors.Join(err, all.rows.close())
		}
	}()
	sets := [3]*lineSet{}
	for k := range sets {
		sets[k] = &lineSet{pixels: all}
	}
	planes := make([]byte, all.rows.size)
	for i, p := range l.list.pairs {
		if err := l.decode(planes, string(p.source)); err != nil {
			return s, fmt.Errorf("%s: %w", l.at(i), err)
		}
		if err := all.rows.add(planes); err != nil {
			return s, err
		}
		text := make([]int32, 0, utf8.RuneCount(p.target))
		for _, c := range string(p.target) {
			k, _ := slices.BinarySearch(l.symbols, c)
			text = append(text, int32(k)+1)
		}
		sets[p.split].rows, sets[p.split].texts = append(sets[p.split].rows, i), append(sets[p.split].texts, text)
	}
	if err := all.rows.finish(); err != nil {
		return s, err
	}
	if len(sets[0].rows) == 0 {
		return s, fmt.Errorf("data: %s: none of %d lines to train on", l.list.Origin, len(l.list.pairs))
	}
	if info.Mean, info.Std, err = all.measure(l.channels, func(i int) bool { return l.list.pairs[i].split == 0 }); err != nil {
		return s, err
	}
	for c := range info.Mean {
		info.Mean[c] = math.Round(info.Mean[c]*1e4) / 1e4
		info.Std[c] = max(math.Round(info.Std[c]*1e4)/1e4, 1e-4)
	}
	all.standardise()
	s.closers = append(s.closers, all.rows.close)
	for k, to := range []*Set{&s.Train, &s.Valid, &s.Test} {
		if len(sets[k].rows) > 0 {
			*to = sets[k]
		}
	}
	return s, nil
}

// decode reads one image.
func (l *lineFiles) decode(planes []byte, path string) error {
	in, err := l.root.Open(filepath.FromSlash(path))
	if err != nil {
		return err
	}
	defer in.Close()
	p, err := decodeImage(in, l.channels)
	if err == nil {
		p.within(l.w, l.h).planes(planes)
	}
	return err
}

// lineSet is a Set of some lines.
type lineSet struct {
	*pixels
	rows  []int     // of each line among the pixels
	texts [][]int32 // what it says
}

func (s *lineSet) Len() int { return len(s.rows) }

func (s *lineSet) Read(b *Batch, index []int, _ uint64) error {
	checkIndex(s.info.Name, index, s.Len())
	size := s.pixels.rows.size
	x, labels, most := b.numbers(len(index), s.info.Input), b.lines(len(index), s.info.Targets), s.info.Targets
	for e, i := range index {
		rec, err := s.pixels.rows.at(s.rows[i])
		if err != nil {
			return err
		}
		s.scale(x[e*size:(e+1)*size], rec)
		row := labels[e*most : (e+1)*most]
		for k := copy(row, s.texts[i]); k < most; k++ {
			row[k] = Ignore
		}
	}
	return nil
}
