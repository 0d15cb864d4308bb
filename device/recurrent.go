package device

import "brick/kernel"

// A Recurrent is a recurrent layer over a batch of sequences, see kernel.RecurrentSize.
type Recurrent = kernel.RecurrentSize
