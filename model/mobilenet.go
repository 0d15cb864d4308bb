package model

import (
	"fmt"

	"brick/nn"
)

// MobileBlock is MobileNetV2's inverted residual (Sandler et al. 2018), with torchvision's names: 1×1 to expand times
// as many channels, a 3×3 kernel for each of them, which has the stride, and 1×1 back to out channels, without an
// activation. x is added where the shape stays. With expand=1 the first of them is left out: a depthwise separable
// convolution, as in MobileNetV1 (Howard et al. 2017).
type MobileBlock struct {
	Convs nn.Chain `brick:"conv"` // a ConvNorm or two, a Conv, its BatchNorm

	out, stride, expand int
	adds                bool
}

// NewMobileBlock declares a MobileBlock of in to out channels.
func NewMobileBlock(in, out, stride, expand int) *MobileBlock {
	b := &MobileBlock{out: out, stride: stride, expand: expand, adds: in == out && stride == 1}
	mid := in * expand
	if expand > 1 {
		b.Convs = append(b.Convs, nn.NewConvNorm(heConv(in, mid, 1, 1, 1), "relu6"))
	}
	b.Convs = append(b.Convs, nn.NewConvNorm(heConv(mid, mid, 3, stride, mid), "relu6"), heConv(mid, out, 1, 1, 1), nn.NewBatchNorm(out))
	return b
}

// Forward is the block.
func (b *MobileBlock) Forward(x *nn.Var) *nn.Var {
	y := b.Convs.Forward(x)
	if b.adds {
		y = y.Add(x)
	}
	return y
}

// Notation is mobileblock(out), with what is not the default.
func (b *MobileBlock) Notation() string {
	s := fmt.Sprintf("mobileblock(%d", b.out)
	if b.stride > 1 {
		s += fmt.Sprintf(",stride=%d", b.stride)
	}
	if b.expand != 6 {
		s += fmt.Sprintf(",expand=%d", b.expand)
	}
	return s + ")"
}

func init() {
	nn.Register(&nn.Def{Name: "mobileblock", Doc: "MobileNetV2's block: convolutions of every channel by itself and of every place by itself (Sandler et al. 2018)", Deep: true,
		Args: []nn.ArgDef{
			{Name: "out", Kind: nn.Size, Default: "", Doc: "channels it gives"},
			{Name: "stride", Kind: nn.Size, Default: "1", Doc: "by how much images become smaller"},
			{Name: "expand", Kind: nn.Size, Default: "6", Doc: "times as many channels inside"},
		},
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			c, h, w, err := s.Image("mobileblock")
			if err != nil {
				return nil, nil, err
			}
			out, stride, expand := a.Int("out", 0), a.Int("stride", 1), a.Int("expand", 6)
			if expand > nn.MaxSize/max(c, 1) {
				return nil, nil, s.Refuse(nn.TooLarge, fmt.Sprintf("expand=%d makes more than %d channels", expand, nn.MaxSize), fmt.Sprintf("at most %d fits", nn.MaxSize/max(c, 1)))
			}
			return []int{out, (h-1)/stride + 1, (w-1)/stride + 1}, func(*nn.Maker) nn.Block { return NewMobileBlock(c, out, stride, expand) }, nil
		}})
}
