package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// rule is the optimizer steps. Products are rounded before they are added, so that all levels give the same bits.
// The places of the numbers p stand beside each Rule in kernel/rule.go.
func rule(c *build.Context) {
	for _, s := range levels(c) {
		s.stepSGD()
		s.stepMomentum()
		s.stepAdagrad()
		s.stepRMSProp()
		s.stepAdam()
		s.stepLion()
		s.stepMuon()
		s.stepAverage()
	}
}

// A step is what the loops of all rules share: pointers, the index, and the numbers p.
type step struct {
	*isa
	w, g, a, b, c, p, i reg64
	kept                map[int]vec
}

// The places of the factor and the bound of g among p.
const (
	placeScale = 10
	placeBound = 11
)

// step emits a rule whose state buffers are the first of "a", "b", "c" and that uses the given numbers.
func (s *isa) step(name, state string, numbers []int, doc string, body func(t *step)) {
	signature := "func(w, grad"
	for _, r := range state {
		signature += ", " + string(r)
	}
	s.fn(name, signature+" *float32, n int, p *float32)", doc, "g = grad[i] enters as min(max(p[10]·g, −p[11]), p[11]).")
	t := &step{isa: s, w: s.arg("w"), g: s.arg("grad"), p: s.arg("p"), kept: map[int]vec{}}
	for _, r := range state {
		*map[rune]*reg64{'a': &t.a, 'b': &t.b, 'c': &t.c}[r] = s.arg(string(r))
	}
	n := s.arg("n")
	for _, k := range append(numbers, placeScale, placeBound) {
		if s.wide() || len(numbers) <= 4 { // there are registers for all
			t.kept[k] = t.broadcast(k)
		}
	}
	s.along(name, n, func(i reg64) {
		t.i = i
		body(t)
	})
	s.done()
}

func (t *step) broadcast(k int) vec {
	v := t.uniform()
	t.VBROADCASTSS(operand.Mem{Base: t.p, Disp: 4 * k}, v[0])
	return v
}

// number is p[k].
func (t *step) number(k int) vec {
	if v, ok := t.kept[k]; ok {
		return v
	}
	return t.broadcast(k)
}

func (t *step) get(p reg64) vec    { return t.load(item(p, t.i)) }
func (t *step) put(v vec, p reg64) { t.store(v, item(p, t.i)) }

// gradient is g, scaled and bounded; a NaN stays one.
func (t *step) gradient() vec {
	g := t.mul(t.get(t.g), t.number(placeScale))
	bound := t.number(placeBound)
	t.op("VMINPS", g, bound, g)
	t.op("VMAXPS", g, t.new("VXORPS", t.pattern(0x8000_0000), bound), g)
	return g
}

// decayed is  g + p[k]·w.
func (t *step) decayed(w vec, k int) vec { return t.add(t.gradient(), t.mul(w, t.number(k))) }

// blend is  p[i]·x + p[j]·y.
func (t *step) blend(i int, x vec, j int, y vec) vec {
	return t.add(t.mul(x, t.number(i)), t.mul(y, t.number(j)))
}

// second is  p[i]·x + (p[j]·g)·g.
func (t *step) second(i int, x vec, j int, g vec) vec {
	return t.add(t.mul(x, t.number(i)), t.mul(t.mul(g, t.number(j)), g))
}

func (t *step) root(x vec) vec { return t.new("VSQRTPS", x) }

func (s *isa) stepSGD() {
	s.step("stepSGD", "", []int{0, 1}, "g += p[1]·w,  w −= p[0]·g.", func(t *step) {
		w := t.get(t.w)
		t.put(t.sub(w, t.mul(t.decayed(w, 1), t.number(0))), t.w)
	})
}

func (s *isa) stepMomentum() {
	s.step("stepMomentum", "a", []int{0, 1, 2, 3, 4, 5},
		"g += p[1]·w,  a = p[2]·a + p[3]·g,  w −= p[0]·(p[4]·g + p[5]·a).", func(t *step) {
			w := t.get(t.w)
			g := t.decayed(w, 1)
			a := t.blend(2, t.get(t.a), 3, g)
			t.put(a, t.a)
			t.put(t.sub(w, t.mul(t.blend(4, g, 5, a), t.number(0))), t.w)
		})
}

func (s *isa) stepAdagrad() {
	s.step("stepAdagrad", "a", []int{0, 1, 2}, "g += p[1]·w,  a += g²,  w −= p[0]·g/(√a + p[2]).", func(t *step) {
		w := t.get(t.w)
		g := t.decayed(w, 1)
		a := t.add(t.get(t.a), t.mul(g, g))
		t.put(a, t.a)
		t.put(t.sub(w, t.div(t.mul(g, t.number(0)), t.add(t.root(a), t.number(2)))), t.w)
	})
}

func (s *isa) stepRMSProp() {
	s.step("stepRMSProp", "ab", []int{0, 1, 2, 3, 4, 5},
		"g += p[1]·w,  a = p[3]·a + p[4]·g²,  u = g/(√a + p[2]),  w −= p[0]·u;  if b is not nil  b = p[5]·b + u  stands for u.", func(t *step) {
			w := t.get(t.w)
			g := t.decayed(w, 1)
			a := t.second(3, t.get(t.a), 4, g)
			t.put(a, t.a)
			u := t.div(g, t.add(t.root(a), t.number(2)))
			t.present("stepRMSPropB", t.b, func() {
				t.op("VADDPS", t.mul(t.get(t.b), t.number(5)), u, u)
				t.put(u, t.b)
			})
			t.put(t.sub(w, t.mul(u, t.number(0))), t.w)
		})
}

func (s *isa) stepAdam() {
	s.step("stepAdam", "abc", []int{0, 1, 2, 3, 4, 5, 6, 7, 8},
		"g += p[1]·w,  a = p[3]·a + p[4]·g,  b = p[5]·b + p[6]·g²,  w = p[8]·w − p[0]·a/(p[7]·√b + p[2]);  if c is not nil  c = max(c, b)  stands for b.", func(t *step) {
			w := t.get(t.w)
			g := t.decayed(w, 1)
			a := t.blend(3, t.get(t.a), 4, g)
			t.put(a, t.a)
			b := t.second(5, t.get(t.b), 6, g)
			t.put(b, t.b)
			t.present("stepAdamC", t.c, func() {
				t.takeMax(b, t.get(t.c))
				t.put(b, t.c)
			})
			below := t.add(t.mul(t.root(b), t.number(7)), t.number(2))
			t.put(t.sub(t.mul(w, t.number(8)), t.div(t.mul(a, t.number(0)), below)), t.w)
		})
}

func (s *isa) stepLion() {
	s.step("stepLion", "a", []int{0, 1, 2, 3, 4, 5},
		"w = p[1]·w − p[0]·sign(p[2]·a + p[3]·g),  a = p[4]·a + p[5]·g.", func(t *step) {
			g, a := t.gradient(), t.get(t.a)
			u := t.blend(2, a, 3, g)
			sign := t.new("VANDPS", t.pattern(0x8000_0000), u)
			t.op("VORPS", t.constant(1), sign, sign)
			const notEqual = operand.U8(12) // and neither is NaN
			sign = t.choose(notEqual, u, t.zero(), sign, u)
			t.put(t.blend(4, a, 5, g), t.a)
			t.put(t.sub(t.mul(t.get(t.w), t.number(1)), t.mul(sign, t.number(0))), t.w)
		})
}

func (s *isa) stepMuon() {
	s.step("stepMuon", "a", []int{0, 1, 2, 3}, "a = p[0]·a + p[1]·g,  w = p[2]·g + p[3]·a.", func(t *step) {
		g := t.gradient()
		a := t.blend(0, t.get(t.a), 1, g)
		t.put(a, t.a)
		t.put(t.blend(2, g, 3, a), t.w)
	})
}

func (s *isa) stepAverage() {
	s.step("stepAverage", "", []int{0}, "w += p[0]·(g − w).", func(t *step) {
		w := t.get(t.w)
		t.put(t.add(w, t.mul(t.sub(t.gradient(), w), t.number(0))), t.w)
	})
}
