package page

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/*.html")

// tested is the MathML of the pages in testdata.
func tested(t testing.TB) Formulas {
	t.Helper()
	b, err := os.ReadFile("testdata/formulas.json")
	if err != nil {
		t.Fatal(err)
	}
	var f Formulas
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// wellFormed says what makes a page's HTML no tree of elements, or names an attribute that the pages' policy would drop.
func wellFormed(html string) error {
	d := xml.NewDecoder(strings.NewReader("<main>" + html + "</main>"))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		e, _ := token.(xml.StartElement)
		if e.Name.Local == "script" || e.Name.Local == "style" {
			return errors.New("element " + e.Name.Local)
		}
		for _, a := range e.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
				return errors.New("attribute " + a.Name.Local)
			}
		}
	}
}

// The pages in testdata give the HTML beside them.
func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.md")
	if len(files) < 2 {
		t.Fatal("no pages in testdata")
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Render(src, tested(t))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := wellFormed(string(p.HTML)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		golden := strings.TrimSuffix(file, ".md") + ".html"
		if *update {
			if err := os.WriteFile(golden, []byte(p.HTML), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(p.HTML) != string(want) {
			t.Errorf("%s gives\n%s\nwant %s (or run go test ./course/page -update)", file, p.HTML, golden)
		}
	}
}

// What a page holds is listed in its order.
func TestPage(t *testing.T) {
	src, _ := os.ReadFile("testdata/blocks.md")
	p, err := Render(src, tested(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"exam", "race", "plain"}; !slices.Equal(p.Widgets, want) {
		t.Errorf("widgets %v, want %v", p.Widgets, want)
	}
	if want := []string{"steps", "root", "why"}; !slices.Equal(p.Predicts, want) {
		t.Errorf("predicts %v, want %v", p.Predicts, want)
	}
	if want := []string{"exam"}; !slices.Equal(p.Certificates, want) {
		t.Errorf("certificates %v, want %v", p.Certificates, want)
	}
	src, _ = os.ReadFile("testdata/prose.md")
	if p, _ = Render(src, tested(t)); p.Title != "没有闭式解" || !slices.Equal(p.Links, []string{"../03-descent/"}) {
		t.Errorf("title %q, links %q", p.Title, p.Links)
	}
}

// formulas.mjs, which made testdata/formulas.json, finds exactly the formulas that the scanner finds.
func TestScannersAgree(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.md")
	found := map[string]bool{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		formulas, err := Find(src)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, f := range formulas {
			found[f.Key()] = true
		}
	}
	if made := slices.Sorted(maps.Keys(tested(t))); !slices.Equal(keys(found), made) {
		t.Errorf("found\n%q\nmade\n%q", keys(found), made)
	}
}

// Every formula of the lecture has MathML, no MathML is left over, and none needs a style attribute or an unknown class.
func TestKnown(t *testing.T) {
	used := map[string]bool{}
	err := filepath.WalkDir("..", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.Name() == "node_modules" || e.Name() == "testdata" {
			return fs.SkipDir
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		formulas, err := Find(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range formulas {
			used[f.Key()] = true
			if Known()[f.Key()] == "" {
				t.Errorf("%s:%d: %s is not in formulas.json; make it with: %s", name, f.Line, f.Key(), command)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for tex := range Known() {
		if !used[tex] {
			t.Errorf("formulas.json has %s, which no page has; make it with: %s", tex, command)
		}
	}
	class := regexp.MustCompile(`class="([^"]*)"`)
	for _, all := range []Formulas{Known(), tested(t)} {
		for tex, math := range all {
			if err := wellFormed(math); err != nil || !strings.HasPrefix(math, "<math alttext=") {
				t.Errorf("%s: %v in %s", tex, err, math)
			}
			for _, m := range class.FindAllStringSubmatch(math, -1) {
				for _, c := range strings.Fields(m[1]) {
					if !regexp.MustCompile(`\.` + c + `[ ,{]`).MatchString(MathCSS) {
						t.Errorf("%s: MathCSS has no class %s", tex, c)
					}
				}
			}
		}
	}
}

// Render neither panics nor gives HTML that is not closed, whatever it reads.
func FuzzRender(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.md")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	for _, c := range refused {
		if len(c.src) < 1<<10 {
			f.Add(c.src)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		formulas := Formulas{}
		found, _ := Find([]byte(src))
		for _, x := range found {
			formulas[x.Key()] = "<math></math>"
		}
		p, err := Render([]byte(src), formulas)
		if err != nil {
			return
		}
		if err := wellFormed(string(p.HTML)); err != nil {
			t.Errorf("%v in %s", err, p.HTML)
		}
		if err := Compare(p, p); err != nil {
			t.Error(err)
		}
	})
}
