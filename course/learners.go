package course

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"brick/course/lesson"
)

// Bounds of the learners of one server.
const (
	maxLearners = 64
	maxIdle     = 2 * time.Hour
	cookie      = "brick-learner"
)

// learner is a browser: its session and when it last asked for anything.
type learner struct {
	session *lesson.Session
	seen    time.Time
}

// session finds who asks by their cookie. A browser that has none, or one from
// before the server started, gets a new session if fresh is set, else nil.
func (c *Course) session(w http.ResponseWriter, q *http.Request, fresh bool) (id string, s *lesson.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, err := q.Cookie(cookie); err == nil {
		if l := c.learners[k.Value]; l != nil {
			l.seen = time.Now()
			return k.Value, l.session
		}
	}
	if !fresh {
		return "", nil
	}
	c.makeRoom()
	id = rand.Text()
	l := &learner{c.desk.Session(), time.Now()}
	c.learners[id] = l
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return id, l.session
}

// makeRoom ends sessions nobody used for long, and the one unused for longest
// when there are too many; c.mu is held.
func (c *Course) makeRoom() {
	oldest := ""
	for id, l := range c.learners {
		if time.Since(l.seen) > maxIdle && !l.session.Busy() {
			delete(c.learners, id)
			continue
		}
		if oldest == "" || l.seen.Before(c.learners[oldest].seen) {
			oldest = id
		}
	}
	if len(c.learners) >= maxLearners {
		c.learners[oldest].session.End()
		delete(c.learners, oldest)
	}
}

// token is what a page of this learner sends along with what it posts.
func (c *Course) token(id string) string {
	m := hmac.New(sha256.New, c.secret[:])
	m.Write([]byte(id))
	return hex.EncodeToString(m.Sum(nil))
}

// posted finds who posts, by cookie and token; nil where the token is wrong.
func (c *Course) posted(w http.ResponseWriter, q *http.Request) *lesson.Session {
	id, s := c.session(w, q, false)
	if s == nil || !hmac.Equal([]byte(q.Header.Get("X-Brick-Token")), []byte(c.token(id))) {
		return nil
	}
	return s
}
