//go:build gateways

package gateways_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

const (
	senders     = 16
	callTimeout = 15 * time.Second // of the context of a call
	hangAfter   = 40 * time.Second // beyond every timeout, also on a busy machine
)

// load makes calls from many goroutines.
type load struct {
	client  *flowroute.Client
	numbers []string // for sale

	mu       sync.Mutex
	changed  *sync.Cond // ended, running or allowed has changed
	begun    int
	ended    int
	running  int // senders
	least    int // calls to make
	most     int
	allowed  int  // calls that may be begun for now
	open     bool // more than the least are made, until the disruptions are over
	outcomes []outcome

	// hold keeps a sender whose call has failed from the next call while a program is restarted.
	hold sync.RWMutex
}

// outcome is what the client says about a call.
type outcome struct {
	key  string // see entry
	op   string
	err  error
	hung bool
	odd  bool // a success whose value is not the right one
}

func (o outcome) unknown() bool { return errors.Is(o.err, flowroute.ErrOutcomeUnknown) }

// knowable reports whether the failure itself shows that the request was not executed: the connection or handshake was
// refused, or the API says so.
func (o outcome) knowable() bool {
	if e, ok := errors.AsType[*flowroute.Error](o.err); ok {
		return len(e.Errors) > 0 && (e.StatusCode == http.StatusServiceUnavailable || e.StatusCode < 500)
	}
	e, ok := errors.AsType[*net.OpError](o.err)
	return ok && (e.Op == "dial" || strings.Contains(e.Error(), "tls: certificate required"))
}

// newLoad prepares a load. It fetches the numbers that are for sale.
func newLoad(ctx context.Context, client *flowroute.Client, least, most int) (*load, error) {
	l := &load{client: client, least: least, most: most}
	for number, err := range client.Numbers.SearchAll(ctx, nil) {
		if err != nil {
			return nil, err
		}
		if l.numbers = append(l.numbers, number.Value); len(l.numbers) > most/10 {
			break
		}
	}
	return l, nil
}

// run makes the calls while disrupt runs, and at least as many as it is to make.
func (l *load) run(ctx context.Context, disrupt func()) {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer l.close()
	l.changed = sync.NewCond(&l.mu)
	l.running, l.open, l.allowed = senders, true, l.most
	for range senders {
		wg.Go(func() { l.send(ctx) })
	}
	disrupt()
}

func (l *load) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = false
}

// next returns the number of the next call.
func (l *load) next() (n int, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.begun >= l.allowed && l.begun < l.most {
		l.changed.Wait()
	}
	if l.begun >= l.most || l.begun >= l.least && !l.open {
		l.running--
		l.changed.Broadcast()
		return 0, false
	}
	l.begun++
	return l.begun, true
}

// limit runs a disruption during which calls are made, but not so many that none are left when it takes long.
func (l *load) limit(disrupt func()) {
	allow := func(calls int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.allowed = min(calls, l.most)
		l.changed.Broadcast()
	}
	allow(l.endedCalls() + 200)
	defer allow(l.most)
	disrupt()
}

// await waits until a number of calls have ended, or no more can.
func (l *load) await(ended int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.ended < ended && l.running > 0 {
		l.changed.Wait()
	}
}

func (l *load) endedCalls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

func (l *load) inFlight() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.begun - l.ended
}

func (l *load) send(ctx context.Context) {
	for {
		n, more := l.next()
		if !more {
			return
		}
		o := l.watch(ctx, n)
		l.mu.Lock()
		l.outcomes = append(l.outcomes, o)
		l.ended++
		if o.hung {
			l.most = 0 // one that hangs is enough
		}
		l.changed.Broadcast()
		l.mu.Unlock()
		if o.err != nil {
			l.hold.RLock()
			l.hold.RUnlock() //nolint:staticcheck // it is the wait that counts
		}
	}
}

// watch makes a call, and gives it up if it hangs.
func (l *load) watch(ctx context.Context, n int) outcome {
	done := make(chan outcome, 1)
	go func() {
		limited, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		done <- l.call(limited, n)
	}()
	timer := time.NewTimer(hangAfter)
	defer timer.Stop()
	select {
	case o := <-done:
		return o
	case <-timer.C:
		return outcome{hung: true}
	}
}

// call makes the nth call, of which six in ten are texts.
func (l *load) call(ctx context.Context, n int) outcome {
	switch n % 10 {
	case 0:
		number := l.numbers[n/10]
		bought, err := l.client.Numbers.Purchase(ctx, number, nil)
		return outcome{key: number, op: "purchase", err: err, odd: err == nil && bought.Value != number}
	case 1:
		alias := fmt.Sprint("route ", n)
		route, err := l.client.Routes.Create(ctx, &flowroute.CreateRouteRequest{
			Alias: alias, Type: flowroute.RouteTypeHost, Value: fmt.Sprintf("sip%d.example.com", n),
		})
		return outcome{key: alias, op: "route", err: err, odd: err == nil && route.Alias != alias}
	case 2:
		label := fmt.Sprint("address ", n)
		record, err := l.client.E911s.Create(ctx, &flowroute.E911Address{
			Label: label, FirstName: "Ada", LastName: "Byron", StreetNumber: fmt.Sprint(n), StreetName: "3rd Ave",
			City: "Seattle", State: "WA", Country: "US", ZIP: "98101",
		})
		return outcome{key: label, op: "e911", err: err, odd: err == nil && record.Label != label}
	case 3:
		value := fmt.Sprint("CALLER ", n)
		cnam, err := l.client.CNAMs.Create(ctx, value)
		return outcome{key: value, op: "cnam", err: err, odd: err == nil && cnam.Value != value}
	case 4:
		if n%20 == 4 {
			number, err := l.client.Numbers.Get(ctx, flowroutetest.LongCode)
			return outcome{op: "get", err: err, odd: err == nil && number.Value != flowroutetest.LongCode}
		}
		strategies, err := l.client.Routes.ListEdgeStrategies(ctx)
		return outcome{op: "list", err: err, odd: err == nil && len(strategies) == 0}
	}
	body := fmt.Sprint("text ", n)
	message, err := l.client.Messages.Send(ctx, &flowroute.SendMessageRequest{
		From: flowroutetest.LongCode, To: "12065550199", Body: body,
	})
	return outcome{key: body, op: "send", err: err, odd: err == nil && !strings.HasPrefix(message.ID, "mdr2-")}
}

// tally compares outcomes with the record.
type tally struct {
	calls     int // that must not be executed twice
	reads     int
	executed  int // calls
	duplicate int // calls that were executed more than once
	denied    int // calls that were executed and reported as not executed
	missing   int // calls that were reported as executed and were not
	unknown   int // calls of unknown outcome
	knowable  int // of these, calls that were not executed, which the failure shows
	refused   int // calls reported as not executed
	hung      int
	odd       int // successes of a wrong value, and reads of unknown outcome
	failed    int // reads
	resent    int // calls whose request a gateway sent more than once

	// These are for the log.
	reasons map[string]int // of calls reported as not executed
	unsure  map[string]int // of calls of unknown outcome that were not executed
	faults  []string
}

// reason is the kind of an error, without what differs from call to call.
func reason(err error) string {
	if e, ok := errors.AsType[*flowroute.Error](err); ok {
		return http.StatusText(e.StatusCode)
	}
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return streamID.ReplaceAllString(err.Error(), "stream")
}

var streamID = regexp.MustCompile(`stream error: stream ID [0-9]+`)

func compare(outcomes []outcome, entries []entry) (c tally) {
	executions, resent := map[string]int{}, map[string]bool{}
	requests := map[string]string{}
	c.reasons, c.unsure = map[string]int{}, map[string]int{}
	for _, e := range entries {
		if e.Executed {
			executions[e.Key]++
		}
		if e.Key == "" || e.RequestID == "" {
			continue
		}
		if requests[e.RequestID] == e.Key {
			resent[e.Key] = true
		}
		requests[e.RequestID] = e.Key
	}
	c.resent = len(resent)
	fault := func(count *int, o outcome, what string) {
		*count++
		c.faults = append(c.faults,
			fmt.Sprintf("%s %q: %s, executed %d times: %v", o.op, o.key, what, executions[o.key], o.err))
	}
	for _, o := range outcomes {
		if o.hung {
			fault(&c.hung, o, "hung")
			continue
		}
		if o.odd || o.key == "" && o.unknown() {
			fault(&c.odd, o, "wrong value or class of error")
		}
		if o.key == "" {
			c.reads++
			if o.err != nil {
				c.failed++
			}
			continue
		}
		c.calls++
		n := executions[o.key]
		if n > 0 {
			c.executed++
		}
		if n > 1 {
			fault(&c.duplicate, o, "duplicate")
		}
		switch {
		case o.err == nil && n == 0:
			fault(&c.missing, o, "reported as executed")
		case o.err == nil:
		case o.unknown():
			c.unknown++
			if n == 0 {
				c.unsure[reason(o.err)]++
				if o.knowable() {
					c.knowable++
				}
			}
		default:
			c.refused++
			c.reasons[reason(o.err)]++
			if n > 0 {
				fault(&c.denied, o, "reported as not executed")
			}
		}
	}
	return c
}
