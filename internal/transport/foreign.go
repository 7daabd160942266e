package transport

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Foreign sends one request to a URL that the API has given: that of a file, on a host which is not the API's. The URL
// is used as it is. The account's keys are not sent, and neither is anything else that is for the API alone. The answer
// is returned whatever its status; its body has to be closed. The transport's timeout limits each silence, and not the
// whole, since a file may be large. Errors do not tell the URL, which is as good as a key. sent tells, with an error,
// whether the request may have reached the host.
func (t *Transport) Foreign(ctx context.Context, method string, link *url.URL, body io.Reader, length int64) (resp *http.Response, sent bool, err error) {
	silence, limited := newSilence(ctx, t.timeout)
	watched, trace := watch(limited)
	var upload io.Reader
	if length > 0 {
		upload = &heard{struct{ io.Reader }{body}, silence} // without Close, which is the caller's
	}
	req, err := http.NewRequestWithContext(watched, method, link.String(), upload)
	if err != nil {
		silence.end()
		return nil, false, withoutURL(err)
	}
	req.ContentLength = length
	req.Header["User-Agent"] = t.userAgent
	if signed := signedType(link); signed != "" && upload != nil {
		req.Header["Content-Type"] = []string{signed}
	}
	resp, err = t.client.Do(req)
	if err != nil {
		sent = trace.possibly(watched, err) // before the end, which looks like a cancellation
		silence.end()
		return nil, sent, withContext(ctx, withoutURL(err))
	}
	silence.pause()
	resp.Body = &heardBody{resp.Body, silence}
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

// pause waits for nothing until begin.
func (s *silence) pause() { s.timer.Stop() }

func (s *silence) begin() { s.timer.Reset(s.limit) }

func (s *silence) end() {
	s.timer.Stop()
	s.cancel(nil)
}

// heard is what is uploaded, of which each read ends a silence.
type heard struct {
	io.Reader
	silence *silence
}

func (h *heard) Read(p []byte) (int, error) {
	h.silence.pause() // how long it takes is not the host's doing
	n, err := h.Reader.Read(p)
	h.silence.begin()
	return n, err
}

// heardBody is what is downloaded. Only while more of it is waited for is there a silence: whoever reads it may take
// his time.
type heardBody struct {
	io.ReadCloser
	silence *silence
}

func (b *heardBody) Read(p []byte) (int, error) {
	b.silence.begin()
	defer b.silence.pause()
	return b.ReadCloser.Read(p)
}

func (b *heardBody) Close() error {
	b.silence.end()
	return b.ReadCloser.Close()
}

// Discard closes an answer, of which it reads as much as keeps the connection.
func Discard(resp *http.Response) {
	defer resp.Body.Close()
	_, _ = readStart(resp)
}
