package fit

import "fmt"

// Options ask for a fit; the zero value is right for most uses.
type Options struct {
	NoFloor bool    // E is 0, as in Kaplan et al. 2020
	Coupled bool    // of a joint law: p is fitted too; else it is 1
	Delta   float64 // of the Huber loss of log L̂ − log L; 0 means 1e-3, as in Hoffmann et al. 2022
	Level   float64 // probability of the intervals; 0 means 0.95
	Draws   int     // of the bootstrap; 0 means 1,000, and fewer than 100 are refused
	Seed    uint64  // of the bootstrap's random stream

	// SizeNoise is the standard deviation of log L that all points of one size share, because they branch from one training: of the same size's
	// losses with other seeds. The bootstrap adds it; 0 takes the points as independent, and a note says where they are not.
	SizeNoise float64
}

// filled has the defaults in place of zeros.
func (o Options) filled() (Options, error) {
	if o.Delta == 0 {
		o.Delta = 1e-3
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Draws == 0 {
		o.Draws = 1000
	}
	switch {
	case !(o.Delta > 0 && o.Delta <= 1):
		return o, fmt.Errorf("the Huber loss has a Delta of %v: above 0 and at most 1 is needed", o.Delta)
	case !(o.Level >= 0.5 && o.Level <= 0.999):
		return o, fmt.Errorf("the intervals have a Level of %v: 0.5 to 0.999 is needed", o.Level)
	case !(o.SizeNoise >= 0 && o.SizeNoise < 1):
		return o, fmt.Errorf("a SizeNoise of %v in log L: 0 to 1 is needed", o.SizeNoise)
	case o.Draws < 100 || o.Draws > 1_000_000:
		return o, fmt.Errorf("%d draws of the bootstrap: 100 to 1,000,000 are needed", o.Draws)
	}
	return o, nil
}
