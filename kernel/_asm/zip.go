package main

import "github.com/mmcloughlin/avo/build"

// zip is the functions of two numbers.
func zip(c *build.Context) {
	for _, s := range levels(c) {
		s.axpy()
	}
}

func (s *isa) axpy() {
	s.fn("axpy", "func(y, x *float32, n int, a float32)", "y[i] = fma(a, x[i], y[i])  for i < n.")
	y, x, n := s.arg("y"), s.arg("x"), s.arg("n")
	a := s.argf("a")
	s.each("axpy", n, pointers(y, x), func() {
		acc := s.load(mem(y))
		s.fma(acc, a, s.load(mem(x)))
		s.store(acc, mem(y))
	})
	s.done()
}
