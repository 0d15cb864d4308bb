package model_test

import (
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/grad"
	"brick/nn"
)

// A memory that goes back writes on as if the rest had not been read.
func TestRewind(t *testing.T) {
	names, models := remembering(t)
	for k, m := range models {
		tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
		read := func(ids []int32) []nn.Float {
			tape.Reset()
			return slices.Clone(m.Forward(tape.IDs(ids, 1, len(ids))).Data())
		}
		ids := conversation(1)
		read(ids[:9])
		want := read(ids[9:14])
		if strings.Contains(names[k], "rnn") || strings.Contains(names[k], "lstm") || strings.Contains(names[k], "gru") {
			err, kind := nn.Rewind(tape, 9), strings.Split(strings.Fields(names[k])[1], "(")[0]
			if err == nil || !strings.Contains(err.Error(), kind) {
				t.Errorf("%s goes back: %v", names[k], err)
			}
			continue
		}
		read(ids[14:20])
		for _, n := range []int{21, -1} {
			if err := nn.Rewind(tape, n); err == nil || !strings.Contains(err.Error(), "20 positions") {
				t.Errorf("%s: back to %d of 20 positions: %v", names[k], n, err)
			}
		}
		if err := nn.Rewind(tape, 9); err != nil {
			t.Fatalf("%s: %v", names[k], err)
		}
		if got := read(ids[9:14]); !slices.Equal(got, want) {
			t.Errorf("%s: other bits after going back", names[k])
		}
	}
}

// An only layer of rotary attention, whose keys do not depend on what came before, gives after a shift what it gives of the
// text without the part that was dropped; models with learned positions and recurrent ones refuse, and stay as they are.
func TestShift(t *testing.T) {
	for _, c := range variants {
		js := c.js
		if strings.Contains(js, `"model_type":"gpt2"`) {
			continue
		}
		js = strings.Replace(js, `"num_hidden_layers":3`, `"num_hidden_layers":1`, 1)
		js = strings.Replace(js, `"mlp_only_layers":[1]`, `"mlp_only_layers":[]`, 1)
		js = strings.Replace(js, `"layer_types":["full_attention","sliding_attention","full_attention"]`, `"layer_types":["full_attention"]`, 1)
		for _, r := range []nn.Remember{{}, {KV: device.F16}} {
			for _, s := range [][2]int{{0, 4}, {3, 5}, {2, 18}, {6, 1}, {0, 0}} {
				keep, n := s[0], s[1]
				m, ids := drawnModel(t, js), conversation(2)
				shifted := &grad.Tape{NoGrad: true, Memory: r.Memory()}
				m.Forward(shifted.IDs(ids[:20], 1, 20))
				if err := nn.Shift(shifted, keep, n); err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				shifted.Reset()
				got := m.Forward(shifted.IDs(ids[20:25], 1, 5)).Data()
				direct := &grad.Tape{NoGrad: true, Memory: r.Memory()}
				if rest := slices.Concat(ids[:keep], ids[keep+n:20]); len(rest) > 0 {
					m.Forward(direct.IDs(rest, 1, len(rest)))
					direct.Reset()
				}
				want := m.Forward(direct.IDs(ids[20:25], 1, 5)).Data()
				tol := 2e-5
				if r.KV == device.F16 { // keys are rounded a second time
					tol = 1e-2
				}
				if worst, size := apart(got, want); !(worst <= tol*size) {
					t.Errorf("%s, kept as %v, without [%d, %d): differs by %.2g of %.2g", c.name, r.KV, keep, keep+n, worst, size)
				}
			}
		}
	}
	for stack, want := range map[string]string{
		"embed(32,pos=40) gpt(heads=2) linear": "*nn.Position", "embed(32) sinusoidal(40) llama(heads=2) linear": "*nn.Sinusoidal",
		"embed(16) gru(24) linear": "gru", "embed(32) llama(heads=2) lstm(8) linear": "lstm",
	} {
		m := build(t, stack, nn.Input{Vocab: 50, Shape: []int{40}})
		tape, same := &grad.Tape{NoGrad: true, Memory: map[any]any{}}, &grad.Tape{NoGrad: true, Memory: map[any]any{}}
		ids := conversation(0)
		for _, tp := range []*grad.Tape{tape, same} {
			m.Forward(tp.IDs(ids[:9], 1, 9))
			tp.Reset()
		}
		if err := nn.Shift(tape, 2, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s shifts: %v, want %q named", stack, err, want)
		}
		if !slices.Equal(m.Forward(tape.IDs(ids[9:14], 1, 5)).Data(), m.Forward(same.IDs(ids[9:14], 1, 5)).Data()) {
			t.Errorf("%s: a shift that was refused changed what is remembered", stack)
		}
	}
	m := drawnModel(t, variants[1].js)
	tape := &grad.Tape{NoGrad: true, Memory: map[any]any{}}
	m.Forward(tape.IDs(conversation(0)[:9], 1, 9))
	if err := nn.Shift(tape, 5, 5); err == nil || !strings.Contains(err.Error(), "9 positions") {
		t.Errorf("positions 5 to 9 of 9: %v", err)
	}
}
