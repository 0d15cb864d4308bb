package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"brick/cmd/brick/prompt"
	"brick/tensor/durable"
)

// A slashCommand is a line that is for brick, not for the model.
type slashCommand struct {
	name, takes, does string
	run               func(t *talk, rest string) error
}

// errBye leaves the conversation.
var errBye = errors.New("bye")

// slashCommands returns them in the order of /help.
func slashCommands() []slashCommand {
	return []slashCommand{
		{"help", "", "this list", (*talk).help},
		{"clear", "", "begin the conversation anew", func(t *talk, _ string) error { t.dialog.Clear(); return t.note("the conversation is empty") }},
		{"system", "TEXT", "what the model is told first; without TEXT nothing", (*talk).tell},
		{"history", "", "what was said", (*talk).history},
		{"save", "FILE", "write the conversation, a JSON message a line", (*talk).save},
		{"load", "FILE", "go on with one that was saved", (*talk).load},
		{"set", "NAME VALUE", "a flag about drawing tokens, such as temperature 0.5; /set alone shows them", (*talk).set},
		{"show", "", "the model, its template, the context used", (*talk).show},
		{"retry", "", "another answer to the last question", (*talk).retry},
		{"undo", "", "take back the last question and its answer", (*talk).undo},
		{"tokens", "", "the conversation as the model reads it, token by token", (*talk).tokens},
		{"bye", "", "leave; so does Ctrl-D", func(*talk, string) error { return errBye }},
	}
}

func commandNames() (names []string) {
	for _, c := range slashCommands() {
		names = append(names, "/"+c.name)
	}
	return names
}

// slash splits a command from what follows it. A path such as /usr/bin is none.
func slash(said string) (name, rest string, ok bool) {
	word, rest, _ := strings.Cut(said, " ")
	if name, ok = strings.CutPrefix(word, "/"); !ok || strings.ContainsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return "", "", false
	}
	return name, strings.TrimSpace(rest), true
}

// command runs one; its errors are printed, and done says that the user leaves.
func (t *talk) command(name, rest string) (done bool, err error) {
	list := slashCommands()
	i := slices.IndexFunc(list, func(c slashCommand) bool { return c.name == name })
	if i < 0 {
		return false, t.note("there is no /%s; there are %s. A space before it makes it a message", name, strings.Join(commandNames(), " "))
	}
	c := list[i]
	if c.takes == "" && rest != "" {
		return false, t.note("/%s takes nothing, not %q", name, rest)
	}
	switch err := c.run(t, prompt.Message(rest)); {
	case errors.Is(err, errBye):
		return true, nil
	case t.cmd.Context().Err() != nil:
		return false, err
	case err != nil:
		return false, t.note("%v", err)
	}
	return false, nil
}

// note says something beside the conversation.
func (t *talk) note(format string, a ...any) error {
	w := t.cmd.ErrOrStderr()
	_, err := fmt.Fprintln(w, dim(w, prompt.Printable(fmt.Sprintf(format, a...))))
	return err
}

func (t *talk) help(string) error {
	for _, c := range slashCommands() {
		if err := t.note("  %-16s %s", strings.TrimSpace("/"+c.name+" "+c.takes), c.does); err != nil {
			return err
		}
	}
	return t.note(`A line that ends with \ goes on in the next one, and so does everything from """ to """. Ctrl-C stops an answer.`)
}

func (t *talk) tell(rest string) error {
	t.dialog.System = rest
	if rest == "" {
		return t.note("the model is told nothing first")
	}
	return t.note("the model is told first: %s", rest)
}

func (t *talk) history(string) error {
	if t.dialog.System != "" {
		if err := t.note("system: %s", t.dialog.System); err != nil {
			return err
		}
	}
	for _, m := range t.dialog.Messages {
		mark := ""
		if m.Interrupted {
			mark = " (interrupted)"
		}
		if err := t.note("%s%s: %s", m.Role, mark, m.Content); err != nil {
			return err
		}
	}
	return nil
}

func (t *talk) save(file string) error {
	if file == "" {
		return errors.New("/save wants a file")
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) && !t.kept[file] {
		return fmt.Errorf("%s is there already; want a new name", file)
	}
	var b bytes.Buffer
	err := t.dialog.Save(&b)
	if err == nil && b.Len() == 0 {
		err = errors.New("nothing was said that could be saved")
	}
	if err == nil {
		err = durable.Private.WriteFile(file, b.Bytes())
	}
	if err != nil {
		return err
	}
	t.kept[file] = true
	return t.note("%d messages in %s", bytes.Count(b.Bytes(), []byte("\n")), file)
}

func (t *talk) load(file string) error {
	if file == "" {
		return errors.New("/load wants a file")
	}
	if err := t.open(file); err != nil {
		return err
	}
	return t.note("%d messages; /history shows them", len(t.dialog.Messages))
}

// open goes on with the conversation of a file.
func (t *talk) open(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() // of a file that was only read
	if err := t.dialog.Load(f); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	t.kept[file] = true
	return nil
}

// set changes a sampling flag; a value that means nothing leaves it as it was.
func (t *talk) set(rest string) error {
	name, value, given := strings.Cut(rest, " ")
	if name == "" {
		var list []string
		t.sampling.VisitAll(func(f *pflag.Flag) { list = append(list, f.Name+" "+f.Value.String()) })
		return t.note("%s", strings.Join(list, "\n"))
	}
	f := t.sampling.Lookup(name)
	if f == nil {
		return fmt.Errorf("there is no %s to set; /set lists what there is", name)
	}
	if !given {
		return t.note("%s is %s", name, f.Value)
	}
	before, old, changed := f.Value.String(), t.options.Sampling, f.Changed
	list, isList := f.Value.(pflag.SliceValue)
	var items []string
	put := func(v string) error { return t.cmd.Flags().Set(name, v) }
	if isList {
		items = slices.Clone(list.GetSlice())
		put = func(v string) error { f.Changed = true; return list.Replace([]string{v}) }
	}
	err := put(strings.TrimSpace(value))
	if err == nil {
		t.options.Bias = nil
		err = t.options.read(t.cmd, true)
	}
	if err != nil {
		if isList {
			err = errors.Join(err, list.Replace(items))
		} else {
			err = errors.Join(err, f.Value.Set(before))
		}
		t.options.Sampling, f.Changed = old, changed
		return err
	}
	t.dialog.Sampling = t.options.Sampling
	return nil
}

func (t *talk) show(string) error {
	used := "empty"
	if len(t.dialog.Messages) > 0 || t.dialog.System != "" {
		ids, err := t.dialog.Tokens(false)
		if err != nil {
			return err
		}
		used = t.used(len(ids))
	}
	return t.note("model     %s\ntemplate  %s\ncontext   %s\nmessages  %d", t.name, t.source, used, len(t.dialog.Messages))
}

func (t *talk) retry(string) error {
	if t.dialog.Sampling.Temperature == 0 && len(t.dialog.Messages) > 0 {
		if err := t.note("at temperature 0 there is one answer; /set temperature 0.8 draws others"); err != nil {
			return err
		}
	}
	return t.interruptibly(func(ctx context.Context) error { return t.print(t.dialog.Retry(ctx)) })
}

func (t *talk) undo(string) error {
	said, ok := t.dialog.Undo()
	if !ok {
		return errors.New("there is nothing to take back")
	}
	return t.note("taken back: %s", said)
}

func (t *talk) tokens(string) error {
	ids, err := t.dialog.Tokens(false)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&b, "%d %q  ", id, t.writer.Text(id))
	}
	return t.note("%s\n%d tokens", strings.TrimSpace(b.String()), len(ids))
}
