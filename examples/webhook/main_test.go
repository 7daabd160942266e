package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/examples/internal/exampletest"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestFake(t *testing.T) {
	r := exampletest.RunFake(t, run)
	require.Zero(t, r.Code, r.Stderr)
	assert.Empty(t, r.Stderr)
	for _, lines := range []string{
		"using the built-in fake, nothing is real.\n",
		`
  < +1 206-555-0199: "Table for two at 7?"
  > +1 206-555-0199: "Thanks, we'll be in touch."
    receipt of "Thanks, we'll be in touch.": Message has been sent
    receipt of "Thanks, we'll be in touch.": Message accepted by Carrier
`,
		`
  < +442079460000: "Is there parking?"
  > +442079460000: "Thanks, we'll be in touch."
`,
		`
  09:03:00   sms_callback      1        200 OK
  09:03:00   sms_callback      again    200 OK
`,
		`
  09:04:00   sms_callback      1        500 Internal Server Error
  09:04:30   sms_callback      2        200 OK
`,
		`: smsc submit
`,
		`
  wrong secret           401 Unauthorized
  garbage                400 Bad Request
  a form                 415 Unsupported Media Type
  a megabyte and a byte  413 Request Entity Too Large
  a look                 405 Method Not Allowed
`,
	} {
		assert.Contains(t, r.Stdout, lines)
	}
	assert.Regexp(t, `\n    menu\.png, image/png of \d+ bytes\n`, r.Stdout) // as many as this Go's compression makes
	for _, once := range []string{"Are you open?", "Hello?", "Bye"} {
		assert.Equal(t, 1, strings.Count(r.Stdout, `< +1 206-555-0199: "`+once+"\"\n"), "each text is dealt with once")
	}
	assert.NotContains(t, r.Stdout, "not-really-a-secret")
}

func TestFlags(t *testing.T) {
	t.Setenv("WEBHOOK_SECRET", "")
	for _, args := range [][]string{{"-nope"}, {"extra"}} {
		r := exampletest.RunFake(t, run, args...)
		assert.Equal(t, 2, r.Code, args)
		assert.Contains(t, r.Stderr, "\nUsage: webhook [flags]\n", args)
	}
	srv := exampletest.NewServer(t)
	r := exampletest.RunReal(t, run, srv)
	assert.Equal(t, 2, r.Code)
	assert.Contains(t, r.Stderr, "webhook: WEBHOOK_SECRET must be in the environment")
	t.Setenv("WEBHOOK_SECRET", "too short")
	r = exampletest.RunReal(t, run, srv)
	assert.Equal(t, 2, r.Code)
	assert.Contains(t, r.Stderr, "must have a WebhookPathSecret of at least 16 letters")
	assert.Empty(t, srv.Requests())
}

// TestReal has the program listen until it is interrupted.
func TestReal(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	const secret = "secret-of-the-test"
	for name, value := range map[string]string{"FR_ACCESS_KEY": srv.AccessKey, "FR_SECRET_KEY": srv.SecretKey, "FR_BASE_URL": srv.URL, "WEBHOOK_SECRET": secret} {
		t.Setenv(name, value)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	code := make(chan int)
	go func() {
		code <- run(ctx, []string{"-addr", "127.0.0.1:0", "-set", "https://public.example/hooks"}, stdout, io.Discard)
		stdout.Close()
	}()
	lines := bufio.NewScanner(out)
	next := func() string {
		require.True(t, lines.Scan())
		return lines.Text()
	}
	assert.Equal(t, "The account's events are sent to https://public.example/hooks and the secret.", next())
	addr, _, _ := strings.Cut(strings.TrimPrefix(next(), "Listening on "), " ")
	client := srv.Client()
	callback, err := client.Messages.GetCallback(ctx, flowroute.CallbackTypeMMSReceipt)
	require.NoError(t, err)
	assert.Equal(t, "https://public.example/hooks/"+secret, callback.URL)

	require.NoError(t, client.Numbers.SetCallback(ctx, flowroutetest.LongCode, flowroute.CallbackTypeSMS, "http://"+addr+"/"+secret))
	received := make(chan error, 1)
	go func() {
		_, err := srv.Receive(flowroutetest.Inbound{From: guest, To: flowroutetest.LongCode, Body: "Anybody there?"})
		received <- err
	}()
	assert.Equal(t, `  < +1 206-555-0199: "Anybody there?"`, next())
	require.NoError(t, <-received)
	assert.Equal(t, 200, srv.Deliveries()[0].Status)
	assert.Empty(t, srv.Messages(), "without -reply it answers nothing")
	interrupt()
	assert.Zero(t, <-code)
}

// TestTrouble has messages whose answer is trouble. An error has the text delivered again, so there is one only where
// another try may go better: not after a refusal, and not where the text may have been answered.
func TestTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		fault  flowroutetest.Fault
		from   string
		secret string
		logs   string
		shut   bool // the program, before it answers
		again  bool
		sent   int
	}{
		"none":               {sent: 1},
		"abroad":             {from: abroad, logs: "  > +442079460000: \"Thanks\"\n", sent: 1},
		"the answer is lost": {fault: flowroutetest.Fault{Cut: true, CarryOut: true}, logs: "may or may not be answered", sent: 1},
		"the server fails":   {fault: flowroutetest.Fault{Status: 500, CarryOut: true}, logs: "may or may not be answered", sent: 1},
		"the server is down": {fault: flowroutetest.Fault{Status: 503}, again: true},
		"too many requests":  {fault: flowroutetest.Fault{Status: 429, Times: flowroutetest.Always}, again: true},
		"an invalid value":   {fault: flowroutetest.Fault{Status: 422}, logs: "not answered: flowroute: messages.send: 422"},
		"not enabled":        {fault: flowroutetest.Fault{Status: 403}, logs: "not answered: flowroute: messages.send: 403"},
		"wrong keys":         {secret: strings.Repeat("0", 32), logs: "not answered: flowroute: messages.send: 401"},
		"from a short code":  {from: "24365", logs: "not answered: flowroute: messages.send: To must be"},
		"the program ends":   {shut: true, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			srv := flowroutetest.NewServer()
			defer srv.Close()
			c.fault.Operation = "messages.send"
			srv.Inject(c.fault)
			client, err := flowroute.NewClient(srv.AccessKey, cmp.Or(c.secret, srv.SecretKey), flowroute.WithBaseURL(srv.URL),
				flowroute.WithMessagesVersion(flowroute.MessagesV22), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.shut {
				cancel()
			}
			var out strings.Builder
			p := program{reply: "Thanks", Session: &example.Session{Client: client}, log: log.New(&out, "", 0)}
			err = p.onMessage(ctx, &flowroute.InboundMessage{Message: flowroute.Message{From: cmp.Or(c.from, guest), To: flowroutetest.LongCode, Body: "Hi"}})
			assert.Equal(t, c.again, err != nil, err)
			assert.Contains(t, out.String(), c.logs)
			assert.Len(t, srv.Messages(), c.sent)
		})
	}
}

// TestLostPicture has a picture whose link has expired, or which is too large, not keep the text from being dealt with.
func TestLostPicture(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/expired":
			w.WriteHeader(http.StatusForbidden)
		case "/large":
			w.Header().Set("Content-Length", strconv.Itoa(flowroute.MaxMedia+1))
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer host.Close()
	var out strings.Builder
	client := srv.Client(flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
	p := program{reply: "Thanks", Session: &example.Session{Client: client}, log: log.New(&out, "", 0)}
	receive := func(path string) error {
		media := []flowroute.Media{{URL: host.URL + path, FileName: "menu.png"}}
		return p.onMessage(t.Context(), &flowroute.InboundMessage{Message: flowroute.Message{From: guest, To: flowroutetest.LongCode, Media: media}})
	}
	require.NoError(t, receive("/expired"))
	require.NoError(t, receive("/large"))
	assert.Equal(t, 2, strings.Count(out.String(), "    menu.png is lost: "), out.String())
	assert.Len(t, srv.Messages(), 2)
	require.ErrorIs(t, receive("/busy"), flowroute.ErrServer)
	assert.Len(t, srv.Messages(), 2)
}

// TestHostile has what strangers send be printed harmlessly: no line of it moves the cursor or looks like another.
func TestHostile(t *testing.T) {
	const evil = exampletest.Hostile
	srv := flowroutetest.NewServer()
	defer srv.Close()
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/lost" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer host.Close()
	var out strings.Builder
	p := program{reply: "Thanks", secret: "secret-of-the-test", Session: &example.Session{Client: srv.Client()}, log: log.New(&out, "", 0)}
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Status: 422, Body: `{"errors":[{"detail":"no\u001b[2J\u202e\nforged"}]}`})
	handler, err := p.handler()
	require.NoError(t, err)

	document := func(kind string, attributes map[string]any, included ...any) {
		body, err := json.Marshal(map[string]any{
			"data":     map[string]any{"id": kind + evil, "type": kind, "attributes": attributes},
			"included": included,
		})
		require.NoError(t, err)
		r := httptest.NewRequest(http.MethodPost, "/"+p.secret, bytes.NewReader(body))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		assert.Equal(t, http.StatusOK, w.Code)
	}
	media := func(path string) any {
		return map[string]any{"id": path + evil, "type": "media", "attributes": map[string]any{
			"file_name": "../../cat" + evil + ".png", "mime_type": "image/png" + evil, "url": host.URL + path,
		}}
	}
	document("message", map[string]any{"from": guest, "to": flowroutetest.LongCode, "body": "Hi é 😀" + evil}, media("/lost"), media("/there"))
	document("message.", map[string]any{"from": "1206" + evil, "to": evil, "body": "(no text)"})
	document("delivery_receipt", map[string]any{"status": "sent" + evil, "body": "Hi" + evil})
	document("po_status_change", map[string]any{"message": "Done" + evil})
	document("po_status_change"+evil, map[string]any{"event_type": "x", "resource_id": evil, "status": evil})

	for line := range strings.Lines(out.String()) {
		assert.Equal(t, example.Plain(strings.TrimSuffix(line, "\n")), strings.TrimSuffix(line, "\n"))
		assert.Regexp(t, `^(  [<>] |    )`, line)
		assert.NotRegexp(t, `^\s*forged`, line)
	}
	for _, want := range []string{
		`  < +1 206-555-0199: "Hi é 😀\x1b[2J\u202e\nforged\u009b"` + "\n",
		"    cat[2J forged.png is lost: flowroute: messages.downloadMedia: 403 Forbidden",
		"    cat[2J forged.png, image/png" + exampletest.Harmless + " of 0 bytes\n",
		"  < 1206" + exampletest.Harmless + ": \"(no text)\"\n",
		`    receipt of "Hi\x1b[2J\u202e\nforged\u009b": sent` + exampletest.Harmless + "\n",
		"    Done" + exampletest.Harmless + "\n",
	} {
		assert.Contains(t, out.String(), want)
	}
}
