package course

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// dial opens a socket with the browser's cookie.
func (b *browser) dial(origin string) (*websocket.Conn, *http.Response, error) {
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Second)
	defer cancel()
	o := &websocket.DialOptions{HTTPClient: &b.Client}
	if origin != "" {
		o.HTTPHeader = http.Header{"Origin": {origin}}
	}
	return websocket.Dial(ctx, b.url+"/api/socket", o)
}

// exchange sends a message and reads the answer.
func exchange(t *testing.T, conn *websocket.Conn, message string) (a socketAnswer, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		return a, err
	}
	_, raw, err := conn.Read(ctx)
	if err == nil {
		err = json.Unmarshal(raw, &a)
	}
	return a, err
}

func TestSocketAnswersAsPostsDo(t *testing.T) {
	b := open(t)
	conn, _, err := b.dial(b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	for i, c := range []struct {
		path, token, body string
		status            int
	}{
		{"/api/ask/02-no-closed-form/exam", b.token, `{"start":0.3}`, 200},
		{"/api/show/02-no-closed-form/exam", b.token, `{}`, 200},
		{"/api/ask/02-no-closed-form/exam", b.token, `{"start":"x"}`, 400},
		{"/api/ask/02-no-closed-form/exam", b.token, `null`, 200},
		{"/api/ask/02-no-closed-form/exam", "", `{}`, 403},
		{"/api/ask/02-no-closed-form/exam", "00", `{}`, 403},
		{"/api/ask/02-no-closed-form/none", b.token, `{}`, 404},
		{"/api/../web/dom.js", b.token, `{}`, 307},
		{"/api/socket", b.token, `{}`, 405},
		{"/api/\x7f", b.token, `{}`, 400},
	} {
		m, err := json.Marshal(socketRequest{i, c.path, c.token, json.RawMessage(c.body)})
		if err != nil {
			t.Fatal(err)
		}
		a, err := exchange(t, conn, string(m))
		if err != nil {
			t.Fatalf("%s %s: %v", c.path, c.body, err)
		}
		if a.ID != i || a.Status != c.status {
			t.Errorf("%s %s: id %d, status %d, %s; want id %d, status %d", c.path, c.body, a.ID, a.Status, a.Body, i, c.status)
		}
		if c.status != 200 {
			continue
		}
		if _, want := b.post(c.path, c.body); want != string(a.Body) {
			t.Errorf("%s %s: by the socket %s, else %s", c.path, c.body, a.Body, want)
		}
	}
}

// Many requests at once have each its own answer.
func TestSocketKeepsAnswersApart(t *testing.T) {
	b := open(t)
	conn, _, err := b.dial("")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	const n = 50
	go func() {
		for i := range n {
			m := fmt.Sprintf(`{"id":%d,"path":"/api/ask/02-no-closed-form/exam","token":%q,"body":{"start":0.%d}}`, i, b.token, 10+i)
			if conn.Write(t.Context(), websocket.MessageText, []byte(m)) != nil {
				return
			}
		}
	}()
	seen := map[int]bool{}
	for range n {
		_, raw, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var a struct {
			ID   int
			Body struct{ Path []struct{ X float64 } }
		}
		if err := json.Unmarshal(raw, &a); err != nil || seen[a.ID] || len(a.Body.Path) == 0 {
			t.Fatalf("%v, %.200s", err, raw)
		}
		seen[a.ID] = true
		if got, want := fmt.Sprintf("%.2f", a.Body.Path[0].X), fmt.Sprintf("0.%d", 10+a.ID); got != want {
			t.Errorf("answer %d begins at %s, want %s", a.ID, got, want)
		}
	}
}

func TestSocketRefuses(t *testing.T) {
	b := open(t)
	for _, origin := range []string{"http://evil.example", "null", "http://localhost:1"} {
		if conn, r, err := b.dial(origin); err == nil || r == nil || r.StatusCode != 403 {
			t.Errorf("origin %s: %v, %v; want 403", origin, r, err)
			if conn != nil {
				conn.CloseNow()
			}
		}
	}
	for what, message := range map[string]string{
		"no JSON": "{", "an array": "[]", "no path": `{"id":1}`, "a page": `{"id":1,"path":"/en/"}`,
		"a long one": `{"id":1,"path":"/api/` + strings.Repeat("x", socketBody) + `"}`,
	} {
		conn, _, err := b.dial("")
		if err != nil {
			t.Fatal(err)
		}
		if a, err := exchange(t, conn, message); err == nil {
			t.Errorf("%s was answered: %v", what, a)
		}
		conn.CloseNow()
	}
}
