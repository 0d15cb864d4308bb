package generate

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"brick/model"
	"brick/tensor/gguf"
)

// longest is the time that a damaged file of some kilobytes may take: far more than a loaded machine needs.
const longest = 5 * time.Second

// opens reports whether a language model comes out, which must then write a token.
func opens(t *testing.T, path string) bool {
	t.Helper()
	begin := time.Now()
	l, err := Open(path, model.OpenOptions{Limit: 1 << 20})
	if err == nil {
		for _, err = range l.Session().Stream(t.Context(), "a", Sampling{Max: 1}) {
			_ = err // a model of other numbers may have nothing to write
		}
		err = nil
	}
	if d := time.Since(begin); d > longest {
		t.Errorf("%s took %v", path, d)
	}
	return err == nil
}

// damage changes one byte of a file at a time, each in three ways, from one place on in steps, calls after for each, and
// leaves the file as it was.
func damage(t *testing.T, path string, from, to, step int, after func(at int)) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := from; i < min(to, len(whole)); i += step {
		for _, b := range []byte{whole[i] ^ 1<<(i%8), 0xff, 0} {
			if _, err := f.WriteAt([]byte{b}, int64(i)); err != nil {
				t.Fatal(err)
			}
			after(i)
		}
		if _, err := f.WriteAt(whole[i:i+1], int64(i)); err != nil {
			t.Fatal(err)
		}
	}
}

// everyByte is the step of tests that are thorough when they are not short.
func everyByte(few int) int {
	if testing.Short() {
		return few
	}
	return 1
}

// Of a GGUF file with any byte of its header changed, its tokenizer's too, or cut anywhere, comes a model or an error, by
// every door; a cut one is no model.
func TestOpenDamagedGGUF(t *testing.T) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "m.gguf"), filepath.Join(dir, "out.gguf")
	if err := Convert(t.Context(), littleFolder(t, 300), path, model.Mix{}); err != nil {
		t.Fatal(err)
	}
	if !opens(t, path) {
		t.Fatal("the whole file is no model")
	}
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	data := 0
	for _, name := range f.Names() {
		x, err := f.Info(name)
		if err != nil {
			t.Fatal(err)
		}
		data += (x.Bytes() + f.Alignment() - 1) / f.Alignment() * f.Alignment()
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	head := int(info.Size()) - data
	n := 0
	damage(t, path, 0, head, everyByte(41), func(int) {
		opens(t, path)
		if n++; n%64 == 0 { // writing waits for the disk
			_ = Convert(t.Context(), path, out, mixOf(t, "q8_0"))                // to a file
			_ = Convert(t.Context(), path, filepath.Join(dir, "f"), model.Mix{}) // to a folder
		}
	})
	if !opens(t, path) {
		t.Fatal("what was damaged is not whole again")
	}
	for size := int(info.Size()) - 1; size >= 0; size -= everyByte(97) {
		if size > head {
			size -= min(15, size-head) // of the numbers, not all
		}
		if err := os.Truncate(path, int64(size)); err != nil {
			t.Fatal(err)
		}
		if opens(t, path) {
			t.Errorf("%d of %d bytes are a model", size, info.Size())
		}
	}
}

// The same of every file of a folder, at every third byte of the small ones; of its weights the header, and what is cut is no model.
func TestOpenDamagedFolder(t *testing.T) {
	dir := littleFolder(t, 300)
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range list {
		path := filepath.Join(dir, file.Name())
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		step := 3 * everyByte(20)
		if len(whole) > 8<<10 {
			step *= 5 // a vocabulary's lines are alike
		}
		damage(t, path, 0, 24<<10, step, func(int) { opens(t, dir) })
		for size := len(whole) - 1; size >= 0; size -= 5 * step {
			if err := os.WriteFile(path, whole[:size], 0o644); err != nil {
				t.Fatal(err)
			}
			if opens(t, dir) && len(whole)-size > 2 { // but for the last line's end
				t.Errorf("%s of %d of %d bytes is part of a model", file.Name(), size, len(whole))
			}
		}
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
		if !opens(t, dir) {
			t.Fatalf("%s is not whole again", file.Name())
		}
	}
}
