package course

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brick/course/lesson"
	"brick/course/web"
)

// browser is a client with cookies and the token of a page it has loaded.
type browser struct {
	t     *testing.T
	url   string
	token string
	http.Client
}

// open serves the course and loads a page of it.
func open(t *testing.T) *browser {
	t.Helper()
	c, err := New(Options{Runs: t.TempDir(), Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(c.Handler(nil))
	t.Cleanup(s.Close)
	return visit(t, s.URL)
}

func visit(t *testing.T, url string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, url: url, Client: http.Client{Jar: jar}}
	_, body := b.get("/zh/" + Chapters[0].Dir + "/")
	b.token = b.data(body).Token
	return b
}

func (b *browser) get(path string) (*http.Response, string) {
	b.t.Helper()
	r, err := b.Get(b.url + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return r, string(body)
}

// data is the JSON inside a page.
func (b *browser) data(body string) (d pageData) {
	b.t.Helper()
	_, rest, _ := strings.Cut(body, `<script type="application/json" id="page">`)
	raw, _, ok := strings.Cut(rest, "</script>")
	if err := json.Unmarshal([]byte(raw), &d); !ok || err != nil {
		b.t.Fatalf("no data in the page: %v\n%s", err, body)
	}
	return d
}

func (b *browser) post(path, body string) (status int, answer string) {
	b.t.Helper()
	q, err := http.NewRequest("POST", b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("X-Brick-Token", b.token)
	r, err := b.Do(q)
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return r.StatusCode, string(raw)
}

func TestPages(t *testing.T) {
	b := open(t)
	for lang, word := range map[string]string{"zh": "没有公式的时候", "en": "When there is no formula"} {
		if _, body := b.get("/" + lang + "/"); !strings.Contains(body, word) {
			t.Errorf("the contents in %s do not list %q", lang, word)
		}
	}
	for _, ch := range All() {
		for _, lang := range lesson.Languages {
			r, body := b.get("/" + lang + "/" + ch.Dir + "/")
			if r.StatusCode != 200 || !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'self'") {
				t.Errorf("%s %s: status %d, policy %q", lang, ch.Dir, r.StatusCode, r.Header.Get("Content-Security-Policy"))
			}
			if regexp.MustCompile(`<script[^>]*>[^{<]|\son\w+=|\sstyle=`).MatchString(body) {
				t.Errorf("%s %s: the page has inline code or style, which its policy forbids", lang, ch.Dir)
			}
		}
	}
	for path, want := range map[string]int{"/fr/": 404, "/zh/99-nothing/": 404, "/web/page.js": 200, "/web/web.go": 404, "/web/..%2fcourse.go": 404,
		"/02-no-closed-form/widget.js": 200, "/02-no-closed-form/zh.md": 404, "/..%2f..%2fgo.mod/x.js": 404} {
		if r, _ := b.get(path); r.StatusCode != want {
			t.Errorf("%s: %d; want %d", path, r.StatusCode, want)
		}
	}
}

// The browser's language chooses; Chinese when it asks for another.
func TestHome(t *testing.T) {
	b := open(t)
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for accept, want := range map[string]string{"": "/zh/", "en-GB,en;q=0.8": "/en/", "zh-TW": "/zh/", "fr": "/zh/", "fr, en;q=0.5": "/en/"} {
		q, _ := http.NewRequest("GET", b.url+"/", nil)
		q.Header.Set("Accept-Language", accept)
		r, err := b.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.Header.Get("Location") != want {
			t.Errorf("%q leads to %q; want %q", accept, r.Header.Get("Location"), want)
		}
	}
}

func TestAsk(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/api/ask/02-no-closed-form/exam", `{"eta":0.342}`, 200, `"steps":9`},
		{"/api/ask/02-no-closed-form/exam", `{"eta":5}`, 400, `"key":"refused.range"`},
		{"/api/ask/02-no-closed-form/exam", `{"eta":`, 400, `"key":"refused.json"`},
		{"/api/ask/02-no-closed-form/exam", `{"eta":"x"}`, 400, `"field":"eta"`},
		{"/api/ask/02-no-closed-form/none", `{}`, 404, `"error"`},
		{"/api/ask/none/exam", `{}`, 404, `"error"`},
		{"/api/ask/02-no-closed-form/exam", strings.Repeat(" ", 300<<10), 413, ""},
		{"/api/show/02-no-closed-form/exam", `{"method":"newton"}`, 200, "brick learn call 02-no-closed-form exam '"},
		{"/api/start/none/x", `{}`, 404, ""},
		{"/api/job/x/stop", ``, 404, ""},
	} {
		if status, answer := b.post(c.path, c.body); status != c.status || !strings.Contains(answer, c.want) {
			t.Errorf("%s %.60s: %d %.300s; want %d with %s", c.path, c.body, status, answer, c.status, c.want)
		}
	}
	stranger := visit(t, b.url)
	stranger.token = b.token
	if status, _ := stranger.post("/api/ask/02-no-closed-form/exam", "{}"); status != 403 {
		t.Errorf("another browser's token: %d; want 403", status)
	}
}

// Every call of every chapter answers its default argument, and what it shows is a program.
func TestCalls(t *testing.T) {
	for _, ch := range All() {
		desk := lesson.NewDesk(&lesson.Runs{Root: t.TempDir()}, 2)
		for _, k := range ch.Calls {
			if !k.Streams {
				answer, err := k.Answer(context.Background(), desk.Session(), nil)
				if err == nil {
					_, err = json.Marshal(answer)
				}
				if _, refused := err.(*lesson.Refusal); err != nil && !refused {
					t.Errorf("%s %s: %v", ch.Dir, k.Name, err)
				}
			}
			if k.HasShow() {
				shown, err := Show(ch.Dir, k, nil)
				if err != nil || !strings.HasPrefix(shown.Go, "package main\n") || !strings.HasPrefix(shown.Command, "brick learn call") {
					t.Errorf("%s %s shows %q, %v", ch.Dir, k.Name, shown, err)
				}
			}
		}
	}
}

// Every text that a widget asks for is there, and every text is asked for.
func TestTexts(t *testing.T) {
	shared, err := lesson.Text(web.FS)
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`\bt\(\s*'([^']+)'(\s*\+)?`)
	var folders []lesson.Part // of pages, and of what they share
	common := map[string]bool{}
	for _, ch := range All() {
		folders = append(folders, lesson.Part{Dir: ch.Dir, Files: ch.Files})
		for _, part := range ch.Parts {
			if !slices.ContainsFunc(folders, func(f lesson.Part) bool { return f.Dir == part.Dir }) {
				folders = append(folders, part)
			}
			text, err := lesson.Text(part.Files)
			if err != nil {
				t.Fatal(err)
			}
			for key := range text["zh"] {
				common[key] = true
			}
		}
	}
	for _, ch := range folders {
		own, err := lesson.Text(ch.Files)
		if err != nil {
			t.Errorf("%s: %v", ch.Dir, err)
			continue
		}
		var js []byte // of widget.js and the modules beside it
		modules, err := fs.Glob(ch.Files, "*.js")
		if err != nil || len(modules) == 0 {
			t.Errorf("%s: its modules are %v (%v)", ch.Dir, modules, err)
			continue
		}
		for _, name := range modules {
			raw, err := fs.ReadFile(ch.Files, name)
			if err != nil {
				t.Fatal(err)
			}
			js = append(js, raw...)
		}
		used := func(key string) bool {
			for k := key; ; {
				if bytes.Contains(js, []byte("'"+k+"'")) || k != key && bytes.Contains(js, []byte("'"+k+".'")) {
					return true
				}
				dot := strings.LastIndexByte(k, '.')
				if dot < 0 {
					return false
				}
				k = k[:dot]
			}
		}
		for _, m := range asked.FindAllSubmatch(js, -1) {
			key := string(m[1])
			if len(m[2]) > 0 {
				continue // a key put together: its parts are looked for below
			}
			if own["zh"][key] == "" && shared["zh"][key] == "" && !common[key] {
				t.Errorf("%s: a widget asks for the text %q, which text.json does not have", ch.Dir, key)
			}
		}
		for key := range own["zh"] {
			if !used(key) && !strings.HasPrefix(key, "refused.") {
				t.Errorf("%s: no widget asks for the text %q", ch.Dir, key)
			}
		}
	}
}

// A job is followed, left and followed again from where it was.
func TestEvents(t *testing.T) {
	chapter := Chapters
	defer func() { Chapters = chapter }()
	ch := *Chapters[0]
	ch.Calls = append([]*lesson.Call{lesson.Stream("count", struct{}{}, func(_ context.Context, _ *lesson.Session, _ struct{}, j *lesson.Job) error {
		for i := range 5 {
			if err := j.Emit(i); err != nil {
				return err
			}
		}
		return &lesson.Refusal{Key: "refused.fit", Message: "enough"}
	})}, ch.Calls...)
	Chapters = []*lesson.Chapter{&ch}
	b := open(t)
	_, body := b.get("/en/" + ch.Dir + "/")
	b.token = b.data(body).Token
	var started struct{ ID string }
	if status, answer := b.post("/api/start/"+ch.Dir+"/count", ""); status != 200 || json.Unmarshal([]byte(answer), &started) != nil {
		t.Fatalf("%d %s", status, answer)
	}
	follow := func(after string) (lines []string) {
		q, _ := http.NewRequest("GET", b.url+"/api/job/"+started.ID+"/events", nil)
		q.Header.Set("Last-Event-ID", after)
		r, err := b.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		for s := bufio.NewScanner(r.Body); s.Scan(); {
			if s.Text() != "" && !strings.HasPrefix(s.Text(), ":") {
				lines = append(lines, s.Text())
			}
		}
		return lines
	}
	all := strings.Join(follow(""), "\n")
	for _, want := range []string{"id: 1\ndata: 0", "id: 5\ndata: 4", "event: end\ndata: {\"error\":{\"key\":\"refused.fit\",\"message\":\"enough\"},\"state\":\"failed\"}"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if rest := strings.Join(follow("3"), "\n"); strings.Contains(rest, "id: 3") || !strings.Contains(rest, "id: 4") {
		t.Errorf("after 3:\n%s", rest)
	}
	if _, list := b.get("/api/jobs?chapter=" + ch.Dir); !strings.Contains(list, started.ID) {
		t.Errorf("the job is not listed: %s", list)
	}
	if r, _ := visit(t, b.url).get("/api/job/" + started.ID + "/events"); r.StatusCode != 404 {
		t.Errorf("another learner follows the job: %d", r.StatusCode)
	}
}

// A static copy holds every page, file and first answer.
func TestExport(t *testing.T) {
	all, pages := Chapters, Pages
	defer func() { Chapters, Pages = all, pages }()
	Pages = nil
	for _, ch := range all {
		if ch.Dir == "02-no-closed-form" {
			Chapters = []*lesson.Chapter{ch}
		}
	}
	c, err := New(Options{Runs: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var told []string
	n, err := c.Export(context.Background(), dir, ExportOptions{Tell: func(chapter, call string, n int) { told = append(told, fmt.Sprint(chapter, call, n)) }})
	if err != nil || n < 10 {
		t.Fatal(n, err)
	}
	if !slices.Contains(told, "02-no-closed-formexam1") {
		t.Errorf("told of %v", told)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "en", "02-no-closed-form", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	d := (&browser{t: t}).data(string(raw))
	if !d.Static || d.Records[`exam {"eta":0.342,"method":"ascent","start":0.5,"steps":60}`] == nil {
		t.Errorf("the page's records are %v", d.Records)
	}
	if strings.Contains(string(raw), `"/web/`) || strings.Contains(string(raw), `href="/`) {
		t.Error("the page leads to the root of the host")
	}
	for _, name := range []string{"index.html", "zh/index.html", "web/page.js", "web/course.css", "web/math.css", "02-no-closed-form/widget.js"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func ExampleCall() {
	call, chapter, err := Call("2", "exam")
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := call.Answer(context.Background(), lesson.NewDesk(nil, 1).Session(), []byte(`{"method":"ascent","start":0.5,"eta":0.342}`))
	raw, _ := json.Marshal(answer)
	fmt.Println(chapter.Dir, string(raw[:51]), err)
	// Output:
	// 02-no-closed-form {"steps":9,"settled":true,"why":"arrived","x":0.203 <nil>
}
