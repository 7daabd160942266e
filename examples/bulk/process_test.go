package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestProcess has the program run by itself, and stopped in several ways.
func TestProcess(t *testing.T) {
	program := build(t)
	t.Run("killed", func(t *testing.T) { testKilled(t, program) })
	t.Run("killed while it waits", func(t *testing.T) { testKilledWhileItWaits(t, program) })
	t.Run("interrupted", func(t *testing.T) { testInterrupted(t, program) })
}

// build makes a program of this package.
func build(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "bulk")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return name
}

// process is a run of the program.
type process struct {
	*exec.Cmd
	out  bytes.Buffer
	done chan struct{}
}

func start(t *testing.T, srv *flowroutetest.Server, program string, args ...string) *process {
	p := &process{Cmd: exec.Command(program, args...), done: make(chan struct{})}
	p.Env = append(os.Environ(), "FR_BASE_URL="+srv.URL, "FR_ACCESS_KEY="+srv.AccessKey, "FR_SECRET_KEY="+srv.SecretKey)
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

// testKilled has the process killed again and again, at different points, and started again. No number gets two texts,
// and none is left out without being told.
func testKilled(t *testing.T, program string) {
	const people, workers = 150, 4
	srv := flowroutetest.NewServer(flowroutetest.WithClock(time.Now))
	t.Cleanup(srv.Close)
	args := append(campaignFor(t, people), "-workers", fmt.Sprint(workers))
	journal := args[1] + ".journal"
	lines := func() int {
		content, _ := os.ReadFile(journal)
		return bytes.Count(content, []byte("\n"))
	}

	// Of each round: some texts are answered at once, then all workers are without an answer. With Cut their texts are
	// not sent, and otherwise they are.
	pass := flowroutetest.Fault{Operation: "messages.send", Times: 10}
	taken := flowroutetest.Fault{Operation: "messages.send", Times: workers, Delay: time.Minute}
	lost := flowroutetest.Fault{Operation: "messages.send", Times: workers, Delay: time.Minute, Cut: true}
	slow := flowroutetest.Fault{Operation: "messages.send", Times: flowroutetest.Always, Delay: 50 * time.Millisecond}
	for round, r := range []struct {
		faults []flowroutetest.Fault
		when   func(lines, requests int) bool // since the round began
	}{
		{[]flowroutetest.Fault{taken}, func(_, requests int) bool { return requests == workers }},
		{[]flowroutetest.Fault{pass, taken}, func(_, requests int) bool { return requests == 10+workers }},
		{[]flowroutetest.Fault{pass, lost}, func(_, requests int) bool { return requests == 10+workers }},
		{[]flowroutetest.Fault{slow}, func(lines, _ int) bool { return lines > 0 }},
		{[]flowroutetest.Fault{slow}, func(lines, _ int) bool { return lines > 15 }},
		{[]flowroutetest.Fault{slow}, func(_, requests int) bool { return requests > 8 }},
		{[]flowroutetest.Fault{pass, lost}, func(_, requests int) bool { return requests == 10+workers }},
	} {
		srv.Inject(r.faults...)
		linesBefore, requestsBefore := lines(), sends(srv)
		p := start(t, srv, program, args...)
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

	out, code := start(t, srv, program, args...).end(t)
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
	out, code = start(t, srv, program, append(args, "-resend-unknown")...).end(t)
	assert.Zero(t, code, out)
	assert.Equal(t, once(numbers(people)), received(srv))
	assert.Contains(t, out, fmt.Sprintf("\nSent %[1]d of %[1]d.\n", people))
}

// testKilledWhileItWaits has the process killed while it waits for a turn, as it does most of the time: nothing is in
// doubt.
func testKilledWhileItWaits(t *testing.T, program string) {
	const people = 10
	srv := flowroutetest.NewServer(flowroutetest.WithClock(time.Now))
	t.Cleanup(srv.Close)
	args := campaignFor(t, people)
	p := start(t, srv, program, append(args, "-rate", "0.01")...)
	p.kill(t, func() bool {
		content, _ := os.ReadFile(args[1] + ".journal")
		return bytes.Contains(content, []byte(`"event":"sent"`))
	})
	require.Len(t, srv.Messages(), 1)

	out, code := start(t, srv, program, args...).end(t)
	assert.Zero(t, code, out)
	assert.Contains(t, out, "\nBy the journal 1 were sent before, and 0 may have been.\nTo be sent: 9 texts ")
	assert.Equal(t, once(numbers(people)), received(srv))
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

// testInterrupted has the program end what it has begun before it obeys Ctrl-C.
func testInterrupted(t *testing.T, program string) {
	if runtime.GOOS == "windows" {
		t.Skip("a process can't be interrupted there")
	}
	const people, workers = 30, 3
	srv := flowroutetest.NewServer(flowroutetest.WithClock(time.Now))
	t.Cleanup(srv.Close)
	args := append(campaignFor(t, people), "-workers", fmt.Sprint(workers))
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Times: flowroutetest.Always, Delay: 500 * time.Millisecond})
	p := start(t, srv, program, args...)
	until(t, p, func() bool { return sends(srv) >= workers })

	out, code := start(t, srv, program, args...).end(t)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "another bulk is at work with this journal: wait until it is done\n")

	require.NoError(t, p.Process.Signal(os.Interrupt))
	out, code = p.end(t)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "bulk: stopped: ")
	assert.Contains(t, out, " (run the same command again to go on)\n")
	assert.Contains(t, out, fmt.Sprintf("\nSent %d of %d.\n", len(srv.Messages()), people))
	assert.NotContains(t, out, "Not known to be sent")

	srv.ClearFaults()
	out, code = start(t, srv, program, args...).end(t)
	assert.Zero(t, code, out)
	assert.Equal(t, once(numbers(people)), received(srv))
}
