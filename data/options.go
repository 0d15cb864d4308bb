package data

import "fmt"

// Options say how to read a data set. The zero value is what most people want; each kind of data uses its own part.
type Options struct {
	Seed  uint64  // of generated examples and of splits made by permutation
	Valid float64 // share of the examples for validation; 0 means the kind's default, negative none
	Test  float64 // share of the examples for testing, where the data set brings no test split of its own

	// Tables.
	Target      []string // names (or 1-based numbers) of the target columns; none means the last column
	Skip        []string // names of columns to leave out
	Task        string   // "regression" or "classification" overrides what the target's type says; "translation" reads a file as pairs of texts, "reading" as images of lines and what they say
	Header      string   // "yes" or "no" overrides what the first line looks like
	Delimiter   rune     // 0 means found: comma, tab, semicolon or bar
	Raw         bool     // leave numbers as they are instead of standardising them
	ScaleTarget bool     // standardise numeric targets too
	Categories  int      // a text column with more different values is left out; 0 means 256

	// Images.
	Height, Width int // size that images of folders are brought to; 0 means their common size, or 64×64
	Channels      int // 1 grey, 3 RGB; 0 means grey if every image is

	// Text.
	Encoder Encoder     // nil means bytes
	Turns   TurnEncoder // of conversations, see OpenChats
	Window  int         // tokens in an example; 0 means 256; of pairs the longest text that is kept, 0 means the longest there is, at most 256
	Limit   int64       // keep about this many bytes of text, whole documents chosen by hash; 0 means all
	Carry   bool        // serve a batch's rows as streams, each going on from batch to batch where it stopped, so that a state can be carried
	Fields  []string    // of JSON documents, joined by newlines; none means text, content, or title, author and paragraphs

	// Generated sets.
	Examples int     // in the training split; 0 means the set's default
	Noise    float64 // standard deviation; 0 means the set's default, negative none
	Groups   int     // spirals, blobs: number of classes; 0 means the set's default
	Features int     // blobs, separable: number of inputs; 0 means 2
	Margin   float64 // separable: least distance from the boundary; 0 means 0.1
	Length   int     // copy: symbols to copy; arithmetic: digits of a number; 0 means the set's default
	Distance int     // copy: blanks between a symbol's end and the bar that asks for it

	// Storage.
	Memory  int64  // bytes of decoded rows or pixels held in memory before they go to a mapped file; 0 means 1 GiB
	Cache   string // folder for downloads and token files; "" means BRICK_DATA, else the user's cache directory
	Offline bool   // never download
}

// shares returns the validation and test shares, given a kind's defaults; they must leave something to train on.
func (o *Options) shares(valid, test float64) (v, t float64, err error) {
	pick := func(x, otherwise float64) float64 {
		switch {
		case x < 0:
			return 0
		case x == 0:
			return otherwise
		}
		return x
	}
	v, t = pick(o.Valid, valid), pick(o.Test, test)
	if !(v+t < 1) { // also refuses NaN
		return 0, 0, fmt.Errorf("data: validation share %g and test share %g leave nothing to train on; their sum must be below 1", v, t)
	}
	return v, t, nil
}

// noise returns the noise asked for.
func (o *Options) noise(otherwise float64) float64 {
	switch {
	case o.Noise < 0:
		return 0
	case o.Noise == 0:
		return otherwise
	}
	return o.Noise
}

// memory returns the bound on what is held in memory.
func (o *Options) memory() int64 {
	if o.Memory <= 0 {
		return 1 << 30
	}
	return o.Memory
}
