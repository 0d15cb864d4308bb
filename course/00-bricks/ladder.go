package bricks

import (
	"context"

	"brick/course/lesson"
	"brick/lab/plan"
)

// Model is a rung of the ladder of GPTs.
type Model struct {
	plan.Rung
	Stated float64    `json:"stated"` // parameters as they are usually given
	Off    lesson.Num `json:"off"`    // exact/stated − 1; NaN where nothing can be counted
	Times  float64    `json:"times"`  // parameters, in those of the first rung
	From   []Source   `json:"from"`   // where the figures are from
}

// Source is a document that figures are from. Of is a key of the page's texts
// that says which figures, after "source.".
type Source struct {
	Of    string `json:"of"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Documents that the figures of the ladder are from.
const (
	gpt1 = "https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf"
	gpt2 = "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf"
	card = "https://github.com/openai/gpt-2/blob/master/model_card.md"
	gpt3 = "https://arxiv.org/abs/2005.14165"
	gpt4 = "https://arxiv.org/abs/2303.08774"
	semi = "https://semianalysis.com/2023/07/10/gpt-4-architecture-infrastructure/"
)

// stated are the parameters that the lecture names, and their sources.
var stated = map[string]struct {
	n    float64
	from []Source
}{
	"GPT-1": {117e6, []Source{{"shape", "Radford et al. 2018, Improving Language Understanding by Generative Pre-Training, §4.1", gpt1},
		{"size", "Radford et al. 2019, Language Models are Unsupervised Multitask Learners, table 2", gpt2}}},
	"GPT-2 XL":   {1.5e9, []Source{{"shape", "Radford et al. 2019, table 2", gpt2}, {"size", "openai/gpt-2, model card", card}}},
	"GPT-3 175B": {175e9, []Source{{"both", "Brown et al. 2020, Language Models are Few-Shot Learners, table 2.1", gpt3}}},
	"GPT-4":      {1.8e12, []Source{{"rumour", "SemiAnalysis, July 2023", semi}, {"silent", "OpenAI 2023, GPT-4 Technical Report, §2", gpt4}}},
}

// ladder is GPT-1 to GPT-4, each counted by the engine from its published shape.
var ladder = lesson.Shows(lesson.Ask("ladder", struct{}{}, func(context.Context, *lesson.Session, struct{}) (list []Model, err error) {
	rungs := plan.Ladder()
	for _, r := range rungs {
		s := stated[r.Name]
		m := Model{Rung: r, Stated: s.n, Off: lesson.Num(float64(r.Exact)/s.n - 1), Times: r.Parameters / rungs[0].Parameters, From: s.from}
		if r.Exact == 0 {
			m.Off = lesson.Num(nan)
		}
		list = append(list, m)
	}
	return list, nil
}), func(struct{}) lesson.Shown {
	return lesson.Shown{Command: "brick plan --ladder", Go: `package main

import (
	"fmt"

	"brick/lab/plan"
)

func main() {
	for _, r := range plan.Ladder() {
		fmt.Println(r.Name, r.Year, r.Layers, r.Width, r.Exact, r.Parameters, r.Status)
	}
}
`}
})
