package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"brick/data"
	"brick/kernel"
	"brick/nn"
	"brick/optim"
)

// A First is what a process says that did one training step and nothing else.
type First struct {
	Loss float64 `json:"loss"`
	RSS  int     `json:"rss"` // most memory it had, bytes; 0 where the system does not tell
}

// FirstStep does one training step of two neurons on three points.
func FirstStep(o Options) (First, error) {
	o = o.filled()
	dev, err := o.device(o.Threads[len(o.Threads)-1])
	if err != nil {
		return First{}, err
	}
	defer dev.Close()
	b := vectors(1, 3, 4, 2)[0]
	b.Labels, b.Y, b.YShape = nil, make([]kernel.Float, 6), []int{3, 2}
	j := &job{net: nn.NewLinear(4, 2), opt: optim.NewSGD(), lr: 0.1, batches: []*data.Batch{b}}
	if err := j.on(dev); err != nil {
		return First{}, err
	}
	j.step()
	loss := 0.0
	for _, v := range j.net.Forward(j.tape.Const(b.X, b.Shape...)).Data() {
		loss += float64(v) * float64(v) / 6
	}
	return First{Loss: loss, RSS: resident()}, nil
}

// start times "bench step" in processes of their own: of this program, whose memory is in the page cache after the first.
func (r Row) start(ctx context.Context, threads int) (Row, error) {
	self, err := os.Executable()
	if err != nil {
		return r, fmt.Errorf("bench: start-up: %w", err)
	}
	var times []float64
	for i := range 12 {
		begin := time.Now()
		out, err := exec.CommandContext(ctx, self, "bench", "step", "--json", fmt.Sprintf("--threads=%d", threads)).Output()
		took := time.Since(begin).Seconds()
		var f First
		if err == nil {
			err = json.Unmarshal(out, &f)
		}
		if err != nil {
			return r, fmt.Errorf("bench: start-up: %s bench step: %w", self, err)
		}
		if i > 0 {
			times = append(times, took)
		}
		r.RSS = max(r.RSS, f.RSS)
	}
	r.Time = summary(times)
	return r, nil
}
