package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"brick/device"
	"brick/generate"
	"brick/nn"
)

// A sitting is how flags say that a session with a model is set up.
type sitting struct {
	opening
	draft                   string
	draftMax, lookup, batch int
	cache                   string
	context, keep           int
	shift                   bool
}

func (o *sitting) flags(f *pflag.FlagSet) {
	o.opening.flags(f)
	f.StringVar(&o.draft, "draft", "", "a smaller model with the same tokens, a DIR or FILE.gguf, that guesses ahead: the text stays the same and is written faster")
	f.IntVar(&o.draftMax, "draft-max", 8, "tokens guessed at a time")
	f.IntVar(&o.lookup, "lookup", 0, "guess that the text goes on as where its last tokens stood before, at most so many, such as 3; 0 is not to")
	f.IntVar(&o.batch, "batch", 256, "tokens of the prompt that are read at once")
	f.IntVar(&o.context, "ctx", 0, "positions of the text that are held at most; 0 is as many as the model can")
	f.StringVar(&o.cache, "cache-type", "f32", "how keys and values of the text are kept: f32, f16 or q8_0")
}

// shifting is the flags for a text that goes on where the context is full.
func (o *sitting) shifting(f *pflag.FlagSet) {
	f.BoolVar(&o.shift, "context-shift", false, "where the context is full, forget the older half of the text and go on; without it the text ends there")
	f.IntVar(&o.keep, "keep", 0, "tokens at the beginning that --context-shift does not forget; -1 means those of the prompt")
}

// check finds flags that do not fit.
func (o *sitting) check() error {
	switch {
	case o.draft != "" && o.lookup != 0:
		return usagef("--draft and --lookup both guess: want one of them")
	case o.draftMax < 1 || o.draftMax > 64:
		return usagef("--draft-max %d: want 1 to 64 tokens", o.draftMax)
	case o.lookup < 0 || o.lookup > 64:
		return usagef("--lookup %d: want 1 to 64 tokens, 0 for none", o.lookup)
	case o.batch < 1:
		return usagef("--batch %d: want 1 token or more", o.batch)
	case o.context < 0:
		return usagef("--ctx %d: want 1 position or more, 0 for as many as the model can hold", o.context)
	case o.keep < -1:
		return usagef("--keep %d: want 0 tokens or more, -1 for those of the prompt", o.keep)
	case o.keep != 0 && !o.shift:
		return usagef("--keep is of what --context-shift forgets: want both")
	}
	_, err := o.kept()
	return err
}

// kept is the type of --cache-type.
func (o *sitting) kept() (device.Type, error) {
	switch o.cache {
	case "f32":
		return device.Float, nil
	case "f16":
		return device.F16, nil
	case "q8_0":
		return device.Q8_0, nil
	}
	return 0, usagef("--cache-type %q: want f32, f16 or q8_0", o.cache)
}

// sit sets up a session; l is its model, or nil for that of a run.
func (o *sitting) sit(s *generate.Session, l *generate.Language) error {
	kept, err := o.kept()
	if err != nil {
		return err
	}
	if err := s.Limit(o.context); err != nil {
		return usageError{fmt.Errorf("--ctx: %w", err)}
	}
	s.Remember(nn.Remember{KV: kept})
	s.Piece, s.DraftMax, s.Shift, s.Keep = o.batch, o.draftMax, o.shift, o.keep
	if o.lookup > 0 {
		s.Drafter = generate.Lookup(o.lookup)
	}
	if o.draft == "" {
		return nil
	}
	if l == nil {
		return usagef("--draft is for models of a DIR or FILE.gguf; --lookup guesses for a RUN, too")
	}
	small, err := o.open(o.draft)
	if err != nil {
		return err
	}
	s.Drafter, err = l.NewDrafter(small)
	return err
}

// speed is how fast a text was read and written.
func speed(s generate.Stats) string {
	out := fmt.Sprintf("prompt %.0f a second, written %.1f a second", s.ReadRate(), s.WriteRate())
	if s.Drafted > 0 {
		out += fmt.Sprintf(" (%d of %d guesses right)", s.Accepted, s.Drafted)
	}
	return out
}
