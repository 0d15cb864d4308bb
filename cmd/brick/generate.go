package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"brick/generate"
	"brick/model"
)

// A writing is what brick generate is asked to do.
type writing struct {
	options  writingOptions
	search   generate.Search
	prompt   string
	asJSON   bool
	prompts  string // a file
	parallel int
	how      sitting
}

func newGenerate() *cobra.Command {
	var w writing
	c := &cobra.Command{
		Use:   "generate RUN | DIR | FILE.gguf [PROMPT]",
		Short: "Let a trained language model write",
		Long: `Generate continues PROMPT (or standard input, if PROMPT is -) with the language model of RUN and prints the text as
it is written. --temperature 0 is greedy; the same seed writes the same text.

Tokens that may not come are left out first (--logit-bias, --ban, --min-tokens, --grammar, --json-schema). Then the samplers are
applied in the order of --samplers: penalties;dry;top_k;typ_p;top_p;min_p;xtc;temperature. --mirostat takes the place of
those between dry and temperature. --beams looks for the likeliest texts instead of drawing one.

--json-schema makes the text JSON that a schema accepts, --grammar what a GBNF grammar describes; the text ends where it is whole.

--draft and --lookup guess tokens that the model then checks several at a time; --prompts writes many texts, --parallel at once. Neither
changes a text. Keys and values are kept as --cache-type says. Where the model's context is full the text ends, unless --context-shift lets
it forget the older half but --keep tokens; keys with rotary positions are moved up, with other positions what is left is read again.

DIR is a Hugging Face folder instead: config.json, model.safetensors or its shards, tokenizer.json. What its
generation_config.json says about drawing tokens holds where no flag says otherwise, and it knows the tokens that end a text.
The architectures are ` + strings.Join(model.Architectures(), ", ") + `.
A GGUF file holds the same in one: model, tokenizer and all; its architectures are ` + strings.Join(model.GGUFArchitectures(), ", ") + `.`,
		Example: `  brick generate runs/go-1 'func main() {' --temperature 0.8 --top-p 0.95
  echo 'package main' | brick generate runs/go-1 -
  brick generate stories260k-q8_0.gguf -p 'Once upon a time' --temperature 0
  brick generate SmolLM2-135M 'The capital of France is' --temperature 0
  brick generate SmolLM2-135M 'Anna is 12. As JSON: ' --json-schema person.json
  brick generate SmolLM2-135M 'The capital of France is' --beams 4 --best 3 -n 8
  brick generate SmolLM2-135M --prompts questions.jsonl --parallel 16 --json
  brick generate SmolLM2-1.7B 'The capital of France is' --draft SmolLM2-135M`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return w.run(cmd, args) },
	}
	f := c.Flags()
	f.StringVarP(&w.prompt, "prompt", "p", "", "the text to continue, as PROMPT")
	w.options.flags(f)
	w.how.flags(f)
	w.how.shifting(f)
	f.StringVar(&w.prompts, "prompts", "", "of a DIR or FILE.gguf: continue each line of this file, or the prompt of each object of a .jsonl")
	f.IntVar(&w.parallel, "parallel", 8, "texts that are written at once, with --prompts; each is as if it were alone")
	f.IntVar(&w.search.Beams, "beams", 0, "look for the likeliest text by following so many")
	f.IntVar(&w.search.Best, "best", 1, "texts to print, with --beams")
	f.Float64Var(&w.search.LengthPenalty, "length-penalty", 1, "0 favours short texts, 1 nearly compares means, with --beams")
	f.BoolVar(&w.asJSON, "json", false, "print one JSON object at the end")
	return c
}

func (w *writing) run(cmd *cobra.Command, args []string) error {
	if len(args) > 1 && w.prompt != "" {
		return usagef("the prompt is given twice, as an argument and by --prompt")
	}
	w.prompt += strings.Join(args[1:], "")
	if err := w.options.read(cmd, w.prompt == "-"); err != nil {
		return err
	}
	if w.prompt == "-" {
		in, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 16<<20))
		if err != nil {
			return fmt.Errorf("generate: prompt: %w", err)
		}
		w.prompt = string(in)
	}
	for _, name := range []string{"best", "length-penalty"} {
		if cmd.Flag(name).Changed && w.search.Beams == 0 {
			return usagef("--%s is for texts found by --beams", name)
		}
	}
	if w.prompts != "" {
		switch {
		case w.prompt != "" || cmd.Flag("beams").Changed || cmd.Flag("logprobs").Changed:
			return usagef("--prompts has the prompts; it goes with neither a PROMPT, nor --beams, nor --logprobs")
		case w.parallel < 1:
			return usagef("--parallel %d: want 1 text or more", w.parallel)
		}
		return w.together(cmd, args[0])
	}
	s, err := openWriter(args[0], &w.how)
	if err != nil {
		return err
	}
	defer s.close()
	o := &w.options.Sampling
	if cmd.Flag("beams").Changed {
		if !cmd.Flag("temperature").Changed {
			o.Temperature = 0
		}
		if err := w.search.Check(*o); err != nil {
			return usageError{err}
		}
		return w.searched(cmd, s)
	}
	if err := s.fill(cmd, o); err != nil {
		return err
	}
	return w.streamed(cmd, s)
}

// told is a token with its log-probability and the likeliest ones beside it.
type told struct {
	generate.Choice
	Top []generate.Choice `json:"top_logprobs"`
}

// streamed prints a text as it is written.
func (w *writing) streamed(cmd *cobra.Command, s writer) error {
	out := cmd.OutOrStdout()
	var text strings.Builder
	var ids []int32
	var tokens []told
	reason, began := generate.Reason(""), time.Now()
	if !w.asJSON {
		fmt.Fprint(out, w.prompt)
	}
	for t, err := range s.Stream(cmd.Context(), w.prompt, w.options.Sampling) {
		if err != nil {
			return err
		}
		text.WriteString(t.Text)
		ids, reason = append(ids, t.ID), t.Reason
		if t.Top != nil {
			tokens = append(tokens, told{generate.Choice{ID: t.ID, Text: s.Text(t.ID), LogProb: t.LogProb}, t.Top})
		}
		if !w.asJSON {
			fmt.Fprint(out, t.Text)
		}
	}
	took := time.Since(began).Seconds()
	if w.asJSON {
		answer := map[string]any{
			"prompt": w.prompt, "text": text.String(), "ids": ids, "finish_reason": reason, "tokens_per_second": float64(len(ids)) / took,
		}
		answer["stats"] = s.Stats
		if tokens != nil {
			answer["logprobs"] = tokens
		}
		return json.NewEncoder(out).Encode(answer)
	}
	fmt.Fprintln(out)
	if reason == generate.Full {
		fmt.Fprintf(cmd.ErrOrStderr(), "the context is full (%d tokens) and the text ends here; --context-shift forgets the older half and goes on\n", s.Context())
	}
	for _, t := range tokens {
		fmt.Fprintf(out, "%9.4f  %-14q", t.LogProb, t.Text)
		for _, c := range t.Top {
			fmt.Fprintf(out, "  %q %.4f", c.Text, c.LogProb)
		}
		fmt.Fprintln(out)
	}
	if isTerminal(cmd.ErrOrStderr()) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d tokens, %s, ended by %s\n", len(ids), speed(s.Stats), reason)
	}
	return nil
}

// searched prints the likeliest texts, best first.
func (w *writing) searched(cmd *cobra.Command, s writer) error {
	found, err := s.Search(cmd.Context(), w.prompt, w.options.Sampling, w.search)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if w.asJSON {
		return json.NewEncoder(out).Encode(map[string]any{"prompt": w.prompt, "choices": found})
	}
	for _, h := range found {
		if w.search.Best > 1 {
			fmt.Fprintf(out, "%9.4f  ", h.Score)
		}
		fmt.Fprintln(out, w.prompt+h.Text)
	}
	return nil
}
