package course

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"brick/course/lesson"
)

//go:embed layout.html
var layoutSource string

var layout = template.Must(template.New("layout").Parse(layoutSource))

// view is what layout.html shows: a chapter, or the contents where Chapter is "".
type view struct {
	Title, Lang, Other, Chapter string
	Root                        string // the way to the site's root: / on a server, ../.. in a static copy
	Body                        template.HTML
	Prev, Next                  *link
	List, Pages                 []link
	Data                        pageData

	text map[string]string
}

type link struct{ Dir, Title string }

// pageData is what page.js reads: see course/web/README.md.
type pageData struct {
	Lang     string            `json:"lang"`
	Chapter  string            `json:"chapter"`
	Token    string            `json:"token"`
	Root     string            `json:"root"`
	Static   bool              `json:"static"`
	Text     map[string]string `json:"text"`
	Defaults map[string]any    `json:"defaults"`
	Shows    []string          `json:"shows"`
	Streams  []string          `json:"streams"`
	Records  map[string]any    `json:"records,omitempty"`
}

// T is a text of every page, in the page's language.
func (v view) T(key string) string { return v.text[key] }

// HTMLLang and OtherHTMLLang name the languages as browsers do.
func (v view) HTMLLang() string      { return htmlLang(v.Lang) }
func (v view) OtherHTMLLang() string { return htmlLang(v.Other) }

func htmlLang(lang string) string {
	if lang == "zh" {
		return "zh-CN"
	}
	return lang
}

// matcher chooses between the languages of pages; Chinese when none fits.
var matcher = language.NewMatcher([]language.Tag{language.Chinese, language.English})

// home leads to the contents in the browser's language.
func (c *Course) home(w http.ResponseWriter, q *http.Request) {
	tags, _, _ := language.ParseAcceptLanguage(q.Header.Get("Accept-Language"))
	_, i, sure := matcher.Match(tags...)
	if sure == language.No {
		i = 0
	}
	w.Header().Set("Vary", "Accept-Language")
	http.Redirect(w, q, "/"+lesson.Languages[i]+"/", http.StatusFound)
}

// contents serves the list of chapters.
func (c *Course) contents(w http.ResponseWriter, q *http.Request) {
	lang := q.PathValue("lang")
	if !slices.Contains(lesson.Languages, lang) {
		http.NotFound(w, q)
		return
	}
	c.serve(w, q, c.contentsView(lang))
}

// chapterPage serves a chapter.
func (c *Course) chapterPage(w http.ResponseWriter, q *http.Request) {
	lang, ch := q.PathValue("lang"), c.chapter(q.PathValue("chapter"))
	if ch == nil || !slices.Contains(lesson.Languages, lang) {
		http.NotFound(w, q)
		return
	}
	c.serve(w, q, c.chapterView(ch, lang))
}

// serve writes a page for the learner who asks, who may be new.
func (c *Course) serve(w http.ResponseWriter, q *http.Request, v view) {
	id, _ := c.session(w, q, true)
	v.Data.Token = c.token(id)
	raw, err := v.html()
	if err != nil {
		c.logf("%s: %v", q.URL.Path, err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(raw)
}

func (v view) html() ([]byte, error) {
	v.Data.Root = v.Root
	var b bytes.Buffer
	err := layout.ExecuteTemplate(&b, "page", v)
	return b.Bytes(), err
}

// other is the language a page can be switched to.
func other(lang string) string {
	i := slices.Index(lesson.Languages, lang)
	return lesson.Languages[(i+1)%len(lesson.Languages)]
}

func (c *Course) contentsView(lang string) view {
	v := view{Title: c.shared[lang]["site.contents"], Lang: lang, Other: other(lang), Root: "/", text: c.shared[lang]}
	v.Body = template.HTML("<h1>" + template.HTMLEscapeString(c.shared[lang]["site.lecture"]) + "</h1>\n<p>" + template.HTMLEscapeString(c.shared[lang]["site.about"]) + "</p>\n")
	for _, ch := range c.chapters {
		v.List = append(v.List, link{ch.Dir, ch.title(lang)})
	}
	for _, p := range c.pages {
		v.Pages = append(v.Pages, link{p.Dir, p.title(lang)})
	}
	v.Data = pageData{Lang: lang, Text: c.shared[lang]}
	return v
}

func (c *Course) chapterView(ch *chapter, lang string) view {
	v := view{Title: ch.title(lang), Lang: lang, Other: other(lang), Chapter: ch.Dir, Root: "/", Body: ch.pages[lang].HTML, text: c.shared[lang]}
	i := slices.Index(c.chapters, ch) // −1 for another page, which has no neighbours
	if i > 0 {
		v.Prev = &link{c.chapters[i-1].Dir, c.chapters[i-1].title(lang)}
	}
	if i >= 0 && i+1 < len(c.chapters) {
		v.Next = &link{c.chapters[i+1].Dir, c.chapters[i+1].title(lang)}
	}
	text := maps.Clone(c.shared[lang])
	maps.Copy(text, ch.text[lang])
	v.Data = pageData{Lang: lang, Chapter: ch.Dir, Text: text, Defaults: map[string]any{}, Shows: []string{}, Streams: []string{}}
	for _, k := range ch.Calls {
		v.Data.Defaults[k.Name] = k.Default
		if k.HasShow() {
			v.Data.Shows = append(v.Data.Shows, k.Name)
		}
		if k.Streams {
			v.Data.Streams = append(v.Data.Streams, k.Name)
		}
	}
	return v
}

// Show gives how a call's numbers are had at the command line and in Go. in is
// the argument in JSON, empty for the default one.
func Show(chapter string, call *lesson.Call, in []byte) (lesson.Shown, error) {
	shown, err := call.Show(in)
	if err != nil {
		return shown, err
	}
	var line bytes.Buffer
	line.WriteString("brick learn call ")
	var looks struct {
		Run string `json:"run"`
	}
	if json.Unmarshal(in, &looks) == nil && lesson.IsFile(looks.Run) {
		line.WriteString("--models " + quote(strings.TrimPrefix(looks.Run, lesson.FilePrefix)) + " ")
	}
	line.WriteString(chapter + " " + call.Name)
	var args bytes.Buffer
	if json.Compact(&args, in) == nil && args.String() != "{}" {
		line.WriteString(" " + quote(args.String()))
	}
	shown.Command = strings.TrimSpace(line.String() + "\n" + shown.Command)
	return shown, nil
}

// quote is s as one word of a shell.
func quote(s string) string {
	return "'" + string(bytes.ReplaceAll([]byte(s), []byte("'"), []byte(`'\''`))) + "'"
}
