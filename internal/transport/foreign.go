package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Foreign sends one request to a URL that the API has given: that of a file, on a host which is not the API's. The URL
// is used as it is. The account's keys are not sent, and neither is anything else that is for the API alone. The
// response is returned whatever its status; its body has to be closed. The transport's timeout limits each silence, and
// not the whole, since a file may be large; it limits the whole of an error response. Errors do not tell the URL, which
// is as good as a key. sent tells, with an error, whether the request may have reached the host.
func (t *Transport) Foreign(ctx context.Context, method string, link *url.URL, body io.Reader, length int64) (resp *http.Response, sent bool, err error) {
	silence := newSilence(ctx, t.timeout, t.whole)
	watched, trace := watch(silence.ctx, nil, isOwn(t.client))
	var upload io.Reader
	if length > 0 {
		upload = trace.observe(&heard{Reader: body, silence: silence, left: length})
	}
	req, err := http.NewRequestWithContext(watched, method, link.String(), upload)
	if err != nil {
		silence.end()
		return nil, false, withoutURL(err, link)
	}
	req.ContentLength = length
	req.Header["User-Agent"] = t.userAgent
	if signed := signedType(link); signed != "" && upload != nil {
		req.Header["Content-Type"] = []string{signed}
	}
	resp, err = t.client.Do(req)
	if err != nil {
		sent = trace.possiblySent(watched, err) // before the end, which looks like a cancellation
		if over := silence.err(); over != nil {
			err = over
		}
		silence.end()
		return nil, sent, withoutURL(err, link)
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		silence.pause()
		resp.Body = &heardBody{closingBody: closingBody{resp.Body, silence}, length: resp.ContentLength, link: origin(resp, link)}
	} else {
		silence.begin()
		resp.Body = &closingBody{resp.Body, silence}
	}
	return resp, true, nil
}

// silence cancels a request when nothing was heard of it for a while.
type silence struct {
	parent, ctx context.Context //nolint:containedctx // of one request, which a silence does not outlive
	limit       time.Duration
	timer       *time.Timer
	cancel      context.CancelCauseFunc
	stop        context.CancelFunc
}

// newSilence makes a context that ends after a silence, or, if whole is not 0, after that time.
func newSilence(parent context.Context, limit, whole time.Duration) *silence {
	s := &silence{parent: parent, limit: limit, stop: func() {}}
	ctx := parent
	if whole > 0 {
		ctx, s.stop = context.WithTimeout(ctx, whole)
	}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	s.timer = time.AfterFunc(limit, func() {
		s.cancel(fmt.Errorf("nothing was heard for %v: %w", limit, context.DeadlineExceeded))
	})
	return s
}

// pause waits for nothing until begin.
func (s *silence) pause() { s.timer.Stop() }

func (s *silence) begin() { s.timer.Reset(s.limit) }

func (s *silence) end() {
	s.timer.Stop()
	s.cancel(nil)
	s.stop()
}

// err returns why the request was canceled, or nil. Over HTTP/2, net/http only says that it was.
func (s *silence) err() error {
	over := context.Cause(s.ctx) // before the parent's, which may end in between
	if err := contextError(s.parent); err != nil {
		return err
	}
	return over
}

// heard is what is uploaded, of which each read ends a silence.
type heard struct {
	io.Reader
	silence *silence
	left    int64 // bytes that are announced and not read yet
	buf     []byte
}

// Read returns when the request is canceled, even if the contents block: net/http waits for it.
func (h *heard) Read(p []byte) (int, error) {
	h.silence.pause() // how long it takes is not the host's doing
	defer h.silence.begin()
	buf := slices.Grow(h.buf, len(p))[:len(p)] // since p is not to be written to once this has returned
	h.buf = nil
	var n int
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		n, err = h.Reader.Read(buf)
	}()
	select {
	case <-done:
		h.buf = buf[:0]
		h.left -= int64(n)
		if errors.Is(err, io.EOF) && h.left > 0 { // which net/http does not notice over HTTP/2
			err = io.ErrUnexpectedEOF
		}
		return copy(p, buf[:n]), err
	case <-h.silence.ctx.Done():
		return 0, h.silence.err()
	}
}

// heardBody is what is downloaded. There is a silence only while more of it is waited for: the program that reads it may
// take its time.
type heardBody struct {
	closingBody
	length int64 // that is announced; -1 if none is
	read   int64
	link   *url.URL
}

func (b *heardBody) Read(p []byte) (int, error) {
	b.silence.begin()
	n, err := b.ReadCloser.Read(p)
	b.silence.pause()
	b.read += int64(n)
	if err == nil || errors.Is(err, io.EOF) && b.read == b.length {
		return n, err
	}
	if over := b.silence.err(); over != nil {
		return n, over
	}
	if !errors.Is(err, io.EOF) {
		err = withoutURL(err, b.link)
	}
	return n, err
}

// closingBody is a body whose end is that of the silence, too.
type closingBody struct {
	io.ReadCloser
	silence *silence
}

func (b *closingBody) Close() error {
	b.silence.end()
	return b.ReadCloser.Close()
}

// Discard closes a response, of which it reads as much as keeps the connection.
func Discard(resp *http.Response) {
	defer resp.Body.Close()
	_, _ = readStart(context.Background(), resp)
}
