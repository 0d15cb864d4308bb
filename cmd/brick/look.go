package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brick/data"
	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/train"
)

// look is the pictures of a trained model that inspect draws.
type look struct {
	filters, features, confusion, mistakes, hidden string
	out, layer, split                              string
	show                                           int
}

func (l *look) flags(f *pflag.FlagSet) {
	f.StringVar(&l.filters, "filters", "", "of a RUN: draw the kernels of its first convolution, or of --layer, into this .png or .svg file")
	f.StringVar(&l.features, "features", "", "of a RUN: draw what each convolution makes of an image file, or of an example of the test set by its number, into --output")
	f.StringVar(&l.confusion, "confusion", "", "of a RUN: draw the confusion matrix of the test set into this file")
	f.StringVar(&l.mistakes, "errors", "", "of a RUN: draw the images of the test set it gets wrong into this file")
	f.StringVar(&l.hidden, "hidden", "", "of a RUN on text: draw the states of its first recurrent layer, or of --layer, while it reads this text, into --output")
	f.StringVarP(&l.out, "output", "o", "", "file of --features and --hidden, .png or .svg")
	f.StringVar(&l.layer, "layer", "", "path of the layer of --filters or --hidden, as inspect RUN names it")
	f.StringVar(&l.split, "split", "test", "of --confusion, --errors and --features: train, valid or test")
	f.IntVar(&l.show, "show", 48, "images of --errors")
}

// asked says whether any picture is wanted.
func (l *look) asked() bool {
	return l.filters != "" || l.features != "" || l.confusion != "" || l.mistakes != "" || l.hidden != ""
}

// draw draws what is wanted of the run in dir.
func (l *look) draw(cmd *cobra.Command, dir string) error {
	switch {
	case dir == "":
		return usagef("pictures are drawn of a trained model: want a RUN before the flags")
	case (l.features != "" || l.hidden != "") && l.out == "":
		return usagef("--features and --hidden want a file to draw into: --output maps.png")
	case l.features != "" && l.hidden != "":
		return usagef("--features and --hidden would draw into one file; ask for one of them")
	case l.show < 1:
		return usagef("--show is %d; want 1 or more", l.show)
	}
	r, err := train.Open(dir, train.Options{})
	if err != nil {
		return err
	}
	defer r.Close()
	for _, p := range []struct {
		wanted string
		draw   func() (note string, err error)
	}{
		{l.filters, func() (string, error) { return r.DrawFilters(l.filters, l.layer) }},
		{l.features, func() (string, error) {
			x, class, err := l.image(cmd, r)
			if err != nil {
				return "", err
			}
			return r.DrawFeatures(l.out, x, class)
		}},
		{l.confusion, func() (string, error) {
			if r.Info.Task != data.Classification {
				return "", usagef("a confusion matrix wants a classifier; %s is for %v", r.Dir, r.Info.Task)
			}
			m, err := r.Evaluate(cmd.Context(), l.split, "")
			if err != nil {
				return "", err
			}
			return train.DrawConfusion(l.confusion, m, r.Info.Classes)
		}},
		{l.mistakes, func() (string, error) {
			list, wrong, of, err := r.Mistakes(cmd.Context(), l.split, l.show)
			if err != nil {
				return "", err
			}
			return r.DrawMistakes(l.mistakes, list, wrong, of)
		}},
		{l.hidden, func() (string, error) { return r.DrawHidden(l.out, l.hidden, l.layer) }},
	} {
		if p.wanted == "" {
			continue
		}
		note, err := p.draw()
		if err != nil {
			return err
		}
		if note != "" {
			fmt.Fprintln(cmd.ErrOrStderr(), note)
		}
	}
	return nil
}

// image reads the image of --features: a file, or an example by its number.
func (l *look) image(cmd *cobra.Command, r *train.Run) (x []grad.Float, class string, err error) {
	f, err := os.Open(l.features)
	if i, e := strconv.Atoi(l.features); e == nil && errors.Is(err, fs.ErrNotExist) {
		return r.Example(cmd.Context(), l.split, i)
	}
	if err != nil {
		return nil, "", fmt.Errorf("inspect: %w", err)
	}
	defer f.Close()
	for p, err := range data.ReadImages(f, &r.Info, false) {
		if err != nil {
			return nil, "", &train.InputError{Err: fmt.Errorf("inspect: %s: %w", l.features, err)}
		}
		return p.X, "", nil
	}
	return nil, "", &train.InputError{Err: fmt.Errorf("inspect: %s: no image in it", l.features)}
}

// showReceptive prints the receptive fields of a model: with the weights of the run in dir, or drawn ones.
func showReceptive(cmd *cobra.Command, m model.Model, in nn.Input, dir string, asJSON bool) error {
	if dir != "" {
		r, err := train.Open(dir, train.Options{})
		if err != nil {
			return err
		}
		defer r.Close()
		m = r.Model
	} else {
		nn.Build(m, 1)
		nn.Freeze(m, true)
	}
	fields, err := model.Receptive(m, in, cpu.Default())
	if err != nil {
		return usageError{err}
	}
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(fields)
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), fields)
	return err
}
