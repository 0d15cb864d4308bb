package views

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"brick/course/lens"
	"brick/course/lesson"
	"brick/generate"
	"brick/model"
	"brick/train"
)

// Bounds of one look.
const (
	maxText   = 512  // tokens
	maxBytes  = 8192 // of the text
	maxWork   = 3e10 // multiplications of an answer: a second or two
	maxAblate = 6e11 // … and of all measurements of a stream
)

// In names a model and the text it reads.
type In struct {
	Run  string `json:"run"`  // of a run folder, or of a model file; "" for learn-llama
	Text string `json:"text"` // at most 8 KiB and 512 tokens
}

// example is the text that pages show first: a story of the kind that learn-llama reads.
const example = "Anna had a red ball. Anna met Tom in the garden and gave it to Tom. Who has the red ball now? Tom has the red"

// Check bounds the text.
func (in In) Check() error {
	if !utf8.ValidString(in.Text) {
		return &lesson.Refusal{Key: "refused.utf8", Field: "text", Message: "the text is not UTF-8"}
	}
	return lesson.First(lesson.Within("text", float64(len(in.Text)), 0, maxBytes), lesson.Within("run", float64(len(in.Run)), 0, 200))
}

// Info is what every answer says of the model and the text.
type Info struct {
	Name    string   `json:"name"`
	Trained bool     `json:"trained"` // false: the chapter's small model, as it is before training
	Params  int      `json:"params"`
	Tokens  []string `json:"tokens"` // as they are shown, never with a broken character
}

// with lets f look into the model that in names. passes is how many times f lets the text pass through it.
func (in In) with(ctx context.Context, s *lesson.Session, passes float64, f func(m lens.Model, ids []int32, i Info) error) error {
	use := func(m lens.Model, trained bool) error {
		ids := m.Encode(in.Text)
		if len(ids) == 0 {
			return &lesson.Refusal{Key: "refused.empty", Field: "text", Message: "the text is empty; type a word"}
		}
		most := maxText
		if c := m.Context(); c > 0 {
			most = min(most, c)
		}
		if w := float64(m.Weights()); w > 0 {
			most = min(most, max(int(maxWork/(w*passes)), 1))
		}
		if len(ids) > most {
			return &lesson.Refusal{Key: "refused.long", Args: []any{len(ids), most}, Field: "text", Message: fmt.Sprintf("the text has %d tokens; this model takes at most %d here", len(ids), most)}
		}
		return f(m, ids, Info{m.Name, trained, model.Count(m.Block), lens.Pieces(m.Tokenizer, ids)})
	}
	name := in.Run
	if name == "" {
		name = Stories.Name
	}
	for _, small := range []lesson.Model{Stories, Couplets} {
		if name == small.Name && !s.Runs.Has(name) {
			m, err := untrained(ctx, small)
			if err != nil {
				return err
			}
			return use(m, false)
		}
	}
	var m lens.Model
	if lesson.IsFile(name) {
		if err := s.Runs.WithFile(name, func(l *generate.Language) error {
			m = lens.OfFile(strings.TrimPrefix(name, lesson.FilePrefix), l)
			return nil
		}); err != nil {
			return err
		}
		return use(m, true)
	}
	if err := s.Runs.With(name, func(r *train.Run) (err error) {
		if m, err = lens.OfRun(name, r); err != nil {
			err = &lesson.Refusal{Key: "refused.kind", Args: []any{name}, Field: "run", Message: err.Error()}
		}
		return err
	}); err != nil {
		return err
	}
	return use(m, true) // looking changes nothing of a model, so that others may look at the same time
}

// look is with, for one watched pass of the text.
func (in In) look(ctx context.Context, s *lesson.Session, f func(m lens.Model, p *lens.Pass, i Info) error) error {
	return in.with(ctx, s, 1, func(m lens.Model, ids []int32, i Info) error {
		p, err := m.Look(ids)
		if err != nil {
			return &lesson.Refusal{Key: "refused.blocks", Args: []any{m.Name, err.Error()}, Field: "run", Message: err.Error()}
		}
		return f(m, p, i)
	})
}

// Source describes a model and how it reads a text.
type Source struct {
	Info
	Stack   string `json:"stack"`
	Context int    `json:"context"` // tokens it can read, 0 for no bound
	Vocab   int    `json:"vocab"`
}

var source = lesson.Shows(lesson.Ask("source", In{Text: example}, func(ctx context.Context, s *lesson.Session, in In) (out Source, err error) {
	err = in.with(ctx, s, 1, func(m lens.Model, _ []int32, i Info) error {
		out = Source{i, "", m.Context(), m.Tokenizer.Vocab()}
		if d, ok := m.Block.(model.Model); ok {
			out.Stack = stack(d)
		}
		return nil
	})
	return out, err
}), func(in In) lesson.Shown {
	return in.shown(`fmt.Println(lens.Pieces(m.Tokenizer, ids))`)
})

// stack is a model in stack notation, or the name of its architecture where that notation has no word for its layers.
func stack(m model.Model) string {
	var config struct {
		Type string `json:"model_type"`
	}
	line := m.Notation()
	if json.Unmarshal([]byte(line), &config) == nil {
		return config.Type
	}
	return line
}

// shown is a program that looks into the run and prints what body says, of m, ids and p.
func (in In) shown(body string) lesson.Shown {
	name := in.Run
	if name == "" {
		name = Stories.Name
	}
	look := ""
	if strings.Contains(body, "p.") {
		look = `
	p, err := m.Look(ids)
	if err != nil {
		fmt.Println(err)
		return
	}`
	}
	imports := []string{"fmt", "", "brick/course/lens"}
	for _, more := range []string{"context"} {
		if strings.Contains(body, more+".") {
			imports = append([]string{more}, imports...)
		}
	}
	open := fmt.Sprintf(`run, err := train.Open("runs/%s", train.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := lens.OfRun(%q, run)
	if err != nil {
		fmt.Println(err)
		return
	}`, strings.ReplaceAll(name, `"`, ""), name)
	if file, ok := strings.CutPrefix(name, lesson.FilePrefix); ok {
		open = fmt.Sprintf(`l, err := generate.Open(%q, model.OpenOptions{Keeping: model.Widened})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := lens.OfFile(%q, l)`, file, file)
	}
	for _, more := range []string{"generate", "model", "train", "device/cpu"} {
		if strings.Contains(open+body, path.Base(more)+".") {
			imports = append(imports, "brick/"+more)
		}
	}
	var list strings.Builder
	for _, i := range imports {
		if i != "" {
			i = fmt.Sprintf("%q", i)
		}
		list.WriteString("\t" + i + "\n")
	}
	return lesson.Shown{Go: fmt.Sprintf(`package main

import (
%s)

func main() {
	%s
	ids := m.Encode(%q)%s
	%s
}
`, list.String(), open, in.Text, look, strings.ReplaceAll(body, "\n", "\n\t"))}
}
