package flowroute_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// h2Server speaks just enough HTTP/2 to take whole requests and end each in its own way, as a gateway may do that lost
// the response of the server behind it.
type h2Server struct {
	requests atomic.Int32
	end      func(conn *h2Conn, stream uint32, request int32)
}

type h2Conn struct{ net.Conn }

// The kinds of frames, their flags, and the error codes that the tests need.
const (
	h2Data, h2Headers, h2Reset, h2Settings, h2GoAway = 0, 1, 3, 4, 7

	h2EndStream, h2Ack, h2EndHeaders = 1, 1, 4

	h2ProtocolError, h2RefusedStream = 1, 7
)

func (c *h2Conn) frame(kind, flags byte, stream uint32, payload []byte) {
	head := []byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	_, _ = c.Write(append(head, payload...))
}

// noContent responds with 204.
func (c *h2Conn) noContent(stream uint32) {
	c.frame(h2Headers, h2EndStream|h2EndHeaders, stream, []byte{0x89}) // :status 204 in HPACK's static table
}

// reset ends a stream with an error code.
func (c *h2Conn) reset(stream uint32, code byte) { c.frame(h2Reset, 0, stream, []byte{0, 0, 0, code}) }

// goAway closes the connection for streams beyond the last one.
func (c *h2Conn) goAway(last uint32, debug string) {
	c.frame(h2GoAway, 0, 0, append(binary.BigEndian.AppendUint32(nil, last), "\x00\x00\x00\x00"+debug...))
}

// start serves until the test ends, and returns a client of the server that retries without waiting.
func (s *h2Server) start(t *testing.T) *flowroute.Client { return s.startBehind(t, nil) }

// startBehind is start with a transport around the client's, unless that is nil.
func (s *h2Server) startBehind(t *testing.T, around func(http.RoundTripper) http.RoundTripper) *flowroute.Client {
	t.Helper()
	enableHTTP2(t)
	tlsServer := httptest.NewTLSServer(nil)
	cert := tlsServer.TLS.Certificates[0]
	trusted := tlsServer.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	tlsServer.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go s.serve(listener)
	transport := &http.Transport{TLSClientConfig: trusted, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	hc := &http.Client{Transport: transport}
	if around != nil {
		hc.Transport = around(transport)
	}
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("https://"+listener.Addr().String()),
		flowroute.WithHTTPClient(hc), flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 1, MaxDelay: 1}))
	require.NoError(t, err)
	return client
}

func (s *h2Server) serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go s.talk(&h2Conn{conn})
	}
}

func (s *h2Server) talk(conn *h2Conn) {
	defer conn.Close() //nolint:errcheck // there is nothing to be saved
	if _, err := io.ReadFull(conn, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	conn.frame(h2Settings, 0, 0, nil)
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		switch {
		case kind == h2Settings && flags&h2Ack == 0:
			conn.frame(h2Settings, h2Ack, 0, nil)
		case (kind == h2Data || kind == h2Headers) && flags&h2EndStream != 0:
			s.end(conn, stream, s.requests.Add(1))
		}
	}
}

// TestNothingIsReplayed has net/http see a reason to send a request again by itself, which would be once too often.
func TestNothingIsReplayed(t *testing.T) {
	for _, end := range []func(conn *h2Conn, stream uint32, _ int32){
		func(conn *h2Conn, stream uint32, _ int32) { conn.reset(stream, h2ProtocolError) },
		func(conn *h2Conn, stream uint32, _ int32) { conn.reset(stream, h2RefusedStream) },
		func(conn *h2Conn, stream uint32, _ int32) {
			conn.frame(h2Headers, h2EndHeaders, stream, []byte("\x08\x03103")) // Early Hints, which are no response yet
			conn.reset(stream, h2RefusedStream)
		},
	} {
		server := &h2Server{end: end}
		client := server.start(t)
		wrapped := server.startBehind(t, func(next http.RoundTripper) http.RoundTripper { return roundTripper(next.RoundTrip) })
		for _, c := range []*flowroute.Client{client, wrapped} {
			for name, call := range onceCalls(c) {
				server.requests.Store(0)
				require.ErrorIs(t, call(t.Context()), flowroute.ErrOutcomeUnknown, name)
				assert.EqualValues(t, 1, server.requests.Load(), name)
			}
		}
		server.requests.Store(0)
		require.Error(t, client.Routes.SetPrimary(t.Context(), "2065550100", "1"))
		assert.EqualValues(t, 3, server.requests.Load(), "what is repeated is repeated by the policy alone")
	}
}

// onceCalls are calls of operations that must not be executed twice, with bodies and without.
func onceCalls(client *flowroute.Client) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"send":     func(ctx context.Context) error { _, err := client.Messages.Send(ctx, sms()); return err },
		"purchase": func(ctx context.Context) error { _, err := client.Numbers.Purchase(ctx, "2065550100", nil); return err },
		"purchase with options": func(ctx context.Context) error {
			_, err := client.Numbers.Purchase(ctx, "2065550100", &flowroute.PurchaseOptions{MessagingEnabled: true})
			return err
		},
		"E911 assignment":   func(ctx context.Context) error { return client.E911s.Assign(ctx, "2065550100", "1") },
		"request of an LOA": func(ctx context.Context) error { return client.Porting.RequestLOA(ctx, "1") },
		"POST without a body": func(ctx context.Context) error {
			return client.Do(ctx, http.MethodPost, "/v2/things", nil, nil, nil)
		},
	}
}

// TestGracefulShutdown has a server close its HTTP/2 connections now and then, as load balancers do. What it did not
// take is known, and sent again.
func TestGracefulShutdown(t *testing.T) {
	enableHTTP2(t)
	fake := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
	var requests atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1)%5 == 0 {
			w.Header().Set("Connection", "close") // which is a GOAWAY over HTTP/2
		}
		fake.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that a closed connection cuts short
	server.StartTLS()
	defer server.Close()
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(server.URL), flowroute.WithHTTPClient(server.Client()),
		flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 20, MinDelay: 20 * time.Millisecond, MaxDelay: 50 * time.Millisecond}))
	require.NoError(t, err)
	burst(t, client, 16, 30)
	assert.Equal(t, 16*30, len(fake.Messages()), "texts sent") //nolint:testifylint // Len would print them all
}

// TestRequestsHaveALength has every request that may have a body tell its length, and be without chunks: some servers
// refuse others.
func TestRequestsHaveALength(t *testing.T) {
	purchase := func(opts *flowroute.PurchaseOptions) operation {
		return operation{name: "numbers.purchase", method: "POST", call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Numbers.Purchase(ctx, "2065550100", opts)
		}}
	}
	for _, op := range append(operations(), purchase(nil), purchase(&flowroute.PurchaseOptions{CNAMLookupsEnabled: new(true)})) {
		client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Empty(t, r.TransferEncoding, op.name)
			if op.method != "GET" && op.method != "DELETE" {
				assert.NotEmpty(t, r.Header.Get("Content-Length"), op.name)
			}
			w.WriteHeader(http.StatusForbidden)
		})
		_, err := op.call(t.Context(), client)
		require.Error(t, err)
	}
}
