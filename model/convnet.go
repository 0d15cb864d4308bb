package model

import (
	"slices"

	"brick/nn"
)

// ConvNet is a network of two parts, with the names of torchvision's AlexNet, VGG and MobileNetV2: features, which turn
// images into smaller ones of more channels, and a classifier of the vector that is left.
type ConvNet struct {
	Features   nn.Chain `brick:"features"`
	Classifier nn.Chain `brick:"classifier"`

	between nn.Chain // without parameters: what makes a vector of the last images
}

// Forward maps images (N, C, H, W) to a score a class (N, classes).
func (m *ConvNet) Forward(x *nn.Var) *nn.Var {
	return m.Classifier.Forward(m.between.Forward(m.Features.Forward(x)))
}

func (m *ConvNet) chain() nn.Chain { return slices.Concat(m.Features, m.between, m.Classifier) }

// Notation is the model in stack notation.
func (m *ConvNet) Notation() string { return m.chain().Notation() }

// asConvNet is blocks of images, then [adaptive_avgpool] flatten or globalpool, then linear and elementwise blocks, as a
// ConvNet, else nil.
func asConvNet(c nn.Chain) *ConvNet {
	convs, at := 0, -1
	for i, b := range c {
		switch b.(type) {
		case *nn.Conv, *nn.ConvNorm, *MobileBlock:
			convs++
		case *nn.BatchNorm, *nn.Pool, *nn.Activation, *nn.Dropout, *nn.Dropout2d, *nn.AdaptiveAvgPool:
		case *nn.Flatten, *nn.GlobalPool:
			at = i
		default:
			return nil
		}
		if at >= 0 {
			break
		}
	}
	if convs == 0 || at < 0 || at == len(c)-1 {
		return nil
	}
	for _, b := range c[at+1:] {
		switch b.(type) {
		case *nn.Linear, *nn.Activation, *nn.Dropout:
		default:
			return nil
		}
	}
	from := at
	if _, ok := c[at-1].(*nn.AdaptiveAvgPool); ok {
		from--
	}
	return &ConvNet{Features: c[:from:from], between: c[from : at+1 : at+1], Classifier: c[at+1:]}
}
