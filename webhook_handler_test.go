package flowroute_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

const webhookSecret = "a-secret-of-at-least-16-characters"

// recorder has callbacks that note what they got, and fail as they are told.
type recorder struct {
	got []flowroute.Event
	err error
	log bytes.Buffer
}

func (rec *recorder) note(e flowroute.Event) error {
	rec.got = append(rec.got, e)
	return rec.err
}

func (rec *recorder) config() flowroute.WebhookConfig {
	return flowroute.WebhookConfig{
		OnMessage:      func(_ context.Context, e *flowroute.InboundMessage) error { return rec.note(e) },
		OnReceipt:      func(_ context.Context, e *flowroute.DeliveryReceiptEvent) error { return rec.note(e) },
		OnNotification: func(_ context.Context, e *flowroute.Notification) error { return rec.note(e) },
		OnUnknown:      func(_ context.Context, e *flowroute.UnknownEvent) error { return rec.note(e) },
		Auth:           flowroute.WebhookPathSecret(webhookSecret),
		Logger:         slog.New(slog.NewTextHandler(&rec.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

func newHandler(t testing.TB, config flowroute.WebhookConfig) http.Handler {
	t.Helper()
	h, err := flowroute.NewWebhookHandler(config)
	require.NoError(t, err)
	return h
}

func answerOf(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func at(path string) func(*http.Request) {
	return func(r *http.Request) { r.URL.Path = path }
}

func withSecret(r *http.Request) { r.URL.Path = "/hooks/" + webhookSecret }

// quiet checks that a log tells nothing private.
func (rec *recorder) quiet(t *testing.T) {
	t.Helper()
	for _, private := range []string{webhookSecret, "12065551234", "12065554321", "Hi", "18335551234", "9E41", "test sms", "192.0.2.1", "private"} {
		assert.NotContains(t, rec.log.String(), private)
	}
}

func TestWebhookHandler(t *testing.T) {
	tests := []struct{ name, body, kind string }{
		{"SMS", smsBody, "*flowroute.InboundMessage"},
		{"flat SMS", flatBody, "*flowroute.InboundMessage"},
		{"MMS", mmsBody, "*flowroute.InboundMessage"},
		{"receipt", receiptBody, "*flowroute.DeliveryReceiptEvent"},
		{"bare receipt", bareBody, "*flowroute.DeliveryReceiptEvent"},
		{"notification", notifyBody, "*flowroute.Notification"},
		{"unknown", unknownBody, "*flowroute.UnknownEvent"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rec := &recorder{err: errors.New("private trouble")}
			h := newHandler(t, rec.config())
			for range 2 {
				w := answerOf(h, delivered(test.body, withSecret))
				assert.Equal(t, 500, w.Code, "the callback failed")
				assert.Equal(t, "Internal Server Error\n", w.Body.String())
			}
			require.Len(t, rec.got, 2, "what failed is done again")
			rec.err = nil
			for range 3 {
				w := answerOf(h, delivered(test.body, withSecret))
				assert.Equal(t, 200, w.Code)
				assert.Empty(t, w.Body.String())
			}
			require.Len(t, rec.got, 3, "what was done is not done again")
			want, err := flowroute.ParseWebhook(delivered(test.body))
			require.NoError(t, err)
			assert.Equal(t, want, rec.got[2])
			assert.Equal(t, test.kind, fmt.Sprintf("%T", rec.got[2]))
			assert.Equal(t, 2, strings.Count(rec.log.String(), "level=WARN"))
			assert.Equal(t, 3, strings.Count(rec.log.String(), "level=DEBUG"))
			assert.Equal(t, 2, strings.Count(rec.log.String(), "called=false"))
			assert.Contains(t, rec.log.String(), "error=*errors.errorString")
			rec.quiet(t)
		})
	}
}

// TestWebhookHandlerOddRequests has an event be read whatever the headers and the encoding of the request are, and its
// callback be called once.
func TestWebhookHandlerOddRequests(t *testing.T) {
	want, err := flowroute.ParseWebhook(delivered(smsBody))
	require.NoError(t, err)
	for name, request := range oddRequests(t) {
		rec := &recorder{}
		h := newHandler(t, rec.config())
		for range 2 {
			r := request()
			withSecret(r)
			assert.Equal(t, 200, answerOf(h, r).Code, name)
		}
		assert.Equal(t, []flowroute.Event{want}, rec.got, name)
		rec.quiet(t)
	}
}

// TestWebhookHandlerOddEvents has events of a type that is missing or odd go to the callback that they are for, once.
func TestWebhookHandlerOddEvents(t *testing.T) {
	message := &flowroute.InboundMessage{Message: flowroute.Message{
		ID: "1", From: "12065551234", To: "12065554321", Body: "Hi", Direction: flowroute.MessageDirectionInbound,
	}}
	withStatus := *message
	withStatus.Status = "delivered"
	anonymous := *message
	anonymous.ID = ""
	for body, want := range map[string]flowroute.Event{
		`{"data":{"id":"1","attributes":{"from":"12065551234","to":"12065554321","body":"Hi"}}}`:                                           message,
		`{"id":"1","attributes":{"from":"12065551234","to":"12065554321","body":"Hi"}}`:                                                    message,
		`{"data":{"id":"1","type":"message","from":"12065551234","to":"12065554321","body":"Hi"}}`:                                         message,
		`{"data":{"id":"1","type":"sms.received","attributes":{"from":"12065551234","to":"12065554321","body":"Hi"}}}`:                     message,
		`{"id":"1","from":"12065551234","to":"12065554321","body":"Hi","status":"delivered"}`:                                              &withStatus,
		`{"id":"1","from":"12065551234","to":"12065554321","body":"Hi","direction":"Inbound"}`:                                             message,
		`{"from":"12065551234","to":"12065554321","body":"Hi"}`:                                                                            &anonymous,
		`{"id":"1","event_type":"status_change","resource_id":50404,"status":"cancelled"}`:                                                 &flowroute.Notification{ID: "1", EventType: "status_change", ResourceID: "50404", Status: "cancelled"},
		`{"id":"1","status":"completed","tn":"12065551234"}`:                                                                               &flowroute.Notification{ID: "1", Status: "completed"},
		`{"id":"1","attributes":{"status":"smsc submit","level":1}}`:                                                                       &flowroute.DeliveryReceiptEvent{MessageID: "1", DeliveryReceipt: flowroute.DeliveryReceipt{Level: 1, Status: "smsc submit"}},
		`{"data":{"id":"1","type":"message","attributes":{"from":"12065551234","to":"12065554321","body":"Hi","direction":" OUTBOUND "}}}`: &flowroute.UnknownEvent{ID: "1", Type: "message"},
		`{"id":"1","from":"12065551234","to":"12065554321","body":"Hi","direction":"Outbound"}`:                                            &flowroute.UnknownEvent{ID: "1"},
	} {
		switch want := want.(type) {
		case *flowroute.Notification:
			want.Raw = []byte(body)
		case *flowroute.UnknownEvent:
			want.Raw = []byte(body)
		}
		rec := &recorder{}
		h := newHandler(t, rec.config())
		for range 2 {
			assert.Equal(t, 200, answerOf(h, delivered(body, withSecret)).Code, body)
		}
		assert.Equal(t, []flowroute.Event{want}, rec.got, body)
		rec.quiet(t)
	}
}

// TestWebhookHandlerRefuses has requests refused that are no events or come from somebody else, with no callback
// called.
func TestWebhookHandlerRefuses(t *testing.T) {
	office := netip.MustParsePrefix("203.0.113.0/24")
	basic := flowroute.WebhookBasicAuth("flowroute", webhookSecret)
	login := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	from := func(addr string) func(*http.Request) {
		return func(r *http.Request) { withSecret(r); r.RemoteAddr = addr }
	}
	even := flowroute.WebhookAuthFunc(func(r *http.Request) bool { return r.Header.Get("X-Key") == "yes" })
	tests := []struct {
		name    string
		auth    *flowroute.WebhookAuth
		sources []netip.Prefix
		edit    func(*http.Request)
		status  int
	}{
		{"no secret", nil, nil, at("/"), 401},
		{"empty path", nil, nil, at(""), 401},
		{"wrong secret", nil, nil, at("/hooks/" + webhookSecret[1:] + "x"), 401},
		{"half a secret", nil, nil, at("/hooks/" + webhookSecret[:20]), 401},
		{"more than the secret", nil, nil, at("/hooks/" + webhookSecret + "x"), 401},
		{"something before the secret", nil, nil, at("/hooks/x" + webhookSecret), 401},
		{"secret elsewhere", nil, nil, at("/" + webhookSecret + "/hooks"), 401},
		{"secret in the query", nil, nil, func(r *http.Request) { r.URL.RawQuery = webhookSecret }, 401},
		{"the secret", nil, nil, at("/hooks/" + webhookSecret), 200},
		{"the secret and a slash", nil, nil, at("/hooks/" + webhookSecret + "/"), 200},
		{"the secret alone", nil, nil, at(webhookSecret), 200},
		{"no login", &basic, nil, withSecret, 401},
		{"wrong user", &basic, nil, login("flowrout", webhookSecret), 401},
		{"wrong password", &basic, nil, login("flowroute", webhookSecret+"x"), 401},
		{"no password", &basic, nil, login("flowroute", ""), 401},
		{"the login", &basic, nil, login("flowroute", webhookSecret), 200},
		{"a function's no", &even, nil, withSecret, 401},
		{"a function's yes", &even, nil, header("X-Key", "yes"), 200},
		{"another source", nil, []netip.Prefix{office}, from("192.0.2.1:1234"), 403},
		{"no source", nil, []netip.Prefix{office}, from("@"), 403},
		{"an IPv6 source", nil, []netip.Prefix{office}, from("[2001:db8::1]:1234"), 403},
		{"the source", nil, []netip.Prefix{office}, from("203.0.113.7:1234"), 200},
		{"the source, mapped", nil, []netip.Prefix{office}, from("[::ffff:203.0.113.7]:1234"), 200},
		{"a source with a zone", nil, []netip.Prefix{office, netip.MustParsePrefix("fe80::/10")}, from("[fe80::1%eth0]:1234"), 200},
		{"the source without the secret", nil, []netip.Prefix{office}, func(r *http.Request) { r.RemoteAddr = "203.0.113.7:1" }, 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rec := &recorder{}
			config := rec.config()
			config.Sources = slices.Clone(test.sources)
			if test.auth != nil {
				config.Auth = *test.auth
			}
			h := newHandler(t, config)
			clear(config.Sources) // which is the caller's
			w := answerOf(h, delivered(smsBody, test.edit))
			assert.Equal(t, test.status, w.Code)
			if test.status != 200 {
				assert.Empty(t, rec.got)
				assert.Contains(t, rec.log.String(), "level=WARN")
			}
			if test.auth == &basic && test.status == 401 {
				assert.Equal(t, `Basic realm="flowroute"`, w.Header().Get("WWW-Authenticate"))
			}
			rec.quiet(t)
		})
	}
	for _, test := range refusals(t) {
		t.Run(test.name, func(t *testing.T) {
			rec := &recorder{}
			withSecret(test.request)
			w := answerOf(newHandler(t, rec.config()), test.request)
			assert.Equal(t, test.status, w.Code)
			assert.Empty(t, rec.got)
			assert.Equal(t, test.status == 405, w.Header().Get("Allow") == "POST")
			assert.Contains(t, rec.log.String(), fmt.Sprintf("level=WARN msg=\"flowroute: webhook\" status=%d", test.status))
			rec.quiet(t)
		})
	}
}

// TestWebhookWithoutCallback has events arrive that nobody wants.
func TestWebhookWithoutCallback(t *testing.T) {
	for _, test := range []struct {
		body   string
		status int
		level  string
	}{
		{smsBody, 501, "WARN"}, // or it would be lost unnoticed
		{receiptBody, 200, "DEBUG"},
		{notifyBody, 200, "DEBUG"},
		{unknownBody, 200, "WARN"},
	} {
		rec := &recorder{}
		config := rec.config()
		if test.body == receiptBody {
			config.OnReceipt = nil
		} else {
			config.OnMessage, config.OnNotification, config.OnUnknown = nil, nil, nil
		}
		assert.Equal(t, test.status, answerOf(newHandler(t, config), delivered(test.body, withSecret)).Code)
		assert.Empty(t, rec.got)
		assert.Contains(t, rec.log.String(), "level="+test.level)
		rec.quiet(t)
	}
}

// TestWebhookPanic has callbacks, a deduper and an authentication panic, and the server go on.
func TestWebhookPanic(t *testing.T) {
	rec := &recorder{}
	config := rec.config()
	panics := true
	config.OnMessage = func(_ context.Context, m *flowroute.InboundMessage) error {
		if panics {
			panic("private: " + m.From)
		}
		return rec.note(m)
	}
	config.OnReceipt = func(_ context.Context, r *flowroute.DeliveryReceiptEvent) error {
		return []error{}[r.Level]
	}
	config.Auth = flowroute.WebhookAuthFunc(func(r *http.Request) bool {
		if r.URL.Path == "/panic" {
			panic(http.ErrAbortHandler)
		}
		return true
	})
	srv := httptest.NewServer(newHandler(t, config))
	defer srv.Close()
	send := func(path, body string) int {
		resp, err := http.Post(srv.URL+path, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		defer resp.Body.Close()
		return resp.StatusCode
	}
	assert.Equal(t, 500, send("/", smsBody))
	assert.Equal(t, 500, send("/", receiptBody))
	assert.Equal(t, 500, send("/panic", smsBody))
	panics = false
	assert.Equal(t, 200, send("/", smsBody))
	assert.Len(t, rec.got, 1)

	lines := strings.Split(strings.TrimSpace(rec.log.String()), "\n")
	require.Len(t, lines, 4)
	assert.Contains(t, lines[0], `level=ERROR msg="flowroute: webhook" status=500`)
	assert.Contains(t, lines[0], `event=message called=true error="panic: string" at="github.com/flowroute/flowroute-go_test.TestWebhookPanic.func1 (`)
	assert.Contains(t, lines[0], "webhook_handler_test.go:")
	assert.Contains(t, lines[1], `error="panic: runtime.boundsError"`)
	assert.Contains(t, lines[1], "TestWebhookPanic.func2 (")
	assert.Contains(t, lines[2], "level=ERROR")
	rec.quiet(t)
}

// TestWebhookGoexit has a callback end its goroutine, as the FailNow of a test does: whoever waits for it must not
// wait forever.
func TestWebhookGoexit(t *testing.T) {
	rec := &recorder{}
	config := rec.config()
	exits := true
	config.OnMessage = func(_ context.Context, m *flowroute.InboundMessage) error {
		if exits {
			exits = false
			runtime.Goexit()
		}
		return rec.note(m)
	}
	h := newHandler(t, config)
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(httptest.NewRecorder(), delivered(smsBody, withSecret))
	}()
	<-done
	assert.Equal(t, 200, answerOf(h, delivered(smsBody, withSecret)).Code)
	assert.Len(t, rec.got, 1)
}

// TestWebhookErrorOfCallback has a callback return an error that says what to answer, which is not for it to say.
func TestWebhookErrorOfCallback(t *testing.T) {
	rec := &recorder{err: &flowroute.WebhookError{StatusCode: 200, Err: errors.New("private")}}
	assert.Equal(t, 500, answerOf(newHandler(t, rec.config()), delivered(smsBody, withSecret)).Code)
	rec.quiet(t)
}

func TestWebhookContext(t *testing.T) {
	type key struct{}
	rec := &recorder{}
	config := rec.config()
	config.OnMessage = func(ctx context.Context, _ *flowroute.InboundMessage) error {
		assert.Equal(t, "value", ctx.Value(key{}))
		return ctx.Err()
	}
	h := newHandler(t, config)
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	assert.Equal(t, 200, answerOf(h, delivered(flatBody, withSecret).WithContext(ctx)).Code)
	cancel()
	assert.Equal(t, 500, answerOf(h, delivered(smsBody, withSecret).WithContext(ctx)).Code)
}

func TestNewWebhookHandlerRefuses(t *testing.T) {
	for want, change := range map[string]func(*flowroute.WebhookConfig){
		"config must have a callback, such as OnMessage": func(c *flowroute.WebhookConfig) {
			c.OnMessage, c.OnReceipt, c.OnNotification, c.OnUnknown = nil, nil, nil, nil
		},
		"Auth must be set, since anyone can send what looks like an event": func(c *flowroute.WebhookConfig) { c.Auth = flowroute.WebhookAuth{} },
		"Auth must have a WebhookAuthFunc that is not nil":                 func(c *flowroute.WebhookConfig) { c.Auth = flowroute.WebhookAuthFunc(nil) },
		"Auth must have a WebhookPathSecret of at least 16 letters, digits, - and _": func(c *flowroute.WebhookConfig) {
			c.Auth = flowroute.WebhookPathSecret(webhookSecret[:15])
		},
		"Auth must have a WebhookPathSecret of at least 16 letters, digits, - and _ ": func(c *flowroute.WebhookConfig) {
			c.Auth = flowroute.WebhookPathSecret(webhookSecret + "/")
		},
		"Auth must have a WebhookBasicAuth with a user name without a colon and a password of at least 16 characters": func(c *flowroute.WebhookConfig) {
			c.Auth = flowroute.WebhookBasicAuth("a:b", webhookSecret)
		},
		"Auth must have a WebhookBasicAuth with a user name without a colon and a password of at least 16 characters ": func(c *flowroute.WebhookConfig) {
			c.Auth = flowroute.WebhookBasicAuth("a", webhookSecret[:15])
		},
		"Sources must be valid prefixes, and IPv4 ones must not be written as ::ffff:a.b.c.d": func(c *flowroute.WebhookConfig) { c.Sources = []netip.Prefix{{}} },
		"Sources must be valid prefixes, and IPv4 ones must not be written as ::ffff:a.b.c.d ": func(c *flowroute.WebhookConfig) {
			c.Sources = []netip.Prefix{netip.MustParsePrefix("::ffff:192.0.2.0/120")}
		},
	} {
		config := (&recorder{}).config()
		change(&config)
		h, err := flowroute.NewWebhookHandler(config)
		assert.Nil(t, h)
		require.ErrorIs(t, err, flowroute.ErrInvalidArgument)
		assert.EqualError(t, err, "flowroute: NewWebhookHandler: "+strings.TrimSpace(want))
	}
}

// TestWebhookHandlerTellsNoSecret prints what could hold the secret.
func TestWebhookHandlerTellsNoSecret(t *testing.T) {
	for _, auth := range []flowroute.WebhookAuth{flowroute.WebhookPathSecret(webhookSecret), flowroute.WebhookBasicAuth("me", webhookSecret)} {
		h, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{Auth: auth, OnUnknown: func(context.Context, *flowroute.UnknownEvent) error { return nil }})
		require.NoError(t, err)
		for _, v := range []any{auth, h, *h} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
				told := fmt.Sprintf(verb, v)
				assert.NotContains(t, told, webhookSecret)
				assert.NotContains(t, told, fmt.Sprintf("%x", webhookSecret))
			}
		}
	}
}

// TestWebhookReadsNoMore has a request of many megabytes refused without being read.
func TestWebhookReadsNoMore(t *testing.T) {
	var read atomic.Int64
	body := io.MultiReader(strings.NewReader(smsBody), endless{&read})
	for _, edit := range []func(*http.Request){withSecret, at("/wrong")} {
		r := delivered("", edit)
		r.Body, r.ContentLength = io.NopCloser(body), -1
		answerOf(newHandler(t, (&recorder{}).config()), r)
	}
	assert.Less(t, read.Load(), int64(1<<20+64<<10))

	before := read.Load()
	r := delivered("", withSecret)
	r.Body, r.ContentLength = io.NopCloser(body), 1<<20+1
	assert.Equal(t, 413, answerOf(newHandler(t, (&recorder{}).config()), r).Code)
	assert.Equal(t, before, read.Load(), "what announces itself as too large is not read at all")
}

type endless struct{ read *atomic.Int64 }

func (e endless) Read(b []byte) (int, error) {
	e.read.Add(int64(len(b)))
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// webhookHandlers and webhookErrors are what [TestNothingPrivateIsTold] looks at.
func webhookHandlers(t *testing.T) []any {
	h, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
		Auth:      flowroute.WebhookBasicAuth("me", secretKey),
		OnMessage: func(context.Context, *flowroute.InboundMessage) error { return nil },
	})
	require.NoError(t, err)
	return []any{h, *h}
}

func webhookErrors(t *testing.T) (errs []any) {
	for _, test := range refusals(t) {
		_, err := flowroute.ParseWebhook(test.request)
		errs = append(errs, err)
	}
	return errs
}
