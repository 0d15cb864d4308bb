//go:build amd64 && !purego && !f64

package kernel

func packQuantXVector(dst []byte, x []Float, per int, sign int32) bool { return false }

func tileQuantVector(y []Float, ld int, q Quant, w, x []byte, stride, n, k int) (did int) { return 0 }
