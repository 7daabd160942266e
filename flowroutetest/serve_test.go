package flowroutetest_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestAuthentication(t *testing.T) {
	const body = `{"errors":[{"detail":"Authentication failed.","id":"SOME-ID","status":401,"title":"Unauthorized"}]}`
	a := newAPI(t)
	for name, edit := range map[string]func(*http.Request){
		"none":         func(r *http.Request) { r.Header.Del("Authorization") },
		"another key":  func(r *http.Request) { r.SetBasicAuth("12345678", a.SecretKey) },
		"wrong secret": func(r *http.Request) { r.SetBasicAuth(a.AccessKey, "x") },
		"swapped":      func(r *http.Request) { r.SetBasicAuth(a.SecretKey, a.AccessKey) },
		"not basic":    func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+a.SecretKey) },
	} {
		t.Run(name, func(t *testing.T) {
			resp := a.do("POST", "/v2/numbers/12062795137", nil, edit)
			resp.t = t
			resp.is(401, body)
		})
	}
	assert.Len(t, a.Numbers(), 4, "nothing was carried out")
}

func TestCredentials(t *testing.T) {
	assert.Regexp(t, `^[0-9]{8}$`, flowroutetest.AccessKey)
	assert.Regexp(t, `^[0-9a-z]{32}$`, flowroutetest.SecretKey)

	a := newAPI(t, flowroutetest.WithCredentials("11112222", "another secret"))
	assert.Equal(t, "11112222", a.AccessKey)
	assert.Equal(t, 200, a.get("/v2/routes").status)
	own := func(r *http.Request) { r.SetBasicAuth(flowroutetest.AccessKey, flowroutetest.SecretKey) }
	assert.Equal(t, 401, a.do("GET", "/v2/routes", nil, own).status)
}

func TestUnknownPath(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{
		"/", "/v2", "/v2/nothing", "/v1/numbers", "/numbers", "/v2/messages", "/v2.1/numbers",
		"/v2//numbers", "//v2/numbers", "/v2/numbers//", "/v2/numbers/..", "/v2/./numbers", "/v2/numbers/1/2", "/v2/numbers%2f",
	} {
		resp := a.get(path)
		if strings.Contains(path, "..") {
			require.Equal(t, 404, resp.status) // names a number, and none that there is
			continue
		}
		resp.is(404, `{"errors":[{"status":"404 Not Found: The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again."}]}`)
	}
}

func TestWrongMethod(t *testing.T) {
	a := newAPI(t)
	for path, method := range map[string]string{
		"/v2/routes":              "PUT",
		"/v2/numbers":             "DELETE",
		"/v2.1/messages":          "PATCH",
		"/v2/e911s/validate":      "PUT",
		"/v2/numbers/available":   "PUT",
		"/v2/portorders/1":        "DELETE",
		"/v2/cdrs/exports/1":      "PATCH",
		"/v2/cnams/1/":            "POST",
		"/v2/numbers/available/x": "",
	} {
		if method == "" {
			assert.Equal(t, 404, a.get(path).status)
			continue
		}
		a.do(method, path, nil).is(405, `{"errors":[{"detail":"The method is not allowed for the requested URL.","id":"SOME-ID","status":405,"title":"Method Not Allowed"}]}`)
	}
}

func TestTrailingSlash(t *testing.T) {
	a := newAPI(t)
	assert.Equal(t, 200, a.get("/v2/routes/").status)
	assert.Equal(t, 200, a.get("/v2/numbers/"+flowroutetest.LongCode+"/?").status)
	assert.Equal(t, 204, a.do("DELETE", "/v2/numbers/"+flowroutetest.LongCode+"/relationships/e911s/", nil).status)
}

func TestHead(t *testing.T) {
	resp := newAPI(t).do("HEAD", "/v2/routes", nil)
	assert.Equal(t, 200, resp.status)
	assert.Empty(t, resp.body)
}

func TestMediaTypes(t *testing.T) {
	const body = `{"to":"12065551234","from":"12065550100","body":"Hello"}`
	a := newAPI(t)
	for _, accepted := range []string{
		"application/vnd.api+json", "application/vnd.api+json; charset=utf-8", "application/json",
		"application/json; charset=utf-8", "text/plain; charset=utf-8", "",
	} {
		assert.Equal(t, 202, a.do("POST", "/v2.1/messages", body, contentType(accepted)).status, accepted)
	}
	for _, refused := range []string{"application/x-www-form-urlencoded", "application/xml", "text/html; charset=utf-8", "nonsense;;"} {
		resp := a.do("POST", "/v2.1/messages", body, contentType(refused))
		resp.is(415, `{"errors":[{"detail":"Unsupported media type in request.","id":"SOME-ID","status":415,"title":"Unsupported Media Type"}]}`)
	}
	assert.Len(t, a.Messages(), 6)

	// What takes no body doesn't look at it.
	assert.Equal(t, 200, a.do("GET", "/v2/routes", "<x>", contentType("text/html")).status)
}

func TestMalformedBody(t *testing.T) {
	a := newAPI(t)
	for _, body := range []string{"", "{", "hello", `{"to":1}}`, `{} {}`, "{'to':'1'}"} {
		a.do("POST", "/v2.1/messages", body).is(400, `{"errors":[{"detail":"The body is not valid JSON.","id":"SOME-ID","status":400,"title":"Bad Request"}]}`)
	}
	for _, body := range []string{"[]", "null", `"text"`, "1"} {
		a.do("POST", "/v2.1/messages", body).is(422, invalid(`{"_schema":["Invalid input type."]}`))
	}
	for body, detail := range map[string]string{
		`{"data":null}`:                              `{"data":["Invalid input type."]}`,
		`{"data":[]}`:                                `{"data":["Invalid input type."]}`,
		`{"data":{"attributes":{}}}`:                 `{"data":{"type":["Missing data for required field."]}}`,
		`{"data":{"type":"route","attributes":{}}}`:  `{"data":{"type":["Invalid type. Expected \"message\"."]}}`,
		`{"data":{"type":"message"}}`:                `{"data":{"attributes":["Missing data for required field."]}}`,
		`{"data":{"type":"message","attributes":7}}`: `{"data":{"attributes":["Invalid input type."]}}`,
	} {
		a.do("POST", "/v2.1/messages", body).is(422, invalid(detail))
	}
}

// TestBodyForms sends each operation's values in both forms. It takes them in those that the documentation or an
// official SDK has for it.
func TestBodyForms(t *testing.T) {
	const (
		flat   = 1
		data   = 2
		either = flat + data
	)
	order := portOrder([]string{"+12065551999"})["data"].(map[string]any)["attributes"].(map[string]any)
	call := object("filter_parameters", object("start_call_start_time", "2026-01-01", "start_call_end_time", "2026-01-02"))
	for _, c := range []struct {
		method, path, kind string
		values             map[string]any
		forms              int
	}{
		{"POST", "/v2/numbers/" + forSale, "number", object("cnam_lookups_enabled", true), flat},
		{"POST", "/v2/numbers/details", "number", object("numbers", []string{flowroutetest.LongCode}), flat},
		{"PATCH", "/v2/numbers/" + flowroutetest.LongCode, "number", object("type", "number", "alias", "x"), flat},
		{"POST", "/v2/numbers/" + flowroutetest.LongCode + "/relationships/sms_callback", "callback", object("callback_url", "https://example.com"), either},
		{"POST", "/v2/message-provision", "number", object("numbers", []string{flowroutetest.LongCode}, "action", "enable"), flat},
		{"POST", "/v2/routes", "route", object("route_type", "host", "value", "b.example.com", "alias", "b"), data},
		{"PATCH", "/v2/routes/98396", "route", object("alias", "c"), data},
		{"POST", "/v2.1/messages", "message", object("to", recipient, "from", flowroutetest.LongCode, "body", "Hi"), either},
		{"POST", "/v2.2/messages", "message", object("to", recipient, "from", flowroutetest.LongCode, "body", "Hi"), either},
		{"PUT", "/v2.1/messages/sms_callback", "callback", object("callback_url", "https://example.com"), either},
		{"POST", "/v2/e911s/validate", "e911", address(), data},
		{"POST", "/v2/e911s", "e911", address("label", "Other", "street_number", "9"), data},
		{"PATCH", "/v2/e911s/21845", "e911", object("label", "x"), data},
		{"POST", "/v2/cnams", "cnam", object("value", "Heartwood"), flat},
		{"POST", "/v2/portorders/portability", "portorder", object("numbers", []string{"+12065551998"}), flat},
		{"POST", "/v2/portorders", "portorder", order, data},
		{"PATCH", "/v2/portorders/42361", "portorder", object("alias", "x"), either},
		{"PATCH", "/v2/portorders/42361/relationships/numbers", "portorder", object("add", []string{"+12065551997"}), flat},
		{"POST", "/v2/portorders/38697/numbers", "portorder", object("add", []string{"+12065551997"}), flat},
		{"POST", "/v2/portorders/42361/loa", "loa", object("type", "loa", "signature_name", "John Doe", "signature_title", "CEO"), flat},
		{"POST", "/v2/portorders/42361/upload_file", "portorder-file", object("filename", "csr.pdf"), flat},
		{"PATCH", "/v2/portorders/42361/status", "portorder", object("status", "cancelled"), flat},
		{"POST", "/v2/cdrs/exports", "cdrexport", call, data},
	} {
		for form, body := range map[int]map[string]any{flat: c.values, data: enveloped(c.kind, c.values)} {
			a := newAPI(t)
			a.createRoute("host", "a.example.com", "a").created()
			a.createE911().created()
			a.createPort("+12065551234").created()
			resp := a.do(c.method, c.path, body)
			switch {
			case c.forms&form != 0:
				assert.Less(t, resp.status, 300, "%s %s %v: %s", c.method, c.path, body, resp.body)
			case form == data:
				resp.is(422, invalid(`{"data":["Unknown field."]}`))
			default:
				resp.is(422, invalid(`{"data":["Missing data for required field."]}`))
			}
		}
	}
}

// TestUnknown misspells names, which is refused, or where the server is told so ignored.
func TestUnknown(t *testing.T) {
	sms := object("to", recipient, "from", flowroutetest.LongCode, "body", "Hi", "dlr_calback", "https://example.com")
	beside := enveloped("message", object("to", recipient, "from", flowroutetest.LongCode, "body", "Hi"))
	beside["dlr_callback"] = "https://example.com"
	within := enveloped("message", object("to", recipient, "from", flowroutetest.LongCode, "body", "Hi"))
	within["data"].(map[string]any)["dlr_callback"] = "https://example.com"
	export := object("start_call_start_time", "2026-01-01", "start_call_end_time", "2026-01-02", "number_alias", "x")
	order := portOrder([]string{"+12065551999"}, "presets", object("alais", "x"), "loa_details", object("email", "a@example.com", "bcc", "b"))
	strict, lenient := newAPI(t), newAPI(t, flowroutetest.WithUnknownIgnored())
	for _, c := range []struct {
		method, path string
		body         any
		status       int
		detail       string
	}{
		{"GET", "/v2/numbers?start_wiht=1206", nil, 200, `{"start_wiht":["Unknown field."]}`},
		{"GET", "/v2/numbers?page=3&limit=0&size=", nil, 422, `{"page":["Unknown field."],"size":["Unknown field."]}`},
		{"GET", "/v2/numbers/" + flowroutetest.LongCode + "?limit=1", nil, 200, `{"limit":["Unknown field."]}`},
		{"GET", "/v2/routes?status=x", nil, 200, `{"status":["Unknown field."]}`},
		{"GET", "/v2/portorders?group_id=1&order=alias", nil, 404, `{"order":["Unknown field."]}`},
		{"POST", "/v2/numbers/" + forSale + "?mesaging_enabled=true", nil, 201, `{"mesaging_enabled":["Unknown field."]}`},
		{"POST", "/v2.1/messages?dlr_callback=https://example.com", sms, 202, `{"dlr_callback":["Unknown field."]}`},
		{"POST", "/v2.1/messages", sms, 202, `{"dlr_calback":["Unknown field."]}`},
		{"POST", "/v2.1/messages", enveloped("message", sms), 202, `{"data":{"attributes":{"dlr_calback":["Unknown field."]}}}`},
		{"POST", "/v2.1/messages", beside, 202, `{"dlr_callback":["Unknown field."]}`},
		{"POST", "/v2.1/messages", within, 202, `{"data":{"dlr_callback":["Unknown field."]}}`},
		{"POST", "/v2/e911s", enveloped("e911", address("zip_code", "98101")), 201, `{"data":{"attributes":{"zip_code":["Unknown field."]}}}`},
		{"PATCH", "/v2/numbers/" + flowroutetest.LongCode, object("type", "number", "alais", "x"), 200, `{"alais":["Unknown field."]}`},
		{"PATCH", "/v2/numbers/" + flowroutetest.LongCode + "/relationships/primary_route", object("data", object("type", "route", "id", "0", "weight", 1)), 204,
			`{"data":{"weight":["Unknown field."]}}`},
		{"POST", "/v2/cdrs/exports", enveloped("cdrexport", object("filter_parameters", export)), 201,
			`{"data":{"attributes":{"filter_parameters":{"number_alias":["Unknown field."]}}}}`},
		{"POST", "/v2/portorders", order, 201,
			`{"data":{"attributes":{"presets":{"alais":["Unknown field."]},"loa_details":{"bcc":["Unknown field."]}}}}`},
	} {
		strict.do(c.method, c.path, c.body).is(422, invalid(c.detail))
		resp := lenient.do(c.method, c.path, c.body)
		assert.Equal(t, c.status, resp.status, "%s %s: %s", c.method, c.path, resp.body)
	}
	assert.Empty(t, strict.Messages(), "nothing was carried out")
	assert.Len(t, strict.Numbers(), 4)

	// Who has no access isn't told what there is.
	assert.Equal(t, 401, strict.plain("GET", strict.URL+"/v2/numbers?start_wiht=1206", nil).status)

	// Official SDKs send these, to no effect.
	strict.createPort("+12065551998").created()
	assert.Equal(t, 200, strict.get("/v2/portorders?is_approved=true&limit=1").status)
	assert.Equal(t, 200, strict.get("/v2/cnams?starts_with=a&contains=b&ends_with=c").status)
}

func TestPaging(t *testing.T) {
	a := newAPI(t)
	for query, detail := range map[string]string{
		"limit=0":           `{"limit":["Must be greater than or equal to 1 and less than or equal to 200."]}`,
		"limit=-1":          `{"limit":["Must be greater than or equal to 1 and less than or equal to 200."]}`,
		"limit=201":         `{"limit":["Must be greater than or equal to 1 and less than or equal to 200."]}`,
		"limit=x":           `{"limit":["Not a valid integer."]}`,
		"limit=1.5":         `{"limit":["Not a valid integer."]}`,
		"limit=":            `{"limit":["Not a valid integer."]}`,
		"offset=-1":         `{"offset":["Must be greater than or equal to 0."]}`,
		"offset=many":       `{"offset":["Not a valid integer."]}`,
		"limit=0&offset=-1": `{"limit":["Must be greater than or equal to 1 and less than or equal to 200."],"offset":["Must be greater than or equal to 0."]}`,
	} {
		a.get("/v2/numbers?"+query).is(422, invalid(detail))
	}
	for path, limits := range map[string][2]string{
		"/v2/numbers/available/areacodes": {"400", "401"},
		"/v2/numbers/available/exchanges": {"200", "201"},
		"/v2/numbers/available":           {"200", "201"},
		"/v2/numbers/available/tiers":     {"200", "201"},
		"/v2/routes":                      {"200", "201"},
		"/v2/cdrs/exports":                {"200", "201"},
		"/v2/e911s":                       {"2000", "2001"},
		"/v2/cnams":                       {"1000000", "0"},
	} {
		assert.Equal(t, 200, a.get(path+"?limit="+limits[0]).status, path)
		assert.Equal(t, 422, a.get(path+"?limit="+limits[1]).status, path)
	}

	// An offset past the end is no error.
	a.get("/v2/numbers?offset=1000").is(200,
		`{"data":[],"links":{"self":"https://api.flowroute.com/v2/numbers?limit=10&offset=1000"}}`)

	// The last page has no next link, even when it is full.
	first := a.get("/v2/numbers?limit=2")
	assert.Equal(t, "https://api.flowroute.com/v2/numbers?limit=2&offset=2", first.at("links", "next"))
	last := a.get("/v2/numbers?limit=2&offset=2")
	assert.Len(t, last.ids(), 2)
	assert.Nil(t, last.at("links", "next"))
	assert.Equal(t, a.Numbers(), append(first.ids(), last.ids()...))
}

func TestUnstarted(t *testing.T) {
	srv := flowroutetest.NewUnstartedServer()
	defer srv.Close()
	assert.Empty(t, srv.URL)

	// Mounted under a path of another server.
	outer := httptest.NewServer(http.StripPrefix("/prefix", srv))
	defer outer.Close()
	req, err := http.NewRequest("GET", outer.URL+"/prefix/v2/routes/", nil)
	require.NoError(t, err)
	req.SetBasicAuth(srv.AccessKey, srv.SecretKey)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 200, resp.StatusCode)

	// Called without any network.
	recorder := httptest.NewRecorder()
	srv.ServeHTTP(recorder, &http.Request{Method: "GET", URL: &url.URL{Path: "/v2/routes"}})
	assert.Equal(t, 401, recorder.Code)
	assert.Len(t, srv.Requests(), 2)
}

func TestClose(t *testing.T) {
	srv := flowroutetest.NewServer()
	srv.AddNumber("12065559999")
	srv.Close()
	srv.Close()
	assert.Contains(t, srv.Numbers(), "12065559999")
}

// unread is a body that is not to be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// TestCredentialsComeFirst has requests that are refused for what is known without their body. Nothing of that is read.
func TestCredentialsComeFirst(t *testing.T) {
	const large = 300 << 20
	srv := flowroutetest.NewUnstartedServer()
	key := func(r *http.Request) { r.SetBasicAuth(srv.AccessKey, srv.SecretKey) }
	nothing := func(*http.Request) {}
	for _, c := range []struct {
		method, path string
		length       int64
		edit         func(*http.Request)
		status       int
	}{
		{"POST", "/v2.1/messages", large, nothing, 401},
		{"POST", "/v2.1/messages", 10, nothing, 401},
		{"POST", "/v2.1/messages", -1, nothing, 401},
		{"POST", "/v2.1/messages", -1, func(r *http.Request) { r.SetBasicAuth(srv.AccessKey, "x") }, 401},
		{"GET", "/v2/numbers", large, nothing, 401},
		{"POST", "/nowhere", large, nothing, 404},
		{"PUT", "/storage/portorders/1/0", -1, nothing, 403},
		{"PUT", "/storage/portorders/1/0?X-Amz-Signature=00", large, nothing, 403},
		{"PUT", "/storage/portorders/1/0?X-Amz-Signature=00", large, key, 400},
		{"GET", "/storage/cdrexports/1", large, nothing, 403},
		{"POST", "/v2.1/messages", large, key, 413},
		{"POST", "/v2.1/messages", flowroutetest.MaxBody + 1, key, 413},
		{"PUT", "/v2/routes", large, key, 405},
	} {
		r := httptest.NewRequest(c.method, c.path, unread{t})
		r.ContentLength = c.length
		c.edit(r)
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		assert.Equal(t, c.status, w.Code, "%s %s", c.method, c.path)
		requests := srv.Requests()
		assert.Equal(t, c.status, requests[len(requests)-1].Status)
		assert.Equal(t, []byte{}, requests[len(requests)-1].Body)
	}
}

// TestBodyLimits sends bodies at their limit, and a byte beyond it, with their length and in chunks.
func TestBodyLimits(t *testing.T) {
	a := newAPI(t)
	order := a.createPort("+12065551234").created()
	upload := a.do("POST", "/v2/portorders/"+order+"/upload_file", object("filename", "csr.pdf")).at("data", "attributes", "url").(string)
	for _, chunked := range []bool{false, true} {
		send := func(method, address string, size int, key bool) response {
			return a.do(method, strings.TrimPrefix(address, a.URL), strings.Repeat(" ", size), func(r *http.Request) {
				if !key {
					r.Header.Del("Authorization")
					r.Header.Set("Content-Type", "application/pdf") // as the URL is signed
				}
				if chunked {
					r.ContentLength, r.GetBody = -1, nil
				}
			})
		}
		assert.Equal(t, 400, send("POST", "/v2.1/messages", flowroutetest.MaxBody, true).status, "which is no JSON")
		send("POST", "/v2.1/messages", flowroutetest.MaxBody+1, true).is(413,
			`{"errors":[{"detail":"The data value transmitted exceeds the capacity limit.","id":"SOME-ID","status":413,"title":"Request Entity Too Large"}]}`)
		if chunked {
			assert.Equal(t, 200, send("PUT", upload, flowroutetest.MaxUpload, false).status)
		}
		refused := send("PUT", upload, flowroutetest.MaxUpload+1, false)
		assert.Equal(t, 413, refused.status)
		assert.Contains(t, refused.body, "<Code>EntityTooLarge</Code>")
	}
	for _, r := range a.Requests() {
		assert.Equal(t, r.Status < 300, r.Executed, r.Operation)
	}
}

// raw is a connection over which a test speaks HTTP itself.
type raw struct {
	net.Conn
	*bufio.Reader
	t *testing.T
}

func dial(t *testing.T, srv *flowroutetest.Server) raw {
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(srv.URL, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return raw{conn, bufio.NewReader(conn), t}
}

func (c raw) send(lines ...string) {
	c.t.Helper()
	_, err := io.WriteString(c.Conn, strings.Join(lines, "\r\n"))
	require.NoError(c.t, err)
}

// begin sends the header of a request, with what it has besides, and when the server asks for the body a part of that.
func (c raw) begin(line, header, body string) {
	c.t.Helper()
	c.send(line+" HTTP/1.1", "Host: x", header, "Expect: 100-continue", "", "")
	_, err := c.ReadString('\n')
	require.NoError(c.t, err)
	c.send(body)
}

func (c raw) Read(b []byte) (int, error) { return c.Reader.Read(b) }

// authorization is the header with a server's keys.
func authorization(srv *flowroutetest.Server) string {
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth(srv.AccessKey, srv.SecretKey)
	return "Authorization: " + r.Header.Get("Authorization")
}

// TestExpectContinue asks leave to send a body, which is given only where it would be read.
func TestExpectContinue(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	for _, c := range []struct{ header, status string }{
		{"X-Key: none", "HTTP/1.1 401 Unauthorized\r\n"},
		{authorization(srv), "HTTP/1.1 100 Continue\r\n"},
	} {
		conn := dial(t, srv)
		conn.send("POST /v2.1/messages HTTP/1.1", "Host: x", c.header, "Content-Length: 10", "Expect: 100-continue", "", "")
		status, err := conn.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, c.status, status)
		_ = conn.Conn.Close()
	}
}

// TestAnswerToBodyWithoutEnd has a client send chunks for as long as the connection takes them.
func TestAnswerToBodyWithoutEnd(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	for _, c := range []struct {
		header string
		status int
	}{{"X-Key: none", 401}, {authorization(srv), 413}} {
		conn := dial(t, srv)
		conn.send("POST /v2.1/messages HTTP/1.1", "Host: x", c.header, "Transfer-Encoding: chunked", "", "")
		go func() {
			chunk := fmt.Sprintf("%x\r\n%s\r\n", 4096, strings.Repeat("x", 4096))
			for err := error(nil); err == nil; {
				_, err = io.WriteString(conn.Conn, chunk)
			}
		}()
		resp, err := http.ReadResponse(conn.Reader, nil)
		require.NoError(t, err)
		assert.Equal(t, c.status, resp.StatusCode)
		_ = conn.Conn.Close()
	}
}

// TestCloseWithStalledClients has clients stall in the middle of each part of a request and a response. None of them
// keeps the server from closing.
func TestCloseWithStalledClients(t *testing.T) {
	for name, stall := range map[string]func(t *testing.T, srv *flowroutetest.Server, c raw){
		"in the header": func(_ *testing.T, _ *flowroutetest.Server, c raw) { c.send("POST /v2.1/messages HTTP/1.1", "Host:") },
		"in the body": func(_ *testing.T, srv *flowroutetest.Server, c raw) {
			c.begin("POST /v2.1/messages", authorization(srv)+"\r\nContent-Length: 10", "{")
		},
		"in a body that is not read": func(t *testing.T, _ *flowroutetest.Server, c raw) {
			c.send("POST /v2.1/messages HTTP/1.1", "Host: x", "Content-Length: 10", "", "{")
			_, err := c.ReadString('\n')
			require.NoError(t, err)
		},
		"in a chunk": func(_ *testing.T, srv *flowroutetest.Server, c raw) {
			c.begin("POST /v2.1/messages", authorization(srv)+"\r\nTransfer-Encoding: chunked", "1\r\n{\r\n")
		},
		"in an upload": func(t *testing.T, srv *flowroutetest.Server, c raw) {
			a := api{srv, t}
			order := a.createPort("+12065551234").created()
			upload := a.do("POST", "/v2/portorders/"+order+"/upload_file", object("filename", "csr.pdf")).at("data", "attributes", "url").(string)
			c.begin("PUT "+strings.TrimPrefix(upload, a.URL), "Content-Length: 1000000", strings.Repeat("x", 1000))
		},
		"in the response": func(t *testing.T, srv *flowroutetest.Server, c raw) {
			srv.Inject(flowroutetest.Fault{Pad: 64 << 20})
			c.send("GET /v2/numbers HTTP/1.1", "Host: x", authorization(srv), "", "")
			_, err := c.ReadString('\n')
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := flowroutetest.NewServer()
			stall(t, srv, dial(t, srv))
			closed := make(chan struct{})
			go func() {
				srv.Close()
				close(closed)
			}()
			select {
			case <-closed:
			case <-time.After(time.Minute):
				t.Fatal("the server does not close")
			}
		})
	}
}

// TestStalledBodyOnAnotherServer mounts the fake in a server of the caller's: a body is waited for until the fake
// closes, or for a minute.
func TestStalledBodyOnAnotherServer(t *testing.T) {
	for name, closes := range map[string]bool{"the fake closes": true, "a minute passes": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := flowroutetest.NewUnstartedServer()
				client, conn := net.Pipe()
				outer := &http.Server{Handler: srv, ErrorLog: log.New(io.Discard, "", 0)}
				go outer.Serve(&single{conn: conn}) //nolint:errcheck // it ends with the listener
				defer outer.Close()
				start := time.Now()
				c := raw{client, bufio.NewReader(client), t}
				c.send("POST /v2.1/messages HTTP/1.1", "Host: x", authorization(srv), "Content-Length: 10", "", "{")
				synctest.Wait()
				if closes {
					srv.Close()
				}
				_, err := c.ReadByte()
				require.ErrorIs(t, err, io.EOF)
				assert.Empty(t, srv.Requests())
				if closes {
					assert.Zero(t, time.Since(start))
				} else {
					assert.Equal(t, flowroutetest.BodyTimeout, time.Since(start))
				}
			})
		})
	}
}

// single is a listener that accepts one connection.
type single struct {
	conn net.Conn
	done bool
}

func (l *single) Accept() (net.Conn, error) {
	if l.done {
		return nil, net.ErrClosed
	}
	l.done = true
	return l.conn, nil
}

func (l *single) Close() error   { return nil }
func (l *single) Addr() net.Addr { return &net.IPAddr{} }

// TestDelayAfterABody has a delay be longer than a body may take to arrive, which is no matter once it has arrived.
func TestDelayAfterABody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer()
		srv.Inject(flowroutetest.Fault{Delay: time.Hour})
		client, conn := net.Pipe()
		outer := &http.Server{Handler: srv}
		go outer.Serve(&single{conn: conn}) //nolint:errcheck // it ends with the listener
		defer outer.Close()
		start := time.Now()
		c := raw{client, bufio.NewReader(client), t}
		c.send("POST /v2/cnams HTTP/1.1", "Host: x", authorization(srv), "Content-Length: 16", "", `{"value":"Acme"}`)
		resp, err := http.ReadResponse(c.Reader, nil)
		require.NoError(t, err)
		assert.Equal(t, 201, resp.StatusCode)
		assert.Equal(t, time.Hour, time.Since(start))
		_ = client.Close()
	})
}
