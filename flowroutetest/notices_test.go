package flowroutetest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// told returns what was delivered since the last time: of each event its type, resource and state.
func (h *hook) told(t *testing.T) (told [][]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.requests {
		var event struct {
			Data struct {
				Type       string
				Attributes map[string]string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(r[len("/n "):]), &event))
		told = append(told, []string{event.Data.Type, event.Data.Attributes["resource_type"], event.Data.Attributes["resource_id"], event.Data.Attributes["status"]})
	}
	h.requests = nil
	return told
}

func TestPortNotices(t *testing.T) {
	a := newAPI(t)
	h := newHook(t, 500)
	order := a.do("POST", "/v2/portorders", portOrder([]string{"+12065551234"}, "status_url", h.URL+"/n")).created()
	a.createPort("+12065551235").created() // which nobody wants to know of
	a.Advance(flowroutetest.PortProcessingAfter + flowroutetest.RedeliverAfter)
	require.Len(t, h.requests, 2, "it was answered with 500")
	assert.Equal(t, h.requests[0], h.requests[1])
	var event struct{ Data struct{ ID string } }
	require.NoError(t, json.Unmarshal([]byte(h.requests[0][len("/n "):]), &event))
	id := event.Data.ID
	assert.JSONEq(t, `{"data":{"attributes":{"at":"2026-01-05T10:00:00.000Z","customer_id":"1","event_type":"status_change","id":"`+id+`",
		"message":"Port Order #42361 is being processed.","resource_id":"42361","resource_type":"portorders","status":"processing",
		"timestamp":"2026-01-05T10:00:00.000Z","type":"event","url_override":"`+h.URL+`/n","version":"1.0"},
		"id":"`+id+`","timestamp":"2026-01-05T10:00:00.000Z","type":"po_status_change"}}`, h.requests[0][len("/n "):])
	delivery := a.Deliveries()[1]
	assert.Equal(t, "po_status_change", delivery.Callback)
	assert.Equal(t, 2, delivery.Attempt)
	assert.Empty(t, delivery.MessageID)
	h.told(t)

	told := func(statuses ...string) {
		t.Helper()
		var want [][]string
		for _, s := range statuses {
			want = append(want, []string{"po_status_change", "portorders", order, s})
		}
		assert.Equal(t, want, h.told(t))
	}
	a.Advance(flowroutetest.PortSubmittedAfter)
	told("submitted")
	require.NoError(t, a.RejectPortOrder(order, "No"))
	a.Advance(flowroutetest.PortCompletedAfter)
	told("rejected")
	a.do("PATCH", "/v2/portorders/"+order, portChange("pin", "1234"))
	a.Advance(flowroutetest.PortAcceptedAfter)
	told("processing", "submitted", "accepted")
	a.do("PATCH", "/v2/portorders/"+order+"/status", `{"status":"cancelled"}`)
	a.Advance(flowroutetest.PortCompletedAfter)
	told("cancelled")
	assert.Equal(t, "canceled", a.portStatus(order))

	order = a.do("POST", "/v2/portorders", portOrder([]string{"+12065551234"}, "status_url", h.URL+"/n")).created()
	a.Advance(flowroutetest.PortCompletedAfter)
	told("processing", "submitted", "accepted", "completed")
}

func TestProvisioningNotices(t *testing.T) {
	a := newAPI(t)
	h := newHook(t)
	one := a.do("POST", "/v2/message-provision", object("numbers", []string{flowroutetest.LongCode}, "action", "disable", "callback_url", h.URL+"/n")).created()
	two := a.do("POST", "/v2/message-provision", object("numbers", []string{flowroutetest.LongCode, forSale}, "action", "enable", "callback_url", h.URL+"/n")).created()
	bought := a.do("POST", "/v2/numbers/"+forSale, object("messaging_enabled", true, "messaging_callback_url", h.URL+"/n"))
	a.provision("enable", flowroutetest.TollFree).created()
	a.Advance(time.Hour)
	assert.Equal(t, [][]string{
		{"mp_status_change", "message-provision", one, "successful"},
		{"mp_status_change", "message-provision", two, "failed"},
		{"mp_status_change", "message-provision", bought.at("data", "relationships", "message_provision", "data", "id").(string), "successful"},
	}, h.told(t))
}

func TestExportNotices(t *testing.T) {
	a := newAPI(t)
	h := newHook(t)
	create := func() string {
		body := exportRequest()
		body["data"].(map[string]any)["attributes"].(map[string]any)["callback_url"] = h.URL + "/n"
		return a.do("POST", "/v2/cdrs/exports", body).created()
	}
	completed, failed := create(), create()
	a.createExport().created()
	require.NoError(t, a.FailExport(failed))
	require.NoError(t, a.FailExport(failed))
	a.Advance(time.Hour)
	assert.Equal(t, [][]string{
		{"cdr_status_change", "cdrexports", failed, "failed"},
		{"cdr_status_change", "cdrexports", completed, "completed"},
	}, h.told(t))
}
