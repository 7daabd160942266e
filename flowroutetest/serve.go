package flowroutetest

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// operation is one thing that the API can be asked to do.
type operation struct {
	method, path string // a segment of the path in braces is a variable; after a ? comes a parameter that must be there
	name         string
	handle       func(*account, *call) (answer, error)
}

// operations returns all that the API can be asked to do.
func operations() []operation {
	return slices.Concat(
		numberOperations(),
		provisioningOperations(),
		portingOperations(),
		exportOperations(),
		storageOperations(),
		routeOperations(),
		messageOperations(),
		callbackOperations(),
		mediaOperations(),
		e911Operations(),
		cnamOperations(),
	)
}

// call is a request on its way to an operation.
type call struct {
	version string            // first segment of the path, such as v2.1
	vars    map[string]string // variables of the path
	query   url.Values
	header  http.Header
	body    []byte
	now     time.Time
	base    string // URL of the server as the request reached it
	lenient bool   // what isn't known is ignored
}

// router finds the operation that a request is for.
type router []endpoint

type endpoint struct {
	operation
	segments  []string
	parameter string
}

func newRouter(ops []operation) router {
	rt := make(router, len(ops))
	for i, op := range ops {
		path, parameter, _ := strings.Cut(op.path, "?")
		rt[i] = endpoint{op, strings.Split(path, "/"), parameter}
	}
	// What is spelled out comes before what a variable would match as well.
	slices.SortStableFunc(rt, func(a, b endpoint) int {
		return cmp.Or(
			cmp.Compare(strings.Count(a.path, "{"), strings.Count(b.path, "{")),
			strings.Compare(b.parameter, a.parameter),
		)
	})
	return rt
}

// find returns the operation for a method, an escaped path and a query, with the path's variables. Its error is that of
// a path the API doesn't serve, or serves with other methods only.
func (rt router) find(method, escapedPath string, query url.Values) (operation, map[string]string, error) {
	segments := strings.Split(strings.TrimSuffix(escapedPath, "/"), "/")
	if method == http.MethodHead {
		method = http.MethodGet
	}
	err := unknownURL()
	for _, e := range rt {
		vars, ok := e.match(segments)
		ok = ok && (e.parameter == "" || query.Has(e.parameter))
		switch {
		case ok && e.method == method:
			return e.operation, vars, nil
		case ok:
			err = methodNotAllowed()
		}
	}
	return operation{}, nil, err
}

// has tells whether there is an operation of some name.
func (rt router) has(name string) bool {
	return slices.ContainsFunc(rt, func(e endpoint) bool { return e.name == name })
}

// match holds the segments of an escaped path against the operation's own.
func (e endpoint) match(segments []string) (vars map[string]string, ok bool) {
	if len(segments) != len(e.segments) {
		return nil, false
	}
	vars = map[string]string{}
	for i, want := range e.segments {
		segment, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		name, variable := strings.CutPrefix(want, "{")
		switch {
		case variable && segment != "":
			vars[strings.TrimSuffix(name, "}")] = segment
		case segment != want:
			return nil, false
		}
	}
	return vars, true
}

// How much of a request's body is read, and how long it may take to arrive, in real time. A larger body is refused with
// status 413. The connection of one that takes longer is closed.
const (
	MaxBody     = 1 << 20  // bytes of a request to the API
	MaxUpload   = 16 << 20 // bytes of a file that is uploaded
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
	query := r.URL.Query()
	op, vars, err := s.router.find(r.Method, r.URL.EscapedPath(), query)
	c := &call{vars: vars, query: query, header: r.Header, body: []byte{}, base: baseURL(r), lenient: s.lenient}
	c.version, _, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	authentic := op.presigned() || s.authentic(r)

	whole := !hasBody(r)
	if limit := op.bodyLimit(c); authentic && limit > 0 && !whole {
		body, err := s.read(w, r, limit)
		_, large := errors.AsType[*http.MaxBytesError](err)
		switch {
		case large:
			op.handle = op.refuseLarge
		case err != nil:
			panic(http.ErrAbortHandler) // the request never arrived whole
		default:
			c.body, whole = body, true
		}
	}
	reply, fault := s.decide(r, op, c, authentic, err)
	fault.wait(r.Context())
	if !whole {
		leave(w, r)
	}
	fault.send(w, reply)
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// bodyLimit is how much of a request's body the operation reads: nothing where only the signature of the URL gives
// access, and that is wrong.
func (op operation) bodyLimit(c *call) int64 {
	if !op.presigned() {
		return MaxBody
	}
	if op.name == "porting.putFile" {
		if _, permitted := c.permittedUpload(c.uploadPath()); permitted {
			return MaxUpload
		}
	}
	return 0
}

// refuseLarge answers a request whose body is too large.
func (op operation) refuseLarge(*account, *call) (answer, error) {
	if op.presigned() {
		return storageError(http.StatusRequestEntityTooLarge, "EntityTooLarge", "The file is too large."), nil
	}
	return answer{}, refuse(http.StatusRequestEntityTooLarge, "The data value transmitted exceeds the capacity limit.", "Request Entity Too Large")
}

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

// decide carries a request out, unless a fault prevents it, and says what to answer. err is why the API serves no such
// request, or nil.
func (s *Server) decide(r *http.Request, op operation, c *call, authentic bool, err error) (reply, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()

	c.now = s.clock.now()
	switch {
	case err != nil:
	case !authentic:
		err = authenticationFailed()
	case !s.lenient:
		err = op.unknownParameters(c.query)
	}

	var fault Fault
	if authentic {
		fault = s.takeFault(op.name)
	} else {
		fault = s.takeFault("")
	}
	var a answer
	executed := false
	if fault.carriesOut() {
		if err == nil {
			s.account.settle(c.now)
			a, err = op.handle(&s.account, c)
			executed = err == nil && a.status < 300
		}
		if err != nil {
			a = s.account.refuse(err)
		}
	}
	if fault.Status != 0 {
		a = s.account.refuse(fault.refusal())
	}
	s.record(r, op.name, c, fault.status(a), executed)
	return fault.alter(a.encode()), fault
}

// authentic tells whether a request has the account's credentials.
func (s *Server) authentic(r *http.Request) bool {
	accessKey, secretKey, given := r.BasicAuth()
	return given && subtle.ConstantTimeCompare([]byte(accessKey), []byte(s.AccessKey))&
		subtle.ConstantTimeCompare([]byte(secretKey), []byte(s.SecretKey)) == 1
}
