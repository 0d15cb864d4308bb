//go:build !linux

package cpu

// large: this system chooses the size of pages itself.
func large([]byte) {}
