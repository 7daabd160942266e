package flowroute

import (
	"cmp"
	"context"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// MessagingOptions says who is told when messaging has been enabled or disabled.
type MessagingOptions struct {
	CallbackURL string // is called, again if a retry executes the task again; empty is no call
	Email       bool   // whether to send the account an e-mail
}

func (o *MessagingOptions) mails() bool { return o != nil && o.Email }

// MessagingTask is the work of enabling or disabling messaging, which takes a while. A task for one number has
// Number. A task for several has Message, Processing, Successful and Failed instead.
type MessagingTask struct {
	ID     string `json:"id"`     // for [NumbersService.GetMessagingTask]
	Status string `json:"status"` // its words are not documented

	Number string `json:"tn,omitempty"` // the number, of a task for one

	Message    string   `json:"message,omitempty"`    // in words
	Processing []string `json:"processing,omitempty"` // numbers that are not done yet
	Successful []string `json:"successful,omitempty"` // numbers that are done
	Failed     []string `json:"failed,omitempty"`     // numbers for which it failed
}

// EnableMessaging begins to enable messaging for phone numbers of the account, which at first can't send or receive
// messages. opts may be nil. Follow the task with [NumbersService.GetMessagingTask].
//
// Enabling it again does no harm, so it is retried like a GET, unless Email is set: then it is retried only if it is
// certain that it was not executed, so that no second e-mail is sent. After [ErrOutcomeUnknown], look some minutes
// later at [Number.MessagingEnabled] with [NumbersService.Get], or call it again without Email.
//
// API: POST /v2/message-provision
func (s *NumbersService) EnableMessaging(ctx context.Context, numbers []string, opts *MessagingOptions) (*MessagingTask, error) {
	return fetch[messagingTaskWire](ctx, s.client, post("numbers.provisionMessaging", "/v2/message-provision").onceIf(opts.mails()), provision("enable", numbers, opts))
}

// DisableMessaging begins to disable messaging for phone numbers of the account. Otherwise it is like
// [NumbersService.EnableMessaging], and it is retried like that.
//
// API: POST /v2/message-provision
func (s *NumbersService) DisableMessaging(ctx context.Context, numbers []string, opts *MessagingOptions) (*MessagingTask, error) {
	return fetch[messagingTaskWire](ctx, s.client, post("numbers.provisionMessaging", "/v2/message-provision").onceIf(opts.mails()), provision("disable", numbers, opts))
}

// GetMessagingTask returns how far the work of enabling or disabling messaging has got. A task that doesn't exist is
// [ErrNotFound].
//
// API: GET /v2/message-provision/status/{taskID}
func (s *NumbersService) GetMessagingTask(ctx context.Context, taskID string) (*MessagingTask, error) {
	return fetch[messagingTaskWire](ctx, s.client, get("numbers.getMessagingTask", "/v2/message-provision/status/{taskID}", id(taskID)), nil)
}

func provision(action string, numbers []string, opts *MessagingOptions) input {
	return inputFunc(func(args *arguments) any {
		o := cmp.Or(opts, new(MessagingOptions))
		if o.CallbackURL != "" {
			args.link("CallbackURL", o.CallbackURL)
		}
		return struct {
			Numbers     []string `json:"numbers"`
			Action      string   `json:"action"`
			CallbackURL string   `json:"callback_url,omitempty"`
			Email       bool     `json:"email,omitempty"`
		}{args.phones("numbers", "", numbers), action, o.CallbackURL, o.Email}
	})
}

type messagingTaskWire struct {
	jsonapi.Record
	Attributes struct {
		Status  jsonapi.Text `json:"status"`
		Number  jsonapi.Text `json:"tn"`
		Message jsonapi.Text `json:"message"`
		Numbers struct {
			Processing []jsonapi.Text `json:"processing"`
			Successful []jsonapi.Text `json:"successful"`
			Failed     []jsonapi.Text `json:"failed"`
		} `json:"numbers"`
	} `json:"attributes"`
}

func (w messagingTaskWire) model(answer[none]) MessagingTask {
	a := w.Attributes
	return MessagingTask{
		ID:         w.Key(),
		Status:     string(a.Status),
		Number:     phoneValue(a.Number),
		Message:    string(a.Message),
		Processing: phoneValues(a.Numbers.Processing),
		Successful: phoneValues(a.Numbers.Successful),
		Failed:     phoneValues(a.Numbers.Failed),
	}
}
