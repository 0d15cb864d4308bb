package kernel

import "testing"

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "a", 1}, {"abc", "ac", 1}, {"abc", "bca", 2}, {"ab", "ba", 2}, {"dd", "de", 1}} {
		if got, back := EditDistance([]byte(c.a), []byte(c.b)), EditDistance([]rune(c.b), []rune(c.a)); got != c.want || back != c.want {
			t.Errorf("%q to %q: %d edits, back %d, want %d", c.a, c.b, got, back, c.want)
		}
	}
}
