package flowroute

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// MessagesService sends SMS and MMS messages, and reads their message detail records.
type MessagesService struct{ service }

// Message is a message detail record: an SMS or MMS that was sent or received. [MessagesService.Send] sets the ID
// alone.
//
// In JSON its price is amount, a number of USD like all money of this package. The API writes it as amount_nanodollars
// and amount_display.
type Message struct {
	ID        string           `json:"id"`                 // opaque, e.g. mdr2-39cadeace66e11e7aff806cd7f24ba2d
	From      string           `json:"from"`               // as [ParsePhone] returns it, e.g. 12065550100
	To        string           `json:"to"`                 // as [ParsePhone] returns it
	Body      string           `json:"body"`               // with its white space; an MMS may have none
	Status    string           `json:"status"`             // e.g. "delivered", "message buffered"; may be empty
	Direction MessageDirection `json:"direction"`          // [MessageDirectionInbound] or [MessageDirectionOutbound]
	MMS       bool             `json:"is_mms"`             // whether it is an MMS; false is an SMS
	Encoding  int              `json:"message_encoding"`   // 0 is single-byte characters, 8 is UCS-2
	Type      MessageType      `json:"message_type"`       // the kind of the account's number
	Amount    Nanodollars      `json:"amount"`             // the price
	Timestamp time.Time        `json:"timestamp,omitzero"` // UTC

	// DeliveryReceipts are in the API's order. A message that was received has none, and neither has an MMS.
	DeliveryReceipts []DeliveryReceipt `json:"delivery_receipts,omitempty"`

	Media        []Media       `json:"media,omitempty"`         // the attachments of an MMS
	PriceDetails *PriceDetails `json:"price_details,omitempty"` // nil where the API sends none, as in version 2.1
}

// MessageDirection tells whether a message was sent or received.
type MessageDirection string

// Directions of messages.
const (
	MessageDirectionInbound  MessageDirection = "inbound"  // received
	MessageDirectionOutbound MessageDirection = "outbound" // sent
)

// MessageType is the kind of the account's number that a message was sent from or to. The API may use other kinds than
// those named here.
type MessageType string

// Kinds of numbers in messages.
const (
	MessageTypeLongCode MessageType = "longcode"  // a local number
	MessageTypeTollFree MessageType = "toll-free" // a toll-free number
)

// DeliveryReceipt tells how far a message got. Receipts exist only for messages to mobile numbers.
type DeliveryReceipt struct {
	Level  int    `json:"level"`  // 1: handed over to the carrier; 2: what the carrier made of it
	Status string `json:"status"` // e.g. "smsc submit", "message buffered"

	// StatusCode is e.g. 1003. It is 0 where there is none, as in level 1. Flowroute's support articles list the codes.
	StatusCode int `json:"status_code"`

	StatusCodeDescription string    `json:"status_code_description"` // e.g. "Message accepted by Carrier"
	Timestamp             time.Time `json:"timestamp,omitzero"`      // UTC
}

// Media is an attachment of an MMS.
type Media struct {
	ID string `json:"id"` // opaque; the file's name is a part of it

	// URL is where it can be fetched for some days, with [MessagesService.DownloadMedia]. Whoever has it can fetch
	// it. It is empty where an answer names the attachment alone.
	URL string `json:"url"`

	// FileName is as the sender named it, e.g. IMG_6692.jpg. It is untrusted: it may be empty, or a path such as
	// ../../x. [Media.SafeFileName] is a name to save the attachment under.
	FileName string `json:"file_name"`

	MIMEType string `json:"mime_type"` // e.g. image/jpeg
	FileSize int64  `json:"file_size"` // bytes
}

// PriceDetails tells how the price of a message is made up: (BaseRate + SurchargeRate) x SegmentCount.
type PriceDetails struct {
	BaseRate      Nanodollars `json:"base_rate"`      // per segment
	SurchargeRate Nanodollars `json:"surcharge_rate"` // per segment, charged by the carrier
	SegmentCount  int         `json:"segment_count"`  // how many segments are paid for
	ChargedCost   Nanodollars `json:"charged_cost"`   // for the whole message
}

// SendMessageRequest describes a message to send: an MMS if MediaURLs or MMS is set, else an SMS.
type SendMessageRequest struct {
	From string // a number of the account with messaging enabled, in any common notation
	To   string // the recipient, in any common notation

	// Body is the text. It may be empty only if there are MediaURLs. A long text is sent, and paid for, as several
	// segments: see [Segments].
	Body string

	// MediaURLs are the attachments: http or https URLs, from which Flowroute fetches them when it sends the message.
	// Together with the text they may have up to 750 kB.
	MediaURLs []string

	// MMS sends an MMS even without MediaURLs.
	MMS bool

	// DeliveryCallback is the URL that delivery receipts of this message are sent to, instead of the number's or the
	// account's. Empty leaves it at those.
	DeliveryCallback string
}

// MessageListOptions selects messages by time. Start is required. A Limit of 0 asks [MessagesService.List] for the
// API's own default, which is not documented for messages.
type MessageListOptions struct {
	ListOptions

	// Start is required. It is exact to a hundredth of a second.
	Start time.Time `url:"start_date" layout:"2006-01-02T15:04:05.00Z07:00"`

	// End must not be before Start. The zero time sets no end. How the API treats a message at exactly End is not
	// documented.
	End time.Time `url:"end_date,omitempty" layout:"2006-01-02T15:04:05.00Z07:00"`
}

// Send sends an SMS or MMS, which costs money, and returns a [Message] with its ID and nothing else. That only says
// that Flowroute has accepted it. What becomes of it is told by the receipts of [MessagesService.Get], some seconds
// later, and by callbacks.
//
// A sender that is not the account's, or can't send messages, is [ErrForbidden]. A value that is invalid, or media
// that can't be fetched or are too large, are [ErrUnprocessable]. A number that is no phone number, or a message
// with neither text nor media, is an [*ArgumentError].
//
// A message is never sent again where it could be sent twice: it is repeated only on 429 and when the request never
// left this machine. After [ErrOutcomeUnknown], look with [MessagesService.ListAll] whether it was sent.
//
// API: POST /v2.1/messages (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) Send(ctx context.Context, m *SendMessageRequest) (*Message, error) {
	return fetch[messageWire](ctx, s.client, once("messages.send", s.path("")).pacedBy(s.limiter(m)), s.numbered(m))
}

// Get returns the detail record of a message. A message that doesn't exist is [ErrNotFound]; so, probably, is one that
// was sent a few seconds ago and has no record yet.
//
// API: GET /v2.1/messages/{messageID} (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) Get(ctx context.Context, messageID string) (*Message, error) {
	return fetch[messageWire](ctx, s.client, get("messages.get", s.path("/{messageID}"), id(messageID)), nil)
}

// List returns a page of the detail records of messages, the newest first. opts must have a Start: without one it is an
// [*ArgumentError].
//
// API: GET /v2.1/messages (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) List(ctx context.Context, opts *MessageListOptions) (*Page[Message], error) {
	return list[messageWire](ctx, s.client, get("messages.list", s.path("")), opts)
}

// ListAll returns an iterator over all the detail records that [MessagesService.List] has pages of. Set an End:
// otherwise messages that arrive in the meantime push the others back, so that a record at the end of one page comes
// again at the start of the next.
//
// API: GET /v2.1/messages (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) ListAll(ctx context.Context, opts *MessageListOptions) iter.Seq2[*Message, error] {
	return listAll[messageWire](ctx, s.client, get("messages.list", s.path("")), opts)
}

// path is that of an operation, in the client's version of the messages API.
func (s *MessagesService) path(rest string) string {
	return s.client.messages + rest
}

// numbered is the body of a message, with its numbers in the notation of the client's version of the messages API.
func (s *MessagesService) numbered(m *SendMessageRequest) input {
	if m == nil || s.client.version == MessagesV21 {
		return required(m)
	}
	return inputFunc(func(args *arguments) any { return m.attributes(args, "+") })
}

func (s *MessagesService) limiter(m *SendMessageRequest) Limiter {
	switch {
	case m == nil || s.client.sms == nil:
		return nil
	case m.isMMS():
		return s.client.mms
	}
	if n := Segments(m.Body).Segments; n > 1 {
		return perSegment{s.client.sms, n}
	}
	return s.client.sms
}

// perSegment asks a limiter once for each segment of a text, as each counts.
type perSegment struct {
	limiter  Limiter
	segments int
}

func (p perSegment) Wait(ctx context.Context) error {
	for range p.segments {
		if err := p.limiter.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (m *SendMessageRequest) isMMS() bool { return m.MMS || len(m.MediaURLs) > 0 }

func (m *SendMessageRequest) body(args *arguments) any { return m.attributes(args, "") }

func (m *SendMessageRequest) attributes(args *arguments, prefix string) any {
	attributes := struct {
		From             string   `json:"from"`
		To               string   `json:"to"`
		Body             string   `json:"body,omitempty"`
		MMS              bool     `json:"is_mms,omitempty"`
		MediaURLs        []string `json:"media_urls,omitempty"`
		DeliveryCallback string   `json:"dlr_callback,omitempty"`
	}{args.dialled("From", prefix, m.From), args.dialled("To", prefix, m.To), m.Body, m.isMMS(), m.MediaURLs, m.DeliveryCallback}
	if len(m.MediaURLs) == 0 {
		args.require("Body", m.Body)
	}
	args.text("Body", m.Body)
	for _, u := range m.MediaURLs {
		args.link("MediaURLs", u)
	}
	if m.DeliveryCallback != "" {
		args.link("DeliveryCallback", m.DeliveryCallback)
	}
	return jsonapi.Resource("message", attributes)
}

func (o *MessageListOptions) check(args *arguments) {
	o.ListOptions.check(args)
	if o.Start.IsZero() {
		args.refuse("Start", "must be set")
	}
	if !o.End.IsZero() && o.End.Before(o.Start) {
		args.refuse("End", "must not be before Start")
	}
	o.Start, o.End = o.Start.UTC(), o.End.UTC()
}

type messageWire struct {
	jsonapi.Record
	Attributes struct {
		From             jsonapi.Text  `json:"from"`
		To               jsonapi.Text  `json:"to"`
		Body             jsonapi.Text  `json:"body"`
		Status           jsonapi.Text  `json:"status"`
		Direction        jsonapi.Text  `json:"direction"`
		MMS              jsonapi.Bool  `json:"is_mms"`
		Encoding         jsonapi.Int   `json:"message_encoding"`
		Type             jsonapi.Text  `json:"message_type"`
		Amount           jsonapi.Int64 `json:"amount_nanodollars"`
		Timestamp        jsonapi.Time  `json:"timestamp"`
		DeliveryReceipts []receiptWire `json:"delivery_receipts"`
		PriceDetails     *priceWire    `json:"price_details"`

		CallbackURL       jsonapi.Text `json:"message_callback_url"` // of a webhook, as the two below
		LegacyCallbackURL jsonapi.Text `json:"callback_URL"`         // version 2.0 had it so
		LegacyMMS         jsonapi.Bool `json:"has_mms"`
	} `json:"attributes"`
	PriceDetails  *priceWire `json:"price_details"` // version 2.2 has it here, or among the attributes
	Relationships struct {
		Media jsonapi.ToMany `json:"media"`
	} `json:"relationships"`
}

func (w messageWire) model(a answer[mediaWire]) Message {
	attrs := &w.Attributes
	m := Message{
		ID:           w.Key(),
		From:         phoneValue(attrs.From),
		To:           phoneValue(attrs.To),
		Body:         string(attrs.Body),
		Status:       string(attrs.Status),
		Direction:    MessageDirection(attrs.Direction),
		MMS:          bool(attrs.MMS),
		Encoding:     int(attrs.Encoding),
		Type:         MessageType(attrs.Type),
		Amount:       Nanodollars(attrs.Amount),
		Timestamp:    time.Time(attrs.Timestamp),
		PriceDetails: cmp.Or(w.PriceDetails, attrs.PriceDetails).model(),
	}
	for i, receipt := range attrs.DeliveryReceipts {
		if receipt != (receiptWire{}) { // as a null is
			m.DeliveryReceipts = append(slices.Grow(m.DeliveryReceipts, len(attrs.DeliveryReceipts)-i), receipt.model())
		}
	}
	for _, ref := range w.Relationships.Media.Data {
		if found := find(a.included, ref, "media"); found != nil {
			m.Media = append(m.Media, found.model())
		} else if ref.ID != "" {
			m.Media = append(m.Media, Media{ID: ref.Key()})
		}
	}
	return m
}

type receiptWire struct {
	Level                 jsonapi.Int  `json:"level"`
	Status                jsonapi.Text `json:"status"`
	StatusCode            jsonapi.Int  `json:"status_code"`
	StatusCodeDescription jsonapi.Text `json:"status_code_description"`
	Timestamp             jsonapi.Time `json:"timestamp"`
}

func (w receiptWire) model() DeliveryReceipt {
	return DeliveryReceipt{
		Level:                 int(w.Level),
		Status:                string(w.Status),
		StatusCode:            int(w.StatusCode),
		StatusCodeDescription: string(w.StatusCodeDescription),
		Timestamp:             time.Time(w.Timestamp),
	}
}

type priceWire struct {
	BaseRate      Nanodollars `json:"base_rate"`
	SurchargeRate Nanodollars `json:"surcharge_rate"`
	SegmentCount  jsonapi.Int `json:"segment_count"`
	ChargedCost   Nanodollars `json:"charged_cost"`
}

func (w *priceWire) model() *PriceDetails {
	if w == nil {
		return nil
	}
	return &PriceDetails{
		BaseRate:      w.BaseRate,
		SurchargeRate: w.SurchargeRate,
		SegmentCount:  int(w.SegmentCount),
		ChargedCost:   w.ChargedCost,
	}
}

type mediaWire struct {
	jsonapi.Identity
	Attributes struct {
		URL      jsonapi.Text  `json:"url"`
		FileName jsonapi.Text  `json:"file_name"`
		MIMEType jsonapi.Text  `json:"mime_type"`
		FileSize jsonapi.Int64 `json:"file_size"`
	} `json:"attributes"`
}

func (w mediaWire) model() Media {
	return Media{
		ID:       w.Key(),
		URL:      string(w.Attributes.URL),
		FileName: string(w.Attributes.FileName),
		MIMEType: string(w.Attributes.MIMEType),
		FileSize: int64(w.Attributes.FileSize),
	}
}
