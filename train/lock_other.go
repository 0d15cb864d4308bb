//go:build !unix

package train

import (
	"fmt"
	"os"
	"path/filepath"
)

// lockFolder opens the lock file of a run's folder. This system has no lock that a killed
// process surely releases, so two processes in one folder are not noticed here.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("train: lock %s: %w", dir, err)
	}
	return f, nil
}
