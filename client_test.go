package flowroute_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

func TestNewClientRefuses(t *testing.T) {
	limiter := limiterFunc(func(context.Context) error { return nil })
	tests := []struct {
		access, secret string
		opt            flowroute.Option
		want           string
	}{
		{"", secretKey, nil, "accessKey must not be empty"},
		{accessKey, "", nil, "secretKey must not be empty"},
		{accessKey, secretKey + "\n", nil, "secretKey must be printable ASCII without white space"},
		{"1234 678", secretKey, nil, "accessKey must be printable ASCII without white space"},
		{"1234:678", secretKey, nil, "accessKey must not have a colon"},
		{secretKey, accessKey, nil, "accessKey looks like the secret key: the two seem to be swapped"},
		{accessKey, secretKey, flowroute.WithBaseURL("api.flowroute.com"), "WithBaseURL must begin with https://"},
		{accessKey, secretKey, flowroute.WithBaseURL("ftp://api.flowroute.com"), "WithBaseURL must begin with https://"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://api.flowroute.com"), "WithBaseURL must begin with https://, since the keys would be sent in the clear"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://127.0.0.1.example.com"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://10.0.0.5"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("https://"), "WithBaseURL must have a host"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://localhost.evil.com"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://notlocalhost"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://ｌｏｃａｌｈｏｓｔ"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://0.0.0.0"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://[::]"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://[::ffff:10.0.0.1]"), "WithBaseURL must begin with https://, since"},
		{accessKey, secretKey, flowroute.WithBaseURL("http://.localhost"), "WithBaseURL must have a host"},
		{accessKey, secretKey, flowroute.WithBaseURL("https://me:" + secretKey + "@api.flowroute.com"), "WithBaseURL must not hold credentials"},
		{accessKey, secretKey, flowroute.WithBaseURL("https://api.flowroute.com?x=1"), "WithBaseURL must not have a query or a fragment"},
		{accessKey, secretKey, flowroute.WithBaseURL("https://api.flowroute.com/?"), "WithBaseURL must not have a query or a fragment"},
		{accessKey, secretKey, flowroute.WithBaseURL("https://api.flowroute.com/#"), "WithBaseURL must not have a query or a fragment"},
		{accessKey, secretKey, flowroute.WithBaseURL("https://api\x7f" + secretKey), "WithBaseURL is not a URL"},
		{accessKey, secretKey, flowroute.WithHTTPClient(nil), "WithHTTPClient must not be nil"},
		{accessKey, secretKey, flowroute.WithUserAgent(""), "WithUserAgent must be printable ASCII"},
		{accessKey, secretKey, flowroute.WithUserAgent("a\r\nX-Evil: 1"), "WithUserAgent must be printable ASCII"},
		{accessKey, secretKey, flowroute.WithTimeout(0), "WithTimeout must be above 0"},
		{accessKey, secretKey, flowroute.WithTimeout(-time.Second), "WithTimeout must be above 0"},
		{accessKey, secretKey, flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: -1}), "WithRetry must have no field below 0"},
		{accessKey, secretKey, flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: -1}), "WithRetry must have no field below 0"},
		{accessKey, secretKey, flowroute.WithRetry(flowroute.RetryPolicy{MaxDelay: -1}), "WithRetry must have no field below 0"},
		{accessKey, secretKey, flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 2, MaxDelay: 1}), "WithRetry must have a MinDelay of at most MaxDelay"},
		{accessKey, secretKey, flowroute.WithLimiter(nil), "WithLimiter must not be nil"},
		{accessKey, secretKey, flowroute.WithLimiter(limiterFunc(nil)), "WithLimiter must not be nil"},
		{accessKey, secretKey, flowroute.WithMessageLimiters(nil, limiter), "WithMessageLimiters must be given two limiters"},
		{accessKey, secretKey, flowroute.WithMessageLimiters(limiter, nil), "WithMessageLimiters must be given two limiters"},
		{accessKey, secretKey, flowroute.WithPrefetch(-1), "WithPrefetch must be from 0 to 64"},
		{accessKey, secretKey, flowroute.WithPrefetch(65), "WithPrefetch must be from 0 to 64"},
		{accessKey, secretKey, flowroute.WithLogger(nil), "WithLogger must not be nil"},
	}
	for _, test := range tests {
		var opts []flowroute.Option
		if test.opt != nil {
			opts = append(opts, test.opt)
		}
		client, err := flowroute.NewClient(test.access, test.secret, opts...)
		assert.Nil(t, client)
		var e *flowroute.ArgumentError
		require.ErrorAs(t, err, &e, test.want)
		assert.True(t, strings.HasPrefix(err.Error(), "flowroute: NewClient: "+test.want), err.Error())
		assert.NotContains(t, err.Error(), secretKey)
	}
	_, err := flowroute.NewClient(accessKey, secretKey, nil)
	assert.EqualError(t, err, "flowroute: NewClient: opts must not have a nil option")
}

func TestNewClientTakes(t *testing.T) {
	for _, base := range []string{"https://api.flowroute.com", "https://gateway.example/flowroute/", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:1/x",
		"http://LOCALHOST:8080", "http://LocalHost", "http://localhost.", "http://app.localhost:8080", "http://a.b.LOCALHOST.", "http://127.1.2.3", "http://[::1]:80", "http://[::ffff:127.0.0.1]", "HTTP://localhost",
		"https://bücher.example", "https://xn--bcher-kva.example", "https://例え.テスト:8443/x", "https://api_1.example.com.", "https://192.0.2.1:65535", "https://[2001:db8::1]"} {
		_, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(base))
		assert.NoError(t, err, base)
	}
	for _, p := range []flowroute.RetryPolicy{{}, {MaxAttempts: 1}, {MinDelay: time.Minute}, {MaxDelay: time.Millisecond}, {MaxAttempts: math.MaxInt, MinDelay: 1 << 62, MaxDelay: 1 << 62}} {
		_, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithRetry(p))
		assert.NoError(t, err, "%+v", p)
	}
}

func TestNewClientFromEnv(t *testing.T) {
	t.Setenv("FR_ACCESS_KEY", "")
	t.Setenv("FR_SECRET_KEY", "")
	t.Setenv("FR_BASE_URL", "")
	_, err := flowroute.NewClientFromEnv()
	assert.EqualError(t, err, "flowroute: NewClientFromEnv: FR_ACCESS_KEY is not set in the environment")

	t.Setenv("FR_ACCESS_KEY", accessKey)
	_, err = flowroute.NewClientFromEnv()
	assert.EqualError(t, err, "flowroute: NewClientFromEnv: FR_SECRET_KEY is not set in the environment")

	t.Setenv("FR_SECRET_KEY", secretKey)
	_, err = flowroute.NewClientFromEnv()
	require.NoError(t, err)

	t.Setenv("FR_BASE_URL", "http://127.0.0.1:1/environment")
	var path string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		path = r.URL.Path
		return respond(204, ""), nil
	})
	for want, opts := range map[string][]flowroute.Option{
		"/environment/v2/routes/1": nil,
		"/option/v2/routes/1":      {flowroute.WithBaseURL("http://127.0.0.1:1/option")},
	} {
		client, err := flowroute.NewClientFromEnv(append(opts, flowroute.WithHTTPClient(&http.Client{Transport: transport}))...)
		require.NoError(t, err)
		require.NoError(t, client.Routes.Delete(t.Context(), "1"))
		assert.Equal(t, want, path, "an option goes before the environment")
	}

	t.Setenv("FR_BASE_URL", "gopher://x")
	_, err = flowroute.NewClientFromEnv()
	assert.ErrorContains(t, err, "flowroute: NewClientFromEnv: FR_BASE_URL must begin with https://")
}

func TestBaseURLKeepsItsPath(t *testing.T) {
	for base, want := range map[string]string{
		"/":             "/v2/numbers/12065550100",
		"/some/prefix":  "/some/prefix/v2/numbers/12065550100",
		"/some/prefix/": "/some/prefix/v2/numbers/12065550100",
		"/a%2Fb":        "/a%2Fb/v2/numbers/12065550100",
	} {
		var path string
		transport := roundTripper(func(r *http.Request) (*http.Response, error) {
			path = r.URL.EscapedPath()
			assert.Equal(t, "gateway.example", r.Host)
			return respond(204, ""), nil
		})
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("https://gateway.example"+base), flowroute.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		require.NoError(t, client.Do(t.Context(), "GET", "/v2/numbers/12065550100", nil, nil, nil))
		assert.Equal(t, want, path)
	}
}

func TestUserAgent(t *testing.T) {
	client, got := serve(t, 204, "", "", flowroute.WithUserAgent("mailer/1.4 (by me)"))
	require.NoError(t, client.Routes.Delete(t.Context(), "1"))
	assert.Equal(t, "mailer/1.4 (by me) flowroute-go/0.1.0", got.Header.Get("User-Agent"))
}

func TestHTTPClientIsNotChanged(t *testing.T) {
	hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return respond(204, ""), nil }), Timeout: time.Minute}
	before := fmt.Sprintf("%+v", hc)
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(hc))
	require.NoError(t, err)
	require.NoError(t, client.Routes.Delete(t.Context(), "1"))
	assert.Equal(t, before, fmt.Sprintf("%+v", hc))
	assert.Nil(t, hc.CheckRedirect)
}

func TestDo(t *testing.T) {
	client, got := serve(t, 200, "", `{"data":{"x":[1,2]}}`)
	var out struct{ Data struct{ X []int } }
	err := client.Do(t.Context(), "PUT", "/v2.1/messages/sms_callback/a%20b%2Fc", url.Values{"a": {"b c", "d"}}, map[string]string{"callback_url": "https://example.com"}, &out)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2}, out.Data.X)
	assert.Equal(t, "PUT", got.Method)
	assert.Equal(t, "/v2.1/messages/sms_callback/a%20b%2Fc", got.Path)
	assert.Equal(t, url.Values{"a": {"b c", "d"}}, got.Query)
	assert.JSONEq(t, `{"callback_url":"https://example.com"}`, got.Body)
	assert.Equal(t, "application/vnd.api+json", got.Header.Get("Content-Type"))

	var wrong []string
	err = client.Do(t.Context(), "GET", "/v2/x", nil, nil, &wrong)
	var e *flowroute.RequestError
	require.ErrorAs(t, err, &e)
	assert.NotErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	assert.ErrorIs(t, client.Do(t.Context(), "POST", "/v2/x", nil, nil, &wrong), flowroute.ErrOutcomeUnknown)
}

// TestDoWithoutABody has a success without a body leave what it would be decoded into alone, whatever the method is.
func TestDoWithoutABody(t *testing.T) {
	for _, status := range []int{200, 201, 202, 204, 205, 207} {
		for _, body := range []string{"", " \r\n\t"} {
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
				out := map[string]int{"before": 1}
				client := answering(t, status, body)
				require.NoError(t, client.Do(t.Context(), method, "/v2/x", nil, nil, &out), "%s %d %q", method, status, body)
				assert.Equal(t, map[string]int{"before": 1}, out)
			}
		}
	}
	client, _ := serve(t, 204, "", "")
	var out any
	require.NoError(t, client.Do(t.Context(), "POST", "/v2/x", nil, map[string]int{}, &out))
	assert.Nil(t, out)
	client = answering(t, 200, "{")
	require.ErrorIs(t, client.Do(t.Context(), "POST", "/v2/x", nil, nil, &out), flowroute.ErrOutcomeUnknown, "a body that ends early")
}

// TestDoBelievesTheBody has a success whose body says otherwise be an error of Do's as well, and a 207 a success.
func TestDoBelievesTheBody(t *testing.T) {
	client, _ := serve(t, 200, "", `{"errors":[{"detail":"Not yours."}]}`)
	var out any
	for _, out := range []any{nil, &out} {
		err := client.Do(t.Context(), "POST", "/v2/x", nil, nil, out)
		require.ErrorContains(t, err, "200 OK: Not yours.")
		require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	}
	client, _ = serve(t, 207, "", `{"data":{"id":"1"},"errors":[{"detail":"Half of it."}]}`)
	require.NoError(t, client.Do(t.Context(), "POST", "/v2/x", nil, nil, &out))
	assert.Equal(t, map[string]any{"id": "1"}, out.(map[string]any)["data"])
}

// TestTLSIsRecent has a server, and a program's own default, that would do with a TLS that is too old.
func TestTLSIsRecent(t *testing.T) {
	srv := newTLSServer(t, tls.VersionTLS11)
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	lax := before.(*http.Transport).Clone()
	lax.TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	lax.TLSClientConfig.MinVersion = tls.VersionTLS10
	http.DefaultTransport = lax
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(srv.URL), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	err = client.Routes.Delete(t.Context(), "1")
	assert.ErrorContains(t, err, "protocol version")
}

// TestReplacedDefaultTransport has a client use what the program has put in the place of net/http's default.
func TestReplacedDefaultTransport(t *testing.T) {
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	var requests int
	http.DefaultTransport = roundTripper(func(*http.Request) (*http.Response, error) {
		requests++
		return respond(204, ""), nil
	})
	client, err := flowroute.NewClient(accessKey, secretKey)
	require.NoError(t, err)
	require.NoError(t, client.Routes.Delete(t.Context(), "1"))
	assert.Equal(t, 1, requests)
	client.CloseIdleConnections()

	http.DefaultTransport = nil
	client, err = flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL("http://127.0.0.1:1"), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	require.ErrorContains(t, client.Routes.Delete(t.Context(), "1"), "connect")
}
