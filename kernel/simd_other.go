//go:build !amd64 || purego || f64

package kernel

// Where there are no vectors the loops in plain Go do all the work: each of these reports that it did none.

func axpyVector(y []Float, a Float, x []Float) bool { return false }

func mapVector(f Fn, y, x []Float, p *Args, add bool) bool { return false }

func mapBackVector(f Fn, dx, x, dy []Float, p *Args, add bool) bool { return false }
