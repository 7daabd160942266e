package flowroutetest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

const recipient = "12065551234"

func (a api) send(attributes ...any) response {
	a.t.Helper()
	sms := object("to", recipient, "from", flowroutetest.LongCode)
	for i := 0; i < len(attributes); i += 2 {
		sms[attributes[i].(string)] = attributes[i+1]
	}
	return a.do("POST", "/v2.1/messages", enveloped("message", sms))
}

func TestSendMessage(t *testing.T) {
	a := newAPI(t)
	resp := a.send("body", "Hello there", "dlr_callback", "https://example.com/dlr")
	id := resp.created()
	assert.Regexp(t, `^mdr2-[0-9a-f]{32}$`, id)
	resp.is(202, `{"data":{"id":"`+id+`","links":{"self":"https://api.flowroute.com/v2.1/messages/`+id+`"},"type":"message"}}`)
	assert.Equal(t, []flowroutetest.Message{{
		ID: id, From: flowroutetest.LongCode, To: recipient, Body: "Hello there",
		DeliveryCallback: "https://example.com/dlr", Time: flowroutetest.Epoch(),
	}}, a.Messages())
}

func TestSendVariants(t *testing.T) {
	a := newAPI(t)
	flat := a.do("POST", "/v2.1/messages", `{"to":"+12065551234","from":"+12065550100","body":"Hi","is_mms":"false","media_urls":null}`)
	assert.Equal(t, 202, flat.status)
	mms := a.send("is_mms", "true", "media_urls", []string{"https://example.com/icon.jpg"})
	assert.Equal(t, 202, mms.status)
	assert.Equal(t, 202, a.send("body", "text only", "is_mms", true).status)
	later := a.do("POST", "/v2.2/messages", object("to", recipient, "from", flowroutetest.TollFree, "body", "Hi"))
	id := later.created()
	later.is(202, `{"data":{"id":"`+id+`","links":{"self":"https://api.flowroute.com/v2.2/messages/`+id+`"},"type":"message",
		"price_details":{"base_rate":"0.0040","charged_cost":"0.0040","segment_count":1,"surcharge_rate":"0.0000"}}}`)

	sent := a.Messages()
	require.Len(t, sent, 4)
	assert.Equal(t, flowroutetest.LongCode, sent[0].From)
	assert.Equal(t, recipient, sent[0].To)
	assert.False(t, sent[0].MMS)
	assert.True(t, sent[1].MMS)
	assert.Equal(t, []string{"https://example.com/icon.jpg"}, sent[1].MediaURLs)
	assert.True(t, sent[2].MMS)

	sent[1].MediaURLs[0] = "changed"
	assert.Equal(t, "https://example.com/icon.jpg", a.Messages()[1].MediaURLs[0], "what is handed out is a copy")
}

func TestSendFromANewNumber(t *testing.T) {
	a := newAPI(t)
	a.do("POST", "/v2/numbers/12062030237", `{"messaging_enabled":true}`)
	a.send("from", "12062030237", "body", "too early").is(403, notAuthorized)
	a.Advance(flowroutetest.MessagingEnabledAfter)
	assert.Equal(t, 202, a.send("from", "12062030237", "body", "in time").status)
	a.do("POST", "/v2/numbers/12062030474", nil)
	a.Advance(time.Hour)
	a.send("from", "12062030474", "body", "never enabled").is(403, notAuthorized)
}

// TestSendAbroad has version 2.2 take what E.164 allows; version 2.1 takes North American numbers.
func TestSendAbroad(t *testing.T) {
	a := newAPI(t)
	send := func(to string) response {
		return a.do("POST", "/v2.2/messages", enveloped("message", object("to", to, "from", "+"+flowroutetest.LongCode, "body", "Hi")))
	}
	for _, to := range []string{"+442079460000", "+2421234", "+861381234567890"} {
		id := send(to).created()
		a.Advance(flowroutetest.MessageRecordAfter)
		assert.Equal(t, to[1:], a.get("/v2.2/messages/"+id).at("data", "attributes", "to"))
		assert.Equal(t, to, a.Messages()[len(a.Messages())-1].To, "as the library's models have it")
	}
	for _, to := range []string{"442079460000", "+242123", "+8613812345678901", "+012065551234", "+11065551234", "+1206555123", "+44 20 7946 0000"} {
		send(to).is(422, invalid(`{"data":{"attributes":{"to":["Not a valid phone number."]}}}`))
	}
	assert.Len(t, a.Messages(), 3)
}

func TestSendStrictly(t *testing.T) {
	a := newAPI(t)
	a.send("from", "12065559999", "body", "not mine").is(403, notAuthorized)
	a.do("POST", "/v2.1/messages", `{}`).is(422, invalid(`{"to":["Missing data for required field."],
		"from":["Missing data for required field."],"body":["Missing data for required field."]}`))
	nested := func(detail string) string { return invalid(`{"data":{"attributes":` + detail + `}}`) }
	for _, c := range []struct {
		attributes []any
		detail     string
	}{
		{[]any{"body", ""}, `{"body":["Shorter than minimum length 1."]}`},
		{[]any{"body", nil}, `{"body":["Field may not be null."]}`},
		{[]any{"body", 7}, `{"body":["Not a valid string."]}`},
		{[]any{"body", "x", "to", int64(12065551234)}, `{"to":["Not a valid string."]}`},
		{[]any{"body", "x", "to", "2065551234"}, `{"to":["Not a valid phone number."]}`},
		{[]any{"body", "x", "to", "+1 206 555 1234"}, `{"to":["Not a valid phone number."]}`},
		{[]any{"body", "x", "to", "00000000000"}, `{"to":["Not a valid phone number."]}`},
		{[]any{"body", "x", "to", "11065551234"}, `{"to":["Not a valid phone number."]}`},
		{[]any{"body", "x", "to", "22065551234"}, `{"to":["Not a valid phone number."]}`},
		{[]any{"body", "x", "to", "+442079460000"}, `{"to":["Not a valid phone number."]}`},
		{[]any{"body", "x", "from", "00000000000"}, `{"from":["Not a valid phone number."]}`},
		{[]any{"body", "x", "from", "me"}, `{"from":["Not a valid phone number."]}`},
		{[]any{"body", "x", "is_mms", "maybe"}, `{"is_mms":["Not a valid boolean."]}`},
		{[]any{"body", "x", "is_mms", 1}, `{"is_mms":["Not a valid boolean."]}`},
		{[]any{"body", "x", "media_urls", "https://example.com/a.jpg"}, `{"media_urls":["Not a valid list."]}`},
		{[]any{"body", "x", "media_urls", []any{"a.jpg"}}, `{"media_urls":["Not a valid URL."]}`},
		{[]any{"body", "x", "media_urls", []any{nil}}, `{"media_urls":["Field may not be null."]}`},
		{[]any{"body", "x", "dlr_callback", "ftp://example.com"}, `{"dlr_callback":["Not a valid URL."]}`},
		{[]any{"is_mms", true}, `{"body":["Missing data for required field."]}`},
	} {
		a.send(c.attributes...).is(422, nested(c.detail))
	}
	assert.Empty(t, a.Messages())
}

func TestMessageRecord(t *testing.T) {
	a := newAPI(t)
	id := a.send("body", "test sms on v2").created()
	const sent = `{"level":1,"status":"smsc submit","status_code":null,"status_code_description":"Message has been sent","timestamp":"2026-01-05T09:00:05.00Z"}`
	const taken = `{"level":2,"status":"message buffered","status_code":1003,"status_code_description":"Message accepted by Carrier","timestamp":"2026-01-05T09:00:10.00Z"}`
	record := func(status, receipts, more string) string {
		return `{"data":{"attributes":{"amount_display":"$0.0040","amount_nanodollars":4000000,"body":"test sms on v2",
			"delivery_receipts":[` + receipts + `],"direction":"outbound","from":"12065550100","is_mms":false,"message_encoding":0,
			"message_type":"longcode","status":"` + status + `","timestamp":"2026-01-05T09:00:00.00Z","to":"12065551234"},
			"id":"` + id + `","type":"message"` + more + `}}`
	}

	a.get("/v2.1/messages/"+id).is(404, notFound)
	a.get("/v2.1/messages?start_date=2026-01-01").is(200, `{"data":[],"links":{}}`)
	a.Advance(flowroutetest.MessageRecordAfter)
	a.get("/v2.1/messages/"+id).is(200, record("smsc submit", sent, ""))
	a.Advance(flowroutetest.MessageAcceptedAfter - flowroutetest.MessageRecordAfter)
	a.get("/v2.1/messages/"+id).is(200, record("message buffered", taken+","+sent, ""))
	a.get("/v2.2/messages/"+id).is(200, record("message buffered", taken+","+sent,
		`,"price_details":{"base_rate":"0.0040","charged_cost":"0.0040","segment_count":1,"surcharge_rate":"0.0000"}`))
	a.get("/v2.1/messages/mdr2-0").is(404, notFound)
}

func TestMMSRecord(t *testing.T) {
	a := newAPI(t)
	id := a.send("from", flowroutetest.TollFree, "media_urls", []string{"https://example.com/pics/icon.JPG?x=1", "https://example.com"}).created()
	a.Advance(flowroutetest.MessageAcceptedAfter)
	const media = `[
		{"attributes":{"file_name":"icon.JPG","file_size":10097,"mime_type":"image/jpeg","url":"https://example.com/pics/icon.JPG?x=1"},
		 "id":"1490420351891410001-icon.JPG","links":{"self":"https://api.flowroute.com/v2.1/media/1490420351891410001-icon.JPG"},"type":"media"},
		{"attributes":{"file_name":"media","file_size":10194,"mime_type":"application/octet-stream","url":"https://example.com"},
		 "id":"1490420351891410002-media","links":{"self":"https://api.flowroute.com/v2.1/media/1490420351891410002-media"},"type":"media"}]`
	record := `{"attributes":{"amount_display":"$0.0095","amount_nanodollars":9500000,"body":null,
		"delivery_receipts":[],"direction":"outbound","from":"18445550100","is_mms":true,"message_encoding":0,
		"message_type":"toll-free","status":"message buffered","timestamp":"2026-01-05T09:00:00.00Z","to":"12065551234"},
		"id":"` + id + `","type":"message","relationships":{"media":{"data":[
			{"id":"1490420351891410001-icon.JPG","type":"media"},{"id":"1490420351891410002-media","type":"media"}]}}}`
	a.get("/v2.1/messages/"+id).is(200, `{"data":`+record+`,"included":`+media+`}`)
	a.get("/v2.1/messages?start_date=2026-01-05").is(200, `{"data":[`+record+`],"included":`+media+`,"links":{}}`)
}

func TestListMessages(t *testing.T) {
	a := newAPI(t)
	var ids []string
	for i := range 5 {
		ids = append([]string{a.send("body", fmt.Sprint(i)).created()}, ids...) // newest first
		if i != 2 {
			a.Advance(time.Hour)
		}
	}
	a.Advance(time.Minute)

	resp := a.get("/v2.1/messages?start_date=2025-12-01&end_date=2026-01-08T00:00:00Z&limit=2")
	assert.Equal(t, ids[:2], resp.ids())
	assert.Equal(t, object("next", "https://api.flowroute.com/v2.1/messages?limit=2&start_date=2025-12-01T00%3A00%3A00%2B00%3A00"+
		"&end_date=2026-01-08T00%3A00%3A00%2B00%3A00&offset=2"), resp.at("links"))
	last := a.get("/v2.1/messages?start_date=2025-12-01&limit=1000&offset=2")
	assert.Equal(t, ids[2:], last.ids())
	assert.Equal(t, object(), last.at("links"))
	assert.Equal(t, ids, a.get("/v2.2/messages?start_date=2026-01-05").ids())

	for query, want := range map[string][]string{
		"start_date=2026-01-06":                                             {},
		"start_date=2026-01-05T11:00:00Z":                                   ids[:3],
		"start_date=2026-01-05T11:00:00.00Z":                                ids[:3],
		"start_date=2026-01-05T11:00:00":                                    ids[:3],
		"start_date=" + url.QueryEscape("2026-01-05T12:00:00+01:00"):        ids[:3],
		"start_date=2026-01-05&end_date=2026-01-05T10:00:00Z":               ids[3:],
		"start_date=2026-01-05&end_date=2026-01-05":                         {},
		"start_date=2026-01-05T10:00:00Z&end_date=2026-01-05T10:00:00.00Z":  ids[3:4],
		"start_date=2026-01-05T10:00:00Z&end_date=2026-01-05T09:00:00.000Z": {},
	} {
		assert.Equal(t, want, a.get("/v2.1/messages?"+query).ids(), query)
	}
	for query, detail := range map[string]string{
		"limit=5":                       `{"start_date":["Missing data for required field."]}`,
		"start_date=":                   `{"start_date":["Not a valid datetime."]}`,
		"start_date=yesterday":          `{"start_date":["Not a valid datetime."]}`,
		"start_date=2026-13-01":         `{"start_date":["Not a valid datetime."]}`,
		"start_date=1767571200":         `{"start_date":["Not a valid datetime."]}`,
		"start_date=2026-01-05&limit=0": `{"limit":["Must be greater than or equal to 1."]}`,
		"start_date=2026-01-05&end_date=2026-01-05T12:00:00+01:00": `{"end_date":["Not a valid datetime."]}`, // the plus is a space
	} {
		a.get("/v2.1/messages?"+query).is(422, invalid(detail))
	}
}

func TestMessagePrice(t *testing.T) {
	a := newAPI(t)
	for _, c := range []struct {
		body               string
		encoding, segments int
	}{
		{strings.Repeat("x", 160), 0, 1},
		{strings.Repeat("x", 161), 0, 2},
		{strings.Repeat("x", 281), 0, 3},
		{strings.Repeat("é", 70), 8, 1},
		{strings.Repeat("é", 71), 8, 2},
		{strings.Repeat("😀", 36), 8, 2},
	} {
		id := a.send("body", c.body).created()
		a.Advance(time.Minute)
		resp := a.get("/v2.2/messages/" + id)
		assert.EqualValues(t, c.encoding, resp.at("data", "attributes", "message_encoding"))
		assert.EqualValues(t, c.segments*4_000_000, resp.at("data", "attributes", "amount_nanodollars"))
		assert.Equal(t, fmt.Sprintf("$%.4f", float64(c.segments)*0.004), resp.at("data", "attributes", "amount_display"))
		assert.EqualValues(t, c.segments, resp.at("data", "price_details", "segment_count"))
		assert.Equal(t, c.body, resp.at("data", "attributes", "body"))
	}
}
