package lab

import (
	"cmp"
	"fmt"
	"slices"
)

// A RepeatFinding is what a text is worth when it is passed over again and again, beside as many tokens that are all new
// (Muennighoff et al. 2023, "Scaling data-constrained language models").
type RepeatFinding struct {
	Size     string     `json:"size"`
	Tokens   int        `json:"tokens"`     // in all, of each run
	Fresh    float64    `json:"fresh_loss"` // of the run that saw no token twice
	Points   []Repeated `json:"points"`     // by epochs
	InNoise  float64    `json:"in_noise"`   // epochs up to which the loss is as good as fresh but for what seeds explain; 1 if not even 2 are
	InOne    float64    `json:"in_1_percent"`
	Missing  []string   `json:"missing,omitempty"`
	Sentence Sentence   `json:"sentence"`
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
	f := &RepeatFinding{Size: g.base.Size.Name, Tokens: g.base.Tokens, Missing: g.missing}
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
	last := f.Points[len(f.Points)-1]
	en := fmt.Sprintf("%s on %s tokens, loss %.4f where all are new: %s is as good but for the noise, %s within 1 %%; %.3g passes over %s tokens are %.2g %% worse",
		f.Size, short(f.Tokens), f.Fresh, passesEN(f.InNoise), passesEN(f.InOne), last.Epochs, short(last.Unique), 100*last.Over)
	zh := fmt.Sprintf("%s 训练 %s 词元，全为新文本时损失 %.4f：%s与之相当（在波动之内），%s相差不到 1 %%；把 %s 词元读 %.3g 遍则差 %.2g %%",
		f.Size, short(f.Tokens), f.Fresh, passesZH(f.InNoise), passesZH(f.InOne), short(last.Unique), last.Epochs, 100*last.Over)
	for i := len(f.Points) - 1; i >= 0; i-- {
		if p := f.Points[i]; p.Worth != nil {
			en += fmt.Sprintf("; going %.3g times over %s tokens gives %.0f %% of what new ones would", p.Epochs, short(p.Unique), 100**p.Worth)
			zh += fmt.Sprintf("；把 %s 词元读 %.3g 遍，得到新文本所能带来好处的 %.0f %%", short(p.Unique), p.Epochs, 100**p.Worth)
			break
		}
	}
	return Sentence{en + ".", zh + "。"}
}

func passesEN(n float64) string {
	if n <= 1 {
		return "not even passing twice over half of them"
	}
	return fmt.Sprintf("passing up to %.3g times over a part of them", n)
}

func passesZH(n float64) string {
	if n <= 1 {
		return "连把一半读两遍都不能"
	}
	return fmt.Sprintf("把一部分读至多 %.3g 遍可", n)
}
