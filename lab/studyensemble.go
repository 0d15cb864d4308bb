package lab

import (
	"context"
	"fmt"
	"math"

	"brick/train"
)

// An EnsembleFinding is what several small models that vote are against one of as many parameters.
type EnsembleFinding struct {
	Size     string    `json:"size"` // of a member
	Tokens   int       `json:"tokens"`
	Members  int       `json:"members"`
	Params   int       `json:"params"` // of all members
	Losses   []float64 `json:"losses"` // of each member alone
	Mean     float64   `json:"mean"`   // of Losses
	Together float64   `json:"together"`
	Bigger   string    `json:"bigger,omitempty"` // the size of about as many parameters
	BigParam int       `json:"bigger_params,omitempty"`
	BigLoss  float64   `json:"bigger_loss,omitempty"`
	Missing  []string  `json:"missing,omitempty"`
	Sentence Sentence  `json:"sentence"`
}

// EnsembleMembers are the IDs of the trials that form the ensemble, the family's own first; none where the study was not planned.
func EnsembleMembers(planned []Trial) (ids []string) {
	for _, t := range planned {
		if t.Study != Ensemble {
			continue
		}
		if len(ids) == 0 {
			ids = append(ids, t.Base)
		}
		ids = append(ids, t.ID)
	}
	return ids
}

// MeasureEnsemble evaluates the runs in dirs as one whose probabilities are the mean of theirs, see train.Ensemble, on the test
// split as train.Evaluate does with that batch and limit: the loss of such an ensemble is never above the mean of its members',
// since −log is convex (Jensen 1906).
func MeasureEnsemble(ctx context.Context, dirs []string, batch, limit int, o train.Options) (train.Metrics, error) {
	r, err := train.OpenEnsemble(dirs, o)
	if err != nil {
		return train.Metrics{}, fmt.Errorf("lab: ensemble: %w", err)
	}
	m, err := r.EvaluatePart(ctx, "test", batch, limit)
	if err != nil {
		return m, fmt.Errorf("lab: ensemble: %w", err)
	}
	return m, nil
}

// FindEnsemble compares the ensemble, whose loss together is as MeasureEnsemble found it, or 0 before, with its members and with
// the family's size of as many parameters, trained on as many tokens; nil if it was not planned.
func FindEnsemble(planned []Trial, results []Result, together float64) *EnsembleFinding {
	groups := groupsOf(Ensemble, planned, results)
	if len(groups) == 0 {
		return nil
	}
	g := groups[0]
	members := len(g.trials) + 1
	f := &EnsembleFinding{Size: g.base.Size.Name, Tokens: g.base.Tokens, Members: members, Params: members * g.base.Size.Params, Together: together}
	f.Missing = append(f.Missing, g.missing...)
	if g.first != nil {
		f.Losses = append(f.Losses, g.first.Loss)
	}
	for _, r := range g.results {
		f.Losses = append(f.Losses, r.Loss)
	}
	for _, l := range f.Losses {
		f.Mean += l / float64(len(f.Losses))
	}
	off := math.Inf(1)
	bigger := ""
	for _, t := range planned {
		d := math.Abs(math.Log(float64(t.Size.Params) / float64(f.Params)))
		if t.Study == Family && !t.HeldOut && sameTokens(t.Tokens, f.Tokens) && membersOf(g.base.Size.Params, t.Size.Params) == members && d < off {
			off, bigger, f.Bigger, f.BigParam = d, t.ID, t.Size.Name, t.Size.Params
		}
	}
	for _, r := range results {
		if r.ID == bigger {
			f.BigLoss = r.Loss
		}
	}
	if bigger != "" && f.BigLoss == 0 {
		f.Missing = append(f.Missing, bigger)
	}
	if together == 0 || len(f.Missing) > 0 {
		missing := f.Missing
		if together == 0 {
			missing = append(missing, fmt.Sprintf("%d×%s", members, f.Size))
		}
		f.Sentence = waiting("Ensemble", "集成", missing)
		return f
	}
	f.Sentence = f.say()
	return f
}

func (f *EnsembleFinding) say() Sentence {
	en := fmt.Sprintf("%d models of %s that vote (%s parameters together) have a loss of %.4f, %.2g %% below one of them alone (%.4f)",
		f.Members, f.Size, count(f.Params), f.Together, 100*(1-f.Together/f.Mean), f.Mean)
	zh := fmt.Sprintf("%d 个 %s 模型取平均概率（合计 %s 个参数），损失 %.4f，比单个（%.4f）低 %.2g %%",
		f.Members, f.Size, count(f.Params), f.Together, f.Mean, 100*(1-f.Together/f.Mean))
	if f.Bigger == "" {
		return Sentence{en + ".", zh + "。"}
	}
	en += fmt.Sprintf("; one %s of %s parameters, trained on the same %s tokens, has %.4f: ", f.Bigger, count(f.BigParam), count(f.Tokens), f.BigLoss)
	zh += fmt.Sprintf("；一个参数量为 %s 的 %s 用同样的 %s 词元训练，损失 %.4f：", count(f.BigParam), f.Bigger, count(f.Tokens), f.BigLoss)
	if f.BigLoss < f.Together {
		return Sentence{en + "the parameters are worth more in one model.", zh + "参数放在一个模型里更值。"}
	}
	return Sentence{en + "the parameters are worth more apart.", zh + "参数分开放更值。"}
}
