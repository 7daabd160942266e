package flowroutetest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/fake"
)

// Always as [Fault.Times] makes every request meet the fault.
const Always = -1

// Fault is a scripted failure. The zero value of a field leaves that part of the answer as it is, and the fields
// can be combined.
//
// By default a request meets its fault in place of being carried out when Status or Cut is set, and is carried out
// and truly answered otherwise, with the answer then late, relabelled, padded or cut short as the other fields say.
// With CarryOut it is carried out in either case: a number is bought, and the caller gets an error.
type Fault struct {
	// Operation is the name of what the requests ask for, such as "messages.send"; it is the name that
	// [Request.Operation] gives. A named fault is met by requests with the right credentials only, and by any to
	// the signed URLs of files, which take none. Empty means every request that arrives, even one without credentials
	// or for a path that the API doesn't serve.
	Operation string

	// Times is how many requests meet the fault. 0 means one, [Always] every one.
	Times int

	// Delay passes before the answer is begun, and after the request was carried out if it is at all. It ends
	// early when the client goes away or the server closes. It is real time, whatever the server's clock says.
	Delay time.Duration

	// CarryOut makes the server carry out the request, although Status or Cut keeps its caller from being told.
	CarryOut bool

	// Status, from 200 to 999, is answered in place of the true answer, with an error document of the usual shape
	// unless Body is given.
	Status int

	// RetryAfter is the answer's Retry-After header: seconds, or an HTTP date.
	RetryAfter string

	// Body replaces the answer's body. An answer that has none, such as 204, stays without.
	Body string

	// ContentType replaces the answer's Content-Type header.
	ContentType string

	// Cut closes the connection without any answer. (Mind that a client of net/http by itself repeats a GET
	// whose connection, used before, is closed like that.)
	Cut bool

	// Truncate announces the true length of the body, sends half of it and closes the connection. An answer
	// without a body is sent as it is.
	Truncate bool

	// Pad puts JSON white space before the body until it has at least so many bytes, which breaks a file. An answer
	// without a body is sent as it is.
	Pad int
}

// Inject makes requests fail as the faults say. A request meets the first fault, in the order of injection, that is for
// its operation and has times left, and no other. It panics where there is no such operation, and where a field has a
// value that it can't have: such a fault would never be met, and the test would pass because of that.
func (s *Server) Inject(faults ...Fault) {
	for _, f := range faults {
		if problem := f.problem(); problem != "" {
			panic("flowroutetest: Inject: " + problem)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		f.Times = cmp.Or(f.Times, 1)
		s.faults = append(s.faults, f)
	}
}

// problem says what keeps the fault from being met as it is meant, or nothing.
func (f Fault) problem() string {
	switch {
	case f.Operation != "" && !served(f.Operation):
		return fmt.Sprintf("no operation %q", f.Operation)
	case f.Times < Always:
		return fmt.Sprintf("Times is %d, and must be Always or at least 0", f.Times)
	case f.Status != 0 && (f.Status < 200 || f.Status > 999):
		return fmt.Sprintf("Status is %d, and must be 0 or from 200 to 999", f.Status)
	case f.Delay < 0:
		return fmt.Sprintf("Delay is %v, and must not be below 0", f.Delay)
	case f.Pad < 0:
		return fmt.Sprintf("Pad is %d, and must not be below 0", f.Pad)
	}
	return ""
}

// served reports whether there is an operation of some name.
func served(name string) bool {
	return slices.ContainsFunc(fake.Operations(), func(op fake.Operation) bool { return op.Name == name })
}

// ClearFaults takes back all faults that have not been met yet.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault returns the fault that the next request for an operation meets, or the zero Fault, which changes
// nothing.
func (s *Server) takeFault(operation string) Fault {
	i := slices.IndexFunc(s.faults, func(f Fault) bool {
		return f.Operation == "" || f.Operation == operation
	})
	if i < 0 {
		return Fault{}
	}
	fault := s.faults[i]
	switch {
	case fault.Times == 1:
		s.faults = slices.Delete(s.faults, i, i+1)
	case fault.Times > 1:
		s.faults[i].Times--
	}
	return fault
}

// carriesOut reports whether a request that meets the fault is carried out.
func (f Fault) carriesOut() bool {
	return f.CarryOut || f.Status == 0 && !f.Cut
}

// status is the status to which the fault turns that of an answer.
func (f Fault) status(r fake.Response) int {
	if f.Cut {
		return 0
	}
	return r.Status
}

// wait lets the fault's delay pass.
func (f Fault) wait(ctx context.Context) {
	if f.Delay <= 0 {
		return
	}
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// alter does to an answer what the fault says.
func (f Fault) alter(r fake.Response) fake.Response {
	r.RetryAfter = f.RetryAfter
	if f.Body != "" || f.Truncate || f.Pad > 0 {
		r = r.Whole()
	}
	if len(r.Body) == 0 && r.Stream == nil {
		return r
	}
	r.ContentType = cmp.Or(f.ContentType, r.ContentType)
	if f.Body != "" {
		r.Body = []byte(f.Body)
	}
	if missing := f.Pad - len(r.Body); missing > 0 {
		r.Body = append([]byte(strings.Repeat(" ", missing)), r.Body...)
	}
	return r
}

// send writes an answer as far as the fault lets it through.
func (f Fault) send(w http.ResponseWriter, r fake.Response) {
	if f.Cut {
		panic(http.ErrAbortHandler)
	}
	if !f.Truncate || len(r.Body) == 0 {
		r.Write(w, r.Body)
		return
	}
	r.Write(w, r.Body[:len(r.Body)/2])
	_ = http.NewResponseController(w).Flush() // what can't be flushed isn't a connection
	panic(http.ErrAbortHandler)
}
