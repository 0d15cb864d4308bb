package generate

import (
	"context"
	"slices"
	"strings"
	"testing"

	"brick/device"
	"brick/device/cpu"
	"brick/model"
	"brick/nn"
)

// Texts that are written together are those of sessions of their own: whatever lies beside them, in pieces of any size, by any
// number of workers.
func TestWriteTogether(t *testing.T) {
	requests := []Request{
		{"a brick", Sampling{Max: 12}},
		{"", Sampling{Max: 3, Temperature: 1, Seed: 4}},
		{"a long text about bricks", Sampling{Max: 40, Temperature: 0.8, Seed: 5}}, // the context ends
		{"fly", Sampling{Max: 1}},
		{"ab", Sampling{Max: 9, Temperature: 1, Grammar: `root ::= ("ab" | "ba")+`}},
		{"砖", Sampling{Max: 8, Temperature: 0.9, Seed: 2, RepeatPenalty: 1.2, RepeatLast: 8}},
		{"more", Sampling{Max: 30, Temperature: 1.2, Seed: 9, Stop: []string{"e", "a"}}},
		{strings.Repeat("x", 32), Sampling{Max: 4}},
	}
	dir := littleFolder(t, 257)
	for _, keep := range []nn.Remember{{}, {KV: device.F16}} {
		for _, workers := range []int{1, 3} {
			dev := cpu.New(workers)
			l, err := Open(dir, model.OpenOptions{Device: dev})
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range []TogetherOptions{{Memory: keep}, {Most: 3, Piece: 5, Memory: keep}, {Most: 1, Memory: keep}} {
				texts, ids, reasons := make([]string, len(requests)), make([][]int32, len(requests)), make([]Reason, len(requests))
				for s, err := range l.WriteTogether(context.Background(), requests, o) {
					if err != nil {
						t.Fatal(err)
					}
					if reasons[s.Request] != "" {
						t.Errorf("request %d goes on after its end", s.Request)
					}
					texts[s.Request] += s.Text
					ids[s.Request], reasons[s.Request] = append(ids[s.Request], s.ID), s.Reason
				}
				for i, r := range requests {
					s := l.Session()
					s.Remember(keep)
					want, wantIDs := written(t, s, r.Prompt, r.Sampling)
					if reasons[i] == Full {
						want, wantIDs = want[:min(len(texts[i]), len(want))], wantIDs[:len(ids[i])]
					}
					if texts[i] != want || !slices.Equal(ids[i], wantIDs) || reasons[i] == "" {
						t.Errorf("%+v, %d workers, request %d: %q (%s), want %q", o, workers, i, texts[i], reasons[i], want)
					}
				}
				if reasons[2] != Full || reasons[7] != Full {
					t.Errorf("texts 2 and 7 ended by %s and %s, want the context", reasons[2], reasons[7])
				}
			}
			dev.Close()
		}
	}
}

// So are those of weights in blocks, with keys and values in blocks.
func TestWriteTogetherInBlocks(t *testing.T) {
	path := t.TempDir() + "/m.gguf"
	c := model.MistralConfig{DecoderConfig: model.DecoderConfig{Vocab: 257, Width: 64, Hidden: 64, Layers: 2, Heads: 2, Context: 32, Eps: 1e-5, RopeBase: 1e4, Sigma: 0.3}, Window: 6}
	m, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := ConvertRandom(context.Background(), m, "m", path, mixOf(t, "q8_0"), 1); err != nil {
		t.Fatal(err)
	}
	l, err := Open(path, model.OpenOptions{Keeping: model.AsStored})
	if err != nil {
		t.Fatal(err)
	}
	keep := nn.Remember{KV: device.Q8_0}
	requests := []Request{{"a brick", Sampling{Max: 12}}, {"fly", Sampling{Max: 20, Temperature: 1, Seed: 4}}, {"a longer text", Sampling{Max: 6, Temperature: 0.7, Seed: 5}}}
	for _, o := range []TogetherOptions{{Memory: keep}, {Most: 2, Piece: 5, Memory: keep}} {
		ids := make([][]int32, len(requests))
		for s, err := range l.WriteTogether(context.Background(), requests, o) {
			if err != nil {
				t.Fatal(err)
			}
			ids[s.Request] = append(ids[s.Request], s.ID)
		}
		for i, r := range requests {
			s := l.Session()
			s.Remember(keep)
			if _, want := written(t, s, r.Prompt, r.Sampling); !slices.Equal(ids[i], want) {
				t.Errorf("%+v, request %d: %v, want %v", o, i, ids[i], want)
			}
		}
	}
}

// A request that cannot be served says so, and the others are.
func TestWriteTogetherErrors(t *testing.T) {
	l, err := Open(littleFolder(t, 257), model.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	requests := []Request{{strings.Repeat("x", 33), Sampling{}}, {"a", Sampling{Max: 2}}, {"b", Sampling{Temperature: -1}}, {"c", Sampling{Max: 2}}}
	var wrong []int
	tokens := 0
	for s, err := range l.WriteTogether(context.Background(), requests, TogetherOptions{}) {
		if err != nil {
			wrong = append(wrong, s.Request)
		} else {
			tokens++
		}
	}
	if !slices.Equal(wrong, []int{0, 2}) || tokens != 4 {
		t.Errorf("requests %v failed, %d tokens were written", wrong, tokens)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for s, err := range l.WriteTogether(done, requests[1:2], TogetherOptions{}) {
		if err != context.Canceled || s.Request != -1 {
			t.Error(s, err)
		}
	}
}
