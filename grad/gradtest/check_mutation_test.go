package gradtest_test

import (
	"slices"
	"testing"

	"brick/grad"
	"brick/grad/gradtest"
)

// A mutant is a mistake in the way back of an op, made at run time: after is
// called with the op's result and with ∂y as it was, when the inputs' gradients are in place.
type mutant struct {
	op, mistake string
	after       func(y *grad.Var, dy []grad.Float)
}

var mutants = []mutant{
	{"add", "the sign of ∂b flipped", scaled(1, -1)},
	{"sub", "the sign of ∂b forgotten", scaled(1, -1)},
	{"mul", "∂a and ∂b exchanged", exchanged(0, 1)},
	{"div", "∂b left out", scaled(1, 0)},
	{"pow", "∂a doubled", scaled(0, 2)},
	{"maximum", "∂y given to both", passed(0)},
	{"where", "∂y given to both", passed(1)},
	{"relu", "∂x = ∂y also where x < 0", passed(0)},
	{"exp", "the factor y dropped", passed(0)},
	{"sqrt", "the factor 1/2 dropped", scaled(0, 2)},
	{"tanh", "the sign flipped", scaled(0, -1)},
	{"sum", "∂x off by one in a thousandth", scaled(0, 1.001)},
	{"mean", "the factor 1/n dropped", scaled(0, 12)},
	{"max", "∂y given to the neighbour", rotated(0)},
	{"permute", "the transposition forgotten", passed(0)},
	{"expand", "the sum over repetitions halved", scaled(0, 0.5)},
	{"slice", "off by one", rotated(0)},
	{"pad", "off by one", rotated(0)},
	{"concat", "two pieces exchanged", exchanged(0, 2)},
	{"stack", "two pieces exchanged", exchanged(0, 1)},
	{"index", "the last element forgotten", clipped(0)},
	{"gather", "off by one", rotated(0)},
	{"embedding", "the last element forgotten", clipped(0)},
	{"dropout", "the mask forgotten", passed(0)},
	{"matmul", "∂a transposed", transposed(0)},
	{"matmul", "the gradient of a overwritten instead of added to", nil},
	{"mul", "the gradient of a overwritten instead of added to", nil},
	{"linear", "∂w transposed", transposed(1)},
	{"softmax", "the sum over the axis dropped", func(y *grad.Var, dy []grad.Float) { // ∂x = y ⊙ ∂y
		for i, g := range dy {
			y.Inputs()[0].GradBuf().F[i] = y.Data()[i] * g
		}
	}},
	{"rms_norm", "∂w doubled", scaled(1, 2)},
	{"layer_norm", "∂x negated", scaled(0, -1)},
	{"attention", "∂k and ∂v exchanged", exchanged(1, 2)},
	{"attention", "∂q scaled once too often", scaled(0, 0.5)},
	{"conv", "off by one", rotated(1)},
	{"conv", "the bias' gradient left out", scaled(2, 0)},
	{"conv_transpose", "off by one", rotated(0)},
	{"max_pool", "∂y given to the neighbour", rotated(0)},
	{"mean_pool", "∂x doubled", scaled(0, 2)},
	{"batch_norm", "∂w and ∂b exchanged", exchanged(1, 2)},
	{"ctc", "the sign flipped", scaled(0, -1)},
	{"ctc", "off by one", rotated(0)},
	{"ctc", "the gradient of x overwritten instead of added to", nil},
	{"batch_norm", "the last element forgotten", clipped(0)},
	{"rnn", "∂W_hh left out", scaled(2, 0)},
	{"rnn", "a step late", rotated(0)},
	{"lstm", "two gates exchanged", rotated(3)},
	{"lstm", "∂c of the state before doubled", scaled(6, 2)},
	{"gru", "the reset gate forgotten in ∂b_hn", func(y *grad.Var, _ []grad.Float) { copy(gradOf(y, 4), gradOf(y, 3)) }},
	{"gru", "∂h of the state before left out", scaled(5, 0)},
	{"last_cell", "∂h is not 0 where nothing read h", func(c *grad.Var, _ []grad.Float) { gradOf(c, 0)[0]++ }},
}

// scaled multiplies the gradient of input i.
func scaled(i int, k grad.Float) func(y *grad.Var, dy []grad.Float) {
	return func(y *grad.Var, _ []grad.Float) {
		g := gradOf(y, i)
		for j := range g {
			g[j] *= k
		}
	}
}

// passed gives input i all of ∂y.
func passed(i int) func(y *grad.Var, dy []grad.Float) {
	return func(y *grad.Var, dy []grad.Float) {
		if g := gradOf(y, i); len(g) == len(dy) {
			copy(g, dy)
		}
	}
}

// exchanged gives input i the gradient of input j, and the other way round.
func exchanged(i, j int) func(y *grad.Var, dy []grad.Float) {
	return func(y *grad.Var, _ []grad.Float) {
		a, b := gradOf(y, i), gradOf(y, j)
		for k := range min(len(a), len(b)) {
			a[k], b[k] = b[k], a[k]
		}
	}
}

// rotated moves the gradient of input i by one element.
func rotated(i int) func(y *grad.Var, dy []grad.Float) {
	return func(y *grad.Var, _ []grad.Float) {
		if g := gradOf(y, i); len(g) > 0 {
			last := g[len(g)-1]
			copy(g[1:], g)
			g[0] = last
		}
	}
}

// clipped forgets the last element of the gradient of input i.
func clipped(i int) func(y *grad.Var, dy []grad.Float) {
	return func(y *grad.Var, _ []grad.Float) {
		if g := gradOf(y, i); len(g) > 0 {
			g[len(g)-1] = 0
		}
	}
}

// transposed reads the gradient of input i, a matrix, by columns.
func transposed(i int) func(y *grad.Var, dy []grad.Float) {
	return func(y *grad.Var, _ []grad.Float) {
		g, x := gradOf(y, i), y.Inputs()[i]
		if x.Rank() != 2 {
			return
		}
		old := slices.Clone(g)
		for k := range g {
			g[k] = old[k%x.Dim(0)*x.Dim(1)+k/x.Dim(0)]
		}
	}
}

// gradOf is the gradient of input i, nil if it wants none.
func gradOf(y *grad.Var, i int) []grad.Float {
	if i >= len(y.Inputs()) || y.Inputs()[i] == nil || !y.Inputs()[i].NeedsGrad() {
		return nil
	}
	return y.Inputs()[i].GradBuf().F
}

// plant makes the mistake and gives back how to undo it.
func (m mutant) plant(op *grad.Op) (undo func()) {
	right := op.Backward
	op.Backward = func(y *grad.Var) {
		dy := slices.Clone(y.GradBuf().F)
		before := slices.Clone(gradOf(y, 0))
		right(y)
		if m.after != nil {
			m.after(y, dy)
			return
		}
		for i, g := range before { // overwritten instead of added to
			gradOf(y, 0)[i] -= g
		}
	}
	return func() { op.Backward = right }
}

// TestMutations plants mistakes in the rules, one at a time: the checks must
// report every one of them.
func TestMutations(t *testing.T) {
	none := mutant{"mul", "none", func(*grad.Var, []grad.Float) {}}
	if by, err := none.hunt(opNamed("mul")); err != nil {
		t.Fatalf("without a mistake, case %q reports %v", by, err)
	}
	for _, m := range mutants {
		op := opNamed(m.op)
		if op == nil {
			t.Errorf("there is no op %s", m.op)
			continue
		}
		if by, err := m.hunt(op); err == nil {
			t.Errorf("%-10s %s: not noticed", m.op, m.mistake)
		} else {
			t.Logf("%-10s %-55s caught by case %q", m.op, m.mistake, by)
		}
	}
}

func opNamed(name string) *grad.Op {
	for _, op := range grad.Ops() {
		if op.Name == name {
			return op
		}
	}
	return nil
}

// hunt is the first case that fails, and how.
func (m mutant) hunt(op *grad.Op) (name string, err error) {
	defer m.plant(op)()
	for _, c := range gradtest.Cases {
		if c.Op == m.op {
			if err := gradtest.Verify(c, 0); err != nil {
				return c.Name, err
			}
		}
	}
	return "", nil
}
