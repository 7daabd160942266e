package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// beginning is the variable of the environment that makes the test binary the program itself, whose clock begins at the
// time that it holds.
const beginning = "BULK_TEST_BEGINNING"

func TestMain(m *testing.M) {
	begin, ok := os.LookupEnv(beginning)
	if !ok {
		os.Exit(m.Run())
	}
	clock := running{since: time.Now()}
	if err := clock.begin.UnmarshalText([]byte(begin)); err != nil {
		panic(err)
	}
	example.Main(func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		return run(example.WithClock(ctx, &clock), args, stdout, stderr)
	})
}

// running is a clock that begins at some time, and then runs like any other.
type running struct {
	example.Session // for its Wait, in real time
	begin, since    time.Time
}

func (r *running) Now() time.Time { return r.begin.Add(time.Since(r.since)) }

// newRunningServer returns a server to take for the real API, for a program that runs by itself.
func newRunningServer(t *testing.T) *flowroutetest.Server {
	clock := &running{begin: flowroutetest.Epoch(), since: time.Now()}
	return newServer(t, flowroutetest.WithClock(clock.Now))
}

// process is a run of the program.
type process struct {
	*exec.Cmd
	out  bytes.Buffer
	done chan struct{}
}

// start runs the program at a server. It looks for a text once, and not until real time has passed.
func start(t *testing.T, srv *flowroutetest.Server, args ...string) *process {
	program, err := os.Executable()
	require.NoError(t, err)
	begin, err := srv.Now().MarshalText()
	require.NoError(t, err)
	p := &process{Cmd: exec.Command(program, append(args, "-look", "0")...), done: make(chan struct{})}
	p.Env = append(os.Environ(), beginning+"="+string(begin),
		"FR_BASE_URL="+srv.URL, "FR_ACCESS_KEY="+srv.AccessKey, "FR_SECRET_KEY="+srv.SecretKey)
	p.Stdout, p.Stderr = &p.out, &p.out
	require.NoError(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })
	go func() {
		_ = p.Wait()
		close(p.done)
	}()
	return p
}

// end is what a process has said when it ended by itself, and its exit code.
func (p *process) end(t *testing.T) (string, int) {
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		require.NoError(t, p.Process.Kill())
		<-p.done
		t.Errorf("it did not end: %s", p.out.String())
	}
	return p.out.String(), p.ProcessState.ExitCode()
}

// kill kills a process as soon as something is the case.
func (p *process) kill(t *testing.T, when func() bool) {
	until(t, p, when)
	require.NoError(t, p.Process.Kill())
	<-p.done
	if runtime.GOOS != "windows" { // where a process that is killed counts as one that exited
		assert.False(t, p.ProcessState.Exited(), "it ended before it was killed: %s", p.out.String())
	}
}

func until(t *testing.T, p *process, when func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !when(); time.Sleep(time.Millisecond) {
		select {
		case <-p.done:
			t.Fatalf("it ended too early: %s", p.out.String())
		default:
			require.True(t, time.Now().Before(deadline), "it took too long")
		}
	}
}

// TestKilled has the process killed again and again, at different points, and started again. No number gets two texts,
// and none is left out without being told.
func TestKilled(t *testing.T) {
	const people, workers = 150, 4
	srv := newRunningServer(t)
	args := append(campaignFor(t, people), "-workers", fmt.Sprint(workers))
	journal := args[1] + ".journal"
	lines := func() int {
		content, _ := os.ReadFile(journal)
		return bytes.Count(content, []byte("\n"))
	}

	// Of each round: some texts are answered at once or soon, then all workers are without an answer. With Cut their
	// texts are not sent, and otherwise they are.
	pass := flowroutetest.Fault{Operation: "messages.send", Times: 10}
	taken := flowroutetest.Fault{Operation: "messages.send", Times: workers, Delay: time.Minute}
	lost := flowroutetest.Fault{Operation: "messages.send", Times: workers, Delay: time.Minute, Cut: true}
	slow := flowroutetest.Fault{Operation: "messages.send", Times: 20, Delay: 10 * time.Millisecond}
	for round, r := range []struct {
		faults []flowroutetest.Fault
		when   func(lines, requests int) bool // since the round began
	}{
		{[]flowroutetest.Fault{taken}, func(_, requests int) bool { return requests == workers }},
		{[]flowroutetest.Fault{pass, taken}, func(_, requests int) bool { return requests == 10+workers }},
		{[]flowroutetest.Fault{pass, lost}, func(_, requests int) bool { return requests == 10+workers }},
		{[]flowroutetest.Fault{slow, taken}, func(lines, _ int) bool { return lines > 0 }},
		{[]flowroutetest.Fault{slow, taken}, func(lines, _ int) bool { return lines > 15 }},
		{[]flowroutetest.Fault{slow, taken}, func(_, requests int) bool { return requests > 8 }},
		{[]flowroutetest.Fault{pass, lost}, func(_, requests int) bool { return requests == 10+workers }},
	} {
		srv.Inject(r.faults...)
		linesBefore, requestsBefore := lines(), sends(srv)
		p := start(t, srv, args...)
		p.kill(t, func() bool { return r.when(lines()-linesBefore, sends(srv)-requestsBefore) })
		srv.ClearFaults()
		srv.Advance(flowroutetest.MessageRecordAfter)
		for number, texts := range received(srv) {
			assert.Equal(t, 1, texts, "round %d: %s", round, number)
		}
	}
	torn, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = torn.WriteString(`{"event":"attempt","time":"2026`)
	require.NoError(t, err)
	require.NoError(t, torn.Close())

	out, code := start(t, srv, args...).end(t)
	assert.Equal(t, 1, code, out)
	_, notKnown, _ := strings.Cut(out, "\nNot known to be sent, ")
	missing := 0
	texts := received(srv)
	for _, number := range numbers(people) {
		if texts[number] == 1 {
			continue
		}
		missing++
		assert.Zero(t, texts[number], number)
		assert.Contains(t, notKnown, "555-"+number[7:]+"  ")
	}
	assert.GreaterOrEqual(t, missing, 2*workers, "the lost ones are not sent again")

	srv.Advance(flowroutetest.MessageRecordAfter)
	out, code = start(t, srv, append(args, "-resend-unknown")...).end(t)
	assert.Zero(t, code, out)
	assert.Equal(t, once(numbers(people)), received(srv))
	assert.Contains(t, out, fmt.Sprintf("\nSent %[1]d of %[1]d.\n", people))
}

// TestKilledWhileItWaits has the process killed while it waits for a turn, as it does most of the time: nothing is in
// doubt.
func TestKilledWhileItWaits(t *testing.T) {
	const people = 10
	srv := newRunningServer(t)
	args := campaignFor(t, people)
	p := start(t, srv, append(args, "-rate", "0.01")...)
	p.kill(t, func() bool {
		content, _ := os.ReadFile(args[1] + ".journal")
		return bytes.Contains(content, []byte(`"event":"sent"`))
	})
	require.Len(t, srv.Messages(), 1)

	out, code := start(t, srv, args...).end(t)
	assert.Zero(t, code, out)
	assert.Contains(t, out, "\nBy the journal 1 were sent before, and 0 may have been.\nTo be sent: 9 texts ")
	assert.Equal(t, once(numbers(people)), received(srv))
}

// holdSends puts in front of a server one that holds texts back until they are released, and counts them.
func holdSends(t *testing.T, srv *flowroutetest.Server) (under *atomic.Int32, release func()) {
	under = new(atomic.Int32)
	released := make(chan struct{})
	release = sync.OnceFunc(func() { close(released) })
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			under.Add(1)
			<-released
		}
		srv.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	t.Cleanup(release) // first
	srv.URL = front.URL
	return under, release
}

// sends is how often a server was asked to send.
func sends(srv *flowroutetest.Server) int {
	n := 0
	for _, r := range srv.Requests() {
		if r.Operation == "messages.send" {
			n++
		}
	}
	return n
}

// TestInterrupted has the program end what it has begun before it obeys Ctrl-C.
func TestInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process can't be interrupted there")
	}
	const people, workers = 30, 3
	srv := newRunningServer(t)
	under, release := holdSends(t, srv)
	args := append(campaignFor(t, people), "-workers", fmt.Sprint(workers))
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Times: flowroutetest.Always, Delay: 500 * time.Millisecond})
	p := start(t, srv, args...)
	until(t, p, func() bool { return under.Load() == workers })

	out, code := start(t, srv, args...).end(t)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "another bulk is at work with this journal: wait until it is done\n")

	require.NoError(t, p.Process.Signal(os.Interrupt))
	release()
	out, code = p.end(t)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "bulk: stopped: ")
	assert.Contains(t, out, " (run the same command again to go on)\n")
	assert.Contains(t, out, fmt.Sprintf("\nSent %d of %d.\n", len(srv.Messages()), people))
	assert.NotContains(t, out, "Not known to be sent")

	srv.ClearFaults()
	out, code = start(t, srv, args...).end(t)
	assert.Zero(t, code, out)
	assert.Equal(t, once(numbers(people)), received(srv))
}
