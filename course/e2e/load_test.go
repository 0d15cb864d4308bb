package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// learner is a client of the course without a browser: a cookie and a page's token.
type learner struct {
	http.Client
	url, token string
}

func newLearner(t *testing.T) *learner {
	t.Helper()
	if os.Getenv("BRICK_E2E") == "" {
		t.Skip("takes time and the whole machine: make e2e runs it")
	}
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &learner{Client: http.Client{Jar: jar, Transport: &http.Transport{}}, url: "http://" + s.addr}
	t.Cleanup(l.CloseIdleConnections)
	r, err := l.Get(l.url + "/en/02-no-closed-form/")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`"token":"(\w+)"`).FindSubmatch(body)
	if found == nil {
		t.Fatal("the page has no token")
	}
	l.token = string(found[1])
	return l
}

// post asks the course; the answer is read into out, if that is not nil.
func (l *learner) post(path, body string, out any) error {
	q, err := http.NewRequest("POST", l.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("X-Brick-Token", l.token)
	r, err := l.Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != 200 {
		err = fmt.Errorf("%s: %s: %s", path, r.Status, raw)
	}
	if err == nil && out != nil {
		err = json.Unmarshal(raw, out)
	}
	return err
}

// start begins the training of chapter 14.
func (l *learner) start(args string) (id string, err error) {
	var job struct{ ID string }
	err = l.post("/api/start/14-stacking/grow", args, &job)
	return job.ID, err
}

// follow hands each value of a job to each until that is false.
func (l *learner) follow(ctx context.Context, id string, each func() bool) error {
	q, err := http.NewRequestWithContext(ctx, "GET", l.url+"/api/job/"+id+"/events", nil)
	if err != nil {
		return err
	}
	r, err := l.Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	for s := bufio.NewScanner(r.Body); s.Scan(); {
		if strings.HasPrefix(s.Text(), "id: ") && !each() {
			return nil
		}
	}
	return nil
}

// state is what the job is doing.
func (l *learner) state(id string) string {
	r, err := l.Get(l.url + "/api/jobs?chapter=14-stacking")
	if err != nil {
		return err.Error()
	}
	defer r.Body.Close()
	var list []struct{ ID, State string }
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
		return err.Error()
	}
	for _, j := range list {
		if j.ID == id {
			return j.State
		}
	}
	return "gone"
}

// Training shows at least ten values a second.
func TestStreamRate(t *testing.T) {
	l := newLearner(t)
	id, err := l.start(`{"steps":4000}`)
	if err != nil {
		t.Fatal(err)
	}
	n, began := 0, time.Time{}
	err = l.follow(t.Context(), id, func() bool {
		if n == 0 {
			began = time.Now()
		}
		n++
		return time.Since(began) < 3*time.Second
	})
	if err != nil {
		t.Fatal(err)
	}
	rate := float64(n-1) / time.Since(began).Seconds()
	t.Logf("%.1f values a second", rate)
	if rate < 10/float64(slack) {
		t.Errorf("%.1f values a second; want 10", rate)
	}
	l.post("/api/job/"+id+"/stop", "", nil)
}

// A job whose page has gone stops within five seconds, and gives back what it held.
func TestAbandonedJobStops(t *testing.T) {
	l := newLearner(t)
	before := runtime.NumGoroutine()
	id, err := l.start(`{"steps":4000}`)
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	l.follow(ctx, id, func() bool { leave(); return false })
	began := time.Now()
	for l.state(id) == "running" && time.Since(began) < slack*10*time.Second {
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("%s after %v", l.state(id), time.Since(began))
	if took := time.Since(began); took > slack*5*time.Second || l.state(id) != "stopped" {
		t.Errorf("the job is %s after %v", l.state(id), took)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before+5 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left, %d before", runtime.NumGoroutine(), before)
}

// Twenty learners at once, all training and all moving sliders, are answered.
func TestTwentyLearners(t *testing.T) {
	var all []time.Duration
	var mu sync.Mutex
	var wg sync.WaitGroup
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	for i := range 20 {
		l := newLearner(t)
		wg.Go(func() {
			id, err := l.start(fmt.Sprintf(`{"steps":4000,"width":16,"layers":1,"seed":%d}`, i))
			if err != nil {
				t.Error(err)
				return
			}
			go l.follow(ctx, id, func() bool { return true })
			for k := 0; ctx.Err() == nil; k++ {
				began := time.Now()
				if err := l.post("/api/ask/02-no-closed-form/exam", fmt.Sprintf(`{"eta":%g}`, 0.1+float64(k%50)/100), nil); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all = append(all, time.Since(began))
				mu.Unlock()
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	slices.Sort(all)
	t.Logf("%d answers: median %v, 95th percentile %v; %d MiB from the system", len(all), share(all, 0.5), share(all, 0.95), m.Sys>>20)
	if share(all, 0.5) > slack*100*time.Millisecond {
		t.Errorf("the median answer takes %v; want at most 100 ms", share(all, 0.5))
	}
	if m.Sys > 2<<30 {
		t.Errorf("the server has taken %d MiB", m.Sys>>20)
	}
}
