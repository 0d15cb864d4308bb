package main

import "github.com/mmcloughlin/avo/build"

// norm is the rows of LayerNorm and RMSNorm; kernel/norm.go says what each loop is for.
func norm(c *build.Context) {
	for _, s := range levels(c) {
		s.normMoments()
		s.normalise()
		s.normSums()
		s.normBackX()
		s.normBackW()
	}
}

func (s *isa) normMoments() {
	s.fn("normMoments", "func(x *float32, n int, mean float32) (sd, sdd float64)",
		"d = x[i] − mean,  sd = Σ d,  sdd = Σ d²  for i < n, in 16 lanes of float64.")
	x, n := s.arg("x"), s.arg("n")
	mean := s.argf("mean")
	sd, sdd := s.zeros(), s.zeros()
	s.along("moments", n, func(i reg64) {
		d := s.widen(s.within(s.sub(s.load(item(x, i)), mean)))
		s.opd("VADDPD", d, sd, sd)
		s.opd("VMULPD", d, d, d) // exact, so need not be fused
		s.opd("VADDPD", d, sdd, sdd)
	})
	s.give("sd", s.total(sd))
	s.give("sdd", s.total(sdd))
	s.done()
}

func (s *isa) normalise() {
	s.fn("normalise", "func(y, x, w, b *float32, n int, mean, shift, r float32)",
		"y[i] = (x[i] − mean − shift)·r·w[i] + b[i]  for i < n.  w and b may be nil.")
	y, x, w, b, n := s.arg("y"), s.arg("x"), s.arg("w"), s.arg("b"), s.arg("n")
	mean, shift, r := s.argf("mean"), s.argf("shift"), s.argf("r")
	s.along("normalise", n, func(i reg64) {
		v := s.mul(s.sub(s.sub(s.load(item(x, i)), mean), shift), r)
		s.present("normaliseW", w, func() { s.op("VMULPS", s.load(item(w, i)), v, v) })
		s.present("normaliseB", b, func() { s.op("VADDPS", s.load(item(b, i)), v, v) })
		s.store(v, item(y, i))
	})
	s.done()
}

func (s *isa) normSums() {
	s.fn("normSums", "func(x, w, dy *float32, n int, mean float32) (sg, sgd float64)",
		"g = w[i]·dy[i],  sg = Σ g,  sgd = Σ g·(x[i] − mean)  for i < n, in 16 lanes of float64.  w may be nil.")
	x, w, dy, n := s.arg("x"), s.arg("w"), s.arg("dy"), s.arg("n")
	mean := s.argf("mean")
	sg, sgd := s.zeros(), s.zeros()
	s.along("sums", n, func(i reg64) {
		g := s.load(item(dy, i))
		s.present("sumsW", w, func() { s.op("VMULPS", s.load(item(w, i)), g, g) })
		d := s.within(s.sub(s.load(item(x, i)), mean))
		for k := range sg { // one by one: AVX2 has few registers
			gk, dk := s.widenPart(g, k), s.widenPart(d, k)
			s.VADDPD(gk, sg[k], sg[k])
			s.VMULPD(gk, dk, dk)
			s.VADDPD(dk, sgd[k], sgd[k])
		}
	})
	s.give("sg", s.total(sg))
	s.give("sgd", s.total(sgd))
	s.done()
}

func (s *isa) normBackX() {
	s.fn("normBackX", "func(dx, x, w, dy *float32, n int, mean, shift, r, mg, mgn float32, add int)",
		"dx[i] (=|+=) r·(w[i]·dy[i] − mg − (x[i] − mean − shift)·r·mgn)  for i < n.  w may be nil.")
	dx, x, w, dy, n, add := s.arg("dx"), s.arg("x"), s.arg("w"), s.arg("dy"), s.arg("n"), s.arg("add")
	mean, shift, r, mg, mgn := s.argf("mean"), s.argf("shift"), s.argf("r"), s.argf("mg"), s.argf("mgn")
	s.along("backX", n, func(i reg64) {
		v := s.mul(s.sub(s.sub(s.load(item(x, i)), mean), shift), r)
		g := s.load(item(dy, i))
		s.present("backXW", w, func() { s.op("VMULPS", s.load(item(w, i)), g, g) })
		t := s.mul(s.sub(s.sub(g, mg), s.mul(v, mgn)), r)
		s.present("backXAdd", add, func() { s.op("VADDPS", s.load(item(dx, i)), t, t) })
		s.store(t, item(dx, i))
	})
	s.done()
}

func (s *isa) normBackW() {
	s.fn("normBackW", "func(dw, db, x, dy *float32, n int, mean, shift, r float32)",
		"dw[i] += (x[i] − mean − shift)·r·dy[i],  db[i] += dy[i]  for i < n.  dw and db may be nil.")
	dw, db, x, dy, n := s.arg("dw"), s.arg("db"), s.arg("x"), s.arg("dy"), s.arg("n")
	mean, shift, r := s.argf("mean"), s.argf("shift"), s.argf("r")
	s.along("backW", n, func(i reg64) {
		g := s.load(item(dy, i))
		s.present("backWW", dw, func() {
			v := s.mul(s.mul(s.sub(s.sub(s.load(item(x, i)), mean), shift), r), g)
			s.store(s.add(v, s.load(item(dw, i))), item(dw, i))
		})
		s.present("backWB", db, func() { s.store(s.add(g, s.load(item(db, i))), item(db, i)) })
	})
	s.done()
}
