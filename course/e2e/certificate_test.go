package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"brick/course"
	"brick/course/lesson"
	"brick/course/web"
)

// step is how a certificate is earned: a page with this query is loaded, buttons
// of the widget are pressed, and within so many seconds the certificate's line
// matches, in either language.
type step struct {
	Query       string   `json:"query"`
	Widget      string   `json:"widget"`
	Press       []string `json:"press"` // keys of the texts on buttons, in order; "key?" only if the widget shows it, as the offer to train what is not there yet
	Certificate string   `json:"certificate"`
	Match       string   `json:"match"` // regular expression
	Within      float64  `json:"within"`
}

func TestCertificates(t *testing.T) {
	shared, err := lesson.Text(web.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range course.All() {
		raw, err := os.ReadFile(filepath.Join("..", ch.Dir, "testdata", "e2e.json"))
		if err != nil {
			t.Errorf("%s: %v", ch.Dir, err)
			continue
		}
		var steps []step
		if err := json.Unmarshal(raw, &steps); err != nil {
			t.Errorf("%s: %v", ch.Dir, err)
			continue
		}
		texts, err := lesson.Text(ch.Files)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, lang := range lesson.Languages {
			t.Run(ch.Dir+"/"+lang, func(t *testing.T) {
				b := newTab(t)
				b.open("/" + lang + "/" + ch.Dir + "/")
				earned := map[string]bool{}
				for _, s := range steps {
					b.open("/" + lang + "/" + ch.Dir + "/?" + s.Query)
					for _, key := range s.Press {
						key, optional := strings.CutSuffix(key, "?")
						text := texts[lang][key]
						if text == "" {
							text = shared[lang][key]
						}
						if text == "" {
							t.Fatalf("no text is called %q", key)
						}
						find := fmt.Sprintf(`[...document.querySelectorAll('section[data-widget=%q] :is(button, label, summary)')].find(e => e.textContent.trim() === %s && e.checkVisibility() && !e.disabled)`, s.Widget, quoted(text))
						if optional {
							b.until(find+fmt.Sprintf(` !== undefined || document.querySelector('section[data-widget=%q] .say')?.textContent`, s.Widget), 60*time.Second, "the widget "+s.Widget)
							eval[bool](b, `(`+find+`?.click(), true)`)
							continue
						}
						b.until(find+` !== undefined`, 60*time.Second, "the button "+text)
						eval[bool](b, `(`+find+`.click(), true)`)
					}
					const line = `(document.querySelector('.certificate.earned[data-certificate=%q]')?.dataset.line ?? '')`
					here := fmt.Sprintf(line, s.Certificate)
					b.until(here+` !== ''`, time.Duration(max(s.Within, 10)*float64(time.Second)), "the certificate "+s.Certificate)
					got := eval[string](b, here)
					if !regexp.MustCompile(s.Match).MatchString(got) {
						t.Errorf("%s says %q; want %s", s.Certificate, got, s.Match)
					}
					t.Logf("%s: %s", s.Certificate, got)
					earned[s.Certificate] = true
				}
				for _, name := range eval[[]string](b, `[...document.querySelectorAll('.certificate')].map(e => e.dataset.certificate)`) {
					if !earned[name] {
						t.Errorf("no step earns the certificate %q", name)
					}
				}
				b.check("certificates")
			})
		}
	}
}

func quoted(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}
