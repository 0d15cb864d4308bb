package blocks

import (
	"slices"
	"strings"
	"sync"

	"brick/course/lesson"
	"brick/data"
	"brick/nn"
	"brick/token"
)

// source is a data set that stacks are trained on here.
type source struct {
	Name  string  `json:"name"`
	Kind  string  `json:"kind"`  // plane: two numbers and a class; image: 28×28 and a class; text: the next character
	Ready bool    `json:"ready"` // it is on this machine
	Stack string  `json:"stack"` // that learns it,
	LR    float64 `json:"lr"`    // by Adam at this rate,
	Batch int     `json:"batch"` // with so many examples a step,
	Steps int     `json:"steps"` // in about so many steps
}

// sources are the sets in the order they are offered.
var sources = []source{
	{"moons", "plane", true, "linear(8) tanh linear", 0.01, 32, 1000},
	{"circles", "plane", true, "linear(8) tanh linear", 0.01, 32, 1000},
	{"spirals", "plane", true, "2*[linear(24) tanh] linear", 0.01, 32, 1000},
	{"xor", "plane", true, "linear(4) tanh linear", 0.01, 32, 1000},
	{"blobs", "plane", true, "linear", 0.01, 32, 1000},
	{"digits", "image", true, "conv(8,5,stride=2) relu flatten linear", 0.003, 32, 400},
	{"fashion-mnist", "image", false, "conv(8,5,stride=2) relu flatten linear", 0.003, 32, 400},
	{"stories", "text", true, "embed(32,pos=64) 2*gpt(2) layernorm linear", 0.003, 16, 400},
	{"couplets", "text", true, "embed(48,pos=64) gpt(2) layernorm linear", 0.003, 16, 400},
}

// window is the length of a piece of text, in characters.
const window = 64

// known refuses names of other sets: nothing a page sends is ever opened as a file.
func known(name string) error {
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	return lesson.OneOf("data", name, names...)
}

// options are how a set is read. The same numbers stand in run files.
func options(name string, seed uint64) data.Options {
	o := data.Options{Seed: seed, Offline: true}
	switch name {
	case "xor":
		o.Examples, o.Noise = 400, 0.3
	case "moons", "circles":
		o.Examples, o.Noise = 400, 0.15
	case "spirals", "blobs":
		o.Examples = 600
	case "digits":
		o.Examples = 5000
	case "stories":
		o.Examples = 2000
	case "couplets":
		o.Examples = 4000
	}
	return o
}

// set is a data set in hand.
type set struct {
	source
	splits data.Splits
	tok    token.Tokenizer // of text, else nil
	seed   uint64
}

const keptSet = "10 set"

// in is what a stack is told about the data.
func (s *set) in() nn.Input {
	i := s.splits.Info()
	return nn.Input{Shape: i.Input, Vocab: i.Vocab, Outputs: i.Outputs()}
}

// held is the split that nothing is learnt from.
func (s *set) held() data.Set { return s.splits.Valid }

// open gives a set by name. The last one is kept for the session.
func open(s *lesson.Session, name string, seed uint64) (*set, error) {
	i := slices.IndexFunc(sources, func(x source) bool { return x.Name == name })
	if i < 0 {
		return nil, known(name)
	}
	if name == "fashion-mnist" { // its files are read once for all learners
		return fashion()
	}
	if last, ok := lesson.Kept[*set](s, keptSet); ok && last.Name == name && last.seed == seed {
		return last, nil
	}
	next, err := read(sources[i], seed)
	if err == nil {
		s.Put(keptSet, next)
	}
	return next, err
}

func read(from source, seed uint64) (out *set, err error) {
	o := options(from.Name, seed)
	out = &set{source: from, seed: seed}
	if from.Kind != "text" {
		out.splits, err = data.Open(from.Name, o)
		return out, err
	}
	c, err := data.OpenText(from.Name, o)
	if err != nil {
		return nil, err
	}
	var all strings.Builder
	for text, err := range c.Text("train") {
		if err != nil {
			return nil, err
		}
		all.Write(text)
	}
	chars, err := token.NewChars(all.String(), "<|endoftext|>")
	if err != nil {
		return nil, err
	}
	o.Window, o.Encoder = window, encoder{chars}
	out.tok = chars
	out.splits, err = c.Tokens(o)
	return out, err
}

// encoder lets a text be read by characters.
type encoder struct{ *token.Chars }

func (e encoder) Encode(dst []int32, text []byte) []int32 { return e.Chars.Encode(string(text), dst) }
func (e encoder) VocabSize() int                          { return e.Vocab() }
func (e encoder) EndOfText() int32                        { return e.Special().EOS }
func (e encoder) Fingerprint() string                     { return "chars" } // these ids stay in memory: nobody else reads them
func (e encoder) Bytes(id int32) int {
	if e.IsSpecial(id) {
		return 0
	}
	return len(e.AppendBytes(nil, id))
}

var clothes struct {
	sync.Mutex
	*set
}

// fashion reads Fashion-MNIST where it is on this machine.
func fashion() (*set, error) {
	clothes.Lock()
	defer clothes.Unlock()
	if clothes.set != nil {
		return clothes.set, nil
	}
	at := slices.IndexFunc(sources, func(x source) bool { return x.Name == "fashion-mnist" })
	s, err := read(sources[at], 1)
	if err != nil {
		return nil, &lesson.Refusal{Key: "refused.fashion", Field: "data", Message: "Fashion-MNIST is not on this machine: " + err.Error()}
	}
	s.Ready = true
	clothes.set = s
	return s, nil
}

// here says which sets are on this machine.
func here() []source {
	list := slices.Clone(sources)
	for _, l := range data.List("") {
		for i := range list {
			if list[i].Name == l.Name {
				list[i].Ready = list[i].Ready || l.Ready
			}
		}
	}
	return list
}
