package cpu

import (
	"fmt"

	"brick/kernel"
)

// A Precision says how the operands of matrix products are read. Sums, weights, activations, gradients and the
// optimizer's state are kernel.Float whatever it is.
type Precision string

// The precisions.
const (
	F32  Precision = "f32"  // as they are
	BF16 Precision = "bf16" // rounded to bfloat16: 8 bits of mantissa instead of 24, twice the speed
	Auto Precision = "auto" // BF16 where the processor multiplies it, else F32
)

// Choose resolves p: "" is F32, Auto what this processor does faster. It gives an error for BF16 where the processor, or
// the level of instructions in use, does not multiply bfloat16, and for a name that is none.
func (p Precision) Choose() (Precision, error) {
	switch p {
	case F32, "":
		return F32, nil
	case Auto:
		if kernel.HasBF16() {
			return BF16, nil
		}
		return F32, nil
	case BF16:
		if !kernel.HasBF16() {
			level, _ := kernel.CPU()
			return "", fmt.Errorf("precision bf16: this processor does not multiply bfloat16 at level %v (it takes AVX-512 with BF16); want f32, or auto", level)
		}
		return BF16, nil
	}
	return "", fmt.Errorf("precision %q: want f32, bf16 or auto", string(p))
}

// SetPrecision sets how d reads the operands of matrix products, F32 at first; call it before d computes. See Choose for
// errors.
func (d *Device) SetPrecision(p Precision) error {
	p, err := p.Choose()
	if err != nil {
		return err
	}
	d.half = p == BF16
	return nil
}

// panels is how a product packs its operands and multiplies the panels, at a precision.
type panels struct{ half bool }

// depth is how many terms of k a piece adds at a time: as evenly as can be, at most so many that a panel of columns and
// one of rows lie near. Panels of pairs are as large as those of single numbers.
func (p panels) depth(k int) int {
	most := depth
	if p.half {
		most *= 2
	}
	return (blocks(k, max(blocks(k, most), 1)) + 15) &^ 15
}

func (p panels) packedA(m, k int) int {
	if p.half {
		return kernel.PackedBF16A(m, k)
	}
	return kernel.PackedA(m, k)
}

func (p panels) packedB(n, k int) int {
	if p.half {
		return kernel.PackedBF16B(n, k)
	}
	return kernel.PackedB(n, k)
}

func (p panels) packA(dst, a []kernel.Float, ld, m, k int, t bool, first, last int) {
	if p.half {
		kernel.PackPanelsBF16A(dst, a, ld, m, k, t, first, last)
	} else {
		kernel.PackPanelsA(dst, a, ld, m, k, t, first, last)
	}
}

func (p panels) packB(dst, b []kernel.Float, ld, n, k int, t bool, first, last int) {
	if p.half {
		kernel.PackPanelsBF16B(dst, b, ld, n, k, t, first, last)
	} else {
		kernel.PackPanelsB(dst, b, ld, n, k, t, first, last)
	}
}

func (p panels) tiles(y []kernel.Float, ld int, a, b []kernel.Float, m, n, k int, onto bool, first, last int) {
	if p.half {
		kernel.TilesBF16(y, ld, a, b, m, n, k, onto, first, last)
	} else {
		kernel.TilesPanels(y, ld, a, b, m, n, k, onto, first, last)
	}
}
