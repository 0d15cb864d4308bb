package train_test

import (
	"os"
	"testing"
)

// victim trains the run in a folder to its end, for a test that kills the process on the way; set where processes can be killed.
var victim func(dir string) error

// resident says how much memory this process had at most, in KiB; set where the system tells.
var resident func() string

func TestMain(m *testing.M) {
	if dir := os.Getenv("BRICK_TEST_VICTIM"); dir != "" && victim != nil {
		if err := victim(dir); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		if resident != nil && os.Getenv("BRICK_TEST_RESIDENT") != "" {
			os.Stdout.WriteString(resident())
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
