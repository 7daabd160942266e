package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// withContext returns the error of an attempt. If the context of the call has ended, it is the context's: what net/http
// returns then may be the context's cause, which is the error of whatever else failed in the program.
func withContext(ctx context.Context, err error) error {
	return cmp.Or(contextError(ctx), err)
}

// contextError returns the error of a context that has ended, with its cause in words alone. [errors.Is] and
// [errors.As] must not find the cause: it may be the error of another call.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == nil || errors.Is(err, cause) {
		return err
	}
	return endedError{err, words(cause)}
}

// endedError is comparable, so that two of one context are the same to [errors.Is].
type endedError struct {
	err   error
	cause string
}

func (e endedError) Error() string { return e.err.Error() + ": " + e.cause }
func (e endedError) Unwrap() error { return e.err }

// join makes one error, in one line, of what ended a call and of what was wrong before that.
func join(err, before error) error {
	switch {
	case before == nil:
		return err
	case errors.Is(before, err):
		return before
	}
	return fmt.Errorf("%w (before that: %w)", err, before)
}

// withoutURL returns an error without the URL of its request, which may hold a phone number or a signature. Transports
// wrap the *url.Error that holds it in any way they like.
func withoutURL(err error, link *url.URL) error {
	if e, ok := err.(*url.Error); ok { //nolint:errorlint // what http.Client puts around every error
		err = e.Err
		if redirected, invalid := url.Parse(e.URL); invalid == nil {
			link = redirected
		}
	}
	if isClean(err, link) {
		return err
	}
	return &scrubbedError{clean(err, link)}
}

// origin returns the URL that a response came from, which is another one than link after a redirect.
func origin(resp *http.Response, link *url.URL) *url.URL {
	if resp.Request != nil && resp.Request.URL != nil {
		return resp.Request.URL
	}
	return link
}

// scrubbedError is what is left of an error when all that names the URL is taken out.
type scrubbedError struct{ left []error }

func (e *scrubbedError) Error() string {
	if len(e.left) == 0 {
		return "the request failed"
	}
	texts := make([]string, len(e.left))
	for i, err := range e.left {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (e *scrubbedError) Unwrap() []error { return e.left }

// clean returns the largest parts of an error that do not name the URL.
func clean(err error, link *url.URL) []error {
	if isClean(err, link) {
		return []error{err}
	}
	var left []error
	for _, inner := range wrapped(err) {
		left = append(left, clean(inner, link)...)
	}
	return left
}

// isClean reports whether an error neither has a *url.Error in it nor says where the request went.
func isClean(err error, link *url.URL) bool {
	if e, ok := errors.AsType[*url.Error](err); ok && e != nil {
		return false
	}
	text := err.Error()
	for _, private := range []string{link.RawQuery, link.Path, link.EscapedPath()} {
		if len(private) > 1 && strings.Contains(text, private) {
			return false
		}
	}
	return true
}

// wrapped returns the errors that an error wraps.
func wrapped(err error) []error {
	switch e := err.(type) { //nolint:errorlint // one level at a time
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return []error{inner}
		}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// words returns the text of an error without any URL.
func words(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return (&scrubbedError{clean(err, &url.URL{Path: e.URL})}).Error()
	}
	return err.Error()
}
