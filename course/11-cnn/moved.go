package cnn

import (
	"context"
	"math"

	"brick/course/lesson"
	"brick/model"
	"brick/train"
)

func compareMoved(_ context.Context, s *lesson.Session, in MovedIn) (m Moved, err error) {
	trained, err := with(s, in.Run, func(r *train.Run) error {
		after := in.Pixels.shifted(in.DX, in.DY)
		was, err := sight(r, scaled(r, in.Pixels))
		if err != nil {
			return err
		}
		is, err := sight(r, scaled(r, after))
		if err != nil {
			return err
		}
		m.Before, m.After = classes(r, in.Pixels), classes(r, after)
		for i := range was.Blocks {
			b := compareBlock(was, is, i, in.DX, in.DY)
			if b.Compared > 0 {
				m.Along++
				m.Apart = max(m.Apart, float64(b.Apart))
			}
			m.Blocks = append(m.Blocks, b)
		}
		return nil
	})
	m.Trained = trained
	return m, err
}

// compareBlock compares the cells of block i that see nothing of the picture's edge, neither before nor after the shift.
func compareBlock(was, is *model.Sight, i, dx, dy int) MovedBlock {
	b := was.Blocks[i]
	m := MovedBlock{Block: b.Block, Jump: b.Jump, Apart: lesson.Num(math.NaN())}
	jump := int(b.Jump)
	m.Whole = float64(jump) == b.Jump && dx%jump == 0 && dy%jump == 0
	if !m.Whole || b.Field == 0 {
		return m
	}
	rows, columns := make([]bool, b.Output[2]), make([]bool, b.Output[3]) // whose fields lie within the picture
	for y := range rows {
		lo, hi := was.Window(i, y, 0)
		rows[y] = hi[0]-lo[0]+1 == b.Field
	}
	for x := range columns {
		lo, hi := was.Window(i, 0, x)
		columns[x] = hi[1]-lo[1]+1 == b.Field
	}
	inside := func(y, x int) bool {
		return y >= 0 && x >= 0 && y < len(rows) && x < len(columns) && rows[y] && columns[x]
	}
	before, now, n := was.Maps(i), is.Maps(i), b.Output[2]*b.Output[3]
	largest, apart := 0.0, 0.0
	for y := range b.Output[2] {
		for x := range b.Output[3] {
			fy, fx := y-dy/jump, x-dx/jump
			if !inside(y, x) || !inside(fy, fx) {
				continue
			}
			m.Compared++
			for c := range b.Output[1] {
				v := now[c*n+y*b.Output[3]+x]
				largest = max(largest, abs(v))
				apart = max(apart, abs(v-before[c*n+fy*b.Output[3]+fx]))
			}
		}
	}
	if m.Compared > 0 {
		m.Apart = lesson.Num(apart / max(largest, 1e-30))
	}
	return m
}
