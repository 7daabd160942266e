package flowroutetest

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/flowroute/flowroute-go/internal/fake"
)

// How much of a request's body is read, and how long it may take to arrive, in real time. A larger body is refused with
// status 413. The connection of one that takes longer is closed.
const (
	MaxBody     = fake.MaxBody   // 1 MiB for a request to the API
	MaxUpload   = fake.MaxUpload // 16 MiB for a file that is uploaded
	BodyTimeout = time.Minute
)

// drainTimeout is how long net/http may wait for a body that nobody reads, after the request was answered.
const drainTimeout = 5 * time.Second

// ServeHTTP answers a request of the API, records it, and plays the scripted failures. A path may end in a slash.
// Credentials come first: nothing is read of the body of a request that lacks them, or the signature of a file's URL.
//
// A failure that closes the connection panics with [http.ErrAbortHandler], which a server of net/http takes
// for just that and does not log. Code that calls ServeHTTP directly and scripts such failures must recover from it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := fake.NewCall(r)
	c.Lenient = s.lenient
	authentic := c.Presigned() || s.authentic(r)

	whole := !hasBody(r)
	if limit := c.BodyLimit(); authentic && limit > 0 && !whole {
		body, err := s.read(w, r, limit)
		_, large := errors.AsType[*http.MaxBytesError](err)
		switch {
		case large:
			c.RefuseBody()
		case err != nil:
			panic(http.ErrAbortHandler) // the request never arrived whole
		default:
			c.Body, whole = body, true
		}
	}
	response, fault := s.decide(r, c, authentic)
	fault.wait(r.Context())
	if !whole {
		leave(w, r)
	}
	fault.send(w, response)
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// read reads the body of a request. A client that stalls is waited for until the server closes, or for [BodyTimeout]. A
// writer without a connection, such as that of a test, has no such limit.
func (s *Server) read(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(BodyTimeout))
	stop := context.AfterFunc(s.ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
	defer stop()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil { // else net/http goes on to wait for the rest
		_ = conn.SetReadDeadline(time.Time{})
	}
	return body, err
}

// leave has net/http answer without waiting for a body that is not read, and give up on it soon.
func leave(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(drainTimeout))
	if r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
	}
}

// decide executes a request, unless a fault prevents it, and returns the response.
func (s *Server) decide(r *http.Request, c *fake.Call, authentic bool) (fake.Response, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Now = s.clock.now()
	var fault Fault
	if authentic {
		fault = s.takeFault(c.Operation())
	} else {
		c.RefuseCredentials()
		fault = s.takeFault("")
	}
	var response fake.Response
	executed := false
	if fault.carriesOut() {
		response, executed = s.account.Handle(c)
	}
	if fault.Status != 0 {
		response = s.account.Refuse(fault.Status, "This failure was asked for.", http.StatusText(fault.Status))
	}
	s.record(r, c, fault.status(response), executed)
	return fault.alter(response), fault
}

// authentic reports whether a request has the account's credentials.
func (s *Server) authentic(r *http.Request) bool {
	accessKey, secretKey, given := r.BasicAuth()
	return given && subtle.ConstantTimeCompare([]byte(accessKey), []byte(s.AccessKey))&
		subtle.ConstantTimeCompare([]byte(secretKey), []byte(s.SecretKey)) == 1
}
