package model_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
)

// The published sizes of networks of convolutions, exact to the parameter.
func TestCountImages(t *testing.T) {
	for _, c := range []struct {
		name string
		want int
	}{
		{"lenet", 61_706},
		{"alexnet", 61_100_840},
		{"vgg16", 138_357_544},
		{"resnet20", 272_474},
		{"resnet18", 11_689_512},
		{"resnet50", 25_557_032},
		{"mobilenet-v2", 3_504_872},
	} {
		m, err := model.New(c.name, nn.Input{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := model.CountStack(c.name, nn.Input{})
		if err != nil {
			t.Fatal(err)
		}
		e, _ := model.Find(c.name)
		planned, err := model.CountStack(e.Stack, e.Typical)
		if err != nil {
			t.Fatal(err)
		}
		if got := model.Count(m); got != c.want || n != c.want || planned != c.want {
			t.Errorf("%s: declared %d, counted %d, planned %d, want %d", c.name, got, n, planned, c.want)
		}
	}
}

// Parameters and buffers have torchvision's names and shapes.
func TestImageNames(t *testing.T) {
	for _, c := range []struct{ name, kind, has string }{
		{"lenet", "*model.LeNet", "conv1.weight[6 1 5 5] conv1.bias[6] conv2.weight[16 6 5 5] conv2.bias[16] fc1.weight[120 400] fc1.bias[120] fc2.weight[84 120] fc2.bias[84] fc3.weight[10 84] fc3.bias[10]"},
		{"resnet18", "*model.ResNet", "conv1.weight[64 3 7 7] bn1.weight[64] bn1.bias[64] bn1.running_mean[64] bn1.running_var[64] layer1.0.conv1.weight[64 64 3 3] " +
			"layer2.0.conv1.weight[128 64 3 3] layer2.0.downsample.0.weight[128 64 1 1] layer2.0.downsample.1.running_var[128] layer4.1.bn2.bias[512] fc.weight[1000 512] fc.bias[1000]"},
		{"resnet50", "*model.ResNet", "layer1.0.conv1.weight[64 64 1 1] layer1.0.conv3.weight[256 64 1 1] layer1.0.downsample.0.weight[256 64 1 1] layer3.5.conv2.weight[256 256 3 3] layer4.2.bn3.running_mean[2048] fc.weight[1000 2048]"},
		{"resnet20", "*model.ResNet", "layer1.2.conv2.weight[16 16 3 3] layer3.0.downsample.1.weight[64] fc.weight[10 64]"},
		{"alexnet", "*model.ConvNet", "features.0.weight[64 3 11 11] features.3.weight[192 64 5 5] features.6.weight[384 192 3 3] features.8.weight[256 384 3 3] features.10.bias[256] classifier.1.weight[4096 9216] classifier.4.weight[4096 4096] classifier.6.bias[1000]"},
		{"vgg16", "*model.ConvNet", "features.0.weight[64 3 3 3] features.2.weight[64 64 3 3] features.28.bias[512] classifier.0.weight[4096 25088] classifier.3.bias[4096] classifier.6.weight[1000 4096]"},
		{"mobilenet-v2", "*model.ConvNet", "features.0.0.weight[32 3 3 3] features.0.1.running_mean[32] features.1.conv.0.0.weight[32 1 3 3] features.1.conv.1.weight[16 32 1 1] features.1.conv.2.bias[16] " +
			"features.2.conv.0.0.weight[96 16 1 1] features.2.conv.1.0.weight[96 1 3 3] features.2.conv.2.weight[24 96 1 1] features.2.conv.3.running_var[24] features.18.0.weight[1280 320 1 1] classifier.1.weight[1000 1280]"},
	} {
		m, err := model.New(c.name, nn.Input{})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for name, p := range nn.State(m) {
			names = append(names, fmt.Sprint(name, p.Shape))
		}
		if kind := fmt.Sprintf("%T", m); kind != c.kind {
			t.Errorf("%s is a %s, want %s", c.name, kind, c.kind)
		}
		for _, want := range strings.SplitAfter(c.has, "]") {
			if want = strings.TrimSpace(want); want != "" && !slices.Contains(names, want) {
				t.Errorf("%s lacks %s", c.name, want)
			}
		}
	}
}

// Chains that look like known networks but are not stay chains, and print back as what they are.
func TestImageChains(t *testing.T) {
	in := nn.Input{Shape: []int{3, 16, 16}, Outputs: 4}
	for _, c := range []struct{ stack, kind string }{
		{"conv(8,3,bias=false) batchnorm relu resblock(8) bottleneck(16,stride=2,zero=true) globalpool linear", "*model.ResNet"},
		{"conv(8,3) batchnorm relu resblock(8) globalpool linear", "nn.Chain"},
		{"conv(8,3,bias=false) batchnorm relu 2*[resblock(8,stride=2) resblock(12,zero=true)] resblock(4) globalpool linear", "nn.Chain"},
		{"conv(8,3,bias=false) batchnorm relu maxpool(2) globalpool linear", "*model.ConvNet"},
		{"conv(8,3) tanh conv(4,3) flatten linear(8) relu dropout linear", "*model.ConvNet"},
		{"2*[conv(8,3) relu avgpool(2)] flatten linear(9) relu linear(8) relu linear", "*model.LeNet"},
		{"2*[conv(8,3) relu maxpool(2)] flatten linear(9) tanh linear(8) relu linear", "*model.ConvNet"},
		{"conv(8,3) upsample(2) flatten linear", "nn.Chain"},
		{"mobileblock(8) mobileblock(8,stride=2,expand=1) globalpool linear", "*model.ConvNet"},
		{"flatten linear(8) relu linear", "nn.Chain"},
		{"unet(3,width=4,depth=2) globalpool linear", "nn.Chain"},
	} {
		m, err := model.New(c.stack, in)
		if err != nil {
			t.Errorf("%s: %v", c.stack, err)
			continue
		}
		again, err := model.New(m.Notation(), in)
		if err != nil || fmt.Sprintf("%T", m) != c.kind || fmt.Sprintf("%T", again) != c.kind || again.Notation() != m.Notation() || model.Count(again) != model.Count(m) {
			t.Errorf("%s: a %T, prints as %s: %v", c.stack, m, m.Notation(), err)
		}
	}
}

// What is done in fewer passes in inference is what a pass that shows every block does, in evaluation and for one image
// as for many.
func TestFusedImages(t *testing.T) {
	for _, stack := range []string{"lenet", "resnet20", "mobilenet-small", "alexnet-small", "unet(3,width=4)", "conv(8,7,stride=2,pad=3,bias=false) batchnorm relu maxpool(3,stride=2,pad=1) bottleneck(16) bottleneck(16) globalpool linear"} {
		in := nn.Input{Shape: []int{3, 16, 16}, Outputs: 5}
		switch stack {
		case "lenet":
			in.Shape = []int{1, 28, 28}
		case "unet(3,width=4)":
			in.Outputs = 0
		}
		m, err := model.New(stack, in)
		if err != nil {
			t.Fatal(err)
		}
		nn.Build(m, 1)
		n := in.Shape[0] * in.Shape[1] * in.Shape[2]
		x := make([]nn.Float, 3*n)
		for i := range x {
			x[i] = nn.Float(math.Sin(float64(i*i%977))) + 0.3
		}
		on := func(t *grad.Tape, x []nn.Float) *nn.Var {
			return t.Const(x, append([]int{len(x) / n}, in.Shape...)...)
		}
		m.Forward(on(&grad.Tape{Training: true}, x)) // so that running statistics are not 0 and 1
		want := slices.Clone(m.Forward(on(&grad.Tape{}, x)).Data())
		fused := m.Forward(on(&grad.Tape{NoGrad: true}, x)).Data()
		shown := 0
		traced := m.Forward(on(&grad.Tape{NoGrad: true, Trace: func(grad.Block, *grad.Var) { shown++ }}, x)).Data()
		one := m.Forward(on(&grad.Tape{NoGrad: true}, x[:n])).Data()
		for i, w := range want {
			if d := max(math.Abs(float64(fused[i]-w)), math.Abs(float64(traced[i]-w))); d > 2e-5 {
				t.Fatalf("%s: output %d is %v, fused %v, shown %v", stack, i, w, fused[i], traced[i])
			}
		}
		for i, v := range one {
			if math.Abs(float64(v-fused[i])) > 1e-5 {
				t.Fatalf("%s: output %d of one image is %v, of three %v", stack, i, v, fused[i])
			}
		}
		if shown == 0 && stack != "lenet" {
			t.Errorf("%s: no block was shown", stack)
		}
	}
}

// Basic blocks against PyTorch: value, running statistics, all gradients.
func TestGoldenResNetBlocks(t *testing.T) {
	for _, c := range goldentest.Load(t, "blocks") {
		if c.Op != "resnet_block" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			in, w := c.In["x"], c.In["conv1.weight"]
			b := nn.Build(model.NewBasicBlock(in.Shape[1], w.Shape[0], c.Int("stride", 1), false), 1)
			for name, p := range nn.State(b) {
				copy(p.Data(), c.In[name].Floats(nil))
			}
			x := grad.Param(in.Floats(nil), in.Shape...)
			y := b.Forward((&grad.Tape{Training: true}).Use(x))
			tol := goldentest.Tol(1e-5)
			c.Compare(t, "out.y", y.Data(), tol)
			for name, p := range nn.Buffers(b) {
				if c.Out[name] != nil {
					c.Compare(t, "out."+name, p.Data(), tol)
				}
			}
			y.BackwardFrom(c.Gout["y"].Floats(nil))
			c.Compare(t, "grad.x", x.Grad(), tol)
			for name, p := range nn.Params(b) {
				c.Compare(t, "grad."+name, p.Grad(), tol)
			}
		})
	}
}

// What does not fit is said at its column.
func TestImageStackErrors(t *testing.T) {
	in := nn.Input{Shape: []int{3, 12, 12}, Outputs: 4}
	for _, c := range []struct {
		stack  string
		column int
		says   string
	}{
		{"flatten resblock(8)", 9, "reshape(channels,height,width)"},
		{"relu bottleneck", 6, "needs its out"},
		{"mobileblock(8,stride=0)", 15, "whole number from 1"},
		{"conv(4,3) mobileblock(8,expand=200000000)", 11, "at most 67108864"},
		{"unet(2)", 1, "multiples of 8"},
		{"maxpool(2) unet(2)", 12, "multiples of 8"},
		{"unet(2,depth=11)", 1, "at most 10"},
	} {
		_, err := model.New(c.stack, in)
		var e *nn.StackError
		if !errors.As(err, &e) || e.Column != c.column || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want column %d to say %q:\n%v", c.stack, c.column, c.says, err)
		}
	}
}
