package flowroutetest

import "time"

// Epoch returns the time at which a server's clock stands at first: 9 o'clock UTC on Monday, 5 January 2026. It does
// not follow [time.Now]: see [WithClock].
func Epoch() time.Time {
	return time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)
}

// WithClock makes the server read the time from now, such as [time.Now], in place of a clock that stands still at
// [Epoch] until it is moved. [Server.Advance] then adds to what now says. A program that looks for messages since a
// time of its own, and not of [Server.Now], needs this: it would find none otherwise.
func WithClock(now func() time.Time) Option {
	return func(s *Server) { s.clock.base = now }
}

// clock is what a server takes the time from.
type clock struct {
	base  func() time.Time
	ahead time.Duration
}

func (c clock) now() time.Time {
	return c.base().Add(c.ahead).UTC()
}
