package flowroute_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// roundTripper is a transport without a network. It reports nothing to a trace.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, body string) *http.Response {
	return &http.Response{
		StatusCode:    status,
		Header:        http.Header{},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}

// limiterFunc is a limiter.
type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

// enableHTTP2 makes net/http speak HTTP/2 in a test, whatever GODEBUG says in the environment.
func enableHTTP2(t *testing.T) {
	t.Helper()
	t.Setenv("GODEBUG", os.Getenv("GODEBUG")+",http2client=1,http2server=1") // the last of several settings counts
}

// newTLSServer starts a server that speaks no newer TLS than it is told.
func newTLSServer(t *testing.T, maxVersion uint16) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: maxVersion} // this is what the client must refuse
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

// timeoutError is a timeout of the network.
type timeoutError struct{}

func (timeoutError) Error() string   { return "192.0.2.1 is slow" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

var dnsError = net.DNSError{Err: "no such host, says 192.0.2.1", Name: "localhost", Server: "192.0.2.1", IsNotFound: true}
