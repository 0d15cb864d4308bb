package train

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"brick/device"
	"brick/grad"
	"brick/model"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/durable"
)

// LoRAJob asks for low-rank adapters in place of training the weights that the job starts from, see nn.LoRA.
type LoRAJob struct {
	Rank    int      `yaml:"rank,omitempty"`    // r
	Alpha   float64  `yaml:"alpha,omitempty"`   // α; 0 means twice the rank
	Dropout float64  `yaml:"dropout,omitempty"` // share of an adapter's input that is dropped
	Targets []string `yaml:"targets,omitempty"` // layers by path, its last part or a glob, such as q_proj or *.mlp.*; none means those inside of blocks, or all but the head
	Train   []string `yaml:"train,omitempty"`   // layers, named likewise, that are learnt as they are, or by the words of their blocks, such as embed: adapters do not reach its rows
	Type    string   `yaml:"type,omitempty"`    // what matrices that stay as they are become in memory: auto (the default) or file for the types of the model's file, f32
}

// On reports whether adapters are asked for.
func (l *LoRAJob) On() bool { return l.Rank > 0 }

// keeping is how matrices of the model that the job starts from lie in memory: widened where there are no adapters.
func (l *LoRAJob) keeping() model.Keeping {
	how, err := model.FindKeeping(cmp.Or(l.Type, "auto"))
	if !l.On() || err != nil { // the job was checked
		return model.Widened
	}
	return how
}

// ParseLoRA reads adapters as the command line has them: rank=8,alpha=16,dropout=0.05,targets=q_proj,v_proj.
func ParseLoRA(text string) (l LoRAJob, err error) {
	const want = "want rank=8,alpha=16,dropout=0.05,targets=q_proj,v_proj,train=embed, of which only rank is needed"
	last := ""
	for _, part := range strings.Split(text, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok && (last == "targets" || last == "train") {
			key, value = last, key
		}
		last = key
		switch key {
		case "rank", "r":
			l.Rank, err = strconv.Atoi(value)
		case "alpha":
			l.Alpha, err = strconv.ParseFloat(value, 64)
		case "dropout":
			l.Dropout, err = strconv.ParseFloat(value, 64)
		case "targets":
			l.Targets = append(l.Targets, value)
		case "train":
			l.Train = append(l.Train, value)
		default:
			return l, usagef("train: lora: %q is no setting; %s", part, want)
		}
		if err != nil {
			return l, usagef("train: lora: %s=%s is no number; %s", key, value, want)
		}
	}
	if l.Rank < 1 {
		return l, usagef("train: lora: rank is %d; %s", l.Rank, want)
	}
	return l, nil
}

// adapt freezes m but for its new head, and gives adapters to the layers that the job names.
func (j *Job) adapt(m model.Model) error {
	l := &j.LoRA
	if !l.On() {
		return nil
	}
	c := model.Chain(m)
	body := c[:j.body(c)]
	if j.Head == "" {
		nn.Freeze(m, true)
	}
	nn.Freeze(body, true)
	if err := thaw(m, l.Train); err != nil {
		return err
	}
	inHead := map[*nn.Param]bool{}
	for _, p := range nn.Params(c[len(body):]) {
		inHead[p] = true
	}
	bare := map[*nn.Param]bool{} // of layers that are blocks of the stack themselves
	for _, b := range body {
		if l, ok := b.(*nn.Linear); ok {
			bare[l.W] = true
		}
	}
	var inside, outside, named []nn.Adapted
	for _, a := range nn.Adaptable(m) {
		switch {
		case inHead[a.W] || !a.W.Frozen():
		case slices.ContainsFunc(l.Targets, func(t string) bool { return hits(t, a.Name) }):
			named = append(named, a)
		case bare[a.W]:
			outside = append(outside, a)
		default:
			inside = append(inside, a)
		}
	}
	switch {
	case len(l.Targets) > 0 && len(named) == 0:
		var names []string
		for _, a := range append(inside, outside...) {
			names = append(names, a.Name)
		}
		return fmt.Errorf("targets %s name no layer; there are %s", strings.Join(l.Targets, ", "), strings.Join(names, ", "))
	case len(l.Targets) > 0:
	case len(inside) > 0:
		named = inside
	default:
		named = outside
	}
	if len(named) == 0 {
		return fmt.Errorf("the model has no layer of neurons before its head: there is nothing to adapt")
	}
	alpha := l.Alpha
	if alpha == 0 {
		alpha = 2 * float64(l.Rank)
	}
	for _, a := range named {
		in, out := a.Sizes()
		if l.Rank > min(in, out) {
			return fmt.Errorf("rank is %d, but %s has a matrix of %d by %d: want at most %d", l.Rank, a.Name, out, in, min(in, out))
		}
		a.Adapt(nn.NewLoRA(in, out, l.Rank, alpha, l.Dropout))
	}
	return nil
}

// thaw lets layers of m be learnt, which are named as targets are, or a whole block by its word in stack notation.
func thaw(m model.Model, targets []string) error {
	for _, t := range targets {
		found := false
		thawed := func(p *nn.Param) {
			p.Freeze(false)
			found = true
		}
		for name, p := range nn.Params(m) {
			if hits(t, layerOf(name)) {
				thawed(p)
			}
		}
		var words []string
		for _, b := range model.Chain(m) {
			word := wordOf(b)
			words = append(words, word)
			if word == t {
				for _, p := range nn.Params(b) {
					thawed(p)
				}
			}
		}
		if !found {
			slices.Sort(words)
			return fmt.Errorf("train=%s names no layer: want a path or its end, such as 0 or mlp.down_proj, or a word of the model's stack: %s", t, strings.Join(slices.Compact(words), ", "))
		}
	}
	return nil
}

// wordOf is a block's word in stack notation.
func wordOf(b nn.Block) string {
	word, _, _ := strings.Cut(nn.Chain{b}.Notation(), "(")
	return word
}

// layerOf is the layer that a parameter belongs to.
func layerOf(param string) string {
	if i := strings.LastIndexByte(param, '.'); i >= 0 {
		return param[:i]
	}
	return param
}

// hits reports whether a target names a layer: by its path, the end of it, or a glob, with or without .weight.
func hits(target, name string) bool {
	target = strings.TrimSuffix(target, ".weight")
	hit, _ := path.Match(target, name)
	return hit || strings.HasSuffix(name, "."+target)
}

// merge adds an adapter to the matrix w; read gives the adapter's values.
func merge(a *nn.LoRA, w []grad.Float, inFirst bool, read func(*nn.Param) ([]grad.Float, error)) error {
	down, err := read(a.Down)
	if err != nil {
		return err
	}
	up, err := read(a.Up)
	if err == nil {
		a.Merge(w, down, up, inFirst)
	}
	return err
}

// merged is weights of a model without adapters: those it has are added to the matrices they adapt. A matrix that is kept in its
// file's type, or that is adapted, is in memory only while it is written.
func merged(m nn.Block) (out []tensor.Source) {
	low := map[*nn.Param]*nn.LoRA{}
	for _, l := range nn.Adaptable(m) {
		if a := l.Adapter(); a != nil {
			low[l.W], low[a.Down], low[a.Up] = a, a, a
		}
	}
	var mem []grad.Float // of one matrix after the other
	for name, p := range nn.State(m) {
		a := low[p]
		if a != nil && (a.Down == p || a.Up == p) {
			continue
		}
		out = append(out, tensor.Source{Name: name, Type: device.Float, Shape: p.Shape, Data: func(w io.Writer) error {
			x := p.Buf().F
			if x == nil || a != nil {
				mem = slices.Grow(mem[:0], p.Len())[:p.Len()]
				nn.SlabOf(m).Device.Read(mem, p.Buf())
				x = mem
			}
			if a != nil {
				a.Merge(x, hostOf(m, a.Down), hostOf(m, a.Up), p.InFirst)
			}
			_, err := w.Write(tensor.View(x, p.Shape...).Data)
			return err
		}})
	}
	return out
}

const (
	adapterFile   = "adapter_model.safetensors"
	adapterConfig = "adapter_config.json"
)

// exportAdapter writes what was learnt alone, adapters and a new head, under the names and with the description of
// the PEFT library.
func (r *Run) exportAdapter() error {
	const prefix = "base_model.model."
	var learnt []tensor.Named
	var saved []string // layers that are learnt as they are
	for name, p := range nn.Params(r.Model) {
		if !p.Frozen() {
			learnt = append(learnt, tensor.Named{Name: prefix + name, Tensor: tensor.View(hostOf(r.Model, p), p.Shape...)})
			if !strings.Contains(name, "lora_") {
				saved = append(saved, layerOf(name))
			}
		}
	}
	var targets []string
	fanInOut, alpha := false, 0.0
	for _, l := range nn.Adaptable(r.Model) {
		if a := l.Adapter(); a != nil {
			targets, fanInOut, alpha = append(targets, l.Name), fanInOut || l.W.InFirst, a.Alpha
		}
	}
	config, err := json.MarshalIndent(map[string]any{
		"peft_type": "LORA", "base_model_name_or_path": r.Job.From, "r": r.Job.LoRA.Rank, "lora_alpha": alpha,
		"lora_dropout": r.Job.LoRA.Dropout, "target_modules": targets, "modules_to_save": slices.Compact(saved), "bias": "none", "fan_in_fan_out": fanInOut,
	}, "", "  ")
	if err == nil {
		_, err = writeTensors(durable.Disk{}, filepath.Join(r.Dir, adapterFile), learnt)
	}
	if err == nil {
		err = durable.WriteFile(filepath.Join(r.Dir, adapterConfig), append(config, '\n'))
	}
	return err
}
