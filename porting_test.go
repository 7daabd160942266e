package flowroute_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestPortOrderForms has a list of port orders come in each form that the API may send it in.
func TestPortOrderForms(t *testing.T) {
	const order = `{"attributes":{"alias":"My Order","id":"42323","status":"pending"}}`
	for name, body := range map[string]string{
		"nested":               `{"data":{"attributes":{"orders":{"data":[` + order + `]}},"type":"portorder_list"}}`,
		"nested in a list":     `{"data":[{"attributes":{"orders":{"data":[` + order + `]}},"type":"portorder_list"}]}`,
		"flat":                 `{"data":[{"id":42323,"type":"portorder","attributes":{"alias":"My Order","status":"pending"}}]}`,
		"flat, id within":      `{"data":[` + order + `]}`,
		"one, not in any list": `{"data":` + order + `}`,
	} {
		client, _ := serve(t, 200, "", body)
		page, err := client.Porting.List(t.Context(), nil)
		require.NoError(t, err, name)
		assert.Equal(t, []flowroute.PortOrder{{ID: "42323", Alias: "My Order", Status: "pending"}}, page.Items, name)
	}
	for _, body := range []string{`{"data":[]}`, `{"data":{"attributes":{"orders":{"data":[]}}}}`} {
		client, _ := serve(t, 200, "", body)
		page, err := client.Porting.List(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, page.Items)
		assert.False(t, page.More)
	}
}

// TestPortGroupForms has a group come in each form that is likely.
func TestPortGroupForms(t *testing.T) {
	want := &flowroute.PortGroup{Status: "In Progress", Orders: []flowroute.PortOrder{{ID: "1", Status: "pending"}}}
	const order = `{"attributes":{"id":"1","status":"pending"}}`
	for _, data := range []string{
		`{"attributes":{"status":"In Progress","orders":{"data":[` + order + `]}}}`,
		`{"attributes":{"status":"In Progress","orders":[` + order + `]}}`,
		`{"attributes":{"status":"In Progress","orders":[{"data":` + order + `}]}}`,
		`{"status":"In Progress","orders":[` + order + `]}`,
	} {
		client, _ := serve(t, 200, "", `{"data":`+data+`}`)
		group, err := client.Porting.GetGroup(t.Context(), "7")
		require.NoError(t, err, data)
		assert.Equal(t, want, group, data)
	}
	client, _ := serve(t, 200, "", `{"data":{"attributes":{"status":"In Progress","orders":null}}}`)
	group, err := client.Porting.GetGroup(t.Context(), "7")
	require.NoError(t, err)
	assert.Equal(t, &flowroute.PortGroup{Status: "In Progress"}, group, "no order is made up")
}

// TestListAllPortOrdersWithoutOffsets ends where the API gives the same page again.
func TestListAllPortOrdersWithoutOffsets(t *testing.T) {
	client, _ := serve(t, 200, "", `{"data":[{"id":"1"},{"id":"2"}]}`)
	n := 0
	for _, err := range client.Porting.ListAll(t.Context(), nil) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 2, n)
}

// TestNoPortOrders takes the API's 404 for an empty list, and no other 404.
func TestNoPortOrders(t *testing.T) {
	client, _ := serve(t, 404, "", `{"errors":[{"detail":"No such port order","id":"2faefde3","status":404,"title":"Resource not found"}]}`)
	page, err := client.Porting.List(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, &flowroute.Page[flowroute.PortOrder]{Items: []flowroute.PortOrder{}}, page)
	for _, err := range client.Porting.ListAll(t.Context(), nil) {
		t.Error("there are none", err)
	}
	_, err = client.Porting.Get(t.Context(), "1")
	require.ErrorIs(t, err, flowroute.ErrNotFound, "one that is asked for is an error")

	for _, body := range []string{`{"errors":[{"status":"404 Not Found: The requested URL was not found on the server."}]}`, `<html>`, ``, `{"message":"no Route matched with those values"}`} {
		client, _ := serve(t, 404, "", body)
		_, err := client.Porting.List(t.Context(), nil)
		require.ErrorIs(t, err, flowroute.ErrNotFound, body)
	}
}

// TestListAllPortOrders goes on although the API does not say that more follows.
func TestListAllPortOrders(t *testing.T) {
	client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("offset") {
		case "":
			_, _ = io.WriteString(w, `{"data":[{"id":"1"},{"id":"2"}]}`)
		case "2":
			_, _ = io.WriteString(w, `{"data":[{"id":"3"}]}`)
		default:
			w.WriteHeader(404)
			_, _ = io.WriteString(w, `{"errors":[{"detail":"No such port order","id":"2faefde3","status":404,"title":"Resource not found"}]}`)
		}
	})
	var ids []string
	for order, err := range client.Porting.ListAll(t.Context(), nil) {
		require.NoError(t, err)
		ids = append(ids, order.ID)
	}
	assert.Equal(t, []string{"1", "2", "3"}, ids)
}

// TestUpload puts a file where the API says, without the account's keys.
func TestUpload(t *testing.T) {
	var uploaded string
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "PUT /files/csr.pdf?signature=private", r.Method+" "+r.URL.String())
		assert.Empty(t, r.Header.Get("Authorization"))
		assert.EqualValues(t, 8, r.ContentLength)
		b, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		if uploaded = string(b); uploaded == "too late" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer storage.Close()
	target := storage.URL + "/files/csr.pdf?signature=private"
	for _, body := range []string{
		`{"data":{"attributes":{"url":"` + target + `"},"links":{"self":"https://api.flowroute.com/v2/portorders/1"}}}`,
		`{"data":{"upload_url":"` + target + `","filename":"csr.pdf"}}`,
		`{"data":"` + target + `"}`,
		`{"data":{"callback_url":"https://example.com","attributes":{"status_url":"https://example.com/status","upload_url":"` + target + `"}}}`,
	} {
		var logged strings.Builder
		debug := slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})
		client, got := serve(t, 200, "", body, flowroute.WithLogger(slog.New(debug)))
		require.NoError(t, client.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("contents"), 8))
		assert.Equal(t, 1, strings.Count(logged.String(), "\n"), "the transfer of a file is not logged")
		assert.Equal(t, "/v2/portorders/42361/upload_file", got.Path)
		assert.JSONEq(t, `{"filename":"csr.pdf"}`, got.Body)
		assert.Equal(t, "contents", uploaded)

		err := client.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("too late"), 8)
		require.ErrorIs(t, err, flowroute.ErrForbidden)
		assert.NotContains(t, err.Error(), "private")
	}

	ambiguous, _ := serve(t, 200, "", `{"data":{"file":"https://example.com/1","place":"https://example.com/2"}}`)
	require.ErrorContains(t, ambiguous.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("contents"), 8), "the answer has no URL to upload the file to")
	others, _ := serve(t, 200, "", `{"data":{"status_url":"https://example.com/1"}}`)
	require.ErrorContains(t, others.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("contents"), 8), "the answer has no URL to upload the file to")
	closed, _ := serve(t, 200, "", `{"data":{"url":"http://127.0.0.1:1/x"}}`)
	refused := closed.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("contents"), 8)
	require.Error(t, refused)
	require.NotErrorIs(t, refused, context.Canceled, "nobody cancelled it")
	require.NotErrorIs(t, refused, flowroute.ErrOutcomeUnknown, "nothing was sent to the host")
	plain, _ := serve(t, 200, "", `{"data":{"url":"http://example.com/1"}}`)
	require.ErrorContains(t, plain.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("contents"), 8), "is not an https URL")

	client, _ := serve(t, 200, "", `{"data":{"links":{"self":"https://api.flowroute.com/v2/x"},"filename":"csr.pdf"}}`)
	err := client.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("contents"), 8)
	require.ErrorContains(t, err, "the answer has no URL to upload the file to")
	require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	require.ErrorIs(t, client.Porting.Upload(t.Context(), "42361", "", strings.NewReader("contents"), 8), flowroute.ErrInvalidArgument)
	require.ErrorIs(t, client.Porting.Upload(t.Context(), "42361", "csr.pdf", nil, 8), flowroute.ErrInvalidArgument)
	require.ErrorIs(t, client.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader(""), -1), flowroute.ErrInvalidArgument)
	require.ErrorIs(t, client.Porting.Upload(t.Context(), "42361", "csr.pdf", strings.NewReader("contents"), 0), flowroute.ErrInvalidArgument)
}

// TestUploadSendsTheSignedContentType has an upload have the content type that its URL is signed with, or none.
func TestUploadSendsTheSignedContentType(t *testing.T) {
	for link, want := range map[string][]string{
		"/a.pdf?AWSAccessKeyId=x&content-type=application%2Fpdf&Expires=1&Signature=y":                  {"application/pdf"},
		"/a.pdf?Content-Type=text%2Fplain%3B+charset%3Dutf-8&Signature=y":                               {"text/plain; charset=utf-8"},
		"/a.pdf?AWSAccessKeyId=x&Expires=1&Signature=y":                                                 nil,
		"/a.pdf?response-content-type=application%2Fpdf&Signature=y":                                    nil,
		"/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=y":            nil,
		"/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=content-type%3Bhost":               {"application/pdf"},
		"/a.PDF?X-Amz-SignedHeaders=content-type;host":                                                  {"application/pdf"},
		"/a.jpg?X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost":                               {"image/jpeg"},
		"/a?X-Amz-SignedHeaders=content-type%3Bhost":                                                    {"application/octet-stream"},
		"/a.pdf?X-Amz-SignedHeaders=content-type%3Bhost&content-type=application%2Fx-bill&X-Amz-Date=1": {"application/x-bill"},
		"/a.pdf?X-Amz-SignedHeaders=x-content-type%3Bhost":                                              nil,
	} {
		stored := false
		storage := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			stored = true
			assert.Equal(t, link, r.URL.String())
			assert.Equal(t, want, r.Header["Content-Type"], link)
			assert.EqualValues(t, 8, r.ContentLength)
			assert.Empty(t, r.TransferEncoding)
		}))
		client, _ := serve(t, 200, "", `{"data":{"attributes":{"url":"`+storage.URL+link+`"}}}`)
		require.NoError(t, client.Porting.Upload(t.Context(), "42361", "bill", strings.NewReader("contents"), 8))
		assert.True(t, stored)
		storage.Close()
	}

	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	orders, err := client.Porting.Create(t.Context(), portRequest("2065550142"))
	require.NoError(t, err)
	for _, name := range []string{"csr.pdf", "csr.txt"} { // the first of which is signed with a type
		require.NoError(t, client.Porting.Upload(t.Context(), orders[0].ID, name, strings.NewReader("contents"), 8), name)
	}
}
