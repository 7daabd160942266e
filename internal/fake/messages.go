package fake

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// What becomes of a message, and how long after it was taken for sending, by the server's clock.
const (
	MessageRecordAfter   = 5 * time.Second  // it has a record, and the receipt that it has been sent, of level 1
	MessageAcceptedAfter = 10 * time.Second // and the receipt that the carrier has accepted it, of level 2
)

func messageOperations() []Operation {
	var ops []Operation
	for _, version := range []string{"v2.1", "v2.2"} {
		ops = append(ops,
			Operation{"POST", "/" + version + "/messages", "messages.send", (*Account).sendMessage},
			Operation{"GET", "/" + version + "/messages{?start_date,end_date,limit,offset}", "messages.list", (*Account).listMessages},
			Operation{"GET", "/" + version + "/messages/{message}", "messages.get", (*Account).getMessage},
		)
	}
	return ops
}

// Message is an SMS or MMS, as far as its sender says what it is.
type Message struct {
	ID               string
	From, To         string // without plus signs
	Body             string
	MediaURLs        []string
	MMS              bool
	DeliveryCallback string
	Time             time.Time
}

// message is a message on the account, and what its record adds to it.
type message struct {
	Message
	inbound bool    // it was received, and not sent
	sender  listing // or the receiver: which number of the account it is about
	media   []media
}

type media struct {
	id, url, fileName string
	size              int

	kind     string // MIME type; empty goes by the name
	received bool   // and so stored, with its content
	content  []byte
}

func (m *message) recordID() string { return m.ID }

// public is a message with its numbers in the form that the library's models have.
func (m *message) public() Message {
	public := m.Message
	if phoneNumber(public.To) != "" {
		public.To = "+" + public.To
	}
	public.MediaURLs = slices.Clone(m.MediaURLs)
	return public
}

func (a *Account) sendMessage(c *Call) answer {
	in := c.envelopedOrFlat("message")
	m := &message{Message: Message{
		To:               digits11(in.required("to", c.recipient)),
		From:             digits11(in.required("from", phoneNumber)),
		MediaURLs:        in.texts("media_urls", webAddress),
		DeliveryCallback: in.text("dlr_callback", webAddress),
		Time:             c.Now,
	}}
	m.MMS = in.flag("is_mms", false) || len(m.MediaURLs) > 0
	if len(m.MediaURLs) > 0 {
		m.Body = in.text("body")
	} else {
		m.Body = in.required("body")
	}
	sender, exists := a.numbers[m.From]
	if !exists || !sender.canMessage(c.Now) {
		c.refuse(notAuthorized())
	}
	if !c.ok() {
		return answer{}
	}
	m.sender = sender.listing
	m.ID = "mdr2-" + digest("message", len(a.messages)+1)
	for _, address := range m.MediaURLs {
		m.media = append(m.media, a.newMedia(address))
	}
	a.messages = append(a.messages, m)
	a.expectReceipts(m)

	data := object{"id": m.ID, "links": self(host + "/" + c.version + "/messages/" + m.ID), "type": "message"}
	m.addPrice(data, c.version)
	return accepted(object{"data": data})
}

// newMedia is what becomes of a media URL: named for the end of its path, and of a made-up size.
func (a *Account) newMedia(address string) media {
	a.mediaCount++
	m := media{url: address, fileName: "media", size: 10_000 + a.mediaCount*97%90_000}
	if u, err := url.Parse(address); err == nil {
		if name := path.Base(u.Path); name != "." && name != "/" {
			m.fileName = name
		}
	}
	m.id = fmt.Sprintf("149042035189141%04d-%s", a.mediaCount, m.fileName)
	return m
}

func (a *Account) getMessage(c *Call) answer {
	m := named(c, a.messages, "message", notFound())
	if !m.hasRecord(c.Now) {
		c.refuse(notFound())
	}
	return ok(withMedia(object{"data": m.record(c)}, c.version, m))
}

func (a *Account) listMessages(c *Call) answer {
	in := c.parameters()
	p := in.page(0)
	start, end := in.time("start_date"), in.time("end_date")
	if !c.query.Has("start_date") {
		in.problems.add("start_date", missing)
	}

	var found []*message
	for _, m := range slices.Backward(a.messages) {
		if m.hasRecord(c.Now) && !m.Time.Before(start) && (end.IsZero() || !m.Time.After(end)) {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b *message) int { return b.Time.Compare(a.Time) })

	shown, more := paged(p, found)
	links := object{} // unlike other lists, no link to itself
	if more {
		links["next"] = p.link("/"+c.version+"/messages", p.offset+p.limit)
	}
	document := object{
		"data":  each(shown, func(m *message) object { return m.record(c) }),
		"links": links,
	}
	return ok(withMedia(document, c.version, shown...))
}

func (m *message) hasRecord(now time.Time) bool {
	return m.inbound || !now.Before(m.Time.Add(MessageRecordAfter))
}

// record is the message's detail record.
func (m *message) record(c *Call) object {
	status, receipts := m.delivery(c.Now)
	cost := m.cost()
	attributes := object{
		"amount_display":     fmt.Sprintf("$%.4f", float64(cost)/1e9),
		"amount_nanodollars": cost,
		"body":               m.Body,
		"delivery_receipts":  receipts,
		"direction":          m.direction(),
		"from":               m.From,
		"is_mms":             m.MMS,
		"message_encoding":   m.encoding(),
		"message_type":       m.sender.kind,
		"status":             status,
		"timestamp":          messageTime(m.Time),
		"to":                 m.To,
	}
	if m.Body == "" {
		attributes["body"] = nil
	}
	data := object{"attributes": attributes, "id": m.ID, "type": "message"}
	if len(m.media) > 0 {
		references := each(m.media, func(m media) object { return object{"id": m.id, "type": "media"} })
		data["relationships"] = object{"media": object{"data": references}}
	}
	m.addPrice(data, c.version)
	return data
}

func (m *message) direction() string {
	if m.inbound {
		return "inbound"
	}
	return "outbound"
}

// delivery is the message's status, and its receipts, the latest first. There are none for MMS, and for what was
// received.
func (m *message) delivery(now time.Time) (status string, receipts []object) {
	if m.inbound {
		return "delivered", []object{}
	}
	status, receipts = "smsc submit", []object{m.receipt(1)}
	if !now.Before(m.receiptTime(2)) {
		status, receipts = "message buffered", []object{m.receipt(2), m.receipt(1)}
	}
	if m.MMS {
		receipts = []object{}
	}
	return status, receipts
}

// receipt is one of the two receipts of a message: that it has been sent, and that the carrier has accepted it.
func (m *message) receipt(level int) object {
	r := object{
		"level":                   level,
		"status":                  "smsc submit",
		"status_code":             nil,
		"status_code_description": "Message has been sent",
		"timestamp":               messageTime(m.receiptTime(level)),
	}
	if level == 2 {
		r["status"], r["status_code"], r["status_code_description"] = "message buffered", 1003, "Message accepted by Carrier"
	}
	return r
}

func (m *message) receiptTime(level int) time.Time {
	if level == 2 {
		return m.Time.Add(MessageAcceptedAfter)
	}
	return m.Time.Add(MessageRecordAfter)
}

// messageTime is a time as the records of messages have it.
func messageTime(t time.Time) string {
	return t.Format("2006-01-02T15:04:05.00Z")
}

const (
	singleByte = 0 // message_encoding
	ucs2       = 8

	nanodollarsPerSegment = 4_000_000
	nanodollarsPerMMS     = 9_500_000
)

func (m *message) encoding() int {
	if strings.ContainsFunc(m.Body, func(r rune) bool { return r > 0x7f }) {
		return ucs2
	}
	return singleByte
}

// segments is how many messages the text is billed as. An MMS is one.
func (m *message) segments() int {
	if m.MMS {
		return 1
	}
	length, single, long := len(m.Body), 160, 140
	if m.encoding() == ucs2 {
		length, single, long = len(utf16.Encode([]rune(m.Body))), 70, 70
	}
	if length <= single {
		return 1
	}
	return (length + long - 1) / long
}

func (m *message) rate() int {
	if m.MMS {
		return nanodollarsPerMMS
	}
	return nanodollarsPerSegment
}

// cost is what the message costs, in nanodollars.
func (m *message) cost() int {
	return m.rate() * m.segments()
}

// addPrice adds to a message what version 2.2 of the API says of its price.
func (m *message) addPrice(data object, version string) {
	if version != "v2.2" {
		return
	}
	dollars := func(nanodollars int) string { return fmt.Sprintf("%.4f", float64(nanodollars)/1e9) }
	data["price_details"] = object{
		"base_rate":      dollars(m.rate()),
		"charged_cost":   dollars(m.cost()),
		"segment_count":  m.segments(),
		"surcharge_rate": dollars(0),
	}
}

// withMedia adds the media of messages to their document.
func withMedia(document object, version string, messages ...*message) object {
	var included []object
	for _, m := range messages {
		included = append(included, each(m.media, func(m media) object { return m.object(version) })...)
	}
	if included != nil {
		document["included"] = included
	}
	return document
}

func (m media) object(version string) object {
	return object{
		"attributes": object{
			"file_name": m.fileName,
			"file_size": m.size,
			"mime_type": m.mimeType(),
			"url":       m.url,
		},
		"id":    m.id,
		"links": self(host + "/" + version + "/media/" + url.PathEscape(m.id)),
		"type":  "media",
	}
}

// mimeType goes by the file's name, whatever the system's own tables say.
func (m media) mimeType() string {
	known := map[string]string{
		".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".bmp": "image/bmp",
		".3gp": "video/3gpp", ".mp4": "video/mp4", ".avi": "video/x-msvideo", ".mpg": "video/mpeg",
		".amr": "audio/amr", ".mid": "audio/midi", ".wav": "audio/wav", ".ac3": "audio/ac3", ".mp3": "audio/mpeg",
		".txt": "text/plain",
	}
	return cmp.Or(m.kind, known[strings.ToLower(path.Ext(m.fileName))], "application/octet-stream")
}
