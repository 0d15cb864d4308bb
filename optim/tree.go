package optim

import (
	"fmt"
	"iter"

	"brick/device"
	"brick/kernel"
)

// A Tree sums the gradients of micro-batches in a fixed binary tree over their
// index, so that the sum's bits do not depend on the order in which they are computed or
// on who computes which:
//
//	node (0, i) = the gradients of micro-batch i
//	node (l, i) = node (l−1, 2i) + node (l−1, 2i+1),  or the first alone if there is no second
//
// One process calls Add for every micro-batch and then Finish. Several share them
// out, exchange Nodes and Merge what they get. Buffers are kept: after the first
// step nothing is allocated.
type Tree struct {
	dev     device.Device
	params  []Named
	offset  []int // of each parameter in a node's sum
	size    int
	pending []node // nodes whose sibling is still to come, in no order
	free    []node
}

// A Node is a place in a Tree: Level 0 are the micro-batches.
type Node struct{ Level, Index int }

type node struct {
	Node
	sum     device.Buf
	reached []bool // parameters that a gradient has reached
}

// NewTree makes a Tree for o's parameters.
func NewTree(o Optimizer) *Tree { return NewTreeOf(o.Device(), o.Groups()) }

// NewTreeOf is NewTree for parameters on a device (nil: this machine's cores).
func NewTreeOf(dev device.Device, params []Named) *Tree {
	t := &Tree{dev: home(dev), params: params}
	for _, p := range params {
		t.offset = append(t.offset, t.size)
		t.size += p.P.Len()
	}
	return t
}

// Add takes the gradients of micro-batch i out of the parameters, which are clear
// afterwards. It is an error to add one twice in a step.
func (t *Tree) Add(i int) error {
	n := Node{0, i}
	if i < 0 || t.holds(n) {
		return fmt.Errorf("gradient accumulation: micro-batch %d is negative or was added before", i)
	}
	leaf := t.take(n)
	for k, p := range t.params {
		if leaf.reached[k] = p.P.Reached(); leaf.reached[k] {
			copyBuf(t.dev, t.part(leaf, k), p.P.GradBuf())
			p.P.Clear()
		}
	}
	t.rise(leaf)
	return nil
}

// Nodes yields the sums this Tree holds, for others to Merge: those of all params in their order, one after another.
// Gradients that were not reached count as zeros. The buffers are the Tree's own.
func (t *Tree) Nodes() iter.Seq2[Node, device.Buf] {
	return func(yield func(Node, device.Buf) bool) {
		for _, n := range t.pending {
			for k := range t.params {
				if !n.reached[k] {
					t.dev.Fill(t.part(n, k), 0)
					n.reached[k] = true
				}
			}
			if !yield(n.Node, n.sum) {
				return
			}
		}
	}
}

// Merge takes in a sum that another Tree yielded, copying it.
func (t *Tree) Merge(at Node, sum device.Buf) error {
	switch {
	case sum.N != t.size:
		return fmt.Errorf("gradient accumulation: a sum of %d numbers was given, want %d", sum.N, t.size)
	case at.Level < 0 || at.Index < 0 || at.Level > 62 || t.holds(at):
		return fmt.Errorf("gradient accumulation: node %d of level %d is no node or was added before", at.Index, at.Level)
	}
	n := t.take(at)
	for k := range n.reached {
		n.reached[k] = true
	}
	copyBuf(t.dev, n.sum, sum)
	t.rise(n)
	return nil
}

// Finish makes the sum over micro-batches 0 to n−1, times scale (1/n for the
// mean), the parameters' gradient, and empties the Tree. It is an error, and the
// gradients stay clear, if one of them was not added or there are others.
func (t *Tree) Finish(n int, scale float64) error {
	defer t.clear()
	covered := 0
	for _, p := range t.pending {
		covered += 1 << p.Level
		if (p.Index+1)<<p.Level > n {
			return fmt.Errorf("gradient accumulation: micro-batch %d was added, want %d from 0 on", (p.Index+1)<<p.Level-1, n)
		}
	}
	if covered != n {
		return fmt.Errorf("gradient accumulation: found %d micro-batches, want %d", covered, n)
	}
	if n == 0 {
		return nil
	}
	// What is left are the 1 bits of n. Each right edge without a sibling rises alone.
	for len(t.pending) > 1 {
		low := 0
		for i := range t.pending {
			if t.pending[i].Level < t.pending[low].Level {
				low = i
			}
		}
		last := t.remove(low)
		last.Level, last.Index = last.Level+1, last.Index/2
		t.rise(last)
	}
	root := t.pending[0]
	for k, p := range t.params {
		if root.reached[k] {
			v := device.Contiguous(row(p.P.Len()))
			t.dev.Copy(device.Into(p.P.GradBuf()), v, t.part(root, k), v, row(p.P.Len()), kernel.Float(scale))
		}
	}
	return nil
}

// rise joins n with its sibling, and the result with its own, as long as they are there.
func (t *Tree) rise(n node) {
	for {
		sibling := t.find(Node{n.Level, n.Index ^ 1})
		if sibling < 0 {
			t.pending = append(t.pending, n)
			return
		}
		other := t.remove(sibling)
		left, right := n, other
		if left.Index > right.Index {
			left, right = right, left
		}
		for k := range t.params {
			switch {
			case left.reached[k] && right.reached[k]:
				t.dev.Axpy(t.part(left, k), 1, t.part(right, k))
			case right.reached[k]:
				copyBuf(t.dev, t.part(left, k), t.part(right, k))
				left.reached[k] = true
			}
		}
		t.free = append(t.free, right)
		left.Level, left.Index = left.Level+1, left.Index/2
		n = left
	}
}

// part is parameter k's piece of a sum.
func (t *Tree) part(n node, k int) device.Buf { return n.sum.Slice(t.offset[k], t.params[k].P.Len()) }

// find is the place of a node among the pending ones, −1 if it is not there.
func (t *Tree) find(at Node) int {
	for i := range t.pending {
		if t.pending[i].Node == at {
			return i
		}
	}
	return -1
}

// holds reports whether a pending node covers at or lies below it.
func (t *Tree) holds(at Node) bool {
	for _, p := range t.pending {
		if up := p.Level - at.Level; up >= 0 && at.Index>>up == p.Index || up < 0 && p.Index>>-up == at.Index {
			return true
		}
	}
	return false
}

func (t *Tree) take(at Node) node {
	if k := len(t.free); k > 0 {
		n := t.free[k-1]
		t.free = t.free[:k-1]
		n.Node = at
		return n
	}
	return node{at, t.dev.Alloc(t.size, device.Float), make([]bool, len(t.params))}
}

func (t *Tree) remove(i int) node {
	n, last := t.pending[i], len(t.pending)-1
	t.pending[i] = t.pending[last]
	t.pending = t.pending[:last]
	return n
}

func (t *Tree) clear() {
	t.free = append(t.free, t.pending...)
	t.pending = t.pending[:0]
}
