package page

import (
	"fmt"
	"maps"
	"slices"
)

// Compare says how two languages of a page differ in what must be equal: the same widgets with the same options (but "label"),
// predicts with as many options and the same right one, certificates with the same placeholders, in the same order.
func Compare(zh, en Page) error {
	for i := range max(len(zh.blocks), len(en.blocks)) {
		switch {
		case i >= len(zh.blocks):
			return fmt.Errorf("block %d: en has %s %s, zh has no more", i+1, en.blocks[i].kind, en.blocks[i].name)
		case i >= len(en.blocks):
			return fmt.Errorf("block %d: zh has %s %s, en has no more", i+1, zh.blocks[i].kind, zh.blocks[i].name)
		}
		z, e := zh.blocks[i], en.blocks[i]
		if z.kind != e.kind || z.name != e.name {
			return fmt.Errorf("block %d: zh has %s %s, en has %s %s", i+1, z.kind, z.name, e.kind, e.name)
		}
		if z.detail != e.detail {
			return fmt.Errorf("%s %s: zh has %s, en has %s", z.kind, z.name, z.detail, e.detail)
		}
	}
	return nil
}

// keys are a set's members in order.
func keys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
