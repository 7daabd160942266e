package flowroute

import (
	"context"
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// CallbackType is a kind of event, and the URL that events of it are sent to. A [WebhookHandler] takes them all.
type CallbackType string

// Kinds of callbacks.
const (
	CallbackTypeSMS        CallbackType = "sms_callback"     // SMS that are received
	CallbackTypeMMS        CallbackType = "mms_callback"     // MMS that are received
	CallbackTypeSMSReceipt CallbackType = "sms_dlr_callback" // delivery receipts of SMS that were sent
	CallbackTypeMMSReceipt CallbackType = "mms_dlr_callback" // delivery receipts of MMS that were sent
	CallbackTypeReceipt    CallbackType = "dlr_callback"     // delivery receipts of SMS; deprecated by the API for CallbackTypeSMSReceipt
)

// Callback is where the events of a kind are sent to, for numbers and messages that have no callback of their own.
type Callback struct {
	URL        string `json:"callback_url"`
	Product    string `json:"product"`     // e.g. dlr
	APIVersion string `json:"api_version"` // of the account's messaging API, on which the form of events depends; how it is written is not documented
}

// SetCallback sets the URL that the account's events of a kind are sent to. It replaces the one before; how one is
// removed is not documented.
//
// The API signs nothing: a secret in the URL, such as [WebhookPathSecret] looks for, is what tells its requests from
// others. A number's own callback, set by [NumbersService.SetCallback], goes before the account's, and a message's
// own, [SendMessageRequest.DeliveryCallback], before both.
//
// API: PUT /v2.1/messages/{callbackType} (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) SetCallback(ctx context.Context, callbackType CallbackType, callbackURL string) error {
	return send(ctx, s.client, put("messages.setCallback", s.path("/{callbackType}"), callback(callbackType)), callbackBody(callbackURL))
}

// GetCallback returns where the account's events of a kind are sent to. What the API answers where no URL was ever set
// is not documented; nor is there documentation of CallbackTypeSMSReceipt and CallbackTypeMMSReceipt here, as there is
// for [MessagesService.SetCallback].
//
// API: GET /v2.1/messages/{callbackType} (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) GetCallback(ctx context.Context, callbackType CallbackType) (*Callback, error) {
	return fetch[callbackWire](ctx, s.client, get("messages.getCallback", s.path("/{callbackType}"), callback(callbackType)), nil)
}

// SetCallback sets the URL that a number's events of a kind are sent to, in place of the account's, which
// [MessagesService.SetCallback] sets. How one is read or removed is not documented. It is repeated where that may help,
// as it does no harm.
//
// API: POST /v2/numbers/{number}/relationships/{callbackType}
func (s *NumbersService) SetCallback(ctx context.Context, number string, callbackType CallbackType, callbackURL string) error {
	return send(ctx, s.client, post("numbers.setCallback", "/v2/numbers/{number}/relationships/{callbackType}", phone(number), callback(callbackType)), callbackBody(callbackURL))
}

func callback(t CallbackType) segment { return segment{string(t), (*arguments).callbackType} }

// callbackType checks a type. One that the API adds will do, but not the name of something else in the same place.
func (a *arguments) callbackType(name, value string) string {
	if a.id(name, value); !strings.HasSuffix(value, "_callback") {
		a.refuse(name, "must be a CallbackType, such as CallbackTypeSMS")
	}
	return value
}

func callbackBody(callbackURL string) input {
	return inputFunc(func(args *arguments) any {
		args.link("callbackURL", callbackURL)
		return jsonapi.Resource("", struct {
			URL string `json:"callback_url"`
		}{callbackURL})
	})
}

type callbackWire struct {
	jsonapi.Identity
	Attributes struct {
		Callback
		APIVersion jsonapi.Text `json:"api_version"`
	} `json:"attributes"`
}

// Identified tells whether there is a callback, which has no id.
func (w callbackWire) Identified() bool { return w.Attributes.URL != "" || w.Type != "" }

func (w callbackWire) model(answer[none]) Callback {
	c := w.Attributes.Callback
	c.APIVersion = string(w.Attributes.APIVersion)
	return c
}
