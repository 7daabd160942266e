package flowroutetest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// hook is a server that is told of events, and answers with what it is given.
type hook struct {
	*httptest.Server
	mu       sync.Mutex
	answers  []int // 200 when there are none left
	requests []string
	header   http.Header
}

func newHook(t *testing.T, answers ...int) *hook {
	h := &hook{answers: answers}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	h.requests = append(h.requests, r.URL.Path+" "+string(body))
	h.header = r.Header
	status := 200
	if len(h.answers) > 0 {
		status, h.answers = h.answers[0], h.answers[1:]
	}
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
}

// setCallback sets the URL for a kind of events, of the account or of a number.
func (a api) setCallback(kind, url string, number ...string) {
	a.t.Helper()
	if len(number) > 0 {
		a.do("POST", "/v2/numbers/"+number[0]+"/relationships/"+kind, object("data", object("attributes", object("callback_url", url)))).is(204, "")
		return
	}
	a.do("PUT", "/v2.1/messages/"+kind, object("data", object("attributes", object("callback_url", url)))).is(204, "")
}

// told is what was delivered last, checked to be JSON as the server records it.
func (a api) told(h *hook) string {
	a.t.Helper()
	require.NotEmpty(a.t, h.requests)
	_, body, _ := strings.Cut(h.requests[len(h.requests)-1], " ")
	deliveries := a.Deliveries()
	assert.Equal(a.t, body, string(deliveries[len(deliveries)-1].Body))
	return body
}

func TestCallbacks(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{"/v2.1/messages/mms_callback", "/v2.2/messages/sms_dlr_callback", "/v2.1/messages/dlr_callback"} {
		a.get(path).is(404, notFound)
	}
	a.setCallback("mms_callback", "https://example.com/mms")
	a.do("PUT", "/v2.2/messages/dlr_callback", `{"callback_url":"https://example.com/dlr"}`).is(204, "")
	a.get("/v2.2/messages/mms_callback").is(200, `{"data":{"attributes":{"api_version":"2.1","callback_url":"https://example.com/mms","product":"mms"},"type":"callback"}}`)
	a.get("/v2.1/messages/dlr_callback").is(200, `{"data":{"attributes":{"api_version":"2.1","callback_url":"https://example.com/dlr","product":"dlr"},"type":"callback"}}`)
	a.get("/v2.1/messages/sms_dlr_callback").is(200, `{"data":{"attributes":{"api_version":"2.1","callback_url":"https://example.com/dlr","product":"sms_dlr"},"type":"callback"}}`)
	a.SetWebhooks(flowroutetest.Webhooks{FlatMessages: true})
	assert.Equal(t, "2.0", a.get("/v2.1/messages/mms_callback").at("data", "attributes", "api_version"))

	a.do("PUT", "/v2.1/messages/sms_callback", `{}`).is(422, invalid(`{"callback_url":["Missing data for required field."]}`))
	a.do("PUT", "/v2.1/messages/sms_callback", `{"data":{"attributes":{"callback_url":"ftp://x"}}}`).is(422, invalid(`{"data":{"attributes":{"callback_url":["Not a valid URL."]}}}`))
	a.do("POST", "/v2/numbers/12065559999/relationships/sms_callback", `{"callback_url":"https://example.com"}`).is(403, notAuthorized)
	a.do("POST", "/v2/numbers/"+flowroutetest.LongCode+"/relationships/sms_callback", `{}`).is(422, invalid(`{"callback_url":["Missing data for required field."]}`))
	assert.Equal(t, 405, a.do("POST", "/v2.1/messages/sms_callback", `{}`).status)
	assert.Equal(t, 405, a.do("PUT", "/v2.1/messages/other_callback", `{}`).status)
}

func TestReceiveSMS(t *testing.T) {
	a, h := newAPI(t), newHook(t)
	a.setCallback("sms_callback", h.URL+"/sms")
	id, err := a.Receive(flowroutetest.Inbound{From: "+" + recipient, To: flowroutetest.LongCode, Body: "Hi"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"data":{"attributes":{"amount_display":"$0.0040","amount_nanodollars":"4000000","body":"Hi","direction":"inbound","from":"12065551234",
		"is_mms":false,"message_callback_url":"`+h.URL+`/sms","message_encoding":0,"message_type":"longcode","status":"delivered",
		"timestamp":"2026-01-05T09:00:00.000000Z","to":"12065550100"},"id":"`+id+`","type":"message"}}`, a.told(h))
	assert.Equal(t, "application/json", h.header.Get("Content-Type"))
	assert.Equal(t, "gzip", h.header.Get("Accept-Encoding"))
	assert.Empty(t, h.header.Get("Authorization"))
	assert.Equal(t, []flowroutetest.Delivery{{
		Callback: "sms_callback", MessageID: id, Attempt: 1, URL: h.URL + "/sms", Body: []byte(a.told(h)), Status: 200, Time: flowroutetest.Epoch(),
	}}, a.Deliveries())

	a.get("/v2.1/messages/"+id).is(200, `{"data":{"attributes":{"amount_display":"$0.0040","amount_nanodollars":4000000,"body":"Hi","delivery_receipts":[],
		"direction":"inbound","from":"12065551234","is_mms":false,"message_encoding":0,"message_type":"longcode","status":"delivered",
		"timestamp":"2026-01-05T09:00:00.00Z","to":"12065550100"},"id":"`+id+`","type":"message"}}`)
	assert.Equal(t, []string{id}, a.get("/v2.1/messages?start_date=2026-01-05").ids())
	assert.Empty(t, a.Messages(), "it was not sent")

	a.SetWebhooks(flowroutetest.Webhooks{FlatMessages: true})
	id, err = a.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"body":"Hi","from":"12065551234","id":"`+id+`","to":"12065550100"}`, a.told(h))
	a.Advance(time.Hour)
	assert.Len(t, h.requests, 2)
}

func TestReceiveMMS(t *testing.T) {
	a, h := newAPI(t), newHook(t)
	a.setCallback("mms_callback", h.URL+"/mms")
	picture := []byte("\x89PNG\r\n")
	id, err := a.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.TollFree, Attachments: []flowroutetest.Attachment{
		{FileName: "IMG 1.PNG", Content: picture}, {MIMEType: "text/x-vcard", Content: []byte("BEGIN")},
	}})
	require.NoError(t, err)
	picture[0] = 'x' // what was sent is a copy
	var told struct {
		Included []struct {
			Attributes struct{ URL string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(a.told(h)), &told))
	require.Len(t, told.Included, 2)
	link, other := told.Included[0].Attributes.URL, told.Included[1].Attributes.URL
	assert.True(t, strings.HasPrefix(link, a.URL+"/storage/media/1490420351891410001-IMG%201.PNG?Expires="), link)
	quoted, err := json.Marshal([]string{link, other})
	require.NoError(t, err)
	links := strings.Split(strings.Trim(string(quoted), "[]"), ",")
	assert.JSONEq(t, `{"included":[
		{"attributes":{"file_name":"IMG 1.PNG","file_size":6,"mime_type":"image/png","url":`+links[0]+`},"id":"1490420351891410001-IMG 1.PNG","links":{"self":"https://api.flowroute.com/v2.1/media/1490420351891410001-IMG%201.PNG"},"type":"media"},
		{"attributes":{"file_name":"media","file_size":5,"mime_type":"text/x-vcard","url":`+links[1]+`},"id":"1490420351891410002-media","links":{"self":"https://api.flowroute.com/v2.1/media/1490420351891410002-media"},"type":"media"}],
		"data":{"attributes":{"amount_display":"$0.0095","amount_nanodollars":9500000,"body":null,"delivery_receipts":[],"direction":"inbound","from":"12065551234",
		"is_mms":true,"message_encoding":0,"message_type":"toll-free","status":"","timestamp":"2026-01-05T09:00:00.00Z","to":"18445550100"},"id":"`+id+`","type":"message",
		"relationships":{"media":{"data":[{"id":"1490420351891410001-IMG 1.PNG","type":"media"},{"id":"1490420351891410002-media","type":"media"}]}}}}`, a.told(h))

	fetch := func(link string, edits ...func(*http.Request)) (int, string, string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", link, nil)
		require.NoError(t, err)
		for _, edit := range edits {
			edit(r)
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, resp.Header.Get("Content-Type"), string(body)
	}
	status, kind, body := fetch(link)
	assert.Equal(t, []any{200, "image/png", "\x89PNG\r\n"}, []any{status, kind, body})
	status, kind, body = fetch(other)
	assert.Equal(t, []any{200, "text/x-vcard", "BEGIN"}, []any{status, kind, body})
	status, _, body = fetch(link, func(r *http.Request) { r.SetBasicAuth(a.AccessKey, a.SecretKey) })
	assert.Equal(t, 400, status, "credentials have no business there")
	assert.Contains(t, body, "Only one auth mechanism allowed")
	for _, bad := range []string{strings.Split(link, "?")[0], link + "0", strings.Replace(link, "Expires=1", "Expires=2", 1), strings.Replace(link, "1490420351891410001", "1490420351891410002", 1)} {
		status, _, _ = fetch(bad)
		assert.Equal(t, 403, status)
	}
	a.Advance(flowroutetest.MediaExpiresAfter)
	status, _, _ = fetch(link)
	assert.Equal(t, 200, status)
	a.Advance(time.Second)
	status, _, body = fetch(link)
	assert.Equal(t, 403, status)
	assert.Contains(t, body, "Request has expired")
	operations := map[string]int{}
	for _, r := range a.Requests() {
		operations[r.Operation]++
	}
	assert.Equal(t, 9, operations["messages.downloadMedia"])
}

func TestReceiveRefuses(t *testing.T) {
	a := newAPI(t)
	a.do("POST", "/v2/numbers/"+forSale, nil)
	for want, in := range map[string]flowroutetest.Inbound{
		"12065559999": {From: recipient, To: "12065559999", Body: "Hi"},
		forSale:       {From: recipient, To: forSale, Body: "Hi"}, // messaging was never enabled
		"911":         {From: "911", To: flowroutetest.LongCode, Body: "Hi"},
		"00000000000": {From: "00000000000", To: flowroutetest.LongCode, Body: "Hi"},
	} {
		_, err := a.Receive(in)
		assert.ErrorContains(t, err, want)
	}
	assert.Empty(t, a.get("/v2.1/messages?start_date=2026-01-05").ids())
	for _, empty := range []flowroutetest.Inbound{{}, {MMS: true}} {
		empty.From, empty.To = recipient, flowroutetest.LongCode
		_, err := a.Receive(empty)
		require.ErrorContains(t, err, "the message is empty")
	}
	id, err := a.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
	require.NoError(t, err, "nobody has to know")
	assert.Empty(t, a.Deliveries())
	assert.Equal(t, 200, a.get("/v2.1/messages/"+id).status)
}

func TestReceiveNotations(t *testing.T) {
	a := newAPI(t)
	for from, want := range map[string]string{"(206) 555-1234": recipient, "+1 206-555-1234": recipient, "+44 20 7946 0000": "442079460000"} {
		id, err := a.Receive(flowroutetest.Inbound{From: from, To: "206.555.0100", Body: "Hi"})
		require.NoError(t, err)
		record := a.get("/v2.1/messages/" + id)
		assert.Equal(t, want, record.at("data", "attributes", "from"))
		assert.Equal(t, flowroutetest.LongCode, record.at("data", "attributes", "to"))
	}
}

func TestReceipts(t *testing.T) {
	a, h := newAPI(t), newHook(t)
	a.setCallback("sms_dlr_callback", h.URL+"/sms")
	a.setCallback("mms_dlr_callback", h.URL+"/mms")
	id := a.send("body", "test sms on v2").created()
	a.Advance(flowroutetest.MessageRecordAfter - 1)
	assert.Empty(t, h.requests)
	a.Advance(1)
	const links = `"links":{"related":"https://api.flowroute.com/v2.2/messages/`
	assert.JSONEq(t, `{"data":{"attributes":{"body":"test sms on v2","level":1,"status":"smsc submit","status_code":null,"status_code_description":"Message has been sent",
		"timestamp":"2026-01-05T09:00:05+00:00"},"id":"`+id+`",`+links+id+`"},"type":"delivery_receipt"}}`, a.told(h))
	a.Advance(time.Hour)
	assert.JSONEq(t, `{"data":{"attributes":{"body":"test sms on v2","level":2,"status":"message buffered","status_code":1003,"status_code_description":"Message accepted by Carrier",
		"timestamp":"2026-01-05T09:00:10+00:00"},"id":"`+id+`",`+links+id+`"},"type":"delivery_receipt"}}`, a.told(h))
	assert.Equal(t, flowroutetest.Epoch().Add(10*time.Second), a.Deliveries()[1].Time, "it is delivered when it is due, however far the clock is moved")
	assert.Equal(t, flowroutetest.Epoch().Add(time.Hour+5*time.Second), a.Now())

	a.SetWebhooks(flowroutetest.Webhooks{BareReceipts: true})
	id = a.send("body", "again").created()
	a.Advance(5 * time.Second)
	assert.JSONEq(t, `{"attributes":{"body":"again","from":"12065550100","status":"smsc submit","to":"12065551234"},"id":"`+id+`","type":"delivery_receipt"}`, a.told(h))
	a.Advance(5 * time.Second)
	assert.JSONEq(t, `{"attributes":{"body":"again","from":"12065550100","status":"message buffered","status_code":1003,"to":"12065551234"},"id":"`+id+`","type":"delivery_receipt"}`, a.told(h))

	a.SetWebhooks(flowroutetest.Webhooks{})
	a.send("body", "Look", "media_urls", []string{"https://example.com/a.png"})
	a.Advance(time.Minute)
	assert.True(t, strings.HasPrefix(h.requests[5], `/mms {"data":{"attributes":{"body":"","level":2,`), h.requests[5])
}

// TestCallbackPrecedence has a message's own callback go before the number's, and that before the account's.
func TestCallbackPrecedence(t *testing.T) {
	a, h := newAPI(t), newHook(t)
	paths := func() (paths []string) {
		a.Advance(time.Minute)
		for _, r := range h.requests {
			path, _, _ := strings.Cut(r, " ")
			paths = append(paths, path)
		}
		h.requests = nil
		return paths
	}
	a.send("body", "x")
	assert.Empty(t, paths(), "nobody wants to know")
	a.send("body", "x", "dlr_callback", h.URL+"/own")
	assert.Equal(t, []string{"/own", "/own"}, paths())
	a.setCallback("dlr_callback", h.URL+"/account")
	a.send("body", "x")
	assert.Equal(t, []string{"/account", "/account"}, paths())
	a.setCallback("sms_dlr_callback", h.URL+"/number", flowroutetest.LongCode)
	a.setCallback("sms_callback", h.URL+"/number-sms", flowroutetest.LongCode)
	a.send("body", "x")
	a.send("body", "x", "from", flowroutetest.TollFree)
	assert.Equal(t, []string{"/number", "/account", "/number", "/account"}, paths())
	a.send("body", "x", "dlr_callback", h.URL+"/own")
	assert.Equal(t, []string{"/own", "/own"}, paths())

	a.setCallback("sms_callback", h.URL+"/account-sms")
	for _, to := range []string{flowroutetest.LongCode, flowroutetest.TollFree} {
		_, err := a.Receive(flowroutetest.Inbound{From: recipient, To: to, Body: "x"})
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"/number-sms", "/account-sms"}, paths())
}

// TestRedelivery has events be answered with anything but 200, or not at all.
func TestRedelivery(t *testing.T) {
	for _, bad := range []int{500, 202, 204, 302, 400, 0} {
		a, h := newAPI(t), newHook(t, bad, bad)
		a.setCallback("sms_callback", h.URL)
		_, err := a.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
		require.NoError(t, err)
		a.Advance(flowroutetest.RedeliverAfter - 1)
		assert.Len(t, a.Deliveries(), 1)
		a.Advance(1)
		assert.Len(t, a.Deliveries(), 2)
		a.Advance(time.Hour)
		deliveries := a.Deliveries()
		require.Len(t, deliveries, 3, "it was answered with 200 in the end")
		for i, d := range deliveries {
			assert.Equal(t, i+1, d.Attempt)
			assert.Equal(t, flowroutetest.Epoch().Add(time.Duration(i)*flowroutetest.RedeliverAfter), d.Time)
			assert.Equal(t, deliveries[0].Body, d.Body)
			assert.Equal(t, d.Status == 0, d.Err != nil)
		}
		assert.Equal(t, []int{bad, bad, 200}, []int{deliveries[0].Status, deliveries[1].Status, deliveries[2].Status})
	}
	a, h := newAPI(t), newHook(t, 500, 500, 500, 500, 500)
	a.setCallback("sms_callback", h.URL)
	_, err := a.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
	require.NoError(t, err)
	a.Advance(time.Hour)
	assert.Len(t, h.requests, flowroutetest.DeliveryAttempts, "then it is given up")
}

func TestDuplicates(t *testing.T) {
	a, h := newAPI(t), newHook(t, 500, 200, 500)
	a.SetWebhooks(flowroutetest.Webhooks{Duplicates: 2})
	a.setCallback("sms_callback", h.URL)
	_, err := a.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
	require.NoError(t, err)
	a.Advance(time.Hour)
	var statuses []int
	var duplicates []bool
	for _, d := range a.Deliveries() {
		statuses, duplicates = append(statuses, d.Status), append(duplicates, d.Duplicate)
	}
	assert.Equal(t, []int{500, 200, 500, 200}, statuses, "a duplicate is not delivered again")
	assert.Equal(t, []bool{false, false, true, true}, duplicates)
}

// TestDeliversNowhereElse has no test call others by accident.
func TestDeliversNowhereElse(t *testing.T) {
	a := newAPI(t)
	a.send("body", "x", "dlr_callback", "https://example.com/dlr")
	a.Advance(time.Hour)
	deliveries := a.Deliveries()
	require.Len(t, deliveries, 2, "and it is not tried again")
	assert.ErrorContains(t, deliveries[0].Err, "WithCallbackClient")
	assert.Zero(t, deliveries[0].Status)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestCallbackClient delivers under a fake clock, without a network, to who does not answer in time.
func TestCallbackClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := true
		var srv *flowroutetest.Server
		hc := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, "https://example.com/sms", r.URL.String())
			if slow {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			srv.Numbers() // whoever is told may call the server
			_, err := srv.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.TollFree, Body: "While at it"})
			assert.NoError(t, err)
			srv.Advance(time.Second)
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("ok"))}, nil
		})}
		srv = flowroutetest.NewUnstartedServer(flowroutetest.WithCallbackClient(hc))
		put := httptest.NewRequest("POST", "/v2/numbers/"+flowroutetest.LongCode+"/relationships/sms_callback", strings.NewReader(`{"callback_url":"https://example.com/sms"}`))
		put.SetBasicAuth(srv.AccessKey, srv.SecretKey)
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, put)
		require.Equal(t, 204, w.Code)

		start := time.Now()
		_, err := srv.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
		require.NoError(t, err)
		assert.Equal(t, flowroutetest.CallbackTimeout, time.Since(start))
		slow = false
		srv.Advance(flowroutetest.RedeliverAfter)
		deliveries := srv.Deliveries()
		require.Len(t, deliveries, 2)
		assert.Equal(t, 200, deliveries[1].Status)

		// Closing ends a delivery that is under way, and there are no others.
		slow = true
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = srv.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
		}()
		synctest.Wait()
		start = time.Now()
		srv.Close()
		<-done
		assert.Zero(t, time.Since(start))
		srv.Advance(time.Hour)
		assert.Len(t, srv.Deliveries(), 3)
	})
}

// TestClockRuns has what is due be delivered where time passes by itself.
func TestClockRuns(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	h := newHook(t)
	a := newAPI(t, flowroutetest.WithClock(func() time.Time { return now }))
	a.send("body", "x", "dlr_callback", h.URL)
	a.Advance(0)
	assert.Empty(t, h.requests)
	now = now.Add(time.Minute)
	a.Advance(0)
	assert.Len(t, h.requests, 2)
	assert.Equal(t, now, a.Now())
}

// TestDeliveriesAtOnce has many events be delivered by several goroutines, and nothing stay behind.
func TestDeliveriesAtOnce(t *testing.T) {
	h := newHook(t)
	before := runtime.NumGoroutine()
	srv := flowroutetest.NewServer()
	a := api{srv, t}
	a.setCallback("sms_callback", h.URL)
	a.setCallback("sms_dlr_callback", h.URL)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for range 10 {
				_, err := srv.Receive(flowroutetest.Inbound{From: recipient, To: flowroutetest.LongCode, Body: "Hi"})
				assert.NoError(t, err)
				a.send("body", "x")
				srv.Advance(time.Second)
				srv.Deliveries()
				srv.SetWebhooks(flowroutetest.Webhooks{})
			}
		})
	}
	work.Wait()
	srv.Advance(time.Minute)
	assert.Len(t, srv.Deliveries(), 80+160)
	assert.Equal(t, flowroutetest.Epoch().Add(80*time.Second+time.Minute), srv.Now())
	srv.Close()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	h.CloseClientConnections()
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}
