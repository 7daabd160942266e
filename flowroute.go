// Package flowroute is a client of Flowroute's REST API: phone numbers, inbound voice routes, SMS and MMS messages,
// E911 addresses, CNAM records, port orders and call detail records. It also receives what Flowroute sends to webhooks.
//
//	client, err := flowroute.NewClient(accessKey, secretKey)
//	if err != nil {
//		return err
//	}
//	msg, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{
//		From: "+1 206-555-0100",
//		To:   "+1 206-555-0199",
//		Body: "Your table is ready.",
//	})
//
// # Calling
//
// A [Client] has a service for each kind of resource. A method takes a context and returns a value and an error, one of
// which is nil. Phone numbers are taken as people write them: +1 206-555-0100, (206) 555-0100, 2065550100. A number
// outside North America begins with + and its country code. Money is in US dollars and times are UTC. What the API leaves
// out, or sends as null, is the zero value of its field.
//
// # Listing
//
// A method named List returns one [Page]; its sibling ListAll returns an iterator that fetches page after page
// as it is ranged over:
//
//	for number, err := range client.Numbers.ListAll(ctx, nil) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(number.Value, number.Alias)
//	}
//
// # Errors
//
// An [*Error] is an answer of the API that is no success. It keeps the status, every word of the API and its id of the
// error, and matches a sentinel such as [ErrNotFound]. A [*RequestError] is a call without a usable answer. An
// [*ArgumentError] is an argument that was refused before any request was made.
//
// # Repeating
//
// What does no harm when it is done again is repeated on 429, 500, 502, 503 and 504, and when the connection fails,
// three attempts in all: see [RetryPolicy]. What would be done twice is not: sending a message, purchasing a number,
// creating a route, an E911 record, a CNAM record, a CDR export or a port order, and what else the documentation of a
// method says so of. Those are repeated only where it is certain that they were not carried out: on 429, and when the
// request never left. Where one of them ends without it being known whether it was carried out, its error matches
// [ErrOutcomeUnknown]. Look, some time later, before you do it again:
//
//	to, err := flowroute.ParsePhone(text.To) // as records have it
//	...
//	since = since.Add(-time.Minute) // clocks differ
//	for m, err := range client.Messages.ListAll(ctx, &flowroute.MessageListOptions{Start: since}) {
//		if err != nil {
//			return err
//		}
//		if m.Direction == flowroute.DirectionOutbound && m.To == to && m.Body == text.Body {
//			return nil // it was sent
//		}
//	}
//
// # Receiving
//
// Flowroute tells a program of messages that were received, and of what became of those that were sent, by calling a
// URL of the program's, which [MessagesService.SetCallback] sets. It signs nothing, writes the same thing in three
// forms, and calls again until it gets a 200. A [WebhookHandler] is an http.Handler that takes care of that:
//
//	handler, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
//		Auth: flowroute.WebhookPathSecret(secret), // the last segment of the URL
//		OnMessage: func(ctx context.Context, m *flowroute.InboundMessage) error {
//			return store(ctx, m) // an error has it delivered again
//		},
//	})
//
// [ParseWebhook] is for a handler of your own.
//
// # Testing
//
// Package [github.com/flowroute/flowroute-go/flowroutetest] is an in-memory Flowroute that keeps state, to run your own
// tests against.
//
// # Versions
//
// The last two releases of Go are supported. Attributes that the API adds are ignored until this library knows them;
// values that it adds to what is listed here as constants are passed through.
package flowroute

import (
	"cmp"
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

const userAgent = "flowroute-go/0.1.0"

// Client calls Flowroute's API. It is made by [NewClient], is safe for concurrent use, and shares its connections
// among all callers: make one and keep it. It prints, formats and logs without its keys.
type Client struct {
	Numbers  *NumbersService
	Routes   *RoutesService
	Messages *MessagesService
	E911s    *E911sService
	CNAMs    *CNAMsService
	Porting  *PortingService
	CDRs     *CDRsService

	transport *transport.Transport
	sms, mms  Limiter
	version   MessagesVersion
	messages  string // their path, in that version
	prefetch  int
}

// service is what every service consists of.
type service struct{ client *Client }

// NewClient makes a client with the access key and secret key of an account, found in its portal under Preferences,
// API Control. It makes no request; wrong keys are [ErrUnauthorized] on the first call. Keys or options that can't be
// right are an [*ArgumentError].
func NewClient(accessKey, secretKey string, opts ...Option) (*Client, error) {
	if err := checkKeys(accessKey, secretKey); err != nil {
		return nil, err
	}
	base, _ := parseBaseURL(DefaultBaseURL)
	c := config{messages: MessagesV21, Config: transport.Config{
		BaseURL:   base,
		UserAgent: userAgent,
		Timeout:   DefaultTimeout,
		Retry:     RetryPolicy{}.withDefaults(),
	}}
	for _, set := range opts {
		if set == nil {
			return nil, refused("opts", "must not have a nil option")
		}
		if err := set(&c); err != nil {
			return nil, err
		}
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Transport: newHTTPTransport()}
	}
	client := &Client{transport: transport.New(c.Config, accessKey, secretKey), sms: c.sms, mms: c.mms, version: c.messages, messages: "/" + string(c.messages) + "/messages", prefetch: c.prefetch}
	s := service{client}
	client.Numbers = &NumbersService{s}
	client.Routes = &RoutesService{s}
	client.Messages = &MessagesService{s}
	client.E911s = &E911sService{s}
	client.CNAMs = &CNAMsService{s}
	client.Porting = &PortingService{s}
	client.CDRs = &CDRsService{s}
	return client, nil
}

// CloseIdleConnections closes the connections that no call is using; those of calls under way are closed by nothing. It
// is for programs that make many clients: one that keeps its client has no need of it. The client can be used afterwards.
// Of a client given to [WithHTTPClient] it closes the idle connections, too.
func (c *Client) CloseIdleConnections() { c.transport.CloseIdleConnections() }

// NewClientFromEnv is [NewClient] with the keys in the environment variables FR_ACCESS_KEY and FR_SECRET_KEY. If
// FR_BASE_URL is set, it is used as with [WithBaseURL], and before opts.
func NewClientFromEnv(opts ...Option) (*Client, error) {
	for _, name := range []string{"FR_ACCESS_KEY", "FR_SECRET_KEY"} {
		if os.Getenv(name) == "" {
			return nil, &ArgumentError{Op: "NewClientFromEnv", Name: name, Reason: "is not set in the environment"}
		}
	}
	if base := os.Getenv("FR_BASE_URL"); base != "" {
		if _, reason := parseBaseURL(base); reason != "" {
			return nil, &ArgumentError{Op: "NewClientFromEnv", Name: "FR_BASE_URL", Reason: reason}
		}
		opts = append([]Option{WithBaseURL(base)}, opts...)
	}
	return NewClient(os.Getenv("FR_ACCESS_KEY"), os.Getenv("FR_SECRET_KEY"), opts...)
}

func checkKeys(accessKey, secretKey string) error {
	const accessLen, secretLen = 8, 32
	for _, key := range []struct{ name, value string }{{"accessKey", accessKey}, {"secretKey", secretKey}} {
		switch {
		case key.value == "":
			return refused(key.name, "must not be empty")
		case strings.ContainsFunc(key.value, func(r rune) bool { return r <= ' ' || r > '~' }):
			return refused(key.name, "must be printable ASCII without white space")
		}
	}
	switch {
	case strings.Contains(accessKey, ":"):
		return refused("accessKey", "must not have a colon")
	case len(accessKey) == secretLen && len(secretKey) == accessLen:
		return refused("accessKey", "looks like the secret key: the two seem to be swapped")
	}
	return nil
}

// newHTTPTransport is net/http's default, with a cap on connections that lets a burst of callers share them. A connection
// of HTTP/2 on which nothing comes is asked whether it lives: without that, one that a router has dropped is used for ever.
func newHTTPTransport() *http.Transport {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // a program may replace it
		t = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	t = t.Clone()
	t.MaxConnsPerHost, t.MaxIdleConnsPerHost = maxConns, maxConns
	if t.HTTP2 == nil {
		t.HTTP2 = new(http.HTTP2Config)
	}
	t.HTTP2.SendPingTimeout, t.HTTP2.PingTimeout = cmp.Or(t.HTTP2.SendPingTimeout, 15*time.Second), cmp.Or(t.HTTP2.PingTimeout, 5*time.Second)
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = new(tls.Config)
	}
	t.TLSClientConfig.MinVersion = max(t.TLSClientConfig.MinVersion, tls.VersionTLS12)
	return t
}

func errorID(body []byte) string {
	for _, e := range errorDetails(body) {
		if e.ID != "" {
			return e.ID
		}
	}
	return ""
}

// Do calls an operation that this library has no method for. method is GET, POST, PUT, PATCH or DELETE. path is escaped
// and relative to the base URL, e.g. "/v2/numbers/12065550100"; query may be nil. A body that is not nil is sent as the
// JSON that encoding/json makes of it, and a success is decoded by encoding/json into out, unless that is nil.
//
// A POST is repeated, and fails with [ErrOutcomeUnknown], as the sending of a message is; every other method is repeated
// as a GET is.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, out any) error {
	op := operation{name: "do", method: method}
	args := &arguments{op: op.name}
	switch method {
	case http.MethodPost:
		op.class = transport.Once
	case http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		args.refuse("method", "must be GET, POST, PUT, PATCH or DELETE")
	}
	args.path("path", path)
	if v := reflect.ValueOf(out); out != nil && (v.Kind() != reflect.Pointer || v.IsNil()) {
		args.refuse("out", "must be a pointer, or nil")
	}
	req := &transport.Request{Op: op.name, Method: method, Path: path, Query: query.Encode(), Class: op.class}
	if body != nil {
		req.Body = args.json("body", body)
	}
	if args.err != nil {
		return args.err
	}
	r, err := c.carry(ctx, op, req)
	if err != nil || out == nil {
		return err
	}
	if err := jsonapi.Unmarshal(r.Body, out); err != nil {
		return op.unusable(r, err)
	}
	return nil
}
