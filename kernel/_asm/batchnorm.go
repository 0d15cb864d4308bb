package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// batchnorm is the rows of BatchNorm; kernel/batchnorm.go says what each loop is for.
func batchnorm(c *build.Context) {
	for _, s := range levels(c) {
		s.batchApply()
		s.batchSums()
		s.batchBackX()
	}
}

func (s *isa) batchApply() {
	s.fn("batchApply", "func(y, x *float32, n int, mean, shift, scale, b, least float32, add int)",
		"y[i] (=|+=) max((x[i] − mean − shift)·scale + b, least)  for i < n.")
	y, x, n, add := s.arg("y"), s.arg("x"), s.arg("n"), s.arg("add")
	mean, shift, scale, b, least := s.argf("mean"), s.argf("shift"), s.argf("scale"), s.argf("b"), s.argf("least")
	s.along("apply", n, func(i reg64) {
		v := s.max(least, s.add(s.mul(s.sub(s.sub(s.load(item(x, i)), mean), shift), scale), b))
		s.present("applyAdd", add, func() { s.op("VADDPS", s.load(item(y, i)), v, v) })
		s.store(v, item(y, i))
	})
	s.done()
}

// passing makes g zero where y is not above 0.
func (s *isa) passing(label string, g vec, y, i reg64) {
	const above = operand.U8(30)
	s.present(label, y, func() {
		out := s.load(item(y, i))
		for k := range g {
			if s.wide() {
				m, zero := s.K(), s.zero()
				s.VCMPPS(above, zero[0], out[0], m)
				s.VMOVAPS_Z(g[0], m, g[0])
			} else {
				m, zero := s.YMM(), s.YMM()
				s.VXORPS(zero, zero, zero)
				s.VCMPPS(above, zero, out[k], m)
				s.VANDPS(m, g[k], g[k])
			}
		}
	})
}

// batchSums sums three ways with AVX-512; AVX2 has not the registers for the first, which normMoments gives.
func (s *isa) batchSums() {
	result, doc := "(sh, shd float64)", ""
	if s.wide() {
		result, doc = "(sd, sh, shd float64)", "d = x[i] − mean,  sd = Σ d,  "
	}
	s.fn("batchSums", "func(x, y, dy *float32, n int, mean float32) "+result,
		doc+"h = dy[i] where y[i] > 0, else 0,  sh = Σ h,  shd = Σ h·(x[i] − mean)  for i < n, in 16 lanes of float64.  y may be nil: h is dy.")
	x, y, dy, n := s.arg("x"), s.arg("y"), s.arg("dy"), s.arg("n")
	mean := s.argf("mean")
	sh, shd := s.zeros(), s.zeros()
	var sd dbl
	if s.wide() {
		sd = s.zeros()
	}
	s.along("sums", n, func(i reg64) {
		h := s.load(item(dy, i))
		s.passing("sumsY", h, y, i)
		d := s.within(s.sub(s.load(item(x, i)), mean))
		for k := range sh {
			hk, dk := s.widenPart(h, k), s.widenPart(d, k)
			if sd != nil {
				s.VADDPD(dk, sd[k], sd[k])
			}
			s.VADDPD(hk, sh[k], sh[k])
			s.VMULPD(hk, dk, dk)
			s.VADDPD(dk, shd[k], shd[k])
		}
	})
	if sd != nil {
		s.give("sd", s.total(sd))
	}
	s.give("sh", s.total(sh))
	s.give("shd", s.total(shd))
	s.done()
}

func (s *isa) batchBackX() {
	s.fn("batchBackX", "func(dx, x, y, dy *float32, n int, mean, shift, r, mh, mhn, scale float32, add int)",
		"dx[i] (=|+=) (h − mh − (x[i] − mean − shift)·r·mhn)·scale  for i < n, h as in batchSums.")
	dx, x, y, dy, n, add := s.arg("dx"), s.arg("x"), s.arg("y"), s.arg("dy"), s.arg("n"), s.arg("add")
	mean, shift, r, mh, mhn, scale := s.argf("mean"), s.argf("shift"), s.argf("r"), s.argf("mh"), s.argf("mhn"), s.argf("scale")
	s.along("backX", n, func(i reg64) {
		h := s.load(item(dy, i))
		s.passing("backXY", h, y, i)
		v := s.mul(s.mul(s.sub(s.sub(s.load(item(x, i)), mean), shift), r), mhn)
		t := s.mul(s.sub(s.sub(h, mh), v), scale)
		s.present("backXAdd", add, func() { s.op("VADDPS", s.load(item(dx, i)), t, t) })
		s.store(t, item(dx, i))
	})
	s.done()
}
