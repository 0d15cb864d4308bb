package grad_test

import (
	"testing"

	"brick/grad"
	"brick/tensor/goldentest"
)

// window is the windows along axis i (0 for H) of a case; a 1-D one has W only.
func window(c goldentest.Case, i int) grad.Window {
	at := func(name string, absent int) int {
		switch list := c.Ints(name); len(list) {
		case 0:
			return absent
		case 1:
			return list[0]
		default:
			return list[i]
		}
	}
	pad := at("padding", 0)
	return grad.Window{Size: at("kernel", 0), Stride: at("stride", 0), Dilation: at("dilation", 1), Before: pad, After: pad - at("output_padding", 0)}
}

func TestGoldenConv(t *testing.T) {
	for _, c := range goldentest.Load(t, "conv") {
		t.Run(c.Name, func(t *testing.T) {
			r := newGoldenRun(c)
			x := r.t.Use(r.param("x"))
			o := grad.ConvOptions{H: window(c, 0), W: window(c, 1), Groups: c.Int("groups", 1)}
			pool := grad.PoolOptions{H: o.H, W: o.W, Ceil: c.Bool("ceil_mode", false), CountPad: c.Bool("count_include_pad", false)}
			var y *grad.Var
			switch c.Op {
			case "conv1d", "conv2d":
				y = x.Conv(r.param("weight"), r.param("bias"), o)
			case "conv_transpose2d":
				y = x.ConvTranspose(r.param("weight"), r.param("bias"), o)
			case "max_pool2d":
				y = x.MaxPool(pool)
			case "avg_pool2d":
				y = x.MeanPool(pool)
			case "global_avg_pool2d":
				y = x.Mean(2, 3)
			default:
				t.Fatalf("no op %q", c.Op)
			}
			r.compare(t, y, 1e-5)
		})
	}
}
