package grad

import "brick/device"

// RoPE names a rotary position embedding (Su et al. 2021).
type RoPE struct {
	Base        float64 // of the angles, usually 10,000
	Dim         int     // of a head, even
	Interleaved bool    // pairs (2i, 2i+1) as Meta, else (i, i+Dim/2) as Hugging Face
}

// ropeTable holds cos and sin of the first positions' angles.
type ropeTable struct {
	positions int
	cossin    device.Buf // (positions, D/2, 2)
}
