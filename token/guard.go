package token

import "slices"

// EncodeGuarded is [Tokenizer.Encode] for a text that strangers wrote parts of: no special token is matched that has one
// of guards in it, which are places of bytes in text, in ascending order. A guard in each spelling of a special token that
// a stranger wrote keeps it ordinary text, and changes nothing else of what Encode gives. A special token that is
// looked for after normalisation is not matched at all between two others where a guard is there. A tokenizer that is
// none of this package's reads the text in parts, cut at the guards.
func EncodeGuarded(t Tokenizer, text string, guards []int, dst []int32) []int32 {
	if g, ok := t.(interface {
		encodeGuarded(text string, guards []int, dst []int32) []int32
	}); ok {
		return g.encodeGuarded(text, guards, dst)
	}
	from := 0
	for _, g := range guards {
		dst = t.Encode(text[from:g], dst)
		from = g
	}
	return t.Encode(text[from:], dst)
}

// within is the guards from one place to before another.
func within(guards []int, from, to int) []int {
	lo, _ := slices.BinarySearch(guards, from)
	hi, _ := slices.BinarySearch(guards, to)
	return guards[lo:hi]
}

// everywhere guards every place of n bytes.
func everywhere(n int) []int {
	guards := make([]int, n)
	for i := range guards {
		guards[i] = i
	}
	return guards
}
