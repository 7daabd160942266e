package main

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/flowroute/flowroute-go/examples/internal/example"
)

// newTestBucket returns a bucket for 5 tokens a second, in real time, which in these tests is not.
func newTestBucket() *bucket {
	b := newBucket(5)
	b.clock = &example.Session{}
	return b
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, start := newTestBucket(), time.Now()
		var callers sync.WaitGroup
		for range 11 {
			callers.Go(func() { assert.NoError(t, b.Wait(t.Context())) })
		}
		callers.Wait()
		assert.Equal(t, 2*time.Second, time.Since(start), "11 in 2 seconds, the first at once")

		time.Sleep(time.Minute) // earns no more than one token
		start = time.Now()
		for range 6 {
			assert.NoError(t, b.Wait(t.Context()))
		}
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestPaidInAdvance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, start := newTestBucket(), time.Now()
		ctx, err := b.pay(t.Context(), 3)
		assert.NoError(t, err)
		for range 3 {
			assert.NoError(t, b.Wait(context.WithoutCancel(ctx)))
		}
		assert.Zero(t, time.Since(start), "the first attempt")
		assert.NoError(t, b.Wait(ctx))
		assert.Equal(t, 600*time.Millisecond, time.Since(start), "a repeat waits for what the first has cost")
		for range 2 {
			assert.NoError(t, b.Wait(ctx))
		}
		_, err = b.pay(t.Context(), 1)
		assert.NoError(t, err)
		assert.Equal(t, 1200*time.Millisecond, time.Since(start), "and costs as much again")
	})
}

func TestPaceEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, start := newTestBucket(), time.Now()
		_, err := b.pay(t.Context(), 100)
		assert.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = b.pay(ctx, 1)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		assert.ErrorIs(t, b.Wait(ctx), context.DeadlineExceeded)
	})
}
