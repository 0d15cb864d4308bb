package train

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"brick/data"
	"brick/device"
	"brick/device/dry"
	"brick/grad"
	"brick/nn"
	"brick/optim"
)

// available is the memory in bytes that this process may still use: what the
// machine has free, or what is left under its control group's limit if that is
// less. ok is false where the system does not tell.
func available() (bytes int64, ok bool) {
	if info, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			f := strings.Fields(line)
			if len(f) >= 2 && f[0] == "MemAvailable:" {
				if kb, err := strconv.ParseInt(f[1], 10, 64); err == nil {
					bytes, ok = kb<<10, true
				}
			}
		}
	}
	for _, g := range []struct{ limit, used string }{
		{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
		{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"},
	} {
		limit, ok1 := readInt(g.limit)
		used, ok2 := readInt(g.used)
		if ok1 && ok2 && (!ok || limit-used < bytes) {
			bytes, ok = limit-used, true
		}
	}
	return bytes, ok
}

func readInt(path string) (int64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}

// size writes a number of bytes the way people read it.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.2f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

// Memory is what a run needs, in bytes, and what there is.
type Memory struct {
	Weights     int64 `json:"weights"`
	Gradients   int64 `json:"gradients"`
	Optimizer   int64 `json:"optimizer"`   // its state, the moving average and the sums of micro-batches
	Activations int64 `json:"activations"` // values and gradients of one micro-batch, by a pass that only counts
	Available   int64 `json:"available,omitempty"`
}

// Total is the sum of the parts.
func (m Memory) Total() int64 { return m.Weights + m.Gradients + m.Optimizer + m.Activations }

// String says the total and its parts.
func (m Memory) String() string {
	return fmt.Sprintf("%s: weights %s, gradients %s, optimizer %s, activations %s", size(m.Total()), size(m.Weights), size(m.Gradients), size(m.Optimizer), size(m.Activations))
}

// Fits errs if the machine has not got what the run needs.
func (m Memory) Fits() error {
	if m.Available == 0 || m.Total() <= m.Available {
		return nil
	}
	return fmt.Errorf("train: the run needs %v; this machine has %s left. A smaller batch, --recompute or a smaller model needs less", m, size(m.Available))
}

// estimate runs one training step on a device that counts and computes nothing.
func (r *Run) estimate() (m Memory, err error) {
	m.Available, _ = available()
	n := int64(nn.Count(r.Model))
	each := int64(device.Float.Size())
	m.Weights, m.Gradients = n*each, n*each
	kind, err := optim.ByName(r.Job.Optimizer.Name)
	if err != nil {
		return m, fmt.Errorf("train: %w", err)
	}
	m.Optimizer = n * each * int64(kind.State)
	if r.Job.EMA > 0 {
		m.Optimizer += n * each
	}
	for k := r.Job.Accumulate; k > 1; k = (k + 1) / 2 {
		m.Optimizer += n * each // one partial sum a level of the tree
	}
	dev := new(dry.Device)
	shadow, err := r.declared()
	if err != nil {
		return m, err
	}
	nn.BuildOn(dev, shadow, 0)
	var b data.Batch
	if err := r.loader().At(&b, 0, 0); err != nil {
		return m, err
	}
	tape := &grad.Tape{Device: dev, Training: true, Recompute: r.Job.Recompute}
	err = grad.Catch(func() { r.Loss(shadow.Forward(Input(tape, &b)), &b).Backward() })
	if err != nil {
		return m, fmt.Errorf("train: the model does not fit the data: %w", err)
	}
	m.Activations = int64(tape.Bytes())
	return m, nil
}
