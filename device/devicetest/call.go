package devicetest

import (
	"math"
	"math/rand/v2"

	"brick/device"
	"brick/kernel"
)

// A call is one use of a kernel. After do, the results among args must hold
// what want puts there, and everything else what it held before.
type call struct {
	name string
	args []*array
	do   func(d device.Device)
	want func()
}

// An array is an argument of a call. Exactly one of f and ids is not nil.
type array struct {
	name string
	f    []kernel.Float // what it holds before the call
	ids  []int32
	off  int        // where it lies in the memory of the call
	buf  device.Buf // its memory while the call runs

	// What it must hold afterwards where state says so; size is what the
	// tolerance is relative to. All are nil until the oracle puts something.
	state   []state
	y, size []float64
	wantIDs []int32
}

// A state says what is known about an element after the call.
type state uint8

const (
	untouched state = iota // it must be the same bits as before
	known                  // the oracle has put a number
	free                   // anything will do
)

// at is number i of a before the call.
func (a *array) at(i int) float64 { return float64(a.f[i]) }

// mem is a's buffer, absent for a nil a.
func (a *array) mem() device.Buf {
	if a == nil {
		return device.Buf{}
	}
	return a.buf
}

// A result is an array that a call stores to. Its array is nil if it is skipped
// and no memory stands behind it.
type result struct {
	*array
	mode device.Mode
}

func (r result) dst() device.Dst { return device.Dst{Buf: r.mem(), Mode: r.mode} }

// put says that element i gets y, set or added as r's mode says. size ≥ |y| is
// how large the numbers were that y is the sum or difference of.
func (r result) put(i int, y, size float64) {
	if r.mode == device.Skip {
		return
	}
	a := r.array
	if a.state == nil {
		a.state, a.y, a.size = make([]state, len(a.f)), make([]float64, len(a.f)), make([]float64, len(a.f))
		for i := range a.f {
			a.y[i] = a.at(i)
		}
	}
	size = max(size, math.Abs(y))
	if r.mode == device.Add {
		size += max(a.size[i], math.Abs(a.y[i]))
		y += a.y[i]
	}
	a.state[i], a.y[i], a.size[i] = known, y, size
}

// putID says that id i gets the value id.
func (r result) putID(i int, id int32) {
	a := r.array
	if a.state == nil {
		a.state, a.wantIDs = make([]state, len(a.ids)), make([]int32, len(a.ids))
	}
	a.state[i], a.wantIDs[i] = known, id
}

// leave says that element i may get anything.
func (r result) leave(i int) {
	if r.mode == device.Skip {
		return
	}
	if r.ids != nil {
		r.putID(i, 0)
	} else {
		r.put(i, 0, 0)
	}
	r.state[i] = free
}

// A maker makes calls: arguments first, then the call that takes them all.
type maker struct {
	*rand.Rand
	emit func(*call)
	args []*array
}

// call ends the making of a call.
func (m *maker) call(name string, do func(d device.Device), want func()) {
	c := &call{name, m.args, do, want}
	m.args = nil
	m.emit(c)
}

// hold adds an argument that holds f.
func (m *maker) hold(name string, f []kernel.Float) *array {
	a := &array{name: name, f: f}
	m.args = append(m.args, a)
	return a
}

// holdIDs adds an argument that holds ids.
func (m *maker) holdIDs(name string, ids []int32) *array {
	a := &array{name: name, ids: ids}
	m.args = append(m.args, a)
	return a
}

// normal adds an argument of n numbers from the standard normal distribution.
func (m *maker) normal(name string, n int) *array { return m.hold(name, m.normals(n)) }

// perhaps is normal, or nil if not wanted.
func (m *maker) perhaps(wanted bool, name string, n int) *array {
	if !wanted {
		return nil
	}
	return m.normal(name, n)
}

// drawn is numbers from the standard normal distribution, and coarsened the same
// with every third a multiple of a half from −1 to 1. There are a prime number of
// them, so that no two rows or blocks are alike.
var drawn, coarsened = func() (f, g [65_521]kernel.Float) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range f {
		f[i] = kernel.Float(r.NormFloat64())
		if g[i] = f[i]; r.IntN(3) == 0 {
			g[i] = kernel.Float(r.IntN(5)-2) / 2
		}
	}
	return f, g
}()

// normals is n random numbers.
func (m *maker) normals(n int) []kernel.Float { return m.from(&drawn, n) }

// coarse is n random numbers with ties and zeros among them.
func (m *maker) coarse(n int) []kernel.Float { return m.from(&coarsened, n) }

// from is n numbers of pool from a random one on.
func (m *maker) from(pool *[65_521]kernel.Float, n int) []kernel.Float {
	f := make([]kernel.Float, n)
	for i := 0; i < n; {
		i += copy(f[i:], pool[m.IntN(len(pool)):])
	}
	return f
}

// pick adds an argument of n ids from 0 to below.
func (m *maker) pick(name string, n, below int) *array {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(m.IntN(below))
	}
	return m.holdIDs(name, ids)
}

// result adds a result of n numbers. What is to be Set holds NaN before, so
// that nothing of it may survive; what is to be skipped may have no memory.
func (m *maker) result(name string, n int, mode device.Mode) result {
	switch mode {
	case device.Skip:
		if m.IntN(2) == 0 {
			return result{nil, mode}
		}
	case device.Set:
		return result{m.hold(name, poison(n)), mode}
	}
	return result{m.normal(name, n), mode}
}

// stored adds a result that the call sets.
func (m *maker) stored(name string, n int) result { return m.result(name, n, device.Set) }

func poison(n int) []kernel.Float {
	f := make([]kernel.Float, n)
	for i := range f {
		f[i] = kernel.Float(math.NaN())
	}
	return f
}

// modes is all modes of n results: Set, Add and Skip for each, together 3ⁿ.
func modes(n int) [][]device.Mode {
	if n == 0 {
		return [][]device.Mode{nil}
	}
	var all [][]device.Mode
	for _, rest := range modes(n - 1) {
		for _, first := range []device.Mode{device.Set, device.Add, device.Skip} {
			all = append(all, append([]device.Mode{first}, rest...))
		}
	}
	return all
}

// mode is Set or Add.
func (m *maker) mode() device.Mode { return device.Set + device.Mode(m.IntN(2)) }

func modeName(modes ...device.Mode) string {
	s := ""
	for _, m := range modes {
		s += " " + [...]string{"skip", "set", "add"}[m]
	}
	return s[1:]
}
