//go:build !amd64 || purego || f64

package kernel

func floatsVector(t Number, b []byte) ([]Float, bool) { return nil, false }

func rowsVector(y []Float, t Number, w []byte, x []Float, panels int) (did int) { return 0 }

// Without bfloat16 nobody calls these: see HasBF16.

func roundPairsVector(y, x []Float) int { return 0 }

func pairPanel(y []Float, t Number, w []byte, k int) { panic("kernel: no bfloat16") }

func rowsBF16(y []Float, t Number, w []byte, x []Float, panels, k int) (did int) {
	panic("kernel: no bfloat16")
}
