package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"brick/course"
	"brick/course/lesson"
)

// everywhere runs a test for every chapter in every language.
func everywhere(t *testing.T, f func(t *testing.T, b *tab, ch *lesson.Chapter, lang string)) {
	for _, ch := range course.All() {
		for _, lang := range lesson.Languages {
			t.Run(ch.Dir+"/"+lang, func(t *testing.T) { f(t, newTab(t), ch, lang) })
		}
	}
}

// Widgets answer, nothing fails, everything fits a narrow window, in the light and in the dark.
func TestPages(t *testing.T) {
	everywhere(t, func(t *testing.T, b *tab, ch *lesson.Chapter, lang string) {
		path := "/" + lang + "/" + ch.Dir + "/"
		for _, look := range []struct {
			name          string
			width, height int64
			scheme        string
		}{{"wide-light", 1280, 900, "light"}, {"wide-dark", 1280, 900, "dark"}, {"narrow-light", 360, 740, "light"}, {"narrow-dark", 360, 740, "dark"}} {
			b.size(look.width, look.height)
			b.prefers(look.scheme, "no-preference")
			b.open(path)
			b.until(`[...document.querySelectorAll('section.widget')].every(s => s.ariaBusy !== 'true' && s.querySelector('.say, .runner, button'))`, time.Minute, "every widget says what it shows")
			time.Sleep(300 * time.Millisecond) // answers under way
			for _, e := range eval[[]string](b, `[...document.querySelectorAll('section.widget .error')].map(e => e.textContent).filter(Boolean)`) {
				t.Errorf("%s: a widget shows an error: %s", look.name, e)
			}
			if w := eval[int](b, `document.documentElement.scrollWidth`); w > int(look.width) {
				wide := eval[[]string](b, fmt.Sprintf(`[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > %d).slice(-3).map(e => e.outerHTML.slice(0, 120))`, look.width))
				t.Errorf("%s: the page is %d pixels wide in a window of %d: %q", look.name, w, look.width, wide)
			}
			for _, small := range eval[[]string](b, smallTargets) {
				t.Errorf("%s: a target is small: %s", look.name, small)
			}
			if dark := eval[float64](b, `(([r, g, b]) => (r + g + b) / 3)(getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number))`); (dark < 100) != (look.scheme == "dark") {
				t.Errorf("%s: the background's grey is %g", look.name, dark)
			}
			b.shot(ch.Dir + "-" + lang + "-" + look.name)
			b.check(look.name)
		}
	})
}

// smallTargets lists what can be pressed but is less than 44 pixels high or wide with its label.
const smallTargets = `[...document.querySelectorAll('section.widget button, section.widget select, section.widget input, section.widget summary, fieldset.predict label, fieldset.predict button, header.top a, header.top button')]
	.map(e => e.matches('input[type=radio], input[type=checkbox]') ? e.closest('label') ?? e : e)
	.filter(e => e.checkVisibility() && !e.closest('table, .handles, .plotframe, .strips, [data-dense]'))
	.filter(e => { const r = e.getBoundingClientRect(); return r.height < 43.5 || r.width < 43.5; })
	.map(e => e.outerHTML.slice(0, 160))`

// Everything that can be pressed is reached by Tab.
func TestKeyboard(t *testing.T) {
	everywhere(t, func(t *testing.T, b *tab, ch *lesson.Chapter, lang string) {
		b.open("/" + lang + "/" + ch.Dir + "/")
		time.Sleep(300 * time.Millisecond)
		n := eval[int](b, `(() => {
			window.targets = [...document.querySelectorAll('main button, main input, main select, main textarea, main summary, main [role=slider], main [tabindex]:not(main)')]
				.filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0 && !(e.type === 'radio' && [...document.getElementsByName(e.name)].some(o => o !== e && (o.checked || !e.checked && o.compareDocumentPosition(e) & 4 && ![...document.getElementsByName(e.name)].some(x => x.checked)))));
			window.reached = new Set();
			document.addEventListener('focusin', e => window.reached.add(e.target));
			document.querySelector('main').focus();
			return window.targets.length;
		})()`)
		for range n + 25 {
			b.do(chromedp.KeyEvent(kb.Tab))
		}
		for _, e := range eval[[]string](b, `window.targets.filter(e => e.isConnected && e.checkVisibility({ visibilityProperty: true }) && !window.reached.has(e)).map(e => e.outerHTML.slice(0, 160))`) {
			t.Errorf("Tab does not reach %s", e)
		}
		b.check("keyboard")
	})
}

// A slider that was moved by an arrow key changes the URL, and the URL brings the same page back, in the other language too.
func TestStateIsInTheURL(t *testing.T) {
	everywhere(t, func(t *testing.T, b *tab, ch *lesson.Chapter, lang string) {
		b.open("/" + lang + "/" + ch.Dir + "/")
		ids := eval[[]string](b, `[...document.querySelectorAll('section.widget input[type=range]')].filter(e => e.checkVisibility() && !e.disabled).map(e => e.id)`)
		if len(ids) == 0 {
			return
		}
		for _, id := range ids[:min(len(ids), 4)] {
			key := kb.ArrowRight
			if eval[bool](b, fmt.Sprintf(`(e => e === null || Number(e.value) >= Number(e.max))(document.getElementById(%q))`, id)) {
				key = kb.ArrowLeft
			}
			eval[bool](b, fmt.Sprintf(`(document.getElementById(%q)?.focus(), true)`, id))
			b.do(chromedp.KeyEvent(key), chromedp.KeyEvent(key))
		}
		time.Sleep(400 * time.Millisecond)
		const values = `[...document.querySelectorAll('section.widget input[type=range]')].map(e => e.value).join(' ')`
		before, search := eval[string](b, values), eval[string](b, `location.search`)
		if search == "" {
			t.Fatalf("after moving sliders the URL holds nothing")
		}
		b.open("/" + lang + "/" + ch.Dir + "/" + search)
		if after := eval[string](b, values); after != before {
			t.Errorf("with %s the sliders are at %s; they were at %s", search, after, before)
		}
		eval[bool](b, `(document.querySelector('a.lang').click(), true)`)
		b.until(`document.documentElement?.lang !== `+map[string]string{"zh": `'zh-CN'`, "en": `'en'`}[lang]+` && document.documentElement?.dataset.ready !== undefined`, 10*time.Second, "the other language")
		if after := eval[string](b, values); after != before {
			t.Errorf("in the other language the sliders are at %s; they were at %s", after, before)
		}
		b.check("state")
	})
}

// axe-core finds no serious fault of accessibility.
func TestAccessibility(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("..", "tools", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		if os.Getenv("BRICK_E2E") != "" {
			t.Fatal("axe-core is not there: make e2e installs it: ", err)
		}
		t.Skip("browser tests take minutes: make e2e runs them")
	}
	everywhere(t, func(t *testing.T, b *tab, ch *lesson.Chapter, lang string) {
		for _, scheme := range []string{"light", "dark"} {
			b.prefers(scheme, "reduce")
			b.open("/" + lang + "/" + ch.Dir + "/")
			time.Sleep(300 * time.Millisecond)
			b.do(chromedp.Evaluate[chromedp.Void](string(axe)))
			faults := eval[[]struct {
				ID, Impact, Help string
				Nodes            []struct{ HTML, FailureSummary string }
			}](b, `axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical'))`)
			for _, f := range faults {
				t.Errorf("%s: %s (%s): %s: %.200s: %s", scheme, f.ID, f.Impact, f.Help, f.Nodes[0].HTML, strings.ReplaceAll(f.Nodes[0].FailureSummary, "\n", " "))
			}
		}
		// The checker's own styles break the page's policy, so what the console says is not the page's.
	})
}

// A static copy works on any web server and under any path: its pages show what was recorded, and say what needs the engine.
func TestStaticCopy(t *testing.T) {
	b := newTab(t)
	dir := os.Getenv("BRICK_LECTURE") // a copy made before; else one whose jobs are cut short
	if dir == "" {
		dir = t.TempDir()
		c, err := course.New(course.Options{Runs: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Export(t.Context(), dir, course.ExportOptions{Record: 100 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
	}
	s := httptest.NewServer(http.StripPrefix("/some/where/", http.FileServer(http.Dir(dir))))
	t.Cleanup(s.Close)
	b.site.addr = strings.TrimPrefix(s.URL, "http://")
	for _, lang := range lesson.Languages {
		b.open("/some/where/" + lang + "/index.html")
		b.check(lang)
		for _, ch := range course.All() {
			b.open("/some/where/" + lang + "/" + ch.Dir + "/index.html")
			time.Sleep(500 * time.Millisecond) // answers under way
			for _, e := range eval[[]string](b, `[...document.querySelectorAll('section.widget')].filter(s => !s.querySelector('.say')?.textContent && !s.querySelector('.error')?.textContent && !s.querySelector('.runner, button')).map(s => s.dataset.widget)`) {
				t.Errorf("%s %s: widget %s neither shows nor says anything", lang, ch.Dir, e)
			}
			needs := eval[int](b, `[...document.querySelectorAll('section.widget')].filter(s => /brick learn/.test(s.textContent)).length`)
			all := eval[int](b, `document.querySelectorAll('section.widget').length`)
			if needs != all {
				t.Errorf("%s %s: %d of %d widgets say that they need the engine", lang, ch.Dir, needs, all)
			}
			b.shot("static-" + ch.Dir + "-" + lang)
			b.check(ch.Dir + " " + lang)
		}
	}
}
