package main

import (
	"context"
	"sync"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
)

var _ flowroute.Limiter = (*bucket)(nil)

// bucket paces segments. It is a token bucket for one token, which comes back at a fixed pace: a text goes when there
// is one, and a text of several segments leaves a debt behind, so that the next has to wait for longer.
type bucket struct {
	every time.Duration
	clock example.Clock

	mu   sync.Mutex
	next time.Time // when there is a token again
}

func newBucket(perSecond float64) *bucket {
	return &bucket{every: time.Duration(float64(time.Second) / perSecond)}
}

// take waits for its turn, and takes so many tokens.
func (b *bucket) take(ctx context.Context, tokens int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	now := b.clock.Now()
	turn := now
	if b.next.After(now) {
		turn = b.next
	}
	b.next = turn.Add(time.Duration(tokens) * b.every)
	b.mu.Unlock()
	if turn.Equal(now) {
		return nil
	}
	return b.clock.Wait(ctx, turn.Sub(now))
}

// paid is how many segments a text has paid for in advance.
type paid struct{ segments int }

type paidKey struct{}

// pay waits until a text may be sent. The context it returns lets the first attempt pass. So a text is not written down
// as attempted before its turn has come: if the process is killed while it waits, which is most of the time, nothing is
// in doubt.
func (b *bucket) pay(ctx context.Context, segments int) (context.Context, error) {
	if err := b.take(ctx, segments); err != nil {
		return nil, err
	}
	return context.WithValue(ctx, paidKey{}, &paid{segments}), nil
}

// Wait is asked by the client before each attempt, once for each segment. A repeat has to be paid for again.
func (b *bucket) Wait(ctx context.Context) error {
	if p, ok := ctx.Value(paidKey{}).(*paid); ok && p.segments > 0 {
		p.segments--
		return nil
	}
	return b.take(ctx, 1)
}
