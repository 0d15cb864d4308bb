package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brick/generate"
)

// maxForm bounds the file of a grammar or a schema.
const maxForm = 1 << 20

// writingOptions are the flags about how tokens are chosen.
type writingOptions struct {
	generate.Sampling
	grammar, schema string // files
	samplers        string
	biases          []string
	ban             []int32
	breakers        []string
}

func (o *writingOptions) flags(f *pflag.FlagSet) {
	f.IntVarP(&o.Max, "tokens", "n", 256, "tokens at most")
	f.IntVar(&o.Min, "min-tokens", 0, "tokens before one may end the text")
	f.Float64Var(&o.Temperature, "temperature", 0.8, "0 is greedy, 1 the model's own distribution")
	f.IntVar(&o.TopK, "top-k", 0, "keep the k likeliest tokens; 0 means all")
	f.Float64Var(&o.TopP, "top-p", 0.95, "keep the fewest tokens whose probabilities sum to p")
	f.Float64Var(&o.MinP, "min-p", 0, "keep tokens with at least p times the largest probability")
	f.Float64Var(&o.TypicalP, "typical", 1, "keep the tokens nearest to the entropy in surprise, up to a share p")
	f.Float64Var(&o.RepeatPenalty, "repeat-penalty", 1, "above 1 makes recent tokens less likely")
	f.IntVar(&o.RepeatLast, "repeat-last-n", 64, "tokens that the penalties look back at; -1 means all")
	f.Float64Var(&o.PresencePenalty, "presence-penalty", 0, "taken off the logits of recent tokens")
	f.Float64Var(&o.FrequencyPenalty, "frequency-penalty", 0, "taken off for each time they occurred")
	f.Float64Var(&o.DryMultiplier, "dry-multiplier", 0, "strength of DRY, which keeps sequences from repeating; 0 means none")
	f.Float64Var(&o.DryBase, "dry-base", 1.75, "how its penalty grows with each token repeated")
	f.IntVar(&o.DryAllowed, "dry-allowed-length", 2, "length from which a repetition has a penalty")
	f.IntVar(&o.DryLast, "dry-penalty-last-n", -1, "tokens that DRY looks back at; -1 means all")
	f.StringArrayVar(&o.breakers, "dry-sequence-breaker", nil, `text that repetitions do not go across; may be given many times; "none" means none (default newline : " *)`)
	f.Float64Var(&o.XTCProbability, "xtc-probability", 0, "how often all tokens above a threshold but the least likely are left out")
	f.Float64Var(&o.XTCThreshold, "xtc-threshold", 0.1, "that threshold")
	f.IntVar(&o.Mirostat, "mirostat", 0, "2 keeps the surprise of tokens near --mirostat-ent")
	f.Float64Var(&o.MirostatTau, "mirostat-ent", 5, "surprise wanted, in bits")
	f.Float64Var(&o.MirostatEta, "mirostat-lr", 0.1, "how fast it is followed")
	f.StringArrayVar(&o.biases, "logit-bias", nil, "ID+BIAS or ID-BIAS, added to a token's logit; may be given many times")
	f.Int32SliceVar(&o.ban, "ban", nil, "ids of tokens that may not come")
	f.StringVar(&o.samplers, "samplers", "", "the samplers to apply, in this order, with ; between them")
	f.StringVar(&o.grammar, "grammar", "", "file with a GBNF grammar that the text must have; - is standard input")
	f.StringVar(&o.schema, "json-schema", "", "file with a JSON Schema that the text must hold to; - is standard input")
	f.Uint64Var(&o.Seed, "seed", 0, "of the draws")
	f.StringArrayVar(&o.Stop, "stop", nil, "text that ends the output; may be given many times")
	f.IntVar(&o.LogProbs, "logprobs", 0, "tell the log-probability of each token, and of so many likeliest ones")
}

// read turns what flags spell into settings and checks all of them. piped says that standard input is the prompt.
func (o *writingOptions) read(cmd *cobra.Command, piped bool) (err error) {
	if o.samplers != "" {
		o.Samplers = strings.Split(o.samplers, ";")
	}
	o.Ban = o.ban
	if o.breakers != nil {
		o.DryBreakers = o.breakers
		if len(o.breakers) == 1 && o.breakers[0] == "none" {
			o.DryBreakers = []string{}
		}
	}
	if cmd.Flag("dry-allowed-length").Changed && o.DryAllowed == 0 {
		return usagef("--dry-allowed-length is 0; want 1 or more")
	}
	for _, b := range o.biases {
		at := strings.IndexAny(b, "+-")
		if at <= 0 {
			return usagef("--logit-bias %q; want a token and its bias, such as 15043+1.5", b)
		}
		id, err := strconv.ParseInt(b[:at], 10, 32)
		bias, err2 := strconv.ParseFloat(b[at:], 64)
		if err != nil || err2 != nil {
			return usagef("--logit-bias %q; want a token and its bias, such as 15043+1.5", b)
		}
		if o.Bias == nil {
			o.Bias = map[int32]float64{}
		}
		o.Bias[int32(id)] = bias
	}
	if o.grammar == "-" && (piped || o.schema == "-") || o.schema == "-" && piped {
		return usagef("standard input can be only one of the prompt, --grammar and --json-schema")
	}
	if o.grammar != "" {
		text, err := readForm(cmd.InOrStdin(), o.grammar)
		if err != nil {
			return err
		}
		o.Grammar = string(text)
	}
	if o.schema != "" {
		if o.Schema, err = readForm(cmd.InOrStdin(), o.schema); err != nil {
			return err
		}
	}
	if err := o.Check(); err != nil {
		return usageError{err}
	}
	return nil
}

// readForm reads a grammar or a schema.
func readForm(in io.Reader, name string) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, usageError{fmt.Errorf("generate: %w", err)}
		}
		defer f.Close() // of a file that was only read
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxForm+1))
	if err == nil && len(b) > maxForm {
		err = fmt.Errorf("more than %d bytes", maxForm)
	}
	if err == nil && len(b) == 0 {
		err = fmt.Errorf("nothing is in it")
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("generate: %s: %w", name, err)}
	}
	return b, nil
}
