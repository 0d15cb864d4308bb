package devicetest

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"brick/device"
)

// A suite is the test of one method: of a kernel, whose calls are made and
// compared with an oracle, or of a method about memory.
type suite struct {
	calls  func(m *maker)
	ulps   float64 // of float32, see tolerance; the same for all results of the kernel
	memory func(t *testing.T, d device.Device)
}

// suites is the suite of every method of device.Device.
//
// The ulps are those of a device that computes in float32 in whatever order it
// likes and whose elementary functions are good to about two units; they count
// against the size of what was added up, not against what is left of it.
var suites = map[string]suite{
	"Name":     {memory: testName},
	"Alloc":    {memory: testAlloc},
	"Write":    {memory: testWrite},
	"Read":     {memory: testWrite},
	"WriteIDs": {memory: testWriteIDs},
	"ReadIDs":  {memory: testWriteIDs},
	"Wait":     {memory: testWait},
	"Keep":     {memory: testKeep},

	"Fill":   {calls: fill},
	"Axpy":   {calls: axpy, ulps: 2},
	"Update": {calls: update, ulps: 16},

	"MatMul":  {calls: matMul, ulps: 8},
	"Copy":    {calls: copies, ulps: 2},
	"Convert": {calls: convert, ulps: 1},

	"Map":     {calls: mapping, ulps: 8},
	"MapBack": {calls: mappingBack, ulps: 8},
	"Zip":     {calls: zips, ulps: 8},
	"ZipBack": {calls: zipsBack, ulps: 8},
	"Reduce":  {calls: reduce, ulps: 8},

	"Softmax":     {calls: softmax, ulps: 8},
	"SoftmaxBack": {calls: softmaxBack, ulps: 8},

	"Index":      {calls: index, ulps: 1},
	"IndexBack":  {calls: indexBack, ulps: 8},
	"Gather":     {calls: gather, ulps: 1},
	"GatherBack": {calls: gatherBack, ulps: 8},

	"LayerNorm":     {calls: layerNorm, ulps: 8},
	"LayerNormBack": {calls: layerNormBack, ulps: 8},
	"RMSNorm":       {calls: rmsNorm, ulps: 8},
	"RMSNormBack":   {calls: rmsNormBack, ulps: 8},

	"BatchNorm":     {calls: batchNorm, ulps: 8},
	"BatchNormBack": {calls: batchNormBack, ulps: 8},

	"Conv":         {calls: conv, ulps: 16}, // where tiles are transformed, rounding is of the largest of a tile
	"ConvBackX":    {calls: convBackX, ulps: 16},
	"ConvBackW":    {calls: convBackW, ulps: 16},
	"MaxPool":      {calls: maxPool, ulps: 1},
	"MaxPoolBack":  {calls: maxPoolBack, ulps: 8},
	"MeanPool":     {calls: meanPool, ulps: 4},
	"MeanPoolBack": {calls: meanPoolBack, ulps: 8},

	"Recurrent":     {calls: recurrent, ulps: 8},
	"RecurrentBack": {calls: recurrentBack, ulps: 8},

	"CrossEntropy":     {calls: crossEntropy, ulps: 8},
	"CrossEntropyBack": {calls: crossEntropyBack, ulps: 8},
	"CTC":              {calls: ctc, ulps: 16},
	"CTCBack":          {calls: ctcBack, ulps: 16},

	"RoPE":          {calls: rope, ulps: 4},
	"Attention":     {calls: attention, ulps: 8},
	"AttentionBack": {calls: attentionBack, ulps: 8},
	"SwiGLU":        {calls: swiGLU, ulps: 8},
	"SwiGLUBack":    {calls: swiGLUBack, ulps: 8},
	"Dropout":       {calls: dropout, ulps: 2},
}

// Run checks every method of the device that open returns; open is called once.
// A method of device.Device that has no suite here fails the test.
func Run(t *testing.T, open func() device.Device) {
	d := open()
	for method := range reflect.TypeFor[device.Device]().Methods() {
		s, ok := suites[method.Name]
		if !ok {
			t.Errorf("device.Device has a method %s that package devicetest does not test", method.Name)
			continue
		}
		t.Run(method.Name, func(t *testing.T) {
			if s.memory != nil {
				s.memory(t, d)
				return
			}
			mem := memory{dev: d}
			s.make(method.Name, func(c *call) {
				if err := mem.compare(t, c, s.ulps); err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
			})
		})
	}
}

// Deterministic checks that every kernel gives the same bits for 1, 2, 3 and 5
// workers. Nothing but the number of workers may differ between the devices
// that open returns. All NaNs count as one.
func Deterministic(t *testing.T, open func(workers int) device.Device) {
	counts := []int{1, 2, 3, 5}
	mems := make([]memory, len(counts))
	for i, n := range counts {
		mems[i].dev = open(n)
	}
	eachKernel(t, func(t *testing.T, each func(emit func(*call))) {
		each(func(c *call) {
			for i := range mems {
				mems[i].run(t, c)
				if err := mems[i].same(&mems[0], c.args); err != nil {
					t.Fatalf("%s: with %d workers, compared with %d: %v", c.name, counts[i], counts[0], err)
				}
			}
		})
	})
}

// Allocs checks that no kernel of d allocates on the host once it has been
// called with arguments of the same size.
func Allocs(t *testing.T, d device.Device) {
	eachKernel(t, func(t *testing.T, each func(emit func(*call))) {
		n, mem := 0, memory{dev: d}
		each(func(c *call) {
			if n++; n > 50 && n%20 != 0 { // counting stops the world: a sample will do
				return
			}
			mem.run(t, c)
			for range 3 { // several workers may each need memory of their own
				c.do(d)
			}
			if n := testing.AllocsPerRun(5, func() { c.do(d) }); n != 0 {
				t.Fatalf("%s: %v allocations a call, want 0", c.name, n)
			}
		})
	})
}

// eachKernel runs a subtest for every kernel; test is given its calls.
func eachKernel(t *testing.T, test func(t *testing.T, each func(emit func(*call)))) {
	for _, name := range slices.Sorted(maps.Keys(suites)) {
		if s := suites[name]; s.calls != nil {
			t.Run(name, func(t *testing.T) {
				test(t, func(emit func(*call)) { s.make(name, emit) })
			})
		}
	}
}

// make hands the calls of the suite to emit, the same ones every time: all of
// them, or one of three in short mode.
func (s suite) make(name string, emit func(*call)) {
	if testing.Short() {
		s.one(3, name, emit)
	} else {
		s.one(1, name, emit)
	}
}

// one makes one of every so many calls.
func (s suite) one(of int, name string, emit func(*call)) {
	seed := uint64(len(name))
	for _, c := range name {
		seed = seed*31 + uint64(c)
	}
	n := 0
	s.calls(&maker{Rand: rand.New(rand.NewPCG(seed, 1)), emit: func(c *call) {
		if n++; n%of == 0 {
			emit(c)
		}
	}})
}
