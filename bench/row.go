package bench

// A Row is one measured figure. Absent parts are 0.
type Row struct {
	Bench     string  `json:"bench"` // "peak", "matmul", "ops", "train", "llm" or "kernels"
	Case      string  `json:"case"`
	Of        string  `json:"of,omitempty"` // the case whose step a kernel is of
	Threads   int     `json:"threads"`
	Precision string  `json:"precision,omitempty"` // of products
	Time              // of a call or a step
	FLOPs     float64 `json:"flops,omitempty"`           // operations of a call
	Bytes     float64 `json:"bytes,omitempty"`           // that a call must read and write, each once
	GFLOPS    float64 `json:"gflops,omitempty"`          // operations a nanosecond
	GBs       float64 `json:"gbs,omitempty"`             // bytes a nanosecond
	Typical   float64 `json:"median,omitempty"`          // of a peak: what the median run reached of GFLOPS or GBs, which are the best run's
	Share     float64 `json:"share,omitempty"`           // GFLOPS over the peak of multiply-adds in that precision
	ShareBest float64 `json:"share_best,omitempty"`      // the same of the best call
	Bandwidth float64 `json:"bandwidth_share,omitempty"` // GBs over what the memory of that size can do, see Roof.Memory
	Elements  float64 `json:"elements,omitempty"`        // of the result
	Unit      string  `json:"unit,omitempty"`            // what a step works through: "tokens", "samples"
	Rate      float64 `json:"per_second,omitempty"`      // of them
	TimeShare float64 `json:"time_share,omitempty"`      // of a step, for its kernels
	RSS       int     `json:"rss,omitempty"`             // most memory the process had, bytes
}

// against fills in what follows from time, operations and bytes, given the machine's roof.
func (r Row) against(roof Roof) Row {
	if r.Median == 0 {
		return r
	}
	r.GFLOPS, r.GBs = r.FLOPs/r.Median/1e9, r.Bytes/r.Median/1e9
	if peak := roof.Peak(r.Precision); peak > 0 && r.FLOPs > 0 {
		r.Share, r.ShareBest = r.GFLOPS/peak, r.FLOPs/r.Best/1e9/peak
	}
	held := r.Bytes // at once
	if r.Bench == "kernels" && r.Calls > 0 {
		held /= float64(r.Calls)
	}
	if b := roof.Memory(int(held)); b > 0 {
		r.Bandwidth = r.GBs / b
	}
	return r
}
