package flowroute_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestRedirects follows those of a GET within the host, and makes of any other an error that keeps its status. Nothing
// reaches the other host.
func TestRedirects(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent to another host", r.Method, r.URL)
	}))
	defer elsewhere.Close()

	tests := []struct {
		name     string
		location func(r *http.Request) string
		get      int // the status of the error of a GET; 0 is success
	}{
		{"same host", func(r *http.Request) string { return "http://" + r.Host + "/end" }, 0},
		{"relative", func(*http.Request) string { return "/end" }, 0},
		{"other port", func(*http.Request) string { return elsewhere.URL + "/end" }, 307},
		{"other host", func(*http.Request) string {
			return strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1) + "/end"
		}, 307},
		{"other scheme", func(r *http.Request) string { return "https://" + r.Host + "/end" }, 307},
		{"with credentials", func(*http.Request) string { return strings.Replace(elsewhere.URL, "http://", "http://me:secret@", 1) }, 307},
		{"for ever", func(r *http.Request) string { return r.URL.Path }, 307},
		{"not a URL", func(*http.Request) string { return "http://[::1" }, 307},
		{"nowhere", func(*http.Request) string { return "" }, 307},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var requests atomic.Int32
			client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				if r.URL.Path == "/end" {
					access, secret, _ := r.BasicAuth()
					assert.Equal(t, accessKey+secretKey, access+secret)
					_, _ = io.WriteString(w, `{"data":{"type":"message","id":"1"}}`)
					return
				}
				w.Header()["Location"] = []string{test.location(r)}
				w.WriteHeader(http.StatusTemporaryRedirect)
			})
			_, err := client.Messages.Get(t.Context(), "1")
			if test.get == 0 {
				require.NoError(t, err)
				assert.EqualValues(t, 2, requests.Load())
			} else {
				redirected(t, err)
				assert.LessOrEqual(t, requests.Load(), int32(6), "at most five are followed")
			}

			requests.Store(0)
			_, err = client.Messages.Send(t.Context(), sms())
			redirected(t, err)
			assert.EqualValues(t, 1, requests.Load(), "a POST is never sent on")
			redirected(t, client.Routes.Delete(t.Context(), "1"))
			redirected(t, client.Routes.SetPrimary(t.Context(), "2065550100", "1"))
		})
	}
}

func redirected(t *testing.T, err error) {
	t.Helper()
	var e *flowroute.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 307, e.StatusCode)
	assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown, "a redirect was not carried out")
}

// TestTransportWithoutTraces has a transport of the user's own fail. Since it reports nothing, nothing is known.
func TestTransportWithoutTraces(t *testing.T) {
	var requests atomic.Int32
	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		requests.Add(1)
		return nil, syscall.ECONNREFUSED
	})
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	_, err = client.Messages.Send(t.Context(), sms())
	require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.EqualValues(t, 1, requests.Load())
}

// TestTransportThatKeepsTraces wraps net/http's transport, which goes on reporting.
func TestTransportThatKeepsTraces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		network.refuse = func(int32) error { return errNoRoute }
		inner := &http.Transport{DialContext: network.dial}
		transport := roundTripper(func(r *http.Request) (*http.Response, error) { return inner.RoundTrip(r) })
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		_, err = client.Messages.Send(t.Context(), sms())
		require.Error(t, err)
		assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown)
		assert.EqualValues(t, 3, network.dials.Load())
	})
}

// TestTimeoutOfTheHTTPClient has a client's own timeout end an attempt after it was sent.
func TestTimeoutOfTheHTTPClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		srv.Inject(flowroutetest.Fault{Delay: time.Hour})
		network := newNetwork()
		transport := &http.Transport{DialContext: network.dial}
		_, stop := network.start(t, srv, nil)
		defer stop()
		defer transport.CloseIdleConnections()
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("http://localhost"),
			flowroute.WithHTTPClient(&http.Client{Transport: transport, Timeout: time.Second}))
		require.NoError(t, err)
		start := time.Now()
		_, err = client.Messages.Send(t.Context(), sms())
		require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Len(t, srv.Messages(), 1)
	})
}

// TestConnectionsAreReused counts the connections that a client opens while it meets answers of each kind.
func TestConnectionsAreReused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		network := newNetwork()
		client, stop := network.start(t, srv, nil)
		defer stop()
		srv.Inject(
			flowroutetest.Fault{Status: 503, Body: strings.Repeat("<p>", 100<<10), Times: 1},
			flowroutetest.Fault{Status: 404, Times: 1},
			flowroutetest.Fault{Status: 307, Times: 1},
			flowroutetest.Fault{Body: "not JSON", Times: 1},
			flowroutetest.Fault{Status: 429, RetryAfter: "1", Times: 2},
		)
		for range 10 {
			_, _ = client.Numbers.List(t.Context(), nil)
			_, _ = client.Messages.Send(t.Context(), sms())
		}
		assert.EqualValues(t, 1, network.dials.Load())

		srv.Inject(flowroutetest.Fault{Pad: 9 << 20})
		_, err := client.Numbers.List(t.Context(), nil)
		require.ErrorIs(t, err, flowroute.ErrResponseTooLarge)
		_, err = client.Numbers.List(t.Context(), nil)
		require.NoError(t, err)
		assert.EqualValues(t, 2, network.dials.Load(), "a body that is too large is not read to its end")
	})
}

// TestLimiters has every attempt ask the limiters that it should.
func TestLimiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		srv.Inject(flowroutetest.Fault{Status: 429, Times: 2})
		var all, sms1, mms1 int
		counting := func(n *int) flowroute.Limiter {
			return limiterFunc(func(context.Context) error { *n++; return nil })
		}
		network := newNetwork()
		client, stop := network.start(t, srv, nil, flowroute.WithLimiter(counting(&all)), flowroute.WithMessageLimiters(counting(&sms1), counting(&mms1)))
		defer stop()

		_, err := client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "2065550199", Body: "SMS"})
		require.NoError(t, err)
		assert.Equal(t, []int{3, 3, 0}, []int{all, sms1, mms1}, "each of three attempts asks")
		_, err = client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "2065550199", Body: "MMS", MMS: true})
		require.NoError(t, err)
		_, err = client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "2065550199", MediaURLs: []string{"https://example.com/x.png"}})
		require.NoError(t, err)
		assert.Equal(t, []int{5, 3, 2}, []int{all, sms1, mms1})
		_, err = client.Numbers.List(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []int{6, 3, 2}, []int{all, sms1, mms1})

		_, err = client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "2065550199", Body: strings.Repeat("long ", 60)})
		require.NoError(t, err)
		assert.Equal(t, []int{7, 6, 2}, []int{all, sms1, mms1}, "each segment counts")
	})
}

// TestLimiterThatRefuses ends the call before anything is sent.
func TestLimiterThatRefuses(t *testing.T) {
	broken := errors.New("store is down")
	client := serveFunc(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") },
		flowroute.WithMessageLimiters(limiterFunc(func(context.Context) error { return broken }), limiterFunc(func(context.Context) error { return nil })))
	_, err := client.Messages.Send(t.Context(), sms())
	require.ErrorIs(t, err, broken)
	assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	var e *flowroute.RequestError
	require.ErrorAs(t, err, &e)
	assert.Zero(t, e.Attempts)
	assert.EqualError(t, err, "flowroute: messages.send: limiter: store is down")
}

// TestLimiterThatRefusesARepeat keeps what the API said to the attempt before.
func TestLimiterThatRefusesARepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		srv.Inject(flowroutetest.Fault{Status: 429, Times: flowroutetest.Always})
		broken, asked := errors.New("store is down"), 0
		network := newNetwork()
		client, stop := network.start(t, srv, nil, flowroute.WithLimiter(limiterFunc(func(context.Context) error {
			if asked++; asked == 2 {
				return broken
			}
			return nil
		})))
		defer stop()
		_, err := client.Messages.Send(t.Context(), sms())
		require.ErrorIs(t, err, broken)
		require.ErrorIs(t, err, flowroute.ErrRateLimited)
		var e *flowroute.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 1, e.Attempts)
		assert.Contains(t, err.Error(), "(not retried: limiter: store is down)")
	})
}

// TestIdleConnectionsAreClosed has a client close them when it is told to, and open another when it needs one.
func TestIdleConnectionsAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		client, stop := network.start(t, flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey)), nil)
		defer stop()
		for range 2 {
			_, err := client.Numbers.List(t.Context(), nil)
			require.NoError(t, err)
			synctest.Wait()
			assert.EqualValues(t, 1, network.open.Load())
			client.CloseIdleConnections()
			synctest.Wait()
			assert.Zero(t, network.open.Load())
		}
		assert.EqualValues(t, 2, network.dials.Load())
	})
}

// TestRedirectToTheSamePort follows a redirect that spells the port of https out.
func TestRedirectToTheSamePort(t *testing.T) {
	tlsServer := httptest.NewTLSServer(nil)
	cert := tlsServer.TLS.Certificates[0]
	tlsServer.Close()
	for location, want := range map[string]bool{"https://localhost:443/end": true, "https://LOCALHOST/end": true, "https://localhost:80/end": false, "http://localhost:443/end": false} {
		synctest.Test(t, func(t *testing.T) {
			network := newNetwork()
			_, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/end" {
					_, _ = io.WriteString(w, `{"data":{"type":"message","id":"1"}}`)
					return
				}
				http.Redirect(w, r, location, http.StatusFound)
			}), &cert)
			defer stop()
			transport := &http.Transport{DialContext: network.dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // a network in memory
			defer transport.CloseIdleConnections()
			client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("https://localhost"), flowroute.WithHTTPClient(&http.Client{Transport: transport}))
			require.NoError(t, err)
			_, err = client.Messages.Get(t.Context(), "1")
			assert.Equal(t, want, err == nil, location)
		})
	}
}

// waits are those before the repeats of a call that always fails.
func waits(t *testing.T, p flowroute.RetryPolicy, fault flowroutetest.Fault) (waits []time.Duration) {
	t.Helper()
	srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
	fault.Times = flowroutetest.Always
	srv.Inject(fault)
	var times []time.Time
	network := newNetwork()
	client, stop := network.start(t, srv, nil, flowroute.WithRetry(p),
		flowroute.WithLimiter(limiterFunc(func(context.Context) error { times = append(times, time.Now()); return nil })))
	defer stop()
	_, err := client.Numbers.List(t.Context(), nil)
	require.Error(t, err)
	for i := range times[1:] {
		waits = append(waits, times[i+1].Sub(times[i]))
	}
	return waits
}

// TestRetryDelays has each field of a policy, and what the API asks for, show in the waits.
func TestRetryDelays(t *testing.T) {
	const hour = time.Hour
	synctest.Test(t, func(t *testing.T) {
		failed := flowroutetest.Fault{Status: 500}
		first := waits(t, flowroute.RetryPolicy{MaxAttempts: 40, MinDelay: hour, MaxDelay: hour}, failed)
		assert.Greater(t, slices.Max(first), hour/2, "40 draws of up to MinDelay are not all short")

		var longest [3]time.Duration
		for range 40 {
			for i, w := range waits(t, flowroute.RetryPolicy{MaxAttempts: 4, MinDelay: hour, MaxDelay: 100 * hour}, failed) {
				longest[i] = max(longest[i], w)
			}
		}
		for i, w := range longest {
			assert.Greater(t, w, hour<<i/2)
			assert.LessOrEqual(t, w, hour<<i, "the wait doubles each time")
		}

		assert.LessOrEqual(t, slices.Max(waits(t, flowroute.RetryPolicy{MaxAttempts: 40, MaxDelay: time.Millisecond}, failed)), time.Millisecond)
		assert.LessOrEqual(t, slices.Max(waits(t, flowroute.RetryPolicy{MaxAttempts: 40}, failed)), 8*time.Second)

		asked := flowroutetest.Fault{Status: 429, RetryAfter: "20"}
		assert.Equal(t, []time.Duration{20 * time.Second, 20 * time.Second}, waits(t, flowroute.RetryPolicy{MaxDelay: 5 * time.Second}, asked), "four times MaxDelay is not too long")
		assert.Empty(t, waits(t, flowroute.RetryPolicy{MaxDelay: 5*time.Second - 1}, asked))
		assert.Len(t, waits(t, flowroute.RetryPolicy{MinDelay: 1, MaxDelay: math.MaxInt64 / 2}, asked), 2, "a long MaxDelay does not overflow")

		past := flowroutetest.Fault{Status: 429, RetryAfter: "Fri, 01 Jun 1990 00:17:52 GMT"}
		assert.LessOrEqual(t, slices.Max(waits(t, flowroute.RetryPolicy{MaxDelay: time.Millisecond}, past)), time.Millisecond)
	})
}

// TestDeadHTTP2Connection has a connection of HTTP/2 die without a word, as behind a router that forgot it. The client
// notices, and goes on with another.
func TestDeadHTTP2Connection(t *testing.T) {
	enableHTTP2(t)
	tlsServer := httptest.NewUnstartedServer(nil)
	tlsServer.EnableHTTP2 = true
	tlsServer.StartTLS()
	config := tlsServer.TLS.Clone()
	trusted := tlsServer.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	tlsServer.Close()
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		srv := &http.Server{Handler: flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey)), TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0)}
		go srv.ServeTLS(network, "", "") //nolint:errcheck // it ends when the test closes it
		defer srv.Close()
		http.DefaultTransport = &http.Transport{DialContext: network.dial, TLSClientConfig: trusted, ForceAttemptHTTP2: true}
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("https://example.com"))
		require.NoError(t, err)
		defer client.CloseIdleConnections()

		_, err = client.Numbers.List(t.Context(), nil)
		require.NoError(t, err)
		network.silence()
		start := time.Now()
		_, err = client.Numbers.List(t.Context(), nil)
		require.NoError(t, err)
		assert.Less(t, time.Since(start), 25*time.Second, "it was noticed by a ping")
		assert.EqualValues(t, 2, network.dials.Load())
	})
}

// TestRetryPolicy has a policy of one's own decide the number of attempts, and the waits stay within its bounds.
func TestRetryPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		srv.Inject(flowroutetest.Fault{Status: 500, Times: flowroutetest.Always})
		network := newNetwork()
		client, stop := network.start(t, srv, nil, flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 40, MinDelay: time.Second, MaxDelay: 4 * time.Second}))
		defer stop()
		var times []time.Time
		limited, stop2 := network.start(t, srv, nil, flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 40, MinDelay: time.Second, MaxDelay: 4 * time.Second}),
			flowroute.WithLimiter(limiterFunc(func(context.Context) error { times = append(times, time.Now()); return nil })))
		defer stop2()

		_, err := client.Numbers.List(t.Context(), nil)
		var e *flowroute.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 40, e.Attempts)
		assert.Contains(t, err.Error(), "(after 40 attempts)")

		_, err = limited.Numbers.List(t.Context(), nil)
		require.Error(t, err)
		require.Len(t, times, 40)
		longest, distinct := time.Duration(0), map[time.Duration]bool{}
		for i := range times[1:] {
			wait := times[i+1].Sub(times[i])
			assert.LessOrEqual(t, wait, time.Second<<min(i, 2))
			longest = max(longest, wait)
			distinct[wait] = true
		}
		assert.Greater(t, longest, 2*time.Second, "40 draws of up to 4 s are not all short")
		assert.Greater(t, len(distinct), 30, "the waits are random")
	})
}

// TestLog has lines with what may be logged, and nothing else.
func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		srv.Inject(
			flowroutetest.Fault{Status: 429, RetryAfter: "2"},
			flowroutetest.Fault{Status: 422},
			flowroutetest.Fault{Cut: true},
			flowroutetest.Fault{Delay: time.Minute},
		)
		var out bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		network := newNetwork()
		client, stop := network.start(t, srv, nil, flowroute.WithLogger(logger))
		defer stop()
		m := &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "2065550199", Body: "Private", DeliveryCallback: "https://example.com/private"}
		for range 4 {
			_, _ = client.Messages.Send(t.Context(), m)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		for i, line := range lines {
			lines[i] = regexp.MustCompile(" error_id=[0-9a-f-]{36}").ReplaceAllString(line, " error_id=X")
		}
		assert.Equal(t, []string{
			`level=DEBUG msg="flowroute: request" op=messages.send method=POST status=429 attempt=1 duration=0s error_id=X`,
			`level=WARN msg="flowroute: repeating request" op=messages.send method=POST status=429 attempt=1 delay=2s error_id=X`,
			`level=DEBUG msg="flowroute: request" op=messages.send method=POST status=422 attempt=2 duration=0s error_id=X`,
			`level=DEBUG msg="flowroute: request" op=messages.send method=POST status=0 attempt=1 duration=0s error=EOF`,
			`level=DEBUG msg="flowroute: request" op=messages.send method=POST status=0 attempt=1 duration=30s error="context deadline exceeded"`,
			`level=DEBUG msg="flowroute: request" op=messages.send method=POST status=202 attempt=1 duration=0s`,
		}, lines)
	})
}

// TestLogOfFailures has no address and nothing private in the words of any failure.
func TestLogOfFailures(t *testing.T) {
	failures := map[string]error{
		"connect: connection refused": errNoRoute,
		"lookup: no such host":        &url.Error{Op: "Get", URL: "https://localhost/2065550100", Err: &dnsError},
		"*errors.errorString":         errors.New("2065550100 at 192.0.2.1"),
		"unexpected EOF":              io.ErrUnexpectedEOF,
		"timeout":                     timeoutError{},
		"certificate not trusted":     &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
	}
	for want, failure := range failures {
		var out bytes.Buffer
		transport := roundTripper(func(*http.Request) (*http.Response, error) { return nil, failure })
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}),
			flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}), flowroute.WithLogger(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		require.NoError(t, err)
		_, err = client.Messages.Send(t.Context(), sms())
		require.Error(t, err)
		assert.Contains(t, out.String(), `"error":"`+want+`"`)
		for _, private := range []string{"192.0.2.1", "localhost", "2065550100"} {
			assert.NotContains(t, out.String(), private)
		}
	}
}
