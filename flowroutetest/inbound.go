package flowroutetest

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/flowroute/flowroute-go"
)

// Inbound is a text or picture that somebody sends to a number of the account.
type Inbound struct {
	From        string       // any phone number, in any common notation
	To          string       // a number on the account that can receive messages, in any common notation
	Body        string       // may be empty only if there are Attachments
	Attachments []Attachment // any make it an MMS
	MMS         bool         // makes an MMS although there are no attachments
}

// Attachment is a file in an [Inbound] message.
type Attachment struct {
	FileName string // such as cat.png; empty is "media"
	MIMEType string // such as image/png; empty goes by the file's name
	Content  []byte // what the file has in it; any will do, whatever the type
}

// Receive sends a message to a number of the account, as somebody with a phone would, and returns its id. The message
// gets a record at once, and is delivered to the program before Receive returns: to the callback URL of the number, or
// else the account's. It is an error where the message is empty, or the account can't receive it. It is no error where
// no callback URL is set for its kind, SMS or MMS, so that nothing is delivered, or where the program answers with an
// error: see [Server.Deliveries].
//
// An attachment's link leads to the server itself, with a query without which the file is not given out, works for
// [MediaExpiresAfter], and gives nothing to a request that brings credentials. Its host means nothing where the
// server does not listen.
func (s *Server) Receive(m Inbound) (id string, err error) {
	e, err := s.take(m)
	if err != nil {
		return "", err
	}
	s.deliver(e)
	return e.message.ID, nil
}

// take puts a message that was received on the account.
func (s *Server) take(in Inbound) (*event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, now := &s.account, s.clock.now()
	sender, err := flowroute.ParsePhone(in.From)
	if err != nil {
		return nil, fmt.Errorf("flowroutetest: %q is not a phone number", in.From)
	}
	if in.Body == "" && len(in.Attachments) == 0 {
		return nil, errors.New("flowroutetest: the message is empty: it must have a Body or Attachments")
	}
	to, _ := northAmerican(in.To)
	m := &message{inbound: true, Message: Message{
		From: digits11(sender),
		To:   to,
		Body: in.Body,
		MMS:  in.MMS || len(in.Attachments) > 0,
		Time: now,
	}}
	receiver, exists := a.numbers[m.To]
	if !exists || !receiver.canMessage(now) {
		return nil, fmt.Errorf("flowroutetest: %q is not on the account, or can't receive messages", in.To)
	}
	m.sender = receiver.listing
	m.ID = "mdr2-" + digest("message", len(a.messages)+1)
	for _, file := range in.Attachments {
		m.media = append(m.media, a.receiveMedia(file, cmp.Or(s.URL, "https://media.invalid"), now))
	}
	a.messages = append(a.messages, m)
	kind := smsCallback
	if m.MMS {
		kind = mmsCallback
	}
	return &event{due: now, kind: kind, message: m}, nil
}

// webhook is what the callback of a message that was received gets. A short message of an old account is flat; how a
// picture then looks is not known, and it is as always.
func (m *message) webhook(callbackURL string, flat bool) object {
	if flat && !m.MMS {
		return object{"body": m.Body, "from": m.From, "id": m.ID, "to": m.To}
	}
	data := m.record(&call{version: "v2.1", now: m.Time})
	attributes := data["attributes"].(object)
	if m.MMS {
		attributes["status"] = ""
		return withMedia(object{"data": data}, "v2.1", m)
	}
	delete(attributes, "delivery_receipts")
	attributes["amount_nanodollars"] = fmt.Sprint(m.cost()) // a text, unlike in its record
	attributes["message_callback_url"] = callbackURL
	attributes["timestamp"] = m.Time.Format("2006-01-02T15:04:05.000000Z")
	return object{"data": data}
}

// receiptWebhook is what the callback of a receipt gets.
func (m *message) receiptWebhook(level int, bare bool) object {
	r := m.receipt(level)
	if bare {
		attributes := object{"body": m.Body, "from": m.From, "status": r["status"], "to": m.To}
		if r["status_code"] != nil {
			attributes["status_code"] = r["status_code"]
		}
		return object{"attributes": attributes, "id": m.ID, "type": "delivery_receipt"}
	}
	r["body"] = m.Body
	if m.MMS {
		r["body"] = ""
	}
	r["timestamp"] = m.receiptTime(level).Format("2006-01-02T15:04:05-07:00")
	return object{"data": object{
		"attributes": r,
		"id":         m.ID,
		"links":      object{"related": host + "/v2.2/messages/" + url.PathEscape(m.ID)},
		"type":       "delivery_receipt",
	}}
}

// sent are the messages that the account sent.
func (a *account) sent() []*message {
	return slices.DeleteFunc(slices.Clone(a.messages), func(m *message) bool { return m.inbound })
}
