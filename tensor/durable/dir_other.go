//go:build !unix

package durable

// syncDir: this system cannot force a folder to the disk; Windows journals
// renames itself.
func syncDir(string) error { return nil }
