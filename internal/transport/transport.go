// Package transport carries a request to the API and its answer back: basic auth, pacing, repeating, redirects,
// limits and logging. It is the only code of the library that touches the network.
package transport

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// MediaType is the type of the documents that are sent and asked for.
const MediaType = "application/vnd.api+json"

// Limiter paces requests: Wait returns when the next one may be sent.
type Limiter interface {
	Wait(ctx context.Context) error
}

// Config is what a [Transport] is made of, besides the keys. Every field but Limiter and Log is required.
type Config struct {
	BaseURL    *url.URL // without query, fragment and credentials; its path is kept as a prefix
	UserAgent  string
	HTTPClient *http.Client
	Timeout    time.Duration // of one attempt
	Retry      Retry
	Limiter    Limiter // asked before every attempt
	Log        Log     // nil is silence
}

// Transport carries requests. It is safe for concurrent use and never changes.
type Transport struct {
	base      url.URL
	userAgent []string
	client    *http.Client
	timeout   time.Duration // of one attempt, or of one silence of a file host
	whole     time.Duration // of the transfer of a file; 0 for no limit
	retry     Retry
	limiter   Limiter
	log       Log

	// header makes a request's header. The credentials live in this closure and nowhere else, since fmt prints
	// unexported fields, but not what a function has captured.
	header func(*Request) http.Header
}

// New makes a transport. The client of its configuration is copied, not changed.
func New(c Config, accessKey, secretKey string) *Transport {
	t := &Transport{
		base:      *c.BaseURL,
		userAgent: []string{c.UserAgent},
		client:    withRedirects(c.HTTPClient),
		timeout:   c.Timeout,
		whole:     c.HTTPClient.Timeout,
		retry:     c.Retry,
		limiter:   c.Limiter,
		log:       c.Log,
	}
	if t.whole > 0 {
		t.timeout = min(t.timeout, t.whole)
	}
	authorization := []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(accessKey+":"+secretKey))}
	userAgent, mediaType := t.userAgent, []string{MediaType}
	plainType := []string{"application/json"}
	t.header = func(req *Request) http.Header {
		mediaType := mediaType
		if req.PlainJSON {
			mediaType = plainType
		}
		h := http.Header{"Authorization": authorization, "User-Agent": userAgent, "Accept": mediaType}
		if req.Body != nil {
			h["Content-Type"] = mediaType
		}
		return h
	}
	return t
}

// CloseIdleConnections closes the connections that no call is using.
func (t *Transport) CloseIdleConnections() { t.client.CloseIdleConnections() }

// Unread logs which attributes of a response could not be read. count may be larger than their number.
func (t *Transport) Unread(ctx context.Context, op string, attributes []string, count int) {
	if t.log != nil {
		t.log.unread(ctx, op, attributes, count)
	}
}

// Request is one call of an API operation.
type Request struct {
	Op      string // the operation's name, for the log
	Method  string
	Path    string // escaped, and with a leading slash
	Query   string // encoded
	Body    []byte // nil where there is none
	Class   Class
	Limiter Limiter // asked before every attempt, besides the transport's own; may be nil

	PlainJSON bool // the documents are application/json, and not [MediaType]
	NoAnswer  bool // nothing in the body of a success is needed, so that it is one without its body, too

	// Link is a URL to get in place of a path of the API, at whatever host. It is sent no credentials, and the
	// transport's own limiter, which paces the API, is not asked. It is nil as a rule.
	Link *url.URL

	Limit int64 // bytes that a success may have; 0 is MaxBody
}

// Result is how a call ended.
type Result struct {
	Status   int // of the last answer; 0 where there was none
	Header   http.Header
	Body     []byte
	Attempts int

	// Err tells why there is no answer, or no whole one, or why a call that could have been repeated was not.
	Err error

	// RetryAfter is how long the answer asks to wait before the next attempt.
	RetryAfter time.Duration

	// Sent reports whether the request may have reached the API.
	Sent bool

	// Earlier reports whether an earlier attempt of the call may have been executed.
	Earlier bool
}

// OK tells whether the API answered, wholly, and with success.
func (r *Result) OK() bool { return r.Err == nil && r.success() }

// Unknown reports whether the request may have been executed although the response does not say so. document is whether
// the body is an error document of the API: with a 503, it says that the API is down for maintenance. Without it, a 503
// is that of a gateway, which may have lost the response of a request that was executed.
func (r *Result) Unknown(document bool) bool {
	switch r.Status {
	case 0:
		return r.Sent
	case http.StatusServiceUnavailable:
		return !document
	case http.StatusSeeOther:
		return true
	case http.StatusRequestTimeout, statusClosedRequest: // which some gateways send while the request is executed
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return r.Status < 300 || r.Status >= 500
}

// statusClosedRequest is nginx's status of a request whose client is gone.
const statusClosedRequest = 499

func (r *Result) success() bool { return r.Status >= 200 && r.Status <= 299 }

// Do carries out a call: it makes as many attempts as the request's class and the retry policy allow.
func (t *Transport) Do(ctx context.Context, req *Request) Result {
	var last Result
	for attempt := 1; ; attempt++ {
		if err := t.wait(ctx, req); err != nil {
			last.Err = join(err, last.Err)
			return last
		}
		start := time.Now()
		earlier := last.Earlier || attempt > 1 && last.Unknown(false)
		last = t.attempt(ctx, req)
		last.Attempts, last.Earlier = attempt, earlier
		if t.log != nil {
			t.log.attempt(ctx, req, &last, time.Since(start))
		}

		if attempt >= t.retry.MaxAttempts || !req.Class.repeats(&last) || last.RetryAfter > t.retry.longest() {
			return last
		}
		delay := t.retry.delay(attempt, last.RetryAfter)
		if outlasts(ctx, delay) {
			return last
		}
		if t.log != nil {
			t.log.repeat(ctx, req, &last, delay)
		}
		if err := Sleep(ctx, delay); err != nil {
			last.Err = join(err, last.Err)
			return last
		}
	}
}

// wait asks the limiters for leave to send a request.
func (t *Transport) wait(ctx context.Context, req *Request) error {
	if err := contextError(ctx); err != nil {
		return err
	}
	if req.Link == nil {
		if err := ask(ctx, t.limiter); err != nil {
			return err
		}
	}
	if err := ask(ctx, req.Limiter); err != nil {
		return err
	}
	return contextError(ctx) // which may have ended in the wait
}

func ask(ctx context.Context, l Limiter) error {
	if l == nil {
		return nil
	}
	if err := l.Wait(ctx); err != nil {
		return fmt.Errorf("limiter: %w", withContext(ctx, err))
	}
	return nil
}

// attempt sends a request once.
func (t *Transport) attempt(parent context.Context, req *Request) Result {
	ctx, cancel := context.WithTimeout(parent, t.timeout)
	defer cancel()
	var sent *trace
	if req.Class == Once {
		ctx, sent = watch(ctx, cancel, isOwn(t.client))
	}
	hr, err := t.request(ctx, req, sent)
	if err != nil {
		return Result{Err: err}
	}
	resp, err := t.client.Do(hr)
	if err != nil {
		r := Result{Sent: !noConnection(err)}
		if sent != nil {
			r.Sent = sent.possiblySent(ctx, err)
		}
		switch {
		case sent != nil && sent.replayed.Load():
			err = errReplay
		case notTaken(err):
			err = errNotTaken
		default:
			err = withoutURL(err, hr.URL)
		}
		r.Err = withContext(parent, err)
		return r
	}
	defer resp.Body.Close()
	r := Result{Status: resp.StatusCode, Header: resp.Header, Sent: true}
	if r.success() && req.NoAnswer {
		r.Body, _ = readStart(ctx, resp)
		return r
	}
	if r.success() {
		if r.Body, err = readWhole(ctx, resp, cmp.Or(req.Limit, MaxBody)); err != nil {
			r.Err = withContext(parent, withoutURL(err, origin(resp, hr.URL)))
		}
		return r
	}
	// The status of an error says more than the rest of its body: what is missing of that is no failure.
	if r.Body, err = readStart(ctx, resp); err != nil {
		r.Err = contextError(parent)
	}
	r.RetryAfter = retryAfter(resp.Header)
	return r
}

var (
	errReplay   = errors.New("the connection or stream failed after the request was sent")
	errNotTaken = errors.New("the server closed the connection before it took the request")
)

func (t *Transport) request(ctx context.Context, req *Request, sent *trace) (*http.Request, error) {
	// The URL is put together from checked parts below, and not parsed from a string on every call.
	hr, err := http.NewRequestWithContext(ctx, req.Method, "", nil)
	if err != nil {
		return nil, err
	}
	switch {
	case req.Body != nil:
		// Without a GetBody, net/http can't send the body again by itself.
		content := bytes.NewReader(req.Body)
		hr.Body, hr.ContentLength = io.NopCloser(content), content.Size()
		if req.Class == Once {
			sent.track(hr, content)
		}
	case req.Class == Once && req.Method == http.MethodGet:
		// net/http sends a GET without a body again by itself when a connection breaks. It can't if there is a body to
		// be read, even an empty one.
		hr.Body = io.NopCloser(strings.NewReader(""))
	}
	if req.Link != nil {
		*hr.URL, hr.Host = *req.Link, req.Link.Host
		hr.Header = http.Header{"User-Agent": t.userAgent}
		return hr, nil
	}
	*hr.URL = t.base
	hr.Host = t.base.Host
	hr.URL.Path += req.Path
	if t.base.RawPath != "" || strings.ContainsFunc(req.Path, isEscaped) {
		hr.URL.RawPath = t.base.EscapedPath() + req.Path
		if hr.URL.Path, err = url.PathUnescape(hr.URL.RawPath); err != nil {
			return nil, err
		}
	}
	hr.URL.RawQuery = req.Query
	hr.Header = t.header(req)
	return hr, nil
}

// isEscaped tells whether a character of an escaped path could be written in another way.
func isEscaped(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/-_.", r))
}
