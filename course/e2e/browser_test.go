package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"brick/course"
	"brick/serve"
)

// site is the course on a free port, with runs of its own.
type site struct {
	addr string
	runs string
}

var shared = sync.OnceValues(func() (site, error) {
	runs := os.Getenv("BRICK_E2E_RUNS") // models trained before, so that they need not be again
	if runs == "" {
		var err error
		if runs, err = os.MkdirTemp("", "brick-e2e"); err != nil {
			return site{}, err
		}
	}
	c, err := course.New(course.Options{Runs: runs, Log: os.Stderr})
	if err != nil {
		return site{}, err
	}
	l, err := serve.Listen("127.0.0.1:0")
	if err != nil {
		return site{}, err
	}
	go serve.Run(context.Background(), l, c.Handler(nil))
	return site{l.Addr().String(), runs}, nil
})

// chromium is a browser that all tests share; each has tabs of its own.
var chromium = sync.OnceValues(func() (context.Context, error) {
	name := os.Getenv("BRICK_CHROMIUM")
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(n); name == "" && err == nil {
			name = path
		}
	}
	if name == "" {
		return nil, fmt.Errorf("no Chromium was found")
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(name), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("force-device-scale-factor", "1"), chromedp.Flag("lang", "en"))
	a, _ := chromedp.NewExecAllocator(context.Background(), o...)
	ctx, _ := chromedp.NewContext(a)
	return ctx, chromedp.Do(ctx)
})

// tab is a page of the course in a browser, and what went wrong in it.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site site

	mu    sync.Mutex
	wrong []string
}

// newTab opens an empty tab, or skips the test where there is no browser.
func newTab(t *testing.T) *tab {
	t.Helper()
	if os.Getenv("BRICK_E2E") == "" {
		t.Skip("browser tests take minutes: make e2e runs them")
	}
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	browser, err := chromium()
	if err != nil {
		t.Skip("browser tests are skipped: ", err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	ctx, late := context.WithTimeout(ctx, slack*8*time.Minute)
	t.Cleanup(func() { late(); cancel() })
	b := &tab{t: t, ctx: ctx, site: s}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	command(b, network.Enable, network.EnableParams{})
	command(b, log.Enable, cdp.Empty{})
	command(b, runtime.Enable, cdp.Empty{})
	return b
}

// hear notes errors on the console, failed requests, and requests to other machines.
func (b *tab) hear(e any) {
	say := func(format string, a ...any) {
		b.mu.Lock()
		b.wrong = append(b.wrong, fmt.Sprintf(format, a...))
		b.mu.Unlock()
	}
	switch e := e.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var args []string
			for _, a := range e.Args {
				args = append(args, what(a))
			}
			say("console: %s", strings.Join(args, " "))
		}
	case *runtime.EventExceptionThrown:
		say("exception: %s %s", e.ExceptionDetails.Text, what(e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			say("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && u.Scheme != "blob" && u.Host != b.site.addr {
			say("a request leaves the machine: %s", e.Request.URL)
		}
	}
}

// what is a value of a page in words.
func what(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	return string(o.Value) + o.Description
}

// check fails the test for what went wrong so far, and forgets it.
func (b *tab) check(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		b.t.Errorf("%s: %s", where, w)
	}
	b.wrong = nil
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// command is a call of the browser's own protocol.
func command[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, c, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// open loads a page and waits until its widgets are there.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate("http://" + b.site.addr + path))
	b.until(`document.documentElement?.dataset.ready !== undefined || document.querySelector('section.widget') === null`, 20*time.Second, "the widgets are ready at "+path)
}

// until waits until an expression is true.
func (b *tab) until(js string, within time.Duration, what string) {
	b.t.Helper()
	for late := time.Now().Add(slack * within); ; {
		// A page that is being left may refuse to answer; the next one will.
		yes, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+js+")", chromedp.EvalAwaitPromise))
		if yes && err == nil {
			return
		}
		if time.Now().After(late) {
			b.check("while waiting")
			b.t.Fatalf("after %v not: %s (%v)", within, what, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// eval gives the value of an expression.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// wide and narrow set the size of the window, in CSS pixels.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

// prefers sets what the learner's system asks of pages.
func (b *tab) prefers(scheme, motion string) {
	b.t.Helper()
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion}}})
}

// shot writes a picture of the whole page into the folder BRICK_SHOTS, if that is set, and makes it.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("BRICK_SHOTS")
	if dir == "" {
		return
	}
	size := command(b, page.GetLayoutMetrics, cdp.Empty{}).CSSContentSize
	beyond := true
	png := command(b, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &beyond,
		Clip: &page.Viewport{Width: size.Width, Height: min(size.Height, 12000), Scale: 1}}).Data
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)); err != nil {
		b.t.Fatal(err)
	}
}
