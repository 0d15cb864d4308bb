//go:build unix

package prompt

import "golang.org/x/sys/unix"

// Mute keeps what is typed in the terminal fd from showing until restore is called, such as the Ctrl-C that stops an answer. It
// waits for who reads next, who reads lines or else keys.
func Mute(fd int, lines bool) (restore func() error, err error) {
	old, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	muted := *old
	muted.Lflag &^= unix.ECHO
	if !lines {
		muted.Lflag &^= unix.ICANON
		muted.Iflag &^= unix.ICRNL // Enter is another key than Ctrl-J
		muted.Cc[unix.VMIN], muted.Cc[unix.VTIME] = 1, 0
	}
	if err := unix.IoctlSetTermios(fd, setTermios, &muted); err != nil {
		return nil, err
	}
	return func() error { return unix.IoctlSetTermios(fd, setTermios, old) }, nil
}
