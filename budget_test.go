package flowroute_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// The budgets are what the library may cost beyond a program written by hand, where that is a count and not a time.

func TestAllocationBudget(t *testing.T) {
	const budget = 8
	client, hand := offline(t, []byte(`{"data":`+messageJSON(1)+`}`))
	get := func() {
		_, err := client.Messages.Get(t.Context(), messageID)
		require.NoError(t, err)
	}
	getByHand := func() {
		var out one[flowroute.Message]
		require.NoError(t, hand.do(t.Context(), "GET", "/v2.1/messages/"+messageID, nil, &out))
	}
	sender, senderHand := offline(t, []byte(sentJSON))
	send := func() {
		_, err := sender.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: "12065550100", To: "12065550199", Body: "Hello"})
		require.NoError(t, err)
	}
	type attributes struct {
		From string `json:"from"`
		To   string `json:"to"`
		Body string `json:"body"`
	}
	type data struct {
		Type       string     `json:"type"`
		Attributes attributes `json:"attributes"`
	}
	sendByHand := func() {
		var out one[flowroute.Message]
		body := struct {
			Data data `json:"data"`
		}{data{"message", attributes{"12065550100", "12065550199", "Hello"}}}
		require.NoError(t, senderHand.do(t.Context(), "POST", "/v2.1/messages", body, &out))
	}
	for name, run := range map[string]struct{ library, byHand func() }{"get": {get, getByHand}, "send": {send, sendByHand}} {
		library, byHand := testing.AllocsPerRun(200, run.library), testing.AllocsPerRun(200, run.byHand)
		t.Logf("%s: %.0f allocations, %.0f by hand", name, library, byHand)
		assert.LessOrEqual(t, library-byHand, float64(budget), "%s: allocations beyond those of a program written by hand", name)
	}
}

// dials counts the connections that a client opens, with the transport that it makes itself, for some senders of some
// texts each.
func dials(t *testing.T, cert *tls.Certificate, senders, each int) (opened int32) {
	t.Helper()
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		_, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Millisecond) // so that calls overlap
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, sentJSON)
		}), cert)
		defer stop()
		base := "http://localhost"
		if cert != nil {
			base = "https://localhost"
		}
		http.DefaultTransport = &http.Transport{DialContext: network.dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // a network in memory
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(base))
		require.NoError(t, err)
		defer client.CloseIdleConnections()
		burst(t, client, senders, each)
		opened = network.dials.Load()
	})
	return opened
}

func TestConnectionBudget(t *testing.T) {
	tlsServer := httptest.NewTLSServer(nil)
	cert := tlsServer.TLS.Certificates[0]
	tlsServer.Close()
	for _, cert := range []*tls.Certificate{nil, &cert} {
		assert.EqualValues(t, 1, dials(t, cert, 1, 50), "connections of calls one after the other")
		assert.EqualValues(t, 64, dials(t, cert, 64, 5), "connections of 64 goroutines")
		assert.EqualValues(t, 64, dials(t, cert, 100, 2), "connections of more")
	}
}

// burst has some senders send some texts each.
func burst(t *testing.T, client *flowroute.Client, senders, each int) {
	t.Helper()
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for range each {
				_, err := client.Messages.Send(t.Context(), sms())
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
}

// TestHeapBudget walks 100,000 records, with no more memory at the end than after the third page.
func TestHeapBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("200,000 records")
	}
	const pages, size = 500, 200
	for _, prefetch := range []int{0, 4} {
		p := &pager{records: pages * size}
		client := serveFunc(t, p.ServeHTTP, flowroute.WithPrefetch(prefetch))
		n, early, late := 0, uint64(0), uint64(0)
		for _, err := range client.Routes.ListAll(t.Context(), nil) {
			require.NoError(t, err)
			switch n++; n {
			case 3 * size:
				early = liveHeap()
			case pages * size:
				late = liveHeap()
			}
		}
		t.Logf("prefetch %d: live heap after 3 pages: %d kB, after %d: %d kB", prefetch, early>>10, pages, late>>10)
		assert.Less(t, late, early+256<<10)
	}
}

// TestBinaryBudget builds a program that makes one call with the library, and one that makes it with net/http alone.
func TestBinaryBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	const budget = 256 << 10
	library := build(t, `package main

import (
	"context"
	"fmt"

	"github.com/flowroute/flowroute-go"
)

func main() {
	client, err := flowroute.NewClientFromEnv()
	if err != nil {
		panic(err)
	}
	fmt.Println(client.Messages.Get(context.Background(), "mdr2-1"))
}
`)
	byHand := build(t, `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	req, err := http.NewRequest("GET", "https://api.flowroute.com/v2.1/messages/mdr2-1", nil)
	if err != nil {
		panic(err)
	}
	req.SetBasicAuth(os.Getenv("FR_ACCESS_KEY"), os.Getenv("FR_SECRET_KEY"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	var out struct{ Data struct{ ID string } }
	fmt.Println(json.NewDecoder(resp.Body).Decode(&out), out)
}
`)
	t.Logf("%d kB, %d kB by hand", library>>10, byHand>>10)
	assert.LessOrEqual(t, library-byHand, int64(budget))
}

func build(t *testing.T, program string) (size int64) {
	t.Helper()
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "main")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	require.NoError(t, os.WriteFile(source, []byte(program), 0o600))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", binary, source)
	cmd.Env = append(os.Environ(), "GOFLAGS="+strings.ReplaceAll(os.Getenv("GOFLAGS"), "-race", ""))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	info, err := os.Stat(binary)
	require.NoError(t, err)
	return info.Size()
}
