package data

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// listOf writes lines.tsv beside images.
func listOf(t testing.TB, images map[string][]byte, list string) string {
	dir := folderOf(t, images)
	path := filepath.Join(dir, "lines.tsv")
	if err := os.WriteFile(path, []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Images that a file lists with what they say are lines of one size, in splits by their paths.
func TestOpenLines(t *testing.T) {
	images, list := map[string][]byte{}, ""
	for i := range 40 {
		m := image.NewGray(image.Rect(0, 0, 8+i, 16))
		for k := range m.Pix {
			m.Pix[k] = 255
		}
		name := fmt.Sprintf("scans/%d.png", i)
		images[name] = pngOf(t, m)
		list += fmt.Sprintf("%s\t%s\n", name, []string{"ab", "é", "b 9", "aaaa"}[i%4])
	}
	s, err := Open(listOf(t, images, list), Options{Task: "reading", Height: 8, Memory: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := s.Info()
	if !reflect.DeepEqual(in.Input, []int{1, 8, 24}) || in.Targets != 4 || !reflect.DeepEqual(in.Classes, []string{"", " ", "9", "a", "b", "é"}) || in.Task != Reading {
		t.Fatalf("input %v, up to %d symbols of %q, %v", in.Input, in.Targets, in.Classes, in.Task)
	}
	said, n := map[string]bool{}, 0
	for _, set := range s.Each {
		n += set.Len()
		for _, b := range Sequential(set, 7).From(0) {
			if !b.Lines || len(b.X) != b.Examples()*8*24 {
				t.Fatalf("%v, %d numbers", b.Lines, len(b.X))
			}
			for e := range b.Examples() {
				said[in.Said(b.Labels[4*e:4*e+4])] = true
				for y := range 8 { // white at the left
					row := b.X[(e*8+y)*24:][:24]
					if v := float64(row[0])*in.Std[0] + in.Mean[0]; v < 0.999 {
						t.Fatalf("row %v", row)
					}
				}
			}
		}
	}
	if n != 40 || len(said) != 4 || !said["b 9"] || !said["é"] || s.Valid == nil || s.Test == nil {
		t.Errorf("%d lines that say %v", n, said)
	}
}

// What cannot be read is refused by name.
func TestLinesRefused(t *testing.T) {
	good := pngOf(t, drawn(6, 4))
	for _, c := range []struct {
		list, want string
		o          Options
	}{
		{"a.png\tx\nb.png\ty\n", "image b.png", Options{}},
		{"a.png\tx\nbroken.png\ty\n", "image broken.png", Options{}},
		{"a.png\n", "1 columns; want 2", Options{}},
		{"a.png\t \n", "the target is empty", Options{}},
		{"", "no pairs in it", Options{}},
		{"../a.png\tx\n", "escapes", Options{}},
		{"a.png\tx\n", "images of 5000×0; 1 to 4096 would fit", Options{Height: 5000}},
		{"a.png\tx\n", "2 channels", Options{Channels: 2}},
		{"huge.png\tx\n", "64 Mpixel", Options{Width: 100}},
	} {
		c.o.Task, c.o.Valid, c.o.Test = "reading", -1, -1
		path := listOf(t, map[string][]byte{"a.png": good, "broken.png": good[:50], "huge.png": pngHeader(good, 60000, 60000)}, c.list)
		if _, err := Open(path, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.list, err, c.want)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	outside := folderOf(t, map[string][]byte{"secret.png": good})
	path := listOf(t, nil, "link.png\tx\n")
	if err := os.Symlink(filepath.Join(outside, "secret.png"), filepath.Join(filepath.Dir(path), "link.png")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{Task: "reading"}); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("link out of the folder: %v", err)
	}
}
