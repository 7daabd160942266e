// Package flowroute is a client for Flowroute's REST API: phone numbers, inbound voice routes, SMS and MMS messages,
// E911 addresses, CNAM records, port orders and call detail records. It also receives Flowroute's webhooks.
//
// # Installing
//
//	go get github.com/flowroute/flowroute-go
//
// # Making a client
//
// [NewClient] takes the keys of an account, and [NewClientFromEnv] finds them in the environment:
//
//	client, err := flowroute.NewClient(accessKey, secretKey)
//	if err != nil {
//		return err
//	}
//
// An [Option] changes how the client works, such as [WithTimeout], [WithRetry], [WithMessageLimiters] or [WithLogger].
// A client is safe for concurrent use: make one and share it.
//
// # Calling
//
// A [Client] has a service for each kind of resource. A method takes a context and returns an error, and before it a
// value if there is one:
//
//	message, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{
//		From: "+1 206-555-0100",
//		To:   "+1 206-555-0199",
//		Body: "Your table is ready.",
//	})
//
// Phone numbers are accepted as people write them: +1 206-555-0100, (206) 555-0100, 2065550100. A number outside North
// America begins with + and its country code. Models have numbers as [ParsePhone] returns them, but a number that the API
// writes with more than a + and digits is left unchanged. Money is [Nanodollars], which is exact, and times are in UTC. A
// field that the API leaves out, or sends as null, has its zero value. So has a field whose value can't be read, of which
// [WithLogger] tells: it costs neither the record nor the page. The JSON of a model is flat, and unmarshals to the same
// value. [Client.Do] calls what this package has no method for.
//
// # Listing
//
// A method named List returns one [Page]. Its sibling ListAll returns an iterator, which fetches the next page when the
// loop gets there:
//
//	for number, err := range client.Numbers.ListAll(ctx, nil) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(number.Value, number.Alias)
//	}
//
// An error ends the loop: it is the last thing that the iterator yields. Breaking out of the loop is fine, and so is
// ranging over the same iterator again, which fetches the list again. Both methods return the same errors. Options can
// be nil unless their documentation says otherwise.
//
// A list that changes while it is read can yield a record twice, or miss one. An iterator ends with a [*RequestError] if
// it makes no progress: if a page repeats an earlier one, or if five pages in a row have fewer new records than records
// of the pages just before, or only one. It ends with one, too, if a page that is empty but not the last is followed by
// a page with records.
//
// # Errors
//
// An error is one of three types:
//
//   - [*Error]: the API answered, but not with success. It keeps the status, what the API said, and the API's id of the
//     error. It matches a sentinel such as [ErrNotFound] with [errors.Is].
//   - [*RequestError]: there was no usable answer. The connection failed, the context ended, or the answer can't be
//     read.
//   - [*ArgumentError]: an argument was refused before any request was made. It matches [ErrInvalidArgument].
//
// Any method can return [ErrUnauthorized], [ErrRateLimited] or [ErrServer]. The documentation of a method names the
// errors that mean something particular there.
//
// # Repeating
//
// Requests that are safe to repeat are retried on 429, 500, 502, 503 and 504, and when the connection fails. There are
// three attempts in all: see [RetryPolicy].
//
// Requests that would do a thing twice are not: sending a message, purchasing a number, creating a route, an E911
// record, a CNAM record, a CDR export or a port order, assigning an E911 record, and wherever else the documentation
// of a method says so. Such a request is retried only if it is certain that it was not executed: on 429, and when it
// was never sent. If it fails and may have been executed, the error matches [ErrOutcomeUnknown]. Wait a little, and
// check before you send it again. If its error matches [ErrServer] and not ErrOutcomeUnknown, as a 503 of the API itself
// does, it was not executed.
//
//	if errors.Is(err, flowroute.ErrOutcomeUnknown) {
//		// Look among the records of Messages.ListAll, a minute later: the example of Send shows how.
//	}
//
// # Webhooks
//
// Flowroute reports received messages and delivery receipts by calling a URL of yours, which
// [MessagesService.SetCallback] sets. It signs nothing, writes the same event in up to three forms, and calls again,
// up to four times, if the answer is not 200. A [WebhookHandler] is an [http.Handler] that takes care of all that:
//
//	handler, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
//		Auth: flowroute.WebhookPathSecret(secret), // the last segment of the URL
//		OnMessage: func(ctx context.Context, m *flowroute.InboundMessage) error {
//			return store(ctx, m) // after an error, it is delivered again
//		},
//	})
//
// [ParseWebhook] reads an event in a handler of your own.
//
// # Testing
//
// Package [github.com/flowroute/flowroute-go/flowroutetest] is a Flowroute in memory. Your tests can run against it
// without a network, without an account and without cost:
//
//	srv := flowroutetest.NewServer()
//	defer srv.Close()
//	client := srv.Client()
//
// Where a stub is enough, declare an interface with the few methods that your program calls. A service satisfies it.
//
// # Versions
//
// The last two releases of Go are supported. Flowroute may add to its API at any time: attributes that this package
// does not know are ignored, and values that it has no constant for are passed through. Messages use version 2.1 of the
// API unless [WithMessagesVersion] says otherwise; all other resources use version 2.
package flowroute

import (
	"bytes"
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

// Client calls Flowroute's API. [NewClient] makes one. It is safe for concurrent use, and all its callers share its
// connections: make one and keep it. When it is printed, formatted or logged, its keys are left out.
type Client struct {
	Numbers  *NumbersService  // phone numbers: on the account, and for sale
	Routes   *RoutesService   // inbound voice routes
	Messages *MessagesService // SMS and MMS, and the account's callbacks
	E911s    *E911sService    // addresses for emergency services
	CNAMs    *CNAMsService    // caller names
	Porting  *PortingService  // numbers that come from other carriers
	CDRs     *CDRsService     // exports of call detail records

	transport *transport.Transport
	sms, mms  Limiter
	version   MessagesVersion
	messages  string // their path, in that version
	prefetch  int
	local     bool // the base URL leads to this machine
}

// service is what every service consists of.
type service struct{ client *Client }

// NewClient makes a client with the access key and the secret key of an account, which the Manage portal shows under
// Preferences, API Control. It makes no request: wrong keys are [ErrUnauthorized] on the first call. Keys or options
// that can't be right are an [*ArgumentError].
func NewClient(accessKey, secretKey string, opts ...Option) (*Client, error) {
	if err := checkKeys(accessKey, secretKey); err != nil {
		return nil, err
	}
	base, _ := parseBaseURL(DefaultBaseURL)
	c := config{version: MessagesV21, Config: transport.Config{
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
	client := &Client{
		transport: transport.New(c.Config, accessKey, secretKey),
		sms:       c.sms,
		mms:       c.mms,
		version:   c.version,
		messages:  "/" + string(c.version) + "/messages",
		prefetch:  c.prefetch,
		local:     isLocal(c.BaseURL.Hostname()),
	}
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

// NewClientFromEnv is [NewClient] with the keys in the environment variables FR_ACCESS_KEY and FR_SECRET_KEY. A
// variable that is not set is an [*ArgumentError]. FR_BASE_URL, if it is set, is used as with [WithBaseURL]; a
// [WithBaseURL] among opts overrides it.
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

// newHTTPTransport is net/http's default, with a cap on connections that lets a burst of callers share them. A silent
// connection of HTTP/2 is asked whether it lives: without that, one that a router has dropped is used for ever. A
// default that the program has replaced by another type, such as a tracing or a mock transport, is used as it is.
func newHTTPTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	switch {
	case http.DefaultTransport == nil:
		t = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	case !ok:
		return http.DefaultTransport
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

// Do calls an operation that this library has no method for. method is GET, POST, PUT, PATCH or DELETE. path is escaped
// and relative to the base URL, e.g. "/v2/numbers/12065550100"; what doesn't fit is an [*ArgumentError]. query may be
// nil. A body that is not nil is sent as JSON, as [encoding/json] encodes it. A successful answer is decoded by
// [encoding/json] into out, a pointer, as it came, with its envelope; if out is nil, it is not decoded. A successful
// response without a body, such as 204, leaves out unchanged.
//
// Like the sending of a message, a POST is repeated only where it was certainly not carried out, and can fail with
// [ErrOutcomeUnknown]. Every other method is repeated like a GET.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, out any) error {
	op := operation{name: "do", method: method, class: transport.Repeatable}
	args := &arguments{op: op.name}
	switch method {
	case http.MethodPost:
		op = op.notRepeated()
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
	if err != nil {
		return err
	}
	if err := op.contradiction(r); err != nil || out == nil || len(bytes.TrimSpace(r.Body)) == 0 {
		return err
	}
	if err := jsonapi.Unmarshal(r.Body, out); err != nil {
		return op.unusable(r, err)
	}
	return nil
}

// CloseIdleConnections closes the connections that no call is using; those of calls under way are closed by nothing. It
// is for programs that make many clients: one that keeps its client has no need of it. The client can be used
// afterwards. Of a client given to [WithHTTPClient] it closes the idle connections, too.
func (c *Client) CloseIdleConnections() { c.transport.CloseIdleConnections() }
