package token

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// writeFile puts data into dir/name so that the name stands for the old content or the new one, never for part of
// it: write under another name, sync, rename, sync the folder.
func writeFile(dir, name string, data []byte) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temp := filepath.Join(dir, fmt.Sprintf(".%s-%016x", name, rand.Uint64()))
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(temp, filepath.Join(dir, name))
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, errors.Join(err, os.Remove(temp)))
	}
	if d, err := os.Open(dir); err == nil { // not every system can sync a folder; the file itself is safe
		_ = d.Sync()
		_ = d.Close()
	}
	return nil
}
