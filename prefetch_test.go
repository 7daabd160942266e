package flowroute_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// slow has each page take 50 ms, without a network, and counts those under way.
func slow(t *testing.T, handler http.Handler, prefetch int) (client *flowroute.Client, most *atomic.Int32) {
	t.Helper()
	var under atomic.Int32
	most = new(atomic.Int32)
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		n := under.Add(1)
		defer under.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Result(), nil
	})
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}),
		flowroute.WithPrefetch(prefetch), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	return client, most
}

func TestPrefetch(t *testing.T) {
	times := map[int]time.Duration{}
	for _, prefetch := range []int{0, 1, 8} {
		t.Run(fmt.Sprint(prefetch), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pager{records: 50 * 200}
				client, most := slow(t, p, prefetch)
				start := time.Now()
				ids, err := walk(t.Context(), client, nil)
				require.NoError(t, err)
				times[prefetch] = time.Since(start)
				assert.Equal(t, numbered(0, 50*200), ids)
				assert.LessOrEqual(t, most.Load(), int32(prefetch)+1)
				assert.LessOrEqual(t, p.pages.Load(), int32(50+prefetch), "requests beyond the end")
			})
		})
	}
	assert.Equal(t, 50*50*time.Millisecond, times[0])
	assert.LessOrEqual(t, 5*times[8], times[0], "%v", times)
	t.Log(times)
}

func TestPrefetchOfOnePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{records: 3}
		client, _ := slow(t, p, 8)
		ids, err := walk(t.Context(), client, nil)
		require.NoError(t, err)
		assert.Len(t, ids, 3)
		assert.EqualValues(t, 1, p.pages.Load(), "nothing is fetched in vain where nothing follows")
	})
}

// TestPrefetchGoesByTheRecordsReceived has pages of other sizes than was asked for, and of changing sizes.
func TestPrefetchGoesByTheRecordsReceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{records: 1000}
		client, _ := slow(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			r.Form = r.URL.Query()
			r.Form.Set("limit", map[bool]string{true: "50", false: "37"}[offset < 300])
			p.ServeHTTP(w, r)
		}), 4)
		ids, err := walk(t.Context(), client, nil)
		require.NoError(t, err)
		assert.Equal(t, numbered(0, 1000), ids)
	})
}

func TestPrefetchYieldsAnErrorInItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pager{records: 5000, edit: func(offset int, page map[string]any) {
			if offset == 1000 {
				delete(page, "data")
			}
		}}
		client, _ := slow(t, p, 8)
		ids, err := walk(t.Context(), client, nil)
		require.ErrorContains(t, err, "the answer has no data")
		assert.Equal(t, numbered(0, 1000), ids)
	})
}

// TestPrefetchWaitsForWhatItStarted ends with its goroutines, or the bubble would not end.
func TestPrefetchWaitsForWhatItStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := slow(t, &pager{records: 5000}, 8)
		n := 0
		for _, err := range client.Routes.ListAll(t.Context(), nil) {
			require.NoError(t, err)
			if n++; n == 700 {
				break
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
		defer cancel()
		_, err := walk(ctx, client, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
