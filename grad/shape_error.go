package grad

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// ShapeError is the panic value of every shape mismatch. It is a programming
// error, like an index out of range; Catch turns it into an error where a
// whole job, rather than an operation, is the unit.
type ShapeError struct {
	Op     string
	Shapes [][]int // of the inputs
	Why    string  // what would fit
	Where  string  // file:line of the code that asked
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s: %s %v: %s", e.Where, e.Op, e.Shapes, e.Why)
}

// Catch runs f and returns its ShapeError or RangeError, if it panics with one.
func Catch(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *ShapeError:
			err = r
		case *RangeError:
			err = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// mismatch panics with the shapes of vs and what would have fitted.
func mismatch(op, why string, vs ...*Var) {
	e := &ShapeError{Op: op, Why: why, Where: caller()}
	for _, v := range vs {
		if v != nil {
			e.Shapes = append(e.Shapes, slices.Clone(v.Shape()))
		}
	}
	panic(e)
}

// misfit panics because n elements do not fill a shape.
func misfit(op string, shape []int, n int) {
	panic(&ShapeError{op, [][]int{slices.Clone(shape)}, fmt.Sprintf("%d elements do not fill it", n), caller()})
}

// caller is the first line outside this package, nn and model: the line that has to change.
func caller() string {
	var pc [64]uintptr
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc[:])])
	for {
		f, more := frames.Next()
		inside := strings.HasPrefix(f.Function, "brick/grad.") || strings.HasPrefix(f.Function, "brick/nn.") || strings.HasPrefix(f.Function, "brick/model.")
		if !inside && f.File != "" || strings.HasSuffix(f.File, "_test.go") || !more {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
	}
}
