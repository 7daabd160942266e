package fake

import (
	"bytes"
	"net/http"
	"slices"
	"time"
)

// Event is something to deliver.
type Event struct {
	Due      time.Time
	Kind     string // of callback
	Level    int    // of a receipt; 0 for anything else
	Attempts int    // how often it was sent

	notice  *notice // nil for what is about a message
	message *message
}

// MessageID returns the id of the message that the event is about, or "".
func (e *Event) MessageID() string {
	if e.message == nil {
		return ""
	}
	return e.message.ID
}

// Expect has an event delivered when it is due.
func (a *Account) Expect(e *Event) { a.pending = append(a.pending, e) }

// Next returns the first event that is due by a time, which is no longer expected, or nil.
func (a *Account) Next(by time.Time) *Event {
	var next *Event
	for _, e := range a.pending {
		if next == nil || e.Due.Before(next.Due) {
			next = e
		}
	}
	if next == nil || next.Due.After(by) {
		return nil
	}
	a.pending = slices.DeleteFunc(a.pending, func(e *Event) bool { return e == next })
	return next
}

// Notification returns where an event is to be sent, and what. The URL is empty if no callback is set for the event, or
// what it says is no longer so.
func (a *Account) Notification(e *Event) (url string, body []byte) {
	var document object
	switch m := e.message; {
	case e.notice != nil:
		url, document = e.notice.document(e.Kind)
	case m.inbound:
		url = a.callbackURL(e.Kind, m.To, "")
		document = m.webhook(url, a.FlatMessages)
	default:
		url = a.callbackURL(e.Kind, m.From, m.DeliveryCallback)
		document = m.receiptWebhook(e.Level, a.BareReceipts)
	}
	return url, bytes.TrimSpace(answer{http.StatusOK, document}.encode().Body)
}

// expectReceipts has the receipts of a message delivered when they are due.
func (a *Account) expectReceipts(m *message) {
	kind := smsReceipts
	if m.MMS {
		kind = mmsReceipts
	}
	for level := 1; level <= 2; level++ {
		a.Expect(&Event{Due: m.receiptTime(level), Kind: kind, message: m, Level: level})
	}
}

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
func (a *Account) expectNotice(due time.Time, kind string, n notice) {
	a.noticeCount++
	n.id, n.at = uuid("notice", a.noticeCount), due
	a.Expect(&Event{Due: due, Kind: kind, notice: &n})
}

// passive says in words that something has come to a state.
func passive(status string) string {
	if status == portProcessing {
		return "is being processed"
	}
	return "has been " + status
}

// document returns where a notice is to be sent, and what.
func (n *notice) document(kind string) (url string, document object) {
	status := n.status()
	at := n.at.Format("2006-01-02T15:04:05.000Z")
	if status != "" {
		url = n.url()
	}
	return url, object{"data": object{
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
			"url_override":  url,
			"version":       "1.0",
		},
		"id":        n.id,
		"timestamp": at,
		"type":      kind,
	}}
}
