//go:build gateways

package gateways_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The suite's programs listen on addresses of their own, so that no outgoing connection takes the port of one that is
// being restarted.
const (
	gatewayHost = "127.0.0.2"
	backendHost = "127.0.0.3"
	middleHost  = "127.0.0.4" // toxiproxy between a gateway and the backend
)

// patience is how long the suite waits for something that takes milliseconds on an idle machine.
const patience = 20 * time.Second

// packages has what to install for each program.
var packages = map[string]string{
	"haproxy":          "install the Debian package haproxy",
	"nginx":            "install the Debian package nginx-light",
	"varnishd":         "install the Debian package varnish",
	"toxiproxy-server": "build github.com/Shopify/toxiproxy/v2/cmd/server under this name, as the package comment shows",
}

// program returns the path of a program. Debian has some where only root's PATH leads.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, candidate := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	require.FailNow(t, fmt.Sprintf("%s is missing: %s.", name, packages[name]))
	return ""
}

// process is a program that runs in the foreground, with its children in a process group of their own.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	log  string
}

// start runs a program. It ends with the test at the latest, and with the test binary however that ends.
func start(t *testing.T, name, log string, env []string, args ...string) *process {
	t.Helper()
	file, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	require.NoError(t, err)
	defer file.Close()
	p := &process{cmd: exec.Command(name, args...), done: make(chan struct{}), log: log}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = file, file
	// SIGTERM, since nginx and varnishd pass it on to their children.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // most are killed
		p.killGroup()    // nginx and varnishd have children
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if text := tail(log); t.Failed() && text != "" {
			t.Logf("%s:\n%s", filepath.Base(log), text)
			os.Remove(log) // the processes of a scenario share it
		}
	})
	return p
}

// kill ends the process and its children at once.
func (p *process) kill() {
	if !p.ended() {
		p.killGroup()
	}
	<-p.done
}

func (p *process) killGroup() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// stop asks the process to end once its requests have, and kills what is left.
func (p *process) stop(signal syscall.Signal) {
	_ = p.cmd.Process.Signal(signal) // it may have ended
	select {
	case <-p.done:
	case <-time.After(patience):
	}
	p.kill()
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// awaitListening waits until a process accepts connections.
func (p *process) awaitListening(t *testing.T, addr string) {
	t.Helper()
	eventually(t, func() bool {
		if p.ended() {
			require.FailNow(t, "the program ended", "%v\n%s", p.cmd.Args, tail(p.log))
		}
		return accepts(addr)
	}, "no connection to %s", addr)
}

func accepts(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	_ = conn.Close() // nothing was sent
	return true
}

// eventually waits for a condition of another process.
func eventually(t *testing.T, condition func() bool, message string, args ...any) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); {
		if time.Now().After(deadline) {
			require.FailNow(t, fmt.Sprintf(message, args...))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func tail(name string) string {
	const most = 4 << 10
	log, _ := os.ReadFile(name) // it may not exist
	return string(log[max(0, len(log)-most):])
}

func freeAddr(t *testing.T, host string) string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// gateway is a program between the client and the backend.
type gateway struct {
	url     string
	addr    string
	process *process
	run     func() *process // starts it, also once more on the same address
	quit    syscall.Signal  // ends it once its requests have ended

	dir       string
	replaced  []*process // by reloads
	toxiproxy *toxiproxy
}

func (g *gateway) start(t *testing.T) {
	t.Helper()
	g.process = g.run()
	g.process.awaitListening(t, g.addr)
}

// newHaproxy makes a haproxy with TLS. alpn and server are what follows these words in its configuration.
func newHaproxy(t *testing.T, dir, backend, alpn, server string) *gateway {
	t.Helper()
	name := program(t, "haproxy")
	g := &gateway{addr: freeAddr(t, gatewayHost), dir: dir, quit: syscall.SIGUSR1}
	g.url = "https://" + g.addr
	config := write(t, filepath.Join(dir, "haproxy.cfg"), fmt.Sprintf(`
global
	maxconn 500
	nbthread 2
	stats socket %[1]s/stats mode 600 level admin
	hard-stop-after 3s
defaults
	mode http
	timeout connect 1s
	timeout client 10s
	timeout server 1s
	unique-id-format %%[uuid()]
	unique-id-header X-Request-Id
frontend front
	bind %[2]s ssl crt %[3]s alpn %[4]s
	http-request set-header X-Front HTTP/%%[req.ver]
	default_backend back
backend back
	server one %[5]s %[6]s
`, dir, g.addr, certificate.bundle, alpn, backend, server))
	g.run = func() *process {
		args := []string{"-db", "-f", config}
		if g.process != nil && !g.process.ended() { // a reload
			args = append(args, "-sf", fmt.Sprint(g.process.cmd.Process.Pid))
		}
		return start(t, name, filepath.Join(dir, "haproxy.log"), nil, args...)
	}
	return g
}

// reloadHaproxy starts a process that takes the place of the one before, which is to end after its last request.
func reloadHaproxy(s *stage) {
	before := s.gateway.process
	s.gateway.replaced = append(s.gateway.replaced, before)
	s.load.limit(func() {
		s.gateway.start(s.t)
		pid := fmt.Sprintf("\nPid: %d\n", s.gateway.process.cmd.Process.Pid)
		eventually(s.t, func() bool {
			info, err := commandHaproxy(s.gateway, "show info")
			return err == nil && strings.Contains(info, pid)
		}, "haproxy was not replaced")
	})
}

// shutDownSessions closes the connections between haproxy and the backend.
func shutDownSessions(s *stage) {
	response, err := commandHaproxy(s.gateway, "shutdown sessions server back/one")
	require.NoError(s.t, err)
	require.Empty(s.t, strings.TrimSpace(response), "response of haproxy")
}

func commandHaproxy(g *gateway, command string) (response string, err error) {
	conn, err := net.Dial("unix", filepath.Join(g.dir, "stats"))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }() // haproxy closes it first
	if _, err := io.WriteString(conn, command+"\n"); err != nil {
		return "", err
	}
	text, err := io.ReadAll(conn)
	return string(text), err
}

// newNginx makes an nginx with TLS that closes each connection of a client after a few requests. listen is empty, or
// http2.
func newNginx(t *testing.T, dir, backend, listen string) *gateway {
	t.Helper()
	name := program(t, "nginx")
	g := &gateway{addr: freeAddr(t, gatewayHost), dir: dir, quit: syscall.SIGQUIT}
	g.url = "https://" + g.addr
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // another could not read the temporary folder
	}
	config := write(t, filepath.Join(dir, "nginx.conf"), fmt.Sprintf(`
%[1]s
daemon off;
worker_processes 2;
worker_shutdown_timeout 10s;
pid %[2]s/pid;
error_log %[2]s/nginx.log notice;
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path %[2]s/client;
	proxy_temp_path %[2]s/proxy;
	fastcgi_temp_path %[2]s/fastcgi;
	uwsgi_temp_path %[2]s/uwsgi;
	scgi_temp_path %[2]s/scgi;
	upstream back {
		server %[3]s;
		keepalive 16;
	}
	server {
		listen %[4]s ssl %[5]s;
		ssl_certificate %[6]s;
		ssl_certificate_key %[7]s;
		keepalive_requests 7;
		location / {
			proxy_pass http://back;
			proxy_http_version 1.1;
			proxy_connect_timeout 1s;
			proxy_read_timeout 1s;
			proxy_set_header Connection "";
			proxy_set_header X-Front $server_protocol;
			proxy_set_header X-Request-Id $request_id;
		}
	}
}
`, user, dir, backend, g.addr, listen, certificate.cert, certificate.key))
	g.run = func() *process {
		log := filepath.Join(dir, "nginx.log")
		return start(t, name, log, nil, "-p", dir, "-e", log, "-c", config)
	}
	return g
}

// reloadNginx has nginx replace its workers.
func reloadNginx(s *stage) {
	log := filepath.Join(s.gateway.dir, "nginx.log")
	replaced := func() int { return strings.Count(read(s.t, log), "gracefully shutting down") }
	before := replaced()
	s.load.limit(func() {
		out, err := exec.Command(program(s.t, "nginx"), "-p", s.gateway.dir, "-e", log,
			"-c", filepath.Join(s.gateway.dir, "nginx.conf"), "-s", "reload").CombinedOutput()
		require.NoError(s.t, err, string(out))
		eventually(s.t, func() bool { return replaced() > before }, "nginx did not reload")
	})
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// newVarnish makes a Varnish, which has no TLS.
func newVarnish(t *testing.T, dir, backend string) *gateway {
	t.Helper()
	name := program(t, "varnishd")
	g := &gateway{addr: freeAddr(t, gatewayHost), dir: dir, quit: syscall.SIGTERM}
	g.url = "http://" + g.addr
	host, port, err := net.SplitHostPort(backend)
	require.NoError(t, err)
	config := write(t, filepath.Join(dir, "default.vcl"), fmt.Sprintf(`
vcl 4.1;
backend one {
	.host = %q;
	.port = %q;
	.connect_timeout = 1s;
	.first_byte_timeout = 1s;
	.between_bytes_timeout = 1s;
}
sub vcl_recv {
	set req.http.X-Front = req.proto;
}
`, host, port))
	g.run = func() *process {
		p := start(t, name, filepath.Join(dir, "varnish.log"), nil,
			"-F", "-j", "none", "-n", filepath.Join(dir, "varnish"), "-a", g.addr, "-f", config, "-s", "malloc,16m",
			// Varnish is to try again at once after a refused connection, and not to refuse every request for a while.
			"-p", "backend_remote_error_holddown=0.001")
		// For a while its manager accepts connections, and then nothing does until the cache has started.
		eventually(t, func() bool { return p.ended() || responds(g.url) }, "Varnish does not respond")
		return p
	}
	return g
}

func responds(url string) bool {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	req.Close = true // so that the count of connections is the client's own
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	return err == nil
}

// toxiproxy is a proxy of TCP, which is told over HTTP what to do to connections.
type toxiproxy struct {
	t   *testing.T
	api string
}

// newToxiproxy makes a toxiproxy that listens on a host. For a client it is the backend: the scheme is the backend's.
func newToxiproxy(t *testing.T, dir, host, scheme, backend string) *gateway {
	t.Helper()
	name := program(t, "toxiproxy-server")
	control, addr := freeAddr(t, host), freeAddr(t, host)
	_, port, err := net.SplitHostPort(control)
	require.NoError(t, err)
	proxy := &toxiproxy{t, "http://" + control}
	g := &gateway{addr: addr, url: scheme + "://" + addr, dir: dir, quit: syscall.SIGTERM, toxiproxy: proxy}
	g.run = func() *process {
		p := start(t, name, filepath.Join(dir, "toxiproxy.log"), []string{"LOG_LEVEL=error"}, "-host", host, "-port", port)
		p.awaitListening(t, control)
		proxy.do(http.MethodPost, "/proxies", map[string]any{
			"name": "one", "listen": addr, "upstream": backend, "enabled": true,
		})
		return p
	}
	return g
}

// toxic is what toxiproxy does to connections.
type toxic struct {
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Toxicity   float64        `json:"toxicity"` // the share of the connections
	Attributes map[string]int `json:"attributes"`
}

// toxics are applied one after the other.
var toxics = []toxic{
	{"latency", "downstream", 1, map[string]int{"latency": 30, "jitter": 20}},
	{"slicer", "downstream", 1, map[string]int{"average_size": 40, "size_variation": 20, "delay": 100}}, // µs
	{"slicer", "upstream", 1, map[string]int{"average_size": 100, "size_variation": 20, "delay": 100}},
	{"reset_peer", "downstream", 0.7, map[string]int{"timeout": 25}},
	{"reset_peer", "upstream", 0.7, map[string]int{"timeout": 25}},
	{"limit_data", "downstream", 0.7, map[string]int{"bytes": 6000}},
	{"limit_data", "upstream", 0.7, map[string]int{"bytes": 4000}},
	{"timeout", "downstream", 0.7, map[string]int{"timeout": 300}},
	{"timeout", "upstream", 0.7, map[string]int{"timeout": 300}},
	{"timeout", "downstream", 0.7, map[string]int{"timeout": 0}}, // silence until it is removed
}

// applyToxics is a disruption that lasts for some calls.
func applyToxics(s *stage) {
	proxy := s.toxiproxy()
	for _, toxic := range toxics {
		proxy.do(http.MethodPost, "/proxies/one/toxics", toxic)
		s.load.await(s.load.endedCalls() + 30)
		proxy.do(http.MethodDelete, "/proxies/one/toxics/"+toxic.Type+"_"+toxic.Stream, nil)
	}
}

func (x *toxiproxy) do(method, path string, document any) {
	x.t.Helper()
	body, err := json.Marshal(document)
	require.NoError(x.t, err)
	req, err := http.NewRequest(method, x.api+path, bytes.NewReader(body))
	require.NoError(x.t, err)
	req.Close = true // so that the count of connections is the client's own
	resp, err := http.DefaultClient.Do(req)
	require.NoError(x.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(x.t, err)
	require.Less(x.t, resp.StatusCode, 300, "%s %s: %s", method, path, text)
}
