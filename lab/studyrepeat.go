package lab

import (
	"cmp"
	"fmt"
	"slices"

	"brick/lab/fit"
)

// A RepeatFinding is what a text is worth when it is passed over again and again, beside as many tokens that are all new
// (Muennighoff et al. 2023, "Scaling data-constrained language models").
type RepeatFinding struct {
	Size    string     `json:"size"`
	Params  int        `json:"params"`        // of the size
	Body    int        `json:"non_embedding"` // those beside the embedding
	Tokens  int        `json:"tokens"`        // in all, of each run
	Fresh   float64    `json:"fresh_loss"`    // of the run that saw no token twice
	Points  []Repeated `json:"points"`        // by epochs
	InNoise float64    `json:"in_noise"`      // epochs up to which the loss is as good as fresh but for what seeds explain; 1 if not even 2 are
	InOne   float64    `json:"in_1_percent"`

	Law      *fit.RepeatFit `json:"law,omitempty"`      // see Fit
	Overfits []float64      `json:"overfits,omitempty"` // epochs of runs that are worse than one pass over their tokens by the law: Law knows no such thing
	Missing  []string       `json:"missing,omitempty"`
	Sentence Sentence       `json:"sentence"`
}

// A Repeated is one run over a part of the text.
type Repeated struct {
	Epochs float64  `json:"epochs"`
	Unique int      `json:"unique"` // different tokens
	Loss   float64  `json:"loss"`
	Over   float64  `json:"over"`            // by what share the loss is above the fresh one
	Alone  *float64 `json:"alone,omitempty"` // loss of one pass over as many new tokens, where the family has such a run
	Worth  *float64 `json:"worth,omitempty"` // (Alone − Loss)/(Alone − Fresh): the share that repeating gives of what new tokens would
}

// FindRepeat compares repeating with new text; nil if it was not planned.
func FindRepeat(planned []Trial, results []Result, noise *NoiseFinding) *RepeatFinding {
	groups := groupsOf(Repeat, planned, results)
	if len(groups) == 0 {
		return nil
	}
	g := groups[0]
	f := &RepeatFinding{Size: g.base.Size.Name, Params: g.base.Size.Params, Body: g.base.Size.NonEmbedding, Tokens: g.base.Tokens, Missing: g.missing}
	if g.first == nil || len(g.results) == 0 {
		f.Sentence = waiting("Repeated text", "重复数据", g.missing)
		return f
	}
	f.Fresh = g.first.Loss
	for _, r := range g.results {
		p := Repeated{Epochs: float64(r.Tokens) / float64(max(r.Unique, 1)), Unique: r.Unique, Loss: r.Loss, Over: r.Loss/f.Fresh - 1}
		for _, once := range results {
			if once.Study == Family && once.Size.Name == f.Size && once.Seed == g.first.Seed && sameTokens(once.Tokens, r.Unique) && once.Loss > f.Fresh {
				worth := (once.Loss - r.Loss) / (once.Loss - f.Fresh)
				p.Alone, p.Worth = &once.Loss, &worth
			}
		}
		f.Points = append(f.Points, p)
	}
	slices.SortStableFunc(f.Points, func(a, b Repeated) int { return cmp.Compare(a.Epochs, b.Epochs) })
	f.InNoise, f.InOne = f.upTo(noise.tolerance(f.Fresh)), f.upTo(0.01*f.Fresh)
	f.Sentence = f.say().lacking(g.missing)
	return f
}

// upTo is how many epochs the loss stays within a tolerance of the fresh one's.
func (f *RepeatFinding) upTo(tolerance float64) float64 {
	epochs := 1.0
	for _, p := range f.Points {
		if p.Loss > f.Fresh+tolerance {
			break
		}
		epochs = p.Epochs
	}
	return epochs
}

func (f *RepeatFinding) say() Sentence {
	first, last := f.Points[0], f.Points[len(f.Points)-1]
	en := fmt.Sprintf("%s on %s tokens has a loss of %.4f where all are new. Passing %.3g times over %s is %s", f.Size, count(f.Tokens), f.Fresh, first.Epochs, count(first.Unique), overEN(first.Over))
	zh := fmt.Sprintf("%s 训练 %s 词元，全为新文本时损失 %.4f。把 %s 词元读 %.3g 轮，损失%s", f.Size, count(f.Tokens), f.Fresh, count(first.Unique), first.Epochs, overZH(first.Over))
	if len(f.Points) > 1 {
		en += fmt.Sprintf(", %.3g times over %s %s", last.Epochs, count(last.Unique), overEN(last.Over))
		zh += fmt.Sprintf("；把 %s 词元读 %.3g 轮，损失%s", count(last.Unique), last.Epochs, overZH(last.Over))
	}
	en += fmt.Sprintf("; %s within 1 %%, %s within what seeds explain", upToEN(f.InOne), upToEN(f.InNoise))
	zh += fmt.Sprintf("；%s 1 %% 以内，%s随机种子的波动之内", upToZH(f.InOne), upToZH(f.InNoise))
	for i := len(f.Points) - 1; i >= 0; i-- {
		if p := f.Points[i]; p.Worth != nil {
			en += fmt.Sprintf("; %.3g passes over %s tokens give %.0f %% of what new ones would", p.Epochs, count(p.Unique), 100**p.Worth)
			zh += fmt.Sprintf("；把 %s 词元读 %.3g 轮，得到新文本所能带来好处的 %.0f %%", count(p.Unique), p.Epochs, 100**p.Worth)
			break
		}
	}
	return Sentence{en + ".", zh + "。"}
}

func overEN(share float64) string {
	if share < 0 {
		return fmt.Sprintf("%.2g %% better", -100*share)
	}
	return fmt.Sprintf("%.2g %% worse", 100*share)
}

func overZH(share float64) string {
	if share < 0 {
		return fmt.Sprintf("低 %.2g %%", -100*share)
	}
	return fmt.Sprintf("高 %.2g %%", 100*share)
}

func upToEN(epochs float64) string {
	if epochs <= 1 {
		return "no repeating is"
	}
	return fmt.Sprintf("up to %.3g passes are", epochs)
}

func upToZH(epochs float64) string {
	if epochs <= 1 {
		return "任何重复都不在"
	}
	return fmt.Sprintf("至多 %.3g 轮仍在", epochs)
}

// by adds what the family's law makes of the repeats, as far as it can be told.
func (f *RepeatFinding) by(law *Law) {
	if len(f.Points) == 0 {
		return
	}
	n := f.Params
	if law.Counted == CountBody {
		n = f.Body
	}
	if err := f.Fit(law.Joint, float64(n), law.Noise); err != nil {
		f.Sentence.EN += " How soon repeats are worth nothing cannot be told from these runs."
		f.Sentence.ZH += "由这些训练还定不出重复多少次就不再有用。"
	}
}

// Fit finds after how many repeats a text is worth nothing new, R* of Muennighoff et al. 2023, given the family's law, in which the
// study's size has n parameters, and the noise between seeds (see fit.FitRepeats), and adds it to the sentence. It errs
// where fewer than two runs can be described by it.
func (f *RepeatFinding) Fit(base *fit.JointFit, n, noise float64) error {
	var runs []fit.Repeat
	f.Overfits = nil
	for _, p := range f.Points {
		if p.Loss >= base.Law.Loss(n, float64(p.Unique)) {
			f.Overfits = append(f.Overfits, p.Epochs)
			continue
		}
		runs = append(runs, fit.Repeat{N: n, D: float64(f.Tokens), Unique: float64(p.Unique), L: p.Loss})
	}
	law, err := fit.FitRepeats(base, runs, noise)
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	f.Law = law
	r := law.RStar
	f.Sentence.EN += fmt.Sprintf(" Each repeat is worth less, by the law of Muennighoff et al. a share 1/e of new text after R* = %.3g of them (%.0f %% interval %.3g to %.3g).", r.Value, 100*law.Level, r.Interval.Low, r.Interval.High)
	f.Sentence.ZH += fmt.Sprintf("重复一次比一次不值：按 Muennighoff 等人的定律，重复 R* = %.3g 次后，再重复一次只值新文本的 1/e（%.0f %% 区间 %.3g 到 %.3g）。", r.Value, 100*law.Level, r.Interval.Low, r.Interval.High)
	return nil
}
