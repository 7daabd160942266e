package flowroutetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/flowroute/flowroute-go/internal/fake"
)

// How an event is delivered: until it is answered with 200, that is once and then up to four times more, at
// intervals. How long Flowroute waits for an answer is not known; this is the server's own choice.
const (
	DeliveryAttempts = 5                // how often an event is sent at most
	RedeliverAfter   = 30 * time.Second // from one attempt to the next, by the server's clock
	CallbackTimeout  = 15 * time.Second // how long an answer is waited for, in real time
)

// Webhooks is how a server delivers events. The zero value is how the API does today.
type Webhooks struct {
	// FlatMessages delivers the SMS that are received without envelope and attributes, as accounts on version 2.0 get
	// them. An MMS stays as it is: how such accounts get one is not known.
	FlatMessages bool

	BareReceipts bool // receipts have no envelope, and from and to in place of level, description and time
	Duplicates   int  // further deliveries of each event, right after it was answered with 200
}

// Delivery is an event as it was delivered, or tried to be.
type Delivery struct {
	Callback  string    // the kind of event, such as sms_callback, or po_status_change for what a port order comes to
	MessageID string    // of the message that was received, or that the receipt is of; empty for anything else
	Level     int       // of a receipt, 1 or 2; 0 for anything else
	Attempt   int       // 1 for the first
	Duplicate bool      // it was answered with 200 before
	URL       string    // where it was sent to
	Body      []byte    // as sent: JSON
	Status    int       // what was answered; 0 where there was no answer
	Err       error     // why there was no answer; nil where there was one
	Time      time.Time // on the server's clock
}

// WithCallbackClient makes the server deliver events with hc, to any address. Without it the server has a client of its
// own that delivers to this machine alone, so that no test calls others by accident. Redirects are not followed in
// either case.
func WithCallbackClient(hc *http.Client) Option {
	own := *hc
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func(s *Server) { s.deliverer, s.anywhere = &own, true }
}

// newDeliverer is a client that leaves nothing behind.
func newDeliverer() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// SetWebhooks sets how events are delivered from now on. It panics where Duplicates is below 0.
func (s *Server) SetWebhooks(w Webhooks) {
	if w.Duplicates < 0 {
		panic(fmt.Sprintf("flowroutetest: SetWebhooks: Duplicates is %d, and must not be below 0", w.Duplicates))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.FlatMessages, s.account.BareReceipts, s.duplicates = w.FlatMessages, w.BareReceipts, w.Duplicates
}

// Deliveries returns what was delivered so far, in the order in which it was answered. All are there, unless
// [WithHistory] says otherwise.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	deliveries := slices.Clone(s.deliveries)
	for i := range deliveries {
		deliveries[i].Body = bytes.Clone(deliveries[i].Body)
	}
	return deliveries
}

// step moves the clock on to when the next event is due, or by d if that is sooner. It returns that event, and how far
// there is still to go.
func (s *Server) step(d time.Duration) (next *fake.Event, left time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil {
		now := s.clock.now()
		if next := s.account.Next(now.Add(max(d, 0))); next != nil {
			wait := max(next.Due.Sub(now), 0)
			s.clock.ahead += wait
			return next, d - wait
		}
	}
	s.clock.ahead += d
	return nil, 0
}

// deliver sends an event, and expects to send it again where it is not answered with 200. The lock is not held
// meanwhile, for who gets it may call the server.
func (s *Server) deliver(e *fake.Event) {
	e.Attempts++
	status, duplicates := s.attempt(e, false)
	if status != http.StatusOK {
		return
	}
	for range duplicates {
		s.attempt(e, true)
	}
}

// attempt sends an event once. Without a URL it is not sent, and has the status 0.
func (s *Server) attempt(e *fake.Event, duplicate bool) (status, duplicates int) {
	d := s.prepare(e)
	if d.URL == "" {
		return 0, 0
	}
	d.Duplicate = duplicate
	d.Status, d.Err = s.post(d.URL, d.Body)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = latest(append(s.deliveries, d), s.history)
	if d.Status != http.StatusOK && !duplicate && e.Attempts < DeliveryAttempts && !errors.Is(d.Err, errElsewhere) {
		e.Due = s.clock.now().Add(RedeliverAfter)
		s.account.Expect(e)
	}
	return d.Status, s.duplicates
}

// prepare makes what is to be sent. Its URL is empty if no callback is set for the event.
func (s *Server) prepare(e *fake.Event) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := Delivery{Callback: e.Kind, MessageID: e.MessageID(), Level: e.Level, Attempt: e.Attempts, Time: s.clock.now()}
	d.URL, d.Body = s.account.Notification(e)
	return d
}

var errElsewhere = errors.New("flowroutetest: not delivered, since the URL leads away from this machine: see WithCallbackClient")

// post sends the body of an event to a URL.
func (s *Server) post(address string, body []byte) (status int, err error) {
	if !s.anywhere && !onThisMachine(address) {
		return 0, errElsewhere
	}
	ctx, cancel := context.WithTimeout(s.ctx, CallbackTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := s.deliverer.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // what is said besides the status is no concern of the server's
	return resp.StatusCode, nil
}

func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
