package flowroute

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"
)

// WebhookConfig is what [NewWebhookHandler] makes a handler of. It needs Auth and at least one callback.
//
// A callback gets the request's context, which ends when Flowroute hangs up, after a time that is not documented: be
// quick, and do slow work elsewhere. When it returns nil, the event is done with and the answer is 200. When it returns
// an error, or panics, the answer is 500 and Flowroute delivers the event again: up to four times, 30 seconds apart,
// according to its documentation. So return an error only where another try may go better. Callbacks are called by
// several goroutines at once.
type WebhookConfig struct {
	// Auth is required. It tells Flowroute's requests from others, which are answered with 401.
	Auth WebhookAuth

	// OnMessage gets the messages that were received. Without it they are answered with 501 and delivered again, so
	// that none is lost unnoticed: a callback URL for messages must lead to a handler that has it.
	OnMessage func(context.Context, *InboundMessage) error

	// OnReceipt gets delivery receipts. Without it they are answered with 200 and forgotten; [MessagesService.Get] has
	// them.
	OnReceipt func(context.Context, *DeliveryReceiptEvent) error

	// OnNotification gets what happened to port orders, CDR exports and the enabling of messaging. Without it
	// notifications are answered with 200 and forgotten.
	OnNotification func(context.Context, *Notification) error

	// OnUnknown gets events of types that this library does not know. Without it they are answered with 200 and
	// forgotten, which is logged at the level Warn.
	OnUnknown func(context.Context, *UnknownEvent) error

	// Sources are the addresses that requests may come from, in addition to Auth. A request from elsewhere is answered
	// with 403. Empty is any address. They are compared with the request's RemoteAddr, which behind a proxy is the
	// proxy's. Flowroute published 52.88.246.140 and 52.10.220.50 years ago. Its present list is not known, so ask its
	// support before you rely on one.
	Sources []netip.Prefix

	// Deduper recognizes events that are delivered again, so that each is dealt with once. nil is a [MemoryDeduper] of
	// [DefaultDeduperSize], which is right for one process. Several that share the load have to share a deduper.
	Deduper Deduper

	// Logger gets a line for each request: at [slog.LevelDebug] if it was answered with 200, at [slog.LevelWarn] if
	// it was not, and at [slog.LevelError] if a callback panicked. A line has the kind of event, the status, the
	// duration and what was wrong, and nothing else: no number, no text, no address, no secret, and only the type of
	// a callback's error, which may hold any of these. nil logs nothing.
	Logger *slog.Logger
}

// WebhookHandler is an [http.Handler] for the URLs that Flowroute calls. It checks who is calling, reads the event,
// calls its callback unless the [Deduper] knows the event as dealt with, and answers. [NewWebhookHandler] makes one.
// It is safe for concurrent use, and starts no goroutines.
//
// The answer is 200 for an event that is done with, 500 where its callback or the deduper failed, 501 for a message
// without OnMessage, 401 or 403 for a caller that is not allowed, and what [WebhookError.StatusCode] says where there
// is no event. Of a body at most 1 MiB is read. The [http.Server] has to limit how long a client may take to
// send one, by its ReadTimeout.
type WebhookHandler struct{ config WebhookConfig }

// NewWebhookHandler makes a handler. A config without Auth or callbacks, or with values that can't be right, is an
// [*ArgumentError].
func NewWebhookHandler(config WebhookConfig) (*WebhookHandler, error) {
	args := &arguments{op: "NewWebhookHandler"}
	if config.Auth.allows == nil {
		args.refuse("Auth", cmp.Or(config.Auth.reason, "must be set, since anyone can send what looks like an event"))
	}
	if config.OnMessage == nil && config.OnReceipt == nil && config.OnNotification == nil && config.OnUnknown == nil {
		args.refuse("config", "must have a callback, such as OnMessage")
	}
	for _, p := range config.Sources {
		if !p.IsValid() || p.Addr().Is4In6() {
			args.refuse("Sources", "must be valid prefixes, and IPv4 ones must not be written as ::ffff:a.b.c.d")
		}
	}
	if args.err != nil {
		return nil, args.err
	}
	config.Sources = slices.Clone(config.Sources)
	if config.Deduper == nil {
		config.Deduper = NewMemoryDeduper(0)
	}
	return &WebhookHandler{config}, nil
}

// ServeHTTP answers a request, as described at [WebhookHandler]. It implements [http.Handler].
func (h *WebhookHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := &delivery{start: time.Now(), status: http.StatusInternalServerError}
	d.err = guarded(func() error { return h.receive(r, d) })
	defer func() { // once it is answered, so that a logger that panics has no event delivered again
		_ = guarded(func() error { h.log(r.Context(), d); return nil })
	}()
	switch d.status {
	case http.StatusOK:
		w.WriteHeader(d.status)
		return
	case http.StatusUnauthorized:
		if h.config.Auth.challenge != "" {
			w.Header().Set("WWW-Authenticate", h.config.Auth.challenge)
		}
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	}
	http.Error(w, http.StatusText(d.status), d.status)
}

// delivery is what becomes of a request.
type delivery struct {
	start  time.Time
	event  Event // nil where there is none
	called bool  // whether it was this delivery that had the callback called
	status int   // to answer with
	err    error
}

func (d *delivery) refuse(e *WebhookError) error {
	d.status = e.StatusCode
	return e
}

func (h *WebhookHandler) receive(r *http.Request, d *delivery) error {
	if !h.allowedSource(r.RemoteAddr) {
		return d.refuse(&WebhookError{http.StatusForbidden, errors.New("the source is not allowed")})
	}
	if !h.config.Auth.allows(r) {
		return d.refuse(&WebhookError{http.StatusUnauthorized, errors.New("the credentials are wrong or missing")})
	}
	event, refused := parseRequest(r)
	if refused != nil {
		return d.refuse(refused)
	}
	d.event = event
	call := h.callback(event)
	if _, message := event.(*InboundMessage); message && call == nil {
		return d.refuse(&WebhookError{http.StatusNotImplemented, errors.New("there is no callback for messages")})
	}
	if call != nil {
		err := h.config.Deduper.Do(r.Context(), event.Key(), func(ctx context.Context) error {
			d.called = true
			return guarded(func() error { return call(ctx) })
		})
		if err != nil {
			return err
		}
	}
	d.status = http.StatusOK
	return nil
}

// callback is what an event is for, or nil.
func (h *WebhookHandler) callback(event Event) func(context.Context) error {
	switch e := event.(type) {
	case *InboundMessage:
		return bind(h.config.OnMessage, e)
	case *DeliveryReceiptEvent:
		return bind(h.config.OnReceipt, e)
	case *Notification:
		return bind(h.config.OnNotification, e)
	case *UnknownEvent:
		return bind(h.config.OnUnknown, e)
	}
	return nil
}

func bind[E Event](callback func(context.Context, E) error, event E) func(context.Context) error {
	if callback == nil {
		return nil
	}
	return func(ctx context.Context) error { return callback(ctx, event) }
}

func (h *WebhookHandler) allowedSource(remote string) bool {
	if len(h.config.Sources) == 0 {
		return true
	}
	source, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	addr := source.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(h.config.Sources, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// panicError is a panic that was stopped. It holds the kind of its value, and not the value, which may be private.
type panicError struct{ kind, at string }

func (e *panicError) Error() string { return "panic: " + e.kind }

// guarded makes an error of a panic.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{fmt.Sprintf("%T", v), panicSite()}
		}
	}()
	return f()
}

// panicSite is where the panic was that is being recovered from: its function, file and line.
func panicSite() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s (%s:%d)", frame.Function, frame.File, frame.Line)
		}
		if !more {
			return "unknown"
		}
	}
}

// log writes the line of a request. What it may say is listed at [WebhookConfig].
func (h *WebhookHandler) log(ctx context.Context, d *delivery) {
	if h.config.Logger == nil {
		return
	}
	level := slog.LevelDebug
	attrs := []slog.Attr{slog.Int("status", d.status), slog.Duration("duration", time.Since(d.start))}
	if d.event != nil {
		attrs = append(attrs, slog.String("event", d.event.kind()), slog.Bool("called", d.called))
		if _, unknown := d.event.(*UnknownEvent); unknown && h.config.OnUnknown == nil {
			level = slog.LevelWarn
		}
	}
	if d.err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", d.errorForLog()))
	}
	if p, ok := errors.AsType[*panicError](d.err); ok {
		level = slog.LevelError
		attrs = append(attrs, slog.String("at", p.at))
	}
	h.config.Logger.LogAttrs(ctx, level, "flowroute: webhook", attrs...)
}

// errorForLog is what may be told of an error: what was found in the request, or else what kind it is.
func (d *delivery) errorForLog() string {
	if e, refused := errors.AsType[*WebhookError](d.err); refused && d.status != http.StatusInternalServerError {
		return e.Err.Error()
	}
	if e, panicked := errors.AsType[*panicError](d.err); panicked {
		return e.Error()
	}
	return fmt.Sprintf("%T", d.err)
}
