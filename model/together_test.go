package model_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/grad"
	"brick/kernel"
	"brick/model"
	"brick/nn"
)

// remembering are models of everything that remembers, by name.
func remembering(t testing.TB) (names []string, models []model.Model) {
	for _, c := range variants {
		names, models = append(names, c.name), append(models, drawnModel(t, c.js))
	}
	for _, stack := range []string{
		"embed(16) rnn(24) linear", "embed(16) lstm(24,layers=2) linear", "embed(16) gru(24,layers=3) linear",
		"embed(32) sinusoidal(40) 2*encoder(heads=4) linear", "embed(32,pos=40) residual[layernorm attention(heads=4)] gpt(heads=2) linear",
		"embed(32) 2*llama(heads=2,rope=500) rmsnorm linear",
	} {
		names, models = append(names, stack), append(models, build(t, stack, nn.Input{Vocab: 50, Shape: []int{40}}))
	}
	return names, models
}

// readings are how many ids of each of three conversations the passes read: some of them take part in some passes only.
var readings = [][3]int{{3, 7, 2}, {2, 0, 5}, {4, 3, 0}, {1, 2, 1}, {1, 1, 1}, {0, 1, 3}}

// logitsAlone are the logits of conversations that are read each on a tape of its own, [pass][conversation].
func logitsAlone(m model.Model, dev device.Device, r nn.Remember) (logits [][3][]nn.Float) {
	var tapes [3]*grad.Tape
	at := [3]int{}
	for i := range tapes {
		tapes[i] = &grad.Tape{Device: dev, NoGrad: true, Memory: r.Memory()}
	}
	for _, pass := range readings {
		var of [3][]nn.Float
		for i, n := range pass {
			if n == 0 {
				continue
			}
			tapes[i].Reset()
			of[i] = slices.Clone(m.Forward(tapes[i].IDs(conversation(i)[at[i]:][:n], 1, n)).Data())
			at[i] += n
		}
		logits = append(logits, of)
	}
	return logits
}

// logitsTogether is logitsAlone in passes over all of them.
func logitsTogether(m model.Model, dev device.Device, r nn.Remember) (logits [][3][]nn.Float) {
	memories, at := []map[any]any{r.Memory(), r.Memory(), r.Memory()}, [3]int{}
	tape := &grad.Tape{Device: dev, NoGrad: true}
	for _, pass := range readings {
		var ids []int32
		var lengths, who []int
		var mems []map[any]any
		for i, n := range pass {
			if n == 0 {
				continue
			}
			ids, lengths, mems, who = append(ids, conversation(i)[at[i]:][:n]...), append(lengths, n), append(mems, memories[i]), append(who, i)
			at[i] += n
		}
		tape.Reset()
		tape.Memory = nn.Together(lengths, mems)
		y := m.Forward(tape.IDs(ids, 1, len(ids)))
		data, V := y.Data(), y.Dim(-1)
		var of [3][]nn.Float
		for j, i := range who {
			of[i] = slices.Clone(data[:lengths[j]*V])
			data = data[lengths[j]*V:]
		}
		logits = append(logits, of)
	}
	return logits
}

// conversation is the ids of one.
func conversation(i int) []int32 { return variantIDs[i*5:][:30] }

// Conversations of different lengths that are read together give the bits of each read alone, with one or several workers.
func TestTogetherEqualsAlone(t *testing.T) {
	names, models := remembering(t)
	one, three := cpu.New(1), cpu.New(3)
	defer one.Close()
	defer three.Close()
	for k, m := range models {
		for _, r := range []nn.Remember{{}, {KV: device.F16}} {
			want, got, more := logitsAlone(m, one, r), logitsTogether(m, one, r), logitsTogether(m, three, r)
			for p, pass := range readings {
				for i, n := range pass {
					if !slices.Equal(got[p][i], more[p][i]) {
						t.Errorf("%s, kept as %v: pass %d: other bits with 3 workers", names[k], r.KV, p)
					}
					if n > 0 && !slices.Equal(got[p][i], want[p][i]) {
						t.Errorf("%s, kept as %v: pass %d: conversation %d has other bits than alone", names[k], r.KV, p, i)
					}
				}
			}
		}
	}
}

// apart is the largest difference, and the largest number.
func apart(x, y []nn.Float) (worst, size float64) {
	if len(x) != len(y) {
		return math.Inf(1), 1
	}
	for i, v := range x {
		worst, size = max(worst, math.Abs(float64(v-y[i]))), max(size, math.Abs(float64(v)))
	}
	return worst, max(size, 1e-3)
}

// What does not fit a pass over several conversations is refused, and says why.
func TestTogetherRefuses(t *testing.T) {
	memory := func() map[any]any { return nn.Remember{}.Memory() }
	for _, c := range []struct {
		stack   string
		lengths []int
		ids     int
		want    string
	}{
		{"llama-tiny", []int{2, 3}, 6, "of 5 positions in all"},
		{"llama-tiny", []int{2, 0}, 2, "1 or more of each"},
		{"llama-tiny", []int{2, 30}, 32, "the context holds 24 positions"},
		{"embed(16,pos=24) lstm(8) linear", []int{20, 25}, 45, "the context holds 24 positions"},
	} {
		m := build(t, c.stack, nn.Input{Vocab: 256, Shape: []int{24}})
		tape := &grad.Tape{NoGrad: true, Memory: nn.Together(c.lengths, []map[any]any{memory(), memory()})}
		err := grad.Catch(func() { m.Forward(tape.IDs(make([]int32, c.ids), 1, c.ids)) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %v of %d ids: %v; want %q", c.stack, c.lengths, c.ids, err, c.want)
		}
		for _, do := range []func() error{func() error { return nn.Rewind(tape, 0) }, func() error { return nn.Shift(tape, 0, 0) }, func() error { return nn.Pick(tape, []int{0}) }} {
			if err := do(); err == nil || !strings.Contains(err.Error(), "several conversations") {
				t.Errorf("of a pass over several conversations: %v", err)
			}
		}
	}
}

// Blocks that look at all places without a memory refuse several conversations: one would see the others.
func TestTogetherRefusesWhatSeesAll(t *testing.T) {
	lstm := nn.NewRecurrent(kernel.LSTMCell, 8, 8, 1, true, true)
	for name, b := range map[string]nn.Block{"lstm": lstm, "attention": nn.NewMultiheadAttention(8, 2), "conv1d": nn.NewTimeConv(8, 8, 3, 1)} {
		nn.Build(b, 1)
		tape := &grad.Tape{NoGrad: true, Memory: nn.Together([]int{2, 3}, []map[any]any{{}, {}})}
		err := grad.Catch(func() { b.Forward(tape.Const(make([]nn.Float, 40), 1, 5, 8)) })
		if err == nil || !strings.Contains(err.Error(), "several conversations") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A token of each of several conversations allocates nothing once the memory is there, in whatever type it is kept.
func TestTogetherAllocations(t *testing.T) {
	for _, stack := range []string{"gpt-tiny", "llama-tiny", "embed(16) gru(16) linear"} {
		for _, kv := range []device.Type{device.Float, device.F16, device.Q8_0} {
			m := build(t, stack, nn.Input{Vocab: 256, Shape: []int{64}})
			r := nn.Remember{KV: kv}
			tape := &grad.Tape{NoGrad: true, Memory: nn.Together([]int{1, 1}, []map[any]any{r.Memory(), r.Memory()})}
			ids := []int32{5, 6}
			step := func() {
				tape.Reset()
				m.Forward(tape.IDs(ids, 1, 2))
			}
			err := grad.Catch(func() {
				for range 20 {
					step()
				}
			})
			if err != nil {
				if kv == device.Q8_0 && strings.Contains(err.Error(), "no blocks of 32") {
					continue
				}
				t.Fatal(err)
			}
			if n := testing.AllocsPerRun(20, step); n > 0 {
				t.Errorf("%s kept as %v: a token allocates %v times", stack, fmt.Sprint(kv), n)
			}
		}
	}
}
