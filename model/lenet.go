package model

import (
	"brick/kernel"
	"brick/nn"
)

// LeNet is LeNet-5 with ReLU (LeCun et al. 1998, "Gradient-based learning applied to document recognition"), with
// the names that PyTorch's examples give it: two convolutions, each with a pool, and three linear layers.
type LeNet struct {
	Conv1 *nn.Conv   `brick:"conv1"`
	Conv2 *nn.Conv   `brick:"conv2"`
	FC1   *nn.Linear `brick:"fc1"`
	FC2   *nn.Linear `brick:"fc2"`
	FC3   *nn.Linear `brick:"fc3"`

	pool1, pool2 *nn.Pool
}

// Forward maps images (N, C, H, W) to a score a class (N, classes).
func (m *LeNet) Forward(x *nn.Var) *nn.Var {
	x = m.pool1.Forward(m.Conv1.ForwardAct(x, kernel.ReLU))
	x = m.pool2.Forward(m.Conv2.ForwardAct(x, kernel.ReLU))
	x = m.FC1.ForwardAct(x.Reshape(x.Dim(0), -1), kernel.ReLU)
	return m.FC3.Forward(m.FC2.ForwardAct(x, kernel.ReLU))
}

func (m *LeNet) chain() nn.Chain {
	return nn.Chain{m.Conv1, nn.ReLU(), m.pool1, m.Conv2, nn.ReLU(), m.pool2, &nn.Flatten{}, m.FC1, nn.ReLU(), m.FC2, nn.ReLU(), m.FC3}
}

// Notation is the model in stack notation.
func (m *LeNet) Notation() string { return m.chain().Notation() }

// asLeNet is  2*[conv relu pool] flatten linear relu linear relu linear  as a LeNet, else nil.
func asLeNet(c nn.Chain) *LeNet {
	if len(c) != 12 {
		return nil
	}
	var m LeNet
	good := true
	at := func(ok bool) { good = good && ok }
	for _, i := range []int{1, 4, 8, 10} {
		a, ok := c[i].(*nn.Activation)
		at(ok && a.Name == "relu")
	}
	at(take(&m.Conv1, c[0]))
	at(take(&m.pool1, c[2]))
	at(take(&m.Conv2, c[3]))
	at(take(&m.pool2, c[5]))
	at(take(new(*nn.Flatten), c[6]))
	at(take(&m.FC1, c[7]))
	at(take(&m.FC2, c[9]))
	at(take(&m.FC3, c[11]))
	if !good {
		return nil
	}
	return &m
}

// take sets *to if b is of its type, and reports whether it is.
func take[B nn.Block](to *B, b nn.Block) (ok bool) {
	*to, ok = b.(B)
	return ok
}
