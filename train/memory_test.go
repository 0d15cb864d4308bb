package train

import (
	"bytes"
	"context"
	"crypto/sha256"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"brick/data"
	"brick/device/cpu"
	"brick/grad"
)

// What is estimated before anything is allocated is what steps and an evaluation then use.
func TestEstimate(t *testing.T) {
	t.Setenv("BRICK_DATA", t.TempDir())
	text := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("one two three four five six seven.\n", 200)), 0o666); err != nil {
		t.Fatal(err)
	}
	jobs := map[string]Job{
		"MLP":       {Model: "mlp", Data: DataJob{Source: "digits", Examples: 300}, Batch: 32, Steps: 5},
		"line":      {Model: "linear(16) tanh linear", Loss: "mse", Data: DataJob{Source: "line"}, Batch: 64, Steps: 5},
		"LLaMA":     {Model: "embed(32) 2*llama(heads=4,ff=88) rmsnorm linear", Data: DataJob{Source: text, Context: 24}, Tokenizer: TokenJob{Kind: "bytes"}, Batch: 4, Steps: 5},
		"recompute": {Model: "embed(32) 4*llama(heads=4,ff=88) rmsnorm linear", Data: DataJob{Source: text, Context: 24}, Tokenizer: TokenJob{Kind: "bytes"}, Batch: 4, Steps: 5, Recompute: true, Accumulate: 4, EMA: 0.9},
		"months":    {Model: "embed(32) encoder(2) lstm(16,bidirectional=true) mean linear", Data: DataJob{Source: "months"}, Batch: 16, Steps: 5},
		"lines":     {Model: "crnn", Data: DataJob{Source: "digit-lines", Augment: "crop(2)"}, Batch: 8, Steps: 5},
		"mixup":     {Model: "lenet", Data: DataJob{Source: "digits", Augment: "mixup(0.2)"}, Batch: 8, Steps: 5},
		"shapes":    {Model: "caption-tiny", Data: DataJob{Source: "shapes"}, Batch: 8, Steps: 5},
		"dates":     {Model: "transformer(width=32,layers=2,heads=4,ff=64) linear", Data: DataJob{Source: "dates"}, Batch: 16, Steps: 5},
	}
	for name, job := range jobs {
		r, err := assemble(context.Background(), "", job, Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		dev := cpu.New(2)
		tape := &grad.Tape{Device: dev, Training: true, Recompute: job.Recompute}
		var b data.Batch
		if err := r.loader().At(&b, 0, 0); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the evaluation takes its turn in the memory of the steps
			tape.Reset()
			r.Loss(r.Model.Forward(Input(tape, &b)), &b).Backward()
			if _, err := evaluate(context.Background(), tape, r.Model, r.Splits.Valid, r.Loss, r.Job.Batch, r.Job.Eval.Batches); err != nil {
				t.Fatal(name, err)
			}
			tape.NoGrad, tape.Training = false, true
		}
		real, m := int64(tape.Bytes()), r.Memory
		if math.Abs(float64(m.Activations-real)) > 0.05*float64(real) {
			t.Errorf("%s: activations estimated at %d bytes, used %d", name, m.Activations, real)
		}
		if m.Weights == 0 || m.Optimizer < 2*m.Weights || m.Batches == 0 || m.Total() != m.Weights+m.Gradients+m.Optimizer+m.Activations+m.Batches {
			t.Errorf("%s: %+v", name, m)
		}
		if name == "recompute" && m.Optimizer != 5*m.Weights { // two moments, the average, two partial sums
			t.Errorf("optimizer %d of %d", m.Optimizer, m.Weights)
		}
		t.Logf("%s: %v; activations used %d of %d estimated", name, m, real, m.Activations)
		dev.Close()
		r.Close()
	}
}

// A run that does not fit is refused before its memory is asked for, however large it is.
func TestTooLarge(t *testing.T) {
	job := tiny()
	for _, c := range []struct {
		change func(*Job)
		limit  int64
		want   string
	}{
		{func(j *Job) {}, 1000, "1000 B left. What would fit: --batch 1 ("},
		{func(j *Job) { j.Model = "linear(1000000) relu linear(1000000) relu linear" }, 0, "GiB before activations: weights"},
		{func(j *Job) { j.Model = "1000*[linear(16000000) relu] linear" }, 0, "left. A smaller model needs less"},
		{func(j *Job) { j.Batch = 1 << 24 }, 1 << 28, "before activations: weights "},
		{func(j *Job) { j.Batch = 1 << 24 }, 1 << 28, "left. What would fit: --batch "},
		{func(j *Job) {
			j.Model = "linear(1000) 8*residual[linear(1000) tanh sigmoid tanh] linear"
			j.Batch = 2048
		}, 300 << 20, "What would fit: --batch 1024 ("},
		{func(j *Job) {
			j.Model = "linear(1000) 8*residual[linear(1000) tanh sigmoid tanh] linear"
			j.Batch = 2048
		}, 300 << 20, "), --recompute ("},
		{func(j *Job) { j.Model = "linear(4000) relu linear(4000) relu linear" }, 200 << 20, " MiB before activations: weights 61."},
		{func(j *Job) { j.Model = "linear(4000) relu linear(4000) relu linear" }, 200 << 20, ", --optimizer sgd (122."},
		{func(j *Job) { j.Model = "linear(4000) relu linear(4000) relu linear" }, 200 << 20, "rmsprop or lion (183."},
		{func(j *Job) { j.Model = "linear(4000) relu linear(4000) relu linear" }, 200 << 20, " MiB and activations)"},
	} {
		j := job
		c.change(&j)
		_, err := Create(context.Background(), j, Options{Root: t.TempDir(), Memory: c.limit})
		if err == nil || !strings.Contains(err.Error(), "the run needs") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "activations 0 B") {
			t.Errorf("%s, batch %d: %v, want %q in it", j.Model, j.Batch, err, c.want)
		}
	}
	if got := times(math.MaxInt64, 2); got != math.MaxInt64 || sum(math.MaxInt64, 1) != math.MaxInt64 || times(3, 0, 5) != 0 {
		t.Errorf("products overflow: %d", got)
	}
}

// Memory is what the machine has, or less where a control group bounds it; cached files do not count as used.
func TestAvailable(t *testing.T) {
	files := func(list ...string) fstest.MapFS {
		m := fstest.MapFS{}
		for i := 0; i < len(list); i += 2 {
			m[list[i]] = &fstest.MapFile{Data: []byte(list[i+1])}
		}
		return m
	}
	meminfo := "MemTotal:  1000 kB\nMemFree: 100 kB\nMemAvailable:   600 kB\n"
	for _, c := range []struct {
		name string
		fs   fstest.MapFS
		want int64
		ok   bool
	}{
		{"nothing is said", files(), 0, false},
		{"a machine", files("proc/meminfo", meminfo), 600 << 10, true},
		{"damaged", files("proc/meminfo", "MemAvailable: x kB\n"), 0, false},
		{"a container", files("proc/meminfo", meminfo, "sys/fs/cgroup/memory.max", "300000\n", "sys/fs/cgroup/memory.current", "100000\n"), 200000, true},
		{"its cache", files("proc/meminfo", meminfo, "sys/fs/cgroup/memory.max", "300000\n", "sys/fs/cgroup/memory.current", "290000\n",
			"sys/fs/cgroup/memory.stat", "anon 5\ninactive_file 250000\n"), 260000, true},
		{"over its limit", files("sys/fs/cgroup/memory.max", "300\n", "sys/fs/cgroup/memory.current", "400\n"), 0, true},
		{"no limit", files("proc/meminfo", meminfo, "sys/fs/cgroup/memory.max", "max\n", "sys/fs/cgroup/memory.current", "100000\n"), 600 << 10, true},
		{"version 1", files("proc/meminfo", meminfo, "sys/fs/cgroup/memory/memory.limit_in_bytes", "300000\n", "sys/fs/cgroup/memory/memory.usage_in_bytes", "100000\n"), 200000, true},
		{"a group above", files("proc/meminfo", meminfo, "proc/self/cgroup", "0::/user.slice/job/task\n",
			"sys/fs/cgroup/user.slice/job/task/memory.max", "max\n", "sys/fs/cgroup/user.slice/job/task/memory.current", "1\n",
			"sys/fs/cgroup/user.slice/memory.max", "50000\n", "sys/fs/cgroup/user.slice/memory.current", "20000\n"), 30000, true},
		{"a group of version 1", files("proc/self/cgroup", "5:cpu:/x\n4:memory:/a\n", "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "50\n", "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "20\n"), 30, true},
		{"outside", files("proc/meminfo", meminfo, "proc/self/cgroup", "0::/../../x\nrubbish\n"), 600 << 10, true},
	} {
		if got, ok := availableIn(c.fs); got != c.want || ok != c.ok {
			t.Errorf("%s: %d %v, want %d %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

// A run that recomputes ends in the same weights, dropout and micro-batches included, and says what it does.
func TestRecomputeSameWeights(t *testing.T) {
	t.Setenv("BRICK_DATA", t.TempDir())
	text := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("one two three four five six seven.\n", 200)), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, stack := range []string{"embed(32,pos=24) 3*gpt(heads=2,dropout=0.1) layernorm linear", "embed(32) 3*llama(heads=4,kv=2,ff=88) rmsnorm linear"} {
		var sums [2][]byte
		var needs [2]int64
		for i, recompute := range []bool{false, true} {
			job := Job{Name: "r", Model: stack, Data: DataJob{Source: text, Context: 24}, Tokenizer: TokenJob{Kind: "bytes"},
				Batch: 4, Accumulate: 2, Steps: 4, Seed: 3, Recompute: recompute}
			dir, _ := trained(t, job)
			file, err := os.ReadFile(filepath.Join(dir, modelFile))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(file)
			sums[i] = sum[:]
			r, err := assemble(context.Background(), "", job, Options{})
			if err != nil {
				t.Fatal(err)
			}
			needs[i] = r.Memory.Activations
			if said := strings.Contains(r.Memory.String(), "recomput"); said != recompute {
				t.Errorf("recompute %v: %v", recompute, r.Memory)
			}
			r.Close()
		}
		if !bytes.Equal(sums[0], sums[1]) {
			t.Errorf("%s: recomputing gives other weights", stack)
		}
		if needs[1] >= needs[0] {
			t.Errorf("%s: recomputing needs %d bytes of activations, %d without", stack, needs[1], needs[0])
		}
	}
}
