package flowroutetest

import (
	"context"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/flowroute/flowroute-go/internal/fake"
)

// The credentials a [Server] takes, unless [WithCredentials] says otherwise. They open nothing but a fake.
const (
	AccessKey = "87654321"                         // the user name: 8 digits
	SecretKey = "notarealsecret00notarealsecret00" // the password: 32 letters and digits
)

// Server is an in-memory Flowroute: one account, its state, and the API in front of it. It is safe for
// concurrent use. Its exported fields are for reading only.
type Server struct {
	URL       string // base URL, such as http://127.0.0.1:49152; empty until the server listens
	AccessKey string // the user name that it takes
	SecretKey string // the password that it takes

	listener *httptest.Server
	ctx      context.Context // ends when the server closes, and with it what requests and deliveries wait for
	cancel   context.CancelFunc

	deliverer *http.Client // of events
	anywhere  bool         // and not to this machine alone
	lenient   bool         // ignores what it doesn't know
	history   int          // how many requests and deliveries it keeps

	mu         sync.Mutex // guards what follows
	clock      clock
	account    *fake.Account
	duplicates int // of each delivery
	faults     []Fault
	requests   []*Request
	deliveries []Delivery
}

// Option sets up a [Server].
type Option func(*Server)

// WithCredentials makes the server take these credentials in place of [AccessKey] and [SecretKey].
func WithCredentials(accessKey, secretKey string) Option {
	return func(s *Server) { s.AccessKey, s.SecretKey = accessKey, secretKey }
}

// WithUnknownIgnored makes the server ignore query parameters and members of a body that it doesn't know. Without it
// they are refused with status 422, so that a test finds those that are misspelled. What the API itself does isn't
// known.
func WithUnknownIgnored() Option {
	return func(s *Server) { s.lenient = true }
}

// NewServer returns a server that listens on a free port of 127.0.0.1. The caller closes it when done. Where
// it cannot listen, it panics, as [httptest.NewServer] does.
func NewServer(opts ...Option) *Server {
	s := NewUnstartedServer(opts...)
	s.Start()
	return s
}

// NewUnstartedServer returns a server that does not listen. It answers through [Server.ServeHTTP], so that it can
// be mounted in another server or called without any network, and listens once [Server.Start] or [Server.StartTLS]
// is called.
func NewUnstartedServer(opts ...Option) *Server {
	s := &Server{
		AccessKey: AccessKey,
		SecretKey: SecretKey,
		clock:     clock{base: Epoch},
		account:   fake.New(),
		deliverer: newDeliverer(),
		history:   math.MaxInt,
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, opt := range opts {
		opt(s)
	}
	s.SetCalls(defaultCalls)
	return s
}

// Start makes the server listen on a free port of 127.0.0.1. It panics where it cannot, and when the server was
// started before.
func (s *Server) Start() {
	s.listen()
	s.listener.Start()
	s.URL = s.listener.URL
}

// StartTLS is [Server.Start] for HTTPS, with the certificate of [net/http/httptest], which only the client of
// [Server.Client] trusts by itself.
func (s *Server) StartTLS() {
	s.listen()
	s.listener.StartTLS()
	s.URL = s.listener.URL
}

func (s *Server) listen() {
	if s.listener != nil {
		return
	}
	s.listener = httptest.NewUnstartedServer(s)
	s.listener.Config.BaseContext = func(net.Listener) context.Context { return s.ctx }
	s.listener.Config.ErrorLog = log.New(io.Discard, "", 0) // scripted failures are no news
	s.listener.Config.ReadHeaderTimeout = headerTimeout
}

const (
	headerTimeout = 10 * time.Second // how long the header of a request may take to arrive
	closeGrace    = time.Second      // how long Close waits for clients to read their responses
)

// Close stops listening, ends the delays of scripted failures and deliveries under way, and returns when every request
// has been answered. A request whose body has not arrived, and after a second a client that does not read its response,
// is cut off. The state can be looked at afterwards. A server that does not listen needs no Close.
func (s *Server) Close() {
	s.cancel()
	if s.listener == nil {
		return
	}
	ended := make(chan struct{})
	cut := time.AfterFunc(closeGrace, func() {
		s.listener.CloseClientConnections()
		close(ended)
	})
	s.listener.Close()
	if !cut.Stop() {
		<-ended
	}
}

// Now returns the time on the server's clock, in UTC. Take times to list messages by from here, and not from
// [time.Now], unless the server was made with [WithClock].
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.now()
}

// Advance moves the server's clock on by d: messages get their records and receipts, CNAM records their approval.
// Events that are due by then are delivered, one after the other in the order of their times, before Advance returns:
// receipts, and what was not answered with 200 before. With 0 it delivers what is due already, as where [WithClock]
// lets time run.
func (s *Server) Advance(d time.Duration) {
	for {
		e, left := s.step(d)
		if e == nil {
			return
		}
		s.deliver(e)
		d = left
	}
}
