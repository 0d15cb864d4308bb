package model

import (
	"fmt"
	"strings"

	"brick/nn"
)

// An Entry is a named model.
type Entry struct {
	Name    string
	Doc     string   // one line
	Stack   string   // in stack notation; sizes that follow from the data are left out
	Typical nn.Input // what it takes and gives where no data say so, such as the vocabulary it was published with
	Loss    string   // the loss that makes it this model, where a job names none
}

// Table lists the named models: the rungs from one neuron to LLaMA, and published sizes.
var Table = []Entry{
	{Name: "linear-regression", Doc: "y = w·x + b (Gauss, Legendre): train it with mse", Stack: "linear", Typical: nn.Input{Shape: []int{1}, Outputs: 1}},
	{Name: "logistic-regression", Doc: "the probability of one of two classes, σ(w·x + b) (Cox 1958): one logit, trained with bce", Stack: "linear(1)", Typical: nn.Input{Shape: []int{2}, Outputs: 2}},
	{Name: "softmax-regression", Doc: "a logit a class, linear in all inputs: train it with cross-entropy", Stack: "flatten linear", Typical: nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}},
	{Name: "perceptron", Doc: "a linear boundary (Rosenblatt 1958) by gradient: train it with hinge; solve.Perceptron has the mistake-driven rule", Stack: "linear(1)", Typical: nn.Input{Shape: []int{2}, Outputs: 2}},
	{Name: "mlp", Doc: "two hidden layers", Stack: "flatten linear(256) relu linear(128) relu linear", Typical: nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}},
	{Name: "mlp-tiny", Doc: "one hidden layer of eight tanh neurons: enough for XOR", Stack: "linear(8) tanh linear", Typical: nn.Input{Shape: []int{2}, Outputs: 2}},
	{Name: "lenet", Doc: "LeNet-5 with ReLU and max pooling (LeCun et al. 1998)", Stack: "conv(6,5,pad=2) relu maxpool(2) conv(16,5) relu maxpool(2) flatten linear(120) relu linear(84) relu linear", Typical: nn.Input{Shape: []int{1, 28, 28}, Outputs: 10}},
	{Name: "alexnet-small", Doc: "AlexNet's five convolutions (Krizhevsky et al. 2012), for images of 32×32", Stack: alexNet("conv(32,3,pad=1)", "maxpool(2)", "conv(64,3,pad=1)", 96, 64, 4, 256), Typical: nn.Input{Shape: []int{3, 32, 32}, Outputs: 10}},
	{Name: "alexnet", Doc: "61M (Krizhevsky 2014)", Stack: alexNet("conv(64,11,stride=4,pad=2)", "maxpool(3,stride=2)", "conv(192,5,pad=2)", 384, 256, 6, 4096), Typical: nn.Input{Shape: []int{3, 224, 224}, Outputs: 1000}},
	{Name: "vgg-small", Doc: "pairs of 3×3 convolutions and pools (Simonyan & Zisserman 2014), for images of 32×32", Stack: "2*[conv(32,3,pad=1) relu] maxpool(2) 2*[conv(64,3,pad=1) relu] maxpool(2) 2*[conv(128,3,pad=1) relu] maxpool(2) flatten linear(256) relu dropout linear", Typical: nn.Input{Shape: []int{3, 32, 32}, Outputs: 10}},
	{Name: "vgg16", Doc: "138M", Stack: "2*[conv(64,3,pad=1) relu] maxpool(2) 2*[conv(128,3,pad=1) relu] maxpool(2) 3*[conv(256,3,pad=1) relu] maxpool(2) 2*[3*[conv(512,3,pad=1) relu] maxpool(2)] adaptive_avgpool(7) flatten 2*[linear(4096) relu dropout] linear", Typical: nn.Input{Shape: []int{3, 224, 224}, Outputs: 1000}},
	{Name: "resnet20", Doc: "0.27M, for images of 32×32 (He et al. 2016), with 1×1 convolutions where the shape changes", Stack: "conv(16,3,pad=1,bias=false) batchnorm relu 3*resblock(16) resblock(32,stride=2) 2*resblock(32) resblock(64,stride=2) 2*resblock(64) globalpool linear", Typical: nn.Input{Shape: []int{3, 32, 32}, Outputs: 10}},
	{Name: "resnet18", Doc: "11.7M (He et al. 2016)", Stack: resStem + "2*resblock(64) resblock(128,stride=2) resblock(128) resblock(256,stride=2) resblock(256) resblock(512,stride=2) resblock(512) globalpool linear", Typical: nn.Input{Shape: []int{3, 224, 224}, Outputs: 1000}},
	{Name: "resnet50", Doc: "25.6M", Stack: resStem + "bottleneck(256,width=64) 2*bottleneck(256) bottleneck(512,stride=2) 3*bottleneck(512) bottleneck(1024,stride=2) 5*bottleneck(1024) bottleneck(2048,stride=2) 2*bottleneck(2048) globalpool linear", Typical: nn.Input{Shape: []int{3, 224, 224}, Outputs: 1000}},
	{Name: "mobilenet-small", Doc: "MobileNetV2's blocks (Sandler et al. 2018), for images of 32×32", Stack: "convnorm(16,3,pad=1,act=relu6) mobileblock(8,expand=1) mobileblock(16,stride=2) mobileblock(16) mobileblock(32,stride=2) 2*mobileblock(32) mobileblock(64,stride=2) mobileblock(64) convnorm(128,1,act=relu6) globalpool dropout(0.2) linear", Typical: nn.Input{Shape: []int{3, 32, 32}, Outputs: 10}},
	{Name: "mobilenet-v2", Doc: "3.5M", Stack: "convnorm(32,3,stride=2,pad=1,act=relu6) mobileblock(16,expand=1) mobileblock(24,stride=2) mobileblock(24) mobileblock(32,stride=2) 2*mobileblock(32) mobileblock(64,stride=2) 3*mobileblock(64) 3*mobileblock(96) mobileblock(160,stride=2) 2*mobileblock(160) mobileblock(320) convnorm(1280,1,act=relu6) globalpool dropout(0.2) linear", Typical: nn.Input{Shape: []int{3, 224, 224}, Outputs: 1000}},
	{Name: "unet", Doc: "two classes for every pixel (Ronneberger et al. 2015), small", Stack: "unet(2)", Typical: nn.Input{Shape: []int{1, 64, 64}}},
	{Name: "crnn", Doc: "reads lines of text: convolutions, LSTMs over the columns of their images, CTC (Shi, Bai & Yao 2015), small", Stack: "conv(16,5,stride=2,pad=2) relu conv(32,3,stride=2,pad=1) relu columns lstm(64,bidirectional=true) linear", Typical: nn.Input{Shape: []int{1, 32, 160}, Outputs: 11, Line: 8}},
	{Name: "char-rnn", Doc: "the next character by a plain recurrent layer (Elman 1990; Mikolov et al. 2010)", Stack: "embed(64) rnn(256) linear", Typical: nn.Input{Vocab: 256}},
	{Name: "char-lstm", Doc: "the same by two LSTMs (Hochreiter & Schmidhuber 1997; Karpathy 2015)", Stack: "embed(64) lstm(256,layers=2) linear", Typical: nn.Input{Vocab: 256}},
	{Name: "char-gru", Doc: "the same by two GRUs (Cho et al. 2014)", Stack: "embed(64) gru(256,layers=2) linear", Typical: nn.Input{Vocab: 256}},
	{Name: "text-classifier", Doc: "an LSTM that reads a text from both ends (Graves & Schmidhuber 2005), averaged over its places", Stack: "embed(128) lstm(128,bidirectional=true) mean dropout(0.2) linear", Typical: nn.Input{Shape: []int{128}, Vocab: 259, Outputs: 2}},
	{Name: "gpt-tiny", Doc: "GPT-2's architecture, small enough for a test", Stack: "embed(32,pos=64) 2*gpt(heads=2) layernorm linear", Typical: nn.Input{Vocab: 256}},
	{Name: "llama-tiny", Doc: "LLaMA's architecture, small enough for a test", Stack: "embed(32) 2*llama(heads=4,kv=2,ff=64) rmsnorm linear", Typical: nn.Input{Vocab: 256}},
	{Name: "transformer-tiny", Doc: "an encoder and a decoder, small enough for a test", Stack: "transformer(width=32,layers=1,heads=2,ff=64) linear", Typical: nn.Input{Shape: []int{24}, Source: 16, Vocab: 259}},
	{Name: "transformer-base", Doc: "63M, an encoder and a decoder for translation (Vaswani et al. 2017)", Stack: "transformer(width=512,layers=6,heads=8,ff=2048,dropout=0.1) linear", Typical: nn.Input{Shape: []int{512}, Source: 256, Vocab: 37000}},
	{Name: "seq2seq-tiny", Doc: "LSTMs that read a source and write a target, with attention, small enough for a test", Stack: "seq2seq(hidden=32) linear", Typical: nn.Input{Shape: []int{24}, Source: 16, Vocab: 259}},
	{Name: "caption-tiny", Doc: "convolutions that look at a picture and a decoder that says what it shows, small enough for a test", Stack: "caption(width=32,heads=2,ff=64) linear", Typical: nn.Input{Shape: []int{24}, Source: 16, Picture: []int{1, 4, 4}, Vocab: 19}},
	{Name: "gpt2", Doc: "124M (Radford et al. 2019)", Stack: "embed(768,pos=1024) 12*gpt(heads=12) layernorm linear", Typical: nn.Input{Vocab: 50257}},
	{Name: "gpt2-medium", Doc: "355M", Stack: "embed(1024,pos=1024) 24*gpt(heads=16) layernorm linear", Typical: nn.Input{Vocab: 50257}},
	{Name: "gpt2-large", Doc: "774M", Stack: "embed(1280,pos=1024) 36*gpt(heads=20) layernorm linear", Typical: nn.Input{Vocab: 50257}},
	{Name: "gpt2-xl", Doc: "1.6B", Stack: "embed(1600,pos=1024) 48*gpt(heads=25) layernorm linear", Typical: nn.Input{Vocab: 50257}},
	{Name: "gpt3", Doc: "175B (Brown et al. 2020), with dense attention in every layer", Stack: "embed(12288,pos=2048) 96*gpt(heads=96) layernorm linear", Typical: nn.Input{Vocab: 50257}},
	{Name: "llama-15m", Doc: "15M (the shape of llama2.c's stories15M)", Stack: "embed(288) 6*llama(heads=6,ff=768) rmsnorm linear(tied=true)", Typical: nn.Input{Vocab: 32000}},
	{Name: "tinyllama", Doc: "1.1B, grouped queries (Zhang et al. 2024)", Stack: "embed(2048) 22*llama(heads=32,kv=4,ff=5632) rmsnorm linear", Typical: nn.Input{Vocab: 32000}},
	{Name: "llama-7b", Doc: "6.7B (Touvron et al. 2023)", Stack: "embed(4096) 32*llama(heads=32) rmsnorm linear", Typical: nn.Input{Vocab: 32000}},
	{Name: "llama-13b", Doc: "13B", Stack: "embed(5120) 40*llama(heads=40) rmsnorm linear", Typical: nn.Input{Vocab: 32000}},
	{Name: "llama-33b", Doc: "32.5B", Stack: "embed(6656) 60*llama(heads=52) rmsnorm linear", Typical: nn.Input{Vocab: 32000}},
	{Name: "llama-65b", Doc: "65.2B", Stack: "embed(8192) 80*llama(heads=64) rmsnorm linear", Typical: nn.Input{Vocab: 32000}},
	{Name: "llama-2-70b", Doc: "69B, grouped queries", Stack: "embed(8192) 80*llama(heads=64,kv=8,ff=28672) rmsnorm linear", Typical: nn.Input{Vocab: 32000}},
	{Name: "llama-3.1-8b", Doc: "8B, larger vocabulary", Stack: "embed(4096) 32*llama(heads=32,kv=8,ff=14336,rope=500000) rmsnorm linear", Typical: nn.Input{Vocab: 128256}},
	{Name: "llama-3.1-405b", Doc: "405B", Stack: "embed(16384) 126*llama(heads=128,kv=8,ff=53248,rope=500000) rmsnorm linear", Typical: nn.Input{Vocab: 128256}},
}

// resStem is what the ResNets for images of 224×224 begin with.
const resStem = "conv(64,7,stride=2,pad=3,bias=false) batchnorm relu maxpool(3,stride=2,pad=1) "

// alexNet is AlexNet with the given first layers, channels of the later ones, side of the last images and width of the
// linear layers.
func alexNet(conv1, pool, conv2 string, wide, deep, side, linear int) string {
	return fmt.Sprintf("%s relu %s %s relu %s conv(%d,3,pad=1) relu 2*[conv(%d,3,pad=1) relu] %s adaptive_avgpool(%d) flatten 2*[dropout linear(%d) relu] linear",
		conv1, pool, conv2, pool, wide, deep, pool, side, linear)
}

// Find is the entry of a name, in any case.
func Find(name string) (Entry, bool) {
	for _, e := range Table {
		if strings.EqualFold(e.Name, name) {
			return e, true
		}
	}
	return Entry{}, false
}

// Names lists the names in Table, in its order.
func Names() []string {
	list := make([]string, len(Table))
	for i, e := range Table {
		list[i] = e.Name
	}
	return list
}

// Input is in, or what is typical of the entry where in says nothing.
func (e Entry) Input(in nn.Input) nn.Input {
	if in.Vocab == 0 && in.Outputs == 0 && (len(in.Shape) == 0 || e.Typical.Vocab > 0) {
		shape := in.Shape // tokens in a sequence
		if in = e.Typical; len(shape) > 0 {
			in.Shape = shape
		}
	}
	return in
}

// make declares the model for given data.
func (e Entry) make(in nn.Input) (Model, error) { return New(e.Stack, e.Input(in)) }
