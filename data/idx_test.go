package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// idx returns the bytes of an IDX file.
func idx(kind byte, data []byte, shape ...uint32) []byte {
	b := []byte{0, 0, kind, byte(len(shape))}
	for _, d := range shape {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, data...)
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func TestIDXCases(t *testing.T) {
	good := idx(8, []byte{1, 2, 3, 4, 5, 6}, 2, 3)
	short := gzipped(good)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"plain", good, ""},
		{"gzip", gzipped(good), ""},
		{"no elements", idx(8, nil, 0, 3), ""},
		{"empty file", nil, "the first 4 bytes"},
		{"bad magic", append([]byte{1}, good[1:]...), "begins with 01"},
		{"unknown type", idx(0x0A, []byte{1}, 1), "a type 08, 09"},
		{"no dimensions", idx(8, nil), "0 dimensions"},
		{"many dimensions", idx(8, nil, 1, 1, 1, 1, 1, 1, 1, 1, 1), "9 dimensions"},
		{"product overflow", idx(0x0E, nil, 1<<31, 1<<31, 1<<31), "is more than"},
		{"cut", good[:len(good)-1], "needs 6 bytes from offset 12 on, the file has 5"},
		{"cut header", good[:9], "dimension 1 at offset 8"},
		{"bytes after", append(good[:len(good):len(good)], 7), "needs 6 bytes"},
		{"gzip, cut inside", gzipped(good[:len(good)-1]), "the file ends after 5"},
		{"gzip, bytes after", gzipped(append(good[:len(good):len(good)], 7)), "bytes after the last element"},
		{"gzip cut", short[:len(short)-3], "EOF"},
		{"gzip checksum", func() []byte { b := bytes.Clone(short); b[len(b)-6] ^= 1; return b }(), "checksum"},
		{"claims 8 GB", gzipped(idx(8, make([]byte, 100), 1<<16, 1<<16)), "the file ends after 100"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		x, err := ReadIDX(bytes.NewReader(c.file), int64(len(c.file)))
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
			t.Errorf("%s: %d bytes allocated", c.name, grown)
		}
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want == "" && len(x.Data) != volume(x.Shape):
			t.Errorf("%s: %d bytes of shape %v", c.name, len(x.Data), x.Shape)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// tinyIDX writes an image set of n images of 2×2 pixels and 3 classes.
func tinyIDX(t testing.TB, n int) string {
	dir := t.TempDir()
	var pixels, labels []byte
	for i := range n {
		pixels = append(pixels, byte(i), byte(2*i), 255, 0)
		labels = append(labels, byte(i%3))
	}
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("train-images-idx3-ubyte.gz", gzipped(idx(8, pixels, uint32(n), 2, 2)))
	write("train-labels-idx1-ubyte", idx(8, labels, uint32(n)))
	return dir
}

func TestIDXImages(t *testing.T) {
	s, err := Open(tinyIDX(t, 100), Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := s.Info()
	if s.Train.Len() != 80 || s.Valid.Len() != 10 || s.Test.Len() != 10 || len(in.Classes) != 3 {
		t.Fatalf("%d, %d, %d images of %v", s.Train.Len(), s.Valid.Len(), s.Test.Len(), in.Classes)
	}
	var sum float64
	for _, b := range Sequential(s.Train, 80).From(0) {
		for e := range b.Examples() {
			first := math.Round((float64(b.X[4*e])*in.Std[0] + in.Mean[0]) * 255)
			if int32(first)%3 != b.Labels[e] {
				t.Fatalf("image %g has label %d", first, b.Labels[e])
			}
		}
		for _, v := range b.X {
			sum += float64(v)
		}
	}
	if math.Abs(sum/320) > 1e-3 {
		t.Errorf("training pixels have mean %g", sum/320)
	}
}

func TestIDXImagesRefused(t *testing.T) {
	dir := tinyIDX(t, 10)
	path := filepath.Join(dir, "train-labels-idx1-ubyte")
	for _, c := range []struct {
		labels []byte
		want   string
	}{
		{idx(8, make([]byte, 9), 9), "10 images but 9 labels"},
		{idx(9, []byte{255, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 10), "label 0 is -1"},
		{idx(8, make([]byte, 10), 10), "1 classes"},
		{idx(8, make([]byte, 10), 5, 2), "with 1 dimension"},
		{idx(0x0D, make([]byte, 40), 10), "labels are integers"},
	} {
		if err := os.WriteFile(path, c.labels, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func TestIDXDamage(t *testing.T) {
	for _, file := range [][]byte{idx(8, []byte{1, 2, 3, 4, 5, 6}, 2, 3), gzipped(idx(8, []byte{1, 2, 3, 4, 5, 6}, 2, 3))} {
		for i := range file {
			ReadIDX(bytes.NewReader(file[:i]), int64(i))
			for bit := range 8 {
				damaged := bytes.Clone(file)
				damaged[i] ^= 1 << bit
				ReadIDX(bytes.NewReader(damaged), int64(len(damaged)))
			}
		}
	}
}

func FuzzIDX(f *testing.F) {
	f.Add(idx(8, []byte{1, 2, 3, 4}, 1, 2, 2), idx(8, []byte{1}, 1))
	f.Add(gzipped(idx(8, []byte{1, 2, 3, 4}, 1, 2, 2)), idx(0x0B, []byte{0, 1}, 1))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		x, err := ReadIDX(bytes.NewReader(images), int64(len(images)))
		if err != nil {
			return
		}
		if len(x.Data) != volume(x.Shape)*idxSizes[x.Type] {
			t.Fatalf("%d bytes of shape %v and type %d", len(x.Data), x.Shape, x.Type)
		}
		y, err := ReadIDX(bytes.NewReader(labels), int64(len(labels)))
		if err == nil {
			imagesFromIDX(x, y)
		}
	})
}

func TestSharedMNIST(t *testing.T) {
	dir := shared(t, "mnist")
	read := func(name string) *IDX {
		x, err := OpenIDX(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	p, classes, err := imagesFromIDX(read("t10k-images-idx3-ubyte.gz"), read("t10k-labels-idx1-ubyte.gz"))
	if err != nil || classes != 10 || p.Len() != 10000 || p.labels[0] != 7 {
		t.Errorf("%d classes, %v", classes, err)
	}
	for _, f := range Find("mnist").Files[2:] {
		if sum, err := fileSHA256(filepath.Join(dir, f.Name)); err != nil || sum != f.SHA256 {
			t.Errorf("%s: SHA-256 %s, the table has %s (%v)", f.Name, sum, f.SHA256, err)
		}
	}
}

// The stated mean and deviation are those of the training images.
func TestFashionMNIST(t *testing.T) {
	if where, _ := Find("fashion-mnist").locate(""); where == "" {
		t.Skip("Fashion-MNIST is not on this machine (apt-get install dataset-fashion-mnist)")
	}
	s, err := Open("fashion-mnist", Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 54000 || s.Valid.Len() != 6000 || s.Test.Len() != 10000 {
		t.Errorf("%d, %d, %d images", s.Train.Len(), s.Valid.Len(), s.Test.Len())
	}
	p := s.Train.(*part).Set.(*pixels)
	mean, std, err := p.measure(1, func(int) bool { return true })
	if err != nil || math.Abs(mean[0]-0.2860) > 5e-5 || math.Abs(std[0]-0.3530) > 5e-5 {
		t.Errorf("mean %v, deviation %v (%v)", mean, std, err)
	}
}
