package main

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/flowroute/flowroute-go"
)

// details yields the numbers of the account with what a list leaves out: their routes and records. They come in the
// account's order, though up to so many are asked for at a time; and no more than so many are kept.
func details(ctx context.Context, numbers *flowroute.NumbersService, workers int) iter.Seq2[*flowroute.Number, error] {
	type answer struct {
		number *flowroute.Number
		err    error
	}
	return func(yield func(*flowroute.Number, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel() // first, so that nobody waits for answers that nobody wants

		// A number takes its place in the queue before it is asked for. One more is out of the queue and waited for.
		queue := make(chan chan answer, workers-1)
		running.Go(func() {
			defer close(queue)
			for listed, err := range numbers.ListAll(ctx, nil) {
				place := make(chan answer, 1)
				select {
				case queue <- place:
				case <-ctx.Done():
					return
				}
				if err != nil {
					place <- answer{nil, err}
					return
				}
				running.Go(func() {
					number, err := numbers.Get(ctx, listed.Value)
					place <- answer{number, err}
				})
			}
		})
		for place := range queue {
			a := <-place
			if errors.Is(a.err, flowroute.ErrNotFound) {
				continue // it was released after it was listed
			}
			if !yield(a.number, a.err) || a.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}
