//go:build gateways

package gateways_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// certificate is that of every gateway, and the only one that the clients trust. The files are in folder, which is
// removed at the end.
var certificate struct{ folder, cert, key, bundle string }

// table has a line per scenario.
var table []string

func TestMain(m *testing.M) {
	if config := os.Getenv(backendVariable); config != "" {
		if err := serveBackend(config); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	root, err := os.MkdirTemp("", "gateways")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(root)
	if err := makeCertificate(root); err != nil {
		return 0, err
	}
	// The clients make their own transport, as by default, so the certificate has to be among the system's roots.
	for name, value := range map[string]string{
		"SSL_CERT_FILE": certificate.cert, "SSL_CERT_DIR": filepath.Join(root, "none"),
	} {
		if err := os.Setenv(name, value); err != nil {
			return 0, err
		}
	}
	code = m.Run()
	if testing.Verbose() {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, header)
		fmt.Fprint(w, strings.Join(table, ""))
		return code, w.Flush()
	}
	return code, nil
}

// folder returns a temporary folder with a short path, which that of a socket must have.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(certificate.folder, fmt.Sprint(folders.Add(1)))
	require.NoError(t, os.Mkdir(dir, 0o700))
	return dir
}

var folders atomic.Int32

const header = "scenario\tcalls\texecuted\tduplicates\texecuted but reported as not\treported but not executed\t" +
	"unknown\tunknown although known\thangs\tleaks\tseconds"

func addLine(name string, r tally, leaks int, begin time.Time) {
	table = append(table, fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\n", name, r.calls, r.executed,
		r.duplicate, r.denied, r.missing, r.unknown, r.knowable, r.hung, leaks, time.Since(begin).Seconds()))
}

func makeCertificate(root string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "gateways"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IPAddresses:           []net.IP{net.ParseIP(gatewayHost), net.ParseIP(backendHost)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	certificate.folder = root
	certificate.cert = filepath.Join(root, "cert.pem")
	certificate.key = filepath.Join(root, "key.pem")
	certificate.bundle = filepath.Join(root, "bundle.pem")
	for name, content := range map[string][]byte{
		certificate.cert: certPEM, certificate.key: keyPEM, certificate.bundle: append(certPEM, keyPEM...),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// way is what is between a client and the backend.
type way struct {
	name          string
	gateway       func(t *testing.T, dir, backend string) *gateway
	middle        bool   // a toxiproxy between the gateway and the backend
	tls           bool   // of the backend
	front, behind string // protocols that requests must arrive by at the gateway, if it says so, and at the backend
}

const (
	http1 = "HTTP/1.1"
	http2 = "HTTP/2.0"
)

// haproxy makes the way through a haproxy that offers HTTP/2 to clients if front says so.
func haproxy(name, front, behind string) way {
	alpn, server := "http/1.1", ""
	if front == http2 {
		alpn = "h2,http/1.1"
	}
	if behind == http2 {
		server = "proto h2"
	}
	return way{name: name, front: front, behind: behind, gateway: func(t *testing.T, dir, backend string) *gateway {
		return newHaproxy(t, dir, backend, alpn, server)
	}}
}

func nginx(name, front, listen string) way {
	return way{name: name, front: front, behind: http1, gateway: func(t *testing.T, dir, backend string) *gateway {
		return newNginx(t, dir, backend, listen)
	}}
}

// direct is the way to a backend with TLS through a toxiproxy, which does not understand what it passes on.
func direct(name, behind string) way {
	return way{name: name, tls: true, behind: behind, gateway: func(t *testing.T, dir, backend string) *gateway {
		return newToxiproxy(t, dir, gatewayHost, "https", backend)
	}}
}

func behindToxiproxy(name string, w way) way {
	w.name, w.middle = name, true
	return w
}

// incident is what goes wrong on the way.
type incident struct {
	name     string
	troubles []share // of the backend
	disrupt  func(*stage)
	times    int
	every    int  // calls
	graceful bool // no request need break
}

var (
	troubles = incident{name: "troubles", troubles: []share{
		{closeBefore, 6}, {unavailable, 6}, {rateLimited, 4}, {cutAfter, 20}, {resetStream, 8},
		{partAfter, 6}, {stallAfter, 2},
	}}
	killed    = incident{name: "backend killed", disrupt: killBackend, times: 8, every: 50}
	replaced  = incident{name: "backend replaced", disrupt: replaceBackend, times: 8, every: 50, graceful: true}
	itself    = incident{name: "itself killed", disrupt: killGateway, times: 8, every: 50}
	itselfFew = incident{name: "itself killed", disrupt: killGateway, times: 2, every: 50} // one that starts slowly
	shutDown  = incident{name: "sessions shut down", disrupt: shutDownSessions, times: 8, every: 50}
	poisoned  = incident{name: "toxics", disrupt: applyToxics, times: 1, every: 20}

	haproxyReloaded = incident{name: "reloaded", disrupt: reloadHaproxy, times: 8, every: 50, graceful: true}
	nginxReloaded   = incident{name: "reloaded", disrupt: reloadNginx, times: 8, every: 50, graceful: true}
)

// TestGateways compares what the client says about each call with what the backend executed.
func TestGateways(t *testing.T) {
	haproxyH2, haproxyH1 := haproxy("haproxy H2", http2, http1), haproxy("haproxy H1", http1, http1)
	for _, s := range []struct {
		way       way
		incidents []incident
	}{
		{haproxyH2, []incident{troubles, killed, shutDown, haproxyReloaded, itself}},
		{haproxyH1, []incident{troubles, killed, shutDown, haproxyReloaded, itself}},
		{haproxy("haproxy H2 to h2c", http2, http2), []incident{troubles, killed, replaced}},
		{haproxy("haproxy H1 to h2c", http1, http2), []incident{troubles}},
		{nginx("nginx H2", http2, "http2"), []incident{troubles, killed, nginxReloaded, itself}},
		{nginx("nginx H1", http1, ""), []incident{troubles, killed, nginxReloaded, itself}},
		{way{name: "Varnish", gateway: newVarnish, front: http1, behind: http1}, []incident{troubles, killed, itselfFew}},
		{direct("toxiproxy to H2", http2), []incident{poisoned, killed, replaced}},
		{direct("toxiproxy to H1", http1), []incident{poisoned, killed}},
		{behindToxiproxy("haproxy H2 to toxiproxy", haproxyH2), []incident{poisoned}},
		{behindToxiproxy("haproxy H1 to toxiproxy", haproxyH1), []incident{poisoned}},
	} {
		for _, incident := range s.incidents {
			t.Run(s.way.name+", "+incident.name, func(t *testing.T) {
				(&stage{t: t, way: s.way, incident: incident, dir: folder(t)}).run()
			})
		}
	}
}

// stage is an incident on a way.
type stage struct {
	way      way
	incident incident

	t       *testing.T
	dir     string
	gateway *gateway
	middle  *gateway
	backend *process
	config  settings
	load    *load
}

func (s *stage) toxiproxy() *toxiproxy {
	if s.middle != nil {
		return s.middle.toxiproxy
	}
	return s.gateway.toxiproxy
}

// startBackend starts the next backend, which knows nothing of the state of the one before.
func (s *stage) startBackend() {
	s.config.Seed++
	config, err := json.Marshal(s.config)
	require.NoError(s.t, err)
	self, err := os.Executable()
	require.NoError(s.t, err)
	s.backend = start(s.t, self, filepath.Join(s.dir, "backend.log"), []string{backendVariable + "=" + string(config)})
	s.backend.awaitListening(s.t, s.config.Addr)
}

func killBackend(s *stage) {
	s.load.hold.Lock()
	defer s.load.hold.Unlock()
	s.backend.kill()
	s.startBackend()
}

// replaceBackend lets the backend end its requests first. Over HTTP/2 it sends GOAWAY.
func replaceBackend(s *stage) {
	s.load.hold.Lock()
	defer s.load.hold.Unlock()
	s.backend.stop(syscall.SIGTERM)
	s.startBackend()
}

func killGateway(s *stage) {
	s.load.hold.Lock()
	defer s.load.hold.Unlock()
	s.gateway.process.kill()
	// A child of varnishd ends only when it notices that its parent has.
	eventually(s.t, func() bool { return !accepts(s.gateway.addr) }, "the gateway has not ended")
	s.gateway.start(s.t)
}

func (s *stage) run() {
	t, begin := s.t, time.Now()
	s.config = settings{
		Addr: freeAddr(t, backendHost), Record: filepath.Join(s.dir, "record"), Troubles: s.incident.troubles,
		TLS: s.way.tls, HTTP2: s.way.behind == http2, CertFile: certificate.cert, KeyFile: certificate.key,
	}
	s.startBackend()
	next := s.config.Addr
	if s.way.middle {
		s.middle = newToxiproxy(t, s.dir, middleHost, "http", next)
		s.middle.start(t)
		next = s.middle.addr
	}
	s.gateway = s.way.gateway(t, s.dir, next)
	s.gateway.start(t)

	before := countUse(t)
	client, err := flowroute.NewClient(flowroutetest.AccessKey, flowroutetest.SecretKey,
		flowroute.WithBaseURL(s.gateway.url), flowroute.WithTimeout(2*time.Second))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.load, err = newLoad(ctx, client, 400, 3000)
	require.NoError(t, err)
	underLoad := 0
	s.load.run(ctx, func() {
		for range s.incident.times {
			s.load.await(s.load.endedCalls() + s.incident.every)
			if s.load.inFlight() > 0 {
				underLoad++
			}
			s.incident.disrupt(s)
		}
	})
	client.CloseIdleConnections()
	leaks := awaitRelease(t, before)

	for _, p := range s.gateway.replaced {
		eventually(t, p.ended, "a process that was replaced has not ended")
	}
	// What is under way at the gateway may still be executed.
	s.gateway.process.stop(s.gateway.quit)
	if s.middle != nil {
		s.middle.process.stop(s.middle.quit)
	}
	s.backend.stop(syscall.SIGTERM)
	entries, err := readRecord(s.config.Record)
	require.NoError(t, err)
	r := compare(s.load.outcomes, entries)
	addLine(s.way.name+", "+s.incident.name, r, leaks, begin)
	logReasons(t, r)
	for _, fault := range r.faults[:min(10, len(r.faults))] {
		t.Log(fault)
	}

	assert.Zero(t, r.duplicate, "calls executed more than once")
	assert.Zero(t, r.denied, "calls executed but reported as not executed")
	assert.Zero(t, r.missing, "calls reported as executed but not executed")
	assert.Zero(t, r.hung, "calls that hung")
	assert.Zero(t, r.odd, "wrong values, or reads of unknown outcome")
	assert.Zero(t, leaks, "goroutines and connections left")
	s.checkSubject(entries, r, underLoad)
}

func logReasons(t *testing.T, r tally) {
	t.Helper()
	t.Logf("%d of %d reads failed; %d calls were sent again by the gateway", r.failed, r.reads, r.resent)
	t.Logf("%d calls reported as not executed: %v", r.refused, r.reasons)
	t.Logf("%d calls of unknown outcome, of which these were not executed: %v", r.unknown, r.unsure)
}

// checkSubject fails if the incident did not happen.
func (s *stage) checkSubject(entries []entry, r tally, underLoad int) {
	met := map[trouble]int{}
	for _, e := range entries {
		met[e.Trouble]++
		if s.way.front != "" {
			require.Equal(s.t, s.way.front, e.Front, "protocol of the client")
		}
		require.Equal(s.t, s.way.behind, e.Protocol, "protocol of the backend")
	}
	for _, want := range s.incident.troubles {
		assert.NotZero(s.t, met[want.Trouble], "requests that met: %s", want.Trouble)
	}
	assert.Greater(s.t, met[""], 50, "requests that met no trouble")
	assert.Equal(s.t, s.incident.times, underLoad, "disruptions under load")
	if !s.incident.graceful {
		assert.NotZero(s.t, r.unknown+r.duplicate+r.denied, "calls that were cut off")
	}
	assert.Greater(s.t, r.executed, 50, "calls that were executed")
	assert.Greater(s.t, r.reads, 5, "reads")
}

// use is what a client holds.
type use struct{ goroutines, sockets int }

func countUse(t *testing.T) use {
	t.Helper()
	u := use{goroutines: runtime.NumGoroutine()}
	files, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, file := range files {
		target, _ := os.Readlink(filepath.Join("/proc/self/fd", file.Name())) // the one of ReadDir is closed
		if strings.HasPrefix(target, "socket:") {
			u.sockets++
		}
	}
	return u
}

// awaitRelease waits until no more is held than before, and returns what is still held.
func awaitRelease(t *testing.T, before use) (leaks int) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		now := countUse(t)
		leaks = max(0, now.goroutines-before.goroutines) + max(0, now.sockets-before.sockets)
		if leaks == 0 {
			return 0
		}
		if time.Now().After(deadline) {
			var stacks strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1) // a Builder takes everything
			t.Log(stacks.String())
			return leaks
		}
	}
}

// TestRefusedCertificate has a gateway that takes only clients with a certificate. Under TLS 1.3 it refuses others after
// net/http has sent the request, which the gateway does not read.
func TestRefusedCertificate(t *testing.T) {
	for _, alpn := range []string{"h2,http/1.1", "http/1.1"} {
		t.Run(alpn, func(t *testing.T) {
			g := newHaproxy(t, folder(t), freeAddr(t, backendHost), alpn+" verify required ca-file "+certificate.cert, "")
			g.start(t)
			before := countUse(t)
			client, err := flowroute.NewClient(flowroutetest.AccessKey, flowroutetest.SecretKey,
				flowroute.WithBaseURL(g.url), flowroute.WithTimeout(2*time.Second))
			require.NoError(t, err)
			begin := time.Now()
			l := &load{client: client, least: 5 * senders, most: 5 * senders, numbers: make([]string, senders)}
			for i := range l.numbers {
				l.numbers[i] = fmt.Sprintf("1206203%04d", i)
			}
			l.run(t.Context(), func() {})
			client.CloseIdleConnections()
			r := compare(l.outcomes, nil)
			leaks := awaitRelease(t, before)
			addLine("haproxy "+alpn+", certificate refused", r, leaks, begin)
			logReasons(t, r)
			assert.Zero(t, r.missing)
			// Over HTTP/2 the alert can be lost to a write that fails before it is read.
			assert.Zero(t, r.knowable, "calls whose certificate was refused, reported as of unknown outcome")
			assert.NotZero(t, r.reasons["tls: certificate required"], "calls whose certificate was refused")
			assert.Zero(t, r.hung)
			assert.Zero(t, leaks, "goroutines and connections left")
		})
	}
}
