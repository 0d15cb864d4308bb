package model

import (
	"fmt"

	"brick/grad"
	"brick/nn"
)

// UNet gives every pixel of an image out numbers, such as a score for each class it may be of (Ronneberger et al. 2015,
// "U-Net"; padded, so that the size stays, and with batch norm). Going down, images become half as large and have
// twice the channels, depth times; going up they grow again, and each step sees what was there on the way down.
//
//	xᵢ₊₁ = downᵢ₊₁(maxpool(xᵢ))    yᵢ = mergeᵢ(concat(xᵢ, upᵢ(yᵢ₊₁)))    y = head(y₀)     x (N, C, H, W) → y (N, out, H, W)
type UNet struct {
	Down  []nn.Chain          `brick:"down"`  // depth+1 pairs of convnorm(3×3)
	Up    []*nn.ConvTranspose `brick:"up"`    // the deepest first
	Merge []nn.Chain          `brick:"merge"` // pairs again
	Head  *nn.Conv            `brick:"head"`  // 1×1

	width int
	pool  *nn.Pool
}

// NewUNet declares a UNet of in channels to out numbers, with width channels in the first pair.
func NewUNet(in, out, width, depth int) *UNet {
	pair := func(in, out int) nn.Chain {
		return nn.Chain{nn.NewConvNorm(heConv(in, out, 3, 1, 1), "relu"), nn.NewConvNorm(heConv(out, out, 3, 1, 1), "relu")}
	}
	m := &UNet{width: width, pool: nn.MaxPool(2, 2), Down: []nn.Chain{pair(in, width)}}
	for i := range depth {
		m.Down = append(m.Down, pair(width<<i, width<<(i+1)))
	}
	for i := depth - 1; i >= 0; i-- {
		m.Up = append(m.Up, nn.NewConvTranspose(width<<(i+1), width<<i, 2, 2, 1))
		m.Merge = append(m.Merge, pair(width<<(i+1), width<<i))
	}
	m.Head = nn.NewConv(width, out, 1, 1)
	return m
}

// Forward maps images (N, C, H, W) to (N, out, H, W).
func (m *UNet) Forward(x *nn.Var) *nn.Var {
	var levels [maxUNetDepth + 1]*nn.Var
	for i, down := range m.Down {
		if i > 0 {
			x = nn.Scope(m.pool, x)
		}
		x = down.Forward(x)
		levels[i] = x
	}
	for i, up := range m.Up {
		x = grad.Concat(1, levels[len(m.Up)-1-i], nn.Scope(up, x))
		x = m.Merge[i].Forward(x)
	}
	return nn.Scope(m.Head, x)
}

// Notation is unet(out), with what is not the default.
func (m *UNet) Notation() string {
	s := fmt.Sprintf("unet(%d", m.Head.W.Shape[0])
	if m.width != 16 {
		s += fmt.Sprintf(",width=%d", m.width)
	}
	if len(m.Up) != 3 {
		s += fmt.Sprintf(",depth=%d", len(m.Up))
	}
	return s + ")"
}

// maxUNetDepth bounds how often images are halved.
const maxUNetDepth = 10

func init() {
	nn.Register(&nn.Def{Name: "unet", Doc: "numbers for every pixel, from views of many scales (Ronneberger et al. 2015)",
		Args: []nn.ArgDef{
			{Name: "out", Kind: nn.Size, Default: "", Doc: "numbers for every pixel"},
			{Name: "width", Kind: nn.Size, Default: "16", Doc: "channels at full size; twice as many at each smaller one"},
			{Name: "depth", Kind: nn.Size, Default: "3", Doc: "how often images are halved"},
		},
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			c, h, w, err := s.Image("unet")
			if err != nil {
				return nil, nil, err
			}
			out, width, depth := a.Int("out", 0), a.Int("width", 16), a.Int("depth", 3)
			if depth > maxUNetDepth || width > 1<<14 {
				return nil, nil, s.Refuse(nn.TooLarge, fmt.Sprintf("unet of depth %d and width %d", depth, width), fmt.Sprintf("at most %d and 16384 fit", maxUNetDepth))
			}
			if f := 1 << depth; h%f != 0 || w%f != 0 {
				return nil, nil, s.Fail(fmt.Sprintf("unet halves images %d times, but %d×%d ones come in", depth, h, w), fmt.Sprintf("want both sides multiples of %d, or a smaller depth", f))
			}
			return []int{out, h, w}, func(*nn.Maker) nn.Block { return NewUNet(c, out, width, depth) }, nil
		}})
}
