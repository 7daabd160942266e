package flowroute_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// storage answers the API's requests with the URL of a file on another host, and has that host do what it is told.
func storage(t *testing.T, host http.HandlerFunc, opts ...flowroute.Option) (client *flowroute.Client, url string) {
	t.Helper()
	srv := httptest.NewServer(host)
	t.Cleanup(srv.Close)
	url = srv.URL + "/file?signature=private"
	client, _ = serve(t, 200, "", `{"data":{"attributes":{"filename":"http://example.com/decoy","url":"`+url+`"}}}`, opts...)
	return client, url
}

// TestFileHostThatIsSilent ends a download and an upload when nothing was heard for the client's timeout, and not
// before.
func TestFileHostThatIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "http://localhost/file?signature=private"
		network := newNetwork()
		client, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			switch {
			case r.URL.Path != "/file": // the API
				_, _ = io.WriteString(w, `{"data":{"attributes":{"url":"`+url+`"}}}`)
			case r.URL.Query().Has("slow"):
				_, _ = io.WriteString(w, "direction,result\n")
				for range 10 { // longer than the timeout in all
					_, _ = io.WriteString(w, "inbound,success\n")
					_ = http.NewResponseController(w).Flush()
					time.Sleep(4 * time.Second)
				}
			default:
				<-r.Context().Done()
			}
		}), nil, flowroute.WithTimeout(5*time.Second))
		defer stop()

		start := time.Now()
		err := first(client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: url}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown, "a download changes nothing")
		assert.Equal(t, 5*time.Second, time.Since(start))
		err = client.Porting.Upload(t.Context(), "1", "csr.pdf", strings.NewReader("12345"), 5)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
		assert.NotContains(t, err.Error(), "private")

		n := 0
		for _, err := range client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: url + "&slow"}) {
			require.NoError(t, err)
			if n++; n == 2 {
				time.Sleep(time.Minute) // that the program is slow is no silence of the host
			}
		}
		assert.Equal(t, 10, n)
	})
}

// TestUploadOutcome tells whether a file may have been stored.
func TestUploadOutcome(t *testing.T) {
	for status, unknown := range map[int]bool{0: true, 500: true, 502: true, 403: false, 503: true, 303: true, 307: false} {
		var stored atomic.Value
		client, _ := storage(t, func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			stored.Store(string(b))
			if status == 0 {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("X-Request", r.URL.String())
			w.WriteHeader(status)
			_, _ = io.WriteString(w, r.URL.String())
		})
		contents := &closer{Reader: strings.NewReader("12345")}
		err := client.Porting.Upload(t.Context(), "1", "csr.pdf", contents, 5)
		require.Error(t, err)
		assert.Equal(t, "12345", stored.Load())
		assert.False(t, contents.closed, "the contents are the caller's")
		if unknown {
			assert.ErrorIs(t, err, flowroute.ErrOutcomeUnknown, status)
		} else {
			assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown, status)
		}
		told := fmt.Sprintf("%v %+v %#v", err, err, err)
		assert.NotContains(t, told, "private", "what the host says may repeat the URL")
	}
}

type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}

// TestMediaWithoutLimit takes the largest number there is for no limit.
func TestMediaWithoutLimit(t *testing.T) {
	client, url := storage(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "picture") })
	content, err := client.Messages.DownloadMedia(t.Context(), &flowroute.Media{URL: url}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, "picture", string(content))
}

// TestOnceOnAReusedConnection cuts a connection that was used before, on which net/http would send a GET again by
// itself.
func TestOnceOnAReusedConnection(t *testing.T) {
	for name, call := range map[string]func(context.Context, *flowroute.Client) error{
		"porting.requestLOA": func(ctx context.Context, c *flowroute.Client) error { return c.Porting.RequestLOA(ctx, "1") },
		"numbers.purchase": func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Numbers.Purchase(ctx, "2065550100", nil)
			return err
		},
		"messages.send": func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.Send(ctx, sms())
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var requests atomic.Int32
			network := newNetwork()
			client, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				requests.Add(1)
				panic(http.ErrAbortHandler)
			}), nil)
			defer stop()
			require.NoError(t, client.Routes.Delete(t.Context(), "1"))
			require.ErrorIs(t, call(t.Context(), client), flowroute.ErrOutcomeUnknown, name)
			assert.EqualValues(t, 1, requests.Load(), name)
		})
	}
}

// TestCancelledDuringTheRead ends a call in the middle of an answer.
func TestCancelledDuringTheRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		client, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"data":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}), nil)
		defer stop()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Messages.Send(ctx, sms())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.Messages.Get(ctx, "1")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	})
}

// TestDoChecksWhatItDecodesInto before it sends, since a POST is not to be sent again.
func TestDoChecksWhatItDecodesInto(t *testing.T) {
	client, _ := serve(t, 200, "", `{"data":12065550100,"at":"call 12065550100"}`)
	for _, out := range []any{struct{}{}, (*struct{})(nil), "x"} {
		assert.ErrorIs(t, client.Do(t.Context(), "POST", "/v2/x", nil, nil, out), flowroute.ErrInvalidArgument)
	}
	for _, out := range []any{&struct{ Data string }{}, &struct{ At time.Time }{}} {
		err := client.Do(t.Context(), "GET", "/v2/x", nil, nil, out)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "12065550100")
	}
}

func TestRetryAfterBeyondAllNumbers(t *testing.T) {
	client := serveFunc(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "99999999999999999999")
		w.WriteHeader(http.StatusTooManyRequests)
	}, flowroute.WithRetry(flowroute.RetryPolicy{}))
	_, err := client.Messages.Get(t.Context(), "1")
	var e *flowroute.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 1, e.Attempts)
	assert.Greater(t, e.RetryAfter, 1000*time.Hour)
}
