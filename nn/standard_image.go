package nn

import (
	"fmt"

	"brick/grad"
)

// The words of a convolution's padding, as Args.Int gives them.
const (
	same   = -1 // so much that stride 1 keeps the size
	causal = -2 // all of it before
)

var (
	kernelArg = ArgDef{Name: "kernel", Kind: Size, Default: "", Doc: "side of the kernels"}
	strideArg = ArgDef{Name: "stride", Kind: Size, Default: "1", Doc: "from one place to the next"}
	padArg    = ArgDef{Name: "pad", Kind: Amount, Default: "0", Doc: "zeros on every side", Words: []string{"same"}}
	dilateArg = ArgDef{Name: "dilation", Kind: Size, Default: "1", Doc: "from one element of a kernel to the next"}
	groupsArg = ArgDef{Name: "groups", Kind: Size, Default: "1", Doc: "channels in so many groups of their own"}
	biasArg   = ArgDef{Name: "bias", Kind: Flag, Default: "true", Doc: "add b"}
	outArg    = ArgDef{Name: "out", Kind: Size, Default: "", Doc: "channels it gives"}
)

func init() {
	Register(&Def{Name: "conv", Doc: "kernels that slide over images (LeCun et al. 1989)",
		Args: []ArgDef{outArg, kernelArg, strideArg, padArg, dilateArg, groupsArg, biasArg},
		Fit: numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			out, c, err := s.Conv("conv", a, a.Int("out", 0), a.Int("groups", 1))
			return out, func(*Maker) Block { return c() }, err
		})})
	Register(&Def{Name: "dwconv", Doc: "a kernel of its own for every channel of images",
		Args: []ArgDef{kernelArg, strideArg, padArg, dilateArg, biasArg},
		Fit: numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			c, _, _, err := s.Image("dwconv")
			if err != nil {
				return nil, nil, err
			}
			out, conv, err := s.Conv("dwconv", a, c, c)
			return out, func(*Maker) Block { return conv() }, err
		})})
	Register(&Def{Name: "convnorm", Doc: "conv without bias, batchnorm and an activation",
		Args: []ArgDef{outArg, kernelArg, strideArg, padArg, dilateArg, groupsArg,
			{Name: "act", Kind: Word, Default: "relu", Doc: "activation", Words: []string{"relu", "relu6", "none"}}},
		Fit: numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			out, c, err := s.Conv("convnorm", a, a.Int("out", 0), a.Int("groups", 1))
			act := [...]string{"relu", "relu6", ""}[a.Int("act", 0)]
			return out, func(*Maker) Block { return NewConvNorm(c().Start(HeFanOut), act) }, err
		})})
	along := padArg
	along.Words = []string{"same", "causal"}
	Register(&Def{Name: "conv1d", Doc: "kernels that slide along time",
		Args: []ArgDef{outArg, kernelArg, strideArg, along, dilateArg, groupsArg, biasArg}, Fit: numbers(fitConv1d)})
	Register(&Def{Name: "convtranspose", Doc: "every element spread over a window of a larger image",
		Args: []ArgDef{outArg, kernelArg, strideArg, {Name: "pad", Kind: Amount, Default: "0", Doc: "rows and columns cut from every side"},
			{Name: "output_pad", Kind: Amount, Default: "0", Doc: "rows and columns more at the end"}, groupsArg, biasArg}, Fit: numbers(fitConvTranspose)})
	pool := []ArgDef{{Name: "size", Kind: Size, Default: "", Doc: "side of the windows"}, {Name: "stride", Kind: Size, Default: "size", Doc: "from one window to the next"},
		{Name: "pad", Kind: Amount, Default: "0", Doc: "padding on every side"}, {Name: "ceil", Kind: Flag, Default: "false", Doc: "a part of a window at the end counts"}}
	Register(&Def{Name: "maxpool", Doc: "the greatest of every window of images", Args: pool, Fit: numbers(fitPool("maxpool", true))})
	Register(&Def{Name: "avgpool", Doc: "the mean of every window of images", Args: pool, Fit: numbers(fitPool("avgpool", false))})
	Register(&Def{Name: "adaptive_avgpool", Doc: "images of any size made one size by means",
		Args: []ArgDef{{Name: "height", Kind: Size, Default: "", Doc: "rows it gives"}, {Name: "width", Kind: Size, Default: "height", Doc: "columns it gives"}},
		Fit: numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			c, _, _, err := s.Image("adaptive_avgpool")
			h := a.Int("height", 1)
			w := a.Int("width", h)
			return []int{c, h, w}, func(*Maker) Block { return &AdaptiveAvgPool{h, w} }, err
		})})
	Register(&Def{Name: "globalpool", Doc: "a vector of an image, the mean of each channel",
		Fit: numbers(func(s *Site, _ *Args) ([]int, func(*Maker) Block, error) {
			c, _, _, err := s.Image("globalpool")
			return []int{c}, func(*Maker) Block { return &GlobalPool{} }, err
		})})
	Register(&Def{Name: "columns", Doc: "a sequence of an image's columns, left to right",
		Fit: numbers(func(s *Site, _ *Args) ([]int, func(*Maker) Block, error) {
			c, h, w, err := s.Image("columns")
			if err == nil && h > MaxSize/max(c, 1) {
				err = s.Refuse(TooLarge, fmt.Sprintf("a column has %d·%d numbers", c, h), fmt.Sprintf("an axis has at most %d", MaxSize))
			}
			return []int{w, c * h}, func(*Maker) Block { return &Columns{} }, err
		})})
	Register(&Def{Name: "upsample", Doc: "images so many times as large",
		Args: []ArgDef{{Name: "factor", Kind: Size, Default: "", Doc: "how many times"}, {Name: "mode", Kind: Word, Default: "nearest", Doc: "what lies between", Words: []string{"nearest", "bilinear"}}},
		Fit: numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			c, h, w, err := s.Image("upsample")
			if f := a.Int("factor", 1); err == nil && f > MaxSize/max(h, w, 1) {
				err = s.Refuse(TooLarge, fmt.Sprintf("upsample makes %d×%d images %d times as large", h, w, f), fmt.Sprintf("an axis has at most %d", MaxSize))
			}
			u := Upsample{a.Int("factor", 1), a.Int("mode", 0) == 1}
			return []int{c, h * u.Factor, w * u.Factor}, func(*Maker) Block { v := u; return &v }, err
		})})
	Register(&Def{Name: "dropout2d", Doc: "drop whole channels at random while training",
		Args: []ArgDef{{Name: "p", Kind: Share, Default: "0.5", Doc: "share that is dropped"}},
		Fit: numbers(func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
			_, _, _, err := s.Image("dropout2d")
			p := a.Float("p", 0.5)
			return s.In, func(*Maker) Block { return &Dropout2d{p} }, err
		})})
	Register(&Def{Name: "instancenorm", Doc: "zero mean and unit variance of each channel of each example",
		Args: []ArgDef{{Name: "eps", Kind: Real, Default: "1e-5", Doc: "added to the variance"}},
		Fit: fitChannels("instancenorm", func(s *Site, a *Args, c int) (func(*Maker) Block, error) {
			e := a.Float("eps", normEps)
			return func(*Maker) Block { n := NewGroupNorm(c, c); n.Eps = e; return n }, nil
		})})
}

// Image is the channels, height and width of images, or an error that says what came instead.
func (s *Site) Image(block string) (c, h, w int, err error) {
	fits := ""
	switch {
	case s.IDs:
		return 0, 0, 0, s.Fail(block+" needs images, but token ids come in", "conv1d fits sequences, after embed(width)")
	case len(s.In) == 2:
		fits = "conv1d fits sequences (T, C); reshape(1,height,width) makes an image"
	case len(s.In) == 1 && s.In[0] != Any:
		fits = fmt.Sprintf("put reshape(channels,height,width) before it, whose product is %d", s.In[0])
	}
	if len(s.In) != 3 || s.In[0] == Any || s.In[1] == Any || s.In[2] == Any {
		return 0, 0, 0, s.Fail(fmt.Sprintf("%s needs images (C, H, W), but each example has shape %s here", block, shapeText(s.In)), fits)
	}
	return s.In[0], s.In[1], s.In[2], nil
}

// Window reads kernel, stride, pad and dilation.
func Window(a *Args) grad.Window {
	k := a.Int("kernel", 1)
	w := grad.Window{Stride: a.Int("stride", 1), Dilation: a.Int("dilation", 1)}
	all := w.Dilation * (k - 1)
	switch pad := a.Int("pad", 0); pad {
	case same:
		w.Before = all / 2
		w.After = all - w.Before
	case causal:
		w.Before = all
	default:
		w.Before, w.After = pad, pad
	}
	return w
}

// Fits is how many places a window of size elements has along an axis of n, or an error that says what would fit.
func (s *Site) Fits(block string, n, size int, w grad.Window) (int, error) {
	span := max(w.Dilation, 1)*(size-1) + 1
	if span > MaxSize || n+w.Before+w.After > MaxSize {
		return 0, s.Refuse(TooLarge, fmt.Sprintf("%s has a window of %d and a padding of %d", block, span, w.Before), fmt.Sprintf("an axis has at most %d", MaxSize))
	}
	if n+w.Before+w.After < span {
		what := fmt.Sprintf("%s has windows of %d, but images of shape %s come in", block, span, shapeText(s.In))
		if w.Before+w.After > 0 {
			what += fmt.Sprintf(" with %d of padding", w.Before+w.After)
		}
		return 0, s.Fail(what, fmt.Sprintf("at most %d fits here; fewer pools or strides before it leave larger images, and so does pad", n+w.Before+w.After))
	}
	return (n+w.Before+w.After-span)/max(w.Stride, 1) + 1, nil
}

// Conv reads a convolution of images to out channels.
func (s *Site) Conv(block string, a *Args, out, groups int) ([]int, func() *Conv, error) {
	in, h, w, err := s.Image(block)
	if err != nil {
		return nil, nil, err
	}
	if in%groups != 0 || out%groups != 0 {
		return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("%d groups do not divide %d channels that come in and %d that go out", groups, in, out), "")
	}
	k, win, bias := a.Int("kernel", 1), Window(a), a.Bool("bias", true)
	oh, err := s.Fits(block, h, k, win)
	if err != nil {
		return nil, nil, err
	}
	ow, err := s.Fits(block, w, k, win)
	if err == nil && k > 1<<14 {
		err = s.Refuse(TooLarge, fmt.Sprintf("%s has kernels of %d×%d", block, k, k), "at most 16384 fits")
	}
	return []int{out, oh, ow}, func() *Conv {
		c := NewConv(in, out, k, groups).Along(win)
		if !bias {
			c.NoBias()
		}
		return c
	}, err
}

func fitConv1d(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	t, in, err := s.Sequence("conv1d")
	if err != nil {
		return nil, nil, err
	}
	out, k, groups, win, bias := a.Int("out", 0), a.Int("kernel", 1), a.Int("groups", 1), Window(a), a.Bool("bias", true)
	if in%groups != 0 || out%groups != 0 {
		return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("%d groups do not divide %d channels that come in and %d that go out", groups, in, out), "")
	}
	if t != Any {
		if t, err = s.Fits("conv1d", t, k, win); err != nil {
			return nil, nil, err
		}
	}
	return []int{t, out}, func(*Maker) Block {
		c := NewTimeConv(in, out, k, groups)
		c.Options.W = win
		if !bias {
			c.B = nil
		}
		return c
	}, nil
}

func fitConvTranspose(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	in, h, w, err := s.Image("convtranspose")
	if err != nil {
		return nil, nil, err
	}
	out, k, stride, pad, extra, groups := a.Int("out", 0), a.Int("kernel", 1), a.Int("stride", 1), a.Int("pad", 0), a.Int("output_pad", 0), a.Int("groups", 1)
	if in%groups != 0 || out%groups != 0 {
		return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("%d groups do not divide %d channels that come in and %d that go out", groups, in, out), "")
	}
	if extra >= stride {
		return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("output_pad=%d with stride=%d", extra, stride), "output_pad must be smaller than stride")
	}
	if k > 1<<14 || stride > MaxSize/max(h, w, 1) || pad > MaxSize {
		return nil, nil, s.Refuse(TooLarge, fmt.Sprintf("kernels of %d, a stride of %d and a padding of %d are too large", k, stride, pad), fmt.Sprintf("an axis has at most %d", MaxSize))
	}
	shape := []int{out, (h-1)*stride + k - 2*pad + extra, (w-1)*stride + k - 2*pad + extra}
	if shape[1] < 1 || shape[2] < 1 {
		return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("convtranspose of images %s with pad=%d leaves nothing", shapeText(s.In), pad), "a smaller pad fits")
	}
	bias := a.Bool("bias", true)
	return shape, func(*Maker) Block {
		c := NewConvTranspose(in, out, k, stride, groups)
		c.Pad, c.OutputPad = pad, extra
		if !bias {
			c.B = nil
		}
		return c
	}, nil
}

func fitPool(name string, most bool) func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
	return func(s *Site, a *Args) ([]int, func(*Maker) Block, error) {
		c, h, w, err := s.Image(name)
		if err != nil {
			return nil, nil, err
		}
		size := a.Int("size", 1)
		p := Pool{Size: size, Stride: a.Int("stride", size), Pad: a.Int("pad", 0), Ceil: a.Bool("ceil", false), Max: most}
		if 2*p.Pad > size {
			return nil, nil, s.Refuse(BadArgument, fmt.Sprintf("pad=%d is more than half of a window of %d", p.Pad, size), fmt.Sprintf("at most %d fits", size/2))
		}
		shape := []int{c, h, w}
		for i := 1; i < 3; i++ {
			n, err := s.Fits(name, shape[i], size, grad.Window{Stride: p.Stride, Before: p.Pad, After: p.Pad})
			if err != nil {
				return nil, nil, err
			}
			if p.Ceil && n*p.Stride < shape[i]+p.Pad && shape[i]+2*p.Pad > (n-1)*p.Stride+size {
				n++
			}
			shape[i] = n
		}
		return shape, func(*Maker) Block { q := p; return &q }, nil
	}
}
