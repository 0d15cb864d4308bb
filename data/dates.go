package data

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// Days of the dates: 1950-01-01 to 2049-12-31.
const dateDays = 36525

var firstDate = time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)

// dateSource and dateTarget are the places of the longest date as people write it, and of its target with EOS.
const dateSource, dateTarget = 32, 11

// dateLayouts are the ways people write dates, in the notation of package time. A slash means that the month comes
// first, a dot that the day does. The endings of 1st, 2nd, … are put in where a layout has 2th.
var dateLayouts = [...]string{
	"January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006", "January 2th, 2006", "2th of January 2006",
	"Monday, January 2, 2006", "Monday, 2 January 2006", "Mon 2 Jan 2006", "Mon, Jan 2, 2006",
	"01/02/2006", "1/2/2006", "02.01.2006", "2.1.2006", "2006/01/02", "20060102", "2006年1月2日",
}

// dateSymbols are the characters of dates, after the three marks.
var dateSymbols = func() []string {
	list := make([]string, Marks)
	for _, c := range "0123456789-/., ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz年月日" {
		list = append(list, string(c))
	}
	return list
}()

// dateID is the id of each character.
var dateID = func() map[rune]int32 {
	ids := map[rune]int32{}
	for id, s := range dateSymbols[Marks:] {
		c, _ := utf8.DecodeRuneInString(s)
		ids[c] = int32(id) + Marks
	}
	return ids
}()

// Dates is the translation of dates as people write them ("Tuesday, March 3, 2026", "3 Mar 2026", "03/03/2026") to
// 2026-03-03. The days of a century are split by a permutation: a date that is tested was not seen in training, in
// whatever writing. In training each epoch sees a date written another way.
func Dates(o Options) (Splits, error) {
	valid, test, err := o.shares(0.1, 0.1)
	if err != nil {
		return Splits{}, err
	}
	info := &Info{Name: "dates", Task: Translation, Input: []int{dateSource + dateTarget}, Source: dateSource, Tokens: true,
		Vocab: len(dateSymbols), Symbols: dateSymbols, Origin: "every day from 1950 to 2049, written in 17 ways",
		Rule: fmt.Sprintf("days in the order of a permutation keyed by seed %d: %g %% test, %g %% validation, the rest training", o.Seed, 100*test, 100*valid)}
	order, nTest, nValid := divide(dateDays, valid, test, o.Seed)
	part := func(split string, lo, hi int) *dates {
		return &dates{info, order, lo, hi, split == "train", mix(keyOf("dates/"+split), o.Seed)}
	}
	train := part("train", nTest+nValid, dateDays)
	if o.Examples > 0 {
		train.hi = min(train.hi, train.lo+o.Examples)
	}
	s := Splits{Train: train}
	if nValid > 0 {
		s.Valid = part("valid", nTest, nTest+nValid)
	}
	if nTest > 0 {
		s.Test = part("test", 0, nTest)
	}
	return s, nil
}

// dates is a Set of days lo ≤ p < hi of a permutation.
type dates struct {
	info   *Info
	order  Permutation
	lo, hi int
	vary   bool // the writing depends on the seed of the reading
	key    uint64
}

func (d *dates) Info() *Info { return d.info }
func (d *dates) Len() int    { return d.hi - d.lo }

func (d *dates) Read(b *Batch, index []int, seed uint64) error {
	checkIndex(d.info.Name, index, d.Len())
	b.pairs(len(index), d.info)
	var source, target [dateSource]int32
	var text [64]byte
	for e, i := range index {
		when, n := d.write(&source, i, seed)
		m := dateIDs(&target, when.AppendFormat(text[:0], time.DateOnly))
		b.pair(e, d.info, source[:n], target[:m])
	}
	return nil
}

// writeDate writes a date in a way drawn from r, now and then in capitals or in small letters.
func writeDate(dst []byte, when time.Time, r *stream) []byte {
	layout := dateLayouts[r.intn(len(dateLayouts))]
	dst = when.AppendFormat(dst, layout)
	for i := 1; i+1 < len(dst); i++ { // "3th" is what the layout 2th gives
		if dst[i] == 't' && dst[i+1] == 'h' && dst[i-1] >= '0' && dst[i-1] <= '9' {
			ending := ordinal(when.Day())
			dst[i], dst[i+1] = ending[0], ending[1]
		}
	}
	switch r.intn(8) {
	case 0:
		for i, c := range dst {
			if c >= 'a' && c <= 'z' {
				dst[i] = c - 'a' + 'A'
			}
		}
	case 1:
		for i, c := range dst {
			if c >= 'A' && c <= 'Z' {
				dst[i] = c - 'A' + 'a'
			}
		}
	}
	return dst
}

// ordinal is the ending of 1st, 2nd, 3rd, 4th, ….
func ordinal(day int) string {
	switch {
	case day%10 == 1 && day != 11:
		return "st"
	case day%10 == 2 && day != 12:
		return "nd"
	case day%10 == 3 && day != 13:
		return "rd"
	}
	return "th"
}

// dateIDs writes the ids of a text and returns how many there are.
func dateIDs(dst *[dateSource]int32, text []byte) (n int) {
	for i := 0; i < len(text); {
		c, w := utf8.DecodeRune(text[i:])
		dst[n] = dateID[c]
		n++
		i += w
	}
	return n
}
