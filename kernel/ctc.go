package kernel

import "math"

// CTCWork is how many numbers CTC and CTCBack need to work with, for t rows of scores and s labels.
func CTCWork(t, s int) int { return 2 * (t + 1) * (2*s + 1) }

// CTC is the connectionist temporal classification loss of one sequence (Graves et al. 2006): x (T, C) holds the scores of the
// classes at each place, class 0 the blank, and labels what is to be read there, none of them 0. With l′ = 0 l₁ 0 l₂ … 0,
// of L = 2S+1 symbols, and ln p_t = x_t − z_t, z_t = ln Σ e^x_t
//
//	α_t(s) = p_t(l′_s)·(α_{t−1}(s) + α_{t−1}(s−1) + [l′_s ≠ 0, l′_s ≠ l′_{s−2}]·α_{t−1}(s−2))    α_0 = p_0 for s < 2
//	P = α_{T−1}(L−1) + α_{T−1}(L−2)    ℓ = −ln P
//
// in logarithms. It writes z (T); work has CTCWork numbers.
func CTC(x []Float, c int, labels []int32, z []Float, work []float64) (loss Float) {
	for t := range z {
		z[t] = LogSumExp(x[t*c : (t+1)*c])
	}
	p := ctcPaths{x, z, labels, c, 2*len(labels) + 1}
	p.forward(work)
	return Float(-p.total(work))
}

// CTCBack is the way back of CTC, times a factor g. With β the likelihood of what follows,
//
//	β_t(s) = Σ over the same steps from s to s′ of p_{t+1}(l′_s′)·β_{t+1}(s′)    β_{T−1} = 1 for s ≥ L−2
//	dx[t, k] (=|+=) g·(p_t(k) − Σ_{s: l′_s = k} α_t(s)·β_t(s)/P)
func CTCBack(dx, x []Float, c int, labels []int32, z []Float, g Float, work []float64, add bool) {
	p := ctcPaths{x, z, labels, c, 2*len(labels) + 1}
	half := len(z) * p.l
	alpha, beta := work[:half], work[half:]
	p.forward(alpha)
	p.backward(beta)
	whole := p.total(alpha)
	share := work[2*half : 2*half+p.l] // of each state at one place
	for t := range z {
		for s := range share {
			share[s] = math.Exp(alpha[t*p.l+s] + beta[t*p.l+s] - whole)
		}
		row := x[t*c : (t+1)*c]
		to := dx[t*c : (t+1)*c]
		blank := 0.0
		for s := 0; s < p.l; s += 2 {
			blank += share[s]
		}
		for k, v := range row {
			d := ExpOf(v - z[t])
			if k == 0 {
				d -= Float(blank)
			}
			d = Float(d * g)
			if add {
				d += to[k]
			}
			to[k] = d
		}
		for i, k := range labels {
			to[k] -= Float(Float(share[2*i+1]) * g)
		}
	}
}

// ctcPaths are the ways to read labels off scores.
type ctcPaths struct {
	x, z   []Float
	labels []int32
	c, l   int
}

// symbol is l′_s.
func (p *ctcPaths) symbol(s int) int {
	if s&1 == 0 {
		return 0
	}
	return int(p.labels[s/2])
}

// at is ln p_t(l′_s).
func (p *ctcPaths) at(t, s int) float64 {
	return float64(p.x[t*p.c+p.symbol(s)]) - float64(p.z[t])
}

// jumps says whether a path may come to s from s−2: not past the blank between two equal labels.
func (p *ctcPaths) jumps(s int) bool {
	return s&1 == 1 && s > 1 && p.labels[s/2] != p.labels[s/2-1]
}

// forward writes ln α (T, L).
func (p *ctcPaths) forward(alpha []float64) {
	for t := range p.z {
		row := alpha[t*p.l : (t+1)*p.l]
		for s := range row {
			sum := math.Inf(-1)
			switch {
			case t == 0 && s < 2:
				sum = 0
			case t > 0:
				was := alpha[(t-1)*p.l : t*p.l]
				sum = was[s]
				if s > 0 {
					sum = logAdd(sum, was[s-1])
				}
				if p.jumps(s) {
					sum = logAdd(sum, was[s-2])
				}
			}
			row[s] = sum + p.at(t, s)
		}
	}
}

// backward writes ln β (T, L).
func (p *ctcPaths) backward(beta []float64) {
	last := len(p.z) - 1
	for t := last; t >= 0; t-- {
		row := beta[t*p.l : (t+1)*p.l]
		for s := range row {
			sum := math.Inf(-1)
			if t == last {
				if s >= p.l-2 {
					sum = 0
				}
				row[s] = sum
				continue
			}
			next := beta[(t+1)*p.l : (t+2)*p.l]
			sum = next[s] + p.at(t+1, s)
			if s+1 < p.l {
				sum = logAdd(sum, next[s+1]+p.at(t+1, s+1))
			}
			if s+2 < p.l && p.jumps(s+2) {
				sum = logAdd(sum, next[s+2]+p.at(t+1, s+2))
			}
			row[s] = sum
		}
	}
}

// total is ln P.
func (p *ctcPaths) total(alpha []float64) float64 {
	row := alpha[(len(p.z)-1)*p.l : len(p.z)*p.l]
	if p.l == 1 {
		return row[0]
	}
	return logAdd(row[p.l-1], row[p.l-2])
}

// logAdd is  ln(e^a + e^b).  What is below half a unit of the sum's last place, e^−40, is left out.
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if b < a-40 || math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
