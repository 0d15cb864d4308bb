package grammar

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Bounds of matching.
const (
	maxDepth  = 1024    // calls within calls; what would go deeper may not come
	maxStacks = 1 << 14 // ways a text can be read at once
	maxStates = 1 << 16 // states met between two trims
	trimAt    = 1 << 12 // states
	trimMasks = 256
)

// A State is how far a text has been matched: the set of the automaton's stacks that its bytes may have led to. It belongs to
// the Matcher that gave it.
type State int32

// Dead is the state of a text that no longer fits, and never will.
const Dead State = 0

// A Matcher follows texts through a grammar. It remembers the states it has met, so that a byte costs a look into a
// table the second time. It serves one caller at a time.
type Matcher struct {
	grammar *Grammar
	vocab   *Vocab
	start   State
	frames  []frame
	byFrame map[frame]int32
	states  []state
	byStack map[string]State
	seen    []int32 // the frames of the state being made
	marks   []bool  // by frame, whether it is among seen
	path    []State // along the vocabulary's tree
	masks   int     // how many states have one
	err     error
}

// frame is a node and where to go on when its rule ends: a stack. Frame 0 is the bottom, at which the text is complete.
type frame struct{ node, up int32 }

type state struct {
	stacks []int32 // frames that read a byte next, in order; first 0 if the text may end
	next   *[256]State
	mask   Mask
}

// unknown stands for a transition that has not been looked at.
const unknown State = -1

// NewMatcher starts following. v may be nil if [Matcher.Allowed] is not called.
func NewMatcher(g *Grammar, v *Vocab) *Matcher {
	m := &Matcher{grammar: g, vocab: v}
	m.clear()
	m.start = m.enter(g.root, 0)
	return m
}

func (m *Matcher) clear() {
	m.frames, m.byFrame = m.frames[:0], map[frame]int32{}
	m.states, m.byStack = append(m.states[:0], state{}), map[string]State{"": Dead}
	m.marks, m.masks = m.marks[:0], 0
	m.intern(frame{-1, -1})
}

func (m *Matcher) intern(f frame) int32 {
	i, ok := m.byFrame[f]
	if !ok {
		i = int32(len(m.frames))
		m.frames, m.marks = append(m.frames, f), append(m.marks, false)
		m.byFrame[f] = i
	}
	return i
}

// Start is the state of the empty text.
func (m *Matcher) Start() State { return m.start }

// Accepts reports whether a text in state s is complete.
func (m *Matcher) Accepts(s State) bool {
	l := m.states[s].stacks
	return len(l) > 0 && l[0] == 0
}

// Complete reports whether a text in state s is complete and nothing can follow.
func (m *Matcher) Complete(s State) bool { return m.Accepts(s) && len(m.states[s].stacks) == 1 }

// Step is the state after more text, [Dead] if the text does not fit.
func (m *Matcher) Step(s State, text []byte) State {
	for _, b := range text {
		if s = m.next(s, b); s == Dead {
			return Dead
		}
	}
	return s
}

// Err says why texts that fit may have been found dead: the grammar can be read in too many ways at once.
func (m *Matcher) Err() error { return m.err }

// next is the state after one byte.
func (m *Matcher) next(s State, b byte) State {
	t := m.states[s].next
	if t == nil {
		if s == Dead {
			return Dead
		}
		t = new([256]State)
		for i := range t {
			t[i] = unknown
		}
		m.states[s].next = t
	}
	if t[b] == unknown {
		t[b] = m.read(s, b)
	}
	return t[b]
}

// read works out a transition.
func (m *Matcher) read(s State, b byte) State {
	for _, f := range m.states[s].stacks {
		at := m.frames[f]
		if f == 0 {
			continue
		}
		for _, e := range m.grammar.nodes[at.node].edges {
			if b >= e.lo && b <= e.hi {
				m.reach(frame{e.to, at.up})
			}
		}
	}
	return m.settle()
}

// enter is the state of standing at a node.
func (m *Matcher) enter(node, up int32) State {
	m.reach(frame{node, up})
	return m.settle()
}

// reach notes a stack among those of the state being made.
func (m *Matcher) reach(f frame) {
	if i := m.intern(f); !m.marks[i] {
		m.marks[i] = true
		m.seen = append(m.seen, i)
	}
}

// settle follows what needs no byte and gives the state of all stacks that were reached.
func (m *Matcher) settle() State {
	var stacks []int32
	for k := 0; k < len(m.seen); k++ {
		i := m.seen[k]
		f := m.frames[i]
		if i == 0 {
			stacks = append(stacks, 0)
			continue
		}
		n := &m.grammar.nodes[f.node]
		if len(n.edges) > 0 {
			stacks = append(stacks, i)
		}
		if n.final {
			m.reach(m.frames[f.up])
		}
		for _, to := range n.empty {
			m.reach(frame{to, f.up})
		}
		for _, c := range n.calls {
			up := f.up
			if to := &m.grammar.nodes[c.to]; !to.final || len(to.edges)+len(to.calls)+len(to.empty) > 0 { // else a tail call
				up = m.push(frame{c.to, f.up})
			}
			if up >= 0 {
				m.reach(frame{c.rule, up})
			}
		}
		if len(m.seen) > 16*maxStacks || len(stacks) > maxStacks {
			m.err = fmt.Errorf("grammar: the text can be read in more than %d ways at once; the grammar is too ambiguous", maxStacks)
			stacks = nil
			break
		}
	}
	for _, i := range m.seen {
		m.marks[i] = false
	}
	m.seen = m.seen[:0]
	return m.stateOf(stacks)
}

// push interns a frame to return to, −1 if the stack would be too deep.
func (m *Matcher) push(f frame) int32 {
	if i, ok := m.byFrame[f]; ok {
		return i
	}
	depth := 0
	for up := f.up; up > 0; up = m.frames[up].up {
		if depth++; depth >= maxDepth {
			return -1
		}
	}
	return m.intern(f)
}

// stateOf is the state of a set of stacks.
func (m *Matcher) stateOf(stacks []int32) State {
	slices.Sort(stacks)
	key := make([]byte, 0, 64)
	for _, f := range stacks {
		key = binary.LittleEndian.AppendUint32(key, uint32(f))
	}
	s, ok := m.byStack[string(key)]
	if !ok {
		if len(m.states) >= maxStates {
			m.err = fmt.Errorf("grammar: one step leads to more than %d states; the grammar counts too much", maxStates)
			return Dead
		}
		s = State(len(m.states))
		m.states = append(m.states, state{stacks: stacks})
		m.byStack[string(key)] = s
	}
	return s
}
