package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestServe(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	code := make(chan int)
	go func() {
		args := []string{"-addr", "127.0.0.1:0", "-access-key", "12345678", "-secret-key", "it's"}
		code <- run(ctx, args, stdout, io.Discard)
		stdout.Close()
	}()

	lines := bufio.NewScanner(out)
	baseURL := after(t, lines, "export FR_BASE_URL=")
	assert.Equal(t, `'it'\''s'`, after(t, lines, "export FR_SECRET_KEY="))
	client, err := flowroute.NewClient("12345678", "it's", flowroute.WithBaseURL(baseURL))
	require.NoError(t, err)
	got := make(chan error, 1)
	go func() {
		_, err := client.Numbers.List(ctx, &flowroute.NumberListOptions{StartsWith: "206"})
		got <- err
	}()
	assert.Equal(t, " 200", after(t, lines, "GET    /v2/numbers"), "a line has no query")
	assert.NoError(t, <-got)

	go func() { _, _ = io.Copy(io.Discard, out) }()
	interrupt()
	assert.Zero(t, <-code)
}

// after is what follows a text in the next line that has it.
func after(t *testing.T, lines *bufio.Scanner, text string) string {
	t.Helper()
	for lines.Scan() {
		if _, rest, found := strings.Cut(lines.Text(), text); found {
			return rest
		}
	}
	t.Fatalf("no line with %q", text)
	return ""
}

// TestStalledClients has clients stall in each part of a request. The server gives up on them, and ends without them.
func TestStalledClients(t *testing.T) {
	const keys = "Authorization: Basic MTIzNDU2Nzg6c2VjcmV0\r\n"
	for name, c := range map[string]struct {
		sent  string
		after time.Duration
	}{
		"in the header":                {"GET /v2/numbers HTTP/1.1\r\nHost:", 10 * time.Second},
		"in the body":                  {"POST /v2.1/messages HTTP/1.1\r\nHost: x\r\n" + keys + "Content-Length: 10\r\n\r\n{", flowroutetest.BodyTimeout},
		"between requests":             {"GET /v2/numbers HTTP/1.1\r\nHost: x\r\n" + keys + "\r\n", 2 * time.Minute},
		"in a body that is not wanted": {"POST /v2.1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{", 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newServer(newFake(options{accessKey: "12345678", secretKey: "secret"}), log.New(io.Discard, "", 0))
				defer server.Close()
				client, conn := net.Pipe()
				go server.Serve(&single{conn: conn}) //nolint:errcheck // it ends with the listener
				start := time.Now()
				go func() { _, _ = io.WriteString(client, c.sent) }()
				_, err := io.Copy(io.Discard, client)
				require.NoError(t, err)
				assert.Equal(t, c.after, time.Since(start).Truncate(time.Second))
			})
		})
	}

	ctx, interrupt := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	code := make(chan int)
	go func() {
		code <- run(ctx, []string{"-addr", "127.0.0.1:0"}, stdout, io.Discard)
		stdout.Close()
	}()
	lines := bufio.NewScanner(out)
	address := strings.TrimPrefix(after(t, lines, "export FR_BASE_URL="), "http://")
	go func() { _, _ = io.Copy(io.Discard, out) }()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer conn.Close() //nolint:errcheck // there is nothing to be saved
	_, err = io.WriteString(conn, "POST /v2.1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Basic "+
		base64.StdEncoding.EncodeToString([]byte(flowroutetest.AccessKey+":"+flowroutetest.SecretKey))+
		"\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	status, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 100 Continue\r\n", status)
	interrupt()
	assert.Zero(t, <-code)
}

// single is a listener that accepts one connection.
type single struct {
	conn net.Conn
	done bool
}

func (l *single) Accept() (net.Conn, error) {
	if l.done {
		return nil, net.ErrClosed
	}
	l.done = true
	return l.conn, nil
}

func (l *single) Close() error   { return nil }
func (l *single) Addr() net.Addr { return &net.IPAddr{} }

// TestKeepsNothing has the server not grow with each request.
func TestKeepsNothing(t *testing.T) {
	fake := newFake(options{accessKey: "12345678", secretKey: "secret"})
	srv := httptest.NewServer(fake)
	defer srv.Close()
	client, err := flowroute.NewClient("12345678", "secret", flowroute.WithBaseURL(srv.URL))
	require.NoError(t, err)
	_, err = client.Numbers.List(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, fake.Requests())
}

func TestCanNotServe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, c := range []struct {
		code    int
		message string
		args    []string
	}{
		{1, "fakeserver: listen tcp " + taken.Addr().String() + ": ", []string{"-addr", taken.Addr().String()}},
		{2, "Usage: fakeserver [flags]", []string{"-port", "8080"}},
		{2, "accessKey must not have a colon", []string{"-access-key", "a:b"}},
		{2, "secretKey must not be empty", []string{"-secret-key", ""}},
	} {
		var stdout, stderr strings.Builder
		assert.Equal(t, c.code, run(t.Context(), c.args, &stdout, &stderr), c.args)
		assert.Contains(t, stderr.String(), c.message)
		assert.Empty(t, stdout.String())
	}
}

// TestREADME does what the README says, and compares what comes out. Where it says to sleep, the server's clock is
// moved on, which otherwise stands still so that the times are the same every day.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var told strings.Builder
	welcome(&told, "http://127.0.0.1:8080", options{accessKey: flowroutetest.AccessKey, secretKey: flowroutetest.SecretKey})
	assert.Contains(t, string(readme), told.String())

	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a Unix shell")
	}
	for _, program := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	fake := flowroutetest.NewUnstartedServer()
	srv := httptest.NewServer(logged(fake, log.New(io.Discard, "", 0)))
	defer srv.Close()
	env := append(os.Environ(),
		"FR_BASE_URL="+srv.URL, "FR_ACCESS_KEY="+fake.AccessKey, "FR_SECRET_KEY="+fake.SecretKey,
		"NO_PROXY=*", "no_proxy=*", "CURL_HOME="+t.TempDir(), // settings of whoever runs the tests
	)
	steps := consoleSteps(string(readme))
	require.NotEmpty(t, steps)
	for _, s := range steps {
		if seconds, sleeps := strings.CutPrefix(s.command, "sleep "); sleeps {
			d, err := time.ParseDuration(seconds + "s")
			require.NoError(t, err)
			fake.Advance(d)
			continue
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", s.command)
		cmd.Env = env
		got, err := cmd.Output()
		require.NoError(t, err, s.command)
		assert.Equal(t, s.output, string(got), s.command)
	}
}

// step is a command in a console, and what it puts out.
type step struct{ command, output string }

// consoleSteps are the commands of the console blocks of a Markdown text.
func consoleSteps(markdown string) []step {
	var steps []step
	inBlock, inCommand := false, false
	for line := range strings.Lines(strings.ReplaceAll(markdown, "\r\n", "\n")) {
		command, begins := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock = line == "```console\n"
			continue
		case !inBlock:
			continue
		case begins:
			steps = append(steps, step{})
		case inCommand:
			command = line
		}
		last := &steps[len(steps)-1]
		if begins || inCommand {
			last.command += strings.TrimSuffix(command, "\n")
			last.command, inCommand = strings.CutSuffix(last.command, "\\")
		} else {
			last.output += line
		}
	}
	return steps
}

// TestHostile has a path be logged with what is not ASCII escaped.
func TestHostile(t *testing.T) {
	var out strings.Builder
	handler := logged(http.NotFoundHandler(), log.New(&out, "", 0))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, path := range []string{"/v2/\x1b[2J\u202e\nforged\u009b", "/v2/%1B%5B2J", "\xff"} {
		r.URL = &url.URL{Path: path, RawPath: path}
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	assert.Equal(t, "GET    /v2/%1B%5B2J%E2%80%AE%0Aforged%C2%9B 404\nGET    /v2/%251B%255B2J 404\nGET    %FF 404\n", out.String())
}
