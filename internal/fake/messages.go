package fake

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
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
			Operation{"GET", "/" + version + "/messages{?start_date,end_date,limit,offset}",
				"messages.list", (*Account).listMessages},
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
	if !in.has("start_date") {
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

// MediaExpiresAfter is how long the link of an attachment that was received works, by the server's clock.
const MediaExpiresAfter = 30 * 24 * time.Hour

func mediaOperations() []Operation {
	return []Operation{{"GET", storage + "media/{media}", "messages.downloadMedia", (*Account).downloadMedia}}
}

// receiveMedia is what becomes of a file that was received.
func (a *Account) receiveMedia(f Attachment, base string, now time.Time) media {
	a.mediaCount++
	m := media{
		fileName: path.Base(cmp.Or(f.FileName, "media")),
		size:     len(f.Content),
		kind:     f.MIMEType,
		received: true,
		content:  bytes.Clone(f.Content),
	}
	m.id = fmt.Sprintf("149042035189141%04d-%s", a.mediaCount, m.fileName)
	expires := strconv.FormatInt(now.Add(MediaExpiresAfter).Unix(), 10)
	query := url.Values{"Expires": {expires}, "X-Amz-Signature": {signature(m.until(expires))}}
	m.url = base + storage + "media/" + url.PathEscape(m.id) + "?" + query.Encode()
	return m
}

// until is what is signed in a link.
func (m media) until(expires string) string { return "media/" + m.id + " until " + expires }

// downloadMedia gives an attachment out as long as its link works.
func (a *Account) downloadMedia(c *Call) answer {
	m := media{id: c.vars["media"]}
	expires := c.query.Get("Expires")
	c.refuse(c.fileRefusal(m.until(expires)))
	if seconds, _ := strconv.ParseInt(expires, 10, 64); c.Now.After(time.Unix(seconds, 0)) {
		return c.refuse(storageError(http.StatusForbidden, "AccessDenied", "Request has expired"))
	}
	for _, message := range a.messages {
		i := slices.IndexFunc(message.media, func(other media) bool { return other.received && other.id == m.id })
		if i >= 0 {
			m = message.media[i]
			return answer{http.StatusOK, wholeFile(m.mimeType(), m.content)}
		}
	}
	return c.refuse(noSuchFile())
}
