package lab

import (
	"fmt"
	"math"
	"testing"
)

// lined are results of sizes of 10⁴·3ⁱ parameters on equal tokens.
func lined(skill, nats, loss []float64) (planned []Trial, results []Result) {
	for i := range skill {
		n := int(1e4 * math.Pow(3, float64(i)))
		t := Trial{ID: fmt.Sprintf("d%d-h0", i+1), Study: Family, Tokens: 1_000_000 + i, Size: Size{Name: fmt.Sprintf("d%d", i+1), Params: n}}
		r := Result{Trial: t, Loss: loss[i], Skills: map[string]float64{"brackets": skill[i], "brackets_base": 0.3}}
		if nats != nil {
			r.Skills["brackets_nats"] = nats[i]
		}
		planned, results = append(planned, t), append(results, r)
	}
	return planned, results
}

// bracketJump is the one jump of that skill over sizes.
func bracketJump(t *testing.T, planned []Trial, results []Result) Jump {
	t.Helper()
	for _, j := range FindJumps(planned, results) {
		if j.Skill == "brackets" && j.Along == "size" {
			return j
		}
	}
	t.Fatal("no jump of brackets over sizes was looked for")
	return Jump{}
}

// What jumps, and whether a smooth probability lies under it, is told apart from what rises with the loss.
func TestJumps(t *testing.T) {
	even := []float64{3, 2.75, 2.5, 2.25, 2}
	smooth := []float64{-2, -1.5, -1, -0.5, 0}
	for name, c := range map[string]struct {
		skill, nats []float64
		at          int
		sharp       bool
		says        string
	}{
		"straight":            {[]float64{0.3, 0.4, 0.5, 0.6, 0.7}, smooth, 0, false, "no jump"},
		"threshold":           {[]float64{0.3, 0.3, 0.3, 0.8, 0.85}, smooth, 2, true, "the threshold's"},
		"deep":                {[]float64{0.3, 0.3, 0.3, 0.8, 0.85}, []float64{-2, -2, -2, -0.2, -0.1}, 2, true, "so does the log-probability"},
		"not measured":        {[]float64{0.3, 0.3, 0.3, 0.8, 0.85}, nil, 2, true, "jumps where the loss does not."},
		"too little to count": {[]float64{0.3, 0.3, 0.3, 0.35, 0.36}, smooth, 2, false, "no jump"},
		"flat":                {[]float64{0.3, 0.301, 0.3, 0.302, 0.301}, smooth, 2, false, "stays the same"},
		"constant":            {[]float64{0.3, 0.3, 0.3, 0.3, 0.3}, smooth, 0, false, "stays the same"},
		"falling":             {[]float64{0.7, 0.6, 0.5, 0.4, 0.3}, smooth, 0, false, "no jump"},
	} {
		j := bracketJump(t, nil, second(lined(c.skill, c.nats, even)))
		if j.At != c.at || j.Sharp != c.sharp {
			t.Errorf("%s: steepest from point %d, sharp %v; want %d, %v", name, j.At, j.Sharp, c.at, c.sharp)
		}
		checkSentence(t, j.Sentence, c.says)
		near(t, name+": slope of an even loss", j.LossSlope, 1, 1e-9)
	}
	j := bracketJump(t, nil, second(lined([]float64{0.3, 0.3, 0.3, 0.8, 0.85}, smooth, []float64{3, 2.98, 2.96, 2.1, 2})))
	if j.Sharp {
		t.Errorf("the loss jumps there too, by a slope of %.2f; the skill's is %.2f", j.LossSlope, j.Slope)
	}
	near(t, "slope of the skill", j.Slope, 4*0.5/0.55, 1e-9)
}

func second[A, B any](_ A, b B) B { return b }

// Two sizes are no line; a size that is not done is named.
func TestJumpsNeedThree(t *testing.T) {
	planned, results := lined([]float64{0.3, 0.5, 0.7, 0.8}, nil, []float64{3, 2.5, 2, 1.9})
	if jumps := FindJumps(planned, results[:2]); len(jumps) != 0 {
		t.Errorf("of two sizes: %v", jumps)
	}
	j := bracketJump(t, planned, results[:3])
	if len(j.Missing) != 1 || j.Missing[0] != "d4-h0" {
		t.Errorf("missing %v, want d4-h0", j.Missing)
	}
	checkSentence(t, j.Sentence, "Still missing: d4-h0")
}

// Over tokens the largest size is looked at, over sizes the most tokens that all have.
func TestJumpsChooseTheirLine(t *testing.T) {
	planned, results := made(t, testLaw{best: 1})
	for _, j := range FindJumps(planned, results) {
		want, fixed, n := "d7", "8.19 M", 6
		if j.Along == "tokens" {
			fixed, n = "d7", 5
		}
		if last := j.Points[len(j.Points)-1]; last.Name != want || j.Fixed != fixed || len(j.Points) != n {
			t.Errorf("%s along %s at %s: %d points up to %s", j.Skill, j.Along, j.Fixed, len(j.Points), last.Name)
		}
	}
}
