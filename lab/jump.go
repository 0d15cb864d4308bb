package lab

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Jump is where a skill rises most steeply, over sizes or over tokens, beside what the loss does there.
//
// A slope is told in units of the straight line: the share of the whole change that falls in an interval, over the
// share that the interval has of the whole way on a log axis. 1 is as steep as a straight line from the first to the last, 3
// thrice as steep.
type Jump struct {
	Skill     string      `json:"skill"`
	Along     string      `json:"along"` // size or tokens
	Fixed     string      `json:"fixed"` // the number of tokens, or the size
	Points    []JumpPoint `json:"points"`
	At        int         `json:"at"`                   // the steepest interval is from point At to the next
	Rise      float64     `json:"rise"`                 // of the skill there
	Slope     float64     `json:"slope"`                // of the skill there
	LossSlope float64     `json:"loss_slope"`           // of the loss there, downwards
	NatsSlope *float64    `json:"nats_slope,omitempty"` // of the log-probability of right answers there, if that was measured
	Sharp     bool        `json:"sharp"`                // the skill jumps where the loss does not
	Missing   []string    `json:"missing,omitempty"`    // trials of the family that would be points too
	Sentence  Sentence    `json:"sentence"`
}

// A JumpPoint is one model.
type JumpPoint struct {
	Name  string   `json:"name"` // of its size
	X     float64  `json:"x"`    // parameters, or tokens
	Skill float64  `json:"skill"`
	Loss  float64  `json:"loss"`
	Nats  *float64 `json:"nats,omitempty"`
}

// What counts as a jump: a slope of steep, of which the loss has less than 1/beyond, and a rise of leap of 0 to 1.
const (
	steep  = 2.0
	beyond = 1.5
	leap   = 0.1
)

// FindJumps looks at each skill of the family's results over sizes, all trained on the largest number of tokens that most have in common,
// and over tokens, at the largest size. Skills with fewer than three models are left out.
func FindJumps(planned []Trial, results []Result) (jumps []Jump) {
	var family []Result
	skills := map[string]bool{"accuracy": true}
	for _, r := range results {
		if r.Study != Family {
			continue
		}
		family = append(family, r)
		for name := range r.Skills {
			if base, _, _ := strings.Cut(name, "_"); base == name {
				skills[name] = true
			}
		}
	}
	bySize, tokens := atCommonTokens(family)
	byTokens, size := ofLargest(family)
	for _, name := range slices.Sorted(maps.Keys(skills)) {
		for _, along := range []struct {
			along, fixed string
			results      []Result
			x            func(Result) int
			missing      []string
		}{
			{"size", count(tokens), bySize, func(r Result) int { return r.Size.Params },
				unfinished(planned, family, func(t Trial) bool { return sameTokens(t.Tokens, tokens) })},
			{"tokens", size, byTokens, func(r Result) int { return r.Tokens },
				unfinished(planned, family, func(t Trial) bool { return t.Size.Name == size })},
		} {
			j := Jump{Skill: name, Along: along.along, Fixed: along.fixed, Missing: along.missing}
			for _, r := range along.results {
				if p, ok := pointOf(r, name); ok {
					p.X = float64(along.x(r))
					j.Points = append(j.Points, p)
				}
			}
			if len(j.Points) < 3 {
				continue
			}
			j.steepest()
			j.Sentence = j.say().lacking(j.Missing)
			jumps = append(jumps, j)
		}
	}
	return jumps
}

// unfinished are the family's trials that belong to a line of points and are not done.
func unfinished(planned []Trial, done []Result, belongs func(Trial) bool) (ids []string) {
	for _, t := range planned {
		if t.Study == Family && belongs(t) && !slices.ContainsFunc(done, func(r Result) bool { return r.ID == t.ID }) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// atCommonTokens is one result of each size, the smallest first, all of about the same number of tokens: the one that most
// sizes have, the largest of those.
func atCommonTokens(family []Result) (best []Result, tokens int) {
	for _, want := range family {
		var same []Result
		for _, r := range family {
			if sameTokens(r.Tokens, want.Tokens) && !slices.ContainsFunc(same, func(o Result) bool { return o.Size.Name == r.Size.Name }) {
				same = append(same, r)
			}
		}
		if len(same) > len(best) || len(same) == len(best) && want.Tokens > tokens {
			best, tokens = same, want.Tokens
		}
	}
	slices.SortStableFunc(best, func(a, b Result) int { return cmp.Compare(a.Size.Params, b.Size.Params) })
	return best, tokens
}

// ofLargest is the results of the largest size that was trained on three numbers of tokens or more, the fewest first.
func ofLargest(family []Result) (best []Result, size string) {
	by := map[string][]Result{}
	for _, r := range family {
		by[r.Size.Name] = append(by[r.Size.Name], r)
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if rs := by[name]; len(rs) >= 3 && (best == nil || rs[0].Size.Params > best[0].Size.Params) {
			best, size = rs, name
		}
	}
	slices.SortStableFunc(best, func(a, b Result) int { return cmp.Compare(a.Tokens, b.Tokens) })
	return best, size
}

// pointOf is a result's skill; not ok where it was not measured.
func pointOf(r Result, skill string) (p JumpPoint, ok bool) {
	p = JumpPoint{Name: r.Size.Name, Loss: r.Loss}
	if skill == "accuracy" {
		p.Skill = r.Accuracy
		return p, true
	}
	if p.Skill, ok = r.Skills[skill]; ok {
		if nats, measured := r.Skills[skill+"_nats"]; measured {
			p.Nats = &nats
		}
	}
	return p, ok
}

// steepest finds the interval in which the skill rises most steeply.
func (j *Jump) steepest() {
	skill := j.slopes(func(p JumpPoint) float64 { return p.Skill })
	loss := j.slopes(func(p JumpPoint) float64 { return -p.Loss })
	for i, s := range skill {
		if s > skill[j.At] {
			j.At = i
		}
	}
	j.Rise = j.Points[j.At+1].Skill - j.Points[j.At].Skill
	j.Slope, j.LossSlope = skill[j.At], loss[j.At]
	if !slices.ContainsFunc(j.Points, func(p JumpPoint) bool { return p.Nats == nil }) {
		nats := j.slopes(func(p JumpPoint) float64 { return *p.Nats })
		j.NatsSlope = &nats[j.At]
	}
	j.Sharp = j.Rise >= leap && j.Slope >= steep && j.Slope >= beyond*j.LossSlope
}

// slopes are those of y over each interval, see Jump: 0 where y never changes.
func (j *Jump) slopes(y func(JumpPoint) float64) (slopes []float64) {
	p := j.Points
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, q := range p {
		lo, hi = min(lo, y(q)), max(hi, y(q))
	}
	way := math.Log(p[len(p)-1].X / p[0].X)
	for i := 1; i < len(p); i++ {
		s := (y(p[i]) - y(p[i-1])) / (hi - lo) / (math.Log(p[i].X/p[i-1].X) / way)
		if math.IsNaN(s) || math.IsInf(s, 0) {
			s = 0
		}
		slopes = append(slopes, s)
	}
	return slopes
}

// skillZH is what the skills are called in Chinese.
var skillZH = map[string]string{"accuracy": "下一词元准确率", "brackets": "括号匹配", "induction": "归纳（上下文复制）", "arithmetic": "算术", "copy": "抄写"}

func (j *Jump) say() Sentence {
	a, b := j.Points[j.At], j.Points[j.At+1]
	name, from, to, fixed := cmp.Or(skillZH[j.Skill], j.Skill), a.Name, b.Name, "on "+j.Fixed+" tokens"
	fixedZH := j.Fixed + " 词元时"
	if j.Along == "tokens" {
		from, to, fixed = count(int(a.X))+" tokens", count(int(b.X)), "of "+j.Fixed
		fixedZH = j.Fixed + " 规模下"
	}
	fromZH := strings.ReplaceAll(from, " tokens", "")
	unit := ""
	if j.Along == "tokens" {
		unit = "词元"
	}
	first, last := j.Points[0], j.Points[len(j.Points)-1]
	if math.Abs(last.Skill-first.Skill) < 0.02 && j.Rise < 0.02 {
		return Sentence{
			fmt.Sprintf("%s %s stays the same over %s: %.1f %% to %.1f %%.", j.Skill, fixed, j.Along, 100*first.Skill, 100*last.Skill),
			fmt.Sprintf("%s在 %s基本不变：%.1f %% 到 %.1f %%。", name, fixedZH, 100*first.Skill, 100*last.Skill)}
	}
	en := fmt.Sprintf("%s %s rises most from %s to %s, %.1f %% to %.1f %%: %.1f times as steeply as a straight line, where the loss falls %.1f times as steeply as its own",
		j.Skill, fixed, from, to, 100*a.Skill, 100*b.Skill, j.Slope, j.LossSlope)
	zh := fmt.Sprintf("%s在 %s从 %s 到 %s %s上升最快，由 %.1f %% 到 %.1f %%：陡度为直线的 %.1f 倍，而损失在此处下降的陡度为其直线的 %.1f 倍",
		name, fixedZH, fromZH, to, unit, 100*a.Skill, 100*b.Skill, j.Slope, j.LossSlope)
	switch {
	case !j.Sharp:
		return Sentence{en + "; no jump.", zh + "；没有跃变。"}
	case j.NatsSlope == nil:
		return Sentence{en + "; it jumps where the loss does not.", zh + "；它跃变而损失没有。"}
	case *j.NatsSlope < steep:
		return Sentence{
			fmt.Sprintf("%s; it jumps where the loss does not, but the log-probability of right answers rises evenly (%.1f): the jump is the threshold's.", en, *j.NatsSlope),
			fmt.Sprintf("%s；它跃变而损失没有，但正确答案的对数概率平缓上升（%.1f 倍）：跃变来自计分的门槛。", zh, *j.NatsSlope)}
	}
	return Sentence{
		fmt.Sprintf("%s; it jumps where the loss does not, and so does the log-probability of right answers (%.1f).", en, *j.NatsSlope),
		fmt.Sprintf("%s；它跃变而损失没有，正确答案的对数概率也随之跃变（%.1f 倍）。", zh, *j.NatsSlope)}
}
