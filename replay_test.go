package flowroute_test

import (
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

// resetter speaks just enough HTTP/2 to take whole requests and give each up with PROTOCOL_ERROR, as a proxy may do
// that can't read what the server behind it has answered. net/http takes that for a reason to send a request again.
type resetter struct{ requests atomic.Int32 }

func (s *resetter) serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go s.talk(conn)
	}
}

func (s *resetter) talk(conn net.Conn) {
	const (
		data, headers, reset, settings = 0, 1, 3, 4
		endStream, ack                 = 1, 1
		protocolError                  = 1
	)
	defer conn.Close() //nolint:errcheck // there is nothing to be saved
	frame := func(kind, flags byte, stream uint32, payload []byte) {
		head := []byte{0, 0, byte(len(payload)), kind, flags, 0, 0, 0, 0}
		binary.BigEndian.PutUint32(head[5:], stream)
		_, _ = conn.Write(append(head, payload...))
	}
	if _, err := io.ReadFull(conn, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	frame(settings, 0, 0, nil)
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
		case kind == settings && flags&ack == 0:
			frame(settings, ack, 0, nil)
		case (kind == data || kind == headers) && flags&endStream != 0:
			s.requests.Add(1)
			frame(reset, 0, stream, []byte{0, 0, 0, protocolError})
		}
	}
}

// TestNothingIsReplayed has net/http see a reason to send a request again by itself, which would be once too often.
func TestNothingIsReplayed(t *testing.T) {
	enableHTTP2(t)
	tlsServer := httptest.NewTLSServer(nil)
	cert := tlsServer.TLS.Certificates[0]
	trusted := tlsServer.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	tlsServer.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	defer listener.Close()
	server := new(resetter)
	go server.serve(listener)

	transport := &http.Transport{TLSClientConfig: trusted, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("https://"+listener.Addr().String()),
		flowroute.WithHTTPClient(&http.Client{Transport: transport}), flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 1, MaxDelay: 1}))
	require.NoError(t, err)

	for name, call := range map[string]func() error{
		"send":     func() error { _, err := client.Messages.Send(t.Context(), sms()); return err },
		"purchase": func() error { _, err := client.Numbers.Purchase(t.Context(), "2065550100", nil); return err },
		"purchase with options": func() error {
			_, err := client.Numbers.Purchase(t.Context(), "2065550100", &flowroute.PurchaseOptions{MessagingEnabled: true})
			return err
		},
		"request of an LOA": func() error { return client.Porting.RequestLOA(t.Context(), "1") },
	} {
		server.requests.Store(0)
		require.ErrorIs(t, call(), flowroute.ErrOutcomeUnknown, name)
		assert.EqualValues(t, 1, server.requests.Load(), name)
	}
	server.requests.Store(0)
	require.Error(t, client.Routes.SetPrimary(t.Context(), "2065550100", "1"))
	assert.EqualValues(t, 3, server.requests.Load(), "what is repeated is repeated by the policy alone")
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

// TestRequestsAreNotChunked has every request be without chunks, which some servers refuse.
func TestRequestsAreNotChunked(t *testing.T) {
	for _, op := range operations() {
		client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Empty(t, r.TransferEncoding, op.name)
			w.WriteHeader(http.StatusForbidden)
		})
		_, err := op.call(t.Context(), client)
		require.Error(t, err)
	}
	srv := flowroutetest.NewServer()
	defer srv.Close()
	var number string
	for n, err := range srv.Client().Numbers.SearchAll(t.Context(), nil) {
		require.NoError(t, err)
		number = n.Value
		break
	}
	_, err := srv.Client().Numbers.Purchase(t.Context(), number, nil)
	require.NoError(t, err)
	client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.TransferEncoding)
		b, _ := io.ReadAll(r.Body)
		assert.Empty(t, b)
		assert.Empty(t, r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusForbidden)
	})
	_, err = client.Numbers.Purchase(t.Context(), number, nil)
	require.ErrorIs(t, err, flowroute.ErrForbidden)
}
