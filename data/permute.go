package data

import "math/bits"

// A Permutation is a bijection of [0, n) that is computed, not stored: a Feistel network over the smallest power of
// two that holds n, followed until it lands inside [0, n) (cycle walking: Black & Rogaway, "Ciphers with Arbitrary
// Finite Domains", 2002). Two permutations with different keys are unrelated. The zero value permutes nothing.
type Permutation struct {
	n           uint64
	left, right uint // widths in bits of the two halves; left + right = ⌈log₂ n⌉
	keys        [feistelRounds]uint64
}

// feistelRounds is even, so that both halves are mixed equally often. Four suffice against an ideal round function
// (Luby & Rackoff 1988); tiny domains mix better with more.
const feistelRounds = 8

// NewPermutation returns the permutation of [0, n) with this key. It panics if n is negative.
func NewPermutation(n int, key uint64) Permutation {
	if n < 0 {
		panic("data: a permutation of fewer than 0 numbers")
	}
	p := Permutation{n: uint64(n)}
	if n > 1 {
		width := uint(bits.Len64(uint64(n - 1)))
		p.left = width / 2
		p.right = width - p.left
	}
	for i := range p.keys {
		p.keys[i] = mix(key, uint64(i)+1)
	}
	return p
}

// Len returns n.
func (p *Permutation) Len() int { return int(p.n) }

// At returns the image of i. It panics unless 0 ≤ i < n.
func (p *Permutation) At(i int) int {
	p.check(i)
	x := p.forward(uint64(i))
	for x >= p.n {
		x = p.forward(x)
	}
	return int(x)
}

// Inverse returns the number whose image is i. It panics unless 0 ≤ i < n.
func (p *Permutation) Inverse(i int) int {
	p.check(i)
	x := p.backward(uint64(i))
	for x >= p.n {
		x = p.backward(x)
	}
	return int(x)
}

func (p *Permutation) check(i int) {
	if i < 0 || uint64(i) >= p.n {
		panic("data: index outside the permutation")
	}
}

// forward applies the rounds: the halves take turns, h ^= F(other half, key).
func (p *Permutation) forward(x uint64) uint64 {
	l, r := x>>p.right, x&(1<<p.right-1)
	for i := 0; i < feistelRounds; i += 2 {
		l ^= mix(p.keys[i], r) & (1<<p.left - 1)
		r ^= mix(p.keys[i+1], l) & (1<<p.right - 1)
	}
	return l<<p.right | r
}

func (p *Permutation) backward(x uint64) uint64 {
	l, r := x>>p.right, x&(1<<p.right-1)
	for i := feistelRounds - 2; i >= 0; i -= 2 {
		r ^= mix(p.keys[i+1], l) & (1<<p.right - 1)
		l ^= mix(p.keys[i], r) & (1<<p.left - 1)
	}
	return l<<p.right | r
}
