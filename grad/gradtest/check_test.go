package gradtest_test

import (
	"testing"

	"brick/grad"
	"brick/grad/gradtest"
)

// TestOps tries every case, and fails if an Op of package grad lacks one.
func TestOps(t *testing.T) {
	type seen struct{ run, want, wrong bool }
	ops := map[string]*seen{}
	for _, op := range grad.Ops() {
		if ops[op.Name] != nil {
			t.Errorf("two ops are called %s", op.Name)
		}
		ops[op.Name] = &seen{}
	}
	for _, c := range gradtest.Cases {
		op := ops[c.Op]
		if op == nil {
			t.Errorf("case %s/%s: there is no such op", c.Op, c.Name)
			continue
		}
		op.run = true
		op.want = op.want || c.Want != nil || c.Holds != nil
		op.wrong = op.wrong || c.Wrong != nil || c.AnyShape
		t.Run(c.Op+"/"+c.Name, func(t *testing.T) { gradtest.Check(t, c) })
	}
	for name, op := range ops {
		if !op.run || !op.want || !op.wrong {
			t.Errorf("op %s lacks a case (has one: %v), an oracle of its value (%v) or a case of wrong shapes (%v)", name, op.run, op.want, op.wrong)
		}
	}
}
