package lens

import (
	"math"
	"testing"

	"brick/model"
	"brick/nn"
	"brick/token"
)

// slow is a tiny model computed the plain way: float64, one loop for each sum of the formulas.
type slow struct {
	p        map[string][]float64
	w        map[string]int // columns of each matrix
	heads    int
	cut      int // layer whose head or block is silenced, −1 for none
	cutHead  int // −1 for the block
	weights  [][][]float64
	streams  [][][]float64
	gates    [][][]float64
	attended [][][]float64 // outputs of attention's branch
}

func newSlow(m nn.Block, heads int) *slow {
	s := &slow{p: map[string][]float64{}, w: map[string]int{}, heads: heads, cut: -1, cutHead: -1}
	for name, p := range nn.Params(m) {
		for _, v := range p.Data() {
			s.p[name] = append(s.p[name], float64(v))
		}
		s.w[name] = p.Shape[len(p.Shape)-1]
	}
	return s
}

// rows is W·x for W (out, in), and x·W + b for W (in, out) where turned.
func (s *slow) times(name string, x []float64, turned bool) []float64 {
	w, cols := s.p[name+".weight"], s.w[name+".weight"]
	n := len(w) / cols
	if turned {
		n = cols
	}
	y := make([]float64, n)
	for o := range y {
		for i := range x {
			if turned {
				y[o] += x[i] * w[i*cols+o]
			} else {
				y[o] += x[i] * w[o*cols+i]
			}
		}
		if b := s.p[name+".bias"]; b != nil {
			y[o] += b[o]
		}
	}
	return y
}

func (s *slow) norm(name string, x []float64, layer bool) []float64 {
	mean, square := 0.0, 0.0
	if layer {
		for _, v := range x {
			mean += v / float64(len(x))
		}
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / float64(len(x))
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = (v - mean) / math.Sqrt(square+1e-5) * s.p[name+".weight"][i]
		if layer {
			y[i] += s.p[name+".bias"][i]
		}
	}
	return y
}

// attend mixes values: q (T, H·D), k and v (T, K·D).
func (s *slow) attend(layer int, q, k, v [][]float64) [][]float64 {
	d := len(q[0]) / s.heads
	group := s.heads / (len(k[0]) / d)
	all := make([][]float64, len(q))
	for t := range q {
		all[t] = make([]float64, len(q[0]))
		for h := range s.heads {
			p, sum := make([]float64, t+1), 0.0
			for j := range p {
				for i := range d {
					p[j] += q[t][h*d+i] * k[j][h/group*d+i] / math.Sqrt(float64(d))
				}
				p[j] = math.Exp(p[j])
				sum += p[j]
			}
			for j := range p {
				p[j] /= sum
				for i := range d {
					all[t][h*d+i] += p[j] * v[j][h/group*d+i]
				}
			}
			s.weights = append(s.weights, [][]float64{p}) // by layer, then t, then head
			if layer == s.cut && h == s.cutHead {
				clear(all[t][h*d:][:d])
			}
		}
	}
	return all
}

func (s *slow) turn(x []float64, d, pos int) {
	for at := 0; at < len(x); at += d {
		for i := range d / 2 {
			θ := float64(pos) * math.Pow(10000, -2*float64(i)/float64(d))
			u, v := x[at+i], x[at+i+d/2]
			x[at+i], x[at+i+d/2] = u*math.Cos(θ)-v*math.Sin(θ), v*math.Cos(θ)+u*math.Sin(θ)
		}
	}
}

func add(x [][]float64, y [][]float64) {
	for t := range x {
		for i := range x[t] {
			x[t][i] += y[t][i]
		}
	}
}

func (s *slow) note(x [][]float64) {
	var c [][]float64
	for _, row := range x {
		c = append(c, append([]float64(nil), row...))
	}
	s.streams = append(s.streams, c)
}

// llama gives the logits of Touvron et al. 2023.
func (s *slow) llama(ids []int32, layers, d int) (logits [][]float64) {
	x := s.rows("model.embed_tokens", ids)
	s.note(x)
	for l := range layers {
		if l == s.cut && s.cutHead < 0 {
			s.note(x)
			continue
		}
		name := "model.layers." + string(rune('0'+l)) + "."
		var q, k, v, a, f [][]float64
		for t, row := range x {
			n := s.norm(name+"input_layernorm", row, false)
			q, k, v = append(q, s.times(name+"self_attn.q_proj", n, false)), append(k, s.times(name+"self_attn.k_proj", n, false)), append(v, s.times(name+"self_attn.v_proj", n, false))
			s.turn(q[t], d, t)
			s.turn(k[t], d, t)
		}
		for _, y := range s.attend(l, q, k, v) {
			a = append(a, s.times(name+"self_attn.o_proj", y, false))
		}
		s.attended = append(s.attended, a)
		add(x, a)
		var gates [][]float64
		for _, row := range x {
			n := s.norm(name+"post_attention_layernorm", row, false)
			gate, up := s.times(name+"mlp.gate_proj", n, false), s.times(name+"mlp.up_proj", n, false)
			for i, g := range gate {
				up[i] *= g / (1 + math.Exp(-g))
			}
			gates = append(gates, up)
			f = append(f, s.times(name+"mlp.down_proj", up, false))
		}
		s.gates = append(s.gates, gates)
		add(x, f)
		s.note(x)
	}
	for _, row := range x {
		logits = append(logits, s.times("lm_head", s.norm("model.norm", row, false), false))
	}
	return logits
}

// gpt gives the logits of Radford et al. 2019.
func (s *slow) gpt(ids []int32, layers int) (logits [][]float64) {
	x := s.rows("transformer.wte", ids)
	for t := range x {
		for i := range x[t] {
			x[t][i] += s.p["transformer.wpe.weight"][t*len(x[t])+i]
		}
	}
	s.note(x)
	for l := range layers {
		if l == s.cut && s.cutHead < 0 {
			s.note(x)
			continue
		}
		name := "transformer.h." + string(rune('0'+l)) + "."
		var q, k, v, a, f [][]float64
		c := len(x[0])
		for _, row := range x {
			qkv := s.times(name+"attn.c_attn", s.norm(name+"ln_1", row, true), true)
			q, k, v = append(q, qkv[:c]), append(k, qkv[c:2*c]), append(v, qkv[2*c:])
		}
		for _, y := range s.attend(l, q, k, v) {
			a = append(a, s.times(name+"attn.c_proj", y, true))
		}
		s.attended = append(s.attended, a)
		add(x, a)
		var gates [][]float64
		for _, row := range x {
			h := s.times(name+"mlp.c_fc", s.norm(name+"ln_2", row, true), true)
			for i, z := range h { // GELU by tanh, Hendrycks & Gimpel 2016
				h[i] = z / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(z+0.044715*z*z*z)))
			}
			gates = append(gates, h)
			f = append(f, s.times(name+"mlp.c_proj", h, true))
		}
		s.gates = append(s.gates, gates)
		add(x, f)
		s.note(x)
	}
	for _, row := range x {
		n := s.norm("transformer.ln_f", row, true)
		y := make([]float64, len(s.p["transformer.wte.weight"])/len(n))
		for o := range y { // the head is the embedding's matrix
			for i := range n {
				y[o] += n[i] * s.p["transformer.wte.weight"][o*len(n)+i]
			}
		}
		logits = append(logits, y)
	}
	return logits
}

func (s *slow) rows(name string, ids []int32) (x [][]float64) {
	w, c := s.p[name+".weight"], s.w[name+".weight"]
	for _, id := range ids {
		x = append(x, append([]float64(nil), w[int(id)*c:(int(id)+1)*c]...))
	}
	return x
}

// tiny are the models that are compared: their weights are drawn wide, so that attention is not even.
func tiny(t *testing.T) map[string]Model {
	t.Helper()
	tok, err := token.NewBytes("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]Model{}
	for name, stack := range map[string]string{
		"llama": "embed(16) 2*llama(heads=4,kv=2,ff=24) rmsnorm linear",
		"gpt":   "embed(16,pos=32) 2*gpt(heads=2,ff=24) layernorm linear",
	} {
		m, err := model.New(stack, nn.Input{Vocab: tok.Vocab()})
		if err != nil {
			t.Fatal(err)
		}
		nn.Build(m, 7)
		for name, p := range nn.Params(m) {
			if len(p.Shape) == 2 {
				for i := range p.Data() {
					p.Data()[i] *= 12
				}
			} else if i := len(name) % 5; len(p.Data()) > i {
				p.Data()[i] += 0.3 // norms and biases that do something
			}
		}
		list[name] = Model{Name: name, Block: m, Tokenizer: tok}
	}
	return list
}

// reference computes ids the plain way.
func reference(name string, m Model, cut, head int, ids []int32) (*slow, [][]float64) {
	if name == "llama" {
		s := newSlow(m.Block, 4)
		s.cut, s.cutHead = cut, head
		return s, s.llama(ids, 2, 4)
	}
	s := newSlow(m.Block, 2)
	s.cut, s.cutHead = cut, head
	return s, s.gpt(ids, 2)
}
