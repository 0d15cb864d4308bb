package blocks

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"brick/course/lesson"
	"brick/nn"

	_ "brick/model" // registers the blocks of models
)

// Palette is what a stack can be put together from.
type Palette struct {
	Sources []source `json:"sources"`
	Blocks  []Kind   `json:"blocks"`
	Starts  []Start  `json:"starts"`
	Optims  []Optim  `json:"optimizers"`
}

// Kind is a kind of brick.
type Kind struct {
	Name  string `json:"name"`
	Group string `json:"group"`
	Brick Brick  `json:"brick"` // a new one
	Usage string `json:"usage"` // with all its arguments
	Doc   string `json:"doc"`
	Args  []Slot `json:"args"`
}

// Slot is an argument of a brick.
type Slot struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"` // size, share, real, flag, word or amount
	Default string   `json:"default"`
	Doc     string   `json:"doc"`
	Words   []string `json:"words"`
}

// Start is a stack to begin with.
type Start struct {
	Key   string `json:"key"` // of its name in text.json: start.key
	Stack string `json:"stack"`
	Data  string `json:"data"`
}

var starts = []Start{
	{"perceptron", "linear", "blobs"},
	{"mlp", "linear(8) tanh linear", "moons"},
	{"deep", "3*[linear(16) relu] linear", "spirals"},
	{"conv", "conv(8,3,pad=1) relu maxpool(2) conv(16,3,pad=1) relu maxpool(2) flatten linear", "digits"},
	{"residual", "flatten linear(32) 3*residual[layernorm linear(64) gelu linear(32)] linear", "digits"},
	{"rnn", "embed(24) lstm(64) linear", "stories"},
	{"gpt", "embed(32,pos=64) 2*gpt(2) layernorm linear", "stories"},
	{"llama", "embed(32) 2*llama(2) rmsnorm linear", "couplets"},
	{"huge", "embed(4096,pos=64) 12*gpt layernorm linear", "stories"},
}

// groups sorts the blocks; what is in none of them comes last.
var groups = []struct {
	Name   string
	Blocks string
}{
	{"layer", "linear embed dropout"},
	{"act", "relu tanh sigmoid gelu silu leaky_relu elu softplus relu6 gelu_tanh softmax log_softmax"},
	{"norm", "layernorm rmsnorm batchnorm groupnorm instancenorm"},
	{"image", "conv maxpool avgpool flatten globalpool adaptive_avgpool convnorm dwconv convtranspose upsample dropout2d resblock bottleneck mobileblock unet columns"},
	{"sequence", "attention gpt llama encoder sinusoidal rnn lstm gru conv1d mean last"},
	{"frame", "residual reshape"},
}

// fresh is how a new brick is written, where its arguments' defaults don't say it.
var fresh = map[string]string{
	"linear": "linear(16)", "embed": "embed(32,pos=64)", "dropout": "dropout(0.1)", "conv": "conv(8,3,pad=1)", "maxpool": "maxpool(2)", "avgpool": "avgpool(2)",
	"adaptive_avgpool": "adaptive_avgpool(4)", "convnorm": "convnorm(8,3,pad=1)", "dwconv": "dwconv(3,pad=1)", "convtranspose": "convtranspose(8,2,stride=2)",
	"upsample": "upsample(2)", "resblock": "resblock(8)", "bottleneck": "bottleneck(16)", "mobileblock": "mobileblock(8)", "unet": "unet(4,depth=2)", "groupnorm": "groupnorm(4)",
	"attention": "attention(2)", "gpt": "gpt(2)", "llama": "llama(2)", "encoder": "encoder(2)", "rnn": "rnn(32)", "lstm": "lstm(32)", "gru": "gru(32)", "conv1d": "conv1d(16,3,pad=1)",
	"residual": "residual[layernorm relu]", "reshape": "reshape(4,4)",
}

var slotKinds = map[nn.ArgKind]string{nn.Size: "size", nn.Share: "share", nn.Real: "real", nn.Flag: "flag", nn.Word: "word", nn.Amount: "amount"}

// palette lists the blocks of stack notation, the data and the optimizers.
var palette = lesson.Ask("palette", struct{}{}, func(context.Context, *lesson.Session, struct{}) (p Palette, err error) {
	p = Palette{Sources: here(), Starts: starts, Optims: optims()}
	order := map[string]int{}
	group := map[string]string{}
	for g, x := range groups {
		for i, name := range strings.Fields(x.Blocks) {
			order[name], group[name] = 100*g+i+1, x.Name
		}
	}
	for _, d := range nn.Defs() {
		if strings.Contains(d.Doc, "pairs of texts") || d.Name == "caption" {
			continue // these read pairs, which none of the sets has
		}
		stack, err := nn.Parse(cmp.Or(fresh[d.Name], d.Name))
		if err != nil {
			return p, err
		}
		k := Kind{d.Name, cmp.Or(group[d.Name], "other"), bricks(stack.Items, "")[0], d.Usage(), d.Doc, []Slot{}}
		for _, a := range d.Args {
			k.Args = append(k.Args, Slot{a.Name, slotKinds[a.Kind], a.Default, a.Doc, a.Words})
		}
		p.Blocks = append(p.Blocks, k)
	}
	slices.SortStableFunc(p.Blocks, func(a, b Kind) int {
		return cmp.Compare(cmp.Or(order[a.Name], 1000), cmp.Or(order[b.Name], 1000))
	})
	return p, nil
})
