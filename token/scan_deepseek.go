package token

// The last pattern of DeepSeek-V3, and what the models after it changed. It leaves out numbers, which a pattern
// before it takes, and control characters.
//
//	A  [!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+
//	B  [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+
//	C   ?[\p{P}\p{S}]+[\r\n]*
//	D  \s*[\r\n]+|\s+(?!\S)|\s+
type deepSeek struct {
	apart bool // line ends are apart: C is  ?[\p{P}\p{S}]+ and D is [\r\n]|\s+(?!\S)|\s+
}

func (d deepSeek) find(s string, i int) (from, to int) {
	for i < len(s) {
		t, w := traitsAt(s, i)
		if to := d.word(s, i, i+w, t); to > 0 {
			return i, to
		}
		i += w
	}
	return i, i
}

// word returns the end of the match at s[i], or 0: the character there ends before next and has the traits t.
func (d deepSeek) word(s string, i, next int, t traits) int {
	var after traits
	if next < len(s) {
		after, _ = traitsAt(s, next)
	}
	if t&(isPunct|isSymbol) != 0 && s[i] < 0x80 && next < len(s) && asciiLetter(s[next]) {
		for next < len(s) && asciiLetter(s[next]) {
			next++
		}
		return next
	}
	if t&(isLetter|isPunct|isSymbol) == 0 && !newline(s[i]) && after&(isLetter|isMark) != 0 || t&(isLetter|isMark) != 0 {
		return runOf(s, next, isLetter|isMark)
	}
	if t&(isPunct|isSymbol) != 0 || s[i] == ' ' && after&(isPunct|isSymbol) != 0 {
		next = runOf(s, next, isPunct|isSymbol)
		for !d.apart && next < len(s) && newline(s[next]) {
			next++
		}
		return next
	}
	if t&isSpace == 0 {
		return 0
	}
	if d.apart && newline(s[i]) {
		return next
	}
	end := run(s, i, space)
	for j := end; j > i && !d.apart; j-- {
		if newline(s[j-1]) {
			return j
		}
	}
	return spaces(s, i, end)
}

func asciiLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
