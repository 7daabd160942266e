//go:build gateways

package gateways_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// backendVariable is the environment variable that makes the test binary a backend. It holds the settings as JSON.
const backendVariable = "FLOWROUTE_GATEWAYS_BACKEND"

// trouble is what the backend does to a request in place of a plain response.
type trouble string

const (
	closeBefore trouble = "close before execution"
	unavailable trouble = "503 without execution" // with the API's error document
	rateLimited trouble = "429 without execution"
	cutAfter    trouble = "cut after execution" // the connection is closed or reset without a response
	resetStream trouble = "stream reset after execution"
	partAfter   trouble = "part of the response"
	stallAfter  trouble = "stall after execution" // for longer than the timeouts of gateways and client
)

// settings are what a backend is started with.
type settings struct {
	Addr     string
	Record   string // the file that entries are appended to
	TLS      bool
	HTTP2    bool
	CertFile string
	KeyFile  string
	Seed     uint64
	Troubles []share
}

// share is the percentage of requests that meet a trouble.
type share struct {
	Trouble trouble
	Percent int
}

// entry is one line of the record: a request that reached the backend.
type entry struct {
	Operation string
	Key       string // identifies the call that made it; empty for reads
	Executed  bool   // the fake did what costs money or reaches people
	Trouble   trouble
	Status    int
	Front     string // protocol between the client and the gateway
	Protocol  string // protocol between the gateway and the backend
	RequestID string // the gateway's own, with which it could have sent the request more than once
}

// once has the operations that must not be executed twice.
var once = map[string]bool{
	"messages.send": true, "numbers.purchase": true, "routes.create": true, "e911s.create": true, "cnams.create": true,
}

// backend is the fake with troubles and with a record that survives the end of its process.
type backend struct {
	settings
	fake   *flowroutetest.Server
	record *os.File

	mu     sync.Mutex // one request at a time is executed, so that the fake's latest request is it
	random *rand.Rand
}

// serveBackend serves until the process gets SIGTERM.
func serveBackend(config string) error {
	b := &backend{fake: flowroutetest.NewUnstartedServer(flowroutetest.WithHistory(1))}
	if err := json.Unmarshal([]byte(config), &b.settings); err != nil {
		return err
	}
	b.random = rand.New(rand.NewPCG(b.Seed, b.Seed))
	var err error
	if b.record, err = os.OpenFile(b.Record, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           b,
		Protocols:         new(http.Protocols),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // broken connections are what the suite is about
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, conn)
		},
	}
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetHTTP2(b.TLS && b.HTTP2)
	srv.Protocols.SetUnencryptedHTTP2(!b.TLS && b.HTTP2)

	listener, err := net.Listen("tcp", b.Addr)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		if b.TLS {
			ended <- srv.ServeTLS(listener, b.CertFile, b.KeyFile)
			return
		}
		ended <- srv.Serve(listener)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return srv.Shutdown(limited)
	}
}

type connKey struct{}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler) // the request never arrived whole
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	response, e := b.execute(r)
	b.note(e)
	if e.Trouble == closeBefore {
		hangUp(r, true)
	}
	wait(r.Context(), 5*time.Millisecond) // in which a kill finds requests that are executed and have no response
	switch e.Trouble {
	case cutAfter:
		hangUp(r, e.Operation == "messages.send")
	case resetStream:
		panic(http.ErrAbortHandler)
	case stallAfter:
		wait(r.Context(), 3*time.Second)
	}
	maps.Copy(w.Header(), response.Header())
	w.WriteHeader(response.Code)
	whole := response.Body.Bytes()
	if e.Trouble == partAfter {
		_, _ = w.Write(whole[:len(whole)/2])
		_ = http.NewResponseController(w).Flush()
		hangUp(r, false)
	}
	_, _ = w.Write(whole)
}

// execute hands a request to the fake, unless its trouble comes first, and says what happened.
func (b *backend) execute(r *http.Request) (*httptest.ResponseRecorder, entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := entry{
		Front:     cmp.Or(r.Header.Get("X-Front"), r.Proto),
		Protocol:  r.Proto,
		RequestID: cmp.Or(r.Header.Get("X-Request-Id"), r.Header.Get("X-Varnish")),
		Trouble:   b.draw(r),
	}
	response := httptest.NewRecorder()
	switch e.Trouble {
	case closeBefore:
		return response, e
	case unavailable:
		b.fake.Inject(flowroutetest.Fault{Status: http.StatusServiceUnavailable})
	case rateLimited:
		b.fake.Inject(flowroutetest.Fault{Status: http.StatusTooManyRequests})
	}
	b.fake.ServeHTTP(response, r)
	for _, request := range b.fake.Requests() {
		e.Operation, e.Status = request.Operation, request.Status
		if once[request.Operation] {
			e.Key, e.Executed = key(request), response.Code <= 299
		}
	}
	return response, e
}

// draw chooses the trouble of a request. The search that comes before the load has none.
func (b *backend) draw(r *http.Request) trouble {
	if r.URL.Path == "/v2/numbers/available" {
		return ""
	}
	n := b.random.IntN(100)
	for _, s := range b.Troubles {
		if n -= s.Percent; n < 0 {
			return s.Trouble
		}
	}
	return ""
}

// key returns what is different in every call of an operation.
func key(r flowroutetest.Request) string {
	if r.Operation == "numbers.purchase" {
		return path.Base(r.Path)
	}
	type attributes struct{ Body, Alias, Label, Value string }
	var document struct {
		attributes
		Data struct{ Attributes attributes }
	}
	_ = json.Unmarshal(r.Body, &document) // the fake has read it
	a := cmp.Or(document.Data.Attributes, document.attributes)
	return cmp.Or(a.Body, a.Alias, a.Label, strings.ToUpper(a.Value))
}

// note appends an entry to the record. One write to a file opened with O_APPEND outlives a killed process.
func (b *backend) note(e entry) {
	line, err := json.Marshal(e)
	if err == nil {
		_, err = b.record.Write(append(line, '\n'))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// hangUp closes the connection of a request, and with it every other request of that connection.
func hangUp(r *http.Request, reset bool) {
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	if encrypted, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = encrypted.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	panic(http.ErrAbortHandler)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// readRecord returns the entries of a record.
func readRecord(name string) (entries []entry, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for decoder := json.NewDecoder(file); ; {
		var e entry
		switch err := decoder.Decode(&e); {
		case errors.Is(err, io.EOF):
			return entries, nil
		case err != nil:
			return nil, err
		}
		entries = append(entries, e)
	}
}
