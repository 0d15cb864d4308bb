package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brick/course"
	"brick/course/lesson"
	"brick/serve"
	"brick/train"
)

func newLearn() *cobra.Command {
	var o course.Options
	var addr string
	var noBrowser, prepare bool
	c := &cobra.Command{
		Use:   "learn",
		Short: "The interactive lecture, in the browser: from least squares to why more parameters help",
		Long: `Learn serves the lecture on this machine, in Chinese and English, and opens the browser. Nothing leaves the machine.
Every number on a page comes from the engine; each widget shows the command line and the Go program that give the same ones.

Models of chapters 11 to 13 are trained on their pages, in under two minutes each, or all at once with --prepare.`,
		Example: `  brick learn
  brick learn --addr 127.0.0.1:9000 --no-browser
  brick learn --prepare
  brick learn --models stories260k.gguf,models/qwen3
  brick learn call 02-no-closed-form exam '{"method":"newton","start":0.1}'
  brick learn export site`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if prepare {
				return prepareRuns(cmd, o.Runs)
			}
			o.Log = cmd.ErrOrStderr()
			site, err := course.New(o)
			if err != nil {
				return err
			}
			l, err := serve.Listen(addr)
			if err != nil {
				return usageError{err}
			}
			url := "http://" + l.Addr().String() + "/"
			fmt.Fprintf(cmd.OutOrStdout(), "the lecture is at %s\nCtrl-C ends it\n", url)
			if !noBrowser {
				openBrowser(url)
			}
			return serve.Run(cmd.Context(), l, site.Handler(o.Hosts))
		},
	}
	c.PersistentFlags().StringVar(&o.Runs, "runs", "runs", "folder of run folders, whose models the pages look into")
	f := c.Flags()
	modelFlag(f, &o)
	f.StringVar(&addr, "addr", "127.0.0.1:8017", "where to listen; port 0 is any free one")
	f.StringSliceVar(&o.Hosts, "host", nil, "further names that browsers may reach the server by, such as that of a tunnel")
	f.BoolVar(&noBrowser, "no-browser", false, "do not open the browser")
	f.BoolVar(&prepare, "prepare", false, "train the models that chapters 11 to 13 look into, and stop")
	c.AddCommand(newLearnCall(&o), newLearnExport(&o))
	return c
}

// modelFlag is the flag that names model files.
func modelFlag(f *pflag.FlagSet, o *course.Options) {
	f.StringSliceVar(&o.Models, "models", nil, "Hugging Face folders and GGUF files that the playground opens too; it finds those in the folder of runs by itself")
}

func newLearnCall(o *course.Options) *cobra.Command {
	c := &cobra.Command{
		Use:   "call CHAPTER CALL [JSON]",
		Short: "Print the numbers of a widget: what its call answers, as JSON",
		Args:  cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			call, chapter, err := course.Call(args[0], args[1])
			if err != nil {
				return usageError{err}
			}
			var in []byte
			if len(args) > 2 {
				in = []byte(args[2])
			}
			out := json.NewEncoder(cmd.OutOrStdout())
			models, err := lesson.NameFiles(o.Models)
			if err != nil {
				return usageError{err}
			}
			s := lesson.NewDesk(&lesson.Runs{Root: o.Runs, Files: models}, 1).Session()
			if call.Streams {
				err = s.Follow(cmd.Context(), chapter.Dir, call, in, func(v json.RawMessage) error { return out.Encode(v) })
			} else {
				var answer any
				if answer, err = call.Answer(cmd.Context(), s, in); err == nil {
					err = out.Encode(answer)
				}
			}
			if _, ok := err.(*lesson.Refusal); ok {
				return usageError{err}
			}
			return err
		},
	}
	modelFlag(c.Flags(), o)
	return c
}

func newLearnExport(o *course.Options) *cobra.Command {
	return &cobra.Command{
		Use:   "export DIR",
		Short: "Write a copy of the lecture for a web host: text, pictures, and what the widgets show first",
		Long: `Export writes a copy of the lecture for a web host: every page in both languages, and what each widget shows first. The small
models of chapters 11 to 13 and all jobs run once for it, which takes some minutes. Pages load their parts over HTTP: serve the folder
by any web server, under any path. A widget says what needs the live engine.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			site, err := course.New(*o)
			if err != nil {
				return err
			}
			page := ""
			n, err := site.Export(cmd.Context(), args[0], course.ExportOptions{Tell: func(chapter, call string, n int) {
				if chapter != page { // one line a page: some record jobs that run for a minute
					page = chapter
					fmt.Fprintf(cmd.ErrOrStderr(), "recording %s\n", page)
				}
			}})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d files in %s; open %s\n", n, args[0], filepath.Join(args[0], "index.html"))
			return err
		},
	}
}

// prepareRuns trains every model that a chapter asks for.
func prepareRuns(cmd *cobra.Command, root string) error {
	runs := &lesson.Runs{Root: root}
	for _, ch := range course.Chapters {
		for _, m := range ch.Models {
			if runs.Has(m.Name) {
				fmt.Fprintf(cmd.OutOrStdout(), "%s is there\n", m.Name)
				continue
			}
			fmt.Fprintf(cmd.OutOrStdout(), "training %s\n", m.Name)
			var p *progress
			err := runs.Train(cmd.Context(), m.Name, m.Job, func(r *train.Run, e train.Event) error {
				if p == nil {
					p = newProgress(cmd.ErrOrStderr(), r.Step()-1, r.Job.Steps, r.Unit())
				}
				p.show(e)
				return nil
			})
			if p != nil {
				p.close()
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// openBrowser shows a page, as far as this machine can; that it cannot is no error.
func openBrowser(url string) {
	var c *exec.Cmd
	switch {
	case runtime.GOOS == "darwin":
		c = exec.CommandContext(context.Background(), "open", url)
	case runtime.GOOS == "windows":
		c = exec.CommandContext(context.Background(), "rundll32", "url.dll,FileProtocolHandler", url)
	case os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "":
		c = exec.CommandContext(context.Background(), "xdg-open", url)
	default:
		return
	}
	if c.Start() == nil {
		go c.Wait() // so that it leaves no zombie
	}
}
