package lab_test

import (
	"os"
	"testing"
)

// victim goes on with the sweep in a folder, for a test that kills the process on the way; set where processes can be killed.
var victim func(dir string) error

func TestMain(m *testing.M) {
	if dir := os.Getenv("BRICK_TEST_SWEEP"); dir != "" && victim != nil {
		if err := victim(dir); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
