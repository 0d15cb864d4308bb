package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"brick/device/cpu"
	"brick/kernel"
)

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Say what this binary was built from and what it computes with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			level, _ := kernel.CPU()
			threads := cpu.Default().Workers()
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{
					"version": version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "cores": runtime.GOMAXPROCS(0), "threads": threads, "cpu": level.String(),
				})
			}
			plural := "s"
			if threads == 1 {
				plural = ""
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\ncpu %s, %d thread%s\n", version(), level, threads, plural)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
