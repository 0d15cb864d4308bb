package views

import (
	"context"
	"fmt"
	"math"

	"brick/course/lens"
	"brick/course/lesson"
	"brick/data"
	"brick/generate"
)

// Cut is a measurement without a part of the model.
type Cut struct {
	Layer  int     `json:"layer"` // −1 for the whole model
	Head   int     `json:"head"`  // −1 for a whole block
	Loss   float64 `json:"loss"`  // nats a token
	Delta  float64 `json:"delta"`
	Done   int     `json:"done"`
	Of     int     `json:"of"`
	Held   bool    `json:"held"` // measured on held-out text of the run's data; else on the text of the page
	Tokens int     `json:"read"` // that were read each time, about

	Name    string `json:"name"`
	Trained bool   `json:"trained"`
}

// ablate silences each head and block in turn.
var ablate = lesson.Shows(lesson.Stream("ablate", In{Text: example}, func(ctx context.Context, s *lesson.Session, in In, j *lesson.Job) error {
	return in.look(ctx, s, func(m lens.Model, p *lens.Pass, i Info) error {
		of := 1 + p.Layers()
		for _, a := range p.Attentions {
			of += a.Heads
		}
		set, window := lens.Text(p.IDs, p.Vocab), len(p.IDs)-1
		if m.Held != nil {
			held, done, err := m.Held(ctx)
			if err != nil {
				return err
			}
			defer done(nil)
			set, window = held, held.Info().Input[0]
		} else if window < 1 {
			return &lesson.Refusal{Key: "refused.empty", Field: "text", Message: "the text is one token; type some more"}
		}
		const batch = 16
		batches := int(maxAblate / (float64(m.Weights()) * float64(window) * batch * float64(of)))
		if batches < 1 {
			return &lesson.Refusal{Key: "refused.ablate", Args: []any{of, m.Name}, Field: "run", Message: fmt.Sprintf("%d measurements of %s take longer than a page can wait", of, m.Name)}
		}
		batches = min(batches, 8)
		n := 0
		for c, err := range m.Ablate(ctx, set, batch, batches) {
			if err != nil {
				return err
			}
			n++
			if err := j.Emit(Cut{c.Layer, c.Head, c.Loss, c.Delta, n, of, m.Held != nil, read(set, batch*batches, window), i.Name, i.Trained}); err != nil {
				return err
			}
		}
		return nil
	})
}), func(in In) lesson.Shown {
	if lesson.IsFile(in.Run) {
		return in.shown(`for c, err := range m.Ablate(context.Background(), lens.Text(ids, model.Vocab(m.Block)), 16, 8) {
	fmt.Println(c.Layer, c.Head, c.Loss, c.Delta, err)
}`)
	}
	return in.shown(`set, done, err := m.Held(context.Background())
if err != nil {
	fmt.Println(err)
	return
}
for c, err := range m.Ablate(context.Background(), set, 16, 8) {
	fmt.Println(c.Layer, c.Head, c.Loss, c.Delta, err)
}
fmt.Println(len(ids), done(nil))`)
})

// read is how many tokens are read of a set.
func read(set data.Set, examples, window int) int { return min(set.Len(), examples) * window }

// CacheIn asks what a cache saves.
type CacheIn struct {
	In
	Tokens int `json:"tokens"` // to be written
}

// Check bounds the text that is written.
func (in CacheIn) Check() error {
	return lesson.First(in.In.Check(), lesson.Within("tokens", float64(in.Tokens), 1, 200))
}

// Cache is the same text written twice.
type Cache struct {
	Info
	With    Cost         `json:"with"`
	Without Cost         `json:"without"`
	Text    string       `json:"text"` // what was written
	Same    bool         `json:"same"` // both times
	Weights int          `json:"weights"`
	Prompt  int          `json:"prompt"` // tokens of the text
	Written int          `json:"written"`
	Curves  [][3]float64 `json:"curves"` // tokens written; multiplications with a cache and without, by formula
}

// Cost is what writing took.
type Cost struct {
	Counted  int     `json:"counted"`  // multiplications, counted while they were done
	Formula  int     `json:"formula"`  // … and as they should be
	Attended int     `json:"attended"` // of them in attention
	Seconds  float64 `json:"seconds"`
}

var cache = lesson.Shows(lesson.Ask("cache", CacheIn{In{Text: example}, 24}, func(ctx context.Context, s *lesson.Session, in CacheIn) (out Cache, err error) {
	err = in.with(ctx, s, float64(in.Tokens), func(m lens.Model, ids []int32, i Info) error {
		n := in.Tokens
		if c := m.Context(); c > 0 {
			n = min(n, c-len(ids)+1)
		}
		out = Cache{Info: i, Weights: m.Weights(), Prompt: len(ids), Written: n}
		var written [2][]int32
		for k, c := range []*Cost{&out.With, &out.Without} {
			w, err := m.Write(ctx, ids, n, k == 0)
			if err != nil {
				return err
			}
			products, attended := m.Expected(len(ids), n, k == 0)
			*c = Cost{w.Products + w.Attended, products + attended, w.Attended, w.Took.Seconds()}
			written[k] = w.IDs
		}
		out.Text, out.Same = lens.Shown(m.Tokenizer, written[0]), fmt.Sprint(written[0]) == fmt.Sprint(written[1])
		for k := 1; k <= n; k++ {
			a, b := m.Expected(len(ids), k, true)
			c, d := m.Expected(len(ids), k, false)
			out.Curves = append(out.Curves, [3]float64{float64(k), float64(a + b), float64(c + d)})
		}
		return nil
	})
	return out, err
}), func(in CacheIn) lesson.Shown {
	return in.shown(fmt.Sprintf(`for _, cache := range []bool{true, false} {
	w, err := m.Write(context.Background(), ids, %d, cache)
	products, attended := m.Expected(len(ids), %d, cache)
	fmt.Println(lens.Shown(m.Tokenizer, w.IDs), w.Products+w.Attended, products+attended, w.Took, err)
}`, in.Tokens, in.Tokens))
})

// WriteIn asks for a text to be gone on with.
type WriteIn struct {
	In
	Tokens      int     `json:"tokens"`
	Temperature float64 `json:"temperature"` // 0 takes the likeliest always
	TopK        int     `json:"topK"`        // 0 means all
	Seed        int     `json:"seed"`
}

// Check bounds the text and the sampling.
func (in WriteIn) Check() error {
	return lesson.First(in.In.Check(), lesson.Within("tokens", float64(in.Tokens), 1, 500), lesson.Within("temperature", in.Temperature, 0, 5),
		lesson.Within("topK", float64(in.TopK), 0, 1e6), lesson.Within("seed", float64(in.Seed), 0, 1e9))
}

// sampling is how tokens are drawn.
func (in WriteIn) sampling() generate.Sampling {
	return generate.Sampling{Max: in.Tokens, Temperature: in.Temperature, TopK: in.TopK, Seed: uint64(in.Seed)}
}

// Piece is a token that was written.
type Piece struct {
	Text string  `json:"text"` // of all that was written so far
	P    float64 `json:"p"`    // the token's probability, before temperature
	N    int     `json:"n"`
	End  string  `json:"end"` // why it ends here
}

// write goes on with the text.
var write = lesson.Shows(lesson.Stream("write", WriteIn{In: In{Text: example}, Tokens: 60, Temperature: 0.8, Seed: 1}, func(ctx context.Context, s *lesson.Session, in WriteIn, j *lesson.Job) error {
	return in.with(ctx, s, 1, func(m lens.Model, ids []int32, i Info) error { return in.writing(ctx, m, ids, j) })
}), func(in WriteIn) lesson.Shown {
	return in.shown(fmt.Sprintf(`for t, err := range generate.Stream(m.Block, ids, generate.Sampling{Max: %d, Temperature: %v, TopK: %d, Seed: %d}) {
	ids = append(ids, t.ID)
	fmt.Println(lens.After(m.Tokenizer, ids[:len(ids)-1], t.ID), t.LogProb, err)
}`, in.Tokens, in.Temperature, in.TopK, in.Seed))
})

// writing sends the text so far after each token.
func (in WriteIn) writing(ctx context.Context, m lens.Model, ids []int32, j *lesson.Job) error {
	var written []int32
	for t, err := range generate.Stream(m.Block, ids, in.sampling()) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		end := string(t.Reason)
		if t.ID == m.Tokenizer.Special().EOS {
			end = "eos"
		} else {
			written = append(written, t.ID)
		}
		// Each token is sent: the learner may want to see them one by one.
		if err := j.Emit(Piece{lens.Shown(m.Tokenizer, written), math.Exp(t.LogProb), len(written), end}); err != nil {
			return err
		}
		if end != "" {
			break
		}
	}
	return nil
}
