package nn_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"brick/device/dry"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// layer is one row of the conformance table: every layer passes the same test.
type layer struct {
	block  func() nn.Block
	in     []int // shape of a batch
	ids    int   // the input is ids below it
	params string
	count  int
	text   string // notation, "" if it has none
}

var layers = []layer{
	{func() nn.Block { return nn.NewLinear(3, 4) }, []int{5, 3}, 0, "weight bias", 16, "linear(4)"},
	{func() nn.Block { return nn.NewLinear(3, 4).NoBias() }, []int{2, 5, 3}, 0, "weight", 12, "linear(4,bias=false)"},
	{func() nn.Block { return nn.NewConv1D(3, 4, nn.Normal(0.1)) }, []int{2, 5, 3}, 0, "weight bias", 16, ""},
	{func() nn.Block { return nn.NewEmbedding(7, 4) }, []int{2, 3}, 7, "weight", 28, "embed(4)"},
	{func() nn.Block { return nn.NewPosition(6, 4) }, []int{2, 3, 4}, 0, "weight", 24, ""},
	{func() nn.Block { return nn.NewPlacedEmbedding(7, 6, 4) }, []int{2, 3}, 7, "wte.weight wpe.weight", 52, "embed(4,pos=6)"},
	{func() nn.Block { return nn.NewSinusoidal(6, 4) }, []int{2, 3, 4}, 0, "", 0, "sinusoidal(6)"},
	{func() nn.Block { return nn.NewLayerNorm(4) }, []int{2, 3, 4}, 0, "weight bias", 8, "layernorm"},
	{func() nn.Block { return nn.NewRMSNorm(4) }, []int{3, 4}, 0, "weight", 4, "rmsnorm"},
	{func() nn.Block { return nn.NewBatchNorm(4) }, []int{3, 4}, 0, "weight bias", 8, "batchnorm"},
	{func() nn.Block { return nn.NewGroupNorm(2, 4) }, []int{3, 4, 2, 2}, 0, "weight bias", 8, "groupnorm(2)"},
	{func() nn.Block { return &nn.Dropout{P: 0.5} }, []int{3, 4}, 0, "", 0, "dropout(0.5)"},
	{func() nn.Block { return nn.ReLU() }, []int{3, 4}, 0, "", 0, "relu"},
	{func() nn.Block { return nn.LeakyReLU(0.1) }, []int{3, 4}, 0, "", 0, "leaky_relu(0.1)"},
	{func() nn.Block { return nn.ELU(1) }, []int{3, 4}, 0, "", 0, "elu"},
	{func() nn.Block { return nn.GELU() }, []int{3, 4}, 0, "", 0, "gelu"},
	{func() nn.Block { return nn.GELUTanh() }, []int{3, 4}, 0, "", 0, "gelu_tanh"},
	{func() nn.Block { return nn.SiLU() }, []int{3, 4}, 0, "", 0, "silu"},
	{func() nn.Block { return nn.Sigmoid() }, []int{3, 4}, 0, "", 0, "sigmoid"},
	{func() nn.Block { return nn.Tanh() }, []int{3, 4}, 0, "", 0, "tanh"},
	{func() nn.Block { return nn.Softplus() }, []int{3, 4}, 0, "", 0, "softplus"},
	{func() nn.Block { return nn.Softmax() }, []int{3, 4}, 0, "", 0, "softmax"},
	{func() nn.Block { return nn.LogSoftmax() }, []int{3, 4}, 0, "", 0, "log_softmax"},
	{func() nn.Block { return &nn.Flatten{} }, []int{3, 2, 2}, 0, "", 0, "flatten"},
	{func() nn.Block { return nn.NewReshape(2, 2) }, []int{3, 4}, 0, "", 0, "reshape(2,2)"},
	{func() nn.Block { return &nn.MeanTime{} }, []int{2, 3, 4}, 0, "", 0, "mean"},
	{func() nn.Block { return &nn.Last{} }, []int{2, 3, 4}, 0, "", 0, "last"},
	{func() nn.Block { return nn.NewRecurrent(kernel.TanhCell, 3, 4, 1, false, true) }, []int{2, 5, 3}, 0, "bias_hh_l0 bias_ih_l0 weight_hh_l0 weight_ih_l0", 36, "rnn(4)"},
	{func() nn.Block { return nn.NewRecurrent(kernel.LSTMCell, 3, 4, 1, true, false) }, []int{2, 5, 3}, 0,
		"weight_hh_l0 weight_hh_l0_reverse weight_ih_l0 weight_ih_l0_reverse", 224, "lstm(4,bidirectional=true,bias=false)"},
	{func() nn.Block { return nn.NewRecurrent(kernel.GRUCell, 3, 4, 2, false, false) }, []int{2, 5, 3}, 0,
		"weight_hh_l0 weight_hh_l1 weight_ih_l0 weight_ih_l1", 180, "gru(4,layers=2,bias=false)"},
	{func() nn.Block { return nn.NewMultiheadAttention(4, 2) }, []int{2, 3, 4}, 0, "in_proj_weight in_proj_bias out_proj.weight out_proj.bias", 80, "attention(heads=2,causal=false)"},
	{func() nn.Block { return nn.NewEncoderBlock(4, 2, 8) }, []int{2, 3, 4}, 0,
		"self_attn.in_proj_weight self_attn.in_proj_bias self_attn.out_proj.weight self_attn.out_proj.bias linear1.weight linear1.bias linear2.weight linear2.bias norm1.weight norm1.bias norm2.weight norm2.bias",
		80 + 40 + 36 + 16, "encoder(heads=2,ff=8,causal=false)"},
	{func() nn.Block { return nn.Chain{nn.NewLinear(3, 4), nn.ReLU(), nn.NewLinear(4, 2)} }, []int{5, 3}, 0, "0.weight 0.bias 2.weight 2.bias", 26, "linear(4) relu linear(2)"},
	{func() nn.Block { return &nn.Residual{Chain: nn.Chain{nn.NewLayerNorm(4), nn.NewLinear(4, 4)}} }, []int{5, 4}, 0, "0.weight 0.bias 1.weight 1.bias", 28, "residual[layernorm linear(4)]"},
}

// place puts a random input on a tape.
func (l layer) place(t *grad.Tape, r *rand.Rand) func() *nn.Var {
	n := 1
	for _, d := range l.in {
		n *= d
	}
	if l.ids > 0 {
		ids := make([]int32, n)
		for i := range ids {
			ids[i] = int32(r.IntN(l.ids))
		}
		return func() *nn.Var { return t.IDs(ids, l.in...) }
	}
	data := make([]nn.Float, n)
	for i := range data {
		data[i] = nn.Float(r.NormFloat64())
	}
	return func() *nn.Var { return t.Const(data, l.in...) }
}

func TestLayers(t *testing.T) {
	for _, l := range layers {
		b := l.block()
		t.Run(strings.TrimPrefix(fmt.Sprintf("%T %s", b, l.text), "*"), func(t *testing.T) {
			var names []string
			for name := range nn.Params(b) {
				names = append(names, name)
			}
			if got := strings.Join(names, " "); got != l.params || nn.Count(b) != l.count {
				t.Errorf("parameters %q, %d numbers; want %q, %d", got, nn.Count(b), l.params, l.count)
			}
			if n, ok := b.(nn.Noted); ok != (l.text != "") || ok && n.Notation() != l.text {
				t.Errorf("notation %v, want %q", b, l.text)
			}
			nn.Build(b, 7)
			same(t, b, nn.Build(l.block(), 7))

			tape := &grad.Tape{Training: true}
			x := l.place(tape, rand.New(rand.NewPCG(3, 4)))
			pass := func() {
				tape.Reset()
				y := nn.Scope(b, x())
				if l.count > 0 {
					y.Square().Mul(y).Sum().Backward()
				}
			}
			pass()
			out := slices.Clone(nn.Scope(b, x()).Shape())
			for name, p := range nn.Params(b) {
				reached := false
				for _, g := range p.Grad() {
					reached = reached || g != 0
				}
				if !reached {
					t.Errorf("no gradient reaches %s", name)
				}
			}
			if n := testing.AllocsPerRun(20, pass); n != 0 {
				t.Errorf("a pass allocates %v times", n)
			}

			// The same block on a device that only counts gives the same shape.
			dev := &dry.Device{}
			nn.Rehearse(dev, b, func() {
				t2 := &grad.Tape{Device: dev}
				var in *nn.Var
				if l.ids > 0 {
					in = t2.IDs(make([]int32, len(x().IDs())), l.in...)
				} else {
					in = t2.Shaped(l.in...)
				}
				if got := b.Forward(in).Shape(); !slices.Equal(got, out) {
					t.Errorf("counted shape %v, computed %v", got, out)
				}
			})

			// A fresh block that is given the values under their names computes the same.
			again := nn.Build(l.block(), 8)
			state := map[string][]nn.Float{}
			for name, p := range nn.State(b) {
				state[name] = p.Data()
			}
			for name, p := range nn.State(again) {
				copy(p.Data(), state[name])
			}
			same(t, b, again)
		})
	}
}

func same(t *testing.T, a, b nn.Block) {
	t.Helper()
	var have []nn.Float
	for _, p := range nn.State(a) {
		have = append(have, p.Data()...)
	}
	var want []nn.Float
	for _, p := range nn.State(b) {
		want = append(want, p.Data()...)
	}
	if !slices.Equal(have, want) {
		t.Errorf("values differ")
	}
}
