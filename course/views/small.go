package views

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"brick/course/lens"
	"brick/course/lesson"
	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/token"
	"brick/train"
)

// The small models that pages look into when the learner brings none: LLaMAs of two blocks. Muon finds the pair of heads
// that copies what came before in fewer steps than AdamW, whatever the seed.
var (
	// Stories reads English stories word by word; who has what follows from the first sentences.
	Stories = lesson.Model{Name: "learn-llama", Job: train.Job{
		Model: "embed(64) 2*llama(heads=4,ff=128) rmsnorm linear",
		Data:  train.DataJob{Source: "stories", Context: 64}, Tokenizer: train.TokenJob{Kind: "words", Vocab: 400},
		Seed: 1, Steps: 1500, Batch: 8, Optimizer: train.Optimizer{Name: "muon", LR: 2e-3}, Eval: train.EvalJob{Every: 100, Batches: 8}, Save: train.SaveJob{Every: 500}}}
	// Couplets reads Chinese verses in pieces of bytes, of which a character takes up to three.
	Couplets = lesson.Model{Name: "learn-couplets", Job: train.Job{
		Model: "embed(48) 2*llama(heads=4,ff=96) rmsnorm linear",
		Data:  train.DataJob{Source: "couplets", Context: 64}, Tokenizer: train.TokenJob{Kind: "bpe", Vocab: 320},
		Seed: 1, Steps: 1200, Batch: 8, Optimizer: train.Optimizer{Name: "muon", LR: 2e-3}, Eval: train.EvalJob{Every: 100, Batches: 8}, Save: train.SaveJob{Every: 500}}}
)

var untrainedStories = sync.OnceValues(func() (lens.Model, error) { return begin(Stories) })
var untrainedCouplets = sync.OnceValues(func() (lens.Model, error) { return begin(Couplets) })

// untrained is a small model with the weights that training starts from, and no held-out text.
func untrained(ctx context.Context, small lesson.Model) (lens.Model, error) {
	if err := ctx.Err(); err != nil {
		return lens.Model{}, err
	}
	if small.Name == Couplets.Name {
		return untrainedCouplets()
	}
	return untrainedStories()
}

// begin builds the model of a job, and learns its vocabulary.
func begin(small lesson.Model) (m lens.Model, err error) {
	job := small.Job
	corpus, err := data.OpenText(job.Data.Source, data.Options{Seed: job.Seed, Examples: 2000}) // enough to meet every word
	if err != nil {
		return m, err
	}
	var failed error
	docs := func(yield func(string) bool) {
		for text, err := range corpus.Text("train") {
			if failed = err; err != nil || !yield(string(text)) {
				return
			}
		}
	}
	special := []string{"<|endoftext|>"}
	var tok token.Tokenizer
	if job.Tokenizer.Kind == "words" {
		tok, err = token.TrainWords(docs, token.WordsConfig{Vocab: job.Tokenizer.Vocab, Special: special})
	} else {
		tok, err = token.TrainBPE(docs, token.TrainConfig{Vocab: job.Tokenizer.Vocab, Special: special})
	}
	if err = errors.Join(failed, err); err != nil {
		return m, fmt.Errorf("views: vocabulary of %s: %w", job.Data.Source, err)
	}
	declared, err := model.New(job.Model, nn.Input{Vocab: tok.Vocab()})
	if err != nil {
		return m, err
	}
	return lens.Model{Name: small.Name, Block: nn.Build(declared, job.Seed), Tokenizer: tok}, nil
}
