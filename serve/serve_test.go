package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

func echo(w http.ResponseWriter, q *http.Request) {
	if q.URL.Path == "/panic" {
		panic("on purpose")
	}
	n, err := io.Copy(io.Discard, q.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	fmt.Fprint(w, n)
}

// Each row is a request and the status it is answered with.
func TestGuard(t *testing.T) {
	h := Guard(http.HandlerFunc(echo), Rules{Hosts: []string{"brick.example"}, MaxBody: 1000})
	for _, c := range []struct {
		name, method, path, host string
		header                   map[string]string
		body                     io.Reader
		want                     int
	}{
		{"plain", "GET", "/", "localhost:8017", nil, nil, 200},
		{"IPv4", "GET", "/", "127.0.0.1:8017", nil, nil, 200},
		{"IPv6", "GET", "/", "[::1]:8017", nil, nil, 200},
		{"IPv6 without a port", "GET", "/", "[::1]", nil, nil, 200},
		{"a name that was allowed", "GET", "/", "Brick.Example", nil, nil, 200},
		{"another name, as DNS rebinding sends", "GET", "/", "evil.example:8017", nil, nil, 403},
		{"a longer name", "GET", "/", "localhost.evil.example", nil, nil, 403},
		{"no name", "GET", "/", "", nil, nil, 403},
		{"foreign origin", "POST", "/", "localhost", map[string]string{"Origin": "http://evil.example", "Content-Type": "application/json"}, strings.NewReader("{}"), 403},
		{"foreign origin reads", "GET", "/", "localhost", map[string]string{"Origin": "http://evil.example"}, nil, 403},
		{"null origin", "POST", "/", "localhost", map[string]string{"Origin": "null", "Content-Type": "application/json"}, strings.NewReader("{}"), 403},
		{"same host, other port", "POST", "/", "localhost:8017", map[string]string{"Origin": "http://localhost:1", "Content-Type": "application/json"}, strings.NewReader("{}"), 403},
		{"own origin", "POST", "/", "localhost:8017", map[string]string{"Origin": "http://localhost:8017", "Content-Type": "application/json"}, strings.NewReader("{}"), 200},
		{"cross-site script", "GET", "/", "localhost", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, nil, 403},
		{"a link on another site", "GET", "/", "localhost", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, nil, 200},
		{"cross-site post", "POST", "/", "localhost", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Content-Type": "application/json"}, strings.NewReader("{}"), 403},
		{"a form", "POST", "/", "localhost", map[string]string{"Content-Type": "text/plain"}, strings.NewReader("{}"), 415},
		{"no type", "POST", "/", "localhost", nil, strings.NewReader("{}"), 415},
		{"type with a charset", "POST", "/", "localhost", map[string]string{"Content-Type": "application/json; charset=utf-8"}, strings.NewReader("{}"), 200},
		{"declared too long", "POST", "/", "localhost", map[string]string{"Content-Type": "application/json"}, bytes.NewReader(make([]byte, 1001)), 413},
		{"too long, length not said", "POST", "/", "localhost", map[string]string{"Content-Type": "application/json"}, io.MultiReader(bytes.NewReader(make([]byte, 1001))), 413},
		{"panic", "GET", "/panic", "localhost", nil, nil, 500},
	} {
		q := httptest.NewRequest(c.method, c.path, c.body)
		q.Host = c.host
		for k, v := range c.header {
			q.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		if w.Code != c.want {
			t.Errorf("%s: %d %s; want %d", c.name, w.Code, strings.TrimSpace(w.Body.String()), c.want)
		}
	}
}

// A body that is declared too long is refused before it is sent or stored.
func TestGuardReadsNoLongBody(t *testing.T) {
	l, done := serving(t, Guard(http.HandlerFunc(echo), Rules{}))
	defer done()
	c, err := net.Dial("tcp", l)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", 10<<30)
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	answer := make([]byte, 20)
	if _, err := io.ReadFull(c, answer); err != nil || !strings.Contains(string(answer), "413") {
		t.Errorf("answer %q, %v; want 413 at once", answer, err)
	}
}

func TestListenRefusesTheNetwork(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:80", "brick.example:80", "localhost"} {
		if l, err := Listen(addr); err == nil {
			l.Close()
			t.Errorf("Listen(%q) is open to the network", addr)
		}
	}
}

// serving runs h on a free port.
func serving(t *testing.T, h http.Handler) (addr string, done func()) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- Run(ctx, l, h) }()
	return l.Addr().String(), func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Clients that open connections and send nothing do not keep others out, and leave nothing behind.
func TestSlowClients(t *testing.T) {
	if testing.Short() {
		t.Skip("takes six seconds")
	}
	before := runtime.NumGoroutine()
	addr, done := serving(t, http.HandlerFunc(echo))
	var slow []net.Conn
	for range 300 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "GET / HTTP/1.1\r\n")
		slow = append(slow, c)
	}
	r, err := http.Get("http://" + addr + "/")
	if err != nil || r.StatusCode != 200 {
		t.Fatal(r, err)
	}
	r.Body.Close()
	time.Sleep(5500 * time.Millisecond) // their time for the headers is 5 s
	closed := 0
	for _, c := range slow {
		c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := io.ReadAll(c); err == nil {
			closed++
		}
		c.Close()
	}
	if closed != len(slow) {
		t.Errorf("%d of %d slow connections were closed", closed, len(slow))
	}
	http.DefaultClient.CloseIdleConnections()
	done()
	for range 100 {
		if runtime.NumGoroutine() <= before+2 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func ExampleGuard() {
	page := http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { fmt.Fprint(w, "bricks") })
	h := Guard(page, Rules{})
	for _, host := range []string{"localhost:8017", "evil.example"} {
		q := httptest.NewRequest("GET", "/", nil)
		q.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		fmt.Println(host, w.Code)
	}
	// Output:
	// localhost:8017 200
	// evil.example 403
}
