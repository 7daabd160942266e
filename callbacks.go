package flowroute

import (
	"context"
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// CallbackType names a kind of event for which a URL can be set. A [WebhookHandler] takes events of every kind.
type CallbackType string

// Kinds of callbacks.
const (
	CallbackTypeSMS        CallbackType = "sms_callback"     // SMS that were received
	CallbackTypeMMS        CallbackType = "mms_callback"     // MMS that were received
	CallbackTypeSMSReceipt CallbackType = "sms_dlr_callback" // delivery receipts of SMS that were sent
	CallbackTypeMMSReceipt CallbackType = "mms_dlr_callback" // delivery receipts of MMS that were sent
	CallbackTypeReceipt    CallbackType = "dlr_callback"     // deprecated by the API for CallbackTypeSMSReceipt
)

// Callback tells where the events of a kind are sent to, for numbers and messages that have no callback of their own.
type Callback struct {
	URL     string `json:"callback_url"` // where the events are sent to
	Product string `json:"product"`      // a short word for the kind, e.g. dlr

	// APIVersion is that of the account's messaging API, on which the form of events depends. How it is written is not
	// documented.
	APIVersion string `json:"api_version"`
}

// SetCallback sets the URL that the account's events of a kind are sent to. It replaces the one before. [Client.Do]
// removes it, with DELETE and the same path. A URL that is not an absolute http or https URL is an [*ArgumentError].
//
// Flowroute signs nothing, so put a secret in the URL, as [WebhookPathSecret] describes: it tells Flowroute's
// requests from others. A number's own callback, see [NumbersService.SetCallback], goes before the account's. A
// message's own, see [SendMessageRequest.DeliveryCallback], goes before both.
//
// API: PUT /v2.1/messages/{callbackType} (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) SetCallback(ctx context.Context, callbackType CallbackType, callbackURL string) error {
	return send(ctx, s.client, put("messages.setCallback", s.path("/{callbackType}"), callback(callbackType)), callbackBody(callbackURL))
}

// GetCallback returns where the account's events of a kind are sent to. It is not documented what the API answers where
// no URL was ever set, or whether it answers for [CallbackTypeSMSReceipt] and [CallbackTypeMMSReceipt].
//
// API: GET /v2.1/messages/{callbackType} (or v2.2, see [WithMessagesVersion])
func (s *MessagesService) GetCallback(ctx context.Context, callbackType CallbackType) (*Callback, error) {
	return fetch[callbackWire](ctx, s.client, get("messages.getCallback", s.path("/{callbackType}"), callback(callbackType)), nil)
}

// SetCallback sets the URL that a number's events of a kind are sent to, instead of the account's, which
// [MessagesService.SetCallback] sets. How it is read or removed is not documented. A URL that is not an absolute http
// or https URL is an [*ArgumentError]. Setting it again does no harm, so it is repeated like a GET.
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
	jsonapi.Unnamed
	Attributes struct {
		URL        jsonapi.Text `json:"callback_url"`
		Product    jsonapi.Text `json:"product"`
		APIVersion jsonapi.Text `json:"api_version"`
	} `json:"attributes"`
}

func (w callbackWire) model(answer[none]) Callback {
	return Callback{
		URL:        string(w.Attributes.URL),
		Product:    string(w.Attributes.Product),
		APIVersion: string(w.Attributes.APIVersion),
	}
}
