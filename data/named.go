package data

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// A Named is a data set that can be asked for by name.
type Named struct {
	Name    string
	Summary string
	Files   []File   // to download; none for generated sets and go
	Places  []string // folders where the system may have the files

	open   func(dir string, o Options) (Splits, error)
	corpus func(dir string, o Options) (*Corpus, error) // of text, instead of open
}

const (
	fashionURL = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
	tangURL    = "https://raw.githubusercontent.com/chinese-poetry/chinese-poetry/"
	tangPath   = "/%E5%85%A8%E5%94%90%E8%AF%97/%E5%94%90%E8%AF%97%E4%B8%89%E7%99%BE%E9%A6%96.json"
	mnistURL   = "https://ossci-datasets.s3.amazonaws.com/mnist/"
	mnistURL2  = "https://storage.googleapis.com/cvdf-datasets/mnist/"
)

// Sets is the table of named data sets.
var Sets = []Named{
	{
		Name: "fashion-mnist", Summary: "70,000 grey images 28×28 of clothes in 10 classes (Xiao, Rasul & Vollgraf 2017)",
		Files: []File{
			{"train-images-idx3-ubyte.gz", []string{fashionURL + "train-images-idx3-ubyte.gz"}, 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
			{"train-labels-idx1-ubyte.gz", []string{fashionURL + "train-labels-idx1-ubyte.gz"}, 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
			{"t10k-images-idx3-ubyte.gz", []string{fashionURL + "t10k-images-idx3-ubyte.gz"}, 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
			{"t10k-labels-idx1-ubyte.gz", []string{fashionURL + "t10k-labels-idx1-ubyte.gz"}, 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"},
		},
		Places: []string{"/usr/share/datasets/fashion-mnist", "/usr/share/dataset-fashion-mnist"}, // Debian's package dataset-fashion-mnist
		open: func(dir string, o Options) (Splits, error) {
			return openIDXImages(dir, o, Info{Name: "fashion-mnist", Mean: []float64{0.2860}, Std: []float64{0.3530}, Classes: []string{
				"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"}})
		},
	},
	{
		Name: "mnist", Summary: "70,000 grey images 28×28 of handwritten digits (LeCun, Cortes & Burges 1998)",
		Files: []File{
			{"train-images-idx3-ubyte.gz", []string{mnistURL + "train-images-idx3-ubyte.gz", mnistURL2 + "train-images-idx3-ubyte.gz"}, 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
			{"train-labels-idx1-ubyte.gz", []string{mnistURL + "train-labels-idx1-ubyte.gz", mnistURL2 + "train-labels-idx1-ubyte.gz"}, 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
			{"t10k-images-idx3-ubyte.gz", []string{mnistURL + "t10k-images-idx3-ubyte.gz", mnistURL2 + "t10k-images-idx3-ubyte.gz"}, 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
			{"t10k-labels-idx1-ubyte.gz", []string{mnistURL + "t10k-labels-idx1-ubyte.gz", mnistURL2 + "t10k-labels-idx1-ubyte.gz"}, 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
		},
		open: func(dir string, o Options) (Splits, error) {
			return openIDXImages(dir, o, Info{Name: "mnist", Mean: []float64{0.1307}, Std: []float64{0.3081}})
		},
	},
	{
		Name: "cifar10", Summary: "60,000 colour images 32×32 in 10 classes (Krizhevsky 2009)",
		Files: []File{
			{"cifar-10-binary.tar.gz", []string{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"}, 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
		},
		open: func(dir string, o Options) (Splits, error) {
			return openCIFAR10(dir, o, Info{Name: "cifar10", Mean: []float64{0.4914, 0.4822, 0.4465}, Std: []float64{0.2470, 0.2435, 0.2616}, Classes: []string{
				"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}})
		},
	},
	{
		Name: "tinyshakespeare", Summary: "1.1 MB of Shakespeare's plays (Karpathy, char-rnn)",
		Files: []File{
			{"tinyshakespeare.txt", []string{"https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"}, 1115394, "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"},
		},
		corpus: func(dir string, o Options) (*Corpus, error) {
			return OpenCorpus(filepath.Join(dir, "tinyshakespeare.txt"), o)
		},
	},
	{
		Name: "tang", Summary: "the three hundred poems of Tang, their lines alone (蘅塘退士 1763; chinese-poetry)",
		Files: []File{
			{"tang300.json", []string{tangURL + "99ebbef7e134" + tangPath, tangURL + "master" + tangPath}, 190787, "d77a145f7470da2ed2f79515944563c062ffc43fceda07f195a36ead66b7e5c7"},
		},
		corpus: func(dir string, o Options) (*Corpus, error) {
			if o.Fields == nil {
				o.Fields = []string{"paragraphs"}
			}
			return OpenCorpus(filepath.Join(dir, "tang300.json"), o)
		},
	},
	{Name: "go", Summary: "the Go toolchain's own source, about 80 MB", corpus: func(_ string, o Options) (*Corpus, error) { return goSource(o) }},
	{Name: "stories", Summary: "short English stories about who has what, made by rules; the last words follow from the first", corpus: func(_ string, o Options) (*Corpus, error) { return Stories(o) }},
	{Name: "couplets", Summary: "Chinese verses of five characters a line, made by rules: lines answer each other, even ones rhyme", corpus: func(_ string, o Options) (*Corpus, error) { return Couplets(o) }},
	{Name: "line", Summary: "y = 2x + 1 + noise", open: made(Line)},
	{Name: "xor", Summary: "the exclusive or of two inputs", open: made(XOR)},
	{Name: "moons", Summary: "two interleaved half circles", open: made(Moons)},
	{Name: "circles", Summary: "a circle within a circle", open: made(Circles)},
	{Name: "spirals", Summary: "spiral arms, one a class", open: made(Spirals)},
	{Name: "blobs", Summary: "normal clouds, one a class", open: made(Blobs)},
	{Name: "separable", Summary: "two classes on either side of a plane, with a margin", open: made(Separable)},
	{Name: "digits", Summary: "digits drawn from strokes with random transforms, grey 28×28", open: made(Digits)},
	{Name: "digit-lines", Summary: "lines of 4 to 8 drawn digits to be read, grey 32×160", open: made(DigitLines)},
	{Name: "copy", Summary: "a sequence of letters to be said again, after a distance", open: made(Copy)},
	{Name: "dates", Summary: "dates as people write them, each with its 2026-03-03", open: made(Dates)},
	{Name: "shapes", Summary: "pictures of two shapes 24×24, each with a sentence such as a red circle above a blue square", open: made(Shapes)},
	{Name: "months", Summary: "dates as people write them, in 12 classes by their month", open: made(Months)},
	{Name: "arithmetic", Summary: "sums like 12+34=46 as characters", open: made(Arithmetic)},
}

func made(f func(Options) (Splits, error)) func(string, Options) (Splits, error) {
	return func(_ string, o Options) (Splits, error) { return f(o) }
}

// Find returns the named data set, or nil.
func Find(name string) *Named {
	for i := range Sets {
		if Sets[i].Name == name {
			return &Sets[i]
		}
	}
	return nil
}

// A Listing is one line of the list of named data sets.
type Listing struct {
	Name     string `json:"name"`
	Summary  string `json:"summary"`
	Download int64  `json:"download,omitempty"` // bytes to download, 0 if nothing needs to be
	Where    string `json:"where,omitempty"`    // folder its files were found in
	Ready    bool   `json:"ready"`              // needs no download
}

// List returns the named data sets; cache is as in Options.
func List(cache string) []Listing {
	var out []Listing
	for i := range Sets {
		n := &Sets[i]
		l := Listing{Name: n.Name, Summary: n.Summary, Ready: len(n.Files) == 0}
		for _, f := range n.Files {
			l.Download += f.Size
		}
		if where, err := n.locate(cache); err == nil && where != "" {
			l.Where, l.Ready, l.Download = where, true, 0
		}
		out = append(out, l)
	}
	return out
}

// locate returns the folder that has all of the set's files, or "".
func (n *Named) locate(cache string) (string, error) {
	dir, err := cacheDir(cache)
	places := slices.Clone(n.Places)
	if err == nil {
		places = append([]string{filepath.Join(dir, n.Name)}, places...)
	}
	for _, place := range places {
		if len(n.Files) > 0 && n.in(place) {
			return place, nil
		}
	}
	return "", err
}

// in says whether a folder has the files: under their names, or unpacked.
func (n *Named) in(dir string) bool {
	if n.Name == "cifar10" {
		for _, sub := range []string{"", "cifar-10-batches-bin"} {
			if _, err := os.Stat(filepath.Join(dir, sub, cifarTest)); err == nil {
				return true
			}
		}
	}
	for _, f := range n.Files {
		_, err := os.Stat(filepath.Join(dir, f.Name))
		if err != nil && filepath.Ext(f.Name) == ".gz" {
			_, err = os.Stat(filepath.Join(dir, f.Name[:len(f.Name)-3]))
		}
		if err != nil {
			return false
		}
	}
	return true
}

// Get brings a named data set's files onto this machine, unless they are found, and returns their folder ("" if it has
// none). d may be nil.
func Get(ctx context.Context, name, cache string, d *Downloader) (string, error) {
	n := Find(name)
	if n == nil {
		return "", unknownSet(name)
	}
	if len(n.Files) == 0 {
		return "", nil
	}
	if where, err := n.locate(cache); err != nil || where != "" {
		return where, err
	}
	dir, err := cacheDir(cache)
	if err != nil {
		return "", err
	}
	if d == nil {
		d = &Downloader{}
	}
	dir = filepath.Join(dir, n.Name)
	for _, f := range n.Files {
		if err := d.Fetch(ctx, f, dir); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// folder finds the set's files, downloading them if the options allow it.
func (n *Named) folder(o *Options) (string, error) {
	if !o.Offline || len(n.Files) == 0 {
		return Get(context.Background(), n.Name, o.Cache, nil)
	}
	where, err := n.locate(o.Cache)
	if err == nil && where == "" {
		dir, _ := cacheDir(o.Cache)
		err = fmt.Errorf("data: %s is not on this machine and downloading is off; put its files into %s", n.Name, filepath.Join(dir, n.Name))
		for _, f := range n.Files {
			err = fmt.Errorf("%w\n  %s (%d bytes, SHA-256 %s)", err, f.URLs[0], f.Size, f.SHA256)
		}
	}
	return where, err
}
