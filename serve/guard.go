package serve

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// Rules say what a Guard lets through. The zero value is right for a server
// that only this machine's own pages and programs use.
type Rules struct {
	Hosts   []string  // names besides localhost, 127.0.0.1 and [::1] that the Host header may carry, without a port
	MaxBody int64     // bytes of a request's body; 0 means 1 MiB
	Log     io.Writer // where a panic in a handler is written; nil means nowhere
}

// Guard is h behind the rules:
//
//	403  Host is none of the server's names; or Origin or Sec-Fetch-Site say that another site asks
//	413  a body above MaxBody, by its declared length before any of it is read, else while it is read
//	415  a body that is not application/json, which no form of another site can send
//	500  h panicked; the server lives
func Guard(h http.Handler, r Rules) http.Handler {
	if r.MaxBody == 0 {
		r.MaxBody = 1 << 20
	}
	logger := log.New(io.Discard, "", log.LstdFlags)
	if r.Log != nil {
		logger.SetOutput(r.Log)
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		http.Error(w, "another site may not ask this server", http.StatusForbidden)
	}))
	inner := origin.Handler(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.ContentLength > r.MaxBody {
			w.Header().Set("Connection", "close")
			http.Error(w, fmt.Sprintf("the body has %d bytes; at most %d are read", q.ContentLength, r.MaxBody), http.StatusRequestEntityTooLarge)
			return
		}
		if q.Body != nil && q.Body != http.NoBody {
			if kind, _, _ := strings.Cut(q.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/json" {
				http.Error(w, "a body must be application/json", http.StatusUnsupportedMediaType)
				return
			}
			q.Body = http.MaxBytesReader(w, q.Body, r.MaxBody)
		}
		h.ServeHTTP(w, q)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p) // how a handler gives up a connection
				}
				logger.Printf("%s %s: panic: %v\n%s", q.Method, q.URL.Path, p, debug.Stack())
				http.Error(w, "the server failed at this request", http.StatusInternalServerError)
			}
		}()
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !r.allows(q.Host) {
			http.Error(w, fmt.Sprintf("this server is not called %q", q.Host), http.StatusForbidden)
			return
		}
		if o := q.Header.Get("Origin"); o == "null" || o != "" && !sameOrigin(o, q.Host) {
			http.Error(w, "another site may not ask this server", http.StatusForbidden)
			return
		}
		if s := q.Header.Get("Sec-Fetch-Site"); s == "cross-site" && q.Header.Get("Sec-Fetch-Mode") != "navigate" {
			http.Error(w, "another site may not ask this server", http.StatusForbidden)
			return
		}
		inner.ServeHTTP(w, q)
	})
}

// allows says whether a Host header names this server.
func (r Rules) allows(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	for _, own := range append([]string{"localhost", "127.0.0.1", "::1"}, r.Hosts...) {
		if strings.EqualFold(name, own) {
			return true
		}
	}
	return false
}

// sameOrigin says whether an Origin header is this server's own.
func sameOrigin(origin, host string) bool {
	_, at, ok := strings.Cut(origin, "://")
	return ok && strings.EqualFold(at, host)
}

// Server is an http.Server with the limits on time and size that keep slow and
// endless clients from holding it: 5 s for the headers, which are at most
// 16 KiB, 30 s for the body, a minute of silence. Handlers that stream set their
// own deadlines of writing.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}
