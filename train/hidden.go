package train

import (
	"cmp"
	"fmt"
	"image"
	"slices"
	"strings"
	"unicode/utf8"

	"brick/data"
	"brick/grad"
	"brick/model"
	"brick/nn"
)

// Bounds of a picture of hidden states.
const (
	maxUnits = 48  // units that are drawn
	maxSteps = 240 // tokens that are read
)

// Hidden is a text as a model reads it, token by token.
type Hidden struct {
	Layer  string         // whose states these are: its path and notation
	IDs    []int32        // what was read
	Cut    int            // tokens of the text beyond what is read at once: 240, or the model's context
	States [][]grad.Float // of the layer, after each token
	Order  []int          // its units, the most changing first
	Logits [][]grad.Float // of what may come after each token; nil where the model tells nothing of that
}

// Hidden reads text and gives the states of the layer at path, or of the first recurrent one, or of the first that gives a
// vector for each token. It errs where the model reads no text one token after another, and on a text without tokens.
func (r *Run) Hidden(text, path string) (*Hidden, error) {
	if r.Tokenizer == nil || r.Info.Task == data.Translation {
		return nil, usagef("hidden states are those of models that read text one token after another; %s is %v of %s", r.Dir, r.Info.Task, r.Info.Name)
	}
	h := &Hidden{IDs: r.Tokenizer.Encode(text, nil)}
	most := maxSteps
	if n := model.Context(r.Model); n > 0 {
		most = min(most, n)
	}
	if len(h.IDs) == 0 {
		return nil, usagef("hidden states of no tokens; want a text that %s can read", r.Dir)
	}
	h.Cut = max(len(h.IDs)-most, 0)
	h.IDs = h.IDs[:len(h.IDs)-h.Cut]
	read := h.IDs // by the model
	if r.Info.Labelled() {
		read = r.textIDs(text)[:len(h.IDs)]
	}
	if err := r.states(h, read, path); err != nil {
		return nil, err
	}
	h.Order = byVariance(h.States)
	return h, nil
}

// DrawHidden draws what Hidden gives, as a .png or .svg file: a strip for each of the units that change most, a column for
// each token.
func (r *Run) DrawHidden(file, text, path string) (note string, err error) {
	if err := pictureFile(file); err != nil {
		return "", err
	}
	h, err := r.Hidden(text, path)
	if err != nil {
		return "", err
	}
	if h.Cut > 0 {
		note = fmt.Sprintf("%s: %d tokens, of which the first %d are drawn", file, len(h.IDs)+h.Cut, len(h.IDs))
	}
	signs := make([]string, len(h.IDs))
	for i, id := range h.IDs {
		signs[i] = visible(r.Tokenizer.AppendBytes(nil, id))
	}
	if !spellable(file, signs) {
		note = strings.TrimPrefix(note+fmt.Sprintf("; %s: a PNG's font lacks letters of the text; a file that ends in .svg shows them", file), "; ")
	}
	top := 90.0
	for _, s := range signs {
		if utf8.RuneCountInString(s) > 1 { // written slanted
			top = max(top, 74+0.8*textWidth(9, s))
		}
	}
	return note, drawn(file, max(90+15*float64(len(h.IDs))+20, 330), top+13*float64(min(len(h.Order), maxUnits))+28, paintHidden(h.Layer, signs, h.States, h.Order, top))
}

// states runs ids through the model, and notes what the layer makes of them and what the model says.
func (r *Run) states(h *Hidden, ids []int32, path string) error {
	var there []string
	recurrent := false
	rows := func(y *grad.Var) (list [][]grad.Float) {
		x, d := y.Data(), y.Dim(2)
		for t := range len(ids) {
			list = append(list, slices.Clone(x[t*d:(t+1)*d]))
		}
		return list
	}
	err := grad.Catch(func() {
		tape := &grad.Tape{Device: r.dev, NoGrad: true, Trace: func(b grad.Block, y *grad.Var) {
			if y.Rank() != 3 || y.Dim(1) != len(ids) {
				return
			}
			at := nn.NameOf(r.Model, b)
			_, again := b.(*nn.Recurrent)
			there = append(there, at)
			if path == at || path == "" && (h.States == nil || again && !recurrent) {
				recurrent = recurrent || again
				h.Layer, h.States = r.blockName(b), rows(y)
			}
		}}
		y := model.Chain(r.Model).Forward(tape.IDs(ids, 1, len(ids)))
		if r.Info.Task == data.Language && y.Rank() == 3 && y.Dim(1) == len(ids) && y.Dim(2) == r.Info.Vocab {
			h.Logits = rows(y)
		}
	})
	if err != nil {
		return fmt.Errorf("train: hidden states: %w", err)
	}
	if h.States == nil {
		return usagef("%s has no layer %q that gives a vector for each token; it has %s", r.Dir, path, strings.Join(there, ", "))
	}
	return nil
}

// byVariance is the units in the order of how much they change over the steps, the most first.
func byVariance(states [][]grad.Float) []int {
	variance := make([]float64, len(states[0]))
	order := make([]int, len(variance))
	for k := range variance {
		order[k] = k
		var sum, squares float64
		for _, s := range states {
			v := float64(s[k])
			sum, squares = sum+v, squares+v*v
		}
		n := float64(len(states))
		variance[k] = squares/n - sum/n*(sum/n)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(variance[b], variance[a]) })
	return order
}

// paintHidden paints strips of the first units of order.
func paintHidden(name string, signs []string, states [][]grad.Float, order []int, top float64) func(c *canvas) {
	return func(c *canvas) {
		units := order[:min(len(order), maxUnits)]
		most := 0.0
		for _, s := range states {
			most = max(most, largest(s))
		}
		c.say(16, 26, 14, 0, ink, "layer "+name)
		c.say(16, 44, 10, 0, grey, fmt.Sprintf("%d of %d units, the most changing first", len(units), len(order)))
		c.say(16, 59, 10, 0, grey, fmt.Sprintf("red above 0, blue below; full colour ±%.3g", most))
		m := image.NewRGBA(image.Rect(0, 0, len(states), len(units)))
		for i, k := range units {
			for t, s := range states {
				m.SetRGBA(t, i, signed(float64(s[k]), most))
			}
		}
		const left, step, strip = 90.0, 15.0, 13.0
		for t, s := range signs {
			if utf8.RuneCountInString(s) > 1 {
				c.slanted(left+step*(float64(t)+0.5), top-6, 9, ink, s)
			} else {
				c.say(left+step*(float64(t)+0.5), top-6, 11, -0.5, ink, s)
			}
		}
		for i, k := range units {
			c.say(left-8, top+strip*float64(i)+10, 9, -1, ink, fmt.Sprintf("unit %d", k))
		}
		// Strips are wider than high: each step is drawn as 15×13 pixels.
		wide := image.NewRGBA(image.Rect(0, 0, len(states)*int(step), len(units)*int(strip)))
		for y := range wide.Rect.Max.Y {
			for x := range wide.Rect.Max.X {
				on := m.RGBAAt(x/int(step), y/int(strip))
				if y%int(strip) == 0 {
					on.R, on.G, on.B = 255, 255, 255
				}
				wide.SetRGBA(x, y, on)
			}
		}
		c.picture(left, top, step*float64(len(states)), wide)
	}
}

// visible is a token's bytes as they can be seen; the space before a word is left out.
func visible(b []byte) string {
	if !utf8.Valid(b) {
		return fmt.Sprintf("%x", b)
	}
	s := string(b)
	if len(s) > 1 {
		s = strings.TrimPrefix(s, " ")
	}
	return strings.NewReplacer(" ", "·", "\n", "¶", "\t", "→", "\r", "←").Replace(s)
}
