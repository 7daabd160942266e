package flowroute

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

// Sentinels for the statuses that the API documents. An [*Error] matches the one of its status with [errors.Is], and
// has all else that the API said.
var (
	// ErrBadRequest is status 400, e.g. an address that can't be located.
	ErrBadRequest = errors.New("flowroute: bad request")

	// ErrUnauthorized is status 401: the access key or the secret key is wrong.
	ErrUnauthorized = errors.New("flowroute: unauthorized")

	// ErrForbidden is status 403: a thing that is not yours, a duplicate, a thing still in use, or insufficient
	// funds. The words of the [*Error] tell which.
	ErrForbidden = errors.New("flowroute: forbidden")

	// ErrNotFound is status 404: there is no such thing on the account.
	ErrNotFound = errors.New("flowroute: not found")

	// ErrMethodNotAllowed is status 405. Only [Client.Do] should meet it.
	ErrMethodNotAllowed = errors.New("flowroute: method not allowed")

	// ErrUnsupportedMediaType is status 415. It is not known when the API answers with it.
	ErrUnsupportedMediaType = errors.New("flowroute: unsupported media type")

	// ErrUnprocessable is status 422: a value is invalid. See [ErrorDetail.Fields].
	ErrUnprocessable = errors.New("flowroute: unprocessable")

	// ErrRateLimited is status 429: too many requests. The request was not carried out.
	ErrRateLimited = errors.New("flowroute: rate limited")

	// ErrServer is any status of 500 and above.
	ErrServer = errors.New("flowroute: server error")
)

// ErrOutcomeUnknown matches, with [errors.Is], every error after which the request may have been carried out although
// the caller was not told: the connection broke after the request was sent, the time ran out, the answer can't be read,
// or the server failed in the middle. Only operations that must not be done twice have it; the documentation of each
// says so. Look whether the thing was done before you do it again.
//
// A 503 matches it unless its body is an error document of the API, which documents that status as maintenance: gateways
// respond with a 503 of their own also if they lost the response to a request that was executed.
var ErrOutcomeUnknown = errors.New("flowroute: outcome unknown")

// ErrResponseTooLarge matches the error of a successful answer of more than 8 MiB, or of media larger than the limit
// that they were asked for with. Nothing of it is returned.
var ErrResponseTooLarge = transport.ErrTooLarge

// ErrInvalidArgument matches every [*ArgumentError].
var ErrInvalidArgument = errors.New("flowroute: invalid argument")

// Error is an answer of the API that is not a success, by its status or by the errors in its body. Its status is matched with [errors.Is] and the sentinels, such
// as [ErrNotFound].
//
// Where a wait before a repeat was ended by the context, or by a limiter, the error is that one's error as well.
type Error struct {
	Op         string        // the operation, e.g. "numbers.purchase"
	StatusCode int           // the HTTP status; 2xx where only the body says that it is no success
	Errors     []ErrorDetail // what the API says; empty where the body is not an error document
	RetryAfter time.Duration // how long the API asks to wait; 0 where it does not ask

	// Attempts is how many requests were sent. Where it is above 1, an earlier request may have done what the last one
	// complains of, such as deleting a record that is then not found.
	Attempts int

	Header http.Header // of the answer; nil where the host of a file answered, and not the API
	Body   []byte      // of the answer, its first 64 KiB; nil where the host of a file answered

	unknown   bool
	elsewhere bool // not the API answered, but the host that keeps its files
	cause     error
}

// ErrorDetail is one entry of the API's error document. Each of its fields may be empty.
type ErrorDetail struct {
	ID     string       // the API's id of this error, to be told to its support
	Status string       // the status as the body gives it: digits, or for an unknown URL a sentence
	Title  string       // in a few words, e.g. "Unauthorized"
	Detail string       // in words; those of Fields put into a sentence, where the API sent an object
	Fields []FieldError // what is wrong with which field, where the API sent an object
}

// FieldError is what the API says about one field of a request.
type FieldError struct {
	Field    string   // e.g. "data.attributes.zip", or "start_date"
	Messages []string // e.g. "Missing data for required field."
}

// Error is one line: the operation, the status, the API's own words and its id of the error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("flowroute: " + e.Op + ": " + status(e.StatusCode))
	for i, d := range e.Errors {
		sep := ": "
		if i > 0 {
			sep = "; "
		}
		for _, words := range d.words(e.StatusCode) {
			b.WriteString(sep + oneLine(words))
			sep = ": "
		}
		if d.ID != "" {
			fmt.Fprintf(&b, " (id %s)", oneLine(d.ID))
		}
	}
	switch {
	case e.elsewhere:
		b.WriteString(": so says the host of the file, whose link may have expired")
	case len(e.Errors) == 0 && len(e.Body) > 0:
		b.WriteString(": the answer is not an error document of the API")
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, " (not repeated: %v)", e.cause)
	}
	return b.String() + outcome(e.unknown)
}

// status is a status as people know it.
func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// words are the parts of an entry that say something which the status does not.
func (d ErrorDetail) words(code int) []string {
	var words []string
	for _, w := range []string{d.Status, d.Title, d.Detail} {
		if w != "" && w != fmt.Sprint(code) && w != http.StatusText(code) && w != status(code) {
			words = append(words, w)
		}
	}
	return words
}

// Is matches the sentinel of the status, and [ErrOutcomeUnknown].
func (e *Error) Is(target error) bool {
	switch target {
	case ErrOutcomeUnknown:
		return e.unknown
	case ErrServer:
		return e.StatusCode >= 500
	case ErrBadRequest:
		return e.StatusCode == http.StatusBadRequest
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized
	case ErrForbidden:
		return e.StatusCode == http.StatusForbidden
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrMethodNotAllowed:
		return e.StatusCode == http.StatusMethodNotAllowed
	case ErrUnsupportedMediaType:
		return e.StatusCode == http.StatusUnsupportedMediaType
	case ErrUnprocessable:
		return e.StatusCode == http.StatusUnprocessableEntity
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	}
	return false
}

// Unwrap is the error of the context or limiter that ended the wait before a repeat, if one did.
func (e *Error) Unwrap() error { return e.cause }

// RequestError is a call that got no usable answer: the transport failed, the context ended, a limiter refused, or
// the answer was truncated, larger than 8 MiB, not readable, or without the data it must carry. The end of
// [CDRsService.Wait] is one as well.
type RequestError struct {
	Op       string // the operation, e.g. "messages.send"
	Attempts int    // how many requests were begun; 0 where nothing was sent
	Err      error  // the reason; it holds no URL

	unknown bool
}

// Error is one line: the operation and the reason.
func (e *RequestError) Error() string {
	return fmt.Sprintf("flowroute: %s: %v", e.Op, e.Err) + outcome(e.unknown)
}

// Is matches [ErrOutcomeUnknown].
func (e *RequestError) Is(target error) bool { return target == ErrOutcomeUnknown && e.unknown }

// Unwrap is the reason.
func (e *RequestError) Unwrap() error { return e.Err }

func outcome(unknown bool) string {
	if unknown {
		return " (outcome unknown: it may have been carried out, look before repeating it)"
	}
	return ""
}

// ArgumentError is an argument or option that was refused before any request was made. It matches
// [ErrInvalidArgument].
type ArgumentError struct {
	Op     string // the operation, e.g. "e911s.create", or the constructor
	Name   string // the argument, field or option
	Reason string // what is wrong with it; the value itself is not told, since it may be private
}

// Error is one line: the operation, the argument and the reason.
func (e *ArgumentError) Error() string {
	return fmt.Sprintf("flowroute: %s: %s %s", e.Op, e.Name, e.Reason)
}

// Is matches [ErrInvalidArgument].
func (e *ArgumentError) Is(target error) bool { return target == ErrInvalidArgument }

// oneLine keeps the words of others on one line, and without control characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
}

func errorDetails(body []byte) []ErrorDetail {
	var details []ErrorDetail
	for _, e := range jsonapi.DecodeErrors(body) {
		d := ErrorDetail{ID: e.ID, Status: e.Status, Title: e.Title, Detail: e.Detail}
		for _, f := range e.Fields {
			d.Fields = append(d.Fields, FieldError{Field: f.Name, Messages: f.Messages})
		}
		details = append(details, d)
	}
	return details
}

// errorID is the id of the first error that has one, for the log.
func errorID(body []byte) string {
	for _, e := range errorDetails(body) {
		if e.ID != "" {
			return e.ID
		}
	}
	return ""
}
