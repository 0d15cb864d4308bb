package train

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"brick/model"
	"brick/nn"
	"brick/optim"
)

// blockRange is a block or a range of blocks: 3, 0-3, layers.0-3.
var blockRange = regexp.MustCompile(`^(?:(.+)\.)?(\d{1,9})(?:-(\d{1,9}))?$`)

// matching are the parameters of m that a pattern names:
//
//	all          every one
//	body         those of all blocks but the head
//	2, 0-3       those of blocks of the stack, from 0
//	layers.0-3   those whose path has layers.0 to layers.3 in it; in a model without layers the same as 0-3
//	*.q_proj.*   those whose path, or a beginning of it, has this form
func (j *Job) matching(m model.Model, pattern string) ([]*nn.Param, error) {
	c := model.Chain(m)
	of := func(blocks nn.Chain) (list []*nn.Param) {
		for _, p := range nn.Params(blocks) {
			list = append(list, p)
		}
		return list
	}
	switch pattern {
	case "all":
		return of(c), nil
	case "body":
		return of(c[:j.body(c)]), nil
	}
	if g := blockRange.FindStringSubmatch(pattern); g != nil {
		first, _ := strconv.Atoi(g[2]) // at most nine digits
		last := first
		if g[3] != "" {
			last, _ = strconv.Atoi(g[3])
		}
		if g[1] != "" {
			var list []*nn.Param
			for name, p := range nn.Params(m) {
				if k, ok := numberAfter(name, g[1]); ok && k >= first && k <= last {
					list = append(list, p)
				}
			}
			if list != nil {
				return list, nil
			}
		}
		if (g[1] == "" || g[1] == "layers") && first <= last && last < len(c) {
			return of(c[first : last+1]), nil
		}
		return nil, noMatch(m, pattern)
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, fmt.Errorf("%q is no pattern: %w", pattern, err)
	}
	var list []*nn.Param
	for name, p := range nn.Params(m) {
		if hit, _ := path.Match(pattern, name); hit || strings.HasPrefix(name, pattern+".") {
			list = append(list, p)
		}
	}
	if list == nil {
		return nil, noMatch(m, pattern)
	}
	return list, nil
}

// numberAfter is the number that follows the parts of prefix in a dotted name: 3 in model.layers.3.mlp after layers.
func numberAfter(name, prefix string) (int, bool) {
	_, rest, ok := strings.Cut("."+name, "."+prefix+".")
	if !ok {
		return 0, false
	}
	number, _, _ := strings.Cut(rest, ".")
	k, err := strconv.Atoi(number)
	return k, err == nil
}

// noMatch says what a pattern could have named.
func noMatch(m model.Model, pattern string) error {
	c := model.Chain(m)
	var names []string
	for name := range nn.Params(m) {
		if names = append(names, name); len(names) == 4 {
			names = append(names, "…")
			break
		}
	}
	return fmt.Errorf("%q names no parameter; there are blocks 0 to %d, such as 0-%d, paths such as %s, body and all", pattern, len(c)-1, max(len(c)-2, 0), strings.Join(names, ", "))
}

// tune freezes what the job says and adds its adapters, in a model without memory.
func (r *Run) tune(m model.Model) error {
	j := &r.Job
	if !r.plain {
		if err := j.adapt(m); err != nil {
			return usagef("train: lora: %w", err)
		}
	}
	for _, pattern := range j.Freeze {
		list, err := j.matching(m, pattern)
		if err != nil {
			return usagef("train: freeze: %w", err)
		}
		for _, p := range list {
			p.Freeze(true)
		}
	}
	if nn.Trainable(m) == 0 && len(j.Freeze) > 0 {
		return usagef("train: freeze: %s leaves nothing to train; --freeze body keeps the head", strings.Join(j.Freeze, ", "))
	}
	return nil
}

// groups are the parameters to be learnt, each with its own learning rate where the job has one for it.
func (r *Run) groups() ([]optim.Named, error) {
	params := optim.Params(r.Model)
	rates := map[string]float64{}
	names := map[*nn.Param]string{}
	for name, p := range nn.Params(r.Model) {
		names[p] = name
	}
	by := map[string]string{}
	for _, pattern := range sortedKeys(r.Job.Rates) {
		list, err := r.Job.matching(r.Model, pattern)
		if err != nil {
			return nil, usagef("train: rates: %w", err)
		}
		for _, p := range list {
			name := names[p]
			if by[name] != "" {
				return nil, usagef("train: rates: %s and %s both name %s; want one rate for each", by[name], pattern, name)
			}
			by[name], rates[name] = pattern, r.Job.Rates[pattern]
		}
	}
	for i := range params {
		if rate, ok := rates[params[i].Name]; ok {
			params[i].LRScale = rate / r.Job.Optimizer.LR
		}
	}
	return params, nil
}

func sortedKeys(m map[string]float64) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
