package nn

import "fmt"

// Dropout zeroes each number with probability P while the tape is training, and
// scales the rest by 1/(1 − P) (Srivastava et al. 2014). What is dropped depends only on the
// tape's seed and step and on the order of the pass.
type Dropout struct{ P float64 }

// Forward drops while x's tape is training, else it is x.
func (d *Dropout) Forward(x *Var) *Var { return Drop(x, d.P) }

// Notation is dropout(p).
func (d *Dropout) Notation() string { return fmt.Sprintf("dropout(%v)", d.P) }

// Drop is Dropout as a function; at p = 0 it costs nothing.
func Drop(x *Var, p float64) *Var {
	if p == 0 {
		return x
	}
	return x.Dropout(Float(p))
}
