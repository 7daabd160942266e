package flowroute_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// fileLink is where the tests below have media and CDR files.
const fileLink = "http://localhost/file?signature=private"

// endings are calls that read a response in each way that there is.
func endings(c *flowroute.Client) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"send": func(ctx context.Context) error { _, err := c.Messages.Send(ctx, sms()); return err },
		"get":  func(ctx context.Context) error { _, err := c.Messages.Get(ctx, "1"); return err },
		"media": func(ctx context.Context) error {
			_, err := c.Messages.DownloadMedia(ctx, &flowroute.Media{URL: fileLink}, 0)
			return err
		},
		"records": func(ctx context.Context) error {
			return drain(c.CDRs.Records(ctx, &flowroute.CDRExport{DownloadURL: fileLink}))
		},
	}
}

// drain returns the error that ends a walk, or nil.
func drain[T any](walk func(yield func(*T, error) bool)) error {
	for _, err := range walk {
		if err != nil {
			return err
		}
	}
	return nil
}

// raw has a server say just these words over HTTP/1.1, and then nothing.
func raw(network *network, words string) {
	go func() {
		for {
			conn, err := network.Accept()
			if err != nil {
				return
			}
			go func() {
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(conn, words)
				_, _ = io.Copy(io.Discard, conn) // until the client closes it
				_ = conn.Close()
			}()
		}
	}()
}

// TestSwitchingProtocols has a server respond with 101 to what asks for no other protocol. The connection stays open.
func TestSwitchingProtocols(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		raw(network, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
		transport := &http.Transport{DialContext: network.dial}
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("http://localhost"), flowroute.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		for name, call := range endings(client) {
			start := time.Now()
			err := call(t.Context())
			var e *flowroute.Error
			require.ErrorAs(t, err, &e, name)
			assert.Equal(t, 101, e.StatusCode, name)
			assert.Equal(t, name == "send", errors.Is(err, flowroute.ErrOutcomeUnknown), name)
			assert.Zero(t, time.Since(start), name)
		}
		_ = network.Close()
		synctest.Wait()
		assert.Zero(t, network.open.Load(), "connections left")
	})
}

// TestBodyThatEndsWithTheTime has a body without a length end because this side closed its connection. It was not read
// whole, however clean its end looks.
func TestBodyThatEndsWithTheTime(t *testing.T) {
	endless := func(r *http.Request) (*http.Response, error) {
		body := "direction\ninbound\n"
		if r.URL.Path != "/file" {
			body = `{"data":{"type":"message","id":"1"}}`
		}
		resp := respond(200, body)
		resp.ContentLength = -1
		resp.Body = io.NopCloser(io.MultiReader(resp.Body, readerFunc(func([]byte) (int, error) {
			<-r.Context().Done()
			return 0, io.EOF
		})))
		return resp, nil
	}
	for name, limit := range map[string]struct {
		opts   []flowroute.Option
		client time.Duration
		within time.Duration
		is     error
	}{
		"timeout":            {[]flowroute.Option{flowroute.WithTimeout(time.Second)}, 0, 0, context.DeadlineExceeded},
		"client's timeout":   {nil, time.Second, 0, context.DeadlineExceeded},
		"context's deadline": {nil, 0, time.Second, context.DeadlineExceeded},
		"canceled":           {nil, 0, -time.Second, context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			opts := append(limit.opts, flowroute.WithBaseURL("http://localhost"), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}),
				flowroute.WithHTTPClient(&http.Client{Transport: roundTripper(endless), Timeout: limit.client}))
			client, err := flowroute.NewClient(accessKey, secretKey, opts...)
			require.NoError(t, err)
			for call, do := range endings(client) {
				ctx, cancel := context.WithCancel(t.Context())
				switch {
				case limit.within > 0:
					ctx, cancel = context.WithTimeout(t.Context(), limit.within)
				case limit.within < 0:
					time.AfterFunc(-limit.within, cancel)
				}
				start := time.Now()
				err := do(ctx)
				require.ErrorIs(t, err, limit.is, "%s, %s", name, call)
				assert.Equal(t, call == "send", errors.Is(err, flowroute.ErrOutcomeUnknown), "%s, %s", name, call)
				assert.Equal(t, time.Second, time.Since(start), "%s, %s", name, call)
				cancel()
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestWholeBodyAtTheLastMoment has a body arrive in the length that was announced, just before the time is over.
func TestWholeBodyAtTheLastMoment(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		resp := respond(202, `{"data":{"type":"message","id":"1"}}`)
		resp.Body = io.NopCloser(io.MultiReader(resp.Body, readerFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF })))
		return resp, nil
	})
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	_, err = client.Messages.Send(ctx, sms())
	require.NoError(t, err)
}

// TestTLSBodyCutByTheDeadline has the time end in the middle of a body over net/http's own TLS connection, which is
// then closed.
func TestTLSBodyCutByTheDeadline(t *testing.T) {
	tlsServer := httptest.NewTLSServer(nil)
	cert := tlsServer.TLS.Certificates[0]
	trusted := tlsServer.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	tlsServer.Close()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		synctest.Test(t, func(t *testing.T) {
			network := newNetwork()
			go func() {
				for {
					plain, err := network.Accept()
					if err != nil {
						return
					}
					go func() {
						conn := tls.Server(plain, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version})
						r, err := http.ReadRequest(bufio.NewReader(conn))
						if err != nil {
							return
						}
						_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndirection\ninbound\n")
						_ = r
						_, _ = io.Copy(io.Discard, conn)
						_ = conn.Close()
					}()
				}
			}()
			transport := &http.Transport{DialContext: network.dial, TLSClientConfig: trusted}
			client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("https://127.0.0.1"), flowroute.WithTimeout(time.Second),
				flowroute.WithHTTPClient(&http.Client{Transport: transport}), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
			require.NoError(t, err)
			const link = "https://127.0.0.1/file"
			_, err = client.Messages.DownloadMedia(t.Context(), &flowroute.Media{URL: link}, 0)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			err = drain(client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: link}))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			_ = network.Close()
		})
	}
}

// TestSilenceOverHTTP2 has a download end with the timeout's error, which net/http calls a cancellation.
func TestSilenceOverHTTP2(t *testing.T) {
	enableHTTP2(t)
	silent := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "direction\ninbound\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-silent:
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	defer close(silent)
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(server.URL), flowroute.WithHTTPClient(server.Client()), flowroute.WithTimeout(200*time.Millisecond))
	require.NoError(t, err)
	err = drain(client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: server.URL + "/file"}))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.NotErrorIs(t, err, context.Canceled)

	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	client, err = flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(server.URL), flowroute.WithHTTPClient(server.Client()))
	require.NoError(t, err)
	for _, err := range client.CDRs.Records(ctx, &flowroute.CDRExport{DownloadURL: server.URL + "/file"}) {
		if err == nil {
			cancel(flowroute.ErrNotFound)
			continue
		}
		require.ErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, flowroute.ErrNotFound)
	}
}

// TestErrorThatDrips has an error response go on for ever, a byte at a time. Its call ends with the timeout.
func TestErrorThatDrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		client, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusForbidden)
			for {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				select {
				case <-time.After(time.Second):
				case <-r.Context().Done():
					return
				}
			}
		}), nil, flowroute.WithTimeout(5*time.Second))
		defer stop()
		for name, call := range endings(client) {
			start := time.Now()
			require.ErrorIs(t, call(t.Context()), flowroute.ErrForbidden, name)
			assert.Equal(t, 5*time.Second, time.Since(start), name)
		}
	})
}

// TestErrorOfAnotherCall has a context be canceled because another call failed, as errgroup does. The error is the
// context's, and tells of the other in words alone.
func TestErrorOfAnotherCall(t *testing.T) {
	other := func(t *testing.T, status int) error {
		client, _ := serve(t, status, "", "")
		_, err := client.Messages.Get(t.Context(), "1")
		require.Error(t, err)
		return err
	}
	for _, status := range []int{404, 500} {
		cause := other(t, status)
		synctest.Test(t, func(t *testing.T) {
			fake := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
			fake.Inject(flowroutetest.Fault{Delay: time.Hour, Times: flowroutetest.Always})
			network := newNetwork()
			client, stop := network.start(t, fake, nil)
			defer stop()
			busy, stop2 := network.start(t, fake, nil, flowroute.WithLimiter(limiterFunc(func(ctx context.Context) error {
				<-ctx.Done()
				return fmt.Errorf("no turn: %w", context.Cause(ctx))
			})))
			defer stop2()
			for name, call := range map[string]func(context.Context) error{
				"send":               func(ctx context.Context) error { _, err := client.Messages.Send(ctx, sms()); return err },
				"get":                func(ctx context.Context) error { _, err := client.Messages.Get(ctx, "1"); return err },
				"list":               func(ctx context.Context) error { return drain(client.Numbers.ListAll(ctx, nil)) },
				"media":              endings(client)["media"],
				"records":            endings(client)["records"],
				"waiting for a turn": func(ctx context.Context) error { _, err := busy.Messages.Send(ctx, sms()); return err },
				"waiting for an export": func(ctx context.Context) error {
					_, err := client.CDRs.Wait(ctx, "1")
					return err
				},
			} {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(cause) })
				err := call(ctx)
				require.ErrorIs(t, err, context.Canceled, name)
				require.ErrorContains(t, err, "context canceled: flowroute: messages.get: "+fmt.Sprint(status), name)
				for _, sentinel := range []error{flowroute.ErrNotFound, flowroute.ErrServer} {
					assert.NotErrorIs(t, err, sentinel, name)
				}
				assert.Equal(t, name == "send", errors.Is(err, flowroute.ErrOutcomeUnknown), name)
				_, apiError := errors.AsType[*flowroute.Error](err)
				assert.False(t, apiError, name)
			}
			cancelled, cancel := context.WithCancelCause(t.Context())
			cancel(cause)
			_, err := client.Messages.Send(cancelled, sms())
			require.ErrorIs(t, err, context.Canceled)
			assert.NotErrorIs(t, err, cause)
			waiting, cancel := context.WithCancelCause(t.Context())
			unreachable, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{
				Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					cancel(cause)
					return nil, ctx.Err()
				}},
			}))
			require.NoError(t, err)
			_, err = unreachable.Messages.Send(waiting, sms())
			require.ErrorContains(t, err, cause.Error())
			assert.NotContains(t, err.Error(), "before that", "it is the same")
		})
	}
}

// TestErrorsHoldNoURL has transports wrap the URL of a request in every way. What the URL says is private; what the
// failure was is not.
func TestErrorsHoldNoURL(t *testing.T) {
	wraps := map[string]func(r *http.Request, err error) error{
		"once": func(r *http.Request, err error) error { return &url.Error{Op: "Get", URL: r.URL.String(), Err: err} },
		"twice": func(r *http.Request, err error) error {
			return &url.Error{Op: "Get", URL: "x", Err: &url.Error{Op: "Get", URL: r.URL.String(), Err: err}}
		},
		"deeply": func(r *http.Request, err error) error {
			return fmt.Errorf("a: %w", fmt.Errorf("b: %w", &url.Error{Op: "Get", URL: r.URL.String(), Err: fmt.Errorf("c: %w", err)}))
		},
		"in words": func(r *http.Request, err error) error { return fmt.Errorf("GET %s: %w", r.URL, err) },
		"its path": func(r *http.Request, err error) error {
			return fmt.Errorf("%s?%s: %w", r.URL.Path, r.URL.RawQuery, err)
		},
		"joined": func(r *http.Request, err error) error {
			return errors.Join(errors.New("first"), &url.Error{Op: "Get", URL: r.URL.String(), Err: err})
		},
		"alone": func(r *http.Request, _ error) error { return errors.New("no way to " + r.URL.String()) },
	}
	for name, wrap := range wraps {
		transport := roundTripper(func(r *http.Request) (*http.Response, error) { return nil, wrap(r, syscall.ECONNREFUSED) })
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("http://localhost"),
			flowroute.WithHTTPClient(&http.Client{Transport: transport}), flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 1, MaxDelay: 1}))
		require.NoError(t, err)
		calls := endings(client)
		calls["number"] = func(ctx context.Context) error { _, err := client.Numbers.Get(ctx, "2065550199"); return err }
		calls["search"] = func(ctx context.Context) error {
			_, err := client.Numbers.Search(ctx, &flowroute.NumberSearchOptions{StartsWith: "2065550199"})
			return err
		}
		for call, do := range calls {
			err := do(t.Context())
			require.Error(t, err)
			assert.Equal(t, name != "alone", errors.Is(err, syscall.ECONNREFUSED), "%s, %s", name, call)
			_, held := errors.AsType[*url.Error](err)
			assert.False(t, held, "%s, %s", name, call)
			for e := range allWrapped(err) {
				for _, private := range []string{"2065550199", "signature", "private", "/v2"} {
					assert.NotContains(t, fmt.Sprintf("%v %+v %q", e, e, e.Error()), private, "%s, %s", name, call)
				}
			}
		}
	}
}

// TestErrorsOfBodiesHoldNoURL has the body of a response fail, also after a redirect, with an error that holds its URL.
func TestErrorsOfBodiesHoldNoURL(t *testing.T) {
	for name, wrap := range map[string]func(r *http.Request) error{
		"wrapped": func(r *http.Request) error {
			return &url.Error{Op: "Get", URL: r.URL.String(), Err: syscall.ECONNRESET}
		},
		"in words": func(r *http.Request) error { return fmt.Errorf("GET %s: %w", r.URL, syscall.ECONNRESET) },
	} {
		for _, redirected := range []bool{false, true} {
			for _, early := range []bool{false, true} {
				transport := roundTripper(func(r *http.Request) (*http.Response, error) {
					resp := respond(200, "")
					resp.Request = r
					switch {
					case redirected && r.Method == http.MethodGet && r.URL.Path != "/elsewhere":
						resp.StatusCode = 302
						resp.Header.Set("Location", "/elsewhere?signature=other")
					case early:
						return nil, wrap(r)
					default:
						resp.ContentLength = -1
						resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("direction\ninbound\n"),
							readerFunc(func([]byte) (int, error) { return 0, wrap(r) })))
					}
					return resp, nil
				})
				client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("http://localhost"),
					flowroute.WithHTTPClient(&http.Client{Transport: transport}), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
				require.NoError(t, err)
				for call, do := range endings(client) {
					err := do(t.Context())
					require.ErrorIs(t, err, syscall.ECONNRESET, "%s, %s", name, call)
					for e := range allWrapped(err) {
						for _, private := range []string{"signature", "elsewhere", "/v2"} {
							assert.NotContains(t, fmt.Sprintf("%v %+v", e, e), private, "%s, %s", name, call)
						}
					}
				}
			}
		}
	}
}

// TestContentsThatBlock has an upload end with its context although its contents never come.
func TestContentsThatBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork()
		client, stop := network.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, `{"data":{"attributes":{"url":"`+fileLink+`"}}}`)
		}), nil)
		defer stop()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		contents, source := io.Pipe()
		defer source.Close()
		start := time.Now()
		err := client.Porting.Upload(ctx, "1", "csr.pdf", contents, 5)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

// TestContentsThatAreShort has an upload fail if its contents end early, over HTTP/1 and over HTTP/2.
func TestContentsThatAreShort(t *testing.T) {
	enableHTTP2(t)
	for _, h2 := range []bool{false, true} {
		server := httptest.NewUnstartedServer(nil)
		server.EnableHTTP2 = h2
		server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, `{"data":{"attributes":{"url":"`+server.URL+`/file"}}}`)
		})
		server.StartTLS()
		defer server.Close()
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(server.URL), flowroute.WithHTTPClient(server.Client()))
		require.NoError(t, err)
		require.NoError(t, client.Porting.Upload(t.Context(), "1", "csr.pdf", strings.NewReader("12345"), 5))
		err = client.Porting.Upload(t.Context(), "1", "csr.pdf", strings.NewReader("1234"), 5)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, h2)
	}
}

// allWrapped is an error and all that it wraps.
func allWrapped(err error) func(yield func(error) bool) {
	return func(yield func(error) bool) {
		todo := []error{err}
		for len(todo) > 0 {
			e := todo[0]
			todo = todo[1:]
			if e == nil {
				continue
			}
			if !yield(e) {
				return
			}
			switch e := e.(type) { //nolint:errorlint // one level at a time
			case interface{ Unwrap() error }:
				todo = append(todo, e.Unwrap())
			case interface{ Unwrap() []error }:
				todo = append(todo, e.Unwrap()...)
			}
		}
	}
}

// TestRetryAfterInFractions waits as long as the API asks, to the nanosecond.
func TestRetryAfterInFractions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for value, want := range map[string]time.Duration{
			"1.5": 1500 * time.Millisecond, "0.25": 250 * time.Millisecond, ".5": 500 * time.Millisecond, "2.": 2 * time.Second,
			"10": 10 * time.Second, " 3 ": 3 * time.Second, "0": 0, "-1.5": 0, "1.5.1": 0, "NaN": 0, "Inf": 0, "0x10": 0, "1e3": 0, "soon": 0,
		} {
			asked := waits(t, flowroute.RetryPolicy{MaxAttempts: 2, MinDelay: 1, MaxDelay: 10 * time.Second}, flowroutetest.Fault{Status: 429, RetryAfter: value})
			require.Len(t, asked, 1)
			assert.LessOrEqual(t, asked[0]-want, time.Duration(1), value)
			assert.GreaterOrEqual(t, asked[0], want, value)
		}
	})
}

// TestLinksToThisMachine are followed only by a client whose base URL leads there, too.
func TestLinksToThisMachine(t *testing.T) {
	var followed atomic.Int32
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/file" {
			followed.Add(1)
		}
		return respond(200, `{"data":{"attributes":{"upload_url":"`+r.Header.Get("X-Link")+`"}}}`), nil
	})
	for _, link := range []string{
		"http://127.0.0.1/file", "https://127.0.0.1/file", "http://127.1.2.3:8080/file", "https://localhost/file", "http://[::1]/file",
		"https://[::ffff:127.0.0.1]/file", "https://0.0.0.0/file", "https://[::]/file", "http://example.com/file",
		"https://me:secret@example.com/file", "ftp://example.com/file", "/file",
	} {
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			r.Header.Set("X-Link", link)
			return transport(r)
		})}))
		require.NoError(t, err)
		_, err = client.Messages.DownloadMedia(t.Context(), &flowroute.Media{URL: link}, 0)
		require.ErrorIs(t, err, flowroute.ErrInvalidArgument, link)
		assert.NotContains(t, err.Error(), "/file")
		require.Error(t, drain(client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: link})), link)
		require.Error(t, client.Porting.Upload(t.Context(), "1", "csr.pdf", strings.NewReader("12345"), 5), link)
		assert.Zero(t, followed.Load(), link)
	}
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("http://127.0.0.1:1"), flowroute.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	for _, link := range []string{"http://127.0.0.1/file", "https://localhost/file", "https://example.com/file"} {
		_, err = client.Messages.DownloadMedia(t.Context(), &flowroute.Media{URL: link}, 0)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 3, followed.Load())
}
