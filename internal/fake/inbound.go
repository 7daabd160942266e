package fake

import (
	"fmt"
	"net/url"
	"time"
)

// Inbound is a message to a number of the account.
type Inbound struct {
	From, To    string // To is of 11 digits, From may be any
	Body        string
	Attachments []Attachment // any make it an MMS
	MMS         bool
	MediaBase   string // URL that the links of attachments begin with
}

// Attachment is a file in an [Inbound] message.
type Attachment struct {
	FileName string
	MIMEType string
	Content  []byte
}

// Receive puts a message that was received on the account, and returns the event to deliver: nil if the number can't
// receive messages.
func (a *Account) Receive(in Inbound, now time.Time) *Event {
	m := &message{inbound: true, Message: Message{
		From: digits11(in.From),
		To:   in.To,
		Body: in.Body,
		MMS:  in.MMS || len(in.Attachments) > 0,
		Time: now,
	}}
	receiver, exists := a.numbers[m.To]
	if !exists || !receiver.canMessage(now) {
		return nil
	}
	m.sender = receiver.listing
	m.ID = "mdr2-" + digest("message", len(a.messages)+1)
	for _, file := range in.Attachments {
		m.media = append(m.media, a.receiveMedia(file, in.MediaBase, now))
	}
	a.messages = append(a.messages, m)
	kind := smsCallback
	if m.MMS {
		kind = mmsCallback
	}
	return &Event{Due: now, Kind: kind, message: m}
}

// webhook is what the callback of a message that was received gets. A short message of an old account is flat; how a
// picture then looks is not known, and it is as always.
func (m *message) webhook(callbackURL string, flat bool) object {
	if flat && !m.MMS {
		return object{"body": m.Body, "from": m.From, "id": m.ID, "to": m.To}
	}
	data := m.record(&Call{version: "v2.1", Now: m.Time})
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

// Sent returns the messages that the account sent.
func (a *Account) Sent() []Message {
	var sent []Message
	for _, m := range a.messages {
		if !m.inbound {
			sent = append(sent, m.public())
		}
	}
	return sent
}
