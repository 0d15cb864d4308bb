package nn_test

import (
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

var cells = map[string]kernel.Cell{"rnn": kernel.TanhCell, "relu": kernel.ReLUCell, "lstm": kernel.LSTMCell, "gru": kernel.GRUCell}

// Sequences of different lengths together give what each alone does, results and last states; beyond their ends they are 0.
func TestRecurrentLengths(t *testing.T) {
	const T, C, H = 7, 3, 5
	lengths := []int32{4, 7, 1, 6}
	x := noise(1, len(lengths)*T*C)
	for name, cell := range cells {
		for _, both := range []bool{false, true} {
			r := nn.Build(nn.NewRecurrent(cell, C, H, 2, both, true), 1)
			tape := new(grad.Tape)
			y, end := r.Run(tape.Const(x, len(lengths), T, C), tape.IDs(lengths, len(lengths)), nil)
			D := y.Dim(2)
			for b, n := range lengths {
				alone, last := r.Run(tape.Const(x[b*T*C:(b*T+int(n))*C], 1, int(n), C), nil, nil)
				got := y.Data()[b*T*D : (b+1)*T*D]
				if !slices.Equal(got[:int(n)*D], alone.Data()) {
					t.Errorf("%s, both ways %v: sequence %d of %d steps differs from itself alone", name, both, b, n)
				}
				if i := slices.IndexFunc(got[int(n)*D:], func(v nn.Float) bool { return v != 0 }); i >= 0 {
					t.Errorf("%s, both ways %v: sequence %d goes on after its end", name, both, b)
				}
				for k := range end {
					if !slices.Equal(end[k].H.Data()[b*H:(b+1)*H], last[k].H.Data()) {
						t.Errorf("%s, both ways %v: sequence %d ends in another state of part %d", name, both, b, k)
					}
					if cell == kernel.LSTMCell && !slices.Equal(end[k].C.Data()[b*H:(b+1)*H], last[k].C.Data()) {
						t.Errorf("%s, both ways %v: sequence %d ends in other cells of part %d", name, both, b, k)
					}
				}
			}
		}
	}
}

// return_sequences=false is the state after all steps, in both directions.
func TestLastOnly(t *testing.T) {
	x := noise(2, 2*5*3)
	for _, both := range []bool{false, true} {
		r := nn.Build(nn.NewRecurrent(kernel.GRUCell, 3, 4, 2, both, true), 1)
		tape := new(grad.Tape)
		_, end := r.Run(tape.Const(x, 2, 5, 3), nil, nil)
		want := end[len(end)-1].H
		if both {
			want = grad.Concat(1, end[2].H, want)
		}
		r.LastOnly = true
		if got := r.Forward(tape.Const(x, 2, 5, 3)); !slices.Equal(got.Data(), want.Data()) || !slices.Equal(got.Shape(), want.Shape()) {
			t.Errorf("both ways %v: %v, want %v", both, got.Data(), want.Data())
		}
	}
}

// A memory in training carries states, not gradients; recomputed blocks begin where they began.
func TestCarryInTraining(t *testing.T) {
	const B, T = 2, 4
	in := nn.Input{Vocab: 11, Shape: []int{T}}
	ids := [][]int32{{1, 2, 3, 4, 5, 6, 7, 8}, {9, 8, 7, 6, 5, 4, 3, 2}, {1, 1, 2, 2, 3, 3, 4, 4}}
	grads := func(recompute bool, memory map[any]any) (all []nn.Float) {
		m := stackOf(t, "embed(6) lstm(5,layers=2,dropout=0.3) gru(4) linear", in)
		tape := &grad.Tape{Training: true, Recompute: recompute, Memory: memory}
		for step, x := range ids {
			tape.Reset()
			tape.Step = uint64(step)
			m.Forward(tape.IDs(x, B, T)).Square().Sum().Backward()
		}
		for _, p := range nn.Params(m) {
			all = append(all, p.Grad()...)
		}
		return all
	}
	want := grads(false, map[any]any{})
	if got := grads(true, map[any]any{}); !slices.Equal(got, want) {
		t.Error("recomputing gives other gradients")
	}
	if got := grads(false, nil); slices.Equal(got, want) {
		t.Error("without a memory the gradients are the same")
	}
}

func TestRecurrentNotation(t *testing.T) {
	text := nn.Input{Vocab: 20, Shape: []int{9}}
	classes := nn.Input{Vocab: 20, Shape: []int{9}, Outputs: 3}
	for _, c := range []struct {
		text  string
		in    nn.Input
		out   []int
		count int
	}{
		{"embed(8) rnn(6,nonlinearity=relu) linear", text, []int{9, 20}, 160 + 6*14 + 12 + 120},
		{"embed(8) lstm(6,layers=2,dropout=0.2) linear", text, []int{9, 20}, 160 + 24*14 + 48 + 24*12 + 48 + 120},
		{"embed(8) gru(6,layers=2,bidirectional=true,return_sequences=false) linear(3)", classes, []int{3}, 160 + 2*(18*14+36) + 2*(18*18+36) + 39},
		{"embed(8) lstm(6,bidirectional=true,return_sequences=false,bias=false) linear(3)", classes, []int{3}, 160 + 2*24*14 + 39},
		{"embed(8) gru(6) last linear(3)", classes, []int{3}, 160 + 18*14 + 36 + 21},
	} {
		s, err := nn.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		n, err := nn.Plan(s, c.in)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		chain, err := n.Declare()
		if err != nil {
			t.Fatal(err)
		}
		if count, _ := n.Count(); !slices.Equal(n.Out, c.out) || count != c.count || nn.Count(chain) != c.count {
			t.Errorf("%s: out %v with %d parameters, want %v with %d", c.text, n.Out, count, c.out, c.count)
		}
		if got, err := nn.Print(chain); err != nil || got != c.text {
			t.Errorf("%s prints as %s (%v)", c.text, got, err)
		}
	}
	for _, c := range []struct {
		text string
		in   nn.Input
		says string
	}{
		{"lstm(6) linear", text, "put embed(width) before it"},
		{"linear(4) lstm(6)", nn.Input{Shape: []int{5}}, "lstm needs a sequence (T, C)"},
		{"conv(4,3) lstm(6)", nn.Input{Shape: []int{1, 8, 8}}, "columns before it makes a sequence of an image"},
		{"embed(8) lstm(6,bidirectional=true) linear", text, "a language model wants bidirectional=false"},
		{"embed(8) rnn(6,nonlinearity=gelu) linear", text, "word: tanh, relu"},
		{"embed(8) gru(6,nonlinearity=relu) linear", text, "no argument \"nonlinearity\""},
		{"embed(8) lstm(100000000,layers=4) linear", text, "too large"},
		{"embed(8) lstm(6,dropout=1) linear", text, "from 0 to below 1"},
		{"embed(8) lstm(6,forget_bias=1,bias=false) linear", text, "want bias=true with it"},
		{"last", nn.Input{Shape: []int{5}}, "last needs a sequence"},
	} {
		if _, err := declare(c.text, c.in); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.text, err, c.says)
		}
	}
	r := nn.Build(nn.NewRecurrent(kernel.LSTMCell, 3, 4, 1, false, true), 1)
	for i, f := range []func(){
		func() { r.Forward(new(grad.Tape).Const(noise(1, 6), 2, 3)) },
		func() { r.Run(new(grad.Tape).Const(noise(1, 6), 1, 2, 3), nil, make([]nn.Memory, 2)) },
		func() { r.From(new(grad.Tape).Const(noise(1, 6), 1, 2, 3), new(grad.Tape).Const(noise(1, 3), 1, 3)) },
		func() { (&nn.Last{}).Forward(new(grad.Tape).Const(noise(1, 6), 2, 3)) },
	} {
		if err := grad.Catch(f); err == nil || !strings.Contains(err.Error(), "recurrent_test.go") {
			t.Errorf("misuse %d: %v", i, err)
		}
	}
}

// A table that is multiplied once gives the values of its rows multiplied place by place, and their gradients up to rounding.
func TestLayersReadTables(t *testing.T) {
	for _, text := range []string{"embed(6) lstm(5,layers=2) linear", "embed(6) gru(5) rnn(4) linear", "embed(6) rnn(5,bidirectional=true) mean linear(3)"} {
		in := nn.Input{Vocab: 11, Shape: []int{8}}
		if strings.HasSuffix(text, ")") {
			in.Outputs = 3
		}
		m := stackOf(t, text, in)
		ids := make([]int32, 4*8)
		for i := range ids {
			ids[i] = int32(i * i % 11)
		}
		run := func(tape *grad.Tape) (y, g []nn.Float) {
			for _, p := range nn.Params(m) {
				p.Clear()
			}
			out := m.Forward(tape.IDs(ids, 4, 8))
			y = slices.Clone(out.Data())
			if out.NeedsGrad() {
				out.Square().Sum().Backward()
			}
			for _, p := range nn.Params(m) {
				g = append(g, p.Grad()...)
			}
			return y, g
		}
		y, g := run(new(grad.Tape))
		inference, _ := run(&grad.Tape{NoGrad: true})
		wantY, wantG := run(&grad.Tape{Trace: func(grad.Block, *grad.Var) {}}) // who looks at each block gets each
		if !slices.Equal(y, wantY) || !slices.Equal(inference, wantY) {
			t.Errorf("%s: the values differ", text)
		}
		if e := far(g, wantG); e > 1e-5 {
			t.Errorf("%s: gradients differ by %v", text, e)
		}
	}
}

// Forget gates start as much above the other biases as they are told to, and only they.
func TestForgetBias(t *testing.T) {
	bias := func(stack string) []nn.Float {
		m := stackOf(t, stack, nn.Input{Vocab: 5})
		if m.Notation() != stack {
			t.Errorf("%s is written as %s", stack, m.Notation())
		}
		return m[1].(*nn.Recurrent).Weights["bias_ih_l0"].Data()
	}
	plain, above := bias("embed(4) lstm(3) linear(5)"), bias("embed(4) lstm(3,forget_bias=1.5) linear(5)")
	for i := range plain {
		want := plain[i]
		if i >= 3 && i < 6 {
			want += 1.5
		}
		if above[i] != want {
			t.Errorf("bias %d starts at %v, want %v", i, above[i], want)
		}
	}
}

// Layers that begin with given states go on from them in a first pass only; Ends is where they stopped.
func TestFrom(t *testing.T) {
	const B, T, C, H = 2, 3, 4, 5
	for name, cell := range cells {
		r := nn.Build(nn.NewRecurrent(cell, C, H, 2, false, true), 1)
		x, h0 := noise(1, B*T*C), noise(2, B*2*H)
		tape := new(grad.Tape)
		start := make([]nn.Memory, 2)
		for k := range start {
			start[k].H = tape.Const(h0, B, 2*H).Slice(1, k*H, (k+1)*H, 1)
		}
		want, ends := r.Run(tape.Const(x, B, T, C), nil, start)
		got := r.From(tape.Const(x, B, T, C), tape.Const(h0, B, 2*H))
		if !slices.Equal(got.Data(), want.Data()) || !slices.Equal(r.Ends(got, nil).Data(), ends[1].H.Data()) {
			t.Errorf("%s: other results than Run's", name)
		}
		step := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
		var all []nn.Float
		for i := range T {
			step.Reset()
			y := r.From(step.Const(x, B, T, C).Slice(1, i, i+1, 1), step.Const(h0, B, 2*H))
			all = append(all, y.Data()...)
		}
		for i := range T {
			for b := range B {
				if !slices.Equal(all[(i*B+b)*H:][:H], want.Data()[(b*T+i)*H:][:H]) {
					t.Fatalf("%s: step %d by itself gives other results", name, i)
				}
			}
		}
		both := nn.Build(nn.NewRecurrent(cell, C, H, 2, true, true), 1)
		lengths := []int32{3, 2}
		_, ends = both.Run(tape.Const(x, B, T, C), tape.IDs(lengths, B), nil)
		y := both.Over(tape.Const(x, B, T, C), tape.IDs(lengths, B))
		if !slices.Equal(both.Ends(y, tape.IDs(lengths, B)).Data(), grad.Concat(1, ends[2].H, ends[3].H).Data()) {
			t.Errorf("%s: other ends than Run's", name)
		}
	}
}
