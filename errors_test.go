package flowroute_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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
		"no errors", 415, `{"errors":[]}`, nil, "415 Unsupported Media Type: the answer is not an error document of the API",
	}, {
		"empty entry", 400, `{"errors":[{},null]}`, nil, "400 Bad Request: the answer is not an error document of the API",
	}, {
		"truncated", 503, `{"errors":[{"detail":"Down for mainte`, nil, "503 Service Unavailable: the answer is not an error document of the API",
	}, {
		"HTML", 503, "<html>\n<body>Down</body></html>", nil, "503 Service Unavailable: the answer is not an error document of the API",
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
		flowroute.ErrServer:               {500, 501, 502, 503, 504, 505, 599},
		flowroute.ErrOutcomeUnknown:       {303, 500, 502, 503, 504, 599}, // of a call that is not to be repeated
		flowroute.ErrInvalidArgument:      {},
		flowroute.ErrResponseTooLarge:     {},
	}
	for _, status := range []int{300, 302, 303, 304, 400, 401, 402, 403, 404, 405, 408, 409, 415, 422, 425, 429, 500, 501, 502, 503, 504, 505, 599} {
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
