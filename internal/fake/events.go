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
