package model_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"brick/device"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/tensor"
	"brick/tensor/goldentest"
)

// torchMLP is the MLP of the reference runs, with its names.
type torchMLP struct {
	FC1 *nn.Linear `brick:"fc1"`
	FC2 *nn.Linear `brick:"fc2"`
	FC3 *nn.Linear `brick:"fc3"`
}

func (m *torchMLP) Forward(x *nn.Var) *nn.Var {
	return m.FC3.Forward(m.FC2.ForwardAct(m.FC1.ForwardAct(x, kernel.ReLU), kernel.ReLU))
}

// charRecurrent is the recurrent language model of the reference runs, with its names.
type charRecurrent struct {
	Embed *nn.Embedding
	RNN   *nn.Recurrent `brick:"rnn"`
	Head  *nn.Linear
}

func (m *charRecurrent) Forward(x *nn.Var) *nn.Var {
	return m.Head.Forward(m.RNN.Forward(m.Embed.Forward(x)))
}

// reference is the model of a reference run.
func reference(t *testing.T, c goldentest.Case) nn.Block {
	t.Helper()
	rows := func(name string, axis int) int { return c.In[name].Shape[axis] }
	var m nn.Block
	var err error
	switch name := c.Text("model", ""); name {
	case "linear_regression", "logistic_regression":
		return nn.NewLinear(rows("weight", 1), rows("weight", 0))
	case "mlp":
		return &torchMLP{
			nn.NewLinear(rows("fc1.weight", 1), rows("fc1.weight", 0)),
			nn.NewLinear(rows("fc2.weight", 1), rows("fc2.weight", 0)),
			nn.NewLinear(rows("fc3.weight", 1), rows("fc3.weight", 0)),
		}
	case "char_rnn", "char_lstm", "char_gru":
		cell := map[string]kernel.Cell{"char_rnn": kernel.TanhCell, "char_lstm": kernel.LSTMCell, "char_gru": kernel.GRUCell}[name]
		return &charRecurrent{
			nn.NewEmbedding(rows("embed.weight", 0), rows("embed.weight", 1)),
			nn.NewRecurrent(cell, rows("embed.weight", 1), c.Int("hidden", 0), c.Int("layers", 0), false, true),
			nn.NewLinear(rows("head.weight", 1), rows("head.weight", 0)),
		}
	case "lenet":
		m, err = model.New(fmt.Sprintf("conv(6,5,pad=%d) relu maxpool(2) conv(16,5) relu maxpool(2) flatten linear(120) relu linear(84) relu linear", c.Int("conv1_padding", 0)), nn.Input{Shape: c.In["batch.x"].Shape[2:], Outputs: 10})
	case "resnet":
		m, err = model.New("conv(8,3,pad=1,bias=false) batchnorm relu resblock(8) resblock(16,stride=2) globalpool linear", nn.Input{Shape: c.In["batch.x"].Shape[2:], Outputs: 5})
	case "gpt2":
		m, err = model.GPT2Config{
			Vocab: rows("transformer.wte.weight", 0), Width: rows("transformer.wte.weight", 1), Context: rows("transformer.wpe.weight", 0),
			Layers: c.Int("n_layer", 0), Heads: c.Int("n_head", 0), Eps: c.Float("eps", 0), Act: "gelu_new", Tied: true,
		}.New()
	case "llama":
		m, err = model.LlamaConfig{DecoderConfig: model.DecoderConfig{
			Vocab: rows("model.embed_tokens.weight", 0), Width: rows("model.embed_tokens.weight", 1), Hidden: rows("model.layers.0.mlp.gate_proj.weight", 0),
			Layers: c.Int("n_layer", 0), Heads: c.Int("n_head", 0), KVHeads: c.Int("n_kv_head", 0), Context: 512,
			Eps: c.Float("eps", 0), RopeBase: c.Float("base", 0), Tied: c.Bool("tied", false),
		}, Act: "silu"}.New()
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// batches gives the loss of batch i.
func batches(t *testing.T, c goldentest.Case) func(tape *grad.Tape, m nn.Block, i int) *nn.Var {
	t.Helper()
	if ids := c.In["batch.ids"]; ids != nil {
		all, err := ids.Ints(nil)
		if err != nil {
			t.Fatal(err)
		}
		B, T := ids.Shape[1], ids.Shape[2]-1
		return func(tape *grad.Tape, m nn.Block, i int) *nn.Var {
			var x, y []int32
			for b := range B {
				row := all[(i*B+b)*(T+1) : (i*B+b+1)*(T+1)]
				x, y = append(x, row[:T]...), append(y, row[1:]...)
			}
			return m.Forward(tape.IDs(x, B, T)).Reshape(B*T, -1).CrossEntropy(tape.IDs(y, B*T), grad.CrossEntropyOptions{})
		}
	}
	part := func(x *tensor.Tensor, i int) ([]int, []nn.Float) {
		n := x.Len() / x.Shape[0]
		return x.Shape[1:], x.Floats(nil)[i*n : (i+1)*n]
	}
	return func(tape *grad.Tape, m nn.Block, i int) *nn.Var {
		shape, x := part(c.In["batch.x"], i)
		y := m.Forward(tape.Const(x, shape...))
		target := c.In["batch.y"]
		if slices.Contains([]string{"mlp", "lenet", "resnet"}, c.Text("model", "")) {
			ids, err := target.Ints(nil)
			if err != nil {
				t.Fatal(err)
			}
			n := target.Shape[1]
			return y.CrossEntropy(tape.IDs(ids[i*n:(i+1)*n], n), grad.CrossEntropyOptions{})
		}
		_, want := part(target, i)
		if c.Text("model", "") == "logistic_regression" {
			return y.BCEWithLogits(tape.Const(want, y.Shape()...), nil, device.Mean)
		}
		return y.MSE(tape.Const(want, y.Shape()...), device.Mean)
	}
}

// Whole training runs of 20 steps against PyTorch's, from the same start.
func TestGoldenTrajectories(t *testing.T) {
	for _, c := range goldentest.Load(t, "trajectories") {
		t.Run(c.Name, func(t *testing.T) {
			m := nn.Build(reference(t, c), 1)
			for name, p := range nn.State(m) {
				copy(p.Data(), c.In[name].Floats(nil))
			}
			o := c.Sub("optimizer")
			var opt optim.Optimizer
			params := optim.Params(m)
			if o.Text("op", "") == "sgd" {
				for i := range params { // PyTorch's decays norms and biases too
					params[i].Decay = true
				}
				opt = &optim.SGD{Momentum: o.Float("momentum", 0), Decay: o.Float("weight_decay", 0)}
			} else {
				betas := o.Attrs["betas"].([]any)
				opt = &optim.AdamW{Beta1: betas[0].(float64), Beta2: betas[1].(float64), Eps: o.Float("eps", 0), Decay: o.Float("weight_decay", 0)}
				for i := range params {
					if params[i].Name == "embed.weight" { // which a table is not by default
						params[i].Decay = false
					}
					if params[i].Decay != slices.Contains(o.Texts("decay"), params[i].Name) {
						t.Errorf("%s: weight decay %v by default", params[i].Name, params[i].Decay)
					}
				}
			}
			if err := opt.Init(nil, params); err != nil {
				t.Fatal(err)
			}
			clip := optim.Clip{Norm: c.Float("clip_norm", 0)}
			lossOf := batches(t, c)
			tape := &grad.Tape{Training: true}
			var losses []nn.Float
			for step := range c.Int("steps", 0) {
				tape.Reset()
				l := lossOf(tape, m, step%c.Int("batches", 1))
				l.Backward()
				losses = append(losses, nn.Float(l.Item()))
				if step == 0 {
					for name, p := range nn.Params(m) {
						c.Compare(t, "grad."+name, p.Grad(), goldentest.Tol(2e-5))
					}
				}
				if clip.Norm > 0 {
					clip.Apply(opt)
				}
				opt.Step(rate(c.Sub("schedule"), step))
			}
			c.Compare(t, "out.losses", losses, goldentest.Tol(2e-5))
			for name, p := range nn.State(m) {
				c.Compare(t, "out.final."+name, p.Data(), goldentest.Tol(1e-4))
			}
			tape.Reset()
			c.Compare(t, "out.loss_final", []nn.Float{nn.Float(lossOf(tape, m, 0).Item())}, goldentest.Tol(2e-5))
		})
	}
}

// rate is the learning rate of a reference run's step.
func rate(s goldentest.Case, step int) float64 {
	if s.Text("op", "") == "constant" {
		return s.Float("lr", 0)
	}
	base, low, warm := s.Float("base_lr", 0), s.Float("min_lr", 0), s.Int("warmup", 0)
	if step < warm {
		return base * float64(step+s.Int("warmup_shift", 0)) / float64(warm)
	}
	q := float64(step-warm) / float64(s.Int("total", 0)-warm)
	return low + 0.5*(base-low)*(1+math.Cos(math.Pi*q))
}
