package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"syscall"
	"time"
)

// log writes a line for each attempt, and one for each repeat. What it may say is listed here: the operation, method,
// status, attempt, duration, delay, the API's id of an error, and the kind of a failure. Nothing else is ever logged.
type log struct {
	logger  *slog.Logger // nil: silent
	errorID func(body []byte) string
}

func (l log) attempt(ctx context.Context, req *Request, r *Result, took time.Duration) {
	if !l.enabled(ctx, slog.LevelDebug) {
		return
	}
	l.logger.LogAttrs(ctx, slog.LevelDebug, "flowroute: request", l.attrs(req, r, slog.Duration("duration", took))...)
}

func (l log) repeat(ctx context.Context, req *Request, r *Result, delay time.Duration) {
	if ctx.Err() != nil || !l.enabled(ctx, slog.LevelWarn) {
		return
	}
	l.logger.LogAttrs(ctx, slog.LevelWarn, "flowroute: repeating request", l.attrs(req, r, slog.Duration("delay", delay))...)
}

func (l log) enabled(ctx context.Context, level slog.Level) bool {
	return l.logger != nil && l.logger.Enabled(ctx, level)
}

func (l log) attrs(req *Request, r *Result, time slog.Attr) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("op", req.Op),
		slog.String("method", req.Method),
		slog.Int("status", r.Status),
		slog.Int("attempt", r.Attempts),
		time,
	}
	if r.Status != 0 && !r.success() {
		if id := l.errorID(r.Body); id != "" {
			attrs = append(attrs, slog.String("error_id", id))
		}
	}
	if r.Err != nil {
		attrs = append(attrs, slog.String("error", kind(r.Err)))
	}
	return attrs
}

// kind says what sort of failure an error is, in words that hold no address and nothing of a body.
func kind(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "lookup: " + dns.Err
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "certificate not trusted"
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return alert.Error()
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, ErrTooLarge, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "timeout"
	}
	return fmt.Sprintf("%T", err)
}
