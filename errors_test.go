package flowroute_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// TestErrorDocuments has each form of error document that the API is known to send kept whole, and told in one line.
func TestErrorDocuments(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   []flowroute.ErrorDetail
		text   string
	}{{
		"complete", 401,
		`{"errors":[{"detail":"Authentication failed.","id":"7fc8c70a-ca58-430c-b383-b89df84f8083","status":401,"title":"Unauthorized"}]}`,
		[]flowroute.ErrorDetail{{ID: "7fc8c70a-ca58-430c-b383-b89df84f8083", Status: "401", Title: "Unauthorized", Detail: "Authentication failed."}},
		"401 Unauthorized: Authentication failed. (id 7fc8c70a-ca58-430c-b383-b89df84f8083)",
	}, {
		"title that says more than the status", 400,
		`{"errors":[{"detail":"Could not geocode this address. Please check the validity of your address.","id":"7fcfd1cd","status":400,"title":"Client Error"}]}`,
		[]flowroute.ErrorDetail{{ID: "7fcfd1cd", Status: "400", Title: "Client Error", Detail: "Could not geocode this address. Please check the validity of your address."}},
		"400 Bad Request: Client Error: Could not geocode this address. Please check the validity of your address. (id 7fcfd1cd)",
	}, {
		"no title", 404,
		`{"errors":[{"detail":"Could not find that resource on your account.","id":"d66802f3","status":404}]}`,
		[]flowroute.ErrorDetail{{ID: "d66802f3", Status: "404", Detail: "Could not find that resource on your account."}},
		"404 Not Found: Could not find that resource on your account. (id d66802f3)",
	}, {
		"no id, empty detail", 403,
		`{"errors":[{"status":403,"detail":"","title":"ActionNotAuthorizedError"}]}`,
		[]flowroute.ErrorDetail{{Status: "403", Title: "ActionNotAuthorizedError"}},
		"403 Forbidden: ActionNotAuthorizedError",
	}, {
		"nested detail", 422,
		`{"errors":[{"detail":{"data":{"attributes":{"zip":["ZIP code must be at least 4 and at most 7 digits long"],"city":["Missing data.","Too short."]}}},"id":"15eb464e","status":422}]}`,
		[]flowroute.ErrorDetail{{
			ID: "15eb464e", Status: "422",
			Detail: "data.attributes.city: Missing data., Too short.; data.attributes.zip: ZIP code must be at least 4 and at most 7 digits long",
			Fields: []flowroute.FieldError{
				{Field: "data.attributes.city", Messages: []string{"Missing data.", "Too short."}},
				{Field: "data.attributes.zip", Messages: []string{"ZIP code must be at least 4 and at most 7 digits long"}},
			},
		}},
		"422 Unprocessable Entity: data.attributes.city: Missing data., Too short.; data.attributes.zip: ZIP code must be at least 4 and at most 7 digits long (id 15eb464e)",
	}, {
		"flat detail", 422,
		`{"errors":[{"detail":{"start_date":["Missing data for required field."]},"id":"37df","status":422}]}`,
		[]flowroute.ErrorDetail{{
			ID: "37df", Status: "422", Detail: "start_date: Missing data for required field.",
			Fields: []flowroute.FieldError{{Field: "start_date", Messages: []string{"Missing data for required field."}}},
		}},
		"422 Unprocessable Entity: start_date: Missing data for required field. (id 37df)",
	}, {
		"detail with lists of objects and bare words", 422,
		`{"errors":[{"detail":{"numbers":[{"value":["Not a number."]},"Too many."],"limit":"Not a valid integer.","depth":3}}]}`,
		[]flowroute.ErrorDetail{{
			Detail: "depth: 3; limit: Not a valid integer.; numbers.0.value: Not a number.; numbers: Too many.",
			Fields: []flowroute.FieldError{
				{Field: "depth", Messages: []string{"3"}},
				{Field: "limit", Messages: []string{"Not a valid integer."}},
				{Field: "numbers.0.value", Messages: []string{"Not a number."}},
				{Field: "numbers", Messages: []string{"Too many."}},
			},
		}},
		"422 Unprocessable Entity: depth: 3; limit: Not a valid integer.; numbers.0.value: Not a number.; numbers: Too many.",
	}, {
		"list of words as detail", 422,
		`{"errors":[{"detail":["Too short.","Too loud."]}]}`,
		[]flowroute.ErrorDetail{{Detail: "Too short., Too loud.", Fields: []flowroute.FieldError{{Messages: []string{"Too short.", "Too loud."}}}}},
		"422 Unprocessable Entity: Too short., Too loud.",
	}, {
		"unknown URL", 404,
		`{"errors":[{"status":"404 Not Found: The requested URL was not found on the server."}]}`,
		[]flowroute.ErrorDetail{{Status: "404 Not Found: The requested URL was not found on the server."}},
		"404 Not Found: 404 Not Found: The requested URL was not found on the server.",
	}, {
		"conflict", 403,
		`{"errors":[{"detail":"Please disassociate all numbers before deleting.","id":"7fc8c70a","status":403,"title":"This Route has numbers still associated to it."}]}`,
		[]flowroute.ErrorDetail{{ID: "7fc8c70a", Status: "403", Title: "This Route has numbers still associated to it.", Detail: "Please disassociate all numbers before deleting."}},
		"403 Forbidden: This Route has numbers still associated to it.: Please disassociate all numbers before deleting. (id 7fc8c70a)",
	}, {
		"two errors", 422,
		`{"errors":[{"detail":"One."},{"detail":"Two.","id":"2"}]}`,
		[]flowroute.ErrorDetail{{Detail: "One."}, {ID: "2", Detail: "Two."}},
		"422 Unprocessable Entity: One.; Two. (id 2)",
	}, {
		"id that is a long number", 422,
		`{"errors":[{"detail":"One.","id":12345678901234567890}]}`,
		[]flowroute.ErrorDetail{{ID: "12345678901234567890", Detail: "One."}},
		"422 Unprocessable Entity: One. (id 12345678901234567890)",
	}, {
		"legacy", 400, `{"error":"Bad things\r\n\thappened"}`,
		[]flowroute.ErrorDetail{{Detail: "Bad things\r\n\thappened"}},
		"400 Bad Request: Bad things happened",
	}, {
		"message alone", 403, `{"message":"Forbidden by the proxy"}`,
		[]flowroute.ErrorDetail{{Detail: "Forbidden by the proxy"}},
		"403 Forbidden: Forbidden by the proxy",
	}, {
		"members of another name", 400, `{"errors":[{"reason":"Because."}]}`,
		[]flowroute.ErrorDetail{{Detail: "reason: Because.", Fields: []flowroute.FieldError{{Field: "reason", Messages: []string{"Because."}}}}},
		"400 Bad Request: reason: Because.",
	}, {
		"fields without an envelope", 422, `{"errors":{"zip":["Too short.","Not digits."],"address":{"city":"Missing."}}}`,
		[]flowroute.ErrorDetail{{Detail: "address.city: Missing.; zip: Too short., Not digits.", Fields: []flowroute.FieldError{
			{Field: "address.city", Messages: []string{"Missing."}}, {Field: "zip", Messages: []string{"Too short.", "Not digits."}},
		}}},
		"422 Unprocessable Entity: address.city: Missing.; zip: Too short., Not digits.",
	}, {
		"bare words", 400, `{"errors":"Broken"}`, []flowroute.ErrorDetail{{Detail: "Broken"}}, "400 Bad Request: Broken",
	}, {
		"no errors", 415, `{"errors":[]}`, nil, "415 Unsupported Media Type: response body is not an API error document",
	}, {
		"empty entry", 400, `{"errors":[{},null]}`, nil, "400 Bad Request: response body is not an API error document",
	}, {
		"truncated", 503, `{"errors":[{"detail":"Down for mainte`,
		[]flowroute.ErrorDetail{{Detail: "Down for mainte"}}, "503 Service Unavailable: Down for mainte",
	}, {
		"truncated after an entry", 422, `{"errors":[{"id":"7fc8","detail":{"zip":["Too short."],"city":["Miss\u00`,
		[]flowroute.ErrorDetail{{ID: "7fc8", Detail: "city: Miss; zip: Too short.", Fields: []flowroute.FieldError{
			{Field: "city", Messages: []string{"Miss"}}, {Field: "zip", Messages: []string{"Too short."}},
		}}},
		"422 Unprocessable Entity: city: Miss; zip: Too short. (id 7fc8)",
	}, {
		"truncated within a name", 422, `{"errors":[{"id":"7fc8","title":"Invalid","det`,
		[]flowroute.ErrorDetail{{ID: "7fc8", Title: "Invalid"}}, "422 Unprocessable Entity: Invalid (id 7fc8)",
	}, {
		"status repeated in other notations", 404, `{"errors":[{"status":4.04e2,"title":"NOT FOUND","detail":"404 NOT FOUND"},{"status":"404.0"},{"status":"000"}]}`,
		[]flowroute.ErrorDetail{{Status: "4.04e2", Title: "NOT FOUND", Detail: "404 NOT FOUND"}, {Status: "404.0"}, {Status: "000"}},
		"404 Not Found; 000",
	}, {
		"members of other kinds", 400, `{"errors":[{"id":{"a":1},"status":true,"title":["One."],"detail":7.50},null,false,0,"",{}]}`,
		[]flowroute.ErrorDetail{{ID: `{"a":1}`, Status: "true", Title: `["One."]`, Detail: "7.50"}},
		`400 Bad Request: true: ["One."]: 7.50 (id {"a":1})`,
	}, {
		"HTML", 503, "<html>\n<body>Down</body></html>", nil, "503 Service Unavailable: response body is not an API error document",
	}, {
		"nothing", 405, "", nil, "405 Method Not Allowed",
	}, {
		"a status of its own", 599, "", nil, "599",
	}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client, _ := serve(t, test.status, "text/plain", test.body)
			_, err := client.Numbers.Get(t.Context(), "2065550100")
			var e *flowroute.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "numbers.get", e.Op)
			assert.Equal(t, test.status, e.StatusCode)
			assert.Equal(t, test.want, e.Errors)
			assert.Equal(t, test.body, string(e.Body))
			assert.Equal(t, "text/plain", e.Header.Get("Content-Type"))
			assert.Equal(t, 1, e.Attempts)
			assert.Equal(t, "flowroute: numbers.get: "+test.text, err.Error())
		})
	}
}

func TestSentinels(t *testing.T) {
	sentinels := map[error][]int{
		flowroute.ErrBadRequest:           {400},
		flowroute.ErrUnauthorized:         {401},
		flowroute.ErrForbidden:            {403},
		flowroute.ErrNotFound:             {404},
		flowroute.ErrMethodNotAllowed:     {405},
		flowroute.ErrUnsupportedMediaType: {415},
		flowroute.ErrUnprocessable:        {422},
		flowroute.ErrRateLimited:          {429},
		flowroute.ErrServer:               {500, 501, 502, 503, 504, 505, 520, 599, 600, 999},
		flowroute.ErrOutcomeUnknown:       {303, 408, 499, 500, 502, 503, 504, 520, 599, 600, 999}, // of a call that is not to be repeated
		flowroute.ErrInvalidArgument:      {},
		flowroute.ErrResponseTooLarge:     {},
	}
	for _, status := range []int{300, 302, 303, 304, 400, 401, 402, 403, 404, 405, 408, 409, 415, 422, 425, 429, 499, 500, 501, 502, 503, 504, 505, 520, 599, 600, 999} {
		client, _ := serve(t, status, "", "")
		_, sent := client.Messages.Send(t.Context(), sms())
		_, got := client.Messages.Get(t.Context(), "1")
		for sentinel, statuses := range sentinels {
			want := strings.Contains(fmt.Sprint(statuses), fmt.Sprint(status))
			assert.Equal(t, want, errors.Is(sent, sentinel), "send: %d is %v", status, sentinel)
			assert.Equal(t, want && !errors.Is(sentinel, flowroute.ErrOutcomeUnknown), errors.Is(got, sentinel), "get: %d is %v", status, sentinel)
		}
		assert.Equal(t, errors.Is(sent, flowroute.ErrOutcomeUnknown), strings.Contains(sent.Error(), "outcome unknown"))
	}
}

// checkErrorText checks what holds of the text of every error.
func checkErrorText(t *testing.T, err error, parts ...string) {
	t.Helper()
	text := err.Error()
	assert.LessOrEqual(t, len(text), 2<<10)
	assert.True(t, utf8.ValidString(text))
	for _, r := range text {
		assert.False(t, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r >= 0xe0000 && r <= 0xe0fff, "%U", r)
	}
	for _, part := range parts {
		assert.Contains(t, text, part)
	}
}

// TestErrorTextIsOneShortLine has whatever an API says, in whatever amount, leave room for the operation, the status,
// the API's id, the attempts and the outcome.
func TestErrorTextIsOneShortLine(t *testing.T) {
	const id = `"id":"7fc8c70a"`
	nested := func(n int, open, value, end string) string {
		return `{"errors":[{` + id + `,"detail":` + strings.Repeat(open, n) + value + strings.Repeat(end, n) + `}]}`
	}
	fields := func(n int, format string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(format, i))
		}
		return strings.Join(all, ",")
	}
	for name, test := range map[string]struct {
		body string
		ends string // before the id
	}{
		"many entries":                 {`{"errors":[{"detail":"One.",` + id + `},` + fields(2999, `{"detail":"E%d."}`) + `]}`, "more"},
		"the id in the last of many":   {`{"errors":[` + fields(999, `{"detail":"E%d."}`) + `,{"detail":"One.",` + id + `}]}`, "more (id 7fc8c70a)"},
		"more than is read":            {`{"errors":[{"detail":"One.",` + id + `},` + fields(9000, `{"detail":"E%d."}`) + `]}`, "more"},
		"many fields":                  {`{"errors":[{` + id + `,"detail":{` + fields(3000, `"f%d":["No."]`) + `}}]}`, "more (id 7fc8c70a)"},
		"many messages":                {`{"errors":[{` + id + `,"detail":{"f":[` + fields(3000, `"No %d."`) + `]}}]}`, "… (id 7fc8c70a)"},
		"many large entries":           {`{"errors":[` + fields(60, `{"detail":"`+strings.Repeat("x", 1000)+`","id":"7fc8c70a-%d"}`) + `]}`, "and 59 more"},
		"deep objects":                 {nested(3000, `{"a":`, `"No."`, `}`), ""},
		"deep lists":                   {nested(3000, `[`, `"No."`, `]`), ""},
		"deep objects, each with more": {nested(3000, `{"a":1,"b":`, `"No."`, `}`), ""},
		"deeper than JSON is read":     {nested(12_000, `[`, ``, `]`), ""},
		"deep and cut":                 {nested(60_000, `{"a":`, `1`, `}`), ""},
		"a long name":                  {`{"errors":[{` + id + `,"detail":{"` + strings.Repeat("é", 5000) + `":{` + fields(2000, `"%d":1`) + `}}}]}`, "more (id 7fc8c70a)"},
		"a long title":                 {`{"errors":[{` + id + `,"title":"` + strings.Repeat("é", 1<<20) + `"}]}`, "… (id 7fc8c70a)"},
		"a long detail":                {`{"errors":[{` + id + `,"detail":"` + strings.Repeat("😀", 1<<20) + `"}]}`, "… (id 7fc8c70a)"},
		"long parts": {`{"errors":[{` + id + `,"status":"` + strings.Repeat("s", 9000) + `","title":"` + strings.Repeat("t", 9000) + `","detail":"` +
			strings.Repeat("d", 9000) + `"}]}`, "ddd… (id 7fc8c70a)"},
		"a long id": {`{"errors":[{"id":"7fc8c70a` + strings.Repeat("0", 9000) + `","detail":"One."}]}`, "One. (id 7fc8c70a000"},
		"a long second": {`{"errors":[{"detail":"One.",` + id + `},{"detail":"` + strings.Repeat("\u2028x", 9000) + `"},{},{"detail":"Three."}]}`,
			"x x…; and 1 more"},
		"control characters": {`{"errors":[{` + id + `,"detail":"One\u0000\u0085\u009b\u007f\u2028two\u2029\t\r\nthree` +
			`\u202e\u2066\u200f\u061c\u200b\ufeff\u00ad\udb40\udc01\udb40\udc80."}]}`, "One two three. (id 7fc8c70a)"},
		"not UTF-8": {`{"errors":[{` + id + `,"detail":"One` + "\xff\xfe" + `."}]}`, "One\ufffd\ufffd. (id 7fc8c70a)"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				answers := []int{429, 500}
				client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))),
					flowroute.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
						status := answers[0]
						answers = answers[1:]
						return respond(status, test.body), nil
					})}))
				require.NoError(t, err)
				_, err = client.Messages.Send(t.Context(), sms())
				require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
				checkErrorText(t, err, "flowroute: messages.send: 500 Internal Server Error: ", test.ends, "id 7fc8c70a", "(after 2 attempts)", "(outcome unknown: ")
				assert.Contains(t, log.String(), `"error_id":"7fc8c70a`)
				assert.Less(t, log.Len(), 1000)
			})
		})
	}
}

// TestErrorCountsWhatItLeavesOut adds up what an error shows and what it says it leaves out.
func TestErrorCountsWhatItLeavesOut(t *testing.T) {
	for _, n := range []int{1, 2, 3, 50, 3000} {
		var entries, fields []string
		for range n {
			entries = append(entries, `{"title":"Shown."}`)
		}
		for i := range n {
			fields = append(fields, fmt.Sprintf(`"f%d":["Shown."]`, i))
		}
		for _, body := range []string{`{"errors":[` + strings.Join(entries, ",") + `]}`, `{"errors":[{"detail":{` + strings.Join(fields, ",") + `}}]}`} {
			client, _ := serve(t, 422, "", body)
			_, err := client.Numbers.Get(t.Context(), "2065550100")
			checkErrorText(t, err)
			more := 0
			if _, after, found := strings.Cut(err.Error(), "; and "); found {
				_, scanErr := fmt.Sscanf(after, "%d more", &more)
				require.NoError(t, scanErr)
				assert.Greater(t, len(err.Error()), 1900, "what fits is shown")
			}
			assert.Equal(t, n, strings.Count(err.Error(), "Shown.")+more)
		}
	}
}

// TestFieldsAreBounded has a detail as deep as a document can be become fields of a limited size.
func TestFieldsAreBounded(t *testing.T) {
	const levels = 5000
	client, _ := serve(t, 422, "", `{"errors":[{"detail":`+strings.Repeat(`{"a":1,"b":`, levels)+`"No."`+strings.Repeat("}", levels)+`}]}`)
	_, err := client.Numbers.Get(t.Context(), "2065550100")
	var e *flowroute.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Errors, 1)
	require.Len(t, e.Errors[0].Fields, 17, "one for each of 16 levels, and what is nested deeper")
	size := len(e.Errors[0].Detail)
	for _, f := range e.Errors[0].Fields {
		assert.LessOrEqual(t, len(f.Field), 2*16)
		size += len(strings.Join(f.Messages, ""))
	}
	assert.Less(t, size, 256<<10)

	client, _ = serve(t, 422, "", `{"errors":[{"detail":{"`+strings.Repeat("é", 200)+`":{"a":{"b":"No."}}}}]}`)
	_, err = client.Numbers.Get(t.Context(), "2065550100")
	require.ErrorAs(t, err, &e)
	assert.Equal(t, []flowroute.FieldError{{Field: strings.Repeat("é", 128) + "…", Messages: []string{"No."}}}, e.Errors[0].Fields)
}

// TestEveryErrorTextIsOneShortLine makes errors of what a transport, a limiter, a user and a sender of webhooks may
// say.
func TestEveryErrorTextIsOneShortLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const odd = "One\r\n\u0085\u2028\u202etwo\U000e0041\xff"
		long := strings.Repeat(odd, 1000)
		client := func(opts ...flowroute.Option) *flowroute.Client {
			failing := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New(long) })}
			c, err := flowroute.NewClient(accessKey, secretKey, append([]flowroute.Option{flowroute.WithHTTPClient(failing)}, opts...)...)
			require.NoError(t, err)
			return c
		}
		_, err := client().Numbers.Get(t.Context(), "2065550100")
		checkErrorText(t, err, "flowroute: numbers.get: ", "One two\ufffdOne", "… (after 3 attempts)")
		_, err = client().Messages.Send(t.Context(), sms())
		checkErrorText(t, err, "flowroute: messages.send: ", "… (outcome unknown: ")
		refusing := limiterFunc(func(context.Context) error { return errors.New(long) })
		_, err = client(flowroute.WithLimiter(refusing)).Numbers.Get(t.Context(), "2065550100")
		checkErrorText(t, err, "flowroute: numbers.get: limiter: One two")

		asked := 0
		once := limiterFunc(func(context.Context) error {
			if asked++; asked > 1 {
				return errors.New(long)
			}
			return nil
		})
		limited := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return respond(429, `{"errors":[{"id":"7fc8","detail":"`+strings.Repeat("x", 9000)+`"}]}`), nil
		})}
		_, err = client(flowroute.WithLimiter(once), flowroute.WithHTTPClient(limited)).Numbers.Get(t.Context(), "2065550100")
		checkErrorText(t, err, "429 Too Many Requests: xxx", "(id 7fc8)", "(not retried: limiter: One two")

		for _, err := range []error{
			&flowroute.Error{Op: long, StatusCode: 404, Attempts: 3, Errors: []flowroute.ErrorDetail{{ID: "7fc8", Title: long}}},
			&flowroute.RequestError{Op: long, Attempts: 3, Err: errors.New(long)},
			&flowroute.ArgumentError{Op: long, Name: long, Reason: long},
			&flowroute.WebhookError{StatusCode: 400, Err: errors.New(long)},
		} {
			checkErrorText(t, err, "flowroute: ", "One two", "…")
			assert.NotContains(t, err.Error(), "\ufffd\ufffd", "the border of a rune is kept")
		}
		assert.Equal(t, "flowroute: x: failed (after 2 attempts)", (&flowroute.RequestError{Op: "x", Attempts: 2}).Error())
		assert.Equal(t, "flowroute: webhook: 400 Bad Request: failed", (&flowroute.WebhookError{StatusCode: 400}).Error())
		assert.Equal(t, "flowroute: webhook: 400 Bad Request: failed", (&flowroute.WebhookError{StatusCode: 400, Err: errors.New("\n")}).Error()) //nolint:revive // this is about such an error
	})
}

// TestResponseWithoutStatus has a server answer with a status that is none, which net/http lets pass.
func TestResponseWithoutStatus(t *testing.T) {
	client := serveFunc(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			_, _ = io.WriteString(conn, "HTTP/1.1 000 \r\nContent-Length: 0\r\n\r\n")
			_ = conn.Close()
		}
	})
	_, err := client.Numbers.Get(t.Context(), "2065550100")
	assert.EqualError(t, err, "flowroute: numbers.get: response has no valid status")
	_, err = client.Messages.Send(t.Context(), sms())
	require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	assert.NotContains(t, err.Error(), "nil")
	for code, text := range map[int]string{0: "000", 42: "042", 999: "999"} {
		assert.EqualError(t, &flowroute.Error{Op: "x", StatusCode: code}, "flowroute: x: "+text)
	}
}

// TestEarlierAttemptIsTold has a retry be refused for what an earlier attempt may have done. Only a change can have
// been done, and only an attempt of what is retried after a failure.
func TestEarlierAttemptIsTold(t *testing.T) {
	const told = " (after 2 attempts: an earlier one may have taken effect)"
	changes := map[string]func(context.Context, *flowroute.Client) error{
		"numbers.release":     func(ctx context.Context, c *flowroute.Client) error { return c.Numbers.Release(ctx, "2065550100") },
		"routes.delete":       func(ctx context.Context, c *flowroute.Client) error { return c.Routes.Delete(ctx, "1") },
		"routes.clearPrimary": func(ctx context.Context, c *flowroute.Client) error { return c.Routes.ClearPrimary(ctx, "2065550100") },
		"e911s.delete":        func(ctx context.Context, c *flowroute.Client) error { return c.E911s.Delete(ctx, "1") },
		"e911s.unassign":      func(ctx context.Context, c *flowroute.Client) error { return c.E911s.Unassign(ctx, "2065550100") },
		"cnams.delete":        func(ctx context.Context, c *flowroute.Client) error { return c.CNAMs.Delete(ctx, "1") },
		"cnams.unassign": func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.CNAMs.Unassign(ctx, "2065550100")
			return err
		},
		"do": func(ctx context.Context, c *flowroute.Client) error {
			return c.Do(ctx, "PATCH", "/v2/x", nil, nil, nil)
		},
		"porting.cancel": func(ctx context.Context, c *flowroute.Client) error { return c.Porting.Cancel(ctx, "1") },
		"porting.changeNumbers": func(ctx context.Context, c *flowroute.Client) error {
			return c.Porting.ChangeNumbers(ctx, "1", []string{"2065550100"}, nil)
		},
		"numbers.setCallback": func(ctx context.Context, c *flowroute.Client) error {
			return c.Numbers.SetCallback(ctx, "2065550100", flowroute.CallbackTypeSMS, "https://example.com")
		},
	}
	others := map[string]func(context.Context, *flowroute.Client) error{
		"numbers.get": func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Numbers.Get(ctx, "2065550100")
			return err
		},
		"e911s.validate": func(ctx context.Context, c *flowroute.Client) error {
			return c.E911s.Validate(ctx, new(funeralHomes()))
		},
		"messages.send": func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.Send(ctx, sms())
			return err
		},
	}
	for _, status := range []int{400, 403, 404, 409, 422, 429, 501} {
		for name, call := range collect(changes, others) {
			synctest.Test(t, func(t *testing.T) {
				first := 502
				if name == "messages.send" {
					first = 429 // nothing else is retried
				}
				answers := []int{first, status, status, status}
				client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{
					Transport: roundTripper(func(*http.Request) (*http.Response, error) {
						answer := answers[0]
						answers = answers[1:]
						return respond(answer, ""), nil
					}),
				}))
				require.NoError(t, err)
				err = call(t.Context(), client)
				var e *flowroute.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, status, e.StatusCode)
				_, change := changes[name]
				assert.Equal(t, change && status < 500 && status != 429, strings.Contains(err.Error(), told), err)
			})
		}
	}
	client, _ := serve(t, 404, "", "")
	assert.EqualError(t, client.Routes.Delete(t.Context(), "1"), "flowroute: routes.delete: 404 Not Found", "there was no earlier attempt")

	for _, first := range []*http.Response{respond(429, ""), nil} { // of which neither took effect
		responses := []*http.Response{first, respond(404, "")}
		client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: 1, MaxDelay: 1}),
			flowroute.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				next := responses[0]
				responses = responses[1:]
				if next == nil {
					return nil, errNoRoute
				}
				return next, nil
			})}))
		require.NoError(t, err)
		assert.EqualError(t, client.Routes.Delete(t.Context(), "1"), "flowroute: routes.delete: 404 Not Found (after 2 attempts)")
	}
}

func collect[K comparable, V any](all ...map[K]V) map[K]V {
	collected := map[K]V{}
	for _, m := range all {
		maps.Copy(collected, m)
	}
	return collected
}

// listError is an error that can't be compared, as that of some validators.
type listError []string

func (listError) Error() string { return "a list" }

func TestErrorIsNoneOfAnothers(t *testing.T) {
	client, _ := serve(t, 404, "", "")
	_, err := client.Numbers.Get(t.Context(), "2065550100")
	assert.NotErrorIs(t, err, listError{"x"})
}

func TestErrorKeepsRetryAfter(t *testing.T) {
	client := serveFunc(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := client.Messages.Send(t.Context(), sms())
	var e *flowroute.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 2*time.Minute, e.RetryAfter)
	assert.Equal(t, 1, e.Attempts, "a wait that long is not begun")
}

// TestErrorsBeyondTheBody has a success report errors after more than is kept of its body.
func TestErrorsBeyondTheBody(t *testing.T) {
	client, _ := serve(t, 200, "", `{"data":null,"x":"`+strings.Repeat("x", 100<<10)+`","errors":[{"detail":"No."}]}`)
	_, err := client.Numbers.Get(t.Context(), "2065550100")
	assert.EqualError(t, err, "flowroute: numbers.get: 200 OK: response body reports an error")
}

func TestErrorBodyIsBounded(t *testing.T) {
	client, _ := serve(t, 400, "text/plain", strings.Repeat("x", 100<<10))
	_, err := client.Numbers.Get(t.Context(), "2065550100")
	var e *flowroute.Error
	require.ErrorAs(t, err, &e)
	assert.Len(t, e.Body, 64<<10)
}

func TestAnswerIsBounded(t *testing.T) {
	client, _ := serve(t, 200, "", strings.Repeat(" ", 8<<20)+"{}")
	_, err := client.Messages.Send(t.Context(), sms())
	require.ErrorIs(t, err, flowroute.ErrResponseTooLarge)
	require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	var e *flowroute.RequestError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "messages.send", e.Op)
}

func sms() *flowroute.SendMessageRequest {
	return &flowroute.SendMessageRequest{From: "2065550100", To: "2065550199", Body: "Hello"}
}
