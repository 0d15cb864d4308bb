package data

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// OpenImageFolder reads images sorted into folders by class, DIR/CLASS/*.png (.jpg, .jpeg, .gif), or with the splits given,
// DIR/train/CLASS/…, DIR/valid (or val) and DIR/test. Classes and files are in the order of their names. Images are
// brought to one size (Options.Height × Width; by default the size they all have, or 64×64) by a central crop to its
// aspect ratio and an antialiased reduction, in grey if all are grey and in RGB otherwise. No link out of DIR is followed.
func OpenImageFolder(dir string, o Options) (Splits, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Splits{}, fmt.Errorf("data: %w", err)
	}
	defer root.Close()
	f := &folder{dir: dir, root: root, o: &o}
	if err := f.list(); err != nil {
		return Splits{}, err
	}
	if err := f.survey(); err != nil {
		return Splits{}, err
	}
	known := Info{Name: filepath.Base(dir), Classes: f.classes, Origin: dir}
	train, err := f.load("train")
	if err != nil {
		return Splits{}, err
	}
	test, err := f.load("test")
	if err != nil {
		return Splits{}, err
	}
	valid, err := f.load("valid")
	if err != nil {
		return Splits{}, err
	}
	if valid != nil {
		o.Valid = -1
	}
	s, err := pixelSplits(train, test, len(f.classes), o, known)
	if err != nil {
		return Splits{}, err
	}
	if valid != nil {
		valid.info = train.info
		valid.standardise()
		s.Valid = valid
		s.closers = append(s.closers, valid.rows.close)
		train.info.Rule = "as the folder gives them"
		if test == nil {
			train.info.Rule += ", and the test split by a permutation of the training images"
		}
	}
	return s, nil
}

// folder is a folder of images while it is read.
type folder struct {
	dir     string
	root    *os.Root
	o       *Options
	classes []string
	files   []imageFile // sorted by split, class, name
	c, h, w int
}

type imageFile struct {
	split string // "train", "valid" or "test"
	class int32
	path  string // slash-separated, inside the folder
	large bool   // more than 4 Mpixel
}

var imageExtensions = []string{".png", ".jpg", ".jpeg", ".gif"}

// splitFolders are the names a folder may have that hold a split.
var splitFolders = map[string]string{"train": "train", "training": "train", "valid": "valid", "val": "valid", "validation": "valid", "test": "test", "testing": "test"}

// list finds classes and files.
func (f *folder) list() error {
	type found struct{ split, class, path string }
	var all []found
	top, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	var classes []string // folders of them, of images to train on
	given := false       // the folder gives its own splits
	for _, e := range top {
		given = given || e.IsDir() && splitFolders[e.Name()] == "train"
	}
	err = fs.WalkDir(f.root.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p != "." && strings.HasPrefix(e.Name(), ".") {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.IsDir() && p != "." {
			at := strings.Split(p, "/")
			if given && len(at) == 2 && splitFolders[at[0]] == "train" || !given && len(at) == 1 {
				classes = append(classes, at[len(at)-1])
			}
		}
		if e.IsDir() || !slices.Contains(imageExtensions, strings.ToLower(path.Ext(p))) {
			return nil
		}
		parts := strings.Split(p, "/")
		split := "train"
		if given {
			split = splitFolders[parts[0]]
			parts = parts[1:]
		}
		if split != "" && len(parts) >= 2 {
			all = append(all, found{split, parts[0], p})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("data: %s: %w", f.dir, err)
	}
	seen, learnt := map[string]bool{}, map[string]bool{}
	for _, a := range all {
		seen[a.class] = true
		learnt[a.class] = learnt[a.class] || a.split == "train"
	}
	f.classes = slices.Sorted(maps.Keys(seen))
	if len(f.classes) < 2 {
		return fmt.Errorf("data: %s: images of %d classes; at least two folders with .png, .jpg or .gif files are needed, as in %s", f.dir, len(f.classes), filepath.Join(f.dir, "cat", "1.png"))
	}
	for _, c := range slices.Concat(classes, f.classes) {
		if !learnt[c] {
			return fmt.Errorf("data: %s: class %s has no .png, .jpg or .gif file to train on; put some into its folder, or take the folder away", f.dir, c)
		}
	}
	for _, a := range all {
		class, _ := slices.BinarySearch(f.classes, a.class)
		f.files = append(f.files, imageFile{split: a.split, class: int32(class), path: a.path})
	}
	return nil
}

// survey reads every header, and decides size and channels.
func (f *folder) survey() error {
	f.h, f.w, f.c = f.o.Height, f.o.Width, f.o.Channels
	if f.c != 0 && f.c != 1 && f.c != 3 {
		return fmt.Errorf("data: %d channels; 1 (grey) or 3 (RGB) would fit", f.c)
	}
	if f.h < 0 || f.w < 0 || f.h > 4096 || f.w > 4096 {
		return fmt.Errorf("data: images of %d×%d; 1 to 4096 would fit", f.h, f.w)
	}
	if f.h > 0 && f.w == 0 || f.w > 0 && f.h == 0 {
		f.h, f.w = max(f.h, f.w), max(f.h, f.w)
	}
	grey, first, same := true, [2]int{}, true
	for i, file := range f.files {
		in, err := f.root.Open(file.path)
		if err != nil {
			return fmt.Errorf("data: %s: %w", f.dir, err)
		}
		c, err := decodeConfig(bufio.NewReader(in))
		in.Close()
		if err != nil {
			return fmt.Errorf("data: %s: %w", filepath.Join(f.dir, file.path), err)
		}
		if i == 0 {
			first = [2]int{c.Height, c.Width}
		}
		f.files[i].large = int64(c.Width)*int64(c.Height) > 4<<20
		same = same && first == [2]int{c.Height, c.Width}
		grey = grey && isGrey(c.ColorModel)
	}
	if f.h == 0 {
		f.h, f.w = 64, 64
		if same && first[0] <= 256 && first[1] <= 256 {
			f.h, f.w = first[0], first[1]
		}
	}
	if f.c == 0 {
		f.c = 3
		if grey {
			f.c = 1
		}
	}
	return nil
}

// load decodes the images of one split, in parallel and in order; it returns nil if there are none.
func (f *folder) load(split string) (*pixels, error) {
	var files []imageFile
	for _, file := range f.files {
		if file.split == split {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		return nil, nil
	}
	p := &pixels{info: &Info{Input: []int{f.c, f.h, f.w}}, rows: newRecords(f.c*f.h*f.w, f.o.memory())}
	workers := runtime.GOMAXPROCS(0)
	chunk := 16 * workers
	decoded := make([][]byte, chunk)
	errs := make([]error, chunk)
	for i := range decoded {
		decoded[i] = make([]byte, p.rows.size)
	}
	var large sync.Mutex // one image of many pixels at a time, to bound memory
	for base := 0; base < len(files); base += chunk {
		batch := files[base:min(base+chunk, len(files))]
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(batch); i += workers {
					errs[i] = f.decode(batch[i], decoded[i], &large)
				}
			})
		}
		wg.Wait()
		for i, file := range batch {
			err := errs[i]
			if err == nil {
				err = p.rows.add(decoded[i])
			}
			if err != nil {
				return nil, errors.Join(err, p.rows.close())
			}
			p.labels = append(p.labels, file.class)
		}
	}
	return p, p.rows.finish()
}

// decode reads one image into dst (C, H, W).
func (f *folder) decode(file imageFile, dst []byte, large *sync.Mutex) error {
	in, err := f.root.Open(file.path)
	if err != nil {
		return fmt.Errorf("data: %s: %w", f.dir, err)
	}
	defer in.Close()
	if file.large {
		large.Lock()
		defer large.Unlock()
	}
	p, err := decodeImage(in, f.c)
	if err != nil {
		return fmt.Errorf("data: %s: %w", filepath.Join(f.dir, file.path), err)
	}
	p.fit(f.w, f.h).planes(dst)
	return nil
}

// isImageFolder says whether a folder has images in folders of its own.
func isImageFolder(dir string) bool {
	for _, pattern := range []string{"*/*", "*/*/*"} {
		names, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, n := range names {
			if slices.Contains(imageExtensions, strings.ToLower(filepath.Ext(n))) {
				return true
			}
		}
	}
	return false
}
