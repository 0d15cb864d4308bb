package kernel

import "testing"

// everyLevel runs a test once for each level that this machine has.
func everyLevel(t *testing.T, f func(t *testing.T)) {
	for _, l := range Levels() {
		t.Run(l.String(), func(t *testing.T) {
			defer SetLevel(l)()
			f(t)
		})
	}
}

func TestChooseLevel(t *testing.T) {
	can := Levels()
	for name, want := range map[string]Level{"": can[len(can)-1], "auto": can[len(can)-1], "generic": Generic, "sse9": can[len(can)-1]} {
		got, err := chooseLevel(name)
		if got != want || (err != nil) != (name == "sse9") {
			t.Errorf("BRICK_CPU=%q: found %v and error %v, want %v", name, got, err, want)
		}
	}
}

// testConstants are the constants of functions in tests.
var testConstants = Args{0.75, 1.5}
