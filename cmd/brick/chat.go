package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"brick/generate/dialog"
	"brick/token"
	"brick/token/chat"
	"brick/train"
)

// A talk is what brick chat is asked to do, and the conversation while it does.
type talk struct {
	options   writingOptions
	sampling  *pflag.FlagSet // the flags that /set knows
	prompt    string
	system    string
	template  string // a name, or a file
	raw       bool
	whole     bool
	asJSON    bool
	stats     bool
	noHistory bool
	begin     string // a file
	shift     bool

	cmd    *cobra.Command
	name   string // of the model
	writer writer
	how    sitting
	source string // where the template is from
	dialog *dialog.Dialog
	kept   map[string]bool // files saved or loaded

	terminal *os.File // where the user types; nil where there are no commands
	edits    bool     // by keys, not by lines
}

// usualAnswer is how many tokens an answer has at most where no flag says.
const usualAnswer = 2048

func newChat() *cobra.Command {
	t := &talk{kept: map[string]bool{}}
	c := &cobra.Command{
		Use:   "chat RUN | DIR | FILE.gguf",
		Short: "Talk with a language model",
		Long: `Chat holds a conversation with a chat model: its own template says how the conversation is written down, and special tokens
come from the template alone, never from what is typed. --system says what the model is told first. What generation_config.json
says about drawing tokens holds where no flag does.

In a terminal: Enter sends. A line that ends with \ goes on in the next; so does everything from """ to """, and what is pasted
stays together. Ctrl-C stops an answer and keeps the conversation, Ctrl-D leaves, /help lists the commands.

Where standard input is no terminal each of its lines is a turn, or all of it one with --whole; there are no commands then. -p is one
turn. --json prints one object a turn.

A model without a template was not trained on conversations: --raw lets it go on with plain text, in which special tokens
are spelled as for brick generate; --template names one, or a file.`,
		Example: `  brick chat SmolLM2-135M-Instruct
  brick chat qwen2.5-0.5b-instruct-q8_0.gguf --system 'Answer in one sentence.' --temperature 0
  brick chat SmolLM2-135M-Instruct -p 'Why is the sky blue?'
  printf '%s\n' 'My name is Anna.' 'What is my name?' | brick chat SmolLM2-135M-Instruct --json
  brick chat stories260k-q8_0.gguf --raw -p 'Once upon a time'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return t.run(cmd, args[0]) },
	}
	f := c.Flags()
	t.sampling = pflag.NewFlagSet("sampling", pflag.ContinueOnError)
	t.options.flags(t.sampling)
	t.options.Max = usualAnswer
	t.sampling.Lookup("tokens").DefValue = fmt.Sprint(usualAnswer)
	f.AddFlagSet(t.sampling)
	t.how.flags(f)
	f.StringVarP(&t.prompt, "prompt", "p", "", "the only turn")
	f.StringVar(&t.system, "system", "", "what the model is told first")
	f.BoolVar(&t.shift, "context-shift", false, "where the context has no room for an answer, leave out the oldest turns; --system stays")
	f.StringVar(&t.begin, "load", "", "file with a conversation that /save wrote, to go on with")
	f.StringVar(&t.template, "template", "", templateUsage)
	f.BoolVar(&t.raw, "raw", false, "no template: go on with what is typed as plain text")
	f.BoolVar(&t.whole, "whole", false, "standard input is one turn, not one a line")
	f.BoolVar(&t.asJSON, "json", false, "print one JSON object a turn")
	f.BoolVar(&t.stats, "stats", false, "print speed and context after each answer (default in a terminal)")
	f.BoolVar(&t.noHistory, "no-history", false, "neither read nor write the history of what was typed")
	return c
}

func (t *talk) run(cmd *cobra.Command, name string) (err error) {
	t.cmd, t.name = cmd, name
	prompted := cmd.Flag("prompt").Changed
	switch {
	case t.raw && t.template != "":
		return usagef("--raw is without a template; --template gives one")
	case prompted && t.whole:
		return usagef("--prompt is the only turn; --whole is for standard input")
	}
	if err := t.options.read(cmd, !prompted); err != nil {
		return err
	}
	if t.writer, err = openWriter(name, &t.how); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.writer.close()) }()
	if err := t.writer.fill(cmd, &t.options.Sampling); err != nil {
		return err
	}
	tmpl, err := t.parse()
	if err != nil {
		return err
	}
	t.dialog = dialog.New(t.writer, tmpl, t.writer.tok, t.writer.Context())
	t.dialog.Sampling, t.dialog.Shift = t.options.Sampling, t.shift
	if t.begin != "" {
		if err := t.open(t.begin); err != nil {
			return &train.InputError{Err: fmt.Errorf("chat: %w", err)}
		}
	}
	if t.system != "" {
		t.dialog.System = t.system
	}
	t.ends()
	in, _ := cmd.InOrStdin().(*os.File)
	interactive := !prompted && !t.whole && !t.asJSON && in != nil && term.IsTerminal(int(in.Fd()))
	if !cmd.Flag("stats").Changed {
		t.stats = isTerminal(cmd.ErrOrStderr()) && !t.asJSON
	}
	switch {
	case prompted:
		return t.turn(cmd.Context(), t.prompt)
	case t.whole:
		return t.wholeTurn()
	case !interactive:
		return t.lines()
	}
	return t.converse(in)
}

// parse reads the template, nil for a plain text.
func (t *talk) parse() (*chat.Template, error) {
	if t.raw {
		t.source = "none: plain text"
		return nil, nil
	}
	var text string
	var err error
	if t.source = t.template; t.source == "" {
		t.source = "the model's own"
		text, err = t.writer.template()
	} else {
		text, err = train.Template(t.template)
	}
	if err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	tmpl, err := chat.Parse(text)
	switch {
	case errors.Is(err, chat.ErrNone) && t.template == "":
		return nil, usagef("%s has no chat template: it was not trained on conversations; --raw goes on with plain text, --template gives it one (%s, or a file)", t.name, strings.Join(chat.Names(), ", "))
	case err != nil:
		return nil, &train.InputError{Err: fmt.Errorf("chat: %s: %w", cmp.Or(t.template, t.name), err)}
	}
	return tmpl, nil
}

// ends lets answers end where the template and the tokenizer say that a turn ends.
func (t *talk) ends() {
	ends := append(slices.Clone(t.writer.Ends), t.dialog.Ends()...)
	if s, ok := t.writer.tok.(*token.Subword); ok && !t.raw {
		ends = append(ends, s.Ends()...)
	}
	slices.Sort(ends)
	t.writer.Ends = slices.Compact(ends)
}
