package flowroute_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// stage is an account on which every operation can succeed.
type stage struct {
	srv                      *flowroutetest.Server
	clean                    *flowroute.Client // to which nothing happens
	number, forSale          string
	route, spareRoute        string
	e911, spareE911          string
	cnam, unassigned, record string
	more                     more
}

func newStage(t *testing.T) *stage {
	ctx := t.Context()
	s := &stage{srv: flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))}
	s.clean = direct(t, s.srv)
	s.number = flowroutetest.LongCode
	available, err := s.clean.Numbers.Search(ctx, nil)
	require.NoError(t, err)
	s.forSale = available.Items[0].Value
	for _, r := range []struct {
		id    *string
		value string
	}{{&s.route, "a.example.com"}, {&s.spareRoute, "b.example.com"}} {
		route, err := s.clean.Routes.Create(ctx, &flowroute.CreateRouteRequest{Alias: r.value, Type: flowroute.RouteTypeHost, Value: r.value})
		require.NoError(t, err)
		*r.id = route.ID
	}
	for _, e := range []struct {
		id     *string
		street string
	}{{&s.e911, "1"}, {&s.spareE911, "2"}} {
		address := funeralHomes()
		address.Label, address.StreetNumber = "Home "+e.street, e.street
		record, err := s.clean.E911s.Create(ctx, &address)
		require.NoError(t, err)
		*e.id = record.ID
	}
	require.NoError(t, s.clean.E911s.Assign(ctx, s.number, s.e911))
	for _, c := range []struct {
		id    *string
		value string
	}{{&s.cnam, "Acme"}, {&s.unassigned, "Emca"}} {
		cnam, err := s.clean.CNAMs.Create(ctx, c.value)
		require.NoError(t, err)
		require.NoError(t, s.srv.ApproveCNAM(cnam.ID))
		*c.id = cnam.ID
	}
	_, err = s.clean.CNAMs.Assign(ctx, s.number, s.cnam)
	require.NoError(t, err)
	require.NoError(t, s.clean.Messages.SetCallback(ctx, flowroute.CallbackTypeMMS, "https://example.com/hook"))
	message, err := s.clean.Messages.Send(ctx, &flowroute.SendMessageRequest{From: s.number, To: "2065550199", Body: "First"})
	require.NoError(t, err)
	s.record = message.ID
	s.more = newMore(t, s)
	s.srv.Advance(flowroutetest.MessageAcceptedAfter)
	return s
}

// live is an operation on the stage. done counts how often it can be seen to have been carried out; only what
// must not happen twice has it.
type live struct {
	call func(ctx context.Context, c *flowroute.Client, s *stage) error
	done func(t *testing.T, s *stage) int
}

func liveOperations() map[string]live {
	return map[string]live{
		"numbers.listAreaCodes": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Numbers.ListAreaCodes(ctx, nil)
			return err
		}},
		"numbers.listExchanges": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Numbers.ListExchanges(ctx, nil)
			return err
		}},
		"numbers.search": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Numbers.Search(ctx, nil)
			return err
		}},
		"numbers.purchase": {
			call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
				_, err := c.Numbers.Purchase(ctx, s.forSale, &flowroute.PurchaseOptions{MessagingEnabled: true})
				return err
			},
			done: func(_ *testing.T, s *stage) int { return strings.Count(strings.Join(s.srv.Numbers(), " "), s.forSale) },
		},
		"numbers.list": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Numbers.List(ctx, nil)
			return err
		}},
		"numbers.get": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Numbers.Get(ctx, s.number)
			return err
		}},
		"routes.list": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Routes.List(ctx, nil)
			return err
		}},
		"routes.create": {
			call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
				_, err := c.Routes.Create(ctx, &flowroute.CreateRouteRequest{Alias: "new", Type: flowroute.RouteTypeHost, Value: "new.example.com"})
				return err
			},
			done: func(t *testing.T, s *stage) int {
				return count(t, s.clean.Routes.ListAll(t.Context(), nil), func(r *flowroute.Route) bool { return r.Alias == "new" })
			},
		},
		"routes.delete": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Routes.Delete(ctx, s.spareRoute)
		}},
		"routes.setPrimary": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Routes.SetPrimary(ctx, s.number, s.route)
		}},
		"routes.setFailover": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Routes.SetFailover(ctx, s.number, s.route)
		}},
		"messages.send": {
			call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
				_, err := c.Messages.Send(ctx, &flowroute.SendMessageRequest{From: s.number, To: "2065550199", Body: "Once"})
				return err
			},
			done: func(_ *testing.T, s *stage) (n int) {
				for _, m := range s.srv.Messages() {
					if m.Body == "Once" {
						n++
					}
				}
				return n
			},
		},
		"messages.list": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Messages.List(ctx, &flowroute.MessageListOptions{Start: flowroutetest.Epoch()})
			return err
		}},
		"messages.get": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.Messages.Get(ctx, s.record)
			return err
		}},
		"messages.setCallback": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			return c.Messages.SetCallback(ctx, flowroute.CallbackTypeSMS, "https://example.com/hook")
		}},
		"messages.getCallback": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.Messages.GetCallback(ctx, flowroute.CallbackTypeMMS)
			return err
		}},
		"numbers.setCallback": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.Numbers.SetCallback(ctx, s.number, flowroute.CallbackTypeSMS, "https://example.com/hook")
		}},
		"e911s.list": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.E911s.List(ctx, nil)
			return err
		}},
		"e911s.get": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.E911s.Get(ctx, s.e911)
			return err
		}},
		"e911s.validate": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			return c.E911s.Validate(ctx, new(funeralHomes()))
		}},
		"e911s.create": {
			call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
				_, err := c.E911s.Create(ctx, new(funeralHomes()))
				return err
			},
			done: func(t *testing.T, s *stage) int {
				return count(t, s.clean.E911s.ListAll(t.Context(), nil), func(e *flowroute.E911Record) bool { return e.Label == "Funeral Homes" })
			},
		},
		"e911s.update": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.E911s.Update(ctx, s.e911, &flowroute.UpdateE911Request{FirstName: new("New")})
			return err
		}},
		"e911s.delete": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.E911s.Delete(ctx, s.spareE911)
		}},
		"e911s.assign": {
			call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
				return c.E911s.Assign(ctx, s.number, s.spareE911)
			},
			done: func(_ *testing.T, s *stage) int { return executed(s, "e911s.assign", s.spareE911) },
		},
		"e911s.unassign": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.E911s.Unassign(ctx, s.number)
		}},
		"e911s.listNumbers": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.E911s.ListNumbers(ctx, s.e911, nil)
			return err
		}},
		"cnams.list": {call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
			_, err := c.CNAMs.List(ctx, nil)
			return err
		}},
		"cnams.get": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.CNAMs.Get(ctx, s.cnam)
			return err
		}},
		"cnams.create": {
			call: func(ctx context.Context, c *flowroute.Client, _ *stage) error {
				_, err := c.CNAMs.Create(ctx, "New")
				return err
			},
			done: func(t *testing.T, s *stage) int {
				return count(t, s.clean.CNAMs.ListAll(t.Context(), nil), func(c *flowroute.CNAM) bool { return c.Value == "NEW" })
			},
		},
		"cnams.delete": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			return c.CNAMs.Delete(ctx, s.unassigned)
		}},
		"cnams.assign": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.CNAMs.Assign(ctx, s.number, s.unassigned)
			return err
		}},
		"cnams.unassign": {call: func(ctx context.Context, c *flowroute.Client, s *stage) error {
			_, err := c.CNAMs.Unassign(ctx, s.number)
			return err
		}},
	}
}

// executed counts how often the fake executed an operation whose path or body holds a text.
func executed(s *stage, operation, text string) (n int) {
	for _, r := range s.srv.Requests() {
		if r.Operation == operation && r.Executed && strings.Contains(r.Path+string(r.Body), text) {
			n++
		}
	}
	return n
}

func count[T any](t *testing.T, all iter.Seq2[*T, error], is func(*T) bool) (n int) {
	for v, err := range all {
		require.NoError(t, err)
		if is(v) {
			n++
		}
	}
	return n
}

// outcome is how a call is to end.
type outcome struct {
	attempts int   // requests that reach the server
	done     int   // how often it is carried out, of what must not happen twice
	status   int   // of an *Error; 0 for a *RequestError; 200 for success
	is       error // what the error is besides; may be nil
	unknown  bool
	told     int           // Attempts, where they are not those that reach the server
	min, max time.Duration // how long it takes
}

// A trouble is what happens to a call, and how that is to end: for what may be repeated, and for what may not.
type trouble struct {
	name           string
	fault          flowroutetest.Fault
	refuse         func(dial int32) error
	cert           bool                                            // the server has a certificate that nobody trusts
	context        func(context.Context) (context.Context, func()) // ends in the middle; may be nil
	repeated, once outcome
	empty          *outcome // for what is answered with nothing, where that differs
}

const (
	short = 500 * time.Millisecond // of the first wait, at most
	long  = time.Second            // of the second
)

// refusedAgain are the operations that are repeated, although the API refuses to do them again once they are done: what
// was deleted is not found.
var refusedAgain = map[string]int{
	"numbers.release": 404, "routes.delete": 404, "e911s.delete": 404, "cnams.delete": 404,
	"porting.cancel": 403, "porting.changeNumbers": 422,
}

var errNoRoute = &net.OpError{Op: "dial", Net: "tcp", Addr: &net.IPAddr{IP: net.IPv4(192, 0, 2, 1)}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

func troubles() []trouble {
	after := func(d time.Duration) func(context.Context) (context.Context, func()) {
		return func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancel(ctx)
			timer := time.AfterFunc(d, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		}
	}
	within := func(d time.Duration) func(context.Context) (context.Context, func()) {
		return func(ctx context.Context) (context.Context, func()) { return context.WithTimeout(ctx, d) }
	}
	status := func(code int, times int, carryOut bool) flowroutetest.Fault {
		return flowroutetest.Fault{Status: code, Times: times, CarryOut: carryOut}
	}
	dials := func(upTo int32, err error) func(int32) error {
		return func(dial int32) error {
			if dial <= upTo {
				return err
			}
			return nil
		}
	}
	const always = flowroutetest.Always
	ok := outcome{attempts: 1, done: 1, status: 200}
	return []trouble{
		{name: "none", repeated: ok, once: ok},
		{
			name: "429, always", fault: status(429, always, false),
			repeated: outcome{attempts: 3, status: 429, is: flowroute.ErrRateLimited, max: short + long},
			once:     outcome{attempts: 3, status: 429, is: flowroute.ErrRateLimited, max: short + long},
		},
		{
			name: "429, once", fault: status(429, 1, false),
			repeated: outcome{attempts: 2, done: 1, status: 200, max: short},
			once:     outcome{attempts: 2, done: 1, status: 200, max: short},
		},
		{
			name: "429, Retry-After in seconds", fault: flowroutetest.Fault{Status: 429, RetryAfter: "7", Times: 2},
			repeated: outcome{attempts: 3, done: 1, status: 200, min: 14 * time.Second, max: 14 * time.Second},
			once:     outcome{attempts: 3, done: 1, status: 200, min: 14 * time.Second, max: 14 * time.Second},
		},
		{
			name: "429, Retry-After as a date", fault: flowroutetest.Fault{Status: 429, RetryAfter: "Sat, 01 Jan 2000 00:00:20 GMT", Times: 1},
			repeated: outcome{attempts: 2, done: 1, status: 200, min: 20 * time.Second, max: 20 * time.Second},
			once:     outcome{attempts: 2, done: 1, status: 200, min: 20 * time.Second, max: 20 * time.Second},
		},
		{
			name: "429, Retry-After that is too long", fault: flowroutetest.Fault{Status: 429, RetryAfter: "33"},
			repeated: outcome{attempts: 1, status: 429, is: flowroute.ErrRateLimited},
			once:     outcome{attempts: 1, status: 429, is: flowroute.ErrRateLimited},
		},
		{
			name: "429, Retry-After beyond the deadline", fault: flowroutetest.Fault{Status: 429, RetryAfter: "7"}, context: within(5 * time.Second),
			repeated: outcome{attempts: 1, status: 429, is: flowroute.ErrRateLimited},
			once:     outcome{attempts: 1, status: 429, is: flowroute.ErrRateLimited},
		},
		{
			name: "429, cancelled in the wait", fault: flowroutetest.Fault{Status: 429, RetryAfter: "7"}, context: after(2 * time.Second),
			repeated: outcome{attempts: 1, status: 429, is: context.Canceled, min: 2 * time.Second, max: 2 * time.Second},
			once:     outcome{attempts: 1, status: 429, is: context.Canceled, min: 2 * time.Second, max: 2 * time.Second},
		},
		{
			name: "500, always", fault: status(500, always, false),
			repeated: outcome{attempts: 3, status: 500, is: flowroute.ErrServer, max: short + long},
			once:     outcome{attempts: 1, status: 500, is: flowroute.ErrServer, unknown: true},
		},
		{
			name: "500, carried out", fault: status(500, 1, true),
			repeated: outcome{attempts: 2, status: 200, max: short},
			once:     outcome{attempts: 1, done: 1, status: 500, is: flowroute.ErrServer, unknown: true},
		},
		{
			name: "502, twice", fault: status(502, 2, false),
			repeated: outcome{attempts: 3, status: 200, max: short + long},
			once:     outcome{attempts: 1, status: 502, is: flowroute.ErrServer, unknown: true},
		},
		{
			name: "503 with HTML, always", fault: flowroutetest.Fault{Status: 503, Body: "<html>Down</html>", ContentType: "text/html", Times: always},
			repeated: outcome{attempts: 3, status: 503, is: flowroute.ErrServer, max: short + long},
			once:     outcome{attempts: 1, status: 503, is: flowroute.ErrServer, unknown: true},
		},
		{
			name: "503 with HTML, carried out", fault: flowroutetest.Fault{Status: 503, CarryOut: true, Body: "<html>Down</html>", ContentType: "text/html", Times: always},
			repeated: outcome{attempts: 3, status: 503, is: flowroute.ErrServer, max: short + long},
			once:     outcome{attempts: 1, done: 1, status: 503, is: flowroute.ErrServer, unknown: true},
		},
		{
			name: "503 of the API, always", fault: status(503, always, false),
			repeated: outcome{attempts: 3, status: 503, is: flowroute.ErrServer, max: short + long},
			once:     outcome{attempts: 1, status: 503, is: flowroute.ErrServer},
		},
		{
			name: "303, carried out", fault: status(303, always, true),
			repeated: outcome{attempts: 1, status: 303},
			once:     outcome{attempts: 1, done: 1, status: 303, unknown: true},
		},
		{
			name: "504, carried out", fault: status(504, always, true),
			repeated: outcome{attempts: 3, status: 504, is: flowroute.ErrServer, max: short + long},
			once:     outcome{attempts: 1, done: 1, status: 504, is: flowroute.ErrServer, unknown: true},
		},
		{
			name: "409", fault: status(409, always, false),
			repeated: outcome{attempts: 1, status: 409},
			once:     outcome{attempts: 1, status: 409},
		},
		{
			name: "302", fault: status(302, always, false),
			repeated: outcome{attempts: 1, status: 302},
			once:     outcome{attempts: 1, status: 302},
		},
		{
			name: "cut before it is carried out, always", fault: flowroutetest.Fault{Cut: true, Times: always},
			repeated: outcome{attempts: 3, is: io.EOF, max: short + long},
			once:     outcome{attempts: 1, is: io.EOF, unknown: true},
		},
		{
			name: "cut after it is carried out", fault: flowroutetest.Fault{Cut: true, CarryOut: true},
			repeated: outcome{attempts: 2, status: 200, max: short},
			once:     outcome{attempts: 1, done: 1, is: io.EOF, unknown: true},
		},
		{
			name: "dial refused, always", refuse: dials(1000, errNoRoute),
			repeated: outcome{told: 3, is: syscall.ECONNREFUSED, max: short + long},
			once:     outcome{told: 3, is: syscall.ECONNREFUSED, max: short + long},
		},
		{
			name: "dial refused, twice", refuse: dials(2, errNoRoute),
			repeated: outcome{attempts: 1, done: 1, status: 200, max: short + long},
			once:     outcome{attempts: 1, done: 1, status: 200, max: short + long},
		},
		{
			name: "name not found", refuse: dials(1000, &net.DNSError{Err: "no such host", Name: "localhost", IsNotFound: true}),
			repeated: outcome{told: 3, max: short + long},
			once:     outcome{told: 3, max: short + long},
		},
		{
			name: "certificate not trusted", cert: true,
			repeated: outcome{told: 3, max: short + long},
			once:     outcome{told: 3, max: short + long},
		},
		{
			name: "truncated, always", fault: flowroutetest.Fault{Truncate: true, Times: always},
			repeated: outcome{attempts: 3, is: io.ErrUnexpectedEOF, max: short + long},
			once:     outcome{attempts: 1, done: 1, is: io.ErrUnexpectedEOF, unknown: true},
			empty:    &ok,
		},
		{
			name: "truncated error", fault: flowroutetest.Fault{Status: 422, Truncate: true},
			repeated: outcome{attempts: 1, status: 422, is: flowroute.ErrUnprocessable},
			once:     outcome{attempts: 1, status: 422, is: flowroute.ErrUnprocessable},
		},
		{
			name: "oversized", fault: flowroutetest.Fault{Pad: 9 << 20},
			repeated: outcome{attempts: 1, is: flowroute.ErrResponseTooLarge},
			once:     outcome{attempts: 1, done: 1, is: flowroute.ErrResponseTooLarge, unknown: true},
			empty:    &ok,
		},
		{
			name: "a page in place of a success", fault: flowroutetest.Fault{Status: 200, CarryOut: true, Body: "<html>Hello</html>"},
			repeated: outcome{attempts: 1},
			once:     outcome{attempts: 1, done: 1, unknown: true},
		},
		{
			name: "JSON of another kind", fault: flowroutetest.Fault{Body: `{"data":"text"}`},
			repeated: outcome{attempts: 1},
			once:     outcome{attempts: 1, done: 1, unknown: true},
			empty:    &ok,
		},
		{
			name: "slower than the timeout, always", fault: flowroutetest.Fault{Delay: time.Hour, Times: always},
			repeated: outcome{attempts: 3, is: context.DeadlineExceeded, min: 90 * time.Second, max: 90*time.Second + short + long},
			once:     outcome{attempts: 1, done: 1, is: context.DeadlineExceeded, unknown: true, min: 30 * time.Second, max: 30 * time.Second},
		},
		{
			name: "cancelled while it waits for the answer", fault: flowroutetest.Fault{Delay: 10 * time.Second}, context: after(time.Second),
			repeated: outcome{attempts: 1, is: context.Canceled, min: time.Second, max: time.Second},
			once:     outcome{attempts: 1, done: 1, is: context.Canceled, unknown: true, min: time.Second, max: time.Second},
		},
		{
			name: "deadline while it waits for the answer", fault: flowroutetest.Fault{Delay: 10 * time.Second}, context: within(time.Second),
			repeated: outcome{attempts: 1, is: context.DeadlineExceeded, min: time.Second, max: time.Second},
			once:     outcome{attempts: 1, done: 1, is: context.DeadlineExceeded, unknown: true, min: time.Second, max: time.Second},
		},
		{
			name: "cancelled before", context: func(ctx context.Context) (context.Context, func()) {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				return ctx, cancel
			},
			repeated: outcome{is: context.Canceled},
			once:     outcome{is: context.Canceled},
		},
	}
}

// TestMatrix has every operation meet every trouble, over net/http's own client and server, under a fake clock.
func TestMatrix(t *testing.T) {
	ops := allLive()
	empty := map[string]bool{}
	for _, op := range operations() {
		_, ok := ops[op.name]
		require.True(t, ok, "%s has to be in the matrix, as every operation", op.name)
		empty[op.name] = op.want == nil
	}
	tlsServer := httptest.NewTLSServer(nil)
	cert := tlsServer.TLS.Certificates[0]
	tlsServer.Close()

	ops = withEmail(ops)
	part := 1
	switch {
	case testing.Short():
		part = 9
	case raced:
		part = 3 // the race detector needs minutes for all
	}
	names := slices.Sorted(maps.Keys(ops))
	for i, trouble := range troubles() {
		t.Run(trouble.name, func(t *testing.T) {
			for j, name := range names {
				if (i+j)%part != 0 {
					continue // each operation and each trouble are among the part
				}
				op := ops[name]
				t.Run(name, func(t *testing.T) {
					name, mails := strings.CutSuffix(name, withAnEmail)
					want := trouble.repeated
					switch {
					case empty[name] && trouble.empty != nil:
						want = *trouble.empty
					case mails || once(name):
						want = trouble.once
						require.True(t, op.done != nil || name == "porting.requestLOA")
					}
					synctest.Test(t, func(t *testing.T) { meet(t, name, op, trouble, want, &cert) })
				})
			}
		})
	}
}

func meet(t *testing.T, name string, op live, trouble trouble, want outcome, cert *tls.Certificate) {
	s := newStage(t)
	before := len(s.srv.Requests())
	if trouble.fault != (flowroutetest.Fault{}) {
		s.srv.Inject(trouble.fault)
	}
	net := newNetwork()
	net.refuse = trouble.refuse
	if !trouble.cert {
		cert = nil
	}
	client, stop := net.start(t, s.srv, cert)
	defer stop()
	ctx := t.Context()
	if trouble.context != nil {
		var cancel func()
		ctx, cancel = trouble.context(ctx)
		defer cancel()
	}

	start := time.Now()
	err := op.call(ctx, client, s)
	took := time.Since(start)
	s.srv.ClearFaults()

	requests := s.srv.Requests()[before:]
	if name == "porting.upload" { // which puts the file where the answer says
		requests = slices.DeleteFunc(requests, func(r flowroutetest.Request) bool { return r.Operation == "porting.putFile" })
	}
	assert.Len(t, requests, want.attempts, "requests that reached the server")
	for _, r := range requests[min(1, len(requests)):] {
		assert.Equal(t, requests[0].Body, r.Body, "a repeat is the same, byte by byte")
		assert.Equal(t, requests[0].Header, r.Header)
		assert.Equal(t, requests[0].Path, r.Path)
	}
	if op.done != nil {
		assert.Equal(t, want.done, op.done(t, s), "times carried out")
	}
	assert.GreaterOrEqual(t, took, want.min)
	assert.LessOrEqual(t, took, want.max)

	if want.told == 0 {
		want.told = want.attempts
	}
	earlier := false
	if again, ok := refusedAgain[name]; ok && want.status == 200 && want.attempts > 1 && trouble.fault.CarryOut {
		want.status, want.is, earlier = again, nil, true
	}
	if want.status == 200 {
		require.NoError(t, err)
		return
	}
	require.Error(t, err)
	if want.is != nil {
		require.ErrorIs(t, err, want.is)
	}
	assert.Equal(t, want.unknown, errors.Is(err, flowroute.ErrOutcomeUnknown), err)
	assert.Contains(t, err.Error(), "flowroute: "+name+": ")
	if want.told > 1 {
		assert.Contains(t, err.Error(), fmt.Sprintf("(after %d attempts", want.told))
	}
	assert.Equal(t, earlier, strings.Contains(err.Error(), "an earlier one may have taken effect"), err)
	for _, private := range []string{secretKey, s.number, s.forSale, "2065550199", "Once", "localhost/"} {
		assert.NotContains(t, err.Error(), private)
	}
	if want.status == 0 {
		var e *flowroute.RequestError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want.told, e.Attempts)
		return
	}
	var e *flowroute.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, want.status, e.StatusCode)
	assert.Equal(t, want.told, e.Attempts)
	if after := trouble.fault.RetryAfter; after != "" && after != "Sat, 01 Jan 2000 00:00:20 GMT" {
		assert.Equal(t, after+"s", e.RetryAfter.String())
	}
	if errors.Is(want.is, context.Canceled) {
		assert.ErrorIs(t, err, flowroute.ErrRateLimited, "the error is the context's and the answer's")
	} else {
		assert.NotErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, context.DeadlineExceeded)
	}
}
