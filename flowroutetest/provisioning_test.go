package flowroutetest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

func (a api) provision(action string, numbers ...string) response {
	a.t.Helper()
	return a.do("POST", "/v2/message-provision", object("numbers", numbers, "action", action))
}

// messaging tells whether the API says that a number has messaging enabled.
func (a api) messaging(number string) any {
	a.t.Helper()
	return a.get("/v2/numbers/"+number).at("data", "attributes", "messaging_enabled")
}

func TestProvisionOne(t *testing.T) {
	a := newAPI(t)
	require.Equal(t, 201, a.do("POST", "/v2/numbers/"+forSale, nil).status)
	resp := a.do("POST", "/v2/message-provision",
		object("numbers", []string{"+" + forSale}, "action", "enable", "callback_url", "https://example.com/done", "email", true))
	id := resp.created()
	task := func(status string) string {
		return `{"data":{"attributes":{"status":"` + status + `","tn":"12062790237"},"id":"` + id + `","type":"message_provisioning_status"}}`
	}
	resp.is(201, task("processing"))
	a.get("/v2/message-provision/status/"+id).is(200, task("processing"))
	assert.Equal(t, false, a.messaging(forSale))
	assert.Equal(t, 403, a.send("from", forSale, "body", "Hello").status)
	number := a.get("/v2/numbers/" + forSale)
	assert.Equal(t, id, number.at("data", "relationships", "message_provision", "data", "id"))
	assert.Equal(t, resp.at("data"), number.at("included", 1))

	a.Advance(flowroutetest.MessagingEnabledAfter - 1)
	a.get("/v2/message-provision/status/"+id).is(200, task("processing"))
	a.Advance(1)
	a.get("/v2/message-provision/status/"+id).is(200, task("successful"))
	assert.Equal(t, true, a.messaging(forSale))
	assert.Equal(t, 202, a.send("from", forSale, "body", "Hello").status)

	a.provision("disable", forSale).created()
	assert.Equal(t, 202, a.send("from", forSale, "body", "Hello").status, "until it is done")
	a.Advance(flowroutetest.MessagingEnabledAfter)
	assert.Equal(t, 403, a.send("from", forSale, "body", "Hello").status)
	assert.Equal(t, false, a.messaging(forSale))

	// The number is given back while the task is under way.
	id = a.provision("enable", forSale).created()
	a.do("DELETE", "/v2/numbers/"+forSale, nil).is(204, "")
	a.Advance(time.Hour)
	a.get("/v2/message-provision/status/"+id).is(200, task("failed"))

	a.provision("enable", forSale).is(404, notFound)
	a.get("/v2/message-provision/status/x").is(404, notFound)
}

func TestProvisionMany(t *testing.T) {
	a := newAPI(t)
	resp := a.provision("disable", flowroutetest.LongCode, "+"+forSale, flowroutetest.TollFree, flowroutetest.LongCode)
	id := resp.created()
	resp.is(201, `{"data":{"attributes":{"message":"The numbers are being processed.","numbers":{"failed":["12062790237"],
		"processing":["12065550100","18445550100"],"successful":[]},"status":"processing"},"id":"`+id+`","type":"message_bulk_provisioning_status"}}`)
	a.Advance(flowroutetest.MessagingEnabledAfter)
	a.get("/v2/message-provision/status/"+id).is(200, `{"data":{"attributes":{"message":"Some numbers could not be processed.","numbers":{"failed":["12062790237"],
		"processing":[],"successful":["12065550100","18445550100"]},"status":"failed"},"id":"`+id+`","type":"message_bulk_provisioning_status"}}`)
	assert.Equal(t, 403, a.send("body", "Hello").status)

	id = a.provision("enable", flowroutetest.LongCode, flowroutetest.TollFree).created()
	a.Advance(flowroutetest.MessagingEnabledAfter)
	done := a.get("/v2/message-provision/status/" + id)
	assert.Equal(t, "successful", done.at("data", "attributes", "status"))
	assert.Equal(t, "All numbers have been processed.", done.at("data", "attributes", "message"))
	assert.Equal(t, 202, a.send("body", "Hello").status)
	number := a.get("/v2/numbers/" + flowroutetest.LongCode)
	assert.Equal(t, object("status", "successful", "tn", flowroutetest.LongCode), number.at("included", 1, "attributes"))
}

func TestProvisionStrictly(t *testing.T) {
	a := newAPI(t)
	for body, detail := range map[string]string{
		`{}`:                               `{"numbers":["Missing data for required field."],"action":["Missing data for required field."]}`,
		`{"numbers":[],"action":"enable"}`: `{"numbers":["Shorter than minimum length 1."]}`,
		`{"numbers":["12065550100"],"action":"on"}`:                              `{"action":["Must be one of: enable, disable."]}`,
		`{"numbers":["x"],"action":"enable"}`:                                    `{"numbers":["Not a valid phone number."]}`,
		`{"numbers":["12065550100"],"action":"enable","callback_url":"x"}`:       `{"callback_url":["Not a valid URL."]}`,
		`{"numbers":["12065550100"],"action":"enable","email":"me@example.com"}`: `{"email":["Not a valid boolean."]}`,
	} {
		a.do("POST", "/v2/message-provision", body).is(422, invalid(detail))
	}
}

func TestProvisionByUpdate(t *testing.T) {
	a := newAPI(t)
	const path = "/v2/numbers/" + flowroutetest.LongCode
	resp := a.do("PATCH", path, object("type", "number", "messaging_enabled", false, "messaging_email", true, "messaging_callback_url", "https://example.com"))
	require.Equal(t, 200, resp.status)
	assert.Equal(t, true, resp.at("data", "attributes", "messaging_enabled"), "it takes a while")
	assert.Equal(t, "processing", resp.at("included", 1, "attributes", "status"))
	id, _ := resp.at("included", 1, "id").(string)
	a.Advance(flowroutetest.MessagingEnabledAfter)
	assert.Equal(t, "successful", a.get("/v2/message-provision/status/"+id).at("data", "attributes", "status"))
	assert.Equal(t, false, a.messaging(flowroutetest.LongCode))
}

func TestFailProvisioning(t *testing.T) {
	a := newAPI(t)
	a.FailProvisioning(2)
	require.Equal(t, 201, a.do("POST", "/v2/numbers/12065010237", nil).status, "nobody asks for messaging")
	bought := a.do("POST", "/v2/numbers/"+forSale, object("messaging_enabled", true))
	require.Equal(t, 207, bought.status)
	assert.Equal(t, forSale, bought.at("data", "id"))
	assert.NotContains(t, bought.at("data", "relationships"), "message_provision")
	assert.Equal(t, a.get("/v2/numbers/"+forSale).body, bought.body)
	updated := a.do("PATCH", "/v2/numbers/"+forSale, object("type", "number", "alias", "x", "messaging_enabled", true))
	require.Equal(t, 207, updated.status)
	assert.Equal(t, "x", updated.at("data", "attributes", "alias"), "all else is done")
	a.Advance(time.Hour)
	assert.Equal(t, false, a.messaging(forSale))
	assert.Equal(t, 200, a.do("PATCH", "/v2/numbers/"+forSale, object("type", "number", "messaging_enabled", true)).status)
	a.Advance(time.Hour)
	assert.Equal(t, true, a.messaging(forSale))

	disable := func() int {
		return a.do("PATCH", "/v2/numbers/"+forSale, object("type", "number", "messaging_enabled", false)).status
	}
	a.FailProvisioning(flowroutetest.Always)
	assert.Equal(t, []int{207, 207, 207}, []int{disable(), disable(), disable()})
	a.FailProvisioning(0)
	assert.Equal(t, 200, disable())
}
