package grammar

import "slices"

// Trim forgets all states but the given ones, if they have become many, and sets those to what they are called from then on.
// A caller that goes on for long calls it between steps.
func (m *Matcher) Trim(keep ...*State) {
	if len(m.states) < trimAt && len(m.frames) < 16*trimAt && m.masks < trimMasks {
		return
	}
	frames, states := m.frames, m.states
	m.frames, m.states, m.marks = nil, nil, nil
	m.clear()
	known := map[int32]int32{0: 0}
	again := func(i int32) int32 {
		var path []int32 // from the top down to what is known
		for ; ; i = frames[i].up {
			if _, ok := known[i]; ok {
				break
			}
			path = append(path, i)
		}
		to := known[i]
		for _, i := range slices.Backward(path) {
			to = m.intern(frame{frames[i].node, to})
			known[i] = to
		}
		return to
	}
	for _, s := range keep {
		var stacks []int32
		for _, f := range states[*s].stacks {
			stacks = append(stacks, again(f))
		}
		*s = m.stateOf(stacks)
	}
	m.start = m.enter(m.grammar.root, 0)
}

// Match reports whether the grammar has exactly this text.
func (g *Grammar) Match(text string) bool {
	m := NewMatcher(g, nil)
	s := m.start
	for i := 0; i < len(text) && s != Dead; i++ {
		s = m.next(s, text[i])
		m.Trim(&s)
	}
	return m.Accepts(s)
}
