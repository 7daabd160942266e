package flowroutetest

import (
	"bytes"
	"net/http"
	"time"
)

// The kinds of notices. Of others than port orders it is not known what they are called: these names are the server's
// own, and so are their words.
const (
	portNotice         = "po_status_change"
	provisioningNotice = "mp_status_change"
	exportNotice       = "cdr_status_change"
)

// notice is what a callback gets to know of something that takes time: that it has come to another state.
type notice struct {
	id                     string    // the same in each delivery
	at                     time.Time // when it became true
	name                   string    // of what it is about, in words
	resourceType, resource string
	status                 func() string // the state; empty where it is another one by now
	url                    func() string // where it goes; empty where nobody wants to know
}

// expectNotice has a notice delivered when it is due.
func (a *account) expectNotice(due time.Time, kind string, n notice) {
	a.noticeCount++
	n.id, n.at = uuid("notice", a.noticeCount), due
	a.pending = append(a.pending, &event{due: due, kind: kind, notice: &n})
}

// passive says in words that something has come to a state.
func passive(status string) string {
	if status == portProcessing {
		return "is being processed"
	}
	return "has been " + status
}

// delivery makes what is to be sent of a notice.
func (n *notice) delivery(e *event, now time.Time) Delivery {
	status := n.status()
	at := n.at.Format("2006-01-02T15:04:05.000Z")
	d := Delivery{Callback: e.kind, Attempt: e.attempts, Time: now}
	if status != "" {
		d.URL = n.url()
	}
	document := object{"data": object{
		"attributes": object{
			"at":            at,
			"customer_id":   "1",
			"event_type":    "status_change",
			"id":            n.id,
			"message":       n.name + " " + passive(status) + ".",
			"resource_id":   n.resource,
			"resource_type": n.resourceType,
			"status":        status,
			"timestamp":     at,
			"type":          "event",
			"url_override":  d.URL,
			"version":       "1.0",
		},
		"id":        n.id,
		"timestamp": at,
		"type":      e.kind,
	}}
	d.Body = bytes.TrimSpace(answer{http.StatusOK, document}.encode().body)
	return d
}
