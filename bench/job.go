package bench

import (
	"brick/data"
	"brick/device"
	"brick/grad"
	"brick/kernel"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// A job is a training (or an inference) whose steps are timed: the loop body written out, so that it does
// what the loop of the PyTorch scripts in bench/torch does and nothing else.
type job struct {
	net     nn.Block
	opt     optim.Optimizer // nil for inference
	lr      float64
	clip    float64 // bound of the gradients' norm; 0 for none, and then it is not taken
	batches []*data.Batch

	tape    grad.Tape
	clipper optim.Clip
	steps   int
}

// on builds the job's network on a device.
func (j *job) on(dev device.Device) error {
	nn.BuildOn(dev, j.net, 1)
	j.tape = grad.Tape{Device: dev, Training: j.opt != nil, NoGrad: j.opt == nil}
	j.clipper = optim.Clip{Norm: j.clip}
	if j.opt == nil {
		return nil
	}
	return optim.Attach(j.opt, j.net)
}

// step is forward, loss, backward, clip, optimizer.
func (j *job) step() {
	b := j.batches[j.steps%len(j.batches)]
	j.steps++
	j.tape.Reset()
	y := j.net.Forward(train.Input(&j.tape, b))
	if j.opt == nil {
		return
	}
	if b.Y != nil {
		y.MSE(j.tape.Const(b.Y, b.YShape...), device.Mean).Backward()
	} else {
		train.CrossEntropy(y, b).Backward()
	}
	if j.clip > 0 {
		j.clipper.Apply(j.opt)
	}
	j.opt.Step(j.lr)
}

// vectors is so many batches of random vectors, each with one of some classes.
func vectors(batches, batch, width, classes int) (list []*data.Batch) {
	for k := range batches {
		b := &data.Batch{Shape: []int{batch, width}, X: make([]kernel.Float, batch*width), YShape: []int{batch}, Labels: randomIDs(2*k, batch, classes)}
		for i := range b.X {
			b.X[i] = kernel.Uniform(uint64(2*k+1), i)
		}
		list = append(list, b)
	}
	return list
}

// tokens is four batches of random tokens and those that follow them.
func tokens(batch, length, vocab int) (list []*data.Batch) {
	for k := range 4 {
		b := &data.Batch{Shape: []int{batch, length}, YShape: []int{batch, length}}
		for i := range batch {
			row := randomIDs(batch*k+i, length+1, vocab)
			b.IDs, b.Labels = append(b.IDs, row[:length]...), append(b.Labels, row[1:]...)
		}
		list = append(list, b)
	}
	return list
}

func randomIDs(key, n, below int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(kernel.Random(uint64(key), i) % uint64(below))
	}
	return ids
}
