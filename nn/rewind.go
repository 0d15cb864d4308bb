package nn

import (
	"fmt"

	"brick/grad"
)

// A Rewinder is a memory that can forget what came last.
type Rewinder interface {
	CanRewind(n int) error // nil if it can go back to its first n positions
	Rewind(n int)          // forgets all but these
}

// Rewind lets a tape's memory forget all but its first n positions, as if the rest had not been read. It errs, and changes
// nothing, where less was seen, and for memories that cannot go back, such as recurrent states.
func Rewind(t *grad.Tape, n int) error {
	err := memories(t, "go back", func(b, m any) error {
		r, ok := m.(Rewinder)
		if !ok {
			return fmt.Errorf("nn: what a %s remembers cannot go back: read the text again", nameOf(b))
		}
		if err := r.CanRewind(n); err != nil {
			return fmt.Errorf("nn: what a %s remembers cannot go back: %w", nameOf(b), err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return memories(t, "go back", func(_, m any) error {
		m.(Rewinder).Rewind(n)
		return nil
	})
}

// A Shifter is a memory that can forget positions in the middle and move up those after them.
type Shifter interface {
	CanShift(keep, n int) error            // nil if it can forget positions [keep, keep+n)
	Shift(scratch *grad.Tape, keep, n int) // forgets them, with operations on a tape of its own
}

// Shift lets a tape's memory forget positions keep to keep+n−1; those after them move up to their places, for which keys
// with rotary positions are rotated back by n. Keys and values keep what they were made of, forgotten positions among it,
// so a text goes on otherwise than if the rest were read anew. It errs, and changes nothing, where less was seen, and for
// memories that cannot shift: learned and sinusoidal positions, recurrent states.
func Shift(t *grad.Tape, keep, n int) error {
	err := memories(t, "shift", func(b, m any) error {
		s, ok := m.(Shifter)
		if !ok {
			return fmt.Errorf("nn: what a %s remembers cannot shift: read the newer part of the text again", nameOf(b))
		}
		if err := s.CanShift(keep, n); err != nil {
			return fmt.Errorf("nn: what a %s remembers cannot shift: %w", nameOf(b), err)
		}
		return nil
	})
	if err != nil || n == 0 {
		return err
	}
	scratch := &grad.Tape{Device: t.Device, NoGrad: true}
	return memories(t, "shift", func(_, m any) error {
		m.(Shifter).Shift(scratch, keep, n)
		return nil
	})
}

// canRewind is CanRewind of a memory that has seen some positions.
func canRewind(n, seen int) error {
	if n < 0 || n > seen {
		return fmt.Errorf("want 0 to %d positions, those seen, not %d", seen, n)
	}
	return nil
}

// canShift is CanShift of a memory that has seen some positions.
func canShift(keep, n, seen int) error {
	if keep < 0 || n < 0 || keep+n > seen {
		return fmt.Errorf("%d positions were seen: want positions from %d to %d among them", seen, keep, keep+n)
	}
	return nil
}
