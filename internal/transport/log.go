package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"
)

// Log is told of each attempt, and of each repeat. It is an interface so that a program which logs nothing does not
// have the logger linked in.
type Log interface {
	attempt(ctx context.Context, req *Request, r *Result, took time.Duration)
	repeat(ctx context.Context, req *Request, r *Result, delay time.Duration)
	unread(ctx context.Context, op string, attributes []string, count int)
}

// NewLog makes a log that writes a line for each. errorID finds the API's id of an error.
func NewLog(logger *slog.Logger, errorID func(body []byte) string) Log {
	return log{logger, errorID}
}

// log writes lines. What they may say is listed here: the operation, method, status, attempt, duration, delay, the
// API's id of an error, the kind of a failure, and the path and count of attributes. Nothing else is ever logged.
type log struct {
	logger  *slog.Logger
	errorID func(body []byte) string
}

func (l log) attempt(ctx context.Context, req *Request, r *Result, took time.Duration) {
	if !l.logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	l.logger.LogAttrs(ctx, slog.LevelDebug, "flowroute: request", l.attrs(req, r, slog.Duration("duration", took))...)
}

func (l log) repeat(ctx context.Context, req *Request, r *Result, delay time.Duration) {
	if ctx.Err() != nil || !l.logger.Enabled(ctx, slog.LevelWarn) {
		return
	}
	l.logger.LogAttrs(ctx, slog.LevelWarn, "flowroute: repeating request", l.attrs(req, r, slog.Duration("delay", delay))...)
}

// unread writes a line for each value of a response that could not be read, and one for those that are not named. None
// holds the value.
func (l log) unread(ctx context.Context, op string, attributes []string, count int) {
	for _, attribute := range attributes {
		l.logger.LogAttrs(ctx, slog.LevelWarn, "flowroute: value not read", slog.String("op", op), slog.String("attribute", attribute))
	}
	if more := count - len(attributes); more > 0 {
		l.logger.LogAttrs(ctx, slog.LevelWarn, "flowroute: more values not read", slog.String("op", op), slog.Int("count", more))
	}
}

func (l log) attrs(req *Request, r *Result, time slog.Attr) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("op", req.Op),
		slog.String("method", req.Method),
		slog.Int("status", r.Status),
		slog.Int("attempt", r.Attempts),
		time,
	}
	if r.Status != 0 && !r.success() && req.Link == nil { // another host's words are not to be told
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
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		return call.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		switch { // its words may hold an address
		case dns.IsNotFound:
			return "lookup: no such host"
		case dns.IsTimeout:
			return "lookup: timeout"
		}
		return "lookup: failed"
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
