// Command brick trains, evaluates, uses and explains neural networks, from a
// single neuron to LLaMA. One file a verb; what the verbs do is in the packages.
//
//	brick train                          a small language model on Go source, in about two minutes
//	brick train mlp --data fashion-mnist a classifier of clothes
//	brick inspect 'linear(256) relu linear(10)' --input 784
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"brick/nn"
	"brick/tensor/wire"
	"brick/train"
)

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitBadInput    = 3
	exitDiverged    = 4
	exitInterrupted = 130
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := interruptible(context.Background(), stderr)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code := exitCode(err)
	if code != exitInterrupted {
		fmt.Fprintf(stderr, "brick: %v\n", err)
	}
	if code == exitUsage {
		fmt.Fprintln(stderr, "brick --help lists the commands; brick COMMAND --help explains one")
	}
	return code
}

// usageError marks an error in how the command was called.
type usageError struct{ error }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// exitCode sorts an error.
func exitCode(err error) int {
	var usage usageError
	var stack *nn.StackError
	var file *wire.Error
	var path *fs.PathError
	var job *train.JobError
	var asked *train.UsageError
	var content *train.InputError
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, train.ErrDiverged):
		return exitDiverged
	case errors.As(err, &usage), errors.As(err, &stack), errors.As(err, &asked):
		return exitUsage
	case errors.As(err, &file), errors.As(err, &path), errors.As(err, &job), errors.As(err, &content):
		return exitBadInput
	}
	return exitFailed
}
