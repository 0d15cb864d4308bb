package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"brick/data"
	"brick/generate"
	"brick/model"
	"brick/token"
	"brick/train"
)

// trainView shows a run to people, or to a program that asked for JSON.
type trainView struct {
	cmd  *cobra.Command
	json bool
}

func (v *trainView) note(s string) { fmt.Fprintln(v.cmd.ErrOrStderr(), s) }

// run trains r to its end and shows what came out.
func (v *trainView) run(r *train.Run) error {
	defer r.Close()
	ctx, errOut := v.cmd.Context(), v.cmd.ErrOrStderr()
	interruptsOf(ctx).say("stopping after this step; once more to stop at once")
	stop := saveOnSignal(r.SaveNow)
	defer stop()
	for _, line := range r.Describe() {
		v.note(line)
	}
	p := newProgress(errOut, r.Step(), r.Job.Steps, r.Unit())
	enc := json.NewEncoder(v.cmd.OutOrStdout())
	for e, err := range r.Train(ctx) {
		if err != nil {
			p.close()
			if ctx.Err() != nil {
				v.note(fmt.Sprintf("saved at step %d; go on with: brick train --resume %s", r.Step(), r.Dir))
			}
			return err
		}
		p.show(e)
		if v.json {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
	}
	p.close()
	report, err := r.Report(ctx)
	if err != nil {
		return err
	}
	if v.json {
		return enc.Encode(report)
	}
	if _, err := report.WriteTo(v.cmd.OutOrStdout()); err != nil {
		return err
	}
	return v.showcase(r)
}

// showcase lets a language model write, and names commands to try next.
func (v *trainView) showcase(r *train.Run) error {
	out := v.cmd.OutOrStdout()
	switch {
	case r.Info.Task == data.Translation || r.Info.Task == data.Reading:
		does := "writes"
		if r.Info.Task == data.Reading {
			does = "reads"
		}
		fmt.Fprintf(out, "\nwhat it %s:\n\n", does)
		for source, p := range r.Samples(v.cmd.Context(), 5) {
			fmt.Fprintf(out, "%s → %s\n", source, p)
		}
	case r.Info.Task == data.Language && r.Tokenizer != nil && begins(r):
		s := generate.NewSession(r.Model, r.Tokenizer, model.Context(r.Model), nil)
		s.Shift = true
		fmt.Fprintf(out, "\nwhat it writes:\n\n%s", r.Job.Sample.Prompt)
		o := generate.Sampling{Max: r.Job.Sample.Tokens, Temperature: 0.5, TopP: 0.9, Seed: 1}
		for t, err := range s.Stream(v.cmd.Context(), r.Job.Sample.Prompt, o) {
			if err != nil {
				return err
			}
			fmt.Fprint(out, t.Text)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out, "\nnext:")
	for _, c := range r.Next() {
		fmt.Fprintf(out, "  %s\n", c)
	}
	return nil
}

// begins says that a language model has something to begin a text with: a prompt, or a token for it.
func begins(r *train.Run) bool {
	t := r.Tokenizer.Special()
	return r.Job.Sample.Prompt != "" || t.BOS != token.None || t.EOS != token.None
}

// open finds a run by folder or by name under runs/ and loads it.
func open(name string) (*train.Run, error) {
	dir, err := train.Find(runsRoot(), name)
	if err != nil {
		return nil, usageError{err}
	}
	return train.Open(dir, train.Options{})
}

// openAll opens runs, separated by commas or one by one, as an ensemble.
func openAll(cmd *cobra.Command, names ...string) (*train.Run, error) {
	var dirs []string
	for _, name := range strings.Split(strings.Join(names, ","), ",") {
		dir, err := train.Find(runsRoot(), name)
		if err != nil {
			return nil, usageError{err}
		}
		dirs = append(dirs, dir)
	}
	show := trainView{cmd: cmd}
	return train.OpenEnsemble(dirs, train.Options{Note: show.note})
}

// runsRoot is the folder of run folders.
func runsRoot() string {
	if root := os.Getenv("BRICK_RUNS"); root != "" {
		return root
	}
	return "runs"
}
