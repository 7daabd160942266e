package flowroute_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

func parseWebhook(t *testing.T, body string) (flowroute.Event, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return flowroute.ParseWebhook(r)
}

// TestOddFieldsCostNoEvent has a field of little weight that can't be read leave the event as it is otherwise: a
// refusal would lose it.
func TestOddFieldsCostNoEvent(t *testing.T) {
	for _, odd := range []string{`"amount_nanodollars":9500000.5`, `"timestamp":1666000000`, `"message_encoding":"x"`, `"delivery_receipts":{}`, `"message_type":7`} {
		event, err := parseWebhook(t, `{"data":{"type":"message","id":"mdr2-1","attributes":{"from":12065550199,"to":"12065550100","body":"Hi","direction":"inbound",`+odd+`}}}`)
		require.NoError(t, err, odd)
		m, ok := event.(*flowroute.InboundMessage)
		require.True(t, ok)
		assert.Equal(t, [4]string{"mdr2-1", "12065550199", "12065550100", "Hi"}, [4]string{m.ID, m.From, m.To, m.Body})
	}
	for _, odd := range []string{`"status_code":"E-1003"`, `"status_code":1003.5`, `"timestamp":1666000000`} {
		event, err := parseWebhook(t, `{"data":{"type":"delivery_receipt","id":"mdr2-1","attributes":{"level":2,"status":"message buffered","status_code_description":"Accepted",`+odd+`}}}`)
		require.NoError(t, err, odd)
		r, ok := event.(*flowroute.DeliveryReceiptEvent)
		require.True(t, ok)
		assert.Equal(t, "receipt/mdr2-1/2/message buffered", r.Key())
		assert.Equal(t, "Accepted", r.StatusCodeDescription)
	}
	for _, odd := range []string{
		`"attributes":{"from":"12065550199","to":"12065550100","body":"Hi","is_mms":"yes"}`,
		`"attributes":{"from":"12065550199","to":"12065550100","body":"Hi"},"relationships":{"media":[]}`,
		`"attributes":{"from":"12065550199","to":"12065550100","body":"Hi"},"included":[{"type":"media","id":"1","attributes":{"file_size":"58 kB"}}]`,
	} {
		event, err := parseWebhook(t, `{"data":{"type":"message","id":"mdr2-1",`+odd+`}}`)
		require.NoError(t, err, odd)
		assert.Equal(t, "Hi", event.(*flowroute.InboundMessage).Body)
	}
	for _, attributes := range []string{`"is_mms":true`, `"is_mms":"yes"`} { // the sound picture stays, whatever is odd
		event, err := parseWebhook(t, `{"data":{"type":"message","id":"mdr2-1","attributes":{"from":"12065550199","to":"12065550100","body":"Hi",`+attributes+`}},"included":[
			{"type":"media","id":"1","attributes":{"url":"https://example.com/1"}},{"type":"media","id":"2","attributes":{"file_size":"12 kB"}}]}`)
		require.NoError(t, err)
		assert.Equal(t, []flowroute.Media{{ID: "1", URL: "https://example.com/1"}, {ID: "2"}}, event.(*flowroute.InboundMessage).Media)
	}
	keys := map[string]bool{}
	for _, level := range []string{"1", "2"} {
		event, err := parseWebhook(t, `{"data":{"type":"delivery_receipt","id":"mdr2-1","attributes":{"level":`+level+`,"status":"delivered","status_code_description":{}}}}`)
		require.NoError(t, err)
		keys[event.Key()] = true
	}
	assert.Len(t, keys, 2, "receipts of two levels are two events")
	receipt, err := parseWebhook(t, `{"data":{"type":"delivery_receipt","id":"mdr2-1","attributes":{"level":"second","status":"message buffered"}}}`)
	require.NoError(t, err)
	assert.Equal(t, "message buffered", receipt.(*flowroute.DeliveryReceiptEvent).Status)
	event, err := parseWebhook(t, `{"id":"mdr2-1","from":"12065550199","to":"12065550100","body":12345}`)
	require.NoError(t, err)
	assert.Equal(t, "12345", event.(*flowroute.InboundMessage).Body)
}

// TestFlatReceiptIsNoMessage keeps a program that answers texts from answering its own.
func TestFlatReceiptIsNoMessage(t *testing.T) {
	event, err := parseWebhook(t, `{"id":"mdr2-1","from":"12065550100","to":"12065550199","body":"Hi","status":"smsc submit"}`)
	require.NoError(t, err)
	assert.IsType(t, &flowroute.DeliveryReceiptEvent{}, event)
}

// TestNotificationsWithoutAnID are told apart.
func TestNotificationsWithoutAnID(t *testing.T) {
	keys := map[string]bool{}
	for _, attributes := range []string{
		`"resource_id":"1","status":"completed"`, `"resource_id":"2","status":"completed"`,
		`"id":"e1","status":"completed"`, `"id":"e2","status":"completed"`,
		`"id":"e2","status":"completed","timestamp":"2019-03-19T22:49:48.060Z"`,
	} {
		event, err := parseWebhook(t, `{"data":{"type":"provision","attributes":{"event_type":"status_change",`+attributes+`}}}`)
		require.NoError(t, err)
		keys[event.Key()] = true
	}
	assert.Len(t, keys, 5)
}

// TestMediaWithoutRelationship belongs to the message it comes with.
func TestMediaWithoutRelationship(t *testing.T) {
	const included = `"included":[{"type":"media","id":"a.jpg","attributes":{"url":"https://example.com/a.jpg"}}]`
	const attributes = `"attributes":{"from":"12065550199","to":"12065550100","body":null,"is_mms":true}`
	for _, body := range []string{
		`{"data":{"type":"message","id":"mdr2-1",` + attributes + `},` + included + `}`,
		`{"data":{"type":"message","id":"mdr2-1",` + attributes + `,` + included + `}}`,
	} {
		event, err := parseWebhook(t, body)
		require.NoError(t, err)
		assert.Equal(t, []flowroute.Media{{ID: "a.jpg", URL: "https://example.com/a.jpg"}}, event.(*flowroute.InboundMessage).Media)
	}
}
