package fake

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Operation is one thing that the API can be asked to do, at one of its paths.
type Operation struct {
	Method, Path string // a segment of the path in braces is a variable; after a ? comes a parameter that must be there
	Name         string
	handle       func(*Account, *Call) (answer, error)
}

// Operations returns the operations of the API. One that is served at several paths is there once for each.
func Operations() []Operation {
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

// How much of a request's body is read.
const (
	MaxBody   = 1 << 20  // bytes of a request to the API
	MaxUpload = 16 << 20 // bytes of a file that is uploaded
)

// Call is a request on its way to an operation.
type Call struct {
	Body    []byte
	Now     time.Time
	Lenient bool // ignores what isn't known

	op      Operation
	version string            // first segment of the path, such as v2.1
	vars    map[string]string // variables of the path
	query   url.Values
	header  http.Header
	base    string // URL of the server as the request reached it
	err     error  // why the request is refused before it gets to the operation
}

// NewCall returns the call that a request makes. It does not read the request's body.
func NewCall(r *http.Request) *Call {
	c := &Call{Body: []byte{}, query: r.URL.Query(), header: r.Header, base: baseURL(r)}
	c.op, c.vars, c.err = routes().find(r.Method, r.URL.EscapedPath(), c.query)
	c.version, _, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return c
}

// Operation returns the name of the operation, or "" if the API doesn't serve the request.
func (c *Call) Operation() string { return c.op.Name }

// Query returns the parameters of the request. The caller must not change them.
func (c *Call) Query() url.Values { return c.query }

// Presigned reports whether the operation takes a signed URL in place of credentials.
func (c *Call) Presigned() bool { return c.op.presigned() }

// BodyLimit returns how many bytes of the request's body the operation reads: none if only the signature of the URL
// gives access, and that is wrong.
func (c *Call) BodyLimit() int64 {
	if !c.Presigned() {
		return MaxBody
	}
	if c.op.Name == "porting.putFile" {
		if _, permitted := c.permittedUpload(c.uploadPath()); permitted {
			return MaxUpload
		}
	}
	return 0
}

// RefuseCredentials refuses a request without the account's credentials.
func (c *Call) RefuseCredentials() {
	if c.err == nil {
		c.err = authenticationFailed()
	}
}

// RefuseBody refuses a request whose body is larger than its limit.
func (c *Call) RefuseBody() {
	c.op.handle = func(*Account, *Call) (answer, error) {
		if c.Presigned() {
			return storageError(http.StatusRequestEntityTooLarge, "EntityTooLarge", "The file is too large."), nil
		}
		return answer{}, refuse(http.StatusRequestEntityTooLarge, "The data value transmitted exceeds the capacity limit.",
			"Request Entity Too Large")
	}
}

// Handle executes a call, and reports whether it was executed with success.
func (a *Account) Handle(c *Call) (response Response, executed bool) {
	err := c.err
	if err == nil && !c.Lenient {
		err = c.op.unknownParameters(c.query)
	}
	var ans answer
	if err == nil {
		a.settle(c.Now)
		ans, err = c.op.handle(a, c)
	}
	if err != nil {
		return a.refuse(err).encode(), false
	}
	return ans.encode(), ans.status < 300
}

// Refuse returns the response of a request that fails with a status for no reason of its own.
func (a *Account) Refuse(status int, detail, title string) Response {
	return a.refuse(refuse(status, detail, title)).encode()
}

// router finds the operation that a request is for.
type router []endpoint

type endpoint struct {
	Operation
	segments  []string
	parameter string
}

// routes returns the router of all operations. It is never changed.
var routes = sync.OnceValue(func() router {
	var rt router
	for _, op := range Operations() {
		path, parameter, _ := strings.Cut(op.Path, "?")
		rt = append(rt, endpoint{op, strings.Split(path, "/"), parameter})
	}
	// What is spelled out comes before what a variable would match as well.
	slices.SortStableFunc(rt, func(a, b endpoint) int {
		return cmp.Or(
			cmp.Compare(strings.Count(a.Path, "{"), strings.Count(b.Path, "{")),
			strings.Compare(b.parameter, a.parameter),
		)
	})
	return rt
})

// find returns the operation for a method, an escaped path and a query, with the path's variables. Its error is that of
// a path the API doesn't serve, or serves with other methods only.
func (rt router) find(method, escapedPath string, query url.Values) (Operation, map[string]string, error) {
	segments := strings.Split(strings.TrimSuffix(escapedPath, "/"), "/")
	if method == http.MethodHead {
		method = http.MethodGet
	}
	err := unknownURL()
	for _, e := range rt {
		vars, ok := e.match(segments)
		ok = ok && (e.parameter == "" || query.Has(e.parameter))
		switch {
		case ok && e.Method == method:
			return e.Operation, vars, nil
		case ok:
			err = methodNotAllowed()
		}
	}
	return Operation{}, nil, err
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
