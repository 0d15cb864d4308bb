package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// demo serves the test page with an engine of a few formulas, under the policy that the course's pages have.
// What testdata/drive.js reports comes from the channel.
func demo(t *testing.T, lang string) (*httptest.Server, <-chan string) {
	t.Helper()
	text, err := Text()
	if err != nil {
		t.Fatal(err)
	}
	page, err := json.Marshal(map[string]any{
		"lang": lang, "chapter": "demo", "token": "secret", "text": text[lang], "shows": []string{"curve"},
		"defaults": map[string]any{"curve": map[string]float64{"eta": 0.342, "x": 0.5}},
	})
	if err != nil {
		t.Fatal(err)
	}
	html, err := os.ReadFile("testdata/demo.html")
	if err != nil {
		t.Fatal(err)
	}
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /web/", http.StripPrefix("/web/", http.FileServerFS(FS)))
	mux.HandleFunc("GET /demo/widget.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/widget.js") })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, strings.NewReplacer("PAGE", string(page), "LANG", lang).Replace(string(html)))
	})
	mux.HandleFunc("POST /api/ask/demo/{call}", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Brick-Token") != "secret" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s without token or type", r.URL)
		}
		switch r.PathValue("call") {
		case "curve":
			answer(w, sine())
		case "valley":
			answer(w, valley())
		}
	})
	mux.HandleFunc("GET /drive", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/drive.html") })
	mux.HandleFunc("GET /axe.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "../tools/node_modules/axe-core/axe.min.js") // 404 where course/tools is not installed
	})
	result := make(chan string, 1)
	mux.HandleFunc("POST /drive/result", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		result <- string(body)
	})
	mux.HandleFunc("GET /drive.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/drive.js") })
	mux.HandleFunc("POST /api/show/demo/curve", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]string{"command": "brick learn call demo curve", "go": "package main"})
	})
	mux.HandleFunc("GET /api/jobs", func(w http.ResponseWriter, r *http.Request) {
		answer(w, []map[string]any{{"id": "j1", "call": "train", "args": map[string]int{"steps": 20}, "state": "running"}})
	})
	mux.HandleFunc("GET /api/job/j1/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := 1; i <= 20; i++ {
			fmt.Fprintf(w, "id: %d\ndata: {\"step\": %d, \"loss\": %g}\n\n", i, i, 3/math.Sqrt(float64(i)))
		}
		fmt.Fprint(w, "event: end\ndata: {\"state\": \"done\"}\n\n")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s, result
}

func sine() map[string]any {
	var curve, loss, steps [][2]float64
	band := map[string][]float64{}
	for i := 0; i <= 100; i++ {
		x := 3 * float64(i) / 100
		curve = append(curve, [2]float64{x, math.Sin(x)})
		band["x"] = append(band["x"], x)
		band["low"] = append(band["low"], math.Sin(x)-0.15)
		band["high"] = append(band["high"], math.Sin(x)+0.15)
		if i%20 == 0 {
			steps = append(steps, [2]float64{x, math.Sin(x)})
			loss = append(loss, [2]float64{1000 * math.Exp(float64(i)/12), 8 * math.Exp(-float64(i)/80)})
		}
	}
	return map[string]any{"curve": curve, "band": band, "steps": steps, "loss": loss, "x0": 0.2031878699799789}
}

func valley() map[string]any {
	values := make([][]float64, 41)
	for r := range values {
		for c := range 41 {
			x, y := 3*float64(c)/40-1.5, 3*float64(r)/40-1.5
			values[r] = append(values[r], x*x+3*y*y+0.5*math.Sin(4*x))
		}
	}
	ends := []float64{-1.5, 1.5}
	return map[string]any{
		"grid": map[string]any{"values": values, "x": ends, "y": ends},
		"path": [][2]float64{{1.2, 1.2}, {1, 0.4}, {0.6, 0.1}, {0.1, 0}, {-0.3, 0}},
	}
}

// chromium runs a headless browser on url and returns what it prints; the test is skipped where there is none.
func chromium(t *testing.T, args ...string) string {
	t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	base := []string{"--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + t.TempDir(), "--enable-logging=stderr", "--virtual-time-budget=4000"}
	var errs strings.Builder
	cmd := exec.CommandContext(ctx, bin, append(base, args...)...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, "CONSOLE") && !strings.Contains(line, "nobody") {
			t.Errorf("the browser says: %s", line)
		}
	}
	return string(out)
}

// drive opens url in a browser whose clock is the real one, so that frames are painted, and returns what the page reports. A browser
// sometimes hangs as it starts: another is tried then.
func drive(t *testing.T, url string, result <-chan string) string {
	t.Helper()
	for range 4 {
		if r, ok := driven(t, url, result); ok {
			return r
		}
	}
	t.Fatal("the page did not report")
	return ""
}

func driven(t *testing.T, url string, result <-chan string) (string, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--remote-debugging-port=0",
		"--window-size=500,1000", url)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = cmd.Wait() // it was killed
	}()
	select {
	case r := <-result:
		return r, true
	case <-ctx.Done():
		return "", false
	}
}

// Every kind of widget mounts and draws without an error, but the one that does not exist, which says so. Set WEB_SHOTS to a folder to
// have pictures of the page: wide and narrow, light and dark.
func TestBrowser(t *testing.T) {
	if os.Getenv("BRICK_E2E") == "" {
		t.Skip("starts a browser: make e2e does")
	}
	s, result := demo(t, "zh")
	dom := chromium(t, "--dump-dom", s.URL+"/?curve.eta=0.5&p.steps=1&r.steps=1&run=mine")
	for _, want := range []string{
		`data-ready=""`, `aria-valuetext="η = 0.5"`, "在 x₀ = 0.2031878699799789，f = −3.2×10⁻⁷", "这一章没有名为“nobody”的组件", "✓ 正确", "已完成",
		`/en/?curve.eta=0.5&amp;p.steps=1`, `/en/01/?run=mine"`, `aria-label="明月, 明月: 0.7"`,
	} {
		if !strings.Contains(dom, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(dom, `role="alert">这里出错了`); n != 1 {
		t.Errorf("%d widgets are broken, only the one that does not exist should be", n)
	}
	used := drive(t, s.URL+"/drive", result)
	for _, want := range []string{
		"fits: true", "small: none", "slider: η = 0.6", "said: η 0.6: 6 steps", "url: 0.6", "marks: 1", "answers: 1", "latencies: 1", "handle: x = 0.51, y = 0.2",
		"class: 点 1，乙", "points: 2", "added: 3", "points in url: 1.6_-0.4_1_2.2_0.3_0_1.5_0.1_0", "rows before: 0", "rows after: 212",
		"cell: 明月, 床前: 0.3", "pad: 0*65_0.25_0.5_0.25_0*9_0.5_1_0.5_0*9_0.25_0.5_0.25_0*52", "reveal before an answer: true", "reveal after: true",
		"theme: light", "shown: brick learn call demo curve", "run: 已完成", "end: reached",
	} {
		if !strings.Contains(used, want+";") && !strings.Contains(used, want+",") {
			t.Errorf("using the page: no %q", want)
		}
	}
	if strings.Contains(used, "violation:") {
		t.Error("axe finds the page hard to use for some")
	}
	if t.Failed() || testing.Verbose() {
		t.Log(used)
	}
	dir := os.Getenv("WEB_SHOTS")
	if dir == "" {
		return
	}
	for _, shot := range []struct{ name, size, dark string }{
		{"wide", "1200,5200", "--lang=en"}, {"wide-dark", "1200,5200", "--force-dark-mode"}, {"narrow", "500,7600", "--lang=en"},
	} {
		chromium(t, "--screenshot="+dir+"/"+shot.name+".png", "--window-size="+shot.size, "--hide-scrollbars", shot.dark, s.URL+"/?curve.eta=0.5")
	}
}
