package model

import (
	"slices"
	"strings"
	"testing"

	"brick/device/cpu"
	"brick/nn"
)

// The field by formula is that of the books; what is measured by gradients is the part of it inside the input.
func TestReceptive(t *testing.T) {
	image := nn.Input{Shape: []int{2, 24, 20}, Outputs: 3}
	for _, c := range []struct {
		stack  string
		in     nn.Input
		fields []int // 0 for the whole input
		inside [][]int
	}{
		{"lenet", nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}, []int{5, 6, 14, 16}, [][]int{{5, 5}, {6, 6}, {14, 14}, {16, 16}}},
		{"conv(4,3,dilation=2) tanh conv(4,3,stride=3,pad=1) flatten linear", image, []int{5, 7}, [][]int{{5, 5}, {7, 7}}},
		{"conv(4,9,pad=same) avgpool(4) conv(4,5,pad=2) globalpool linear", image, []int{9, 12, 28}, [][]int{{9, 9}, {12, 12}, {24, 20}}},
		{"conv(4,4,stride=4) upsample(2) conv(4,3,pad=1) flatten linear", image, []int{4, 4, 8}, [][]int{{4, 4}, {4, 4}, {8, 8}}},
		{"conv(4,4,stride=4) upsample(2,mode=bilinear) flatten linear", image, []int{4, 8}, [][]int{{4, 4}, {8, 8}}},
		{"conv(4,4,stride=4) convtranspose(3,4,stride=2,pad=1) flatten linear", image, []int{4, 8}, [][]int{{4, 4}, {8, 8}}},
		{"conv(4,1) adaptive_avgpool(6,5) conv(2,2) flatten linear", image, []int{1, 4, 8}, [][]int{{1, 1}, {4, 4}, {8, 8}}},
		{"conv(4,3) groupnorm(2) conv(2,3) flatten linear", image, []int{3, 0, 0}, [][]int{{3, 3}, {24, 20}, {24, 20}}},
		{"conv(4,3,pad=1) batchnorm relu resblock(8,stride=2) globalpool linear", image, []int{3, 5, 9}, [][]int{{3, 3}, {5, 5}, {9, 9}}},
		{"embed(6) conv1d(8,3,pad=causal,dilation=4) relu conv1d(8,5,stride=2) mean linear", nn.Input{Shape: []int{40}, Vocab: 9, Outputs: 2}, []int{9, 13}, [][]int{{9}, {13}}},
	} {
		m, err := New(c.stack, c.in)
		if err != nil {
			t.Fatal(err)
		}
		nn.Build(m, 1)
		nn.Freeze(m, true)
		r, err := Receptive(m, c.in, cpu.Default())
		if err != nil {
			t.Fatalf("%s: %v", c.stack, err)
		}
		if len(r.Blocks) != len(c.fields) {
			t.Fatalf("%s: %d blocks, want %d:\n%v", c.stack, len(r.Blocks), len(c.fields), r)
		}
		for i, f := range r.Blocks {
			if f.Field != c.fields[i] || f.Whole != (c.fields[i] == 0) || !slices.Equal(f.Inside, c.inside[i]) || !slices.Equal(f.Measured, f.Inside) {
				t.Errorf("%s: %s sees %d, inside %v, measured %v; want %d and %v", c.stack, f.Block, f.Field, f.Inside, f.Measured, c.fields[i], c.inside[i])
			}
		}
	}
}

// What has no neighbours has no field.
func TestReceptiveRefused(t *testing.T) {
	for _, c := range []struct{ stack, want string }{
		{"linear(3)", "no neighbours"},
		{"flatten linear(3)", "no convolution and no pool"},
	} {
		in := nn.Input{Shape: []int{5}}
		if strings.HasPrefix(c.stack, "flatten") {
			in.Shape = []int{1, 4, 4}
		}
		m, err := New(c.stack, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Receptive(nn.Build(m, 1), in, cpu.Default()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.stack, err, c.want)
		}
	}
}
