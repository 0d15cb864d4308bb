package model_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor/goldentest"
	"brick/token"
)

// lossOf is the mean loss in nats of ids after the first, read piece by piece by a memory that keeps keys and values as kv.
func lossOf(m model.Model, dev device.Device, ids []int32, piece int, kv device.Type) (loss float64, logits []nn.Float) {
	tape := &grad.Tape{Device: dev, NoGrad: true, Memory: nn.Remember{KV: kv}.Memory()}
	for at := 0; at < len(ids)-1; at += piece {
		n := min(piece, len(ids)-1-at)
		tape.Reset()
		y := m.Forward(tape.IDs(ids[at:at+n], 1, n))
		logits = append(logits, y.Data()...)
		for i := range n {
			row, total := y.Data()[i*y.Dim(2):][:y.Dim(2)], 0.0
			for _, v := range row {
				total += math.Exp(float64(v))
			}
			loss += math.Log(total) - float64(row[ids[at+i+1]])
		}
	}
	return loss / float64(len(ids)-1), logits
}

// The loss of a trained model's story hardly changes with keys and values in F16; heads of 8 numbers are no blocks of Q8_0.
func TestStoriesKeptAsF16(t *testing.T) {
	dir := goldentest.Shared(t, "stories260k", "hf")
	m := loadHF(t, dir)
	tok, err := token.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	js, err := os.ReadFile(goldentest.Shared(t, "stories260k", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ NLL struct{ Text string } }
	if err := json.Unmarshal(js, &want); err != nil {
		t.Fatal(err)
	}
	ids := append([]int32{tok.Special().BOS}, tok.Encode(want.NLL.Text, nil)[:255]...)
	float, _ := lossOf(m, nil, ids, 40, device.Float)
	half, _ := lossOf(m, nil, ids, 40, device.F16)
	if d := math.Abs(half - float); d > 1e-3 || d == 0 {
		t.Errorf("%v nats with keys and values as F16, %v as floats", half, float)
	}
	t.Logf("%.6f nats as floats, %+.2g as F16", float, half-float)
	err = grad.Catch(func() { lossOf(m, nil, ids, 40, device.Q8_0) })
	if err == nil || !strings.Contains(err.Error(), "heads of 8 numbers are no blocks of 32: keep them as F16") {
		t.Errorf("heads of 8 numbers as Q8_0: %v", err)
	}
}

// Keys and values in other types change logits by what their rounding makes of them, by the same bits for any pieces and any
// number of workers.
func TestKeptInOtherTypes(t *testing.T) {
	m := drawnModel(t, small("llama", `"hidden_size":64,"num_attention_heads":2,"num_key_value_heads":1,"head_dim":32`))
	for name, p := range nn.Params(m) { // weights like those of trained models: loss near that of chance
		if !strings.Contains(name, "norm") {
			for i := range p.Data() {
				p.Data()[i] /= 3
			}
		}
	}
	ids := variantIDs[:40]
	float, _ := lossOf(m, nil, ids, 13, device.Float)
	for kv, most := range map[device.Type]float64{device.F16: 1e-4, device.Q8_0: 2e-3} {
		var first []nn.Float
		for _, workers := range []int{1, 2, 5} {
			for _, piece := range []int{39, 13, 3} {
				dev := cpu.New(workers)
				loss, logits := lossOf(m, dev, ids, piece, kv)
				dev.Close()
				if first == nil {
					first = logits
					t.Logf("%v: %.6f nats as floats, %+.2g", kv, float, loss-float)
				}
				if d := math.Abs(loss - float); !(d <= most) || d == 0 {
					t.Errorf("%v: %v nats, %v as floats", kv, loss, float)
				}
				if !slices.Equal(logits, first) {
					t.Errorf("%v: other bits with %d workers and pieces of %d", kv, workers, piece)
				}
			}
		}
	}
	// A tape that computes gradients has no use for numbers that are only read.
	tape := &grad.Tape{Memory: nn.Remember{KV: device.F16}.Memory()}
	if err := grad.Catch(func() { m.Forward(tape.IDs(ids[:3], 1, 3)) }); err == nil || !strings.Contains(err.Error(), "read only") {
		t.Errorf("gradients over keys as F16: %v", err)
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "want float, F16 or Q8_0") {
			t.Errorf("keys as Q4_0: %v", r)
		}
	}()
	nn.Remember{KV: device.Q4_0}.Memory()
}
