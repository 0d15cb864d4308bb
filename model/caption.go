package model

import (
	"fmt"
	"strings"

	"brick/data"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
)

// Caption says in words what a picture shows: convolutions look at it, and a decoder writes while it attends to the places
// they leave (Xu et al. 2015, "Show, attend and tell", with the decoder of Vaswani et al. 2017).
//
//	f = relu(conv₂(relu(conv₁(pixels))))    m = places of f + waves    z = E[target] + waves    y = LN(decoderₙ(… decoder₁(z, m), m))
//	ids (B, S+T): the S = C·H·W levels of the picture, and the target   f (B, W, H/4, W/4)   m (B, H·W/16, W)   y (B, T, W)
//
// A tape with a memory looks at the picture in its first pass; what comes after continues the target.
type Caption struct {
	Light   *nn.Param          `brick:"light"` // (V, 1): what an id means as a level, from −1 to 1; a buffer
	Conv1   *nn.Conv           `brick:"conv1"` // 3×3 by steps of 2
	Conv2   *nn.Conv           `brick:"conv2"`
	Places  *nn.Sinusoidal     `brick:"places"` // of the picture
	Embed   *nn.Embedding      `brick:"embed"`  // (V, W), of the target
	Waves   *nn.Sinusoidal     `brick:"waves"`
	Decoder []*nn.DecoderBlock `brick:"decoder.layers"`
	Norm    *nn.LayerNorm      `brick:"decoder.norm"`

	picture []int // C, H, W
	drop    float64
}

// CaptionConfig describes a Caption.
type CaptionConfig struct {
	Vocab, Width, Layers, Heads, FF int
	Picture                         []int   // C, H, W
	Target                          int     // longest, in ids
	Drop                            float64 // share of each branch's result that is dropped in training
}

// New declares the model; nn.Build gives it memory. It panics unless Heads divides Width.
func (c CaptionConfig) New() *Caption {
	half := nn.NewConv(c.Picture[0], max(c.Width/2, 1), 3, 1).Along(captionStep)
	m := &Caption{
		Light: nn.NewBuffer(func(_ uint64, i int, _ nn.Fan) float64 {
			return float64(i-int(data.Marks))/(data.Levels-1)*2 - 1
		}, c.Vocab, 1),
		Conv1: half, Conv2: nn.NewConv(half.W.Shape[0], c.Width, 3, 1).Along(captionStep),
		Embed: nn.NewEmbedding(c.Vocab, c.Width), Waves: nn.NewSinusoidal(c.Target, c.Width), Norm: nn.NewLayerNorm(c.Width),
		picture: c.Picture, drop: c.Drop,
	}
	m.Places = nn.NewSinusoidal(quarter(c.Picture[1])*quarter(c.Picture[2]), c.Width)
	for range c.Layers {
		d := nn.NewDecoderBlock(c.Width, c.Heads, c.FF)
		d.Drop, d.NormFirst, d.Attn.Context = c.Drop, true, c.Target
		m.Decoder = append(m.Decoder, d)
	}
	return m
}

// captionStep is every second place of 3×3 kernels.
var captionStep = grad.Window{Size: 3, Stride: 2, Dilation: 1, Before: 1, After: 1}

// quarter is what two steps of 2 leave of n.
func quarter(n int) int { return (n + 3) / 4 }

// Forward maps ids (B, S+T) to a vector for each place of the target, (B, T, W); or, where the tape remembers a
// picture, ids (B, T).
func (m *Caption) Forward(ids *nn.Var) *nn.Var {
	read := nn.Recall[sourceRead](ids.Tape(), m)
	var memory *nn.Var
	if read == nil || !read.done {
		var pixels *nn.Var
		pixels, ids = partPair("caption", ids, m.picture[0]*m.picture[1]*m.picture[2])
		memory = m.look(pixels)
	}
	x := nn.Scope(m.Waves, nn.Scope(m.Embed, ids)) // (B, T, W)
	for _, b := range m.Decoder {
		x = b.Attend(x, memory, nil)
	}
	if read != nil {
		read.done = true
	}
	return nn.Scope(m.Norm, x)
}

// look is a vector for each place of a picture.    ids (B, C·H·W) → (B, H·W/16, W)
func (m *Caption) look(ids *nn.Var) *nn.Var {
	x := ids.Embed(m.Light.Value()).Reshape(ids.Dim(0), m.picture[0], m.picture[1], m.picture[2])
	x = m.Conv2.ForwardAct(m.Conv1.ForwardAct(x, kernel.ReLU), kernel.ReLU) // (B, W, H/4, W/4)
	x = x.Reshape(x.Dim(0), x.Dim(1), -1).Transpose(1, 2)
	return x.Add(x.Tape().Use(m.Places.W.Value())) // no memory of its own: the picture is looked at once
}

// Table is the embedding's matrix.
func (m *Caption) Table() *nn.Param { return m.Embed.W }

// Notation is caption(width=…,layers=…,heads=…,ff=…) with what is not usual.
func (m *Caption) Notation() string {
	d := m.Decoder[0]
	var s strings.Builder
	fmt.Fprintf(&s, "caption(width=%d,layers=%d,heads=%d,ff=%d", m.Embed.W.Shape[1], len(m.Decoder), d.Attn.Heads, d.FC1.W.Shape[0])
	if m.drop != 0 {
		fmt.Fprintf(&s, ",dropout=%v", m.drop)
	}
	return s.String() + ")"
}

func init() {
	nn.Register(&nn.Def{Name: "caption", Doc: "convolutions that look at a picture, and a decoder that says what it shows (Xu et al. 2015); put linear after it",
		Args: []nn.ArgDef{
			{Name: "width", Kind: nn.Size, Default: "128", Doc: "numbers in a vector, and channels of the second convolution"},
			{Name: "layers", Kind: nn.Size, Default: "1", Doc: "of the decoder"},
			{Name: "heads", Kind: nn.Size, Default: "width/32", Doc: "how many; they divide the width"},
			{Name: "ff", Kind: nn.Size, Default: "4*width", Doc: "feed-forward width"},
			{Name: "dropout", Kind: nn.Share, Default: "0", Doc: "share of each branch that is dropped"},
		},
		Fit: func(s *nn.Site, a *nn.Args) ([]int, func(*nn.Maker) nn.Block, error) {
			_, target, err := s.Pair("caption")
			if err != nil || len(s.Input.Picture) != 3 {
				return nil, nil, s.Fail("caption needs pictures with sentences", "train it on shapes")
			}
			c := CaptionConfig{Vocab: s.Input.Vocab, Width: a.Int("width", 128), Layers: a.Int("layers", 1), Picture: s.Input.Picture,
				Target: target, Drop: a.Float("dropout", 0)}
			c.Heads, c.FF = a.Int("heads", max(c.Width/32, 1)), a.Int("ff", 4*c.Width)
			if err := s.Heads(c.Heads, c.Width); err != nil {
				return nil, nil, err
			}
			if c.Layers > maxLayers || c.Width > maxPairWidth {
				return nil, nil, s.Refuse(nn.TooLarge, fmt.Sprintf("caption has %d layers of width %d", c.Layers, c.Width), fmt.Sprintf("at most %d layers of width %d fit", maxLayers, maxPairWidth))
			}
			s.Embedded(c.Vocab, c.Width)
			return []int{target, c.Width}, func(k *nn.Maker) nn.Block {
				m := c.New()
				if k.Embedding == nil {
					k.Embedding = m.Embed
				}
				return m
			}, nil
		}})
}
