package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brick/device/cpu"
	"brick/kernel"
)

// newRoot makes the command tree.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "brick",
		Short: "Neural networks from one neuron to LLaMA, in one binary",
		Long: `brick trains, evaluates, uses and explains neural networks. Everything is a block:
a block takes a value, gives a value and has parameters; a stack of blocks is a block.

Every flag can also be set by an environment variable: --seed by BRICK_SEED, --data by BRICK_DATA_SOURCE for the
data of train (BRICK_DATA is the folder downloads go to).`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			threads, _ := cmd.Flags().GetInt("threads")
			if threads < 0 {
				return usagef("--threads is %d; want 0 for all cores, or how many", threads)
			}
			if _, err := kernel.CPU(); err != nil {
				return usageError{err}
			}
			cpu.SetThreads(threads)
			return nil
		},
	}
	root.PersistentFlags().Int("threads", 0, "workers that compute; 0 means one a core, or fewer in a container with less CPU time")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newTrain(), newEval(), newPredict(), newGenerate(), newChat(), newInspect(), newConvert(), newData(), newPlan(), newScale(), newLearn(), newBench(), newVersion())
	root.Args = cobra.NoArgs
	root.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	for _, c := range append(root.Commands(), root) {
		if c.Args != nil {
			check := c.Args
			c.Args = func(cmd *cobra.Command, args []string) error {
				if err := check(cmd, args); err != nil {
					return usageError{err}
				}
				return nil
			}
		}
	}
	return root
}

// environmentName is the variable that stands for a flag.
func environmentName(flag string) string {
	if flag == "data" {
		return "BRICK_DATA_SOURCE" // BRICK_DATA is the folder of downloads
	}
	return "BRICK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment sets the flags that were not given but whose variable is set.
func fromEnvironment(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		v, ok := os.LookupEnv(environmentName(f.Name))
		if !ok || f.Changed || err != nil || f.Name == "help" {
			return
		}
		if e := flags.Set(f.Name, v); e != nil {
			err = usagef("%s=%q: %w", environmentName(f.Name), v, e)
		}
	})
	return err
}

// version is what this binary was built from.
func version() string {
	v, rev, dirty := "development", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			v = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				rev = " " + s.Value[:min(12, len(s.Value))]
			case "vcs.modified":
				if s.Value == "true" {
					dirty = " with local changes"
				}
			}
		}
	}
	return fmt.Sprintf("brick %s%s%s, %s %s/%s", v, rev, dirty, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
