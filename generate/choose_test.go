package generate

import (
	"context"
	"math"
	"strings"
	"testing"

	"brick/model"
	"brick/token"
)

// The likelihoods of choices are those of their tokens, as Measure counts them with and without.
func TestChoose(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	nats := func(text string) float64 {
		if len(token.EncodeSpecial(l.Tokenizer, text, nil)) < 2 {
			return 0
		}
		m, err := l.Measure(context.Background(), text, Reading{})
		if err != nil {
			t.Fatal(err)
		}
		return m.Loss * float64(m.Examples)
	}
	questions := []Question{
		{"a brick", []string{"flies", "falls down", "f"}, 1},
		{"砖", []string{"飞", "落下"}, 0},
		{"", []string{"ab", "abc"}, 0},
		{"x ", []string{"y", "yy"}, 1},
	}
	var sum Answers
	for a, err := range l.Choose(context.Background(), questions) {
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(a)
		q := questions[a.Question]
		best, norm, bestAt, normAt := math.Inf(-1), math.Inf(-1), 0, 0
		for i, c := range q.Choices {
			space := map[bool]string{true: " "}[q.Context == "a brick"]
			want := nats(q.Context) - nats(q.Context+space+c)
			if math.Abs(a.LogProbs[i]-want) > 1e-5 {
				t.Errorf("%v, choice %d: %v, want %v", q, i, a.LogProbs[i], want)
			}
			if want > best {
				best, bestAt = want, i
			}
			if v := want / float64(len(c)); v > norm {
				norm, normAt = v, i
			}
		}
		if a.Likeliest != bestAt || a.Normalised != normAt || a.Answer != q.Answer {
			t.Errorf("%v: %+v, want %d and %d", q, a, bestAt, normAt)
		}
	}
	if sum.Questions != len(questions) {
		t.Errorf("%d questions were answered", sum.Questions)
	}
	long := Question{strings.Repeat("x", 40), []string{"a", "b"}, 0}
	for _, err := range l.Choose(context.Background(), []Question{questions[0], long}) {
		if err != nil && !strings.Contains(err.Error(), "question 2: choice 0 has 42 tokens with what comes before; the context holds 32") {
			t.Error(err)
		}
	}
}

func TestAnswers(t *testing.T) {
	var s Answers
	for _, a := range []Answered{{Answer: 1, Likeliest: 1, Normalised: 0}, {Answer: 1, Likeliest: 1, Normalised: 1}, {Answer: 0, Likeliest: 2, Normalised: 0}, {Answer: 2, Likeliest: 2, Normalised: 0}} {
		s.Add(a)
	}
	// The standard error of a share p of n is √(p(1−p)/(n−1)).
	if got := s.String(); got != "acc 75.00 % ± 25.00, acc_norm 50.00 % ± 28.87 (4 questions)" {
		t.Error(got)
	}
}

func TestReadQuestions(t *testing.T) {
	list, err := ReadQuestions(strings.NewReader(`{"ctx":"A man","endings":["runs","flies"],"label":"1","activity_label":"x"}

{"question":"2+2","choices":{"text":["3","4","5"],"label":["1","2","3"]},"answerKey":"2"}
{"question":"2+2","choices":["3","4","5","6"],"answer":"B"}
{"prompt":"","choices":["3","4"],"gold":0}
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 1, 1, 0} {
		if list[i].Answer != want {
			t.Errorf("%+v: want answer %d", list[i], want)
		}
	}
	for in, want := range map[string]string{
		"": "there is no question", "[]": "line 1: json", "{}": "there is no context, nor question", "\n{": "line 2",
		`{"ctx":1,"endings":["a","b"],"label":0}`:              "ctx: ",
		`{"ctx":"x","label":0}`:                                "there is no choices, nor endings",
		`{"ctx":"x","endings":["a"],"label":0}`:                "endings: 1 of them",
		`{"ctx":"x","endings":["a",""],"label":0}`:             "endings[1] is empty",
		`{"ctx":"x","endings":3,"label":0}`:                    "want a list of strings",
		`{"ctx":"x","endings":["a","b"]}`:                      "there is no answer, nor label",
		`{"ctx":"x","endings":["a","b"],"label":2}`:            "label is 2; want a place from 0 to 1",
		`{"ctx":"x","endings":["a","b"],"label":"c"}`:          `label is "c"`,
		`{"ctx":"x","endings":["a","b"],"label":{"a":"long"}}`: "label is",
		strings.Repeat("x", maxQuestion+1):                     "at most",
	} {
		if _, err := ReadQuestions(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v; want %q", in, err, want)
		}
	}
}
