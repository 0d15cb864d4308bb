package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// A Level is the set of instructions that kernels may use.
type Level uint8

// The levels. Those with vectors compute a·b + c with one rounding (fused), Generic with two. AVX2 and AVX512 give the
// same bits; so does NEON where it has kernels of its own (TestFusedBits).
const (
	Generic Level = iota // plain Go
	NEON                 // arm64
	AVX2                 // amd64 with AVX2 and FMA
	AVX512               // amd64 with AVX-512 F, BW, DQ, VL
)

var levelNames = [...]string{"generic", "neon", "avx2", "avx512"}

// String is the name that BRICK_CPU uses, such as "avx512".
func (l Level) String() string { return levelNames[l] }

// Fused reports whether products of the level round once, as a fused multiply-add does.
func (l Level) Fused() bool { return l != Generic }

// level is what kernels use; errLevel says why BRICK_CPU was not obeyed.
var level, errLevel = chooseLevel(os.Getenv("BRICK_CPU"))

// chooseLevel is the level of a given name; the best one that this processor has if the name is empty or no such level.
func chooseLevel(name string) (Level, error) {
	can := Levels()
	best := can[len(can)-1]
	if name == "" || name == "auto" {
		return best, nil
	}
	for _, l := range can {
		if l.String() == name {
			return l, nil
		}
	}
	var names []string
	for _, l := range can {
		names = append(names, l.String())
	}
	problem := "is no level of instructions"
	if slices.Contains(levelNames[:], name) {
		problem = "is not what this processor or this build can do"
	}
	return best, fmt.Errorf("BRICK_CPU=%q %s; want one of auto, %s", name, problem, strings.Join(names, ", "))
}

// Levels lists the levels that this processor and this build have, the fastest last.
func Levels() []Level { return append([]Level{Generic}, vectorLevels()...) }

// CPU is the level in use, and an error if BRICK_CPU asked for one that cannot be had.
func CPU() (Level, error) { return level, errLevel }

// SetLevel makes kernels use l, one of Levels, and returns what puts the old level back. Tests use it to run every
// kernel at every level; no kernel may be running.
func SetLevel(l Level) (restore func()) {
	if !slices.Contains(Levels(), l) {
		panic("kernel: this machine has no level " + l.String())
	}
	old := level
	level = l
	return func() { level = old }
}
