package grad

import "testing"

// Classes are numbered without gaps, a class's size belongs to it, and wastes at most 1/16.
func TestClasses(t *testing.T) {
	last := -1
	for n := range 100000 {
		size, class := classSize(n), classOf(n)
		if size < n || size-n > n/16 || classOf(size) != class || class != last && class != last+1 {
			t.Fatalf("%d numbers: size %d of class %d; the size's class is %d, the one before %d", n, size, class, classOf(size), last)
		}
		last = class
	}
}
