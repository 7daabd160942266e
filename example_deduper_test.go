package flowroute_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// leaseStore is what several machines share. Each of its methods is one atomic step: with Redis, a SET with NX and a
// small script; with SQL, an INSERT with ON CONFLICT and an UPDATE.
type leaseStore interface {
	// Take gives key to owner for a while, unless another owner has it, or it is marked as seen.
	Take(ctx context.Context, key, owner string, lease time.Duration) (taken, seen bool, err error)

	// Mark marks key as seen for a while, and Drop gives it up, if owner has it.
	Mark(ctx context.Context, key, owner string, keep time.Duration) error
	Drop(ctx context.Context, key, owner string) error
}

// sharedDeduper is a flowroute.Deduper for machines behind a load balancer.
type sharedDeduper struct{ store leaseStore }

const (
	lease = time.Minute      // longer than a callback runs
	keep  = 10 * time.Minute // longer than Flowroute delivers again
	pause = 200 * time.Millisecond
)

func (d *sharedDeduper) Do(ctx context.Context, key string, do func(context.Context) error) error {
	owner := rand.Text() // no other call has it
	for {
		taken, seen, err := d.store.Take(ctx, key, owner, lease)
		switch {
		case err != nil:
			return err // without do: Flowroute delivers again
		case seen:
			return nil
		case taken:
			return d.settle(ctx, key, owner, do)
		}
		select { // another machine is at it
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *sharedDeduper) settle(ctx context.Context, key, owner string, do func(context.Context) error) error {
	err := do(ctx)
	ctx = context.WithoutCancel(ctx) // Flowroute may have hung up
	if err == nil {
		return d.store.Mark(ctx, key, owner, keep)
	}
	if failed := d.store.Drop(ctx, key, owner); failed != nil { // then the lease lapses
		return errors.Join(err, failed)
	}
	return err
}

// memoryStore stands in for a real store.
type memoryStore struct {
	mu     sync.Mutex
	owners map[string]string
	until  map[string]time.Time
}

const marked = "seen"

func (s *memoryStore) Take(_ context.Context, key, owner string, lease time.Duration) (taken, seen bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until[key]) {
		return false, s.owners[key] == marked, nil
	}
	s.owners[key], s.until[key] = owner, time.Now().Add(lease)
	return true, false, nil
}

func (s *memoryStore) Mark(_ context.Context, key, owner string, keep time.Duration) error {
	return s.change(key, owner, marked, keep)
}

func (s *memoryStore) Drop(_ context.Context, key, owner string) error {
	return s.change(key, owner, "", 0)
}

func (s *memoryStore) change(key, owner, to string, stay time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owners[key] != owner {
		return errors.New("the lease has lapsed")
	}
	s.owners[key], s.until[key] = to, time.Now().Add(stay)
	return nil
}

// Two machines behind a load balancer share a store, so that each text is dealt with once, whichever of them it is
// delivered to.
func ExampleDeduper() {
	store := &memoryStore{owners: map[string]string{}, until: map[string]time.Time{}}
	var machines []http.Handler
	for _, name := range []string{"first machine", "second machine"} {
		handler, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
			Auth:    flowroute.WebhookPathSecret("not-really-a-secret"),
			Deduper: &sharedDeduper{store},
			OnMessage: func(_ context.Context, m *flowroute.InboundMessage) error {
				fmt.Printf("%s: %q\n", name, m.Body)
				return nil
			},
		})
		if err != nil {
			log.Fatal(err)
		}
		machines = append(machines, handler)
	}
	var requests atomic.Int64
	balancer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		machines[int(requests.Add(1))%len(machines)].ServeHTTP(w, r)
	}))
	defer balancer.Close()

	fake := flowroutetest.NewServer() // in place of Flowroute
	defer fake.Close()
	url := balancer.URL + "/not-really-a-secret"
	if err := fake.Client().Messages.SetCallback(context.Background(), flowroute.CallbackTypeSMS, url); err != nil {
		log.Fatal(err)
	}
	fake.SetWebhooks(flowroutetest.Webhooks{Duplicates: 2}) // each text comes three times
	for _, body := range []string{"one", "two", "three"} {
		if _, err := fake.Receive(flowroutetest.Inbound{From: "12065550199", To: flowroutetest.LongCode, Body: body}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("deliveries:", len(fake.Deliveries()))
	// Output:
	// second machine: "one"
	// first machine: "two"
	// second machine: "three"
	// deliveries: 9
}
