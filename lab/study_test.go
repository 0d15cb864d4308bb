package lab

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"brick/model"
	"brick/nn"
)

const testVocab, testContext = 512, 128

// makeSize is a rule of a family: heads of 24.
func makeSize(name string, layers, width int) (Size, error) {
	heads := max(width/24, 1)
	if width%heads != 0 || width/heads%2 != 0 {
		return Size{}, fmt.Errorf("%d heads do not divide a width of %d", heads, width)
	}
	s := Size{Name: name, Layers: layers, Width: width, Heads: heads, FF: int(math.Round(float64(width)/3)) * 8}
	s.Stack = fmt.Sprintf("embed(%d) %d*llama(heads=%d,ff=%d) rmsnorm linear(tied=true)", width, layers, heads, s.FF)
	n, err := model.CountStack(s.Stack, nn.Input{Shape: []int{testContext}, Vocab: testVocab, Outputs: testVocab})
	if err != nil {
		return Size{}, err
	}
	s.Params, s.NonEmbedding, s.FLOPs = n, n-testVocab*width, 6*n
	s.Rate = 0.01 * math.Pow(float64(s.NonEmbedding)/1e5, -0.2)
	return s, nil
}

// testFamily is depths 1 to 5 on 5 numbers of tokens, and depth 7 held out.
func testFamily(t testing.TB) (family []Trial) {
	t.Helper()
	for _, d := range []int{1, 2, 3, 4, 5, 7} {
		s, err := makeSize(fmt.Sprintf("d%d", d), d, 24*d)
		if err != nil {
			t.Fatal(err)
		}
		for h := 4; h >= 0; h-- {
			steps := 2000 >> h
			family = append(family, Trial{ID: fmt.Sprintf("%s-h%d", s.Name, 4-h), Study: Family, Size: s, Seed: 1, Rate: s.Rate,
				Batch: 32, Steps: steps, Decay: steps / 5, Tokens: steps * 32 * testContext, Unique: steps * 32 * testContext,
				Trunk: "trunk-" + s.Name, At: steps - steps/5, HeldOut: d == 7})
		}
	}
	return family
}

// costOf is what trials cost together.
func costOf(trials []Trial) (sum float64) {
	for _, t := range trials {
		sum += t.FLOPs()
	}
	return sum
}

func studyOptions(budget float64) StudyOptions {
	return StudyOptions{Budget: budget, Context: testContext, Text: 20_000_000, Make: makeSize}
}

// Each trial of a study differs from its base in what it is about and in nothing else, and all together fit the budget.
func TestStudiesDifferInOneThing(t *testing.T) {
	family := testFamily(t)
	budget := 0.15 * costOf(family)
	trials, left := Studies(family, studyOptions(budget))
	if len(left) != 0 {
		t.Errorf("left out: %v", left)
	}
	if c := costOf(trials); c > budget || c < 0.3*budget {
		t.Errorf("the studies cost %.3g of a budget of %.3g", c, budget)
	}
	bases := map[string]Trial{}
	for _, f := range family {
		bases[f.ID] = f
	}
	seen, counts, seeds := map[string]bool{}, map[Study]int{}, map[uint64]bool{1: true}
	for _, s := range trials {
		if seen[s.ID] || bases[s.ID].ID != "" {
			t.Errorf("two trials are called %s", s.ID)
		}
		seen[s.ID] = true
		counts[s.Study]++
		base, ok := bases[s.Base]
		if !ok || base.HeldOut {
			t.Fatalf("%s: base %q is none of the family's fitted", s.ID, s.Base)
		}
		if s.Trunk != "" || s.At != 0 {
			t.Errorf("%s goes on from a trunk", s.ID)
		}
		want := base
		want.ID, want.Study, want.Base, want.Trunk, want.At = s.ID, s.Study, s.Base, "", 0
		switch s.Study {
		case Probe:
			want.Rate = s.Rate
			if f := s.Rate / base.Rate; f != 0.5 && f != 2 {
				t.Errorf("%s has %v times the rate", s.ID, f)
			}
		case Noise, Ensemble:
			want.Seed = s.Seed
			if seeds[s.Seed] {
				t.Errorf("%s has the seed %d of another", s.ID, s.Seed)
			}
			seeds[s.Seed] = true
		case Repeat:
			want.Unique = s.Unique
			if s.Unique%testContext != 0 || s.Unique < s.Batch*testContext || s.Unique > s.Tokens/2 {
				t.Errorf("%s has %d different tokens of %d", s.ID, s.Unique, s.Tokens)
			}
		case Shape:
			want.Size, want.Rate = s.Size, s.Rate
			if off := math.Abs(float64(s.Size.NonEmbedding)/float64(base.Size.NonEmbedding) - 1); off > sameShape || s.Size.Layers == base.Size.Layers {
				t.Errorf("%s: %d layers with %d parameters beside the embedding, its base %d with %d", s.ID, s.Size.Layers, s.Size.NonEmbedding, base.Size.Layers, base.Size.NonEmbedding)
			}
			if s.Rate != s.Size.Rate {
				t.Errorf("%s has rate %v, the rule's is %v", s.ID, s.Rate, s.Size.Rate)
			}
		}
		if !reflect.DeepEqual(s, want) {
			t.Errorf("%s differs from its base in more than it is about:\n%+v\n%+v", s.ID, s, want)
		}
	}
	if counts[Probe] != 4 || counts[Noise] != 2 || counts[Repeat] < 2 || counts[Ensemble] < 1 || counts[Shape] < 2 {
		t.Errorf("planned %v", counts)
	}
	again, _ := Studies(slices.Clone(family), studyOptions(budget))
	if !reflect.DeepEqual(trials, again) {
		t.Error("planned twice, the studies differ")
	}
}

// A larger budget takes larger designs, none is ever passed, and what fits no budget is told with how much it lacks.
func TestStudiesFollowTheBudget(t *testing.T) {
	family := testFamily(t)
	all := costOf(family)
	before := -1.0
	for _, share := range []float64{0, 1e-6, 0.001, 0.01, 0.05, 0.15, 0.5, 2} {
		trials, left := Studies(family, studyOptions(share*all))
		c := costOf(trials)
		if c > share*all || c < before {
			t.Errorf("a budget of %v of the family's: costs %.3g, one of less cost %.3g", share, c/all, before/all)
		}
		before = c
		studies := map[Study]bool{}
		for _, s := range trials {
			studies[s.Study] = true
		}
		for _, o := range left {
			if studies[o.Study] || !strings.Contains(o.Why.EN, "times its share") || o.Why.ZH == "" {
				t.Errorf("%v is left out (%s) and planned: %v", o.Study, o.Why.EN, studies[o.Study])
			}
			studies[o.Study] = true
		}
		if len(studies) != 5 {
			t.Errorf("a budget of %v: only %v are planned or left out", share, studies)
		}
	}
}

// What a family or a text is too small for is left out with the reason, and nothing panics.
func TestStudiesOfSmallFamilies(t *testing.T) {
	family := testFamily(t)
	why := func(family []Trial, o StudyOptions) map[Study]string {
		_, left := Studies(family, o)
		reasons := map[Study]string{}
		for _, l := range left {
			reasons[l.Study] = l.Why.EN
		}
		return reasons
	}
	if r := why(nil, studyOptions(1e18)); len(r) != 5 {
		t.Errorf("no family: %v", r)
	}
	if r := why(family[:5], studyOptions(1e18)); !strings.Contains(r[Probe], "two sizes") || !strings.Contains(r[Ensemble], "2 to 5 times") || r[Noise] != "" {
		t.Errorf("one size: %v", r)
	}
	o := studyOptions(1e18)
	o.Text, o.Make = 1000, nil
	if r := why(family, o); !strings.Contains(r[Repeat], "too short") || !strings.Contains(r[Shape], "no other depth") {
		t.Errorf("a short text, and no rule for shapes: %v", r)
	}
}

// The cost can be of another kind, such as seconds.
func TestStudiesCountAnyCost(t *testing.T) {
	family := testFamily(t)
	o := studyOptions(60)
	o.Cost = func(t Trial) float64 { return float64(t.Tokens) * float64(t.Size.Params) / 2e11 }
	trials, _ := Studies(family, o)
	sum := 0.0
	for _, s := range trials {
		sum += o.Cost(s)
	}
	if len(trials) == 0 || sum > 60 {
		t.Errorf("%d trials of %v seconds; want at most 60", len(trials), sum)
	}
}
