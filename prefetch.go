package flowroute

import (
	"context"
	"sync"
)

// walk fetches the pages of a list in order, with some fetched before they are reached.
type walk[T any] struct {
	fetch func(ctx context.Context, offset int) fetched[T]
	ahead int // how many further pages are kept under way

	ctx    context.Context //nolint:containedctx // of one range over an iterator, which a walk does not outlive
	cancel context.CancelFunc
	under  []underWay[T] // in the order of their offsets
	wg     sync.WaitGroup
}

type fetched[T any] struct {
	page *Page[T]
	ids  []uint64 // hashes of its records' ids
	err  error

	untold bool // the API doesn't tell whether more follows
}

type underWay[T any] struct {
	offset int
	done   chan fetched[T]
	cancel context.CancelFunc
}

func newWalk[T any](ctx context.Context, ahead int, fetch func(context.Context, int) fetched[T]) *walk[T] {
	w := &walk[T]{fetch: fetch, ahead: ahead, ctx: ctx, cancel: func() {}}
	if ahead > 0 && ctx != nil {
		w.ctx, w.cancel = context.WithCancel(ctx)
	}
	return w
}

// page returns the page at an offset. size is what the page before it had: the offsets of those that follow are guessed
// from it, and a wrong guess is thrown away. It is 0 for the first page, after which it is known whether any follows.
func (w *walk[T]) page(offset, size int) fetched[T] {
	if w.ahead == 0 || size == 0 {
		return w.fetch(w.ctx, offset)
	}
	if len(w.under) > 0 && w.under[0].offset != offset {
		for _, u := range w.under {
			u.cancel()
		}
		w.under = nil
	}
	for len(w.under) <= w.ahead {
		w.start(offset + len(w.under)*size)
	}
	first := w.under[0]
	w.under = w.under[1:]
	defer first.cancel()
	return <-first.done
}

func (w *walk[T]) start(offset int) {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan fetched[T], 1) // so that a page that nobody waits for holds nothing up
	w.under = append(w.under, underWay[T]{offset, done, cancel})
	w.wg.Go(func() { done <- w.fetch(ctx, offset) })
}

// close ends what is under way, and waits for it.
func (w *walk[T]) close() {
	w.cancel()
	w.wg.Wait()
}
