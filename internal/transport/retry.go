package transport

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Class says when an operation may be repeated.
type Class int

const (
	// Once operations would do a thing twice. They are repeated where it is certain
	// that they were not carried out: on 429, and when the request was never sent.
	Once Class = iota

	// Repeatable operations do the same however often they are carried out. They are repeated
	// on 429, 500, 502, 503 and 504, and when the transport fails.
	Repeatable
)

func (c Class) repeats(r *Result) bool {
	switch r.Status {
	case http.StatusTooManyRequests:
		return true
	case 0:
		return c == Repeatable || !r.Sent
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return c == Repeatable
	}
	truncated := r.success() && r.Err != nil && !errors.Is(r.Err, ErrTooLarge)
	return truncated && c == Repeatable
}

// Retry says how often, and at which pace, a call is repeated. Each field is above 0; no wait is longer than MaxDelay,
// even if MinDelay is.
type Retry struct {
	MaxAttempts        int
	MinDelay, MaxDelay time.Duration
}

// delay is the wait after an attempt: exponential with full jitter, and never less than the API asks for.
func (p Retry) delay(attempt int, retryAfter time.Duration) time.Duration {
	ceiling := p.MaxDelay
	if shift := attempt - 1; shift < 32 && p.MinDelay < p.MaxDelay>>shift {
		ceiling = p.MinDelay << shift
	}
	return max(rand.N(ceiling), retryAfter)
}

// longest is the longest wait that the API may ask for.
func (p Retry) longest() time.Duration {
	if p.MaxDelay > math.MaxInt64/4 {
		return math.MaxInt64
	}
	return 4 * p.MaxDelay
}

// retryAfter reads the header: seconds, of which there may be fractions, or a date. A date in the past, and what is
// neither, is no wait.
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789.") == "" {
		seconds, _ := strconv.ParseFloat(value, 64) // infinite if it is out of range
		return fromSeconds(seconds)
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(time.Until(date), 0)
	}
	return 0
}

// fromSeconds returns so many seconds, which are rounded up: a retry must not come early.
func fromSeconds(seconds float64) time.Duration {
	nanos := math.Ceil(seconds * float64(time.Second))
	switch {
	case nanos <= 0:
		return 0
	case nanos >= math.MaxInt64:
		return math.MaxInt64
	}
	return time.Duration(nanos)
}

// outlasts tells whether a wait would end after the context.
func outlasts(ctx context.Context, delay time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) <= delay
}

// Sleep waits, unless the context ends first.
func Sleep(ctx context.Context, delay time.Duration) error {
	if err := contextError(ctx); err != nil {
		return err
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}
