package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"brick/model"
	"brick/nn"
	"brick/token"
)

var update = flag.Bool("u", false, "rewrite the expected outputs in testdata/*.txt")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"brick": main})
}

// hfModel is the command  hfmodel DIR CONFIG:  it writes a Hugging Face folder with drawn weights of the model that a
// file describes, and a tokenizer of bytes.
func hfModel(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: hfmodel DIR CONFIG")
	}
	dir := ts.MkAbs(args[0])
	m, err := model.FromConfig([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Check(model.Save(dir, nn.Build(m, 7)))
	tok, err := token.NewBytes("<|endoftext|>")
	ts.Check(err)
	ts.Check(token.Save(tok, dir))
}

// status is the command  status CODE PROGRAM ARGS…:  what is run must end with this exit code.
func status(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: status CODE PROGRAM [ARGS]")
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// Each file of testdata is a transcript: commands, and what they must print.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"hfmodel": hfModel, "status": status},
		Setup: func(env *testscript.Env) error {
			env.Setenv("BRICK_DATA", env.WorkDir+"/cache")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GOROOT", os.Getenv("GOROOT"))
			return nil
		},
	})
}
