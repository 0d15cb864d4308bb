package data

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// goSource is the source of the Go toolchain on this machine: the .go files of GOROOT/src outside testdata folders, split
// by the hash of each file.
func goSource(o Options) (*Corpus, error) {
	src, err := goRoot()
	if err != nil {
		return nil, err
	}
	names, err := walkFiles(src, func(name string) bool {
		return path.Ext(name) == ".go" && !strings.Contains("/"+name, "/testdata/")
	})
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("data: go: no .go files in %s", src)
	}
	root, err := os.OpenRoot(src)
	if err != nil {
		return nil, fmt.Errorf("data: go: %w", err)
	}
	c := &Corpus{Name: "go", Origin: src, root: root, paths: names}
	return c, c.scan(&o)
}

// goRoot finds the toolchain's src folder: by GOROOT, else by asking the go command.
func goRoot() (string, error) {
	root := os.Getenv("GOROOT")
	if root == "" {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if root = strings.TrimSpace(string(out)); err != nil || root == "" {
			return "", errors.Join(errors.New("data: go: no Go toolchain was found: put the go command on the PATH, or set GOROOT"), err)
		}
	}
	src := filepath.Join(root, "src")
	if real, err := filepath.EvalSymlinks(src); err == nil {
		src = real
	}
	if fi, err := os.Stat(src); err != nil || !fi.IsDir() {
		return "", fmt.Errorf("data: go: %s is not a folder; set GOROOT to a Go toolchain with its source", src)
	}
	return src, nil
}
