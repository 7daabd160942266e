package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"
)

// trace records how far one attempt got, to know after a failure whether the request can have reached the API. Its
// hooks run on net/http's goroutines.
type trace struct {
	own    bool               // the transport is net/http's own, which reports every connection that it uses
	cancel context.CancelFunc // ends the attempt; nil if the transport may send the request again

	traced    atomic.Bool // the transport reports to the hooks
	connected atomic.Bool
	wrote     atomic.Bool // the header
	replayed  atomic.Bool // the transport went on to send the request again
	reused    atomic.Bool // the connection has been used before
	body      *tracedBody // nil if it is not known whether the body was read, or if memory says so
	memory    *bytes.Reader

	hooks httptrace.ClientTrace
}

func watch(ctx context.Context, cancel context.CancelFunc, own bool) (context.Context, *trace) {
	t := &trace{own: own, cancel: cancel}
	t.hooks = httptrace.ClientTrace{
		GetConn:      func(string) { t.traced.Store(true) },
		GotConn:      t.gotConn,
		WroteHeaders: func() { t.wrote.Store(true) },
	}
	return httptrace.WithClientTrace(ctx, &t.hooks), t
}

// gotConn ends the attempt if the transport is about to send the request a second time. net/http does so over HTTP/2 for
// a request without a body when the server resets the stream; it checks the context before it writes a header.
func (t *trace) gotConn(info httptrace.GotConnInfo) {
	if t.cancel != nil && t.wrote.Load() {
		t.replayed.Store(true)
		t.cancel()
	}
	t.traced.Store(true) // GetConn is not called for each request over HTTP/2
	t.connected.Store(true)
	t.reused.Store(info.Reused)
}

// observe returns a body of which it is recorded whether any part was read.
func (t *trace) observe(r io.Reader) io.ReadCloser {
	t.body = &tracedBody{Reader: r}
	return t.body
}

// track does the same for a body in memory. net/http's own transport sends one that it knows to be in memory in one
// piece with the header, so there the reader itself is the record.
func (t *trace) track(hr *http.Request, body *bytes.Reader) {
	if !t.own {
		hr.Body = t.observe(body)
		return
	}
	t.memory = body
}

// unread reports whether there is a body of which no part was read, and none will be.
func (t *trace) unread() bool {
	return t.body != nil && t.body.seal() || t.memory != nil && int64(t.memory.Len()) == t.memory.Size()
}

// hasBody reports whether it is known if the body was read.
func (t *trace) hasBody() bool { return t.body != nil || t.memory != nil }

// tracedBody is a body that is either read or sealed. A transport that has failed, such as one that sends a request in
// several ways at once, may still go on with it.
type tracedBody struct {
	io.Reader
	state atomic.Int32
}

const bodyRead, bodySealed = 1, 2

func (b *tracedBody) Read(p []byte) (int, error) {
	if !b.state.CompareAndSwap(0, bodyRead) && b.state.Load() == bodySealed {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.Reader.Read(p)
}

// seal has every read fail from now on. It reports whether there was none before.
func (b *tracedBody) seal() bool {
	return b.state.CompareAndSwap(0, bodySealed) || b.state.Load() == bodySealed
}

func (b *tracedBody) Close() error { return nil }

// possiblySent reports whether the request of a failed attempt may have reached the API. Only positive evidence says
// that it did not.
func (t *trace) possiblySent(ctx context.Context, err error) bool {
	// An attempt that is cut off may return while its header or body is still being written.
	cut := ctx.Err() != nil || cutOff(err)
	switch {
	case !t.own:
		// A transport that is not net/http's own may send a request over connections that it does not report. It
		// cannot have sent one whose body it never read.
		return t.connected.Load() || !noConnection(err) || !t.unread()
	case t.replayed.Load():
		return true
	case !t.traced.Load(): // no connection was asked for, unless by another transport that is registered for the scheme
		return !t.unread()
	case !t.wrote.Load():
		return t.connected.Load() && cut || t.hasBody() && !t.unread()
	}
	return !nothingWritten(err) && !notTaken(err) && !certificateRefused(err, t.reused.Load()) &&
		(cut || !t.unread() || !writeFailed(err))
}

func cutOff(err error) bool {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if timeout, ok := e.(net.Error); ok && timeout.Timeout() { //nolint:errorlint // a *url.Error does not look far
			return true
		}
	}
	return errors.Is(err, context.Canceled)
}

// The functions below follow the single chain of an error. An error that joins several is no evidence: one of them may
// be of another try to send the request.

// noConnection reports whether an error is a failed lookup, dial or TLS handshake.
func noConnection(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := err.(type) { //nolint:errorlint // one link of the chain after the other
		case *net.DNSError, *tls.CertificateVerificationError, tls.RecordHeaderError:
			return true
		case *net.OpError:
			return e.Op == "dial" || e.Op == "proxyconnect" || e.Op == "socks connect" || e.Op == "remote error"
		}
		if err.Error() == "net/http: TLS handshake timeout" {
			return true
		}
	}
	return false
}

// nothingWritten reports whether net/http says that it wrote not a byte of the request to its connection.
func nothingWritten(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if fmt.Sprintf("%T", err) == "http.nothingWrittenError" { // which is not exported
			return true
		}
	}
	return false
}

// writeFailed reports whether a write to the connection failed. If nothing of the body was read before, it was the
// header that could not be written whole.
func writeFailed(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if op, ok := err.(*net.OpError); ok { //nolint:errorlint // see above
			return op.Op == "write"
		}
	}
	return false
}

// certificateRefused reports whether the server refused the client's certificate, or that it has none. Under TLS 1.3
// the client learns that after it has sent the request, of which the server then has read nothing. On a connection that
// was used before, only an alert that servers have no other use for says so: HTTP/2 sends several requests before the
// server has read the certificate.
func certificateRefused(err error, reused bool) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if op, ok := err.(*net.OpError); ok && op.Op == "remote error" { //nolint:errorlint // see above
			is := func(a tls.AlertError) bool { return op.Err.Error() == a.Error() }
			const required = 116 // certificate_required
			return is(required) || !reused && slices.ContainsFunc(certificateAlerts, is)
		}
	}
	return false
}

// certificateAlerts are the other alerts that a server sends about the certificate of a client.
var certificateAlerts = []tls.AlertError{
	42, // bad_certificate
	43, // unsupported_certificate
	44, // certificate_revoked
	45, // certificate_expired
	46, // certificate_unknown
	48, // unknown_ca
	49, // access_denied
}

// notTaken reports whether an error is net/http's for an HTTP/2 request that is beyond the last one which the server
// has taken, as its GOAWAY says. net/http has no type for it. The text is compared as a whole: that of other errors
// holds what the server says. A stream that is reset with REFUSED_STREAM is no evidence, since gateways do that to
// requests that were executed.
func notTaken(err error) bool {
	const goAway = "http2: Transport received Server's graceful shutdown GOAWAY"
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	switch err.Error() {
	case goAway, "http2: Transport: cannot retry err [" + goAway + "] after Request.Body was written; define Request.GetBody to avoid this error":
		return true
	}
	return false
}
