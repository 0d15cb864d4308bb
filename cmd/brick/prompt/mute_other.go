//go:build !unix

package prompt

// Mute leaves the terminal as it is.
func Mute(int, bool) (restore func() error, err error) {
	return func() error { return nil }, nil
}
