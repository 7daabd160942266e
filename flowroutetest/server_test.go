package flowroutetest_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestClock(t *testing.T) {
	srv := flowroutetest.NewUnstartedServer()
	assert.Equal(t, time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), srv.Now())
	srv.Advance(time.Hour)
	srv.Advance(time.Minute)
	assert.Equal(t, flowroutetest.Epoch().Add(61*time.Minute), srv.Now())

	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))
	srv = flowroutetest.NewUnstartedServer(flowroutetest.WithClock(func() time.Time { return now }))
	assert.Equal(t, now.UTC(), srv.Now())
	now = now.Add(time.Second)
	srv.Advance(time.Hour)
	assert.Equal(t, now.Add(time.Hour).UTC(), srv.Now())
}

func TestRequests(t *testing.T) {
	a := newAPI(t)
	own := func(r *http.Request) {
		r.Header = http.Header{"Authorization": r.Header["Authorization"], "X-Test": {"1"}}
		r.Header.Set("User-Agent", "test")
		r.Header.Set("Accept-Encoding", "identity")
	}
	a.do("GET", "/v2/numbers?limit=2&limit=3", nil, own)
	a.Advance(time.Second)
	a.do("PATCH", "/v2/numbers/1%2F2/relationships/primary_route", `{"a":1}`, own)
	a.do("GET", "/nothing", nil, own)
	a.do("GET", "/v2/cnams/", nil, func(r *http.Request) { own(r); r.SetBasicAuth("a", "b") })

	header := http.Header{"X-Test": {"1"}, "User-Agent": {"test"}, "Accept-Encoding": {"identity"}}
	withBody := header.Clone()
	withBody.Set("Content-Length", "7")
	later := flowroutetest.Epoch().Add(time.Second)
	want := []flowroutetest.Request{
		{Operation: "numbers.list", Method: "GET", Path: "/v2/numbers", Query: url.Values{"limit": {"2", "3"}},
			Header: header, Body: []byte{}, Status: 200, Executed: true, Time: flowroutetest.Epoch()},
		{Operation: "routes.setPrimary", Method: "PATCH", Path: "/v2/numbers/1%2F2/relationships/primary_route", Query: url.Values{},
			Header: withBody, Body: []byte(`{"a":1}`), Status: 403, Time: later},
		{Operation: "", Method: "GET", Path: "/nothing", Query: url.Values{}, Header: header, Body: []byte{}, Status: 404, Time: later},
		{Operation: "cnams.list", Method: "GET", Path: "/v2/cnams/", Query: url.Values{}, Header: header, Body: []byte{}, Status: 401, Time: later},
	}
	got := a.Requests()
	assert.Equal(t, want, got)

	// What is handed out is a copy.
	got[0].Header.Set("X-Test", "2")
	got[0].Query["limit"][0] = "9"
	got[1].Body[0] = 'x'
	assert.Equal(t, want, a.Requests())
}

func TestHistory(t *testing.T) {
	h := newHook(t)
	for history, want := range map[int][]string{0: {}, 1: {"/5"}, 2: {"/4", "/5"}, 5: {"/1", "/2", "/3", "/4", "/5"}, 6: {"/1", "/2", "/3", "/4", "/5"}} {
		a := newAPI(t, flowroutetest.WithHistory(history))
		a.setCallback("sms_callback", h.URL)
		var ids []string
		for i := range 5 {
			a.get(fmt.Sprint("/", i+1))
			id, err := a.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
			require.NoError(t, err)
			ids = append(ids, id)
		}
		requests, deliveries := []string{}, []string{}
		for _, r := range a.Requests() {
			if r.Operation == "" {
				requests = append(requests, r.Path)
			}
		}
		for _, d := range a.Deliveries() {
			deliveries = append(deliveries, d.MessageID)
		}
		assert.Equal(t, want, requests)
		assert.Equal(t, ids[len(ids)-min(history, len(ids)):], deliveries)
	}
	assert.PanicsWithValue(t, "flowroutetest: WithHistory: n is -1, and must not be below 0", func() { flowroutetest.WithHistory(-1) })

	a := newAPI(t)
	for range 300 {
		a.get("/v2/routes")
	}
	assert.Len(t, a.Requests(), 300, "all are kept otherwise")
}

// TestOperations goes through all operations under the names that the package promises for them.
func TestOperations(t *testing.T) {
	a := newAPI(t)
	for _, c := range []struct{ method, path, operation string }{
		{"GET", "/v2/numbers/available/areacodes", "numbers.listAreaCodes"},
		{"GET", "/v2/numbers/available/exchanges", "numbers.listExchanges"},
		{"GET", "/v2/numbers/available", "numbers.search"},
		{"POST", "/v2/numbers/1", "numbers.purchase"},
		{"GET", "/v2/numbers", "numbers.list"},
		{"GET", "/v2/numbers/1", "numbers.get"},
		{"GET", "/v2/numbers/available/tiers", "numbers.listTiers"},
		{"POST", "/v2/numbers/details", "numbers.getMany"},
		{"PATCH", "/v2/numbers/1", "numbers.update"},
		{"DELETE", "/v2/numbers/1", "numbers.release"},
		{"GET", "/v2/routes", "routes.list"},
		{"POST", "/v2/routes", "routes.create"},
		{"PATCH", "/v2/routes/1", "routes.update"},
		{"DELETE", "/v2/routes/1", "routes.delete"},
		{"GET", "/v2/routes/edge_strategies", "routes.listEdgeStrategies"},
		{"PATCH", "/v2/numbers/1/relationships/primary_route", "routes.setPrimary"},
		{"PATCH", "/v2/numbers/1/relationships/failover_route", "routes.setFailover"},
		{"DELETE", "/v2/numbers/1/relationships/primary_route", "routes.clearPrimary"},
		{"DELETE", "/v2/numbers/1/relationships/failover_route", "routes.clearFailover"},
		{"POST", "/v2/message-provision", "numbers.provisionMessaging"},
		{"GET", "/v2/message-provision/status/1", "numbers.getMessagingTask"},
		{"POST", "/v2/portorders/portability", "porting.checkPortability"},
		{"POST", "/v2/portorders", "porting.create"},
		{"GET", "/v2/portorders", "porting.list"},
		{"GET", "/v2/portorders?group_id=1&status", "porting.getGroup"},
		{"GET", "/v2/portorders/1", "porting.get"},
		{"PATCH", "/v2/portorders/1", "porting.update"},
		{"GET", "/v2/portorders/1/status", "porting.getStatus"},
		{"PATCH", "/v2/portorders/1/status", "porting.cancel"},
		{"PATCH", "/v2/portorders/1/relationships/numbers", "porting.changeNumbers"},
		{"POST", "/v2/portorders/1/numbers", "porting.addToGroup"},
		{"GET", "/v2/portorders/1/loa", "porting.requestLOA"},
		{"POST", "/v2/portorders/1/loa", "porting.signLOA"},
		{"POST", "/v2/portorders/1/upload_file", "porting.upload"},
		{"GET", "/v2/portorders/1/files/1", "porting.getFile"},
		{"PUT", "/storage/portorders/1/1", "porting.putFile"},
		{"POST", "/v2/cdrs/exports", "cdrs.create"},
		{"GET", "/v2/cdrs/exports", "cdrs.list"},
		{"GET", "/v2/cdrs/exports/1", "cdrs.get"},
		{"GET", "/storage/cdrexports/1", "cdrs.records"},
		{"POST", "/v2.1/messages", "messages.send"},
		{"GET", "/v2.1/messages", "messages.list"},
		{"GET", "/v2.1/messages/1", "messages.get"},
		{"POST", "/v2.2/messages", "messages.send"},
		{"GET", "/v2.2/messages", "messages.list"},
		{"GET", "/v2.2/messages/1", "messages.get"},
		{"PUT", "/v2.1/messages/sms_callback", "messages.setCallback"},
		{"GET", "/v2.1/messages/mms_callback", "messages.getCallback"},
		{"PUT", "/v2.2/messages/sms_dlr_callback", "messages.setCallback"},
		{"GET", "/v2.2/messages/dlr_callback", "messages.getCallback"},
		{"POST", "/v2/numbers/1/relationships/mms_dlr_callback", "numbers.setCallback"},
		{"GET", "/storage/media/1", "messages.downloadMedia"},
		{"GET", "/v2/e911s", "e911s.list"},
		{"GET", "/v2/e911s/1", "e911s.get"},
		{"POST", "/v2/e911s/validate", "e911s.validate"},
		{"POST", "/v2/e911s", "e911s.create"},
		{"PATCH", "/v2/e911s/1", "e911s.update"},
		{"DELETE", "/v2/e911s/1", "e911s.delete"},
		{"GET", "/v2/e911s/1/relationships/numbers", "e911s.listNumbers"},
		{"PATCH", "/v2/numbers/1/relationships/e911s/1", "e911s.assign"},
		{"DELETE", "/v2/numbers/1/relationships/e911s", "e911s.unassign"},
		{"GET", "/v2/cnams", "cnams.list"},
		{"GET", "/v2/cnams/1", "cnams.get"},
		{"POST", "/v2/cnams", "cnams.create"},
		{"DELETE", "/v2/cnams/1", "cnams.delete"},
		{"PATCH", "/v2/numbers/1/relationships/cnams/1", "cnams.assign"},
		{"PATCH", "/v2/numbers/1/relationships/cnam/1", "cnams.assign"},
		{"DELETE", "/v2/numbers/1/relationships/cnams", "cnams.unassign"},
		{"DELETE", "/v2/numbers/1/relationships/cnam", "cnams.unassign"},
	} {
		a.do(c.method, c.path, nil)
		requests := a.Requests()
		assert.Equal(t, c.operation, requests[len(requests)-1].Operation, c.path)
	}
}

// TestOperationsList has the server know each operation that is listed, at its path, by its name.
func TestOperationsList(t *testing.T) {
	a := newAPI(t)
	names := map[string]bool{}
	variable := regexp.MustCompile(`{[a-z0-9]+}`)
	for _, op := range flowroutetest.Operations() {
		names[op.Name] = true
		a.do(op.Method, variable.ReplaceAllString(op.Path, "1"), nil)
		requests := a.Requests()
		assert.Equal(t, op.Name, requests[len(requests)-1].Operation, "%s %s", op.Method, op.Path)
	}
	for name := range names {
		a.Inject(flowroutetest.Fault{Operation: name})
	}
	assert.NotEmpty(t, names)
}

func TestDeterminism(t *testing.T) {
	story := func() (answers []string) {
		a := newAPI(t)
		tell := func(r response) { answers = append(answers, r.body) }
		tell(a.get("/v2/numbers/available?limit=200&order_by=state"))
		tell(a.do("POST", "/v2/numbers/"+forSale, `{"messaging_enabled":true}`))
		tell(a.do("POST", "/v2/numbers/"+forSale, nil))
		tell(a.createRoute("host", "a.example.com", "a"))
		tell(a.createPort("+12065551234", "+18005551234"))
		tell(a.createExport())
		tell(a.do("POST", "/v2/message-provision", object("numbers", []string{forSale, "12065559999"}, "action", "disable")))
		tell(a.createE911())
		tell(a.createE911())
		tell(a.createCNAM("Heartwood"))
		tell(a.send("media_urls", []string{"https://example.com/a.png"}))
		a.Advance(time.Hour)
		tell(a.get("/v2.2/messages?start_date=2026-01-01"))
		tell(a.get("/v2/nothing"))
		tell(a.get("/v2/portorders/42361"))
		export := a.get("/v2/cdrs/exports/38647")
		answers = append(answers, strings.ReplaceAll(export.body, a.URL, ""))
		tell(a.plain("GET", export.at("data", "attributes", "download_url").(string), nil))
		tell(a.get("/v2/numbers?limit=x&offset=y"))
		return answers
	}
	assert.Equal(t, story(), story())
}

func TestConcurrency(t *testing.T) {
	a := newAPI(t)
	a.Inject(flowroutetest.Fault{Operation: "cnams.list", Status: 500, Times: 50})
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for range 10 {
				a.send("body", "Hello")
				a.get("/v2/cnams")
				a.get("/v2/numbers?limit=1")
				a.Advance(time.Second)
				a.AddNumber("12065559999")
				a.Requests()
				a.Messages()
				a.Numbers()
				a.Now()
			}
		})
	}
	work.Wait()
	messages := a.Messages()
	require.Len(t, messages, 80)
	ids := map[string]bool{}
	for _, m := range messages {
		ids[m.ID] = true
	}
	assert.Len(t, ids, 80)
	failures := 0
	for _, r := range a.Requests() {
		if r.Status == 500 {
			failures++
		}
	}
	assert.Equal(t, 50, failures)
	assert.Equal(t, flowroutetest.Epoch().Add(80*time.Second), a.Now())
}

func TestStartTLS(t *testing.T) {
	srv := flowroutetest.NewUnstartedServer()
	srv.StartTLS()
	defer srv.Close()
	require.Regexp(t, `^https://127\.0\.0\.1:`, srv.URL)
	_, err := http.Get(srv.URL)
	require.ErrorContains(t, err, "certificate")
}

// TestQuiet has a server of the caller's, which logs, meet the failures that close connections.
func TestQuiet(t *testing.T) {
	var logged bytes.Buffer
	srv := flowroutetest.NewUnstartedServer()
	outer := httptest.NewUnstartedServer(srv)
	outer.Config.ErrorLog = log.New(&logged, "", 0)
	outer.Start()
	srv.Inject(flowroutetest.Fault{Cut: true}, flowroutetest.Fault{Truncate: true})
	_, err := http.Get(outer.URL)
	require.Error(t, err)
	resp, err := http.Get(outer.URL)
	require.NoError(t, err)
	_, err = io.ReadAll(resp.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NoError(t, resp.Body.Close())
	outer.Close()
	assert.Empty(t, logged.String())
}
