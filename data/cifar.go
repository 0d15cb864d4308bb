package data

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A record of CIFAR-10's binary version (Krizhevsky 2009): one byte of label, then 32×32 pixels of red, green and blue.
const (
	cifarPixels  = 3 * 32 * 32
	cifarRecord  = 1 + cifarPixels
	cifarRecords = 10000 // in each of the six files
)

var cifarTrain = []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}

const cifarTest = "test_batch.bin"

// openCIFAR10 reads CIFAR-10 from a folder with the six files, or with the archive they come in.
func openCIFAR10(dir string, o Options, known Info) (Splits, error) {
	for _, sub := range []string{dir, filepath.Join(dir, "cifar-10-batches-bin")} {
		if _, err := os.Stat(filepath.Join(sub, cifarTest)); err == nil {
			return openCIFARFiles(sub, o, known)
		}
	}
	archive := filepath.Join(dir, "cifar-10-binary.tar.gz")
	f, err := os.Open(archive)
	if err != nil {
		return Splits{}, fmt.Errorf("data: cifar10: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return Splits{}, fmt.Errorf("data: %s: %w", archive, err)
	}
	found := map[string][]byte{}
	for t := tar.NewReader(z); len(found) < len(cifarTrain)+1; {
		h, err := t.Next()
		if err != nil {
			return Splits{}, fmt.Errorf("data: %s: after %d of 6 files: %w", archive, len(found), err)
		}
		if name := path.Base(h.Name); strings.HasSuffix(name, ".bin") {
			if h.Size != cifarRecords*cifarRecord {
				return Splits{}, fmt.Errorf("data: %s: %s has %d bytes; %d are due", archive, h.Name, h.Size, cifarRecords*cifarRecord)
			}
			if found[name], err = readGrowing(t, h.Size); err != nil {
				return Splits{}, fmt.Errorf("data: %s: %s: %w", archive, h.Name, err)
			}
		}
	}
	return cifarSplits(func(name string) ([]byte, error) {
		if found[name] == nil {
			return nil, fmt.Errorf("no %s in it", name)
		}
		return found[name], nil
	}, archive, o, known)
}

func openCIFARFiles(dir string, o Options, known Info) (Splits, error) {
	return cifarSplits(func(name string) ([]byte, error) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, cifarRecords*cifarRecord+1))
	}, dir, o, known)
}

// cifarSplits reads the images of the files that get gives.
func cifarSplits(get func(name string) ([]byte, error), origin string, o Options, known Info) (Splits, error) {
	read := func(names ...string) (*pixels, error) {
		p := &pixels{info: &Info{Input: []int{3, 32, 32}}, rows: newRecords(cifarPixels, o.memory())}
		for _, name := range names {
			b, err := get(name)
			if err != nil {
				return nil, fmt.Errorf("data: %s: %w", origin, err)
			}
			if len(b) == 0 || len(b)%cifarRecord != 0 || len(b) > cifarRecords*cifarRecord {
				return nil, fmt.Errorf("data: %s: %s has %d bytes, not up to %d records of %d", origin, name, len(b), cifarRecords, cifarRecord)
			}
			for i := 0; i < len(b); i += cifarRecord {
				if b[i] > 9 {
					return nil, fmt.Errorf("data: %s: %s: label %d at offset %d; 0 to 9 are possible", origin, name, b[i], i)
				}
				if err := p.rows.add(b[i+1 : i+cifarRecord]); err != nil {
					return nil, err
				}
				p.labels = append(p.labels, int32(b[i]))
			}
		}
		return p, p.rows.finish()
	}
	train, err := read(cifarTrain...)
	if err != nil {
		return Splits{}, err
	}
	test, err := read(cifarTest)
	if err != nil {
		return Splits{}, err
	}
	known.Origin = origin
	return pixelSplits(train, test, 10, o, known)
}
