package nn

import (
	"math"
	"sync"

	"brick/grad"
)

// AttendDropping is causal self-attention that drops some of the weights in
// training, step by step: the scores are stored, which grad.Attention avoids.
//
//	y = dropout(softmax(q·kᵀ/√D + m), p)·v     m_ts = −∞ where s > t, else 0     q, k, v, y (B, T, H, D)
func AttendDropping(q, k, v *Var, p float64) *Var {
	T, D := q.Dim(1), q.Dim(3)
	q, k, v = q.Permute(0, 2, 1, 3), k.Permute(0, 2, 1, 3), v.Permute(0, 2, 1, 3) // (B, H, T, D)
	scores := q.MatMul(k, grad.TransB).Scale(Float(1 / math.Sqrt(float64(D))))    // (B, H, T, T)
	w := scores.Add(q.Tape().Const(future(T), T, T)).Softmax(-1)
	return Drop(w, p).MatMul(v).Permute(0, 2, 1, 3) // (B, T, H, D)
}

// futures holds the masks of the lengths seen, (T, T).
var futures sync.Map

// future hides each position's future.
func future(t int) []Float {
	if m, ok := futures.Load(t); ok {
		return m.([]Float)
	}
	m := make([]Float, t*t)
	for i := range t {
		for j := i + 1; j < t; j++ {
			m[i*t+j] = Float(math.Inf(-1))
		}
	}
	futures.Store(t, m)
	return m
}
