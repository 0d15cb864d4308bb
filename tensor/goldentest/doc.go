// Package goldentest answers: do our numbers agree with PyTorch's?
//
// The reference cases lie outside the repository, in ../shared/goldens beside it
// (or under $BRICK_SHARED/goldens); a test that asks for them where they are
// absent is skipped and says so.
//
//	func TestGoldenOps(t *testing.T) {
//		for _, c := range goldentest.Load(t, "ops") {
//			t.Run(c.Name, func(t *testing.T) {
//				x := c.In["x"].Floats(nil)
//				…
//				c.Compare(t, "out.y", y, 1e-5)
//			})
//		}
//	}
//
// When the test that called [Load] ends, it logs one row for the group: the cases
// and tensors compared and the worst error. So
//
//	go test ./... -run Golden -v
//
// shows a table of the worst error per group.
package goldentest
