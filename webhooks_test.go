package flowroute_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// delivered is a request as Flowroute makes it.
func delivered(body string, edits ...func(*http.Request)) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, edit := range edits {
		edit(r)
	}
	return r
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func zipped(t testing.TB, body string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func deflated(t testing.TB, body string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := io.WriteString(w, body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// bomb is gzip that becomes so many MiB of white space.
func bomb(t testing.TB, mib int) string {
	return strings.Repeat(zipped(t, strings.Repeat(" ", 1<<20)), mib)
}

const (
	smsBody = `{"data":{"attributes":{"amount_display":"$0.0070","amount_nanodollars":"7000000","body":"Hi","direction":"inbound","from":"12065551234","is_mms":false,
		"message_callback_url":"https://example.com/sms","message_encoding":0,"message_type":"longcode","status":"delivered","timestamp":"2024-10-19T01:21:21.980000Z","to":"12065554321"},
		"type":"message","id":"mdr2-4e5435f325d9431f9e64118b20895b08"}}`
	flatBody = `{"body":"Hello","to":"14582037530","from":"17866648610","id":"mdr2-e37cd30f131440278d1048ac6b387b0b"}`
	mmsBody  = `{"included":[{"attributes":{"url":"https://mms-media-prod.s3.amazonaws.com/1490420351891410944-9E41.jpg?AWSAccessKeyId=x&Expires=1646770878&Signature=a%2Bb%3D",
		"file_name":"9E41.jpg","mime_type":"image/jpeg","file_size":58017},"type":"media","id":"1490420351891410944-9E41.jpg",
		"links":{"self":"https://api.flowroute.com/v2.1/media/1490420351891410944-9E41.jpg"}}],
		"data":{"relationships":{"media":{"data":[{"type":"media","id":"1490420351891410944-9E41.jpg"}]}},
		"attributes":{"status":"","body":null,"direction":"inbound","amount_nanodollars":9500000,"to":"12065551234","message_encoding":0,"timestamp":"2022-02-06T20:21:17.00Z",
		"delivery_receipts":[],"amount_display":"$0.0095","from":"18335551234","is_mms":true,"message_type":"longcode"},"type":"message","id":"mdr2-5730c97c878a11ec8008a26e9054fd5e"}}`
	receiptBody = `{"data":{"attributes":{"body":"test sms on v2","level":2,"status":"message buffered","status_code":1003,"status_code_description":"Message accepted by Carrier","timestamp":"2017-12-21T16:44:35+00:00"},
		"id":"mdr2-39cadeace66e11e7aff806cd7f24ba2d","links":{"related":"https://api.flowroute.com/v2.2/messages/mdr2-39cadeace66e11e7aff806cd7f24ba2d"},"type":"delivery_receipt"}}`
	bareBody    = `{"attributes":{"to":"17866648610","from":"14582037530","body":"hello there","status":"message buffered","status_code":1003},"id":"mdr2-04de8f38c6ee42c7bfd784850277d576","type":"delivery_receipt"}`
	bareLevel1  = `{"attributes":{"to":"17866648610","from":"14582037530","body":"hello there","status":"smsc submit"},"id":"mdr2-d616911548734333b3359d8a9b7eef0c","type":"delivery_receipt"}`
	notifyBody  = `{"data":{"attributes":{"at":"…","customer_id":"…","event_type":"status_change","id":"…","message":"Port Order #50404 has been cancelled.","resource_id":"50404","resource_type":"portorders","status":"cancelled","timestamp":"…","type":"event","url_override":"…","version":"1.0"},"id":"5d0a8f0e-29b5-4f4f-8f3c-1a2b3c4d5e6f","type":"po_status_change","timestamp":"2019-03-19T22:49:48.060Z"}}`
	unknownBody = `{"data":{"attributes":{"colour":"red"},"id":"7","type":"fax"}}`
)

// TestParseWebhook has every form in which an event may come decode into the same event.
func TestParseWebhook(t *testing.T) {
	sms := &flowroute.InboundMessage{
		Message: flowroute.Message{
			ID: "mdr2-4e5435f325d9431f9e64118b20895b08", From: "12065551234", To: "12065554321", Body: "Hi", Status: "delivered",
			Direction: flowroute.MessageDirectionInbound, Type: flowroute.MessageTypeLongCode, Amount: 7_000_000,
			Timestamp: time.Date(2024, 10, 19, 1, 21, 21, 980e6, time.UTC),
		},
		CallbackURL: "https://example.com/sms",
	}
	replaced := func(body string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			require.Contains(t, body, pairs[i])
		}
		return strings.NewReplacer(pairs...).Replace(body)
	}
	tests := []struct {
		name   string
		want   flowroute.Event
		key    string
		bodies map[string]string
	}{
		{"SMS", sms, "message/mdr2-4e5435f325d9431f9e64118b20895b08", map[string]string{
			"enveloped":              smsBody,
			"nanodollars a number":   replaced(smsBody, `"7000000"`, `7000000`),
			"numbers as numbers":     replaced(smsBody, `"12065551234"`, `12065551234`, `"12065554321"`, `12065554321`),
			"numbers with a plus":    replaced(smsBody, `"12065551234"`, `"+12065551234"`, `"12065554321"`, `"+12065554321"`),
			"is_mms a string":        replaced(smsBody, `"is_mms":false`, `"is_mms":"false"`),
			"has_mms":                replaced(smsBody, `"is_mms":false`, `"has_mms":false`),
			"encoding a string":      replaced(smsBody, `"message_encoding":0`, `"message_encoding":"0"`),
			"long-code":              replaced(smsBody, `"longcode"`, `"long-code"`),
			"callback_URL":           replaced(smsBody, `"message_callback_url"`, `"callback_URL"`),
			"receipts":               replaced(smsBody, `"body"`, `"delivery_receipts":[],"body"`),
			"no direction":           replaced(smsBody, `"direction":"inbound",`, ``),
			"time with two digits":   replaced(smsBody, `21.980000Z`, `21.98Z`),
			"time with an offset":    replaced(smsBody, `2024-10-19T01:21:21.980000Z`, `2024-10-19T03:21:21.98+02:00`),
			"time of version 2.0":    replaced(smsBody, `21.980000Z`, `21.980000+00:00`),
			"bare":                   strings.TrimSuffix(strings.TrimPrefix(smsBody, `{"data":`), `}`),
			"members of the future":  replaced(smsBody, `{"data":{`, `{"meta":{"x":[1]},"data":{"price_details":null,"links":{"self":"x"},`, `"body"`, `"segments":2,"body"`),
			"white space around it":  "\n " + smsBody + "\n",
			"flat":                   `{"id":"mdr2-4e5435f325d9431f9e64118b20895b08",` + smsBody[strings.Index(smsBody, `"amount_display"`):strings.Index(smsBody, `},`)] + `}`,
			"flat, of another type":  `{"id":"mdr2-4e5435f325d9431f9e64118b20895b08","type":"sms",` + smsBody[strings.Index(smsBody, `"amount_display"`):strings.Index(smsBody, `},`)] + `}`,
			"flat, called a message": `{"id":"mdr2-4e5435f325d9431f9e64118b20895b08","type":"message",` + smsBody[strings.Index(smsBody, `"amount_display"`):strings.Index(smsBody, `},`)] + `}`,
		}},
		{"SMS of four members", &flowroute.InboundMessage{Message: flowroute.Message{
			ID: "mdr2-e37cd30f131440278d1048ac6b387b0b", From: "17866648610", To: "14582037530", Body: "Hello", Direction: flowroute.MessageDirectionInbound,
		}}, "message/mdr2-e37cd30f131440278d1048ac6b387b0b", map[string]string{
			"flat":               flatBody,
			"numbers as numbers": replaced(flatBody, `"14582037530"`, `14582037530`, `"17866648610"`, `17866648610`),
			"with a plus":        replaced(flatBody, `"17866648610"`, `"+17866648610"`),
			"enveloped":          `{"data":{"type":"message","id":"mdr2-e37cd30f131440278d1048ac6b387b0b","attributes":{"body":"Hello","to":"14582037530","from":"17866648610"}}}`,
		}},
		{"SMS of 2016", &flowroute.InboundMessage{Message: flowroute.Message{
			ID: "12", From: "17866648610", To: "14582037530", Direction: flowroute.MessageDirectionInbound,
		}}, "message/12", map[string]string{
			"flat":             `{"body":"","to":"14582037530","from":"17866648610","id":"12"}`,
			"id a number":      `{"body":"","to":"14582037530","from":"17866648610","id":12}`,
			"body null":        `{"body":null,"to":"14582037530","from":"17866648610","id":"12"}`,
			"enveloped number": `{"data":{"id":12,"type":"message","attributes":{"to":"14582037530","from":"17866648610"}}}`,
		}},
		{"MMS", &flowroute.InboundMessage{Message: flowroute.Message{
			ID: "mdr2-5730c97c878a11ec8008a26e9054fd5e", From: "18335551234", To: "12065551234", MMS: true,
			Direction: flowroute.MessageDirectionInbound, Type: flowroute.MessageTypeLongCode, Amount: 9_500_000,
			Timestamp: time.Date(2022, 2, 6, 20, 21, 17, 0, time.UTC),
			Media: []flowroute.Media{{
				ID:       "1490420351891410944-9E41.jpg",
				URL:      "https://mms-media-prod.s3.amazonaws.com/1490420351891410944-9E41.jpg?AWSAccessKeyId=x&Expires=1646770878&Signature=a%2Bb%3D",
				FileName: "9E41.jpg", MIMEType: "image/jpeg", FileSize: 58017,
			}},
		}}, "message/mdr2-5730c97c878a11ec8008a26e9054fd5e", map[string]string{
			"enveloped":       mmsBody,
			"body empty":      replaced(mmsBody, `"body":null`, `"body":""`),
			"is_mms a string": replaced(mmsBody, `"is_mms":true`, `"is_mms":"true"`),
			"has_mms":         replaced(mmsBody, `"is_mms":true`, `"has_mms":true`),
			"size a string":   replaced(mmsBody, `58017`, `"58017"`),
			"receipts absent": replaced(mmsBody, `"delivery_receipts":[],`, ``),
		}},
		{"receipt", &flowroute.DeliveryReceiptEvent{
			MessageID: "mdr2-39cadeace66e11e7aff806cd7f24ba2d", Body: "test sms on v2",
			DeliveryReceipt: flowroute.DeliveryReceipt{
				Level: 2, Status: "message buffered", StatusCode: 1003, StatusCodeDescription: "Message accepted by Carrier",
				Timestamp: time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
			},
		}, "receipt/mdr2-39cadeace66e11e7aff806cd7f24ba2d/2/message buffered", map[string]string{
			"enveloped":      receiptBody,
			"code a string":  replaced(receiptBody, `1003`, `"1003"`),
			"level a string": replaced(receiptBody, `"level":2`, `"level":"2"`),
			"time with Z":    replaced(receiptBody, `2017-12-21T16:44:35+00:00`, `2017-12-21T16:44:35.00Z`),
			"bare":           strings.TrimSuffix(strings.TrimPrefix(receiptBody, `{"data":`), `}`),
		}},
		{"receipt with numbers", &flowroute.DeliveryReceiptEvent{
			MessageID: "mdr2-04de8f38c6ee42c7bfd784850277d576", From: "14582037530", To: "17866648610", Body: "hello there",
			DeliveryReceipt: flowroute.DeliveryReceipt{Status: "message buffered", StatusCode: 1003},
		}, "receipt/mdr2-04de8f38c6ee42c7bfd784850277d576/0/message buffered", map[string]string{
			"bare":               bareBody,
			"numbers as numbers": replaced(bareBody, `"17866648610"`, `17866648610`, `"14582037530"`, `14582037530`),
			"numbers with plus":  replaced(bareBody, `"17866648610"`, `"+17866648610"`),
			"code a string":      replaced(bareBody, `1003`, `"1003"`),
			"enveloped":          `{"data":` + bareBody + `}`,
			"flat":               `{"to":"17866648610","from":"14582037530","body":"hello there","status":"message buffered","status_code":1003,"id":"mdr2-04de8f38c6ee42c7bfd784850277d576","type":"delivery_receipt"}`,
		}},
		{"receipt of level 1", &flowroute.DeliveryReceiptEvent{
			MessageID: "mdr2-d616911548734333b3359d8a9b7eef0c", From: "14582037530", To: "17866648610", Body: "hello there",
			DeliveryReceipt: flowroute.DeliveryReceipt{Status: "smsc submit"},
		}, "receipt/mdr2-d616911548734333b3359d8a9b7eef0c/0/smsc submit", map[string]string{
			"bare":       bareLevel1,
			"code null":  replaced(bareLevel1, `"status"`, `"status_code":null,"status"`),
			"code empty": replaced(bareLevel1, `"status"`, `"status_code":"","status"`),
			"enveloped":  `{"data":` + bareLevel1 + `}`,
		}},
		{"notification", &flowroute.Notification{
			ID: "5d0a8f0e-29b5-4f4f-8f3c-1a2b3c4d5e6f", Type: "po_status_change", EventType: "status_change", ResourceType: "portorders", ResourceID: "50404",
			Status: "cancelled", Message: "Port Order #50404 has been cancelled.", CustomerID: "…", Timestamp: time.Date(2019, 3, 19, 22, 49, 48, 60e6, time.UTC),
		}, "notification/5d0a8f0e-29b5-4f4f-8f3c-1a2b3c4d5e6f/po_status_change/cancelled/2019-03-19T22:49:48.06Z", map[string]string{
			"enveloped":         notifyBody,
			"resource a number": replaced(notifyBody, `"50404"`, `50404`),
			"bare":              strings.TrimSuffix(strings.TrimPrefix(notifyBody, `{"data":`), `}`),
		}},
		{"unknown", &flowroute.UnknownEvent{ID: "7", Type: "fax"}, "", map[string]string{
			"enveloped":     unknownBody,
			"bare":          `{"attributes":{"colour":"red"},"id":"7","type":"fax"}`,
			"no attributes": `{"data":{"id":7,"type":"fax"}}`,
			"flat":          `{"id":7,"type":"fax"}`,
			"flat receipt":  `{"id":7,"type":"fax","from":"1","to":"2","level":1}`,
		}},
		{"unknown of no type", &flowroute.UnknownEvent{ID: "8", Type: "message"}, "", map[string]string{
			"outbound": `{"data":{"id":"8","type":"message","attributes":{"from":"1","to":"2","direction":"outbound"}}}`,
		}},
	}
	for _, test := range tests {
		for name, body := range test.bodies {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				for _, r := range []*http.Request{
					delivered(body),
					delivered(body, header("Content-Type", "application/vnd.api+json; charset=utf-8")),
					delivered(zipped(t, body), header("Content-Encoding", "gzip")),
				} {
					event, err := flowroute.ParseWebhook(r)
					require.NoError(t, err)
					switch e := event.(type) {
					case *flowroute.Notification:
						assert.Equal(t, body, string(e.Raw))
						e.Raw = nil
					case *flowroute.UnknownEvent:
						assert.Equal(t, body, string(e.Raw))
						assert.Regexp(t, "^unknown/[0-9a-f]{64}$", e.Key())
						e.Raw = nil
					}
					assert.Equal(t, test.want, event)
					if test.key != "" {
						assert.Equal(t, test.key, event.Key())
					}
				}
			})
		}
	}
}

// TestEventsMarshal has each kind of event go through encoding/json and come back the same.
func TestEventsMarshal(t *testing.T) {
	odd := strings.NewReplacer("Hi", `<b>&amp;</b>\u003c\u2028\ud800\u0000é 😀`, "delivered", "a/b\xff\u00e9")
	for _, body := range []string{
		smsBody, flatBody, mmsBody, receiptBody, bareBody, notifyBody, unknownBody, odd.Replace(smsBody),
		odd.Replace(`{"id":"1","status":"delivered","level":1,"body":"Hi"}`),
		odd.Replace(strings.Replace(notifyBody, "cancelled", "delivered", 1)),
		odd.Replace(`{"event_type":"Hi","status":"delivered","n":[1.0,1e3,12345678901234567890, true]}`),
		odd.Replace(`{ "type" : "fax", "a<&>" : "Hi", "b":"delivered", "b":"\u2029", "n" : 1.50 }`),
		"{\"type\":\"\xff\",\"id\":\"\xff\"}",
		`{"type":"message","direction":"outbound","from":"1","to":"2","body":"<"}`,
	} {
		event, err := flowroute.ParseWebhook(delivered(body))
		require.NoError(t, err, body)
		assertMarshals(t, event)
	}
	for _, event := range []flowroute.Event{ // that programs make, and not this package
		&flowroute.UnknownEvent{}, &flowroute.Notification{}, &flowroute.InboundMessage{}, &flowroute.DeliveryReceiptEvent{},
	} {
		assertMarshals(t, event)
	}
	invalid := &flowroute.UnknownEvent{Raw: json.RawMessage("{")}
	assert.NotEqual(t, invalid.Key(), (&flowroute.UnknownEvent{Raw: json.RawMessage("[")}).Key())
}

// assertMarshals has an event come back from JSON, in each of its forms, with the same key.
func assertMarshals(t testing.TB, event flowroute.Event) {
	t.Helper()
	b, err := json.Marshal(event)
	require.NoError(t, err)
	assert.NotContains(t, string(b), "0001-01-01")
	indented, err := json.MarshalIndent(event, "> ", "\t")
	require.NoError(t, err)
	indented = bytes.ReplaceAll(indented, []byte("\n> "), []byte("\n"))
	var unescaped bytes.Buffer
	encoder := json.NewEncoder(&unescaped)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(event))
	var values map[string]any
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&values))
	sorted, err := json.Marshal(values) // as a database may have it
	require.NoError(t, err)
	for _, form := range [][]byte{b, indented, unescaped.Bytes(), sorted} {
		back := reflect.New(reflect.TypeOf(event).Elem()).Interface().(flowroute.Event)
		require.NoError(t, json.Unmarshal(form, back))
		assert.Equal(t, event.Key(), back.Key(), "%s", form)
		again, err := json.Marshal(back)
		require.NoError(t, err)
		assert.JSONEq(t, string(b), string(again))
	}
}

// TestEventKeys has odd identifiers make keys that can be stored anywhere, and that differ where the events do.
func TestEventKeys(t *testing.T) {
	keys := map[string]bool{}
	for _, id := range []string{"1", "a b", `a\nb`, `\u0000`, "é", strings.Repeat("x", 200), strings.Repeat("x", 201)} {
		event, err := flowroute.ParseWebhook(delivered(`{"body":"x","to":"1","from":"2","id":"` + id + `"}`))
		require.NoError(t, err)
		assert.Regexp(t, "^message/[ -~]{1,120}$", event.Key())
		assert.False(t, keys[event.Key()])
		keys[event.Key()] = true
	}
}

// What a body is read as.
const (
	wantMessage      = "*flowroute.InboundMessage"
	wantReceipt      = "*flowroute.DeliveryReceiptEvent"
	wantNotification = "*flowroute.Notification"
	wantUnknown      = "*flowroute.UnknownEvent"
	wantError        = "*flowroute.WebhookError"
)

// TestParseWebhookClassifies has each set of members, with each type, in each place.
func TestParseWebhookClassifies(t *testing.T) {
	types := [][]string{ // columns of the table below
		{`"type":"message"`, `"type":" Message"`},
		{`"links":{}`, `"type":null`, `"type":""`, `"type":{}`},
		{`"type":"sms"`, `"type":"fax"`, `"type":7`, `"type":true`},
		{`"type":"delivery_receipt"`, `"type":"DELIVERY_RECEIPT "`},
	}
	places := map[string]string{
		"enveloped":        `{"data":{"id":"mdr2-1",TYPE,"attributes":{MEMBERS}}}`,
		"enveloped flat":   `{"data":{"id":"mdr2-1",TYPE,MEMBERS}}`,
		"all attributes":   `{"data":{"attributes":{"id":"mdr2-1",TYPE,MEMBERS}}}`,
		"bare":             `{"id":"mdr2-1",TYPE,"attributes":{MEMBERS}}`,
		"flat":             `{"id":"mdr2-1",TYPE,MEMBERS}`,
		"beside the data":  `{"id":"mdr2-1",TYPE,"data":{"attributes":{MEMBERS}}}`,
		"without the data": `{"id":"mdr2-1",TYPE,MEMBERS,"data":null,"attributes":null}`,
	}
	const m, r, n, u, e = wantMessage, wantReceipt, wantNotification, wantUnknown, wantError
	const text = `"from":"12065551234","to":"12065554321","body":"Hi"`
	for _, test := range []struct {
		members string
		want    [4]string // for a message, no type, another type, a receipt
	}{
		{text, [4]string{m, m, m, e}},
		{text + `,"status":"delivered"`, [4]string{m, m, m, r}},
		{text + `,"status":"delivered","direction":"inbound"`, [4]string{m, m, m, r}},
		{text + `,"direction":" Inbound"`, [4]string{m, m, m, e}},
		{text + `,"direction":"INBOUND","level":1`, [4]string{m, m, m, r}},
		{text + `,"direction":"received"`, [4]string{m, m, m, e}},
		{text + `,"direction":"OUTBOUND"`, [4]string{u, u, u, e}},
		{text + `,"direction":" Outbound\n"`, [4]string{u, u, u, e}},
		{text + `,"direction":"outbound","status":"delivered"`, [4]string{u, u, u, r}},
		{text + `,"status":"smsc submit"`, [4]string{m, r, u, r}},
		{text + `,"status":"Message buffered "`, [4]string{m, r, u, r}},
		{text + `,"status":"message buffered","direction":"inbound"`, [4]string{m, m, m, r}},
		{text + `,"status":"smsc submit","level":1`, [4]string{m, r, u, r}},
		{text + `,"status":"smsc submit","level":"1"`, [4]string{m, r, u, r}},
		{text + `,"status":"message buffered","status_code":1003`, [4]string{m, r, u, r}},
		{text + `,"status":"sent","status_code_description":"Message has been sent"`, [4]string{m, r, u, r}},
		{text + `,"status":"delivered","level":null,"status_code":null,"status_code_description":""`, [4]string{m, m, m, r}},
		{text + `,"delivery_receipts":[]`, [4]string{m, m, m, e}},
		{text + `,"delivery_receipts":null,"relationships":null,"included":[]`, [4]string{m, m, m, e}},
		{text + `,"delivery_receipts":[{"level":1,"status":"smsc submit"}]`, [4]string{m, r, u, r}},
		{text + `,"event_type":"received","customer_id":"7","message":"x"`, [4]string{m, m, m, e}},
		{text + `,"price_details":{"segment_count":1},"meta":{"a":[1]}`, [4]string{m, m, m, e}},
		{`"from":12065551234,"to":12065554321,"body":12`, [4]string{m, m, m, e}},
		{`"from":"12065551234","to":"12065554321","body":""`, [4]string{m, m, m, e}},
		{`"from":"12065551234","to":"12065554321","body":null`, [4]string{m, m, m, e}},
		{`"from":"12065551234","to":"12065554321","is_mms":true`, [4]string{m, m, m, e}},
		{`"from":"12065551234","to":"12065554321"`, [4]string{m, m, u, e}},
		{`"from":"12065551234","body":"Hi"`, [4]string{m, e, u, e}},
		{`"body":"Hi"`, [4]string{m, e, u, e}},
		{`"colour":"red"`, [4]string{e, e, u, e}},
		{`"status":"delivered"`, [4]string{e, r, u, r}},
		{`"status":"delivered","body":"Hi"`, [4]string{m, r, u, r}},
		{`"status":"delivered","body":"Hi","level":2`, [4]string{r, r, u, r}},
		{`"level":2`, [4]string{r, r, u, r}},
		{`"event_type":"status_change","resource_type":"portorders","resource_id":"50404","status":"cancelled"`, [4]string{n, n, n, r}},
		{`"event_type":"status_change"`, [4]string{n, n, n, e}},
		{`"resource_id":50404,"status":"cancelled"`, [4]string{n, n, n, r}},
		{`"status":"completed","tn":"12065551234"`, [4]string{e, n, u, r}},
		{`"status":"completed","message":"done","numbers":{"failed":[],"processing":[],"successful":["12065551234"]}`, [4]string{e, n, u, r}},
		{`"status":"completed","num_calls":7,"download_url":"https://example.com"`, [4]string{e, n, u, r}},
		{`"status":"completed","filter_parameters":{"number_aliases":["x"]}`, [4]string{e, n, u, r}},
		{`"from":"12065551234","to":"12065554321","event_type":"call"`, [4]string{m, n, n, e}},
	} {
		for i, want := range test.want {
			for _, typ := range types[i] {
				for place, shape := range places {
					if strings.Contains(test.members, "included") && place == "beside the data" {
						continue // where it is the same
					}
					body := strings.NewReplacer("TYPE", typ, "MEMBERS", test.members).Replace(shape)
					event, err := flowroute.ParseWebhook(delivered(body))
					got := fmt.Sprintf("%T", event)
					if err != nil {
						got = fmt.Sprintf("%T", err)
					}
					assert.Equal(t, want, got, "%s: %s", place, body)
					switch event := event.(type) {
					case *flowroute.InboundMessage:
						assert.Equal(t, "mdr2-1", event.ID)
						assert.NotEqual(t, flowroute.MessageDirectionOutbound, event.Direction)
						if strings.Contains(test.members, text) {
							assert.Equal(t, []string{"12065551234", "12065554321", "Hi"}, []string{event.From, event.To, event.Body}, body)
						}
						if strings.Contains(strings.ToLower(test.members), "inbound") {
							assert.Equal(t, flowroute.MessageDirectionInbound, event.Direction, body)
						}
					case *flowroute.DeliveryReceiptEvent:
						assert.Equal(t, "mdr2-1", event.MessageID)
						assert.Equal(t, strings.Contains(test.members, "level\":2"), event.Level == 2, body)
					case *flowroute.Notification:
						assert.Equal(t, "mdr2-1", event.ID)
						assert.Equal(t, strings.Contains(test.members, "50404"), event.ResourceID == "50404", body)
					}
				}
			}
		}
	}
	for _, typ := range []string{"message_provisioning_status", "message_bulk_provisioning_status", "messaging-provision", "cdrexport", "portorder", "portorder_group", "cdr_status_change"} {
		event, err := flowroute.ParseWebhook(delivered(`{"data":{"id":203485,"type":"` + typ + `","attributes":{"status":"completed"}}}`))
		require.NoError(t, err)
		require.IsType(t, &flowroute.Notification{}, event)
		assert.Equal(t, "completed", event.(*flowroute.Notification).Status)
	}
	for _, typ := range []string{"delivery_receipts", "dlr", "sms_dlr", "DeliveryReceipt"} {
		event, err := flowroute.ParseWebhook(delivered(`{"id":"1","type":"` + typ + `","status":"smsc submit",` + text + `}`))
		require.NoError(t, err)
		assert.IsType(t, &flowroute.DeliveryReceiptEvent{}, event)
	}
}

// TestParseWebhookInOddForms has a document within a data member once more, and members in another case.
func TestParseWebhookInOddForms(t *testing.T) {
	for _, body := range []string{smsBody, mmsBody, receiptBody, `{"data":` + bareBody + `}`} {
		want, err := flowroute.ParseWebhook(delivered(body))
		require.NoError(t, err)
		upper := regexp.MustCompile(`"\w+":`).ReplaceAllStringFunc(body, strings.ToUpper)
		for _, odd := range []string{`{"data":` + body + `}`, upper} {
			event, err := flowroute.ParseWebhook(delivered(odd))
			require.NoError(t, err, odd)
			assert.Equal(t, want, event, odd)
		}
	}
	const text = `"from":"12065551234","to":"12065554321","body":"Hi"`
	for body, want := range map[string]string{
		`{"id":"1",` + text + `,"Direction":"outbound"}`:                            wantUnknown,
		`{"id":"1","type":"message",` + text + `,"DIRECTION":"outbound"}`:           wantUnknown,
		`{"id":"1",` + text + `,"Status":"message buffered","Level":2}`:             wantReceipt,
		`{"type":"dlr",` + text + `,"status":"delivered"}`:                          wantUnknown, // without an id
		`{"type":"sms_receipt",` + text + `,"status":"delivered","id":""}`:          wantUnknown,
		`{"type":"dlr",` + text + `,"status":"delivered","direction":"inbound"}`:    wantMessage,
		`{"Direction":"outbound","direction":"inbound","id":"1",` + text + `}`:      wantMessage,
		`{"data":{"data":{"id":"1","attributes":{` + text + `}}},"type":"message"}`: wantError,
	} {
		event, err := flowroute.ParseWebhook(delivered(body))
		got := fmt.Sprintf("%T", event)
		if err != nil {
			got = fmt.Sprintf("%T", err)
		}
		assert.Equal(t, want, got, body)
	}
}

// oddRequests are deliveries of [smsBody] in requests that are unlike Flowroute's, as a proxy on the way may make them.
func oddRequests(t testing.TB) map[string]func() *http.Request {
	wide := func(order binary.AppendByteOrder, mark bool) string {
		units := utf16.Encode([]rune(smsBody))
		if mark {
			units = append([]uint16{0xfeff}, units...)
		}
		var b []byte
		for _, unit := range units {
			b = order.AppendUint16(b, unit)
		}
		return string(b)
	}
	added := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[name] = values }
	}
	requests := map[string]func() *http.Request{}
	add := func(name, body string, edits ...func(*http.Request)) {
		requests[name] = func() *http.Request { return delivered(body, edits...) }
	}
	for _, contentType := range []string{
		"", "text/plain", "text/plain; charset=iso-8859-1", "application/x-www-form-urlencoded", "application/octet-stream", "text/html",
		"application/json; charset", "application/json; charset=utf-16", "application/json/x;", "application/jsonx", ";", "\x00", "garbage",
		"multipart/form-data; boundary=x", "APPLICATION/JSON",
	} {
		add(fmt.Sprintf("type %q", contentType), smsBody, header("Content-Type", contentType))
	}
	add("no type", smsBody, added("Content-Type"))
	add("byte order mark", "\ufeff"+smsBody)
	add("byte order marks", "\ufeff\n\ufeff"+smsBody+"\ufeff")
	add("byte order mark, zipped", zipped(t, "\ufeff"+smsBody), header("Content-Encoding", "gzip"))
	add("UTF-16", wide(binary.BigEndian, true), header("Content-Type", "application/json; charset=utf-16"))
	add("UTF-16, little endian", wide(binary.LittleEndian, true))
	add("UTF-16 without a mark", wide(binary.BigEndian, false))
	add("UTF-16, little endian, without a mark", wide(binary.LittleEndian, false))
	add("white space", "\r\n \t\v\f\u00a0"+smsBody+"\u0085 \r\n")
	for _, encoding := range []string{"gzip", "x-gzip", "X-GZIP", " GZip ", "identity, gzip", "gzip,identity", "identity", "", ",", "br", "unheard-of"} {
		add(fmt.Sprintf("encoding %q, zipped", encoding), zipped(t, smsBody), header("Content-Encoding", encoding))
		add(fmt.Sprintf("encoding %q, unpacked by a proxy", encoding), smsBody, header("Content-Encoding", encoding))
	}
	add("encoding twice", zipped(t, smsBody), added("Content-Encoding", "identity", "gzip"))
	add("zipped twice", zipped(t, zipped(t, smsBody)), header("Content-Encoding", "gzip, gzip"))
	add("zipped without a header", zipped(t, smsBody))
	add("zipped as text", zipped(t, smsBody), header("Content-Type", "text/plain"))
	return requests
}

// TestParseWebhookOddRequests has an event be read whatever the headers and the encoding of the request are.
func TestParseWebhookOddRequests(t *testing.T) {
	want, err := flowroute.ParseWebhook(delivered(smsBody))
	require.NoError(t, err)
	for name, request := range oddRequests(t) {
		event, err := flowroute.ParseWebhook(request())
		require.NoError(t, err, name)
		assert.Equal(t, want, event, name)
	}
	event, err := flowroute.ParseWebhook(delivered("\ufeff " + unknownBody + "\n"))
	require.NoError(t, err)
	assert.Equal(t, unknownBody, string(event.(*flowroute.UnknownEvent).Raw), "JSON that can be marshaled") //nolint:testifylint // byte by byte
}

// TestMessageWithoutID has texts without an id be told apart by what they say.
func TestMessageWithoutID(t *testing.T) {
	keys := map[string]string{}
	for _, body := range []string{
		`{"from":"12065551234","to":"12065554321","body":"Hi"}`,
		`{"from":"12065551234","to":"12065554321","body":"Hi","timestamp":"2024-10-19T01:21:21Z"}`,
		`{"data":{"type":"message","id":null,"attributes":{"from":"12065551234","to":"12065554321","body":"Ho"}}}`,
		`{"data":{"type":"message","id":{},"attributes":{"from":"12065551234","to":"12065554321","body":""}},"included":[{"type":"media","id":"1"}]}`,
		`{"data":{"type":"message","id":"","attributes":{"from":"12065551234","to":"12065554321","body":""}},"included":[{"type":"media","id":"2"}]}`,
	} {
		event, err := flowroute.ParseWebhook(delivered(body))
		require.NoError(t, err, body)
		assert.Equal(t, "12065551234", event.(*flowroute.InboundMessage).From)
		assert.Regexp(t, "^message/[0-9a-f]{64}$", event.Key())
		assert.Empty(t, keys[event.Key()])
		keys[event.Key()] = body
		again, err := flowroute.ParseWebhook(delivered(body))
		require.NoError(t, err)
		assert.Equal(t, event.Key(), again.Key())
		assertMarshals(t, event)
	}
}

// refusals are requests that are no events.
func refusals(t testing.TB) []refusal {
	const mib = 1 << 20
	padded := func(size int) string { return smsBody + strings.Repeat(" ", size-len(smsBody)) }
	bomb := bomb(t, 64) + zipped(t, smsBody)
	unannounced := func(r *http.Request) { r.ContentLength = -1 }
	gzipped := header("Content-Encoding", "gzip")
	return []refusal{
		{"GET", delivered("", func(r *http.Request) { r.Method = "GET" }), 405, "the method is not POST"},
		{"PUT", delivered(smsBody, func(r *http.Request) { r.Method = "PUT" }), 405, "the method is not POST"},
		{"form", delivered("from=12065551234&to=12065554321&body=Hi", header("Content-Type", "application/x-www-form-urlencoded")), 415, "the Content-Type is not JSON, and the event is not JSON"},
		{"form with JSON", delivered("payload="+url.QueryEscape(smsBody), header("Content-Type", "application/x-www-form-urlencoded")), 415, "the Content-Type is not JSON, and"},
		{"text", delivered("Hi from 12065550100", header("Content-Type", "text/plain")), 415, "the Content-Type is not JSON, and"},
		{"another object as text", delivered(`{"errors":[]}`, header("Content-Type", "text/plain")), 415, "the Content-Type is not JSON, and the event has no type"},
		{"nothing as text", delivered("", header("Content-Type", "text/plain")), 415, "the Content-Type is not JSON, and the body is empty"},
		{"malformed type", delivered("Hi", header("Content-Type", "application/json/x;")), 415, "the Content-Type is not JSON"},
		{"like JSON", delivered("Hi", header("Content-Type", "application/jsonx")), 415, "the Content-Type is not JSON"},
		{"no type", delivered("Hi", func(r *http.Request) { r.Header.Del("Content-Type") }), 400, "the event is not JSON"},
		{"a kind of JSON", delivered("Hi", header("Content-Type", "application/cloudevents+json; charset=utf-8")), 400, "the event is not JSON"},
		{"cut off text", delivered("", header("Content-Type", "text/plain"), func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)) }), 400, "the body can't be read"},
		{"brotli", delivered("\x8b\x02\x80Hi\x03", header("Content-Encoding", "br")), 415, "a Content-Encoding other than gzip"},
		{"deflate", delivered(deflated(t, smsBody), header("Content-Encoding", "deflate")), 415, "a Content-Encoding other than gzip"},
		{"brotli, then gzip", delivered(zipped(t, "\x8b\x02\x80Hi\x03"), header("Content-Encoding", "br, gzip")), 415, "a Content-Encoding other than gzip"},
		{"gzip three times", delivered(zipped(t, zipped(t, zipped(t, smsBody))), gzipped), 400, "the event is not JSON"},
		{"not gzip", delivered("Hi", gzipped), 400, "the event is not JSON"},
		{"half a gzip as text", delivered(zipped(t, smsBody)[:60], header("Content-Type", "text/plain")), 415, "the Content-Type is not JSON, and the body can't be read"},
		{"the first bytes of a gzip", delivered("\x1f\x8b"), 400, "the body can't be read"},
		{"a byte order mark", delivered("\ufeff"), 400, "the body is empty"},
		{"UTF-32", delivered("\xff\xfe\x00\x00{\x00\x00\x00}\x00\x00\x00"), 400, "the event is not JSON"},
		{"oversized", delivered(padded(mib + 1)), 413, "the body has more than 1048576 bytes"},
		{"oversized, unannounced", delivered(padded(mib+1), unannounced), 413, "the body has more than 1048576 bytes"},
		{"oversized for the program", delivered(smsBody, func(r *http.Request) { r.Body = http.MaxBytesReader(nil, r.Body, 10) }), 413, "http: request body too large"},
		{"gzip bomb", delivered(bomb, gzipped), 413, "the body has more than 1048576 bytes"},
		{"gzip bomb, unannounced", delivered(bomb, gzipped, unannounced), 413, "the body has more than 1048576 bytes"},
		{"half a gzip", delivered(zipped(t, smsBody)[:60], gzipped), 400, "the body can't be read"},
		{"gzip of nothing", delivered(zipped(t, ""), gzipped), 400, "the body is empty"},
		{"cut off", delivered("", func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)) }), 400, "the body can't be read"},
		{"nothing", delivered(""), 400, "the body is empty"},
		{"no body", delivered("", func(r *http.Request) { r.Body = nil }), 400, "the body is empty"},
		{"white space", delivered(" \n\t"), 400, "the body is empty"},
		{"garbage", delivered("12065550100"), 400, "the body is a number in place of an object"},
		{"HTML", delivered("<html>12065550100</html>"), 400, "the event is not JSON (offset 1)"},
		{"half", delivered(smsBody[:100]), 400, "the event is not JSON (offset 100)"},
		{"more after it", delivered(smsBody + "{}"), 400, "the event is not JSON"},
		{"null", delivered("null"), 400, "the body is null in place of an object"},
		{"a list", delivered("[" + smsBody + "]"), 400, "the body is a list in place of an object"},
		{"a string", delivered(`"12065550100"`), 400, "the body is a string in place of an object"},
		{"a truth", delivered(`true`), 400, "the body is true or false in place of an object"},
		{"an empty object", delivered("{}"), 400, "the event has no type, and is not a message without one either"},
		{"another object", delivered(`{"errors":[]}`), 400, "the event has no type, and is not a message without one either"},
		{"no data", delivered(`{"data":null}`), 400, "data is null in place of an object"},
		{"empty data", delivered(`{"data":{}}`), 400, "the event has no type"},
		{"a list of data", delivered(`{"data":[{"type":"message"}]}`), 400, "data is a list in place of an object"},
		{"half a flat message", delivered(`{"id":"1","from":"12065550100"}`), 400, "the event has no type"},
		{"message without attributes", delivered(`{"data":{"type":"message","id":"1"}}`), 400, "the event is a message without from, to or body"},
		{"a list of attributes", delivered(`{"data":{"type":"message","id":"1","attributes":[]}}`), 400, "the event is a message without from, to or body"},
		{"receipt without id", delivered(`{"data":{"type":"delivery_receipt","attributes":{"status":"sent"}}}`), 400, "the event is a delivery receipt without id or status"},
		{"receipt without status", delivered(`{"data":{"type":"delivery_receipt","id":"1","attributes":{}}}`), 400, "the event is a delivery receipt without id or status"},
		{"number an object", delivered(strings.Replace(smsBody, `"12065551234"`, `{"12065551234":1}`, 1)), 400, "a message that can't be read: the attribute from has another kind of value"},
		{"text a list", delivered(strings.Replace(smsBody, `"Hi"`, `["Hi"]`, 1)), 400, `a message that can't be read`},
		{"too many attachments", delivered(strings.Replace(mmsBody, `"included":[`, `"included":[`+strings.Repeat(`{},`, 20_000), 1)), 400, "the event has too many values"},
		{"too many receipts", delivered(strings.Replace(mmsBody, `"delivery_receipts":[`, `"delivery_receipts":[`+strings.Repeat(`null,`, 20_000)+`null`, 1)), 400, "the event has too many values"},
	}
}

type refusal struct {
	name    string
	request *http.Request
	status  int
	says    string
}

func TestParseWebhookRefuses(t *testing.T) {
	for _, test := range refusals(t) {
		t.Run(test.name, func(t *testing.T) {
			event, err := flowroute.ParseWebhook(test.request)
			assert.Nil(t, event)
			var e *flowroute.WebhookError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, test.status, e.StatusCode)
			assert.Contains(t, e.Err.Error(), test.says)
			assert.True(t, strings.HasPrefix(err.Error(), "flowroute: webhook: "), err)
			assert.NotContains(t, err.Error(), "\n")
			for _, private := range []string{"12065550100", "12065551234", "Hi", "secret"} {
				assert.NotContains(t, err.Error(), private)
			}
		})
	}
	_, err := flowroute.ParseWebhook(delivered("", func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)) }))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// TestWebhookLimit has a body of exactly the limit be taken.
func TestWebhookLimit(t *testing.T) {
	body := smsBody + strings.Repeat(" ", 1<<20-len(smsBody))
	for _, r := range []*http.Request{delivered(body), delivered(zipped(t, body), header("Content-Encoding", "gzip"))} {
		_, err := flowroute.ParseWebhook(r)
		assert.NoError(t, err)
	}
	_, err := flowroute.ParseWebhook(delivered(smsBody, header("Content-Type", "application/json; charset"), header("Content-Encoding", "identity")))
	assert.NoError(t, err, "what is wrong with a parameter says nothing of the type")
	braces := strings.Replace(smsBody, "Hi", strings.Repeat(`,\"`, 100_000), 1)
	_, err = flowroute.ParseWebhook(delivered(braces))
	assert.NoError(t, err, "commas in a text are not values")
}

// TestWebhookMemory measures what the worst bodies make this package allocate.
func TestWebhookMemory(t *testing.T) {
	worst := map[string]string{
		"objects":  `{"data":{"type":"message","id":"1","attributes":{"from":"1","to":"2"}},"included":[{}` + strings.Repeat(`,{}`, 340_000) + `]}`,
		"nulls":    `{"data":{"type":"message","id":"1","attributes":{"from":"1","to":"2","delivery_receipts":[null` + strings.Repeat(`,null`, 200_000) + `]}}}`,
		"members":  `{"data":{"type":"x"}` + strings.Repeat(`,"":0`, 200_000) + `}`,
		"depth":    `{"data":` + strings.Repeat(`[`, 1_000_000),
		"one text": `{"data":{"type":"x","id":"` + strings.Repeat("x", 1_000_000) + `"}}`,
		"most":     `{"data":{"type":"message","id":"1","attributes":{"from":"1","to":"2"}},"included":[{}` + strings.Repeat(`,{}`, 9_990) + `]}`,
	}
	requests := map[string]*http.Request{"bomb": delivered(bomb(t, 512), header("Content-Encoding", "gzip"))}
	for name, body := range worst {
		requests[name] = delivered(body)
	}
	for name, r := range requests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := flowroute.ParseWebhook(r)
		runtime.ReadMemStats(&after)
		allocated := (after.TotalAlloc - before.TotalAlloc) >> 10
		t.Logf("%-8s %5d KiB allocated (%v)", name, allocated, err)
		assert.Less(t, allocated, uint64(16<<10), name)
	}
}

// FuzzParseWebhook looks for bodies that panic, are read without bounds, or are read differently the second time.
func FuzzParseWebhook(f *testing.F) {
	for _, body := range []string{smsBody, flatBody, mmsBody, receiptBody, bareBody, bareLevel1, notifyBody, unknownBody, "", "null", "{", "\ufeff" + flatBody, `{"data":{"data":{}}}`, `{"a":"\"`, zipped(f, smsBody)} {
		f.Add([]byte(body), "application/json", "")
		f.Add([]byte(body), "application/vnd.api+json; charset=utf-8", "gzip")
	}
	f.Add([]byte(smsBody), "text/plain", "br")
	f.Fuzz(func(t *testing.T, body []byte, contentType, encoding string) {
		parse := func() (flowroute.Event, error) {
			return flowroute.ParseWebhook(delivered(string(body), header("Content-Type", contentType), header("Content-Encoding", encoding)))
		}
		event, err := parse()
		again, errAgain := parse()
		assert.Equal(t, event, again)
		assert.Equal(t, err, errAgain)
		if err != nil {
			assert.Nil(t, event)
			e, ok := errors.AsType[*flowroute.WebhookError](err)
			require.True(t, ok)
			assert.Contains(t, []int{400, 413, 415}, e.StatusCode)
			return
		}
		assert.Regexp(t, "^(message|receipt|notification|unknown)/[ -~]{0,120}$", event.Key())
		if _, err := json.Marshal(event); err == nil { // it fails for a time outside of the years that JSON has
			assertMarshals(t, event)
		}
		if m, ok := event.(*flowroute.InboundMessage); ok {
			assert.NotEqual(t, flowroute.MessageDirectionOutbound, m.Direction)
		}
	})
}

func BenchmarkParseWebhook(b *testing.B) {
	for name, body := range map[string]string{"SMS": smsBody, "flat": flatBody, "MMS": mmsBody, "receipt": receiptBody} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := flowroute.ParseWebhook(delivered(body)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
