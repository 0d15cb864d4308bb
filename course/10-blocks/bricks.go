package blocks

import (
	"fmt"

	"brick/model"
	"brick/nn"
)

// Brick is one block of a stack, or a bracket of blocks, with what it comes to.
type Brick struct {
	Path   string  `json:"path"` // place in the stack: 2.0 is the first in the brackets of the third
	Column int     `json:"column"`
	Count  int     `json:"count"` // how often it stands there
	Name   string  `json:"name"`  // "" for a bare bracket
	Args   []Arg   `json:"args"`
	Holds  bool    `json:"holds"`
	Body   []Brick `json:"body"`
	Out    []int   `json:"out"`    // shape of one example after it, -1 for a length that is not known; null where it was not followed
	Params float64 `json:"params"` // of all its repetitions; −1 where it was not followed
	FLOPs  float64 `json:"flops"`  // of all its repetitions, forward, one example
}

// Arg is an argument as it was written.
type Arg struct {
	Key   string `json:"key"` // "" for one that is known by its place
	Value string `json:"value"`
}

// bricks are the items of a stack, without labels.
func bricks(items []nn.Item, under string) []Brick {
	list := make([]Brick, len(items))
	for i, it := range items {
		b := Brick{Path: fmt.Sprint(under, i), Column: it.Column, Count: it.Count, Name: it.Name, Args: []Arg{}, Holds: it.Holds, Params: -1}
		for _, a := range it.Args {
			b.Args = append(b.Args, Arg{a.Key, a.Value})
		}
		if it.Holds {
			b.Body = bricks(it.Body, b.Path+".")
		}
		list[i] = b
	}
	return list
}

// blocksOf is how many blocks a stack has when its counts are written out, up
// to more than are ever listed.
func blocksOf(items []nn.Item) (n int) {
	for _, it := range items {
		one := 1
		if it.Holds {
			one = blocksOf(it.Body)
			if it.Name != "" {
				one++
			}
		}
		n = min(n+one*it.Count, 1<<40) // one ≤ 2⁴⁰ and Count ≤ 10⁶
	}
	return n
}

// label writes onto bricks what a summary found. A bare bracket is no block
// of its own: its parts are the chain's, one after the other.
func label(list []Brick, items []nn.Item, rows []model.Row) {
	of := map[string]model.Row{}
	for _, r := range rows {
		of[r.Path] = r
	}
	next := 0
	labelFrom(list, items, of, "", &next)
}

// labelFrom labels bricks whose blocks are called under+next, under+next+1, ….
func labelFrom(list []Brick, items []nn.Item, of map[string]model.Row, under string, next *int) {
	for i, it := range items {
		b := &list[i]
		if b.Params < 0 {
			b.Params = 0
		}
		for range it.Count {
			if it.Name == "" {
				first := *next
				labelFrom(b.Body, it.Body, of, under, next)
				for k := first; k < *next; k++ {
					b.add(of[fmt.Sprint(under, k)])
				}
				continue
			}
			path := fmt.Sprint(under, *next)
			*next++
			b.add(of[path])
			if it.Holds {
				inner := 0
				labelFrom(b.Body, it.Body, of, path+".", &inner)
			}
		}
	}
}

// add counts one more repetition.
func (b *Brick) add(r model.Row) {
	if len(r.Out) > 1 {
		b.Out = r.Out[1:] // without the batch
	}
	b.Params += float64(r.Params)
	b.FLOPs += float64(r.FLOPs)
}
