package flowroute

import (
	"context"
	"sync"
)

// Deduper recognizes events that are delivered again, so that each is dealt with once. [NewMemoryDeduper] makes one
// for a program that runs as one process. For several machines behind a load balancer, write one over what they
// share, such as a database or Redis. It then has to keep to what Do says.
type Deduper interface {
	// Do calls do, unless a call of do for the same key has succeeded before, and then returns nil. It is safe for
	// concurrent use.
	//
	//   - A key counts as seen when do has returned nil for it, and not before: after an error the next delivery
	//     calls do again. The error is returned.
	//   - While do runs for a key, another Do for that key waits, on whichever machine. It returns nil if that one
	//     succeeds, calls do itself if it fails, and returns the context's error if its own context ends.
	//   - It calls do at most once, and does not return before do has. Where it can't tell whether the key was seen,
	//     since its store does not answer, it returns an error and does not call do: Flowroute delivers again.
	//
	// On more than one machine, a key under way is a lease. It is taken in a single atomic step (SET key token NX PX
	// 60000; INSERT ... ON CONFLICT DO NOTHING), and lapses, so that a machine that dies in the middle does not block
	// the key. It has to outlast do, or be renewed while do runs. When do succeeds, the lease becomes a mark that stays
	// for at least some minutes, longer than Flowroute delivers again. When do fails, the lease is given up. Whoever
	// finds a lease waits and looks again.
	//
	// If a machine dies after do and before the mark, the event is dealt with twice. The only way to prevent that is to
	// write the mark in the same transaction as what do writes; do's context may carry that transaction.
	Do(ctx context.Context, key string, do func(context.Context) error) error
}

// DefaultDeduperSize is how many events a [MemoryDeduper] remembers where it is given no size.
const DefaultDeduperSize = 10_000

// MemoryDeduper is a [Deduper] that remembers events in memory: for one process, until it ends. [NewMemoryDeduper]
// makes one.
type MemoryDeduper struct {
	size int

	mu      sync.Mutex
	running map[string]*run
	seen    map[string]struct{}
	order   []string // a ring of what was seen, so that the oldest can be forgotten
	oldest  int
}

// run is a call that is under way. Its success is set before done is closed.
type run struct {
	done    chan struct{}
	success bool
}

// NewMemoryDeduper makes a deduper that remembers the last size events that were dealt with, in some 200 bytes each. A
// size below 1 is [DefaultDeduperSize]. size should be well above the number of events in the two to three minutes in
// which Flowroute delivers again. Events under way are remembered in addition, and never forgotten.
func NewMemoryDeduper(size int) *MemoryDeduper {
	if size < 1 {
		size = DefaultDeduperSize
	}
	return &MemoryDeduper{size: size, running: map[string]*run{}, seen: map[string]struct{}{}}
}

// Len is how many events are remembered as dealt with.
func (d *MemoryDeduper) Len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.seen)
}

// Do calls do, unless it has succeeded before for the same key, as [Deduper] describes.
func (d *MemoryDeduper) Do(ctx context.Context, key string, do func(context.Context) error) error {
	for {
		r, mine := d.begin(key)
		switch {
		case mine:
			return d.finish(ctx, key, r, do)
		case r == nil:
			return nil
		}
		select {
		case <-r.done:
			if r.success {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// begin is what is under way for a key, and whether that is the caller's to do. It is nil if the key was seen.
func (d *MemoryDeduper) begin(key string) (r *run, mine bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, seen := d.seen[key]; seen {
		return nil, false
	}
	if r, running := d.running[key]; running {
		return r, false
	}
	r = &run{done: make(chan struct{})}
	d.running[key] = r
	return r, true
}

// finish calls do, and lets those who wait know how it went, even where it panics.
func (d *MemoryDeduper) finish(ctx context.Context, key string, r *run, do func(context.Context) error) error {
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.running, key)
		if r.success {
			d.remember(key)
		}
		close(r.done)
	}()
	err := do(ctx)
	r.success = err == nil
	return err
}

// remember keeps a key, in the place of the oldest where there are enough.
func (d *MemoryDeduper) remember(key string) {
	d.seen[key] = struct{}{}
	if len(d.order) < d.size {
		d.order = append(d.order, key)
		return
	}
	delete(d.seen, d.order[d.oldest])
	d.order[d.oldest] = key
	d.oldest = (d.oldest + 1) % d.size
}
