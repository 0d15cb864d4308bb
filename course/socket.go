package course

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// How a page's socket is kept.
const (
	socketBody  = 1 << 20          // bytes of a message
	socketAtOne = 8                // requests of a page that are answered at once; more wait
	socketPing  = 30 * time.Second // a page that does not answer one by the next has gone
)

// A socketRequest is a POST that came by the socket, and a socketAnswer what it was answered.
type (
	socketRequest struct {
		ID    int             `json:"id"`
		Path  string          `json:"path"`
		Token string          `json:"token"`
		Body  json.RawMessage `json:"body"`
	}
	socketAnswer struct {
		ID     int             `json:"id"`
		Status int             `json:"status"`
		Body   json.RawMessage `json:"body"`
	}
)

// socket takes a page's POSTs by a WebSocket (RFC 6455) and answers them as h answers those that come alone: a request
// over it takes a third of the time, which a slider feels. The guard has seen Host and Origin of the handshake; each
// request is of the learner whose cookie that carried, and has its page's token.
func (c *Course) socket(h http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		conn, err := websocket.Accept(w, q, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
		if err != nil {
			return // Accept has answered
		}
		defer conn.CloseNow()
		conn.SetReadLimit(socketBody)
		ctx, cancel := context.WithCancel(q.Context())
		defer cancel()
		go alive(ctx, cancel, conn)
		slots := make(chan struct{}, socketAtOne)
		for {
			kind, raw, err := conn.Read(ctx)
			if err != nil {
				return
			}
			var in socketRequest
			if kind != websocket.MessageText || json.Unmarshal(raw, &in) != nil || !strings.HasPrefix(in.Path, "/api/") {
				conn.Close(websocket.StatusUnsupportedData, "want {id, path, token, body} with a path of /api/")
				return
			}
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				out, err := json.Marshal(c.post(ctx, h, q, in))
				if err == nil {
					err = conn.Write(ctx, websocket.MessageText, out)
				}
				if err != nil {
					cancel()
				}
			}()
		}
	}
}

// alive ends a socket whose page has gone.
func alive(ctx context.Context, cancel func(), conn *websocket.Conn) {
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(socketPing):
		}
		pong, done := context.WithTimeout(ctx, socketPing)
		err := conn.Ping(pong)
		done()
		if err != nil {
			return
		}
	}
}

// post has h answer a request of the socket that q opened.
func (c *Course) post(ctx context.Context, h http.Handler, q *http.Request, in socketRequest) (a socketAnswer) {
	a.ID = in.ID
	answer := heard{header: http.Header{}, status: http.StatusOK}
	defer func() {
		if p := recover(); p != nil {
			c.logf("%s: panic: %v", in.Path, p)
			a.Status, a.Body = http.StatusInternalServerError, nil
		}
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, in.Path, bytes.NewReader(in.Body))
	if err != nil {
		a.Status = http.StatusBadRequest
		return a
	}
	r.Host = q.Host
	r.Header = http.Header{"Cookie": q.Header["Cookie"], "Content-Type": {"application/json"}, "X-Brick-Token": {in.Token}}
	h.ServeHTTP(&answer, r)
	a.Status = answer.status
	if answer.header.Get("Content-Type") == "application/json" {
		a.Body = answer.body.Bytes()
	}
	return a
}

// heard keeps what a handler answers.
type heard struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heard) Header() http.Header         { return h.header }
func (h *heard) WriteHeader(status int)      { h.status = status }
func (h *heard) Write(b []byte) (int, error) { return h.body.Write(b) }
