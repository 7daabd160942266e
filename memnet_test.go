package flowroute_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// network is a network in memory, for net/http's own client and server to talk over under a fake clock. It is the
// server's listener.
type network struct {
	conns  chan net.Conn
	closed chan struct{}
	close  sync.Once
	dials  atomic.Int32
	open   atomic.Int32 // connections that the client has not closed
	last   atomic.Pointer[countedConn]
	refuse func(dial int32) error // fails the nth dial; may be nil
}

func newNetwork() *network {
	return &network{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error {
	n.close.Do(func() { close(n.closed) })
	return nil
}

func (n *network) Addr() net.Addr { return &net.IPAddr{} }

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	dial := n.dials.Add(1)
	if n.refuse != nil {
		if err := n.refuse(dial); err != nil {
			return nil, err
		}
	}
	client, server := net.Pipe()
	select {
	case n.conns <- server:
		n.open.Add(1)
		c := &countedConn{Conn: client, open: &n.open}
		n.last.Store(c)
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// countedConn is a connection that is counted until it is closed.
type countedConn struct {
	net.Conn
	open   *atomic.Int32
	once   sync.Once
	silent atomic.Bool
}

func (c *countedConn) Write(b []byte) (int, error) {
	if c.silent.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// silence has what the client writes from now on to the newest connection get lost.
func (n *network) silence() { n.last.Load().silent.Store(true) }

func (c *countedConn) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// start serves a handler on the network, and returns a client of it and what ends both. With cert, the
// server speaks TLS.
func (n *network) start(t *testing.T, handler http.Handler, cert *tls.Certificate, opts ...flowroute.Option) (*flowroute.Client, func()) {
	t.Helper()
	srv := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	base, listener := "http://localhost", net.Listener(n)
	if cert != nil {
		base, listener = "https://localhost", tls.NewListener(n, &tls.Config{Certificates: []tls.Certificate{*cert}})
	}
	go srv.Serve(listener) //nolint:errcheck // it ends when the test closes it
	transport := &http.Transport{DialContext: n.dial}
	opts = append([]flowroute.Option{flowroute.WithBaseURL(base), flowroute.WithHTTPClient(&http.Client{Transport: transport})}, opts...)
	client, err := flowroute.NewClient(accessKey, secretKey, opts...)
	require.NoError(t, err)
	return client, func() {
		transport.CloseIdleConnections()
		srv.Close()
	}
}

// direct is a client that calls a handler without any network.
func direct(t *testing.T, handler http.Handler) *flowroute.Client {
	t.Helper()
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Result(), nil
	})
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	return client
}
