package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("u", false, "rewrite the expected outputs in testdata/*.txt")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"brick": main})
}

// Each file of testdata is a transcript: commands, and what they must print.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("BRICK_DATA", env.WorkDir+"/cache")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GOROOT", os.Getenv("GOROOT"))
			return nil
		},
	})
}
