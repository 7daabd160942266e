package flowroute_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// TestGoAway has a server close its HTTP/2 connection. A request beyond the last one that it took was not executed. Any
// other may have been, whatever the server says in the frame.
func TestGoAway(t *testing.T) {
	t.Run("not taken", func(t *testing.T) {
		server := &h2Server{end: func(conn *h2Conn, stream uint32, request int32) {
			if request == 1 {
				conn.goAway(stream-1, "")
				return
			}
			conn.noContent(stream)
		}}
		client := server.start(t)
		require.NoError(t, client.Do(t.Context(), http.MethodPost, "/v2/things", nil, map[string]string{"a": "b"}, nil))
		assert.EqualValues(t, 2, server.requests.Load())
	})
	for _, debug := range []string{
		"", "http2: Transport received Server's graceful shutdown GOAWAY", "; REFUSED_STREAM; received from peer",
		"net/http: cannot rewind body after connection loss",
	} {
		t.Run("taken, with debug data "+debug, func(t *testing.T) {
			server := &h2Server{end: func(conn *h2Conn, stream uint32, _ int32) {
				conn.goAway(stream, debug)
				_ = conn.Close()
			}}
			for name, call := range onceCalls(server.start(t)) {
				server.requests.Store(0)
				require.ErrorIs(t, call(t.Context()), flowroute.ErrOutcomeUnknown, name)
				assert.EqualValues(t, 1, server.requests.Load(), name)
			}
		})
	}
}

// TestUnavailable has only the API's own error document say that a request was not executed.
func TestUnavailable(t *testing.T) {
	const document = `{"errors":[{"detail":"Down for maintenance.","id":"7fc8c70a-ca58-430c-b383-b89df84f8083","status":503,"title":"Service Unavailable"}]}`
	for body, unknown := range map[string]bool{
		document: false,
		`{"errors":[{"status":"503 Service Unavailable"}]}`: false,
		"": true,
		"<html><title>503 Backend fetch failed</title></html>": true, // Varnish
		"no healthy upstream":                                             true, // Envoy
		`{"message":"Service Unavailable"}`:                               true, // AWS
		`{"error":{"code":503,"status":"UNAVAILABLE"}}`:                   true,
		`{"timestamp":"2026","status":503,"error":"Service Unavailable"}`: true,
		`{"errors":[]}`: true,
		`{"errors":[{"message":"upstream failed"}]}`:        true, // GraphQL routers
		`{"errors":[{"status":502,"title":"Bad Gateway"}]}`: true,
		`{"errors":"503"}`:            true,
		document[:len(document)-3]:    true,
		"<pre>" + document + "</pre>": true,
	} {
		client, _ := serve(t, 503, "application/json", body)
		_, err := client.Messages.Send(t.Context(), sms())
		require.ErrorIs(t, err, flowroute.ErrServer)
		assert.Equal(t, unknown, errors.Is(err, flowroute.ErrOutcomeUnknown), body)
	}
}

// TestSeeOther has a POST that was redirected with 303 be unknown: it may have been executed, with its result elsewhere.
func TestSeeOther(t *testing.T) {
	for status, unknown := range map[int]bool{301: false, 302: false, 303: true, 304: false, 307: false, 308: false} {
		client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, http.MethodPost, r.Method)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		})
		_, err := client.Messages.Send(t.Context(), sms())
		var e *flowroute.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, status, e.StatusCode)
		assert.Equal(t, unknown, errors.Is(err, flowroute.ErrOutcomeUnknown), status)
	}
}

// TestTransportsOfOthers has transports around net/http's, and in place of it, fail. What they do not report they may
// have sent.
func TestTransportsOfOthers(t *testing.T) {
	var arrived atomic.Int32
	lost := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived.Add(1)
		panic(http.ErrAbortHandler)
	}))
	defer lost.Close()
	lost.Config.ErrorLog = log.New(io.Discard, "", 0)
	up, down := new(http.Transport), &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errNoRoute }}
	defer up.CloseIdleConnections()
	untraced := func(next http.RoundTripper) roundTripper {
		return func(r *http.Request) (*http.Response, error) {
			return next.RoundTrip(r.Clone(context.WithoutCancel(context.Background())))
		}
	}
	failover := func(first, second http.RoundTripper) roundTripper {
		return func(r *http.Request) (*http.Response, error) {
			if resp, err := first.RoundTrip(r); err == nil {
				return resp, nil
			}
			return second.RoundTrip(r)
		}
	}
	both := roundTripper(func(r *http.Request) (*http.Response, error) {
		_, first := untraced(up).RoundTrip(r)
		_, second := down.RoundTrip(r)
		return nil, errors.Join(second, first)
	})
	failing := func(err error) roundTripper {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	for _, test := range []struct {
		name     string
		through  http.RoundTripper
		arrived  int32
		unknown  bool
		attempts int
	}{
		{"dial refused by a transport within", roundTripper(down.RoundTrip), 0, false, 3},
		{"dial refused, not reported", untraced(down), 0, false, 3},
		{"dial refused, then lost", failover(down, up), 1, true, 1},
		{"dial refused, then lost without a report", failover(down, untraced(up)), 1, true, 1},
		{"lost without a report, then dial refused", failover(untraced(up), down), 1, true, 1},
		{"lost without a report, then dial refused, joined", both, 1, true, 1},
		{"lookup failed", failing(&dnsError), 0, false, 3},
		{"certificate not trusted", failing(fmt.Errorf("wrapped: %w", &tls.CertificateVerificationError{Err: errors.New("expired")})), 0, false, 3},
		{"something else", failing(io.ErrUnexpectedEOF), 0, true, 1},
		{"refused, without saying what", failing(syscall.ECONNREFUSED), 0, true, 1},
		{"refused or reset", failing(errors.Join(errNoRoute, syscall.ECONNRESET)), 0, true, 1},
		{"read failed", failing(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), 0, true, 1},
	} {
		arrived.Store(0)
		attempts := 0
		counting := roundTripper(func(r *http.Request) (*http.Response, error) { attempts++; return test.through.RoundTrip(r) })
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(lost.URL),
			flowroute.WithHTTPClient(&http.Client{Transport: counting}), flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 1, MaxDelay: 1}))
		require.NoError(t, err)
		_, err = client.Messages.Send(t.Context(), sms())
		require.Error(t, err)
		assert.Equal(t, test.unknown, errors.Is(err, flowroute.ErrOutcomeUnknown), "%s: %v", test.name, err)
		assert.Equal(t, test.attempts, attempts, test.name)
		assert.Equal(t, test.arrived, arrived.Load(), test.name)
	}
}

// TestStatusesThatAreNone has a response with a status that is not one of HTTP's final ones say nothing.
func TestStatusesThatAreNone(t *testing.T) {
	for _, status := range []int{-1, 1, 42, 99, 100, 102, 103, 199} {
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{
			Transport: roundTripper(func(*http.Request) (*http.Response, error) { return respond(status, ""), nil }),
		}))
		require.NoError(t, err)
		_, err = client.Messages.Send(t.Context(), sms())
		assert.ErrorIs(t, err, flowroute.ErrOutcomeUnknown, status)
	}
}

// TestNotBegun has a call fail before net/http's own transport has asked for a connection.
func TestNotBegun(t *testing.T) {
	noProxy := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New("no such proxy") }}
	ctx, cancel := context.WithCancel(t.Context())
	late := flowroute.WithLimiter(limiterFunc(func(context.Context) error { cancel(); return nil }))
	for name, test := range map[string]struct {
		transport http.RoundTripper
		ctx       context.Context //nolint:containedctx // of one call
		opts      []flowroute.Option
	}{
		"proxy not known":            {noProxy, t.Context(), nil},
		"context ended in a limiter": {new(http.Transport), ctx, []flowroute.Option{late}},
	} {
		client, err := flowroute.NewClient(accessKey, secretKey, append(test.opts, flowroute.WithHTTPClient(&http.Client{Transport: test.transport}),
			flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 1, MaxDelay: 1}))...)
		require.NoError(t, err)
		_, err = client.Messages.Send(test.ctx, sms())
		require.Error(t, err)
		assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown, name)
	}
}

// TestTransportThatGoesOn has a transport return before it is done: the body that it reads later must not be sent, since
// the request is retried.
func TestTransportThatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts, sent atomic.Int32
		hedge := roundTripper(func(r *http.Request) (*http.Response, error) {
			attempts.Add(1)
			time.AfterFunc(time.Second, func() {
				if body, err := io.ReadAll(r.Body); err == nil && len(body) > 0 {
					sent.Add(1)
				}
			})
			return nil, errNoRoute
		})
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: hedge}))
		require.NoError(t, err)
		_, err = client.Messages.Send(t.Context(), sms())
		require.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown)
		time.Sleep(time.Second)
		assert.EqualValues(t, 3, attempts.Load())
		assert.Zero(t, sent.Load())
	})
}

// TestTransportWithin has net/http's own transport leave requests to another one, which reports only part of what it does.
func TestTransportWithin(t *testing.T) {
	down := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errNoRoute }}
	sent := 0
	outer := new(http.Transport)
	outer.RegisterProtocol("https", roundTripper(func(r *http.Request) (*http.Response, error) {
		_, err := down.RoundTrip(r.Clone(r.Context()))
		require.Error(t, err)
		_, _ = io.ReadAll(r.Body)
		sent++
		return nil, errors.New("response lost")
	}))
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: outer}))
	require.NoError(t, err)
	_, err = client.Messages.Send(t.Context(), sms())
	require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	assert.Equal(t, 1, sent)
}

// TestAccessDeniedLater has an alert about the client's certificate come on a connection that has been used before. The
// server may have read the request by then.
func TestAccessDeniedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		executed := 0
		transport := &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer server.Close() //nolint:errcheck // there is nothing to be saved
				requests := bufio.NewReader(server)
				for range 2 {
					r, err := http.ReadRequest(requests)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					if executed++; executed == 1 {
						_, _ = io.WriteString(server, "HTTP/1.1 204 No Content\r\n\r\n")
					}
				}
			}()
			return deniedConn{client}, nil
		}}
		defer transport.CloseIdleConnections()
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		require.NoError(t, client.Routes.Delete(t.Context(), "1"))
		synctest.Wait()
		_, err = client.Messages.Send(t.Context(), sms())
		require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
		assert.Equal(t, 2, executed)
	})
}

// deniedConn is a connection that ends with an alert.
type deniedConn struct{ net.Conn }

func (c deniedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		err = &net.OpError{Op: "remote error", Err: tls.AlertError(49)} // access_denied
	}
	return n, err
}

// TestHeaderNotWritten has net/http's own transport lose a connection before it has written the header. That is proof,
// unless the attempt was cut off while the header may have been on its way.
func TestHeaderNotWritten(t *testing.T) {
	for _, test := range []struct {
		failure error
		unknown bool
	}{{errors.New("connection lost"), false}, {timeoutError{}, true}} {
		synctest.Test(t, func(t *testing.T) {
			dials := 0
			transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				dials++
				client, _ := net.Pipe()
				return brokenConn{client, test.failure}, nil
			}}
			client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("http://localhost"),
				flowroute.WithHTTPClient(&http.Client{Transport: transport}),
				flowroute.WithUserAgent(strings.Repeat("x", 8<<10))) // a header longer than net/http buffers
			require.NoError(t, err)
			_, err = client.Messages.Send(t.Context(), sms())
			require.Error(t, err)
			assert.Equal(t, test.unknown, errors.Is(err, flowroute.ErrOutcomeUnknown), "%v", err)
			assert.Equal(t, map[bool]int{true: 1, false: 3}[test.unknown], dials)
		})
	}
}

// brokenConn is a connection that can't be written to.
type brokenConn struct {
	net.Conn
	failure error
}

func (c brokenConn) Write([]byte) (int, error) { return 0, c.failure }

// TestCertificateRequired has a server that wants a certificate of the client, and refuses it for having none. Under
// TLS 1.3 the client has sent its request by then.
func TestCertificateRequired(t *testing.T) {
	enableHTTP2(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, h2 := range []bool{false, true} {
			var executed atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { executed.Add(1) }))
			server.EnableHTTP2 = h2
			server.Listener = lingering{server.Listener}
			server.TLS = &tls.Config{MinVersion: version, MaxVersion: version, ClientAuth: tls.RequireAnyClientCert}
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			hc := server.Client()
			hc.Transport = &http.Transport{TLSClientConfig: hc.Transport.(*http.Transport).TLSClientConfig.Clone(), ForceAttemptHTTP2: h2}
			client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(server.URL), flowroute.WithHTTPClient(hc),
				flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 1, MaxDelay: 1}))
			require.NoError(t, err)
			_, err = client.Messages.Send(t.Context(), sms())
			require.Error(t, err)
			assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown, "%x, HTTP/2 %v", version, h2)
			assert.Zero(t, executed.Load())
			server.Close()
		}
	}
}

// lingering has each connection stay open until the client closes it. Otherwise a client that still writes can meet a
// reset before it reads why the server has hung up.
type lingering struct{ net.Listener }

func (l lingering) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingeringConn{TCPConn: conn.(*net.TCPConn)}, nil
}

type lingeringConn struct {
	*net.TCPConn
	once sync.Once
}

func (c *lingeringConn) Close() (err error) {
	c.once.Do(func() {
		if err = c.CloseWrite(); err != nil {
			return
		}
		go func() {
			defer c.TCPConn.Close() //nolint:errcheck // there is nothing to be saved
			_ = c.SetReadDeadline(time.Time{})
			_, _ = io.Copy(io.Discard, c.TCPConn)
		}()
	})
	return err
}
