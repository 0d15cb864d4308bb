//go:build !unix

package kernel

import "testing"

// guarded returns n zeros; there are no guard pages here.
func guarded(t testing.TB, n int) []Float { return make([]Float, n) }
