package model

import (
	"fmt"

	"brick/kernel"
	"brick/nn"
)

// BasicBlock is the residual pair of ResNet-18, -34 and those for CIFAR (He et al. 2016, "Deep residual learning"), with
// torchvision's names.
//
//	y = relu(bn2(conv2(relu(bn1(conv1(x))))) + short(x))     3×3 kernels     x (N, C, H, W) → y (N, out, H/stride, W/stride)
//
// short is x, or where the shape changes the batch norm of a 1×1 convolution.
type BasicBlock struct {
	Conv1 *nn.Conv      `brick:"conv1"`
	BN1   *nn.BatchNorm `brick:"bn1"`
	Conv2 *nn.Conv      `brick:"conv2"`
	BN2   *nn.BatchNorm `brick:"bn2"`
	Short *nn.ConvNorm  `brick:"downsample"` // nil where the shape stays

	stride int
	zero   bool
}

// NewBasicBlock declares a BasicBlock of in to out channels. With zero the last norm's weight starts at 0, so that the
// block starts as its short cut (Goyal et al. 2017).
func NewBasicBlock(in, out, stride int, zero bool) *BasicBlock {
	b := &BasicBlock{
		Conv1: heConv(in, out, 3, stride, 1), BN1: nn.NewBatchNorm(out),
		Conv2: heConv(out, out, 3, 1, 1), BN2: nn.NewBatchNorm(out),
		Short: shortcut(in, out, stride), stride: stride, zero: zero,
	}
	if zero {
		b.BN2.W.Init = nn.Zeros
	}
	return b
}

// heConv is a convolution without bias, padded to keep the size, that starts for ReLU.
func heConv(in, out, size, stride, groups int) *nn.Conv {
	return nn.NewConv(in, out, size, groups).NoBias().Stride(stride, size/2).Start(nn.HeFanOut)
}

// shortcut is what a residual block adds where its shape changes, else nil.
func shortcut(in, out, stride int) *nn.ConvNorm {
	if in == out && stride == 1 {
		return nil
	}
	return nn.NewConvNorm(heConv(in, out, 1, stride, 1), "")
}

// short is the short cut's value.
func short(c *nn.ConvNorm, x *nn.Var) *nn.Var {
	if c == nil {
		return x
	}
	return nn.Scope(c, x)
}

// Forward is the block.
func (b *BasicBlock) Forward(x *nn.Var) *nn.Var {
	y := nn.Normed(b.Conv1, b.BN1, x, kernel.ReLU)
	return nn.Normed(b.Conv2, b.BN2, y, kernel.Identity).Add(short(b.Short, x)).ReLU()
}

// Notation is resblock(out), with what is not the default.
func (b *BasicBlock) Notation() string {
	return fmt.Sprintf("resblock(%d", b.Conv2.W.Shape[0]) + strideNote(b.stride, b.zero) + ")"
}

func strideNote(stride int, zero bool) string {
	s := ""
	if stride > 1 {
		s = fmt.Sprintf(",stride=%d", stride)
	}
	if zero {
		s += ",zero=true"
	}
	return s
}

// Bottleneck is the residual block of ResNet-50 and deeper: a 1×1 convolution to fewer channels, a 3×3 one, which has
// the stride, and a 1×1 one to out channels.
type Bottleneck struct {
	Conv1 *nn.Conv      `brick:"conv1"`
	BN1   *nn.BatchNorm `brick:"bn1"`
	Conv2 *nn.Conv      `brick:"conv2"`
	BN2   *nn.BatchNorm `brick:"bn2"`
	Conv3 *nn.Conv      `brick:"conv3"`
	BN3   *nn.BatchNorm `brick:"bn3"`
	Short *nn.ConvNorm  `brick:"downsample"`

	stride int
	zero   bool
}

// NewBottleneck declares a Bottleneck of in to out channels, width of them in the middle.
func NewBottleneck(in, out, width, stride int, zero bool) *Bottleneck {
	b := &Bottleneck{
		Conv1: heConv(in, width, 1, 1, 1), BN1: nn.NewBatchNorm(width),
		Conv2: heConv(width, width, 3, stride, 1), BN2: nn.NewBatchNorm(width),
		Conv3: heConv(width, out, 1, 1, 1), BN3: nn.NewBatchNorm(out),
		Short: shortcut(in, out, stride), stride: stride, zero: zero,
	}
	if zero {
		b.BN3.W.Init = nn.Zeros
	}
	return b
}

// Forward is the block.
func (b *Bottleneck) Forward(x *nn.Var) *nn.Var {
	y := nn.Normed(b.Conv1, b.BN1, x, kernel.ReLU)
	y = nn.Normed(b.Conv2, b.BN2, y, kernel.ReLU)
	return nn.Normed(b.Conv3, b.BN3, y, kernel.Identity).Add(short(b.Short, x)).ReLU()
}

// Notation is bottleneck(out), with what is not the default.
func (b *Bottleneck) Notation() string {
	out, width := b.Conv3.W.Shape[0], b.Conv2.W.Shape[0]
	s := fmt.Sprintf("bottleneck(%d", out)
	if 4*width != out {
		s += fmt.Sprintf(",width=%d", width)
	}
	return s + strideNote(b.stride, b.zero) + ")"
}

// ResNet is a residual network with torchvision's names: conv1, bn1, layer1 … layer4, fc (He et al. 2016). The
// first block of each stage after the first has a stride of 2.
type ResNet struct {
	Conv1  *nn.Conv      `brick:"conv1"`
	BN1    *nn.BatchNorm `brick:"bn1"`
	Layer1 nn.Chain      `brick:"layer1"`
	Layer2 nn.Chain      `brick:"layer2"`
	Layer3 nn.Chain      `brick:"layer3"`
	Layer4 nn.Chain      `brick:"layer4"`
	FC     *nn.Linear    `brick:"fc"`

	pool *nn.Pool // after the first convolution, or nil
}

func (m *ResNet) chain() nn.Chain {
	c := nn.Chain{m.Conv1, m.BN1, nn.ReLU()}
	if m.pool != nil {
		c = append(c, m.pool)
	}
	for _, layer := range []nn.Chain{m.Layer1, m.Layer2, m.Layer3, m.Layer4} {
		c = append(c, layer...)
	}
	return append(c, &nn.GlobalPool{}, m.FC)
}

// Forward maps images (N, C, H, W) to a score a class (N, classes).
func (m *ResNet) Forward(x *nn.Var) *nn.Var {
	x = nn.Normed(m.Conv1, m.BN1, x, kernel.ReLU)
	if m.pool != nil {
		x = nn.Scope(m.pool, x)
	}
	x = m.Layer4.Forward(m.Layer3.Forward(m.Layer2.Forward(m.Layer1.Forward(x))))
	return nn.Scope(m.FC, x.Reshape(x.Dim(0), x.Dim(1), -1).Mean(2))
}

// Notation is the model in stack notation.
func (m *ResNet) Notation() string { return m.chain().Notation() }

// asResNet is conv batchnorm relu [maxpool] of residual blocks globalpool linear as a ResNet, else nil. A block whose
// stride or channels are not those before it begins a stage.
func asResNet(c nn.Chain) *ResNet {
	if len(c) < 6 {
		return nil
	}
	conv, ok1 := c[0].(*nn.Conv)
	bn, ok2 := c[1].(*nn.BatchNorm)
	act, ok3 := c[2].(*nn.Activation)
	_, ok4 := c[len(c)-2].(*nn.GlobalPool)
	fc, ok5 := c[len(c)-1].(*nn.Linear)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || act.Name != "relu" || conv.B != nil {
		return nil
	}
	m := &ResNet{Conv1: conv, BN1: bn, FC: fc}
	blocks := c[3 : len(c)-2]
	if m.pool, _ = blocks[0].(*nn.Pool); m.pool != nil {
		blocks = blocks[1:]
	}
	layers := []*nn.Chain{&m.Layer1, &m.Layer2, &m.Layer3, &m.Layer4}
	stage, before := -1, -1
	for _, b := range blocks {
		out, stride := 0, 0
		switch b := b.(type) {
		case *BasicBlock:
			out, stride = b.Conv2.W.Shape[0], b.stride
		case *Bottleneck:
			out, stride = b.Conv3.W.Shape[0], b.stride
		default:
			return nil
		}
		if out != before || stride > 1 {
			stage++
		}
		if before = out; stage == len(layers) {
			return nil
		}
		*layers[stage] = append(*layers[stage], b)
	}
	if stage < 0 {
		return nil
	}
	conv.Start(nn.HeFanOut)
	return m
}

func init() {
	args := func(more ...nn.ArgDef) []nn.ArgDef {
		return append(append([]nn.ArgDef{{Name: "out", Kind: nn.Size, Default: "", Doc: "channels it gives"}}, more...),
			nn.ArgDef{Name: "stride", Kind: nn.Size, Default: "1", Doc: "by how much images become smaller"},
			nn.ArgDef{Name: "zero", Kind: nn.Flag, Default: "false", Doc: "start as the short cut"})
	}
	nn.Register(&nn.Def{Name: "resblock", Doc: "ResNet's block: two 3×3 convolutions and a short cut (He et al. 2016)", Deep: true, Args: args(),
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			c, h, w, err := s.Image("resblock")
			out, stride, zero := a.Int("out", 0), a.Int("stride", 1), a.Bool("zero", false)
			return []int{out, (h-1)/stride + 1, (w-1)/stride + 1}, func(*nn.Maker) nn.Block { return NewBasicBlock(c, out, stride, zero) }, err
		}})
	nn.Register(&nn.Def{Name: "bottleneck", Doc: "deep ResNets' block: 1×1, 3×3 and 1×1 convolutions and a short cut (He et al. 2016)", Deep: true,
		Args: args(nn.ArgDef{Name: "width", Kind: nn.Size, Default: "out/4", Doc: "channels in the middle"}),
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			c, h, w, err := s.Image("bottleneck")
			out, stride, zero := a.Int("out", 0), a.Int("stride", 1), a.Bool("zero", false)
			width := a.Int("width", max(out/4, 1))
			return []int{out, (h-1)/stride + 1, (w-1)/stride + 1}, func(*nn.Maker) nn.Block { return NewBottleneck(c, out, width, stride, zero) }, err
		}})
}
