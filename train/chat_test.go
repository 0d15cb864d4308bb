package train_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/data"
	"brick/generate"
	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
	"brick/train"
)

// Adapters on a real LLaMA learn to answer: the loss of answers to questions that were not trained on falls, and the merged
// folder, in F32 and in a GGUF file of Q8_0, gives the answers. They end where the embedding is learnt, too: its stories never
// had the token that ends a text.
func TestChatLoRA(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds")
	}
	o := setup(t)
	job := train.Job{Name: "talks", From: goldentest.Shared(t, "stories260k", "hf"), LoRA: train.LoRAJob{Rank: 8, Train: []string{"embed"}}, Steps: 60, Batch: 8, Seed: 1}
	job.Data.Source, job.Data.Task, job.Data.Valid, job.Data.Test = filepath.Join("testdata", "instructions.jsonl"), "chat", 0.2, -1
	job.Optimizer.LR = 0.01
	r := create(t, job, o)
	before, err := r.Evaluate(context.Background(), "valid", "")
	if err != nil {
		t.Fatal(err)
	}
	finish(t, r)
	after, err := r.Evaluate(context.Background(), "valid", "")
	if err != nil {
		t.Fatal(err)
	}
	if after.Loss > 0.5*before.Loss || before.Examples != after.Examples {
		t.Errorf("the loss of %d tokens of answers fell from %v to %v", after.Examples, before.Loss, after.Loss)
	}
	t.Logf("held-out loss of answers: %.4f before, %.4f after", before.Loss, after.Loss)
	mix, err := model.FindMix("q8_0")
	if err != nil {
		t.Fatal(err)
	}
	gguf := filepath.Join(t.TempDir(), "talks.gguf")
	if err := generate.Convert(t.Context(), r.Dir, gguf, mix); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{r.Dir, gguf} {
		l, err := generate.Open(path, model.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		text, reason := "", generate.Reason("")
		for token, err := range l.Session().Stream(context.Background(), "user:\nTom has a cat. What color is it?\nassistant:\n", generate.Sampling{Max: 24}) {
			if err != nil {
				t.Fatal(err)
			}
			text += token.Text
			reason = token.Reason
		}
		if !strings.Contains(text, "cat is black.") || reason != generate.EOS {
			t.Errorf("%s answers %q, ended by %q", path, text, reason)
		}
	}
}

// chatJob are adapters on a small LLaMA of letters, which learn the conversations of testdata.
func chatJob(t *testing.T, o train.Options) train.Job {
	t.Helper()
	talks := filepath.Join("testdata", "instructions.jsonl")
	text, err := os.ReadFile(talks)
	if err != nil {
		t.Fatal(err)
	}
	base := llamaJob(write(t, "talks.txt", string(text)))
	base.Name, base.EMA, base.Data.Context, base.Accumulate, base.Steps = "base", 0, 200, 1, 40
	base.Eval.Every, base.Save.Every, base.Optimizer.LR = 40, 40, 0.02
	finish(t, create(t, base, o))
	job := train.Job{Name: "talks", From: "base", LoRA: train.LoRAJob{Rank: 4}, Steps: 12, Batch: 8, Seed: 1}
	job.Data.Source, job.Data.Task, job.Data.Valid, job.Data.Test = talks, data.ChatTask, 0.2, -1
	job.Optimizer.LR = 0.05
	return job
}

// held measures the run on its held-out conversations.
func held(t *testing.T, r *train.Run) train.Metrics {
	t.Helper()
	m, err := r.Evaluate(context.Background(), "valid", "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The loss of answers that were not trained on falls; it counts the tokens of the answers, or all where they are learnt.
func TestChatLoss(t *testing.T) {
	o := setup(t)
	job := chatJob(t, o)
	r := create(t, job, o)
	before := held(t, r)
	finish(t, r)
	after := held(t, r)
	t.Logf("held-out loss of answers: %.4f before, %.4f after", before.Loss, after.Loss)
	if after.Loss > 0.9*before.Loss {
		t.Errorf("the loss of held-out answers fell from %v to %v", before.Loss, after.Loss)
	}
	job.Name, job.LoRA.Train = "embed", []string{"embed"}
	whole := create(t, job, o)
	if got, want := nn.Trainable(whole.Model), nn.Trainable(r.Model)+nn.Count(model.Chain(whole.Model)[0]); got != want {
		t.Errorf("with the embedding %d numbers are learnt, want %d", got, want)
	}
	finish(t, whole)
	if b, err := os.ReadFile(filepath.Join(whole.Dir, "adapter_config.json")); err != nil || !strings.Contains(string(b), "modules_to_save\": [\n    \"0\"\n  ]") {
		t.Errorf("%s, %v", b, err)
	}
	job.Name, job.LoRA.Train = "wrong", []string{"tail"}
	if _, err := train.Create(t.Context(), job, o); err == nil || !strings.Contains(err.Error(), "train=tail names no layer") || !strings.Contains(err.Error(), "embed, linear, llama") {
		t.Error(err)
	}
	job.LoRA.Train = nil
	job.Name, job.Data.LossOn = "answers", "answers"
	same := create(t, job, o)
	if got := held(t, same); got.Loss != before.Loss || got.Examples != before.Examples {
		t.Errorf("answers are the default: %+v and %+v", got, before)
	}
	job.Name, job.Data.LossOn = "all", "all"
	all := create(t, job, o)
	if got := held(t, all); got.Examples <= before.Examples*3/2 {
		t.Errorf("%d tokens of whole conversations, %d of answers", got.Examples, before.Examples)
	}
	if told := strings.Join(r.Describe(), "\n"); r.Job.Data.Template != "plain" || !strings.Contains(told, "template plain") {
		t.Errorf("template %q: %s", r.Job.Data.Template, told)
	}
	if got := r.Job.Data.Context; got != 200 { // the model's
		t.Errorf("at most %d tokens of a conversation are read", got)
	}
	job.Name, job.Data.Context = "cut", 60
	if told := strings.Join(create(t, job, o).Describe(), "\n"); !strings.Contains(told, "are longer than 60 tokens") || !strings.Contains(told, "data.context") {
		t.Error(told)
	}
	for _, wrong := range []struct{ task, on, want string }{{"chat", "questions", "want answers or all"}, {"", "all", "it is for conversations"}} {
		job.Name, job.Data.Task, job.Data.LossOn = "wrong", wrong.task, wrong.on
		if _, err := train.Create(t.Context(), job, o); err == nil || !strings.Contains(err.Error(), wrong.want) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// What a template does that cannot be learnt from is said, with the line of the conversation.
func TestChatErrors(t *testing.T) {
	o := setup(t)
	_, job := tunedJobs(t, write(t, "poem.txt", poem), o)
	job.Data.Source, job.Data.Task = filepath.Join("testdata", "instructions.jsonl"), "chat"
	if _, err := train.Create(context.Background(), llamaJobOn(job.Data), o); err == nil || !strings.Contains(err.Error(), "no tokenizer is learnt from conversations") {
		t.Error(err)
	}
	job.Tokenizer = train.TokenJob{}
	for name, want := range map[string]string{
		"nosuch": `template "nosuch" is neither a file nor one of alpaca, chatml,`,
		"chatml": "chatml ends an answer with no special token that the tokenizer has",
		".":      ". is no regular file",
	} {
		job.Data.Template = name
		if _, err := train.Create(context.Background(), job, o); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q: %v; want %q", name, err, want)
		}
	}
	for template, want := range map[string]string{
		"{% for m in messages %}{{ m.content }":                                                      "template",
		"{% if messages|length > 1 %}a{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}": "writes what was said before otherwise",
		"{{ raise_exception('no') }}":                                                                "instructions.jsonl:1: ",
		"":                                                                                           "template",
	} {
		job.Data.Template = write(t, "template.jinja", template)
		if _, err := train.Create(context.Background(), job, o); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q: %v; want %q", template, err, want)
		}
	}
}

// llamaJobOn is a job from nothing on some data.
func llamaJobOn(d train.DataJob) train.Job {
	job := llamaJob("")
	job.Data = d
	return job
}
