package token

// scanQwen35 is the pattern of Qwen 3.5: that of Qwen2 with marks counted as letters.
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
func scanQwen35(s string, i int) int {
	if s[i] == '\'' {
		if n := contraction(s[i+1:], true); n > 0 {
			return i + 1 + n
		}
	}
	t, w := traitsAt(s, i)
	switch {
	case t&(isLetter|isMark) != 0:
		return runOf(s, i+w, isLetter|isMark)
	case t&isNumber != 0:
		return i + w
	}
	next := i + w
	if next < len(s) && !newline(s[i]) {
		if t, v := traitsAt(s, next); t&(isLetter|isMark) != 0 {
			return runOf(s, next+v, isLetter|isMark)
		}
	}
	if j := others(s, i); j > i {
		for j < len(s) && newline(s[j]) {
			j++
		}
		return j
	}
	return tail(s, i, "")
}

// others returns the end of  ?[^\s\p{L}\p{M}\p{N}]+ at s[i], or i.
func others(s string, i int) int {
	j := i
	if s[i] == ' ' {
		j++
	}
	from := j
	for j < len(s) {
		t, w := traitsAt(s, j)
		if t&(isLetter|isMark|isNumber|isSpace) != 0 {
			break
		}
		j += w
	}
	if j == from {
		return i
	}
	return j
}
