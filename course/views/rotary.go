package views

import (
	"context"
	"fmt"

	"brick/course/lens"
	"brick/course/lesson"
	"brick/device/cpu"
	"brick/kernel"
)

// RotaryIn asks how a query and a key are turned.
type RotaryIn struct {
	At
	Key   int `json:"key"`   // place of the token that is looked at; beyond the query: the query
	Shift int `json:"shift"` // places that both are moved on
}

// Check bounds the places.
func (in RotaryIn) Check() error {
	return lesson.First(in.At.Check(), lesson.Within("key", float64(in.Key), 0, maxText-1), lesson.Within("shift", float64(in.Shift), 0, maxShift))
}

// maxShift is how far both can be moved: the table of angles has 64 places at least.
const maxShift = 60

// Rotary are the dials of one head.
type Rotary struct {
	Info
	Rotary bool           `json:"rotary"` // false: this model has learnt positions, nothing is turned
	Layer  int            `json:"layer"`
	Head   int            `json:"head"`
	Query  int            `json:"query"`
	Key    int            `json:"key"`
	Dials  []Dial         `json:"dials"` // at most 16
	Pairs  int            `json:"pairs"` // D/2
	Score  float64        `json:"score"` // q·k/√D where they are
	Moved  float64        `json:"moved"` // … and both moved on
	Both   [][2]float64   `json:"both"`  // places moved on, score: when both move
	Alone  [][2]float64   `json:"alone"` // when the query moves alone
	Plain  []kernel.Float `json:"plain"` // the query before it was turned
}

// Dial is a pair of numbers as a hand: where it points before the turn and after.
type Dial struct {
	Rate   float64         `json:"rate"`   // θ, radians from one place to the next
	Before [2]kernel.Float `json:"before"` // the query
	After  [2]kernel.Float `json:"after"`
	Key    [2]kernel.Float `json:"key"` // the key, turned
}

var rotary = lesson.Shows(lesson.Ask("rotary", RotaryIn{At: At{In: In{Text: example}, Query: 29}, Key: 23}, func(ctx context.Context, s *lesson.Session, in RotaryIn) (out Rotary, err error) {
	err = in.look(ctx, s, func(_ lens.Model, p *lens.Pass, i Info) error {
		at, a := in.within(p)
		key := min(in.Key, at.Query)
		out = Rotary{Info: i, Layer: at.Layer, Head: at.Head, Query: at.Query, Key: key}
		q, k := turns(p, at.Layer)
		if q == nil {
			return nil
		}
		out.Rotary, out.Pairs = true, q.Dim/2
		before := q.Head(q.Before, at.Head, at.Query)
		out.Plain = short(before)
		kv := a.Key(at.Head, key)
		qv := a.Query(at.Head, at.Query)
		dials := [3][][2]kernel.Float{q.Pairs(before), q.Pairs(q.Head(q.After, at.Head, at.Query)), k.Pairs(k.Head(k.After, at.Head*a.KeyHeads/a.Heads, key))}
		for n, rate := range q.Rates()[:min(q.Dim/2, 16)] {
			out.Dials = append(out.Dials, Dial{rate, dials[0][n], dials[1][n], dials[2][n]})
		}
		score := func(q, k []kernel.Float) (sum float64) {
			for i := range q {
				sum += float64(q[i]) * float64(k[i])
			}
			return sum * a.Scale
		}
		dev := cpu.Default()
		out.Score = score(qv, kv)
		for shift := range min(maxShift, q.Places()-1) + 1 {
			on := q.On(dev, qv, shift)
			both := score(on, k.On(dev, kv, shift))
			out.Both = append(out.Both, [2]float64{float64(shift), both})
			out.Alone = append(out.Alone, [2]float64{float64(shift), score(on, kv)})
			if shift == in.Shift {
				out.Moved = both
			}
		}
		return nil
	})
	return out, err
}), func(in RotaryIn) lesson.Shown {
	return in.shown(fmt.Sprintf(`q, k, a := p.Turns[%d], p.Turns[%d], p.Attentions[%d]
query := %d
if query < 0 {
	query = a.T - 1
}
dot := 0.0
on := q.On(cpu.Default(), a.Query(%d, query), %d)
for i, v := range k.On(cpu.Default(), a.Key(%d, min(%d, query)), %d) {
	dot += float64(v) * float64(on[i])
}
fmt.Println(q.Rates(), dot*a.Scale)`, 2*in.Layer, 2*in.Layer+1, in.Layer, in.Query, in.Head, in.Shift, in.Head, in.Key, in.Shift))
})

// turns are the rotations of the queries and the keys of a layer, nil where it has none that fill the heads.
func turns(p *lens.Pass, layer int) (q, k *lens.Turn) {
	for i := range p.Turns[:max(len(p.Turns)-1, 0)] {
		if t := &p.Turns[i]; t.Layer == layer {
			if a := p.Attentions[layer]; t.Dim != a.Dim || t.Heads != a.Heads {
				return nil, nil
			}
			return t, &p.Turns[i+1]
		}
	}
	return nil, nil
}
