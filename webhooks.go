package flowroute

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// Event is what Flowroute sends to a webhook: an [*InboundMessage], a [*DeliveryReceiptEvent], a [*Notification] or an
// [*UnknownEvent].
type Event interface {
	// Key names the event. Flowroute delivers an event again, up to four times, where the answer is not 200, and two
	// deliveries with the same key are the same event. It is printable ASCII of at most 128 characters.
	Key() string

	kind() string
}

// InboundMessage is an SMS or MMS that was received, the event of the callbacks [CallbackTypeSMS] and
// [CallbackTypeMMS]. Any field may be empty, even ID, From and To, if the event lacks it. The links of an MMS's Media
// may stop working after a few days: fetch them soon, with [MessagesService.DownloadMedia].
//
// Accounts on version 2.0 of the messaging API are sent nothing but ID, From, To and Body. [MessagesService.Get] has
// the rest.
type InboundMessage struct {
	Message
	CallbackURL string `json:"message_callback_url"` // where it was sent to; may be empty
}

// Key is "message/" and the message's id, or a hash of the message if it has no id.
func (m *InboundMessage) Key() string {
	if m.ID != "" {
		return eventKey(m.kind(), m.ID)
	}
	parts := []string{m.From, m.To, m.Body, m.Timestamp.Format(time.RFC3339Nano)}
	for _, media := range m.Media {
		parts = append(parts, media.ID)
	}
	return m.kind() + "/" + hash(fmt.Appendf(nil, "%q", parts))
}

func (m *InboundMessage) kind() string { return "message" }

// DeliveryReceiptEvent tells how far a sent message got. It is the event of the callbacks [CallbackTypeSMSReceipt]
// and [CallbackTypeMMSReceipt], and of [SendMessageRequest.DeliveryCallback]. As a rule there are two for a message,
// of level 1 and then of level 2.
//
// There are two forms. The documented one has no From and To. The other has them, and neither Level, which is 0, nor
// StatusCodeDescription and Timestamp.
type DeliveryReceiptEvent struct {
	MessageID string `json:"message_id"` // as [MessagesService.Send] returned it
	DeliveryReceipt
	From string `json:"from,omitempty"` // as [ParsePhone] returns it; may be empty
	To   string `json:"to,omitempty"`   // as [ParsePhone] returns it; may be empty
	Body string `json:"body"`           // the message's text; empty for an MMS
}

// Key is "receipt/", the message's id, the level and the status.
func (r *DeliveryReceiptEvent) Key() string {
	return eventKey(r.kind(), r.MessageID, strconv.Itoa(r.Level), r.Status)
}

func (r *DeliveryReceiptEvent) kind() string { return "receipt" }

// Notification tells that something happened to a port order, a CDR export or the enabling of messaging. Only that of a
// port order is documented with an example: what the fields hold in others is not known.
type Notification struct {
	ID           string          `json:"id"`                 // of the event; may be empty
	Type         string          `json:"type"`               // e.g. po_status_change
	EventType    string          `json:"event_type"`         // e.g. status_change
	ResourceType string          `json:"resource_type"`      // e.g. portorders
	ResourceID   string          `json:"resource_id"`        // e.g. 50404
	Status       string          `json:"status"`             // of the resource, e.g. cancelled
	Message      string          `json:"message"`            // in words, e.g. "Port Order #50404 has been cancelled."
	CustomerID   string          `json:"customer_id"`        // of the account at Flowroute; may be empty
	Timestamp    time.Time       `json:"timestamp,omitzero"` // UTC
	Raw          json.RawMessage `json:"raw,omitempty"`      // the whole event, as UTF-8
}

// Key is "notification/", the id, the type, the status and the time, or a hash of Raw if there is no id.
func (n *Notification) Key() string {
	if n.ID == "" {
		return n.kind() + "/" + hash(canonical(n.Raw))
	}
	return eventKey(n.kind(), n.ID, n.Type, n.Status, n.Timestamp.Format(time.RFC3339Nano))
}

func (n *Notification) kind() string { return "notification" }

// UnknownEvent is an event of a type that this library does not know, or a message that was sent and not received. It
// is not an error, since Flowroute may add types at any time, and would send again what is refused.
type UnknownEvent struct {
	ID   string          `json:"id"`            // may be empty
	Type string          `json:"type"`          // as sent; may be empty
	Raw  json.RawMessage `json:"raw,omitempty"` // the whole event, as UTF-8
}

// Key is "unknown/" and a hash of Raw: two deliveries with other values count as two events. White space, the order of
// members and how characters are escaped make no difference.
func (e *UnknownEvent) Key() string { return e.kind() + "/" + hash(canonical(e.Raw)) }

func (e *UnknownEvent) kind() string { return "unknown" }

// eventKey is a key of these parts, or of their hash where they would be long or hard to store.
func eventKey(kind string, parts ...string) string {
	key := kind + "/" + strings.Join(parts, "/")
	if len(key) <= 128 && !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return key
	}
	return kind + "/sha256:" + hash([]byte(key))
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// canonical is JSON in the one form that it has again after [json.Marshal] and [json.Unmarshal], which change white
// space, escapes and nil.
func canonical(raw json.RawMessage) []byte {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // numbers keep their digits
	var value any
	if err := decoder.Decode(&value); err != nil && len(raw) > 0 {
		return raw
	}
	b, _ := json.Marshal(value)
	return b
}

// WebhookError is a request in which [ParseWebhook] finds no event.
type WebhookError struct {
	// StatusCode is the HTTP status to answer with: 405 where the method is not POST, 413 where the body has more than
	// 1 MiB, and 400 where it can't be read or is not an event. If the body is not an event, and its Content-Type is
	// not JSON or its Content-Encoding not gzip, it is 415. According to its documentation, Flowroute sends again, up to
	// four times, whatever is not answered with 200.
	StatusCode int

	Err error // what was found; it quotes nothing of the body
}

// Error is one line of at most 2 KiB: the status, and what was found.
func (e *WebhookError) Error() string {
	head := prefix("webhook") + status(e.StatusCode) + ": "
	return head + reason(e.Err, maxErrorText-len(head))
}

// Unwrap is what was found.
func (e *WebhookError) Unwrap() error { return e.Err }

// ParseWebhook reads the event in a request of Flowroute's, in any of its forms: enveloped in data, bare or flat. It
// reads at most 1 MiB, and unpacks at most 1 MiB from gzip. Its error is a [*WebhookError], which says what to
// answer.
//
// The body alone decides, since proxies change headers: an event is read with any Content-Type and Content-Encoding,
// in UTF-8 or UTF-16, with or without a byte order mark, and gzip is recognized without its header. What has the from,
// to and body of a message, and nothing that only receipts have, is an [*InboundMessage], whatever its type. If its
// direction is outbound, it is an [*UnknownEvent].
//
// It is for a handler of your own. Such a handler has to tell Flowroute from others, since requests are not signed. It
// has to answer with 200 only when it is done with the event, so that it is delivered again otherwise. And it has to
// expect the same event, by its Key, more than once. A [WebhookHandler] does all that.
func ParseWebhook(r *http.Request) (Event, error) {
	event, refused := parseRequest(r)
	if refused != nil {
		return nil, refused
	}
	return event, nil
}

func parseRequest(r *http.Request) (Event, *WebhookError) {
	body, refused := readWebhook(r)
	if refused != nil {
		return nil, refused
	}
	event, err := parseEvent(body)
	if err != nil {
		return nil, noEvent(r, err)
	}
	return event, nil
}

func parseEvent(body []byte) (Event, error) {
	e, err := jsonapi.ReadEvent(body)
	if err != nil {
		return nil, err
	}
	kind := strings.ToLower(strings.TrimSpace(e.Type))
	tellsStatus := e.ID != "" && (e.Has("status") || isReceipt(e))
	switch {
	case kind == "delivery_receipt", tellsStatus && (strings.Contains(kind, "receipt") || strings.Contains(kind, "dlr")):
		return parseReceipt(e)
	case isMessage(e, kind):
		return parseMessage(e, body)
	case isNotification(e, kind):
		return parseNotification(e, body)
	case tellsStatus && (kind == "" || kind == "message" && isReceipt(e)):
		return parseReceipt(e)
	case kind == "message":
		return nil, errors.New("the event is a message without from, to or body")
	case e.Type != "":
		return &UnknownEvent{e.Key(), e.Type, body}, nil
	}
	return nil, errors.New("the event has no type, and is not a message without one either")
}

// isMessage reports whether an event that is not a receipt by its type is a message. If in doubt, it is: a receipt can
// be read again with [MessagesService.Get], but a text that is taken for a receipt is lost.
func isMessage(e *jsonapi.Event, kind string) bool {
	switch {
	case kind == "message":
		return e.HasAny("from", "to") || e.Has("body") && !isReceipt(e)
	case !e.Has("from", "to"):
		return false
	case direction(e) == MessageDirectionInbound && e.Has("body"):
		return true
	case isReceipt(e), strings.Contains(kind, "receipt"), strings.Contains(kind, "dlr"):
		return false
	}
	return e.HasAny("body", "is_mms", "has_mms") || kind == "" && !isNotification(e, kind)
}

// isReceipt reports whether an event has what only receipts have. A status is not a sign, as messages have one too, but
// these words are: they are known from messages that were sent, and a program that replies must not reply to its own.
func isReceipt(e *jsonapi.Event) bool {
	status := strings.ToLower(strings.TrimSpace(e.Text("status")))
	return status == "smsc submit" || status == "message buffered" ||
		e.HasValue("level", "status_code", "status_code_description", "delivery_receipts")
}

// isNotification reports whether an event is about something other than a message. What CDR exports and the enabling
// of messaging send to their callbacks is not documented. Without a type they are recognized by what those resources
// have.
func isNotification(e *jsonapi.Event, kind string) bool {
	switch kind {
	case "message_provisioning_status", "message_bulk_provisioning_status", "messaging-provision",
		"cdrexport", "portorder", "portorder_group":
		return true
	case "":
		if e.HasValue("tn", "numbers", "message", "customer_id", "url_override", "num_calls", "download_url",
			"filter_parameters") {
			return true
		}
	}
	return strings.HasSuffix(kind, "_status_change") || e.HasValue("event_type", "resource_type", "resource_id")
}

// direction is that of a message, in the spelling of the constants.
func direction(e *jsonapi.Event) MessageDirection {
	return MessageDirection(strings.ToLower(strings.TrimSpace(e.Text("direction"))))
}

func parseMessage(e *jsonapi.Event, body []byte) (Event, error) {
	sense := direction(e)
	if strings.HasPrefix(string(sense), "out") {
		return &UnknownEvent{e.Key(), e.Type, body}, nil // a program that replies to messages must not reply to its own
	}
	doc, err := decodeEvent[inboundWire, mediaWire](e, "from", "to", "body", "direction")
	if err != nil {
		return nil, fmt.Errorf("a message that can't be read: %w", err)
	}
	m := inboundMessage(doc)
	m.Direction = cmp.Or(sense, MessageDirectionInbound)
	return &m, nil
}

// decodeEvent reads an event, or as much of it as can be read. Without these attributes it would mislead: an event in
// which one of them can't be read is an error.
func decodeEvent[R jsonapi.Identified, I any](e *jsonapi.Event, needed ...string) (*jsonapi.Document[R, I], error) {
	doc, err := jsonapi.DecodeEvent[R, I](e)
	if err != nil {
		return nil, err
	}
	for _, name := range needed {
		if slices.Contains(doc.Unread.Paths, "data.attributes."+name) {
			return nil, fmt.Errorf("the attribute %s has another kind of value", name)
		}
	}
	return doc, nil
}

func parseReceipt(e *jsonapi.Event) (Event, error) {
	if e.ID == "" || !e.Has("status") && !isReceipt(e) {
		return nil, errors.New("the event is a delivery receipt without id or status")
	}
	doc, err := decodeEvent[receiptEventWire, none](e, "status")
	if err != nil {
		return nil, fmt.Errorf("a delivery receipt that can't be read: %w", err)
	}
	return doc.Data.model(), nil
}

func parseNotification(e *jsonapi.Event, body []byte) (Event, error) {
	doc, err := decodeEvent[notificationWire, none](e)
	if err != nil {
		return nil, fmt.Errorf("a notification that can't be read: %w", err)
	}
	n := doc.Data.model()
	n.Raw = body
	return n, nil
}

// inboundWire is a message as a webhook has it. It need not have an id: a text must not be lost.
type inboundWire struct{ messageWire }

// Identified reports true.
func (w inboundWire) Identified() bool { return true }

// inboundMessage is the message of an event. An attachment that is included belongs to it, even if no relationship says
// so.
func inboundMessage(doc *jsonapi.Document[inboundWire, mediaWire]) InboundMessage {
	const kind = "media"
	w := &doc.Data
	m := InboundMessage{
		Message:     w.model(answer[mediaWire]{included: newIncluded(doc.Included)}),
		CallbackURL: string(cmp.Or(w.Attributes.CallbackURL, w.Attributes.LegacyCallbackURL)),
	}
	told := map[jsonapi.Identity]int{}
	for _, ref := range w.Relationships.Media.Data {
		if ref.ID != "" {
			told[jsonapi.Identity{ID: ref.ID, Type: cmp.Or(ref.Type, kind)}]++
		}
	}
	alone := len(told) == 0
	for _, object := range doc.Included {
		ref := jsonapi.Identity{ID: object.ID, Type: cmp.Or(object.Type, kind)}
		if told[ref] > 0 {
			told[ref]--
		} else if media := object.model(); media != (Media{}) && (alone || ref.Type == kind) {
			m.Media = append(m.Media, media)
		}
	}
	m.MMS = m.MMS || bool(w.Attributes.LegacyMMS)
	if m.Type == "long-code" { // as version 2.0 has it
		m.Type = MessageTypeLongCode
	}
	return m
}

type receiptEventWire struct {
	jsonapi.Record
	Attributes struct {
		receiptWire
		From jsonapi.Text `json:"from"`
		To   jsonapi.Text `json:"to"`
		Body jsonapi.Text `json:"body"`
	} `json:"attributes"`
}

func (w receiptEventWire) model() *DeliveryReceiptEvent {
	a := &w.Attributes
	return &DeliveryReceiptEvent{
		MessageID:       w.Key(),
		DeliveryReceipt: a.receiptWire.model(),
		From:            phoneValue(a.From),
		To:              phoneValue(a.To),
		Body:            string(a.Body),
	}
}

type notificationWire struct {
	jsonapi.Unnamed
	Timestamp  jsonapi.Time `json:"timestamp"` // the documented place
	Attributes struct {
		ID           jsonapi.Text `json:"id"`
		Timestamp    jsonapi.Time `json:"timestamp"`
		EventType    jsonapi.Text `json:"event_type"`
		ResourceType jsonapi.Text `json:"resource_type"`
		ResourceID   jsonapi.Text `json:"resource_id"`
		Status       jsonapi.Text `json:"status"`
		Message      jsonapi.Text `json:"message"`
		CustomerID   jsonapi.Text `json:"customer_id"`
	} `json:"attributes"`
}

func (w notificationWire) model() *Notification {
	a := &w.Attributes
	return &Notification{
		ID:           cmp.Or(w.Key(), string(a.ID)),
		Type:         w.Type,
		EventType:    string(a.EventType),
		ResourceType: string(a.ResourceType),
		ResourceID:   string(a.ResourceID),
		Status:       string(a.Status),
		Message:      string(a.Message),
		CustomerID:   string(a.CustomerID),
		Timestamp:    time.Time(cmp.Or(w.Timestamp, a.Timestamp)),
	}
}
