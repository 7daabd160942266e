package fake

import (
	"cmp"
	"strings"
)

// The kinds of events, by the names that they have in paths.
const (
	smsCallback     = "sms_callback"
	mmsCallback     = "mms_callback"
	smsReceipts     = "sms_dlr_callback"
	mmsReceipts     = "mms_dlr_callback"
	deprecatedAlias = "dlr_callback" // of smsReceipts
)

// callbackOperations spell the types out, since a message's id would stand in the same place.
func callbackOperations() []Operation {
	var ops []Operation
	for _, kind := range []string{smsCallback, mmsCallback, smsReceipts, mmsReceipts, deprecatedAlias} {
		for _, version := range []string{"v2.1", "v2.2"} {
			path := "/" + version + "/messages/" + kind
			ops = append(ops,
				Operation{"PUT", path, "messages.setCallback", func(a *Account, c *Call) answer { return a.setCallback(c, kind) }},
				Operation{"GET", path, "messages.getCallback", func(a *Account, c *Call) answer { return a.getCallback(c, kind) }},
			)
		}
		ops = append(ops, Operation{"POST", "/v2/numbers/{number}/relationships/" + kind, "numbers.setCallback",
			func(a *Account, c *Call) answer { return a.setNumberCallback(c, kind) }})
	}
	return ops
}

// callbacks are the URLs that events are sent to, by their kind.
type callbacks map[string]string

func (cb callbacks) set(kind, url string) { cb[canonical(kind)] = url }
func (cb callbacks) get(kind string) string {
	return cb[canonical(kind)]
}

func canonical(kind string) string {
	if kind == deprecatedAlias {
		return smsReceipts
	}
	return kind
}

func (a *Account) setCallback(c *Call, kind string) answer {
	url := c.callbackURL()
	if c.ok() {
		a.callbacks.set(kind, url)
	}
	return noContent()
}

func (a *Account) setNumberCallback(c *Call, kind string) answer {
	n := a.own(c, notAuthorized())
	url := c.callbackURL()
	if c.ok() {
		n.setCallback(kind, url)
	}
	return noContent()
}

func (n *number) setCallback(kind, url string) {
	if n.callbacks == nil {
		n.callbacks = callbacks{}
	}
	n.callbacks.set(kind, url)
}

func (c *Call) callbackURL() string {
	return c.envelopedOrFlat().required("callback_url", webAddress)
}

// getCallback answers in the documented form. That a callback which was never set is not found is the server's own
// choice, and so is how the version is written, and the product of most types.
func (a *Account) getCallback(c *Call, kind string) answer {
	url := a.callbacks.get(kind)
	if url == "" {
		return c.refuse(notFound())
	}
	version := "2.1"
	if a.FlatMessages {
		version = "2.0"
	}
	return ok(object{"data": object{
		"attributes": object{"api_version": version, "callback_url": url, "product": strings.TrimSuffix(kind, "_callback")},
		"type":       "callback",
	}})
}

// callbackURL is where an event about a message on one of the account's numbers goes: to the message's own URL, the
// number's or the account's.
func (a *Account) callbackURL(kind, value, own string) string {
	url := own
	if n, exists := a.numbers[value]; exists {
		url = cmp.Or(url, n.callbacks.get(kind))
	}
	return cmp.Or(url, a.callbacks.get(kind))
}
