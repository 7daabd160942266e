package flowroutetest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

const mediaType = "application/vnd.api+json"

// api is a server and the way to it that any HTTP client has.
type api struct {
	*flowroutetest.Server
	t testing.TB
}

func newAPI(t testing.TB, opts ...flowroutetest.Option) api {
	srv := flowroutetest.NewServer(opts...)
	t.Cleanup(srv.Close)
	return api{srv, t}
}

type response struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	value  func() any // the body, decoded
}

// do sends a request with the right credentials. A body of text is sent as it is, any other as JSON.
func (a api) do(method, path string, body any, edits ...func(*http.Request)) response {
	a.t.Helper()
	resp, err := a.try(method, path, body, edits...)
	require.NoError(a.t, err)
	return resp
}

func (a api) try(method, path string, body any, edits ...func(*http.Request)) (response, error) {
	a.t.Helper()
	var content io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(body)
	default:
		encoded, err := json.Marshal(body)
		require.NoError(a.t, err)
		content = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.URL+path, content)
	require.NoError(a.t, err)
	req.SetBasicAuth(a.AccessKey, a.SecretKey)
	if body != nil {
		req.Header.Set("Content-Type", mediaType)
	}
	for _, edit := range edits {
		edit(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	value := sync.OnceValue(func() (value any) {
		require.NoError(a.t, json.Unmarshal(got, &value), string(got))
		return value
	})
	return response{a.t, resp.StatusCode, resp.Header, string(got), value}, err
}

// plain sends a request without credentials to a whole URL.
func (a api) plain(method, address string, body any, edits ...func(*http.Request)) response {
	a.t.Helper()
	path, own := strings.CutPrefix(address, a.URL)
	require.True(a.t, own, address)
	edits = append([]func(*http.Request){func(r *http.Request) { r.Header = http.Header{} }}, edits...)
	return a.do(method, path, body, edits...)
}

func (a api) get(path string) response {
	a.t.Helper()
	return a.do("GET", path, nil)
}

func contentType(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Content-Type", value) }
}

// is checks a status and a whole body. In the expectation, SOME-ID stands for any error id.
func (r response) is(status int, body string) {
	r.t.Helper()
	require.Equal(r.t, status, r.status, r.body)
	if body == "" {
		assert.Empty(r.t, r.body)
		assert.Empty(r.t, r.header.Get("Content-Type"))
		return
	}
	assert.Equal(r.t, mediaType, r.header.Get("Content-Type"))
	got := r.body
	if strings.Contains(body, "SOME-ID") {
		id, _ := r.at("errors", 0, "id").(string)
		require.Regexp(r.t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
		got = strings.ReplaceAll(got, id, "SOME-ID")
	}
	assert.JSONEq(r.t, body, got)
}

// at returns the value at a path of names and indices in the body.
func (r response) at(path ...any) any {
	r.t.Helper()
	value := r.value()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, isObject := value.(map[string]any)
			require.True(r.t, isObject, path)
			value = object[step]
		case int:
			list, isList := value.([]any)
			require.True(r.t, isList && step < len(list), path)
			value = list[step]
		}
	}
	return value
}

// ids returns the ids of a list, in their order.
func (r response) ids() []string {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status, r.body)
	list, _ := r.at("data").([]any)
	ids := make([]string, len(list))
	for i := range list {
		ids[i], _ = r.at("data", i, "id").(string)
	}
	return ids
}

// created returns the id of what a request made.
func (r response) created() string {
	r.t.Helper()
	require.Contains(r.t, []int{http.StatusCreated, http.StatusAccepted}, r.status, r.body)
	id, _ := r.at("data", "id").(string)
	require.NotEmpty(r.t, id)
	return id
}

func object(pairs ...any) map[string]any {
	o := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1]
	}
	return o
}

// enveloped is a resource as JSON:API sends it.
func enveloped(kind string, attributes map[string]any) map[string]any {
	return object("data", object("type", kind, "attributes", attributes))
}

// Error bodies that several operations share.
const (
	notFound      = `{"errors":[{"detail":"Could not find that resource on your account.","id":"SOME-ID","status":404}]}`
	notAuthorized = `{"errors":[{"status":403,"detail":"","title":"ActionNotAuthorizedError"}]}`
)

// invalid is the error body for a detail that is an object.
func invalid(detail string) string {
	return `{"errors":[{"detail":` + detail + `,"id":"SOME-ID","status":422}]}`
}
