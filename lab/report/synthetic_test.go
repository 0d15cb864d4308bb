package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"brick/lab"
	"brick/lab/fit"
)

// truth is the law that the synthetic sweep follows.
var truth = fit.Joint{E: 1.35, A: 38, B: 330, Alpha: 0.31, Beta: 0.38}

// synthetic is a sweep as one of half an hour leaves it: six sizes, five numbers of tokens, every study, with noise.
func synthetic() Input {
	r := rand.New(rand.NewPCG(1, 2))
	noisy := func(l float64) float64 { return l * math.Exp(0.003*r.NormFloat64()) }
	size := func(layers int) lab.Size {
		w := 24 * layers
		inner := layers * (4*w*w + 3*w*(w*8/3))
		return lab.Size{
			Name: fmt.Sprintf("d%d", layers), Layers: layers, Width: w, Heads: layers, FF: w * 8 / 3,
			Stack:  fmt.Sprintf("embed(%d) %d*llama(heads=%d,ff=%d) rmsnorm linear(tied=true)", w, layers, layers, w*8/3),
			Params: inner + 512*w, NonEmbedding: inner, FLOPs: 6*(inner+512*w) + 12*layers*w*64, Formula: 6*(inner+512*w) + 12*layers*w*64, Rate: 0.01,
		}
	}
	in := Input{
		Name: "go-30m", Data: "go", Noise: 0.003,
		Law: &Law{Joint: truth, Level: 0.95, R2: 0.9987, RMS: 0.0031, LeaveOut: 0.006, Points: 25},
		Approaches: []Approach{
			{Name: "approach.1", A: Value{0.53, 0.44, 0.61}},
			{Name: "approach.2", A: Value{0.56, 0.49, 0.63}},
			{Name: "approach.3", A: Value{0.551, 0.52, 0.58}},
		},
		Written:  time.Date(2026, 11, 30, 16, 12, 0, 0, time.UTC),
		Ensemble: &Ensemble{Member: "d2", Bigger: "d3", Members: []float64{3.312, 3.321, 3.305, 3.318}, Together: 3.228, Single: 3.151, Tokens: 1.6e6},
		Origin: Origin{
			Command: "brick scale --data go --budget 30m --name go-30m", Commit: "e89ef94", Version: "brick v0.5.0", Machine: "AMD EPYC 9R45, 2 cores, AVX-512", Go: "go1.26.8",
			Started: time.Date(2026, 11, 30, 15, 42, 0, 0, time.UTC), Ended: time.Date(2026, 11, 30, 16, 10, 30, 0, time.UTC),
		},
	}
	law := func(s fit.Joint) *Law { l := *in.Law; l.Joint = s; return &l }
	in.Other = law(fit.Joint{E: 1.5, A: 9, B: 330, Alpha: 0.19, Beta: 0.38})
	in.Law.EBound, in.Law.ABound, in.Law.BBound = Value{1.35, 1.21, 1.46}, Value{38, 29, 51}, Value{330, 210, 540}
	in.Law.AlphaBound, in.Law.BetaBound = Value{0.31, 0.28, 0.34}, Value{0.38, 0.345, 0.42}
	var horizons []int
	for i := range 5 {
		horizons = append(horizons, 400_000<<i)
	}
	for _, depth := range []int{1, 2, 3, 4, 5, 7} {
		s := size(depth)
		for _, d := range horizons {
			n := float64(s.Params)
			res := lab.Result{
				Trial: lab.Trial{ID: fmt.Sprintf("%s-%d", s.Name, d), Study: lab.Family, Size: s, Seed: 1, Rate: 0.01, Batch: 8, Steps: d / 512, Decay: d / 2560, Tokens: d, Unique: d, HeldOut: depth == 7},
				Loss:  noisy(truth.Loss(n, float64(d))), FLOPs: float64(s.FLOPs) * float64(d), Seconds: float64(s.FLOPs) * float64(d) / 8e9,
			}
			res.BitsPerByte = res.Loss / math.Ln2 / 2.4
			res.Accuracy = 0.9 - 0.16*res.Loss
			res.Skills = map[string]float64{"brackets": 1 / (1 + math.Exp(4*(res.Loss-3))), "induction": 1 / (1 + math.Exp(12*(res.Loss-2.75))), "induction_nats": -res.Loss / 2}
			if depth == 7 {
				p := truth.Loss(n, float64(d))
				in.Verdict = append(in.Verdict, Prediction{Size: s.Name, N: n, D: float64(d), Loss: p, Lo: p * 0.985, Hi: p * 1.014, Measured: res.Loss})
			}
			in.Results = append(in.Results, res)
		}
	}
	study := func(kind lab.Study, id string, s lab.Size, d int, l float64, change func(*lab.Result)) {
		res := lab.Result{Trial: lab.Trial{ID: id, Study: kind, Size: s, Seed: 1, Rate: 0.01, Batch: 8, Tokens: d, Unique: d}, Loss: noisy(l), FLOPs: float64(s.FLOPs * d), Seconds: 9}
		change(&res)
		res.BitsPerByte = res.Loss / math.Ln2 / 2.4
		in.Results = append(in.Results, res)
	}
	for _, d := range []int{2, 3} {
		for _, f := range []float64{0.5, 2} {
			l := truth.Loss(float64(size(d).Params), 800_000) * (1 + 0.012*math.Abs(math.Log(f))*f)
			study(lab.Probe, fmt.Sprintf("probe-d%d-x%g", d, f), size(d), 800_000, l, func(r *lab.Result) { r.Rate *= f })
		}
	}
	for k := 1; k <= 5; k++ {
		l := truth.Loss(float64(size(3).Params), 3_200_000) + 0.004*math.Exp2(1.45*float64(k))
		study(lab.Repeat, fmt.Sprintf("repeat-d3-x%d", 1<<k), size(3), 3_200_000, l, func(r *lab.Result) { r.Unique = r.Tokens >> k })
	}
	for i, layers := range []int{1, 2, 4, 8} {
		s := size(3)
		s.Layers, s.Width = layers, []int{128, 88, 64, 48}[i]
		study(lab.Shape, fmt.Sprintf("shape-l%d", layers), s, 1_600_000, truth.Loss(float64(s.Params), 1_600_000)*[]float64{1.05, 1.01, 1, 1.02}[i], func(*lab.Result) {})
	}
	for i := range 3 {
		study(lab.Noise, fmt.Sprintf("noise-d2-s%d", i+2), size(2), 800_000, truth.Loss(float64(size(2).Params), 800_000), func(r *lab.Result) { r.Seed = uint64(i + 2) })
	}
	for i, c := range []float64{2e11, 6e11, 2e12} {
		p := Profile{FLOPs: c, Inside: true}
		for _, d := range []int{1, 2, 3, 4, 5} {
			s := size(d)
			p.N, p.L = append(p.N, float64(s.Params)), append(p.L, noisy(truth.Loss(float64(s.Params), c/float64(s.FLOPs))))
		}
		p.Best = 3e4 * math.Pow(3, float64(i)*0.55)
		p.Curve = [3]float64{}
		p.Curve, p.BestL = parabola(p.N, p.L)
		p.Best = math.Exp(-p.Curve[1] / 2 / p.Curve[2])
		in.Profiles = append(in.Profiles, p)
	}
	return in
}

// parabola is the least-squares parabola in ln n, and its least value.
func parabola(n, l []float64) (c [3]float64, least float64) {
	var m [3][4]float64
	for i := range n {
		x := math.Log(n[i])
		p := [3]float64{1, x, x * x}
		for a := range 3 {
			for b := range 3 {
				m[a][b] += p[a] * p[b]
			}
			m[a][3] += p[a] * l[i]
		}
	}
	for k := range 3 {
		for i := range 3 {
			if i != k {
				f := m[i][k] / m[k][k]
				for j := range 4 {
					m[i][j] -= f * m[k][j]
				}
			}
		}
	}
	for k := range 3 {
		c[k] = m[k][3] / m[k][k]
	}
	return c, c[0] - c[1]*c[1]/4/c[2]
}
