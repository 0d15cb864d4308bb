package optim_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"brick/nn"
	"brick/optim"
)

func TestParamsOfAModel(t *testing.T) {
	m := nn.Build(nn.Chain{nn.NewEmbedding(10, 4), nn.NewLinear(4, 6), nn.NewLayerNorm(6), nn.NewLinear(6, 10)}, 1)
	nn.Freeze(m[2], true)
	var got []string
	for _, p := range optim.Params(m) {
		s := p.Name
		if p.Decay {
			s += "+decay"
		}
		if p.Matrix {
			s += "+matrix"
		}
		got = append(got, s)
	}
	want := "0.weight+decay 1.weight+decay+matrix 1.bias 3.weight+decay 3.bias"
	if strings.Join(got, " ") != want {
		t.Errorf("found %s, want %s", strings.Join(got, " "), want)
	}
	o := optim.NewMuon()
	if err := optim.Attach(o, m); err != nil || o.Device() != nn.SlabOf(m).Device || len(o.Groups()) != 5 {
		t.Errorf("attached to %d groups: %v", len(o.Groups()), err)
	}
	if err := optim.Attach(optim.NewLBFGS(), m); err != nil {
		t.Error(err)
	}
}

// The configuration, and nothing else, is what a run file holds.
func TestYAML(t *testing.T) {
	o := optim.NewMuon()
	if err := o.Init(nil, some(1)); err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	want := "momentum: 0.95\nnesterov: true\nns_steps: 5\nscale: moonshot\nweight_decay: 0.1\nadam_rate: 1\nadam:\n    beta1: 0.9\n    beta2: 0.95\n    eps: 1e-08\n    weight_decay: 0.1\n"
	if string(text) != want {
		t.Errorf("found\n%s\nwant\n%s", text, want)
	}
	back := optim.NewMuon()
	d := yaml.NewDecoder(strings.NewReader("momentum: 0.9\nadam:\n    beta2: 0.99\n"))
	d.KnownFields(true)
	if err := d.Decode(back); err != nil || back.Momentum != 0.9 || back.Adam.Beta2 != 0.99 || back.Adam.Beta1 != 0.9 {
		t.Errorf("found %+v, %v", back, err)
	}
	d = yaml.NewDecoder(strings.NewReader("betta1: 0.9\n"))
	d.KnownFields(true)
	if err := d.Decode(optim.NewAdamW()); err == nil || !strings.Contains(err.Error(), "betta1") {
		t.Errorf("an unknown field gave error %v", err)
	}
}
