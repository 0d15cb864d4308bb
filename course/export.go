package course

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"brick/course/lesson"
	"brick/course/page"
	"brick/course/web"
)

// maxRecorded is how many values a static copy keeps of a job, spread over the whole run.
const maxRecorded = 300

// ExportOptions say how a static copy is made; the zero value is right for a web host.
type ExportOptions struct {
	Record time.Duration                     // of a job's running at most; 0 means three minutes
	Tell   func(chapter, call string, n int) // hears of a call before its answer n, from 1, is recorded; nil for nobody
}

// Export writes a copy of the course into dir for a web host: every page in
// every language, and what each widget's calls answer to the arguments it starts
// with. A widget says what needs the engine itself. It gives the number of files.
func (c *Course) Export(ctx context.Context, dir string, o ExportOptions) (files int, err error) {
	if o.Record == 0 {
		o.Record = 3 * time.Minute
	}
	if o.Tell == nil {
		o.Tell = func(string, string, int) {}
	}
	write := func(name string, content []byte) {
		if err != nil {
			return
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err = os.MkdirAll(filepath.Dir(file), 0o755); err == nil {
			err = os.WriteFile(file, content, 0o644)
		}
		files++
	}
	html := func(name string, v view, root string) {
		v.Root, v.Data.Static = root, true
		raw, e := v.html()
		err = errors.Join(err, e)
		write(name, raw)
	}
	write("web/math.css", []byte(page.MathCSS))
	each := func(files fs.FS, under string) {
		list, e := fs.ReadDir(files, ".")
		err = errors.Join(err, e)
		for _, f := range list {
			if content, e := c.asset(path.Join("/", under, f.Name())); e == nil {
				write(path.Join(under, f.Name()), content)
			}
		}
	}
	each(web.FS, "web")
	write("index.html", []byte("<!doctype html><meta charset=utf-8><title>brick</title><meta http-equiv=refresh content=\"0; url="+lesson.Languages[0]+"/index.html\">\n"))
	for _, lang := range lesson.Languages {
		html(lang+"/index.html", c.contentsView(lang), "../")
	}
	for dir, files := range c.parts {
		each(files, dir)
	}
	for _, ch := range c.all() {
		each(ch.Files, ch.Dir)
		records, e := c.records(ctx, ch, o)
		if e != nil {
			return files, fmt.Errorf("course: %s: %w", ch.Dir, e)
		}
		for _, lang := range lesson.Languages {
			v := c.chapterView(ch, lang)
			v.Data.Records = records
			html(lang+"/"+ch.Dir+"/index.html", v, "../../")
		}
	}
	return files, err
}

// records are the answers that a static chapter shows, by [lesson.Call.Key].
// What a call refuses, such as a look into a model that was not trained here,
// is left out: its widget says so.
func (c *Course) records(ctx context.Context, ch *chapter, o ExportOptions) (map[string]any, error) {
	all := map[string]any{}
	for _, k := range ch.Calls {
		for n, in := range append([]any{k.Default}, k.Records...) {
			o.Tell(ch.Dir, k.Name, n+1)
			raw, err := json.Marshal(in)
			if err != nil {
				return nil, err
			}
			key, err := k.Key(raw)
			if err != nil {
				return nil, err
			}
			s := c.desk.Session()
			var answer any
			if k.Streams {
				answer, err = record(ctx, s, ch.Dir, k, raw, o.Record)
			} else {
				answer, err = k.Answer(ctx, s, raw)
			}
			if errors.As(err, new(*lesson.Refusal)) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k.Name, err)
			}
			all[key] = answer
		}
	}
	return all, nil
}

// record runs a job and keeps values from all of it, the first and last ones among them.
func record(ctx context.Context, s *lesson.Session, chapter string, k *lesson.Call, in []byte, most time.Duration) ([]json.RawMessage, error) {
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var list []json.RawMessage
	err := s.Follow(limited, chapter, k, in, func(v json.RawMessage) error {
		list = append(list, v)
		return nil
	})
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = nil // what was seen until then is the record
	}
	if n := len(list); n > maxRecorded {
		thin := make([]json.RawMessage, maxRecorded)
		for i := range thin {
			thin[i] = list[i*(n-1)/(maxRecorded-1)]
		}
		list = thin
	}
	return list, err
}
