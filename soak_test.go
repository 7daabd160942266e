package flowroute_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestSoak sends 2,000 texts from 64 goroutines through a network and a server of which every third attempt fails in
// some way. Whatever happens, no text goes out twice, and each call tells the truth about its own. The bubble that it
// runs in does not end before every goroutine has, those of the connections among them.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 texts")
	}
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { soak(t, seed) })
		})
	}
}

func soak(t *testing.T, seed uint64) {
	const senders, texts = 64, 2000
	faults := []flowroutetest.Fault{
		{Status: 429},
		{Status: 429, RetryAfter: "1"},
		{Status: 429, RetryAfter: "3600"},
		{Status: 500},
		{Status: 500, CarryOut: true},
		{Status: 502, CarryOut: true},
		{Status: 503, Body: "<html>", ContentType: "text/html"},
		{Status: 504},
		{Cut: true},
		{Cut: true, CarryOut: true},
		{Truncate: true},
		{Body: "not JSON"},
	}
	srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, seed)) // it has to be repeatable
	draw := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
	network := newNetwork()
	network.refuse = func(int32) error {
		if draw(10) == 0 {
			return errNoRoute
		}
		return nil
	}
	client, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if draw(3) == 0 {
			srv.Inject(faults[draw(len(faults))])
		}
		srv.ServeHTTP(w, r)
	}), nil)

	ids := make([]string, texts)
	errs := make([]error, texts)
	var wg sync.WaitGroup
	for sender := range senders {
		wg.Go(func() {
			for i := sender; i < texts; i += senders {
				message, err := client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{
					From: flowroutetest.LongCode, To: "2065550199", Body: fmt.Sprint("text ", i),
				})
				if errs[i] = err; err == nil {
					ids[i] = message.ID
				}
			}
		})
	}
	wg.Wait()
	stop()
	synctest.Wait()
	assert.Zero(t, network.open.Load(), "connections left")

	sent := map[string]string{}
	for _, m := range srv.Messages() {
		require.NotContains(t, sent, m.Body, "sent twice")
		sent[m.Body] = m.ID
	}
	succeeded, unknown, failed := 0, 0, 0
	for i := range texts {
		id, out := sent[fmt.Sprint("text ", i)]
		switch {
		case errs[i] == nil:
			succeeded++
			require.True(t, out)
			require.Equal(t, id, ids[i])
		case errors.Is(errs[i], flowroute.ErrOutcomeUnknown):
			unknown++
		default:
			failed++
			require.False(t, out, "%v, although it was sent", errs[i])
		}
	}
	t.Logf("%d succeeded, %d unknown, %d failed; %d sent; %d requests, %d dials", succeeded, unknown, failed, len(sent), len(srv.Requests()), network.dials.Load())
	for _, n := range []int{succeeded, unknown, failed} {
		assert.Greater(t, n, 20, "each ending was met")
	}
}
