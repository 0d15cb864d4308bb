package course

import (
	"cmp"
	"crypto/rand"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"brick/course/lesson"
	"brick/course/page"
	"brick/course/web"
	"brick/serve"
)

//go:embed text.json
var texts embed.FS

// Options say how the course is served; the zero value is right for one machine.
type Options struct {
	Runs   string    // folder of run folders; "" means runs
	Models []string  // Hugging Face folders and GGUF files that pages may look into too
	Jobs   int       // that compute at once; 0 means one a core
	Hosts  []string  // names besides localhost that the server has
	Log    io.Writer // where failures are written; nil means nowhere
}

// Course is the web site.
type Course struct {
	desk     *lesson.Desk
	chapters []*chapter
	pages    []*chapter                   // that are no chapters
	parts    map[string]fs.FS             // files that pages share, by folder
	shared   map[string]map[string]string // texts of every page, by language
	secret   [32]byte                     // that tokens of pages are made with
	log      io.Writer

	mu       sync.Mutex
	learners map[string]*learner
}

// chapter is a chapter with its pages rendered.
type chapter struct {
	*lesson.Chapter
	pages map[string]page.Page         // by language
	text  map[string]map[string]string // by language
}

// title is the chapter's heading in a language.
func (c *chapter) title(lang string) string { return c.pages[lang].Title }

// New renders the chapters. An error names the chapter, file and line.
func New(o Options) (*Course, error) {
	models, err := lesson.NameFiles(o.Models)
	if err != nil {
		return nil, fmt.Errorf("course: %w", err)
	}
	desk := lesson.NewDesk(&lesson.Runs{Root: cmp.Or(o.Runs, "runs"), Files: models}, cmp.Or(o.Jobs, runtime.GOMAXPROCS(0)))
	c := &Course{desk: desk, log: o.Log, learners: map[string]*learner{}, parts: map[string]fs.FS{}}
	rand.Read(c.secret[:])
	if c.shared, err = lesson.Text(web.FS); err != nil {
		return nil, fmt.Errorf("course: web: %w", err)
	}
	own, err := lesson.Text(texts)
	if err != nil {
		return nil, fmt.Errorf("course: %w", err)
	}
	for lang, text := range own {
		maps.Copy(c.shared[lang], text)
	}
	for i, l := range All() {
		ch, err := render(l)
		if err != nil {
			return nil, fmt.Errorf("course: %s: %w", l.Dir, err)
		}
		for _, part := range l.Parts {
			c.parts[part.Dir] = part.Files
		}
		if i < len(Chapters) {
			c.chapters = append(c.chapters, ch)
		} else {
			c.pages = append(c.pages, ch)
		}
	}
	return c, nil
}

// all are the chapters, then the other pages.
func (c *Course) all() []*chapter { return append(slices.Clip(c.chapters), c.pages...) }

// render makes a chapter's pages, which must agree with each other.
func render(l *lesson.Chapter) (*chapter, error) {
	ch := &chapter{Chapter: l, pages: map[string]page.Page{}}
	var err error
	if ch.text, err = lesson.Text(l.Files); err != nil {
		return nil, err
	}
	for _, part := range l.Parts {
		text, err := lesson.Text(part.Files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.Dir, err)
		}
		for lang := range text {
			maps.Copy(ch.text[lang], text[lang])
		}
	}
	for _, lang := range lesson.Languages {
		src, err := fs.ReadFile(l.Files, lang+".md")
		if err != nil {
			return nil, err
		}
		p, err := page.Render(src, page.Known())
		if err != nil {
			return nil, fmt.Errorf("%s.md: %w", lang, err)
		}
		ch.pages[lang] = p
	}
	if err := page.Compare(ch.pages[lesson.Languages[0]], ch.pages[lesson.Languages[1]]); err != nil {
		return nil, err
	}
	return ch, nil
}

// chapter finds a chapter or another page by its folder, nil when there is none.
func (c *Course) chapter(dir string) *chapter {
	for _, ch := range c.all() {
		if ch.Dir == dir {
			return ch
		}
	}
	return nil
}

// Handler is the site behind the rules that keep other sites out.
func (c *Course) Handler(hosts []string) http.Handler {
	return serve.Guard(c.routes(), serve.Rules{Hosts: hosts, MaxBody: 256 << 10, Log: c.log})
}

// Call gives a chapter's call by the names it has in addresses; an error lists
// what there is. The chapter may be named by its number.
func Call(chapter, call string) (*lesson.Call, *lesson.Chapter, error) {
	var dirs []string
	for _, l := range All() {
		dirs = append(dirs, l.Dir)
		number, _, _ := strings.Cut(l.Dir, "-")
		if chapter != l.Dir && strings.TrimLeft(chapter, "0") != strings.TrimLeft(number, "0") {
			continue
		}
		if k := l.Call(call); k != nil {
			return k, l, nil
		}
		var names []string
		for _, k := range l.Calls {
			names = append(names, k.Name)
		}
		return nil, nil, fmt.Errorf("chapter %s has no call %q; want one of %s", l.Dir, call, strings.Join(names, ", "))
	}
	return nil, nil, fmt.Errorf("no chapter is called %q; want one of %s", chapter, strings.Join(dirs, ", "))
}

// asset finds a file of the shared front end or of a chapter, by the address
// it has in pages; only names that are known are opened.
func (c *Course) asset(address string) ([]byte, error) {
	dir, name := path.Split(address)
	var files fs.FS
	switch dir {
	case "/web/":
		if name == "math.css" {
			return []byte(page.MathCSS), nil
		}
		files = web.FS
	default:
		folder := strings.Trim(dir, "/")
		if files = c.parts[folder]; files != nil {
			break
		}
		ch := c.chapter(folder)
		if ch == nil {
			return nil, fs.ErrNotExist
		}
		files = ch.Files
	}
	switch path.Ext(name) {
	case ".js", ".css", ".svg", ".png":
		return fs.ReadFile(files, name)
	}
	return nil, fs.ErrNotExist
}
