package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"brick/device"
	"brick/device/cpu"
	"brick/device/dry"
	"brick/kernel"
)

// quick measures as little as gives figures at all.
var quick = Options{Threads: []int{1}, MinTime: time.Millisecond}

func collect(t *testing.T, rows iter.Seq2[Row, error]) (list []Row) {
	t.Helper()
	for r, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func TestPeak(t *testing.T) {
	rows := collect(t, Peak(t.Context(), quick))
	roof := Roof{machine: ThisMachine()}
	for _, r := range rows {
		roof.see(r)
		if best := r.GFLOPS + r.GBs; !(best > 0) || !(r.Typical > 0) || r.Typical > best {
			t.Errorf("%s: best %v, median %v", r.Case, best, r.Typical)
		}
	}
	if roof.FMA == 0 || roof.L2 == 0 || roof.DRAM == 0 {
		t.Errorf("no peak of %v in %v", roof, rows)
	}
}

// A product of a known size has its operations and bytes counted, and its share is of the peak.
func TestMatMul(t *testing.T) {
	s, err := ParseShape("3,5,7")
	if err != nil {
		t.Fatal(err)
	}
	var products int
	for _, r := range collect(t, MatMul(t.Context(), quick, Transposed([]Shape{s}))) {
		if r.Bench != "matmul" {
			continue
		}
		products++
		if r.FLOPs != 2*3*5*7 || r.Bytes != floatBytes*(3*7+7*5+3*5) {
			t.Errorf("%s counts as %v operations, %v bytes", r.Case, r.FLOPs, r.Bytes)
		}
		if !(r.Share > 0 && r.Share <= r.ShareBest) || !(r.Bandwidth > 0) {
			t.Errorf("%s: shares %v, best %v, of memory %v", r.Case, r.Share, r.ShareBest, r.Bandwidth)
		}
	}
	if products != 4 {
		t.Errorf("%d products, want 4", products)
	}
	for _, text := range []string{"", "3,5", "3,5,7,9", "3,0,7", "a,b,c"} {
		if _, err := ParseShape(text); err == nil {
			t.Errorf("shape %q gives no error", text)
		}
	}
}

// Every op runs: on a device that counts, and once on the cores.
func TestOps(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	m := &operands{memory: map[string][]kernel.Float{}}
	names := map[string]bool{}
	for _, op := range AllOps() {
		if names[op.Name] {
			t.Errorf("two ops are called %s", op.Name)
		}
		names[op.Name] = true
		if op.Elements >= 1<<20 {
			continue // the same at a size that takes long, and much memory
		}
		var counter dry.Device
		f := op.prepare(m)
		f(&counter)
		if c := counter.Total(); c.Wrote == 0 || op.Elements == 0 {
			t.Errorf("%s counts as %+v", op.Name, c)
		}
		f(dev)
	}
	if got := len(Find(AllOps(), []string{"rope", "lion"})); got != 4 {
		t.Errorf("found %d ops with rope or lion, want 4", got)
	}
}

// A step of each small case runs, moves its parameters, and is counted.
func TestCases(t *testing.T) {
	for _, c := range Cases() {
		if c.Long || c.new == nil {
			continue
		}
		count, err := c.count()
		if err != nil {
			t.Fatal(err)
		}
		if count.FLOPs < 100 || count.Calls == 0 {
			t.Errorf("%s counts as %+v", c.Name, count)
		}
		j, err := c.new()
		if err != nil {
			t.Fatal(err)
		}
		dev := cpu.New(1)
		if err := j.on(dev); err != nil {
			t.Fatal(err)
		}
		j.step()
		if j.opt != nil {
			for _, p := range j.opt.Groups() {
				if p.P.Reached() {
					t.Errorf("%s: the optimizer left %s alone", c.Name, p.Name)
				}
			}
		}
		dev.Close()
	}
	if _, err := FindCases([]string{"gpt-5"}, false); err == nil || !strings.Contains(err.Error(), "gpt2-4x64") {
		t.Errorf("an unknown case gives %v", err)
	}
	if all, _ := FindCases(nil, true); len(all) != len(Cases()) {
		t.Errorf("all cases are %d, want %d", len(all), len(Cases()))
	}
}

// The GPT-2 that is timed is the one of the paper: about 124 million parameters, 6 operations a parameter and token.
func TestCountGPT2(t *testing.T) {
	c, err := FindCases([]string{"gpt2-4x64"}, false)
	if err != nil {
		t.Fatal(err)
	}
	count, err := c[0].count()
	if err != nil {
		t.Fatal(err)
	}
	if least := 6 * 123e6 * 4 * 64; float64(count.FLOPs) < least || float64(count.FLOPs) > 1.2*least {
		t.Errorf("a step of GPT-2 counts %d operations, want a little more than %.3g", count.FLOPs, least)
	}
}

func TestKernels(t *testing.T) {
	c, err := FindCases([]string{"mlp-64-sgd"}, false)
	if err != nil {
		t.Fatal(err)
	}
	sum, seen := 0.0, map[string]bool{}
	rows := collect(t, Kernels(t.Context(), quick, c[0]))
	for _, r := range rows {
		if r.Bench == "kernels" {
			sum += r.TimeShare
			seen[r.Case] = true
		}
	}
	if sum < 0.999 || sum > 1.001 {
		t.Errorf("the shares of a step sum to %v", sum)
	}
	for _, name := range []string{"matmul 64·256·784", "update", "cross_entropy", rest} {
		if !seen[name] {
			t.Errorf("no row for %q", name)
		}
	}
	svg, err := roofline(ThisMachine(), rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "GFLOP/s", "matmul 64·256·784", "memory, "} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	if bytes.Contains(svg, []byte("Liberation")) {
		t.Error("the picture names a font that readers may not have")
	}
	if _, err := roofline(ThisMachine(), nil); err == nil {
		t.Error("a picture without peaks gives no error")
	}
}

// Every kernel of the interface is timed: the watch has a method of its own for it.
func TestWatchIsWhole(t *testing.T) {
	silent := map[string]bool{"Name": true, "Alloc": true, "Keep": true, "Write": true, "WriteIDs": true, "Read": true, "ReadIDs": true, "Wait": true}
	want, have := reflect.TypeFor[device.Device](), reflect.TypeFor[*watch]()
	for i := range want.NumMethod() {
		name := want.Method(i).Name
		m, _ := have.MethodByName(name)
		file, _ := runtime.FuncForPC(m.Func.Pointer()).FileLine(m.Func.Pointer())
		if promoted := file == "<autogenerated>"; promoted != silent[name] {
			t.Errorf("watch.%s: of its own %v, want %v", name, !promoted, !silent[name])
		}
	}
}

func TestOutput(t *testing.T) {
	rows := []Row{
		{Bench: "peak", Case: "fma avx512", Threads: 2, GFLOPS: 200, Typical: 190},
		Row{Bench: "train", Case: "mlp", Threads: 2, Precision: "f32", Time: Time{Median: 1e-3, Best: 9e-4}, FLOPs: 1e8, Unit: "samples", Rate: 64000, RSS: 2e7}.against(Roof{FMA: 200}),
	}
	seq := func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		yield(Row{}, errors.New("stopped"))
	}
	var table, lines bytes.Buffer
	dir := t.TempDir()
	if err := (Output{Save: dir}).Write(&table, seq); err == nil || err.Error() != "stopped" {
		t.Errorf("found error %v, want the sequence's", err)
	}
	for _, want := range []string{"2 threads, f32", "of peak", "64000 samples", "1.00 ms", "50 %", "20 MB", "200 GFLOP/s"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, table.String())
		}
	}
	(Output{JSON: true}).Write(&lines, seq)
	var values bytes.Buffer
	(Output{CSV: true}).Write(&values, seq)
	if want := strings.Join(csvHead, ",") + "\npeak,fma avx512,2,,0,0,0,0,0,200,0,0,0,0,0\ntrain,mlp,2,f32,0,0,0,0.001,64000,100,0.5,0,0,2e+07,0\n"; values.String() != want {
		t.Errorf("found values\n%s, want\n%s", values.String(), want)
	}
	saved, err := os.ReadFile(filepath.Join(dir, ThisMachine().Slug()+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{lines.String(), string(saved)} {
		var h header
		var r Row
		d := json.NewDecoder(strings.NewReader(text))
		if err := d.Decode(&h); err != nil || h.Machine != ThisMachine() {
			t.Errorf("machine %+v, error %v", h.Machine, err)
		}
		d.Decode(&r)
		if err := d.Decode(&r); err != nil || r.Share != 0.5 || r.Median != 1e-3 {
			t.Errorf("row %+v, error %v", r, err)
		}
	}
	if err := (Output{Save: filepath.Join(dir, "nosuch")}).Write(&table, seq); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("a folder that is not there gives %v", err)
	}
}

// A sequence ends when its context does.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, _ := FindCases([]string{"linreg-100"}, false)
	for name, rows := range map[string]iter.Seq2[Row, error]{"peak": Peak(ctx, quick), "matmul": MatMul(ctx, quick, Shapes()), "train": Train(ctx, quick, c), "kernels": Kernels(ctx, quick, c[0])} {
		if err := (Output{}).Write(new(bytes.Buffer), rows); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: found error %v, want that of the context", name, err)
		}
	}
}

func TestPrecision(t *testing.T) {
	o := quick
	o.Precision = "f8"
	if err := (Output{}).Write(new(bytes.Buffer), MatMul(t.Context(), o, Shapes())); err == nil || !strings.Contains(err.Error(), `"f8"`) {
		t.Errorf("found error %v", err)
	}
}

func TestSlug(t *testing.T) {
	for model, want := range map[string]string{"AMD EPYC 9B45 96-Core Processor": "amd-epyc-9b45-96-core-processor", "Intel(R) Xeon(R) CPU @ 2.20GHz": "intel-r-xeon-r-cpu-2-20ghz"} {
		if got := (Machine{CPU: model}).Slug(); got != want {
			t.Errorf("%q: %q, want %q", model, got, want)
		}
	}
}

func TestCacheSize(t *testing.T) {
	for text, want := range map[string]int{"48K": 48 << 10, "32768K": 32 << 20, "1M": 1 << 20, "512": 512, "": 0, "K": 0} {
		if got := cacheSize(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// Steps and products with their share of the peak, for benchstat: what go test measures, said as bench does.
func BenchmarkShare(b *testing.B) {
	_, roof := measureRoof(b.Context(), Options{}, 1, false)
	dev := cpu.New(1)
	defer dev.Close()
	report := func(b *testing.B, flops int) {
		b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		b.ReportMetric(100*float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9/roof.FMA, "%peak")
	}
	memory := map[string][]kernel.Float{}
	for _, s := range []Shape{{M: 64, N: 64, K: 64}, {M: 512, N: 512, K: 512}, {M: 256, N: 768, K: 768, TB: true}} {
		b.Run("matmul="+strings.ReplaceAll(s.String(), " ", "/"), func(b *testing.B) {
			y, a, c := share(memory, "y", s.M*s.N), share(memory, "a", s.M*s.K), share(memory, "b", s.K*s.N)
			for b.Loop() {
				s.multiply(dev, y, a, c)
			}
			report(b, 2*s.M*s.N*s.K)
		})
	}
	for _, name := range []string{"mlp-64-sgd", "gpt-4x128"} {
		b.Run("step="+name, func(b *testing.B) {
			c, err := FindCases([]string{name}, true)
			if err != nil {
				b.Fatal(err)
			}
			count, err := c[0].count()
			if err != nil {
				b.Fatal(err)
			}
			j, err := c[0].new()
			if err == nil {
				err = j.on(dev)
			}
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				j.step()
			}
			report(b, count.FLOPs)
		})
	}
}

// The mean of 1, 2, 3 and 6 is 3, and what they are away from it 4 + 1 + 0 + 9 squared, over one less than there are.
func TestSummary(t *testing.T) {
	s := summary([]float64{6, 1, 3, 2})
	if s.Mean != 3 || math.Abs(s.SD-math.Sqrt(14.0/3)) > 1e-15 || s.Median != 3 || s.Best != 1 || s.Calls != 4 {
		t.Errorf("found %+v", s)
	}
	if one := summary([]float64{2}); one.Mean != 2 || one.SD != 0 {
		t.Errorf("of one: found %+v", one)
	}
	if got := spread(Row{Rate: 100, Time: Time{Mean: 2, SD: 0.5}}); got != "100 ± 25.0" {
		t.Errorf("found %q", got)
	}
	r := Roof{FMA: 100, BF16: 200, INT8: 400}
	if r.Peak("int8") != 400 || r.Peak("bf16") != 200 || r.Peak("f32") != 100 || (Roof{FMA: 100}).Peak("int8") != 100 {
		t.Error("other peaks than those of their precision")
	}
}
