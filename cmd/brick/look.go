package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"brick/device/cpu"
	"brick/model"
	"brick/nn"
	"brick/train"
)

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
