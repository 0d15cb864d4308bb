package tensor_test

import (
	"slices"
	"testing"

	"brick/device"
	"brick/kernel"
	"brick/tensor"
)

// A view is what a copy is, without its memory.
func TestView(t *testing.T) {
	values := []kernel.Float{1, -2, 3.5, 0, 1e-30, 7}
	v := tensor.View(values, 2, 3)
	if want := tensor.FromFloats(values, device.Float, 2, 3); v.Type != want.Type || !slices.Equal(v.Shape, want.Shape) || !slices.Equal(v.Data, want.Data) {
		t.Errorf("%v %x, want %v %x", v, v.Data, want, want.Data)
	}
	if err := v.Check(); err != nil {
		t.Error(err)
	}
	if e := tensor.View(nil, 0, 4); e.Len() != 0 || e.Check() != nil {
		t.Errorf("empty: %v", e)
	}
	if n := testing.AllocsPerRun(10, func() { tensor.View(values, 6) }); n > 3 {
		t.Errorf("a view makes %v objects", n)
	}
	defer func() {
		if recover() == nil {
			t.Error("six values fit (2, 2)")
		}
	}()
	tensor.View(values, 2, 2)
}
