package data

import (
	"fmt"
	"strconv"
)

// Copy is the task of saying a sequence again (Hochreiter & Schmidhuber 1997): Options.Length (8) random letters of a
// to h, Options.Distance (0) blanks, a bar, and the same letters. Inputs and labels are of length T = 2·Length + Distance;
// only the letters after the bar are to be predicted, each Length + Distance places after it was seen.
func Copy(o Options) (Splits, error) {
	length := positive(o.Length, 8)
	if length > 4096 {
		return Splits{}, fmt.Errorf("data: copy: %d symbols; 1 to 4096 would fit", length)
	}
	if o.Distance < 0 || o.Distance > 1<<16 {
		return Splits{}, fmt.Errorf("data: copy: a distance of %d blanks; 0 to %d would fit", o.Distance, 1<<16)
	}
	symbols := []string{"a", "b", "c", "d", "e", "f", "g", "h", "|"}
	bar := int32(len(symbols) - 1)
	origin := fmt.Sprintf("%d letters, a bar, the same letters", length)
	if o.Distance > 0 {
		symbols = append(symbols, ".")
		origin = fmt.Sprintf("%d letters, %d blanks, a bar, the same letters", length, o.Distance)
	}
	wait := length + o.Distance // until the bar
	size := wait + length
	info := &Info{Name: "copy", Task: Language, Input: []int{size}, Tokens: true, Vocab: len(symbols), Symbols: symbols,
		Origin: origin}
	return generate(info, &o, 10000, func(b *Batch, e, _ int, r *stream) {
		ids, labels := b.IDs[e*size:(e+1)*size], b.Labels[e*size:(e+1)*size]
		for i := range wait {
			ids[i], labels[i] = bar+1, Ignore
		}
		for i := range length {
			ids[i] = int32(r.intn(int(bar)))
			labels[wait+i] = ids[i]
		}
		ids[wait] = bar
		copy(ids[wait+1:], ids[:length-1])
		b.Bytes += length
	})
}

// arithmeticSymbols are the characters of a sum, in the order of their ids.
const arithmeticSymbols = "0123456789+=\n"

// Arithmetic is every sum of two numbers of up to Options.Length (2) digits, as characters: "12+34=46" and a line end.
// Only what stands after = is to be predicted; short lines are filled up with line ends that are ignored too. The sums
// are split by a permutation, so that no sum that is tested was seen in training.
func Arithmetic(o Options) (Splits, error) {
	digits := o.Length
	if digits == 0 {
		digits = 2
	}
	if digits < 1 || digits > 4 {
		return Splits{}, fmt.Errorf("data: arithmetic: numbers of %d digits; 1 to 4 would fit", digits)
	}
	valid, test, err := o.shares(0.1, 0.1)
	if err != nil {
		return Splits{}, err
	}
	base := 1
	var symbols []string
	for range digits {
		base *= 10
	}
	for _, s := range arithmeticSymbols {
		symbols = append(symbols, string(s))
	}
	size := 3*digits + 3 // of a+b=c\n, less the last character
	g := &generated{n: base * base}
	g.info = &Info{Name: "arithmetic", Task: Language, Input: []int{size}, Tokens: true, Vocab: len(symbols), Symbols: symbols,
		Origin: fmt.Sprintf("every a+b=c with a, b below %d", base),
		Rule:   fmt.Sprintf("sums in the order of a permutation keyed by seed %d: %g %% test, %g %% validation, the rest training", o.Seed, 100*test, 100*valid)}
	g.fill = func(b *Batch, e, i int, _ *stream) {
		var memory [32]byte
		line := strconv.AppendInt(memory[:0], int64(i/base), 10)
		line = append(line, '+')
		line = strconv.AppendInt(line, int64(i%base), 10)
		line = append(line, '=')
		prompt := len(line)
		line = strconv.AppendInt(line, int64(i/base+i%base), 10)
		line = append(line, '\n')
		ids, labels := b.IDs[e*size:(e+1)*size], b.Labels[e*size:(e+1)*size]
		for k := range size {
			ids[k], labels[k] = arithmeticID('\n'), Ignore
			if k < len(line)-1 {
				ids[k] = arithmeticID(line[k])
			}
			if k+1 >= prompt && k+1 < len(line) {
				labels[k] = arithmeticID(line[k+1])
				b.Bytes++
			}
		}
	}
	return cut(g, valid, test, o.Seed), nil
}

func arithmeticID(c byte) int32 {
	switch c {
	case '+':
		return 10
	case '=':
		return 11
	case '\n':
		return 12
	}
	return int32(c - '0')
}
