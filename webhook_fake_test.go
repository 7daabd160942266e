package flowroute_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestWebhookFromFake has the fake deliver all it can, in each form, and compares with the records in its API.
func TestWebhookFromFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{}
		h := newHandler(t, rec.config())
		hc := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Result(), nil
		})}
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey), flowroutetest.WithCallbackClient(hc))
		client := direct(t, srv)
		for _, kind := range []flowroute.CallbackType{flowroute.CallbackTypeSMS, flowroute.CallbackTypeMMS, flowroute.CallbackTypeReceipt, flowroute.CallbackTypeMMSReceipt} {
			require.NoError(t, client.Messages.SetCallback(t.Context(), kind, "https://example.com/"+webhookSecret))
		}
		inbound := flowroutetest.Inbound{From: "12065550199", To: flowroutetest.LongCode, Body: "Hi"}
		picture := inbound
		picture.Attachments = []flowroutetest.Attachment{{FileName: "cat.png", Content: []byte("meow")}}
		receive := func(in flowroutetest.Inbound) (*flowroute.InboundMessage, *flowroute.Message) {
			id, err := srv.Receive(in)
			require.NoError(t, err)
			record, err := client.Messages.Get(t.Context(), id)
			require.NoError(t, err)
			return rec.got[len(rec.got)-1].(*flowroute.InboundMessage), record
		}
		send := func() *flowroute.Message {
			m, err := client.Messages.Send(t.Context(), sms())
			require.NoError(t, err)
			srv.Advance(time.Minute)
			record, err := client.Messages.Get(t.Context(), m.ID)
			require.NoError(t, err)
			return record
		}

		event, record := receive(inbound)
		assert.Equal(t, &flowroute.InboundMessage{Message: *record, CallbackURL: "https://example.com/" + webhookSecret}, event)
		event, record = receive(picture)
		record.Status = "" // the one thing in which the two differ
		assert.Equal(t, &flowroute.InboundMessage{Message: *record}, event)
		assert.Len(t, event.Media, 1)
		record = send()
		for i, receipt := range rec.got[2:4] {
			assert.Equal(t, &flowroute.DeliveryReceiptEvent{MessageID: record.ID, DeliveryReceipt: record.DeliveryReceipts[1-i], Body: record.Body}, receipt)
		}

		srv.SetWebhooks(flowroutetest.Webhooks{FlatMessages: true, BareReceipts: true, Duplicates: 3})
		event, record = receive(inbound)
		assert.Equal(t, &flowroute.InboundMessage{Message: flowroute.Message{ID: record.ID, From: record.From, To: record.To, Body: record.Body, Direction: record.Direction}}, event)
		record = send()
		for i, receipt := range rec.got[5:7] {
			want := record.DeliveryReceipts[1-i]
			assert.Equal(t, &flowroute.DeliveryReceiptEvent{
				MessageID: record.ID, From: record.From, To: record.To, Body: record.Body,
				DeliveryReceipt: flowroute.DeliveryReceipt{Status: want.Status, StatusCode: want.StatusCode},
			}, receipt)
		}
		assert.Len(t, rec.got, 7, "each once")
		for _, d := range srv.Deliveries() {
			assert.Equal(t, 200, d.Status)
		}
	})
}

// TestWebhookIsDeliveredAgain has the callback fail until the fake has delivered often enough, or gives up.
func TestWebhookIsDeliveredAgain(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	tried := map[string]int{}
	config := (&recorder{}).config()
	config.OnMessage = func(_ context.Context, m *flowroute.InboundMessage) error {
		if tried[m.Body]++; m.Body == "never" || tried[m.Body] < flowroutetest.DeliveryAttempts {
			return errBroken
		}
		return nil
	}
	web := httptest.NewServer(newHandler(t, config))
	defer web.Close()
	require.NoError(t, srv.Client().Messages.SetCallback(t.Context(), flowroute.CallbackTypeSMS, web.URL+"/"+webhookSecret))
	for _, body := range []string{"late", "never"} {
		_, err := srv.Receive(flowroutetest.Inbound{From: "12065550199", To: flowroutetest.LongCode, Body: body})
		require.NoError(t, err)
	}
	srv.Advance(time.Hour)
	assert.Equal(t, map[string]int{"late": 5, "never": 5}, tried)
	statuses := map[int]int{}
	for _, d := range srv.Deliveries() {
		statuses[d.Status]++
	}
	assert.Equal(t, map[int]int{200: 1, 500: 9}, statuses)
}
