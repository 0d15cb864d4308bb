package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// body is what the test servers serve.
var body = []byte(strings.Repeat("all work and no play ", 5000))

func fileAt(url string, content []byte) File {
	sum := sha256.Sum256(content)
	return File{Name: "work.txt", URLs: []string{url}, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

func quick() *Downloader { return &Downloader{Wait: time.Millisecond} }

func have(t *testing.T, dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "work.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFetchResumesAfterACut(t *testing.T) {
	var served, ranged atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := 0
		if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 {
			ranged.Add(1)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(body)-1, len(body)))
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(body)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		part := body[from:]
		if len(part) > 40000 { // the connection is cut after 40,000 bytes
			part = part[:40000]
		}
		n, _ := w.Write(part)
		served.Add(int64(n))
	}))
	defer server.Close()
	dir := t.TempDir()
	var last int64
	d := quick()
	d.Progress = func(_ string, done, total int64) {
		if done < last || total != int64(len(body)) {
			t.Errorf("progress %d after %d of %d", done, last, total)
		}
		last = done
	}
	if err := d.Fetch(t.Context(), fileAt(server.URL, body), dir); err != nil {
		t.Fatal(err)
	}
	if have(t, dir) != string(body) || last != int64(len(body)) {
		t.Error("the file differs from what was served")
	}
	if served.Load() != int64(len(body)) || ranged.Load() != 2 {
		t.Errorf("%d bytes served for a file of %d, %d times by range", served.Load(), len(body), ranged.Load())
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*.part"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	server.Close() // what is there is not fetched again
	if err := d.Fetch(t.Context(), fileAt(server.URL, body), dir); err != nil {
		t.Error(err)
	}
}

func TestFetchFromServersWithoutRanges(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(body) }))
	defer server.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "work.txt.part"), []byte("leftover of something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := quick().Fetch(t.Context(), fileAt(server.URL, body), dir); err != nil {
		t.Fatal(err)
	}
	if have(t, dir) != string(body) {
		t.Error("the file differs from what was served")
	}
}

func TestFetchFailures(t *testing.T) {
	wrong := strings.Replace(string(body), "work", "play", 1)
	var calls atomic.Int64
	for _, c := range []struct {
		name, want string
		calls      int64
		serve      http.HandlerFunc
	}{
		{"404", "404 Not Found", 1, http.NotFound},
		{"503", "503", 3, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }},
		{"wrong hash", "what came is another file", 1, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(wrong)) }},
		{"too long", "this is another file", 1, func(w http.ResponseWriter, _ *http.Request) { w.Write(append(body[:len(body):len(body)], '!')) }},
		{"too short", "ended after 10 of", 3, func(w http.ResponseWriter, _ *http.Request) { w.Write(body[:10]) }},
	} {
		calls.Store(0)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { calls.Add(1); c.serve(w, r) }))
		dir := t.TempDir()
		err := quick().Fetch(t.Context(), fileAt(server.URL, body), dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || calls.Load() != c.calls {
			t.Errorf("%s: %d calls, %v", c.name, calls.Load(), err)
			continue
		}
		for _, part := range []string{server.URL, "by hand", filepath.Join(dir, "work.txt"), "SHA-256"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error does not name %s: %v", c.name, part, err)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "work.txt")); err == nil {
			t.Errorf("%s: a file was left under its final name", c.name)
		}
		server.Close()
	}
}

// A second URL stands in for the first, and a cancelled context ends the attempts.
func TestFetchFallsBackAndStops(t *testing.T) {
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(body) }))
	defer good.Close()
	bad := httptest.NewServer(http.HandlerFunc(http.NotFound))
	defer bad.Close()
	f := fileAt(bad.URL, body)
	f.URLs = append(f.URLs, good.URL)
	dir := t.TempDir()
	if err := quick().Fetch(t.Context(), f, dir); err != nil || have(t, dir) != string(body) {
		t.Errorf("second URL: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	start := time.Now()
	if err := (&Downloader{}).Fetch(ctx, f, t.TempDir()); err == nil || time.Since(start) > time.Second {
		t.Errorf("cancelled: %v after %v", err, time.Since(start))
	}
}

func TestNamedSets(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("BRICK_DATA", cache)
	_, err := Open("cifar10", Options{Offline: true})
	if err == nil || !strings.Contains(err.Error(), "https://www.cs.toronto.edu") || !strings.Contains(err.Error(), filepath.Join(cache, "cifar10")) {
		t.Errorf("offline: %v", err)
	}
	for _, l := range List("") {
		if n := Find(l.Name); l.Summary == "" || !l.Ready && l.Download == 0 || n.open == nil == (n.corpus == nil) {
			t.Errorf("listing %+v", l)
		}
	}
	for _, n := range Sets {
		for _, f := range n.Files {
			if b, err := hex.DecodeString(f.SHA256); err != nil || len(b) != sha256.Size || f.Size <= 0 || len(f.URLs) == 0 {
				t.Errorf("%s: file %+v", n.Name, f)
			}
		}
	}
	if _, err := Get(t.Context(), "nothing", "", nil); err == nil {
		t.Error("an unknown set was got")
	}
	// CIFAR-10 placed by hand, unpacked.
	dir := filepath.Join(cache, "cifar10")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for k, name := range append([]string{cifarTest}, cifarTrain...) {
		rec := make([]byte, 2*cifarRecord)
		rec[0], rec[1], rec[cifarRecord] = byte(k), 255, 9
		if err := os.WriteFile(filepath.Join(dir, name), rec, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open("cifar10", Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := s.Test.Read(&b, []int{0, 1}, 0); err != nil {
		t.Fatal(err)
	}
	if s.Train.Len()+s.Valid.Len() != 10 || b.Labels[0] != 0 || b.Labels[1] != 9 || b.X[0] < 2 || b.X[1] > -1.9 {
		t.Errorf("%d training images, labels %v, pixels %v", s.Train.Len(), b.Labels, b.X[:2])
	}
	if err := os.WriteFile(filepath.Join(dir, cifarTest), make([]byte, 100), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("cifar10", Options{Offline: true}); err == nil || !strings.Contains(err.Error(), cifarTest) {
		t.Errorf("a cut file: %v", err)
	}
}
