package data

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// OpenIDXImages reads the image set of a folder: train-images-idx3-ubyte and train-labels-idx1-ubyte, and if they are
// there t10k-… or test-… for testing, each plain or .gz, with either hyphen or dot before idx. A tenth of the training
// images, by a permutation keyed by Options.Seed, is for validation. Pixels become (pixel/255 − mean)/std, with mean and
// std of the training images. Where there is only one pair,
// or the path is that of the test images, that pair is all there is.
func OpenIDXImages(dir string, o Options) (Splits, error) {
	return openIDXImages(dir, o, Info{Name: filepath.Base(dir)})
}

// findIDX returns the path in dir of the images or labels of a split, or "".
func findIDX(dir string, splits []string, what string) string {
	for _, split := range splits {
		for _, sep := range []string{"-", "."} {
			for _, ext := range []string{"", ".gz"} {
				path := filepath.Join(dir, split+"-"+what+sep+idxSuffix[what]+ext)
				if fi, err := os.Stat(path); err == nil && fi.Mode().IsRegular() {
					return path
				}
			}
		}
	}
	return ""
}

var idxSuffix = map[string]string{"images": "idx3-ubyte", "labels": "idx1-ubyte"}

// openIDXImages reads the images; known gives what is known beforehand: the name, and perhaps classes, mean and std.
func openIDXImages(dir string, o Options, known Info) (Splits, error) {
	read := func(split ...string) (*pixels, int, error) {
		images, labels := findIDX(dir, split, "images"), findIDX(dir, split, "labels")
		if images == "" || labels == "" {
			return nil, 0, fmt.Errorf("data: %s: no %s-images-idx3-ubyte and %s-labels-idx1-ubyte (or .gz)", dir, split[0], split[0])
		}
		x, err := OpenIDX(images)
		if err != nil {
			return nil, 0, err
		}
		y, err := OpenIDX(labels)
		if err != nil {
			return nil, 0, err
		}
		p, classes, err := imagesFromIDX(x, y)
		if err != nil {
			return nil, 0, fmt.Errorf("data: %s with %s: %w", images, labels, err)
		}
		return p, classes, nil
	}
	first := []string{"train"}
	if fi, err := os.Stat(dir); err == nil && !fi.IsDir() {
		first[0], _, _ = strings.Cut(filepath.Base(dir), "-images")
		dir = filepath.Dir(dir)
	}
	own := findIDX(dir, []string{"t10k", "test"}, "images") != ""
	switch {
	case first[0] != "train":
		own = false
	case own && !isIDXFolder(dir, "train"):
		first, own = []string{"t10k", "test"}, false
	}
	train, classes, err := read(first...)
	if err != nil {
		return Splits{}, err
	}
	var test *pixels
	if own {
		var more int
		if test, more, err = read("t10k", "test"); err != nil {
			return Splits{}, err
		}
		if !slices.Equal(test.info.Input, train.info.Input) {
			return Splits{}, fmt.Errorf("data: %s: training images are %v, test images %v; they must be of one size", dir, train.info.Input, test.info.Input)
		}
		classes = max(classes, more)
	}
	known.Origin = dir
	return pixelSplits(train, test, classes, o, known)
}

// pixelSplits makes the splits of images: validation (and testing, where there is no test set) by a permutation.
func pixelSplits(train, test *pixels, classes int, o Options, known Info) (Splits, error) {
	share := 0.1
	if test != nil {
		o.Test, share = -1, 0
	}
	validShare, testShare, err := o.shares(0.1, share)
	if err != nil {
		return Splits{}, err
	}
	info := known
	info.Task, info.Input = Classification, train.info.Input
	for len(info.Classes) < classes {
		info.Classes = append(info.Classes, fmt.Sprint(len(info.Classes)))
	}
	if len(info.Classes) < 2 {
		return Splits{}, fmt.Errorf("data: %s: %d classes; there is nothing to tell apart", info.Origin, classes)
	}
	order, nTest, nValid := divide(train.Len(), validShare, testShare, o.Seed)
	if len(info.Mean) == 0 {
		used := func(i int) bool { return order.Inverse(i) >= nTest+nValid }
		if info.Mean, info.Std, err = train.measure(info.Input[0], used); err != nil {
			return Splits{}, err
		}
		for c := range info.Mean { // short enough to be read, and still exact to a pixel
			info.Mean[c] = math.Round(info.Mean[c]*1e4) / 1e4
			info.Std[c] = max(math.Round(info.Std[c]*1e4)/1e4, 1e-4)
		}
	}
	rule := fmt.Sprintf("%g %% of the training images for validation", 100*validShare)
	if test == nil {
		rule = fmt.Sprintf("%g %% of the images for testing, %g %% for validation", 100*testShare, 100*validShare)
	}
	info.Rule = rule + fmt.Sprintf(", by a permutation keyed by seed %d", o.Seed)
	train.info = &info
	train.standardise()
	s := cut(train, validShare, testShare, o.Seed)
	s.closers = append(s.closers, train.rows.close)
	if test != nil {
		test.info = &info
		test.standardise()
		s.Test = test
		s.closers = append(s.closers, test.rows.close)
	}
	return s, nil
}

// isIDXFolder says whether a folder holds the images of one of these splits in IDX files.
func isIDXFolder(dir string, splits ...string) bool { return findIDX(dir, splits, "images") != "" }
