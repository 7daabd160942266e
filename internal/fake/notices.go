package fake

import "time"

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
