package fake

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Operation is one thing that the API can be asked to do, at one of its paths.
type Operation struct {
	Method string
	Path   string // a segment in braces is a variable; after a ? comes a parameter that must be there
	Name   string
	handle func(*Account, *Call) answer
}

// Operations returns the operations of the API. One that is served at several paths is there once for each.
func Operations() []Operation {
	operations := table()
	for i, op := range operations {
		operations[i] = newEndpoint(op).Operation
	}
	return operations
}

// table is the operations of the API. Their paths are URI templates, such as /v2/routes{?limit,offset}: the parameters
// are those that the operation takes, and those that it ignores because an official SDK sends them.
func table() []Operation {
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

	op      endpoint
	version string            // first segment of the path, such as v2.1
	vars    map[string]string // variables of the path
	query   url.Values
	header  http.Header
	base    string   // URL of the server as the request reached it
	in      *reader  // the values of the request, once they are read
	refusal *refusal // why the call is refused; nil as long as it isn't
}

// NewCall returns the call that a request makes. It does not read the request's body.
func NewCall(r *http.Request) *Call {
	c := &Call{Body: []byte{}, query: r.URL.Query(), header: r.Header, base: baseURL(r)}
	c.op, c.vars, c.refusal = findEndpoint(r.Method, r.URL.EscapedPath(), c.query)
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
		if c.uploadRefusal() == nil {
			return MaxUpload
		}
	}
	return 0
}

// RefuseCredentials refuses a request without the account's credentials.
func (c *Call) RefuseCredentials() { c.refuse(authenticationFailed()) }

// RefuseBody refuses a request whose body is larger than its limit.
func (c *Call) RefuseBody() {
	c.op.handle = func(_ *Account, c *Call) answer {
		if c.Presigned() {
			return c.refuse(storageError(http.StatusRequestEntityTooLarge, "EntityTooLarge", "The file is too large."))
		}
		return c.refuse(apiError(http.StatusRequestEntityTooLarge, "The data value transmitted exceeds the capacity limit.",
			"Request Entity Too Large"))
	}
}

// refuse refuses the call, unless it is refused already or something is wrong with the values that were read. It does
// nothing if r is nil. It returns an empty answer, which the handler may return.
func (c *Call) refuse(r *refusal) answer {
	if c.ok() {
		c.refusal = r
	}
	return answer{}
}

// ok reports whether the call is not refused, and nothing is wrong with its values, all of which must have been read.
//
// A handler checks ok before it changes the account, and may rely on it no earlier: in a call that is refused, records
// and values are empty. The answer to such a call is the refusal, whatever the handler returns.
func (c *Call) ok() bool {
	if c.refusal == nil && c.in != nil {
		c.refusal = c.in.refusal()
	}
	return c.refusal == nil
}

// Handle executes a call, and reports whether it was executed with success.
func (a *Account) Handle(c *Call) (response Response, executed bool) {
	if !c.Lenient {
		c.refuse(c.op.unknownParameters(c.query))
	}
	var ans answer
	if c.ok() {
		a.settle(c.Now)
		ans = c.op.handle(a, c)
	}
	if !c.ok() {
		return a.refused(c.refusal).encode(), false
	}
	return ans.encode(), true
}

// Refuse returns the response of a request that fails with a status for no reason of its own.
func (a *Account) Refuse(status int, detail, title string) Response {
	return a.refused(apiError(status, detail, title)).encode()
}

// endpoint is an operation with its path taken apart.
type endpoint struct {
	Operation
	segments   []string
	selector   string   // parameter that must be there
	parameters []string // names of those that may be
}

func newEndpoint(op Operation) endpoint {
	template := queryTemplate.FindString(op.Path)
	op.Path = strings.TrimSuffix(op.Path, template)
	path, selector, _ := strings.Cut(op.Path, "?")
	parameters := strings.FieldsFunc(template, func(r rune) bool { return strings.ContainsRune("{?&,}", r) })
	if selector != "" {
		parameters = append(parameters, selector)
	}
	return endpoint{op, strings.Split(path, "/"), selector, parameters}
}

var queryTemplate = regexp.MustCompile(`(\{[?&].*\})?$`)

// router returns all operations, those that are spelled out before those that a variable would match as well.
var router = sync.OnceValue(func() []endpoint {
	var all []endpoint
	for _, op := range table() {
		all = append(all, newEndpoint(op))
	}
	slices.SortStableFunc(all, func(a, b endpoint) int {
		return cmp.Or(
			cmp.Compare(strings.Count(a.Path, "{"), strings.Count(b.Path, "{")),
			strings.Compare(b.selector, a.selector),
		)
	})
	return all
})

// findEndpoint returns the operation for a method, an escaped path and a query, with the path's variables. It refuses a
// path that the API doesn't serve, or serves with other methods only.
func findEndpoint(method, escapedPath string, query url.Values) (endpoint, map[string]string, *refusal) {
	segments := strings.Split(strings.TrimSuffix(escapedPath, "/"), "/")
	if method == http.MethodHead {
		method = http.MethodGet
	}
	refusal := unknownURL()
	for _, e := range router() {
		vars, ok := e.match(segments)
		ok = ok && (e.selector == "" || query.Has(e.selector))
		switch {
		case ok && e.Method == method:
			return e, vars, nil
		case ok:
			refusal = methodNotAllowed()
		}
	}
	return endpoint{}, nil, refusal
}

// unknownParameters refuses the parameters of a query that the operation doesn't take.
func (e endpoint) unknownParameters(query url.Values) *refusal {
	unknown := unknownNames(query, e.parameters...)
	if len(unknown) > 0 && !e.presigned() {
		return unprocessable(unknown)
	}
	return nil
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
