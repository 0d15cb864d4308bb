package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"brick/data"
	"brick/device/cpu"
	"brick/model"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// ways are the ways to share so many threads that are worth measuring: all for one trial, one for each, and halves.
func ways(threads int) []Lanes {
	out := []Lanes{{1, threads}}
	if threads >= 4 {
		out = append(out, Lanes{2, threads / 2})
	}
	if threads > 1 {
		out = append(out, Lanes{threads, 1})
	}
	return out
}

// measureCosts times steps of each size on set in each way to share the machine, at two batches, which tell what a step costs
// whatever its batch from what it costs a token. seconds is about how long that may take.
func measureCosts(ctx context.Context, set data.Set, r Rule, sizes []Size, share []Lanes, seconds float64) ([]Cost, error) {
	each := seconds / float64(2*len(sizes)*len(share))
	var out []Cost
	for _, size := range sizes {
		for _, way := range share {
			few, many := r.Sequences, 4*r.Sequences
			a, err := timeStep(ctx, set, r, size, way, few, each)
			if err != nil {
				return nil, err
			}
			b, err := timeStep(ctx, set, r, size, way, many, each)
			if err != nil {
				return nil, err
			}
			// On a busy machine the difference is mostly noise: at least half of a step is taken to be its tokens'.
			tokens := float64(set.Info().Input[0])
			c := Cost{Size: size, Lanes: way, Token: min(max((b-a)/float64(many-few), 0.5*b/float64(many)), b/float64(many)) / tokens}
			c.Step = b - c.Token*tokens*float64(many)
			out = append(out, c)
		}
	}
	return out, nil
}

// timeStep is the median time of a training step, in seconds, with all lanes at work on the like.
func timeStep(ctx context.Context, set data.Set, r Rule, size Size, way Lanes, batch int, seconds float64) (float64, error) {
	took := make([][]float64, way.Count)
	errs := make([]error, way.Count)
	var wait sync.WaitGroup
	until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	for i := range way.Count {
		wait.Go(func() { took[i], errs[i] = timeSteps(ctx, set, r, size, way.Threads, batch, until) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return 0, fmt.Errorf("lab: measure size %s: %w", size.Name, err)
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	return all[len(all)/2], nil
}

// timeSteps trains a size for a moment: at least three steps, the first of which is not counted.
func timeSteps(ctx context.Context, set data.Set, r Rule, size Size, threads, batch int, until time.Time) (took []float64, err error) {
	dev := cpu.New(threads)
	defer dev.Close()
	info := set.Info()
	m, err := model.New(size.Stack, nn.Input{Shape: info.Input, Vocab: info.Vocab, Outputs: info.Outputs()})
	if err != nil {
		return nil, err
	}
	nn.BuildOn(dev, m, 1)
	kind, err := optim.ByName(r.Optimizer)
	if err != nil {
		return nil, err
	}
	opt := kind.New()
	if err := optim.Attach(opt, m); err != nil {
		return nil, err
	}
	loader := data.Loader{Set: set, Batch: batch, Seed: 1}
	config := train.Config{Steps: 1 << 20, Rate: func(int) float64 { return 1e-4 }, Clip: optim.Clip{Norm: 1}, Device: dev, Loss: train.CrossEntropy}
	for s, err := range train.Steps(ctx, m, opt, loader.From(0), config) {
		if err != nil {
			return nil, err
		}
		if s.N > 0 {
			took = append(took, s.Took.Seconds())
		}
		if len(took) >= 2 && time.Now().After(until) {
			break
		}
	}
	return took, loader.Err()
}
