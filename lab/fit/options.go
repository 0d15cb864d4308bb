package fit

import "fmt"

// Options ask for a fit; the zero value is right for most uses.
type Options struct {
	NoFloor bool    // E is 0, as in Kaplan et al. 2020
	Delta   float64 // of the Huber loss of log L̂ − log L; 0 means 1e-3, as in Hoffmann et al. 2022
	Level   float64 // probability of the intervals; 0 means 0.95
	Draws   int     // of the bootstrap; 0 means 1,000, and fewer than 100 are refused
	Seed    uint64  // of the bootstrap's random stream
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
		return o, fmt.Errorf("Delta of the Huber loss is %v: above 0 and at most 1 is needed", o.Delta)
	case !(o.Level >= 0.5 && o.Level <= 0.999):
		return o, fmt.Errorf("Level of the intervals is %v: 0.5 to 0.999 is needed", o.Level)
	case o.Draws < 100 || o.Draws > 1_000_000:
		return o, fmt.Errorf("%d draws of the bootstrap: 100 to 1,000,000 are needed", o.Draws)
	}
	return o, nil
}
