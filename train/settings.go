package train

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"brick/optim"
)

// optimizer makes the optimizer the job names, with its settings.
func (j *Job) optimizer() (optim.Optimizer, error) {
	kind, err := optim.ByName(j.Optimizer.Name)
	if err != nil {
		return nil, usagef("train: %w", err)
	}
	o := kind.New()
	if err := settings(j.Optimizer.Args, o); err != nil {
		return nil, usagef("train: optimizer %s: %w", j.Optimizer.Name, err)
	}
	return o, nil
}

// rate makes the schedule the job names: the learning rate rises for a twentieth of the steps, unless warmup says
// otherwise, and cosine and wsd end at a tenth of it, unless min_lr does.
func (j *Job) rate() (optim.Schedule, error) {
	s := optim.Schedule{Kind: j.Schedule.Name, LR: j.Optimizer.LR, Total: j.Steps}
	switch s.Kind {
	case "cosine", "linear", "wsd":
		s.Warmup = j.Steps / 20
		s.Min = j.Optimizer.LR / 10
		if s.Kind == "wsd" {
			s.Decay = j.Steps / 5
		}
	}
	err := settings(j.Schedule.Args, &s)
	if err == nil {
		err = s.Check()
	}
	if err != nil {
		return s, usagef("train: schedule %s: %w", j.Schedule.Name, err)
	}
	return s, nil
}

// settings decodes the free fields of a run file into a struct that knows them.
func settings(args map[string]any, into any) error {
	if len(args) == 0 {
		return nil
	}
	src, err := yaml.Marshal(args)
	if err == nil {
		err = decode(src, into)
	}
	if err != nil { // the lines are not those of the run file
		return fmt.Errorf("%s", lineNumber.ReplaceAllString(err.Error(), ""))
	}
	return nil
}
