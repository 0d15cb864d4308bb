package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

const reducers = int(MaxAbs) + 1

func TestFoldLevels(t *testing.T) {
	againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
		for k := range reducers {
			f := Reducer(k)
			for _, n := range append(rowSizes(r), foldPiece, 2*foldPiece+17) {
				for _, x := range [][]Float{draws(t, r, n), draws(t, r, n, odd[1:]...), draws(t, r, n, odd...)} {
					v := Fold(f, f.Empty(), x)
					if bits := math.Float64bits(v); FloatBits == 32 {
						out = append(out, []Float{Float(v), Float(bits >> 32 & 0xfffff), Float(bits >> 16 & 0xffff), Float(bits & 0xffff)})
						if v != v {
							out[len(out)-1] = []Float{Float(v)}
						}
					}
				}
			}
		}
		return out
	})
}

func TestFoldIsTheSum(t *testing.T) {
	everyLevel(t, func(t *testing.T) {
		x := []Float{1, -2, 3, -4, 5}
		for r, want := range []float64{3, 3, 5, -4, 55, 15, 5} {
			if got := Fold(Reducer(r), Reducer(r).Empty(), x); got != want {
				t.Errorf("reducer %d is %v, want %v", r, got, want)
			}
			y := append([]Float{Float(math.NaN())}, x...)
			if got := Fold(Reducer(r), Reducer(r).Empty(), y); got == got {
				t.Errorf("reducer %d of numbers with a NaN is %v", r, got)
			}
		}
	})
}

func TestFoldColumnsLevels(t *testing.T) {
	againstGeneric(t, func(t *testing.T, r *rand.Rand) (out [][]Float) {
		for k := range reducers {
			f := Reducer(k)
			for _, n := range rowSizes(r) {
				for _, rows := range []int{0, 1, 2, 5} {
					stride := n + r.IntN(20)
					size := 0
					if rows > 0 {
						size = (rows-1)*stride + n
					}
					x := draws(t, r, size, odd...)
					acc := make([]float64, n)
					for j := range acc {
						acc[j] = f.Empty()
					}
					FoldColumns(f, acc, x, rows, stride)
					y := make([]Float, n)
					for j, v := range acc {
						y[j] = Float(v) + 0 // zeros of either sign are one
					}
					out = append(out, y)
				}
			}
		}
		return out
	})
}

func BenchmarkFold(b *testing.B) {
	for _, n := range []int{768, 1 << 16, 1 << 23} {
		x := make([]Float, n)
		for name, r := range map[string]Reducer{"sum": SumAll, "square": SumSquare, "max": MaxAll} {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(n) * FloatBits / 8)
				for b.Loop() {
					Fold(r, 0, x)
				}
			})
		}
	}
}

func BenchmarkFoldColumns(b *testing.B) {
	acc := make([]float64, 256)
	for _, rows := range []int{256, 1 << 13} {
		x := make([]Float, rows*len(acc))
		b.Run(fmt.Sprintf("sum/rows=%d/c=256", rows), func(b *testing.B) {
			b.SetBytes(int64(len(x)) * FloatBits / 8)
			for b.Loop() {
				FoldColumns(SumAll, acc, x, rows, len(acc))
			}
		})
	}
}
