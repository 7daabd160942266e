package transport

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// trace notes how far one attempt came. Its hooks run on net/http's goroutines.
type trace struct {
	asked     atomic.Bool // for a connection
	connected atomic.Bool
	wrote     atomic.Bool // the header

	hooks httptrace.ClientTrace
}

func watch(ctx context.Context) (context.Context, *trace) {
	t := new(trace)
	t.hooks = httptrace.ClientTrace{
		GetConn:      func(string) { t.asked.Store(true) },
		GotConn:      func(httptrace.GotConnInfo) { t.connected.Store(true) },
		WroteHeaders: func() { t.wrote.Store(true) },
	}
	return httptrace.WithClientTrace(ctx, &t.hooks), t
}

// possibly tells, after a failed attempt, whether the request may have reached the API.
// A transport that reports nothing proves nothing.
func (t *trace) possibly(ctx context.Context, err error) bool {
	if t == nil || !t.asked.Load() || t.wrote.Load() {
		return true
	}
	// An attempt that is cut off may return while its header is still being written.
	return t.connected.Load() && (ctx.Err() != nil || cutOff(err))
}

func cutOff(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
