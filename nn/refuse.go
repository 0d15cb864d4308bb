package nn

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"brick/grad"
)

// Refuse panics with a *grad.ShapeError: block is what was asked of, why says what
// would fit. It is how a block turns down an input that its ops would take wrongly.
func Refuse(block, why string, shapes ...[]int) {
	e := &grad.ShapeError{Op: block, Why: why, Where: userLine()}
	for _, s := range shapes {
		e.Shapes = append(e.Shapes, slices.Clone(s))
	}
	panic(e)
}

// userLine is the first line outside the rooms of blocks: the line that has to change.
func userLine() string {
	var pc [64]uintptr
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc[:])])
	for {
		f, more := frames.Next()
		inside := false
		for _, room := range []string{"brick/grad.", "brick/nn.", "brick/model."} {
			inside = inside || strings.HasPrefix(f.Function, room)
		}
		if !inside && f.File != "" || strings.HasSuffix(f.File, "_test.go") || !more {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
	}
}
