package flowroute

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

// Sentinels for the statuses that the API documents. An [*Error] matches the one of its status with [errors.Is], and
// has what else the API said.
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

	// ErrRateLimited is status 429: too many requests. The request was not executed.
	ErrRateLimited = errors.New("flowroute: rate limited")

	// ErrServer is any status of 500 and above.
	ErrServer = errors.New("flowroute: server error")
)

// ErrOutcomeUnknown matches, with [errors.Is], every error after which the request may have been executed although the
// caller was not told: the connection broke after the request was sent, the time ran out, the response can't be read,
// or the server failed in the middle. Only operations that must not be executed twice have it; the documentation of
// each says so. Check whether it was executed before you retry.
//
// A 503 matches it unless its body is an error document of the API, which documents that status as maintenance: gateways
// respond with a 503 of their own also if they lost the response to a request that was executed.
var ErrOutcomeUnknown = errors.New("flowroute: outcome unknown")

// ErrResponseTooLarge matches the error of a successful answer of more than 8 MiB, or of media larger than the limit
// that they were asked for with. Nothing of it is returned.
var ErrResponseTooLarge = transport.ErrTooLarge

// ErrInvalidArgument matches every [*ArgumentError].
var ErrInvalidArgument = errors.New("flowroute: invalid argument")

// Error is an answer of the API that is not a success, by its status or by the errors in its body. Its status is
// matched with [errors.Is] and the sentinels, such as [ErrNotFound].
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
	earlier   bool // an earlier attempt may have taken effect
	cause     error
}

// ErrorDetail is one entry of the API's error document, as the first 64 KiB of the body have it. Each of its fields may
// be empty. The texts are as the API sent them: they can be long, and have line breaks and control characters.
type ErrorDetail struct {
	ID     string       // the API's id of this error, to be told to its support
	Status string       // the status as the body gives it: digits, or for an unknown URL a sentence
	Title  string       // in a few words, e.g. "Unauthorized"
	Detail string       // in words; those of Fields put into a sentence, where the API sent an object
	Fields []FieldError // what is wrong with which field, where the API sent an object
}

// FieldError is what the API says about one field of a request.
type FieldError struct {
	// Field is e.g. "data.attributes.zip", or "start_date". It has at most 16 levels, and is cut after 256 bytes.
	Field string

	// Messages are e.g. "Missing data for required field." What is nested more than 16 levels deep is JSON.
	Messages []string
}

// The limits of an error's text, in bytes. Each part but the API's words is so short that there is always room for
// these.
const (
	maxErrorText = 2 << 10
	maxPart      = 256 // of an operation, an id, a title, or another error that is quoted
)

// Error is one line of at most 2 KiB: the operation, the status, the API's own words and its id of the error. What does
// not fit is cut or counted, and control, formatting and bidirectional characters are left out.
func (e *Error) Error() string {
	head := prefix(e.Op) + status(e.StatusCode)
	var tail string
	switch {
	case e.elsewhere:
		tail = ": returned by the file host, the link may have expired"
	case len(e.Errors) == 0 && e.StatusCode >= 200 && e.StatusCode <= 299:
		tail = ": response body reports an error"
	case len(e.Errors) == 0 && len(e.Body) > 0:
		tail = ": response body is not an API error document"
	}
	tail += attempts(e.Attempts, e.earlier)
	if e.cause != nil {
		tail += " (not retried: " + oneLine(e.cause.Error(), maxPart) + ")"
	}
	tail += outcome(e.unknown)
	return head + e.words(maxErrorText-len(head)-len(tail)) + tail
}

// words are what the API said, in at most size bytes, and with its first id in any case.
func (e *Error) words(size int) string {
	first := slices.IndexFunc(e.Errors, func(d ErrorDetail) bool { return d.ID != "" })
	return listed(len(e.Errors), size, func(i, size int) (string, bool) {
		text, whole := e.Errors[i].text(e.StatusCode, size)
		if i > 0 && text != "" {
			text = ";" + strings.TrimPrefix(text, ":")
		}
		return text, whole
	}, func(from int) string {
		more := andMore(len(e.Errors) - from)
		if first >= from {
			more += e.Errors[first].id()
		}
		return more
	})
}

// text is what the entry says besides the status, in at most size bytes. whole reports whether that is all of it.
func (d ErrorDetail) text(code, size int) (text string, whole bool) {
	id := d.id()
	for _, part := range []string{oneLine(d.Status, maxPart), oneLine(d.Title, maxPart)} {
		if part != "" && !isStatus(part, code) {
			text += ": " + part
		}
	}
	size -= len(id)
	whole = true
	if detail := oneLine(d.Detail, maxErrorText); detail != "" && !isStatus(detail, code) {
		if room := size - len(text) - len(": "); len(detail) > room {
			detail, whole = d.cut(room), false
		}
		text += ": " + detail
	}
	return text + id, whole && len(text) <= size
}

// cut is as much of the detail as fits into size bytes.
func (d ErrorDetail) cut(size int) string {
	if len(d.Fields) == 0 {
		return oneLine(d.Detail, size)
	}
	return listed(len(d.Fields), size, func(i, size int) (string, bool) {
		f := d.Fields[i]
		text := strings.TrimPrefix(f.Field+": "+strings.Join(f.Messages, ", "), ": ")
		if i > 0 {
			text = "; " + text
		}
		line := oneLine(text, maxErrorText)
		return oneLine(line, size), len(line) <= size
	}, func(from int) string { return andMore(len(d.Fields) - from) })
}

func (d ErrorDetail) id() string {
	if d.ID == "" {
		return ""
	}
	return " (id " + oneLine(d.ID, maxPart) + ")"
}

// listed puts as many of n parts as fit into size bytes after one another, and then what more says about those from an
// index on. The first part is cut rather than left out, and so is another for which there is ample room.
func listed(n, size int, part func(i, size int) (text string, whole bool), more func(from int) string) string {
	var b strings.Builder
	for i := range n {
		rest := ""
		if i+1 < n {
			rest = more(i + 1)
		}
		room := size - b.Len() - len(rest)
		text, whole := part(i, room)
		if !whole && i > 0 && room < maxErrorText/2 {
			return b.String() + more(i)
		}
		b.WriteString(text)
		if !whole {
			return b.String() + rest
		}
	}
	return b.String()
}

func andMore(n int) string { return fmt.Sprintf("; and %d more", n) }

// status is a status as people know it.
func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%03d %s", code, http.StatusText(code)))
}

// isStatus reports whether a text says no more than the status: 404, 404.0, Not Found or 404 NOT FOUND.
func isStatus(s string, code int) bool {
	number, err := strconv.ParseFloat(s, 64)
	return err == nil && number == float64(code) ||
		strings.EqualFold(s, http.StatusText(code)) || strings.EqualFold(s, status(code))
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
	Attempts int    // how many requests were begun, also without a connection; 0 if none was
	Err      error  // the reason; it holds no URL

	unknown bool
}

// Error is one line of at most 2 KiB: the operation, the reason, and the number of attempts above 1.
func (e *RequestError) Error() string {
	head, tail := prefix(e.Op), attempts(e.Attempts, false)+outcome(e.unknown)
	return head + reason(e.Err, maxErrorText-len(head)-len(tail)) + tail
}

// Is matches [ErrOutcomeUnknown].
func (e *RequestError) Is(target error) bool { return target == ErrOutcomeUnknown && e.unknown }

// Unwrap is the reason.
func (e *RequestError) Unwrap() error { return e.Err }

// prefix begins the text of an error.
func prefix(op string) string { return "flowroute: " + oneLine(op, maxPart) + ": " }

// reason is the text of an error within another one's, in at most size bytes.
func reason(err error, size int) string {
	if err == nil {
		return "failed"
	}
	return cmp.Or(oneLine(err.Error(), size), "failed")
}

func attempts(n int, earlier bool) string {
	switch {
	case n <= 1:
		return ""
	case earlier:
		return fmt.Sprintf(" (after %d attempts: an earlier one may have taken effect)", n)
	}
	return fmt.Sprintf(" (after %d attempts)", n)
}

func outcome(unknown bool) string {
	if unknown {
		return " (outcome unknown: the request may have succeeded; check before retrying)"
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

// Error is one line of at most 2 KiB: the operation, the argument and the reason.
func (e *ArgumentError) Error() string {
	head := prefix(e.Op) + oneLine(e.Name, maxPart) + " "
	return head + oneLine(e.Reason, maxErrorText-len(head))
}

// Is matches [ErrInvalidArgument].
func (e *ArgumentError) Is(target error) bool { return target == ErrInvalidArgument }

// oneLine keeps the words of others on one line, and within size bytes. Line breaks and other control characters become
// spaces. What is not to be seen, or turns the direction of what follows, is left out.
func oneLine(s string, size int) string {
	const ellipsis = "…"
	long := len(s) > 4*maxErrorText // so that cleaning takes a limited time
	if long {
		s = start(s, 4*maxErrorText)
	}
	s = strings.Join(strings.Fields(strings.Map(visible, s)), " ")
	if len(s) > size {
		return strings.TrimRight(start(s, size-len(ellipsis)), " ") + ellipsis
	}
	if long && len(s)+len(ellipsis) <= size {
		s += ellipsis
	}
	return s
}

// start is as many whole runes of a longer text as have at most size bytes.
func start(s string, size int) string {
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:max(size, 0)]
}

// visible is what a rune becomes in the text of an error; -1 removes it.
func visible(r rune) rune {
	switch {
	case unicode.IsControl(r) || unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r) || r >= 0xe0000 && r <= 0xe0fff: // the latter plane is of tags, also those to come
		return -1
	}
	return r
}

// errorDetails are the entries of an error document, also of one whose end is missing.
func errorDetails(body []byte) []ErrorDetail {
	var details []ErrorDetail
	body = body[:min(len(body), transport.MaxErrorBody)]
	found := jsonapi.DecodeErrors(body)
	if found == nil { // it may have been cut short
		found = jsonapi.DecodeErrors(jsonapi.Repair(body))
	}
	for _, e := range found {
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
			return oneLine(e.ID, maxPart)
		}
	}
	return ""
}
