//go:build amd64 && !purego && !f64

package kernel

// mapVector is y[i] (=|+=) f(x[i]) with vectors; it reports whether the level in use has them for f.
func mapVector(f Fn, y, x []Float, p *Args, add bool) bool {
	switch {
	case level == Generic || !vectorFn(f):
		return false
	case len(y) == 0:
	case level == AVX512:
		mapAVX512(f, y, x, p, add)
	default:
		mapAVX2(f, y, x, p, add)
	}
	return true
}

// mapBackVector is dx[i] (=|+=) f′(x[i])·dy[i] likewise, of x or y as the table says.
func mapBackVector(f Fn, dx, x, dy []Float, p *Args, add bool) bool {
	switch {
	case level == Generic || !vectorSlope(f):
		return false
	case len(dx) == 0:
	case level == AVX512:
		mapBackAVX512(f, dx, x, dy, p, add)
	default:
		mapBackAVX2(f, dx, x, dy, p, add)
	}
	return true
}

// vectorFn reports whether f has a vector kernel.
func vectorFn(f Fn) bool {
	switch f {
	case Identity, Pow, Sin, Cos:
		return false
	}
	return true
}

// vectorSlope reports whether the slope of f has a vector kernel; constant slopes need none of their own.
func vectorSlope(f Fn) bool { return vectorFn(f) && (Fns[f].UsesX || Fns[f].UsesY) }

func mapAVX512(f Fn, y, x []Float, p *Args, add bool) {
	switch to, from, n, c := &y[0], &x[0], len(y), &p[0]; f {
	case Neg:
		mapNegAVX512(to, from, n, c, add)
	case Abs:
		mapAbsAVX512(to, from, n, c, add)
	case Square:
		mapSquareAVX512(to, from, n, c, add)
	case Sqrt:
		mapSqrtAVX512(to, from, n, c, add)
	case Recip:
		mapRecipAVX512(to, from, n, c, add)
	case ReLU:
		mapReLUAVX512(to, from, n, c, add)
	case Sign:
		mapSignAVX512(to, from, n, c, add)
	case Clamp:
		mapClampAVX512(to, from, n, c, add)
	case Affine:
		mapAffineAVX512(to, from, n, c, add)
	case LeakyReLU:
		mapLeakyReLUAVX512(to, from, n, c, add)
	case ELU:
		mapELUAVX512(to, from, n, c, add)
	case Exp:
		mapExpAVX512(to, from, n, c, add)
	case Log:
		mapLogAVX512(to, from, n, c, add)
	case Sigmoid:
		mapSigmoidAVX512(to, from, n, c, add)
	case SiLU:
		mapSiLUAVX512(to, from, n, c, add)
	case Tanh:
		mapTanhAVX512(to, from, n, c, add)
	case Softplus:
		mapSoftplusAVX512(to, from, n, c, add)
	case Erf:
		mapErfAVX512(to, from, n, c, add)
	case GELU:
		mapGELUAVX512(to, from, n, c, add)
	case GELUTanh:
		mapGELUTanhAVX512(to, from, n, c, add)
	}
}

func mapAVX2(f Fn, y, x []Float, p *Args, add bool) {
	switch to, from, n, c := &y[0], &x[0], len(y), &p[0]; f {
	case Neg:
		mapNegAVX2(to, from, n, c, add)
	case Abs:
		mapAbsAVX2(to, from, n, c, add)
	case Square:
		mapSquareAVX2(to, from, n, c, add)
	case Sqrt:
		mapSqrtAVX2(to, from, n, c, add)
	case Recip:
		mapRecipAVX2(to, from, n, c, add)
	case ReLU:
		mapReLUAVX2(to, from, n, c, add)
	case Sign:
		mapSignAVX2(to, from, n, c, add)
	case Clamp:
		mapClampAVX2(to, from, n, c, add)
	case Affine:
		mapAffineAVX2(to, from, n, c, add)
	case LeakyReLU:
		mapLeakyReLUAVX2(to, from, n, c, add)
	case ELU:
		mapELUAVX2(to, from, n, c, add)
	case Exp:
		mapExpAVX2(to, from, n, c, add)
	case Log:
		mapLogAVX2(to, from, n, c, add)
	case Sigmoid:
		mapSigmoidAVX2(to, from, n, c, add)
	case SiLU:
		mapSiLUAVX2(to, from, n, c, add)
	case Tanh:
		mapTanhAVX2(to, from, n, c, add)
	case Softplus:
		mapSoftplusAVX2(to, from, n, c, add)
	case Erf:
		mapErfAVX2(to, from, n, c, add)
	case GELU:
		mapGELUAVX2(to, from, n, c, add)
	case GELUTanh:
		mapGELUTanhAVX2(to, from, n, c, add)
	}
}

func mapBackAVX512(f Fn, dx, x, dy []Float, p *Args, add bool) {
	switch to, from, d, n, c := &dx[0], &x[0], &dy[0], len(dx), &p[0]; f {
	case Abs:
		mapBackAbsAVX512(to, from, d, n, c, add)
	case Square:
		mapBackSquareAVX512(to, from, d, n, c, add)
	case Sqrt:
		mapBackSqrtAVX512(to, from, d, n, c, add)
	case Exp:
		mapBackExpAVX512(to, from, d, n, c, add)
	case Log:
		mapBackLogAVX512(to, from, d, n, c, add)
	case Recip:
		mapBackRecipAVX512(to, from, d, n, c, add)
	case ReLU:
		mapBackReLUAVX512(to, from, d, n, c, add)
	case Clamp:
		mapBackClampAVX512(to, from, d, n, c, add)
	case LeakyReLU:
		mapBackLeakyReLUAVX512(to, from, d, n, c, add)
	case ELU:
		mapBackELUAVX512(to, from, d, n, c, add)
	case Sigmoid:
		mapBackSigmoidAVX512(to, from, d, n, c, add)
	case Tanh:
		mapBackTanhAVX512(to, from, d, n, c, add)
	case Softplus:
		mapBackSoftplusAVX512(to, from, d, n, c, add)
	case Erf:
		mapBackErfAVX512(to, from, d, n, c, add)
	case GELU:
		mapBackGELUAVX512(to, from, d, n, c, add)
	case SiLU:
		mapBackSiLUAVX512(to, from, d, n, c, add)
	case GELUTanh:
		mapBackGELUTanhAVX512(to, from, d, n, c, add)
	}
}

func mapBackAVX2(f Fn, dx, x, dy []Float, p *Args, add bool) {
	switch to, from, d, n, c := &dx[0], &x[0], &dy[0], len(dx), &p[0]; f {
	case Abs:
		mapBackAbsAVX2(to, from, d, n, c, add)
	case Square:
		mapBackSquareAVX2(to, from, d, n, c, add)
	case Sqrt:
		mapBackSqrtAVX2(to, from, d, n, c, add)
	case Exp:
		mapBackExpAVX2(to, from, d, n, c, add)
	case Log:
		mapBackLogAVX2(to, from, d, n, c, add)
	case Recip:
		mapBackRecipAVX2(to, from, d, n, c, add)
	case ReLU:
		mapBackReLUAVX2(to, from, d, n, c, add)
	case Clamp:
		mapBackClampAVX2(to, from, d, n, c, add)
	case LeakyReLU:
		mapBackLeakyReLUAVX2(to, from, d, n, c, add)
	case ELU:
		mapBackELUAVX2(to, from, d, n, c, add)
	case Sigmoid:
		mapBackSigmoidAVX2(to, from, d, n, c, add)
	case Tanh:
		mapBackTanhAVX2(to, from, d, n, c, add)
	case Softplus:
		mapBackSoftplusAVX2(to, from, d, n, c, add)
	case Erf:
		mapBackErfAVX2(to, from, d, n, c, add)
	case GELU:
		mapBackGELUAVX2(to, from, d, n, c, add)
	case SiLU:
		mapBackSiLUAVX2(to, from, d, n, c, add)
	case GELUTanh:
		mapBackGELUTanhAVX2(to, from, d, n, c, add)
	}
}
