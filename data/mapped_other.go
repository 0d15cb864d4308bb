//go:build !unix

package data

import (
	"errors"
	"os"
)

// mapFile says that files cannot be mapped here; they are then read piece by piece.
func mapFile(*os.File, int) ([]byte, error) { return nil, errors.ErrUnsupported }

func unmapFile([]byte) error { return nil }
