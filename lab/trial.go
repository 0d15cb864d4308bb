package lab

// A Size is a member of the family: what follows from its depth, the one dial.
type Size struct {
	Name         string  `json:"name"` // d4 is four blocks deep
	Layers       int     `json:"layers"`
	Width        int     `json:"width"`
	Heads        int     `json:"heads"`
	FF           int     `json:"ff"` // width of the feed-forward layers
	Stack        string  `json:"stack"`
	Params       int     `json:"params"`          // all of them, the tied embedding counted once
	NonEmbedding int     `json:"non_embedding"`   // all but the embedding's matrix
	FLOPs        int     `json:"flops_per_token"` // of training, counted from the ops that run
	Formula      int     `json:"formula_flops"`   // the same by formula
	Rate         float64 `json:"lr"`              // the largest learning rate, by the family's rule
}

// A Study is what a trial is for.
type Study string

// The studies of a sweep.
const (
	Family   Study = "family"   // a size and a number of tokens: what the law is fitted to, and verified on
	Probe    Study = "probe"    // the same with another learning rate: is each size near its best?
	Noise    Study = "noise"    // the same with another seed
	Repeat   Study = "repeat"   // a part of the text, again and again
	Shape    Study = "shape"    // deep and narrow against wide and shallow, at equal parameters
	Ensemble Study = "ensemble" // members of an ensemble, to be compared with one bigger model
)

// A Trial is one training to be done, a run of its own.
type Trial struct {
	ID      string  `json:"id"` // the name of its run folder
	Study   Study   `json:"study"`
	Size    Size    `json:"size"`
	Seed    uint64  `json:"seed"`
	Rate    float64 `json:"lr"`
	Batch   int     `json:"batch"`  // examples a step
	Steps   int     `json:"steps"`  // in all
	Decay   int     `json:"decay"`  // the last steps, in which the rate falls
	Tokens  int     `json:"tokens"` // in all: D
	Unique  int     `json:"unique"` // different tokens among them
	Trunk   string  `json:"trunk,omitempty"`
	At      int     `json:"at,omitempty"`       // step of the trunk from which it goes on by itself; it is bit for bit the run that had begun alone
	Base    string  `json:"base,omitempty"`     // of a study: the family's trial that it is compared with
	HeldOut bool    `json:"held_out,omitempty"` // of the largest size, which the law is verified on
}

// A Result is a trial that is done, measured on text that no trial has seen.
type Result struct {
	Trial
	Loss        float64            `json:"loss"` // nats a token
	BitsPerByte float64            `json:"bits_per_byte"`
	Accuracy    float64            `json:"accuracy"`         // share of next tokens predicted exactly
	Skills      map[string]float64 `json:"skills,omitempty"` // by name, 0 to 1
	FLOPs       float64            `json:"flops"`            // counted
	Seconds     float64            `json:"seconds"`          // of training, its share of the trunk included
}
