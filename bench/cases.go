package bench

import (
	"fmt"
	"strings"

	"brick/data"
	"brick/kernel"
	"brick/model"
	"brick/nn"
	"brick/optim"
)

// A Case is a training step (or an inference) that is timed.
type Case struct {
	Name, About string
	Long        bool // takes minutes, or much memory: only when named or all are asked for
	Unit        string
	Per         int // of the unit in a step
	new         func() (*job, error)
}

// Cases lists what Train knows. All but the last are the cases of bench/torch, with the same sizes, optimizers and clipping; the GPTs
// of 4 and 6 blocks have biases, which are left out there.
func Cases() []Case {
	mlp := "linear(256) relu linear(128) relu linear(10)"
	momentum := func() optim.Optimizer { return optim.NewMomentum() }
	adam := func() optim.Optimizer { return optim.NewAdam() }
	adamW := func() optim.Optimizer { return &optim.AdamW{Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, Decay: 0.1} }
	return []Case{
		{"linreg-100", "linear regression, 100 points, SGD", false, "samples", 100, lineJob},
		{"mlp-64-sgd", "MLP 784-256-128-10, batch 64, SGD with momentum", false, "samples", 64, mlpJob(mlp, 64, momentum, 0.01)},
		{"mlp-64-adam", "the same, Adam", false, "samples", 64, mlpJob(mlp, 64, adam, 1e-3)},
		{"mlp-1024-sgd", "the same, batch 1024, SGD with momentum", false, "samples", 1024, mlpJob(mlp, 1024, momentum, 0.01)},
		{"mlp-1024-adam", "the same, Adam", false, "samples", 1024, mlpJob(mlp, 1024, adam, 1e-3)},
		{"mlp-infer-1", "MLP inference, 1 sample", false, "samples", 1, mlpJob(mlp, 1, nil, 0)},
		{"lenet-64", "LeNet-5 on 28×28 images, batch 64, SGD with momentum", false, "images", 64, imageJob("lenet", 64, 1, 28, momentum)},
		{"lenet-256", "the same, batch 256", false, "images", 256, imageJob("lenet", 256, 1, 28, momentum)},
		{"lenet-infer-1", "LeNet-5 inference, 1 image", false, "images", 1, imageJob("lenet", 1, 1, 28, nil)},
		{"resnet20-64", "ResNet-20 on 32×32 images of three channels, batch 64, SGD with momentum", false, "images", 64, imageJob("resnet20", 64, 3, 32, momentum)},
		{"resnet20-infer-1", "ResNet-20 inference, 1 image", false, "images", 1, imageJob("resnet20", 1, 3, 32, nil)},
		{"gpt-4x128", "GPT 4 blocks × 128, 12 × 64 tokens, vocabulary 65, AdamW", false, "tokens", 12 * 64,
			textJob("embed(128,pos=64) 4*gpt(heads=4) layernorm linear", 65, 12, 64, adamW, 3e-4, 1)},
		{"gpt-6x384", "GPT 6 blocks × 384, 12 × 256 tokens (10.7 M)", true, "tokens", 12 * 256,
			textJob("embed(384,pos=256) 6*gpt(heads=6) layernorm linear", 65, 12, 256, adamW, 3e-4, 1)},
		{"gpt2-4x64", "GPT-2 124 M, 4 × 64 tokens", true, "tokens", 4 * 64, textJob("gpt2", 50257, 4, 64, adamW, 3e-4, 0)},
		{"gpt2-1x1024", "GPT-2 124 M, 1 × 1024 tokens", true, "tokens", 1024, textJob("gpt2", 50257, 1, 1024, adamW, 3e-4, 0)},
		{"llama-15m", "LLaMA 15 M (288 × 6, vocabulary 32,000, tied), 4 × 256 tokens", true, "tokens", 4 * 256,
			textJob("embed(288) 6*llama(heads=6,ff=768) rmsnorm linear(tied=true)", 32000, 4, 256, adamW, 5e-4, 1)},
		{"lstm-32x64", "LSTM 256 over 32 × 64 characters of 96, embedded in 256, Adam", false, "tokens", 32 * 64, textJob("embed(256) lstm(256) linear(96)", 96, 32, 64, adam, 1e-3, 0)},
		{"gru-32x64", "the same with a GRU", false, "tokens", 32 * 64, textJob("embed(256) gru(256) linear(96)", 96, 32, 64, adam, 1e-3, 0)},
		{"rnn-32x64", "the same with a plain recurrent layer", false, "tokens", 32 * 64, textJob("embed(256) rnn(256) linear(96)", 96, 32, 64, adam, 1e-3, 0)},
		{startUp, "a process from its start to its end, with one training step", false, "", 0, nil},
	}
}

// startUp is the case that runs this program anew.
const startUp = "start-up"

// FindCases gives the cases of the given names, in that order; without names all, or those that are not Long.
func FindCases(names []string, long bool) (found []Case, err error) {
	all := Cases()
	if len(names) == 0 {
		for _, c := range all {
			if long || !c.Long {
				found = append(found, c)
			}
		}
	}
next:
	for _, name := range names {
		var known []string
		for _, c := range all {
			if c.Name == name {
				found = append(found, c)
				continue next
			}
			known = append(known, c.Name)
		}
		return nil, fmt.Errorf("there is no case %q; there are %s", name, strings.Join(known, ", "))
	}
	return found, nil
}

func lineJob() (*job, error) {
	b := &data.Batch{Shape: []int{100, 1}, YShape: []int{100, 1}}
	for i := range 100 {
		x := kernel.Float(i)/49.5 - 1
		b.X, b.Y = append(b.X, x), append(b.Y, 3*x+0.5)
	}
	return &job{net: nn.NewLinear(1, 1), opt: optim.NewSGD(), lr: 0.1, batches: []*data.Batch{b}}, nil
}

func mlpJob(stack string, batch int, opt func() optim.Optimizer, lr float64) func() (*job, error) {
	return func() (*job, error) {
		m, err := model.New(stack, nn.Input{Shape: []int{784}, Outputs: 10})
		j := &job{net: m, lr: lr, batches: vectors(8, batch, 784, 10)}
		if opt != nil {
			j.opt = opt()
		}
		return j, err
	}
}

func imageJob(stack string, batch, channels, size int, opt func() optim.Optimizer) func() (*job, error) {
	return func() (*job, error) {
		m, err := model.New(stack, nn.Input{Shape: []int{channels, size, size}, Outputs: 10})
		j := &job{net: m, lr: 0.01, batches: vectors(4, batch, channels*size*size, 10)}
		for _, b := range j.batches {
			b.Shape = []int{batch, channels, size, size}
		}
		if opt != nil {
			j.opt = opt()
		}
		return j, err
	}
}

func textJob(stack string, vocab, batch, length int, opt func() optim.Optimizer, lr, clip float64) func() (*job, error) {
	return func() (*job, error) {
		m, err := model.New(stack, nn.Input{Vocab: vocab, Shape: []int{length}})
		return &job{net: m, opt: opt(), lr: lr, clip: clip, batches: tokens(batch, length, vocab)}, err
	}
}
