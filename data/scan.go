package data

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// OpenCorpus finds the text of a file, of every text file in a folder (hidden ones apart), or of a pattern with *, ?, […]
// and ** for any folders. Files ending in .json (an array) or .jsonl hold one document a value; any other file is one.
//
// Plain text of fewer than 40 files is split by position, anything else by document, by the hash of its content: a
// document keeps its split when others come or go. By default a twentieth is for validation and a twentieth for testing.
func OpenCorpus(pattern string, o Options) (*Corpus, error) {
	dir, names, err := matchFiles(pattern)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	name := filepath.Base(pattern)
	c := &Corpus{Name: strings.TrimSuffix(name, filepath.Ext(name)), Origin: pattern, root: root, paths: names}
	return c, c.scan(&o)
}

// scan reads every file once, for its documents and their hashes, and splits them.
func (c *Corpus) scan(o *Options) error {
	for _, p := range c.paths {
		ext := strings.ToLower(filepath.Ext(p))
		if isJSON := ext == ".json" || ext == ".jsonl" || ext == ".ndjson"; isJSON && (len(c.paths) == 1 || ext != ".json") {
			c.json = true
		}
	}
	c.field = o.Fields
	found := make([][]document, len(c.paths))
	errs := make([]error, len(c.paths))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			buf := make([]byte, 1<<16)
			for i := int(next.Add(1)) - 1; i < len(c.paths); i = int(next.Add(1)) - 1 {
				if c.json {
					found[i], errs[i] = c.scanJSON(i)
				} else {
					found[i], errs[i] = c.scanPlain(i, buf)
				}
			}
		})
	}
	wg.Wait()
	for i := range found {
		if errs[i] != nil {
			return fmt.Errorf("data: %s: %w", c.path(i), errs[i])
		}
		if len(found[i]) == 0 {
			c.Skipped++
			continue
		}
		c.Files++
		c.docs = append(c.docs, found[i]...)
	}
	return c.split(o)
}

// scanPlain hashes a file that is one document. In a folder, what is not text makes no document.
func (c *Corpus) scanPlain(i int, buf []byte) ([]document, error) {
	f, err := c.root.Open(c.paths[i])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() {
		return nil, err
	}
	h, size, carried := sha256.New(), int64(0), 0
	for {
		n, err := f.Read(buf[carried:])
		h.Write(buf[carried : carried+n])
		size += int64(n)
		if len(c.paths) > 1 {
			text := buf[:carried+n]
			carried = unfinished(text)
			if err == io.EOF {
				carried = 0
			}
			if whole := text[:len(text)-carried]; bytes.IndexByte(whole, 0) >= 0 || !utf8.Valid(whole) {
				return nil, nil
			}
			copy(buf, text[len(text)-carried:])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if size == 0 {
		return nil, nil
	}
	return []document{{file: i, n: size, size: size, hash: [sha256.Size]byte(h.Sum(nil))}}, nil
}

// unfinished returns how many bytes at the end of text begin a character that is not complete.
func unfinished(text []byte) int {
	for k := 1; k < utf8.UTFMax && k <= len(text); k++ {
		if b := text[len(text)-k:]; utf8.RuneStart(b[0]) {
			if !utf8.FullRune(b) {
				return k
			}
			return 0
		}
	}
	return 0
}

// scanJSON finds the values of a file.
func (c *Corpus) scanJSON(i int) ([]document, error) {
	f, err := c.root.Open(c.paths[i])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var docs []document
	err = eachValue(bufio.NewReaderSize(f, 1<<16), func(off int64, raw []byte) error {
		text, err := extract(raw, c.field)
		if err != nil {
			return fmt.Errorf("JSON value %d at offset %d: %w", len(docs)+1, off, err)
		}
		if len(text) > 0 {
			docs = append(docs, document{file: i, off: off, n: int64(len(raw)), size: int64(len(text)), hash: sha256.Sum256(text)})
		}
		return nil
	})
	return docs, err
}

// matchFiles turns a file, folder or pattern into a folder and the slash-separated paths of files in it, sorted.
func matchFiles(pattern string) (dir string, names []string, err error) {
	if fi, err := os.Stat(pattern); err == nil {
		if !fi.IsDir() {
			return filepath.Dir(pattern), []string{filepath.Base(pattern)}, nil
		}
		names, err = walkFiles(pattern, func(string) bool { return true })
		if err == nil && len(names) == 0 {
			err = fmt.Errorf("data: %s: no files in it", pattern)
		}
		return pattern, names, err
	} else if !strings.ContainsAny(pattern, "*?[") {
		return "", nil, fmt.Errorf("data: %w", err)
	}
	slashed := filepath.ToSlash(pattern)
	meta := strings.IndexAny(slashed, "*?[")
	cut := strings.LastIndexByte(slashed[:meta], '/') + 1
	dir = filepath.FromSlash(slashed[:cut])
	if dir == "" {
		dir = "."
	}
	want := strings.Split(slashed[cut:], "/")
	if err := checkPattern(want); err != nil {
		return "", nil, fmt.Errorf("data: pattern %s: %w", pattern, err)
	}
	names, err = walkFiles(dir, func(name string) bool { return matchPath(want, strings.Split(name, "/")) })
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("data: pattern %s matches no file", pattern)
	}
	return dir, names, err
}

// walkFiles returns the regular files of a folder that are not hidden and that keep wants, sorted.
func walkFiles(dir string, keep func(name string) bool) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer root.Close()
	var names []string
	err = fs.WalkDir(root.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != "." && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
		case e.Type().IsRegular() && keep(p):
			names = append(names, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", dir, err)
	}
	slices.Sort(names)
	return names, nil
}
