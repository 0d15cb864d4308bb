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

func newGenerate() *cobra.Command {
	o := generate.Sampling{}
	var prompt string
	var asJSON bool
	c := &cobra.Command{
		Use:   "generate RUN | DIR | FILE.gguf [PROMPT]",
		Short: "Let a trained language model write",
		Long: `Generate continues PROMPT (or standard input, if PROMPT is -) with the language model of RUN and prints the text as
it is written. --temperature 0 is greedy; the same seed writes the same text.

DIR is a Hugging Face folder instead: config.json, model.safetensors or its shards, tokenizer.json. What its
generation_config.json says about drawing tokens holds where no flag says otherwise, and it knows the tokens that end a text.
The architectures are ` + strings.Join(model.Architectures(), ", ") + `.
A GGUF file holds the same in one: model, tokenizer and all; its architectures are ` + strings.Join(model.GGUFArchitectures(), ", ") + `.`,
		Example: `  brick generate runs/go-1 'func main() {' --temperature 0.8 --top-p 0.95
  echo 'package main' | brick generate runs/go-1 -
  brick generate stories260k-q8_0.gguf -p 'Once upon a time' --temperature 0
  brick generate SmolLM2-135M 'The capital of France is' --temperature 0`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Check(); err != nil {
				return usageError{err}
			}
			if len(args) > 1 && prompt != "" {
				return usagef("the prompt is given twice, as an argument and by --prompt")
			}
			prompt += strings.Join(args[1:], "")
			if prompt == "-" {
				in, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 16<<20))
				if err != nil {
					return fmt.Errorf("generate: prompt: %w", err)
				}
				prompt = string(in)
			}
			s, err := openWriter(args[0])
			if err != nil {
				return err
			}
			defer s.close()
			if err := s.fill(cmd, &o); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			var text strings.Builder
			var ids []int32
			reason, began := generate.Reason(""), time.Now()
			if !asJSON {
				fmt.Fprint(out, prompt)
			}
			for t, err := range s.Stream(cmd.Context(), prompt, o) {
				if err != nil {
					return err
				}
				text.WriteString(t.Text)
				ids, reason = append(ids, t.ID), t.Reason
				if !asJSON {
					fmt.Fprint(out, t.Text)
				}
			}
			took := time.Since(began).Seconds()
			if asJSON {
				return json.NewEncoder(out).Encode(map[string]any{
					"prompt": prompt, "text": text.String(), "ids": ids, "finish_reason": reason, "tokens_per_second": float64(len(ids)) / took,
				})
			}
			fmt.Fprintln(out)
			if isTerminal(cmd.ErrOrStderr()) {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d tokens, %.0f a second, ended by %s\n", len(ids), float64(len(ids))/took, reason)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVarP(&prompt, "prompt", "p", "", "the text to continue, as PROMPT")
	f.IntVarP(&o.Max, "tokens", "n", 256, "tokens at most")
	f.Float64Var(&o.Temperature, "temperature", 0.8, "0 is greedy, 1 the model's own distribution")
	f.IntVar(&o.TopK, "top-k", 0, "keep the k likeliest tokens; 0 means all")
	f.Float64Var(&o.TopP, "top-p", 0.95, "keep the fewest tokens whose probabilities sum to p")
	f.Float64Var(&o.MinP, "min-p", 0, "keep tokens with at least p times the largest probability")
	f.Float64Var(&o.RepeatPenalty, "repeat-penalty", 1, "above 1 makes recent tokens less likely")
	f.Uint64Var(&o.Seed, "seed", 0, "of the draws")
	f.StringArrayVar(&o.Stop, "stop", nil, "text that ends the output; may be given many times")
	f.BoolVar(&asJSON, "json", false, "print one JSON object at the end")
	return c
}
