package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Foreign sends one request to a URL that the API has given: that of a file, on a host which is not the API's. The URL
// is used as it is. The account's keys are not sent, and neither is anything else that is for the API alone. The answer is
// returned whatever its status; its body has to be closed. The transport's timeout limits each silence, and not the whole,
// since a file may be large. Errors do not tell the URL, which is as good as a key. sent tells, with an error,
// whether the request may have reached the host.
func (t *Transport) Foreign(ctx context.Context, method, rawURL string, body io.Reader, length int64) (resp *http.Response, sent bool, err error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false, errors.New("what the API gave for the file's URL is not an http or https URL")
	}
	silence, ctx := newSilence(ctx, t.timeout)
	watched, trace := watch(ctx)
	var upload io.Reader
	if length > 0 {
		upload = &heard{struct{ io.Reader }{body}, silence} // without Close, which is the caller's
	}
	req, err := http.NewRequestWithContext(watched, method, rawURL, upload)
	if err != nil {
		silence.end()
		return nil, false, withoutURL(err)
	}
	req.ContentLength = length
	req.Header["User-Agent"] = t.userAgent
	resp, err = t.client.Do(req)
	if err != nil {
		silence.end()
		return nil, trace.possibly(watched, err), withContext(ctx, withoutURL(err))
	}
	resp.Body = &heardBody{heard{resp.Body, silence}, resp.Body}
	return resp, true, nil
}

// silence cancels a request when nothing was heard of it for a while.
type silence struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func newSilence(ctx context.Context, limit time.Duration) (*silence, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &silence{limit: limit, cancel: cancel}
	s.timer = time.AfterFunc(limit, func() {
		cancel(fmt.Errorf("nothing was heard for %v: %w", limit, context.DeadlineExceeded))
	})
	return s, ctx
}

func (s *silence) end() {
	s.timer.Stop()
	s.cancel(nil)
}

// heard is a reader of which each read ends a silence.
type heard struct {
	io.Reader
	silence *silence
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	h.silence.timer.Reset(h.silence.limit)
	return n, err
}

type heardBody struct {
	heard
	body io.Closer
}

func (b *heardBody) Close() error {
	b.silence.end()
	return b.body.Close()
}

// ReadError reads the start of the body of an answer that is no success, and closes it.
func ReadError(resp *http.Response) []byte {
	defer resp.Body.Close()
	body, _ := readStart(resp) // what is missing of it says less than the status
	return body
}
