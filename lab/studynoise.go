package lab

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A NoiseFinding is how much the loss differs between runs that differ in their seed alone.
type NoiseFinding struct {
	Size     string    `json:"size"`
	Tokens   int       `json:"tokens"`
	Losses   []float64 `json:"losses"` // of each seed
	Mean     float64   `json:"mean"`
	SD       float64   `json:"sd"`   // of the sample
	Low      float64   `json:"low"`  // the 95 % interval of the standard deviation, of losses that are normally distributed
	High     float64   `json:"high"` //
	Missing  []string  `json:"missing,omitempty"`
	Sentence Sentence  `json:"sentence"`
}

// FindNoise tells the noise between seeds; nil if it was not planned. With n losses (n−1)·s²/σ² is distributed as χ² of n−1
// degrees of freedom, from which the interval of σ is.
func FindNoise(planned []Trial, results []Result) *NoiseFinding {
	groups := groupsOf(Noise, planned, results)
	if len(groups) == 0 {
		return nil
	}
	g := groups[0]
	f := &NoiseFinding{Size: g.base.Size.Name, Tokens: g.base.Tokens, Missing: g.missing}
	if g.first != nil {
		f.Losses = append(f.Losses, g.first.Loss)
	}
	for _, r := range g.results {
		f.Losses = append(f.Losses, r.Loss)
	}
	n := len(f.Losses)
	if n < 2 {
		f.Sentence = waiting("Noise between seeds", "随机种子间的波动", g.missing)
		return f
	}
	f.Mean, f.SD = stat.MeanStdDev(f.Losses, nil)
	χ := distuv.ChiSquared{K: float64(n - 1)}
	f.Low, f.High = f.SD*math.Sqrt(χ.K/χ.Quantile(0.975)), f.SD*math.Sqrt(χ.K/χ.Quantile(0.025))
	percent := 100 / f.Mean
	f.Sentence = Sentence{
		fmt.Sprintf("%d runs of %s on %s tokens that differ in their seed alone end at a loss of %.4f with a standard deviation of %.2g (%.2g %%; with so few runs it may be %.2g to %.2g %%).",
			n, f.Size, count(f.Tokens), f.Mean, f.SD, f.SD*percent, f.Low*percent, f.High*percent),
		fmt.Sprintf("%s 用 %s 词元训练 %d 次，仅随机种子不同：损失平均为 %.4f，标准差 %.2g（%.2g %%；次数很少，真实值可能在 %.2g 到 %.2g %% 之间）。",
			f.Size, count(f.Tokens), n, f.Mean, f.SD, f.SD*percent, f.Low*percent, f.High*percent),
	}.lacking(g.missing)
	return f
}

// differs says whether two losses differ by more than seeds explain: by twice the standard deviation of a difference of two.
// Without a noise that is known, by half a percent.
func (f *NoiseFinding) differs(a, b float64) bool { return math.Abs(a-b) > f.tolerance(min(a, b)) }

// tolerance is the difference of two losses that seeds explain, near a loss of about.
func (f *NoiseFinding) tolerance(about float64) float64 {
	if f == nil || f.SD == 0 {
		return 0.005 * about
	}
	return 2 * math.Sqrt2 * f.SD / f.Mean * about
}
