package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

var errBroken = errors.New("broken")

// dedupers are those that have to keep to what Deduper says.
func dedupers() map[string]func() flowroute.Deduper {
	return map[string]func() flowroute.Deduper{
		"memory": func() flowroute.Deduper { return flowroute.NewMemoryDeduper(100) },
		"shared": func() flowroute.Deduper {
			return &sharedDeduper{&memoryStore{owners: map[string]string{}, until: map[string]time.Time{}}}
		},
		"leases": func() flowroute.Deduper { return newTable().machine() },
	}
}

func TestDeduperOnlyCountsSuccess(t *testing.T) {
	for name, newDeduper := range dedupers() {
		t.Run(name, func(t *testing.T) {
			d := newDeduper()
			calls := 0
			do := func(err error) func(context.Context) error {
				return func(context.Context) error { calls++; return err }
			}
			assert.Equal(t, errBroken, d.Do(t.Context(), "a", do(errBroken)))
			assert.Equal(t, errBroken, d.Do(t.Context(), "a", do(errBroken)))
			assert.NoError(t, d.Do(t.Context(), "a", do(nil)))
			assert.NoError(t, d.Do(t.Context(), "a", do(errBroken)))
			assert.Equal(t, 3, calls)
			assert.NoError(t, d.Do(t.Context(), "b", do(nil)))
			assert.Equal(t, 4, calls)
		})
	}
}

// TestDeduperWaits has deliveries of one event arrive while its callback runs.
func TestDeduperWaits(t *testing.T) {
	for name, newDeduper := range dedupers() {
		t.Run(name, func(t *testing.T) {
			for failures := range 4 {
				synctest.Test(t, func(t *testing.T) {
					d := newDeduper()
					running, calls := 0, 0
					do := func(context.Context) error {
						running++
						assert.Equal(t, 1, running, "only one at a time")
						time.Sleep(10 * time.Second)
						running--
						if calls++; calls <= failures {
							return errBroken
						}
						return nil
					}
					results := map[error]int{}
					var mu sync.Mutex
					var work sync.WaitGroup
					for range 6 {
						work.Go(func() {
							err := d.Do(t.Context(), "a", do)
							mu.Lock()
							defer mu.Unlock()
							results[err]++
						})
					}
					start := time.Now()
					work.Wait()
					assert.Equal(t, failures+1, calls)
					want := map[error]int{nil: 6 - failures}
					if failures > 0 {
						want[errBroken] = failures
					}
					assert.Equal(t, want, results)
					assert.InDelta(t, float64(failures+1)*10, time.Since(start).Seconds(), 1)
				})
			}
		})
	}
}

func TestDeduperGivesUpWaiting(t *testing.T) {
	for name, newDeduper := range dedupers() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDeduper()
				var work sync.WaitGroup
				work.Go(func() {
					assert.NoError(t, d.Do(t.Context(), "a", func(context.Context) error { time.Sleep(10 * time.Second); return nil }))
				})
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				err := d.Do(ctx, "a", func(context.Context) error { t.Error("called"); return nil })
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				work.Wait()
			})
		})
	}
}

// TestMemoryDeduperForgetsTheOldest, and nothing that is under way.
func TestMemoryDeduperForgetsTheOldest(t *testing.T) {
	d := flowroute.NewMemoryDeduper(3)
	calls := map[string]int{}
	do := func(key string) {
		require.NoError(t, d.Do(t.Context(), key, func(context.Context) error { calls[key]++; return nil }))
	}
	require.NoError(t, d.Do(t.Context(), "slow", func(context.Context) error {
		for i := range 10 {
			do(fmt.Sprint(i))
			assert.LessOrEqual(t, d.Len(), 3)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		assert.ErrorIs(t, d.Do(ctx, "slow", func(context.Context) error { t.Error("called"); return nil }), context.Canceled, "it is under way")
		return nil
	}))
	assert.Equal(t, 3, d.Len())
	do("slow")
	do("8")
	do("9")
	assert.Equal(t, map[string]int{"0": 1, "1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 1, "7": 1, "8": 1, "9": 1}, calls)
	do("7")
	do("8")
	assert.Equal(t, 2, calls["7"], "it was forgotten")
	assert.Equal(t, 2, calls["8"], "and took the place of the oldest")
	assert.Equal(t, 3, d.Len())
}

// TestMemoryDeduperTellsWhoWaited has the success of a call be forgotten before who waited for it looks.
func TestMemoryDeduperTellsWhoWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := flowroute.NewMemoryDeduper(1)
		calls := 0
		var work sync.WaitGroup
		for range 50 {
			work.Go(func() {
				assert.NoError(t, d.Do(t.Context(), "a", func(context.Context) error { calls++; time.Sleep(time.Second); return nil }))
				assert.NoError(t, d.Do(t.Context(), fmt.Sprint(rand.Int()), func(context.Context) error { return nil }))
			})
		}
		work.Wait()
		assert.Equal(t, 1, calls)
	})
}

func TestMemoryDeduperPanic(t *testing.T) {
	d := flowroute.NewMemoryDeduper(0)
	assert.Panics(t, func() { _ = d.Do(t.Context(), "a", func(context.Context) error { panic("x") }) })
	called := false
	assert.NoError(t, d.Do(t.Context(), "a", func(context.Context) error { called = true; return nil }))
	assert.True(t, called)
}

func TestMemoryDeduperMemory(t *testing.T) {
	d := flowroute.NewMemoryDeduper(0)
	fill := func(from int) uint64 {
		for i := range flowroute.DefaultDeduperSize {
			require.NoError(t, d.Do(t.Context(), fmt.Sprintf("message/mdr2-%032x", from+i), func(context.Context) error { return nil }))
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	once := fill(0)
	var later uint64
	for round := 1; round < 10; round++ {
		later = fill(round * flowroute.DefaultDeduperSize)
	}
	t.Logf("%d bytes an event", (later-before.HeapAlloc)/flowroute.DefaultDeduperSize)
	assert.Less(t, later, once+1<<20, "it does not grow")
	assert.Equal(t, flowroute.DefaultDeduperSize, d.Len())
}

// table is a deduper's table in a database, which several machines share: for each key when its lease lapses, or that
// it was seen.
type table struct {
	mu   sync.Mutex
	rows map[string]*row
}

type row struct {
	seen   bool
	holder int
	lapses time.Time
}

func newTable() *table { return &table{rows: map[string]*row{}} }

func (db *table) machine() *machine { return &machine{db: db, lease: time.Minute} }

// machine is a Deduper over the table, as its documentation asks for.
type machine struct {
	db    *table
	lease time.Duration
	dies  bool // after its callback and before the mark
}

func (m *machine) Do(ctx context.Context, key string, do func(context.Context) error) error {
	for {
		seen, mine := m.claim(key)
		switch {
		case seen:
			return nil
		case mine != 0:
			err := do(ctx)
			if !m.dies {
				m.settle(key, mine, err)
			}
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (m *machine) claim(key string) (seen bool, mine int) {
	m.db.mu.Lock()
	defer m.db.mu.Unlock()
	r, exists := m.db.rows[key]
	switch {
	case exists && r.seen:
		return true, 0
	case exists && time.Now().Before(r.lapses):
		return false, 0
	}
	mine = rand.IntN(1<<30) + 1
	m.db.rows[key] = &row{holder: mine, lapses: time.Now().Add(m.lease)}
	return false, mine
}

func (m *machine) settle(key string, mine int, err error) {
	m.db.mu.Lock()
	defer m.db.mu.Unlock()
	switch r := m.db.rows[key]; {
	case r == nil || r.holder != mine:
	case err == nil:
		r.seen = true
	default:
		delete(m.db.rows, key)
	}
}

// TestSharedDeduper has two machines behind a load balancer get the same event at the same time, and one die in the
// middle.
func TestSharedDeduper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := newTable()
		var calls atomic.Int32
		handler := func(m *machine, fails bool) http.Handler {
			return newHandler(t, flowroute.WebhookConfig{
				Auth:    flowroute.WebhookPathSecret(webhookSecret),
				Deduper: m,
				OnMessage: func(context.Context, *flowroute.InboundMessage) error {
					calls.Add(1)
					time.Sleep(time.Second)
					if fails {
						return errBroken
					}
					return nil
				},
			})
		}
		status := func(h http.Handler, body string) (code *atomic.Int32) {
			code = new(atomic.Int32)
			go func() {
				code.Store(int32(answerOf(h, delivered(body, withSecret)).Code))
			}()
			synctest.Wait()
			return code
		}
		one, other := handler(db.machine(), false), handler(db.machine(), false)
		a, b := status(one, smsBody), status(other, smsBody)
		time.Sleep(2 * time.Second)
		assert.Equal(t, []int32{200, 200, 1}, []int32{a.Load(), b.Load(), calls.Load()}, "it is done once")

		a, b = status(handler(db.machine(), true), mmsBody), status(other, mmsBody)
		time.Sleep(3 * time.Second)
		assert.Equal(t, []int32{500, 200, 3}, []int32{a.Load(), b.Load(), calls.Load()}, "the other does what the one failed to do")

		dying := db.machine()
		dying.dies = true
		status(handler(dying, true), flatBody)
		time.Sleep(30 * time.Second)
		b = status(other, flatBody)
		time.Sleep(20 * time.Second)
		assert.Zero(t, b.Load(), "the lease of the dead one holds")
		time.Sleep(12 * time.Second)
		assert.Equal(t, []int32{200, 5}, []int32{b.Load(), calls.Load()}, "until it lapses")
	})
}

// TestWebhookStorm has 1,000 events from 32 senders arrive, each one to five times, some at the same moment, through a
// real server. A tenth of the callbacks fails the first time. Each event's callback has to succeed exactly once.
func TestWebhookStorm(t *testing.T) {
	const (
		events, senders = 1000, 32
		round           = 100 // what is delivered again is delivered in the same round: so much has to be remembered
	)
	deduper := flowroute.NewMemoryDeduper(round)
	var mu sync.Mutex
	tried, succeeded, running := map[string]int{}, map[string]int{}, map[string]bool{}
	config := flowroute.WebhookConfig{
		Auth:    flowroute.WebhookPathSecret(webhookSecret),
		Deduper: deduper,
		OnMessage: func(_ context.Context, m *flowroute.InboundMessage) error {
			mu.Lock()
			assert.False(t, running[m.ID], "an event's callback runs twice at the same time")
			running[m.ID] = true
			tried[m.ID]++
			fails := strings.HasSuffix(m.ID, "7") && tried[m.ID] == 1
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			defer mu.Unlock()
			running[m.ID] = false
			if fails {
				return errBroken
			}
			succeeded[m.ID]++
			return nil
		},
	}
	srv := httptest.NewServer(newHandler(t, config))
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 5 * senders}}
	defer client.CloseIdleConnections()
	var requests, duplicates atomic.Int32
	send := func(n int) int {
		requests.Add(1)
		body := strings.Replace(smsBody, "mdr2-4e5435f325d9431f9e64118b20895b08", fmt.Sprintf("mdr2-%d", n), 1)
		resp, err := client.Post(srv.URL+"/"+webhookSecret, "application/json", strings.NewReader(body))
		if !assert.NoError(t, err) {
			return 0
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	// deliver sends an event so many times, at once or one after the other, and then as Flowroute does until it gets a
	// 200.
	deliver := func(n, copies int, together bool) {
		var got200 atomic.Bool
		var work sync.WaitGroup
		for range copies {
			one := func() {
				if send(n) == 200 {
					got200.Store(true)
				}
			}
			if together {
				work.Go(one)
			} else {
				one()
			}
		}
		work.Wait()
		duplicates.Add(int32(copies - 1))
		for attempt := 0; !got200.Load() && attempt < 4; attempt++ {
			got200.Store(send(n) == 200)
		}
		assert.True(t, got200.Load(), "event %d was never taken", n)
	}

	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for first := 0; first < events; first += round {
		queue := make(chan func(), round)
		for n := first; n < first+round; n++ {
			copies, together := 1+random.IntN(5), random.IntN(2) == 0
			queue <- func() { deliver(n, copies, together) }
		}
		close(queue)
		var work sync.WaitGroup
		for range senders {
			work.Go(func() {
				for job := range queue {
					job()
					assert.LessOrEqual(t, deduper.Len(), round)
				}
			})
		}
		work.Wait()
	}

	assert.Len(t, succeeded, events, "nothing is lost")
	attempts := 0
	for id, n := range succeeded {
		assert.Equal(t, 1, n, id)
		attempts += tried[id]
	}
	assert.Equal(t, events+events/10, attempts, "a tenth is tried twice, the rest once")
	assert.Equal(t, round, deduper.Len())
	t.Logf("%d requests, %d of them duplicates, %d calls of the callback", requests.Load(), duplicates.Load(), attempts)
}
