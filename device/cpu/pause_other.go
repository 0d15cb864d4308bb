//go:build !(amd64 || arm64) || purego

package cpu

// pause is nothing where there is no instruction for it.
func pause() {}
