package data

import (
	"hash/fnv"
	"math"
)

// mix hashes two words into one: the output function of SplitMix64 (Steele, Lea & Flood 2014), applied twice.
func mix(a, b uint64) uint64 { return finish(finish(a+0x9e3779b97f4a7c15) + b + 0x9e3779b97f4a7c15) }

func finish(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// keyOf turns a name into a key, so that each purpose has a stream of its own.
func keyOf(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// A stream is a random stream that is a pure function of its key: SplitMix64, a counter and a hash.
type stream struct{ state uint64 }

func (s *stream) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return finish(s.state)
}

// uniform returns a number in [a, b).
func (s *stream) uniform(a, b float64) float64 {
	return a + (b-a)*float64(s.next()>>11)/(1<<53)
}

// intn returns a number in [0, n); its bias is below n/2⁶⁴.
func (s *stream) intn(n int) int { return int(s.next() % uint64(n)) }

// normal returns a number from the standard normal distribution (Box & Muller 1958).
func (s *stream) normal() float64 {
	u := 1 - s.uniform(0, 1) // in (0, 1]: the logarithm is finite
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*s.uniform(0, 1))
}

// gamma returns a number from the gamma distribution of shape a > 0 and scale 1 (Marsaglia & Tsang 2000).
func (s *stream) gamma(a float64) float64 {
	if a < 1 {
		return s.gamma(a+1) * math.Pow(1-s.uniform(0, 1), 1/a)
	}
	d := a - 1.0/3
	for {
		x := s.normal()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-s.uniform(0, 1)) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// beta returns a number in [0, 1] from the distribution Beta(a, a).
func (s *stream) beta(a float64) float64 {
	x, y := s.gamma(a), s.gamma(a)
	if x+y == 0 {
		return 1 // both were too small to be told from 0
	}
	return x / (x + y)
}
