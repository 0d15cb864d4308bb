//go:build !amd64 || purego || f64

package kernel

func floatsVector(t Number, b []byte) ([]Float, bool) { return nil, false }

func rowsVector(y []Float, t Number, w []byte, x []Float, panels int) (did int) { return 0 }
