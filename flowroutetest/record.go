package flowroutetest

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/flowroute/flowroute-go/internal/fake"
)

// Request is a request as it arrived at a [Server].
type Request struct {
	Operation string      // name of what it asks for, such as messages.send; empty for what the API doesn't serve
	Method    string      // such as POST
	Path      string      // as sent, with its escapes and without the query
	Query     url.Values  // empty, not nil, without a query
	Header    http.Header // without Authorization, so that it can be printed
	Body      []byte      // as sent; empty without one, and if it was not read
	Status    int         // status it is answered with; 0 where the connection is closed without an answer
	Executed  bool        // whether the operation was executed with success, whatever the client was told
	Time      time.Time   // on the server's clock
}

// WithHistory makes the server keep only the latest n requests for [Server.Requests], and the latest n deliveries for
// [Server.Deliveries], so that it doesn't grow with each. 0 keeps none. Without it all are kept. It panics where n is
// below 0.
func WithHistory(n int) Option {
	if n < 0 {
		panic(fmt.Sprintf("flowroutetest: WithHistory: n is %d, and must not be below 0", n))
	}
	return func(s *Server) { s.history = n }
}

// latest returns what is kept of a list.
func latest[T any](all []T, history int) []T {
	return slices.Delete(all, 0, max(0, len(all)-history))
}

// Requests returns the requests that have arrived, in their order, including those that were refused. All are there,
// unless [WithHistory] says otherwise.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.requests))
	for i, r := range s.requests {
		requests[i] = *r
		requests[i].Query = cloneQuery(r.Query)
		requests[i].Header = r.Header.Clone()
		requests[i].Body = bytes.Clone(r.Body)
	}
	return requests
}

// record keeps a request.
func (s *Server) record(r *http.Request, c *fake.Call, status int, executed bool) {
	header := r.Header.Clone()
	header.Del("Authorization")
	s.requests = latest(append(s.requests, &Request{
		Operation: c.Operation(),
		Method:    r.Method,
		Path:      r.URL.EscapedPath(),
		Query:     c.Query(),
		Header:    header,
		Body:      c.Body,
		Status:    status,
		Executed:  executed,
		Time:      c.Now,
	}), s.history)
}

func cloneQuery(query url.Values) url.Values {
	clone := maps.Clone(query)
	for name, values := range clone {
		clone[name] = slices.Clone(values)
	}
	return clone
}
