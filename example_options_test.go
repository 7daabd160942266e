package flowroute_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// The options can be combined. A client makes no request before its first call.
func ExampleNewClient() {
	client, err := flowroute.NewClient("87654321", "notarealsecret00notarealsecret00",
		flowroute.WithTimeout(10*time.Second),
		flowroute.WithUserAgent("reminders/1.4"),
		flowroute.WithMessagesVersion(flowroute.MessagesV22),
	)
	if err != nil {
		log.Fatal(err)
	}
	_ = client // to be shared by the whole program

	_, err = flowroute.NewClient("notarealsecret00notarealsecret00", "87654321")
	fmt.Println(err)
	// Output:
	// flowroute: NewClient: accessKey looks like the secret key: the two seem to be swapped
}

// More patience with an API that is down for maintenance.
func ExampleWithRetry() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	srv.Inject(flowroutetest.Fault{Operation: "numbers.get", Status: http.StatusServiceUnavailable, Times: 4})

	client := srv.Client(flowroute.WithRetry(flowroute.RetryPolicy{
		MaxAttempts: 5,
		MinDelay:    time.Millisecond, // so that the example is quick; leave it out for 500 ms
	}))
	number, err := client.Numbers.Get(context.Background(), flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(number.Value, "after", len(srv.Requests()), "attempts")
	// Output:
	// 12065550100 after 5 attempts
}

// What is logged at the level Warn are the repeats.
func ExampleWithLogger() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	srv.Inject(flowroutetest.Fault{Operation: "numbers.get", Status: http.StatusServiceUnavailable})

	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { // leaves out what differs from run to run
			if a.Key == slog.TimeKey || a.Key == "delay" || a.Key == "error_id" {
				return slog.Attr{}
			}
			return a
		},
	}))
	client := srv.Client(flowroute.WithLogger(logger), flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: time.Millisecond}))
	if _, err := client.Numbers.Get(context.Background(), flowroutetest.LongCode); err != nil {
		log.Fatal(err)
	}
	// Output:
	// level=WARN msg="flowroute: repeating request" op=numbers.get method=GET status=503 attempt=1
}

// pacer is a Limiter that lets requests through at even distances. A *rate.Limiter of golang.org/x/time/rate does the
// same, and has bursts as well: rate.NewLimiter(5, 1).
type pacer struct {
	distance time.Duration

	mu   sync.Mutex
	next time.Time
}

func (p *pacer) Wait(ctx context.Context) error {
	p.mu.Lock()
	turn := p.next
	if now := time.Now(); turn.Before(now) {
		turn = now
	}
	p.next = turn.Add(p.distance)
	p.mu.Unlock()

	select {
	case <-time.After(time.Until(turn)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Flowroute takes 5 SMS and 1 MMS a second.
func ExampleWithMessageLimiters() {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	sms, mms := &pacer{distance: time.Second / 5}, &pacer{distance: time.Second}
	client := srv.Client(flowroute.WithMessageLimiters(sms, mms))
	_, err := client.Messages.Send(context.Background(), &flowroute.SendMessageRequest{
		From: flowroutetest.LongCode, To: "2065550199", Body: "We open at nine.",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("SMS have begun:", !sms.next.IsZero())
	fmt.Println("MMS have begun:", !mms.next.IsZero())
	// Output:
	// SMS have begun: true
	// MMS have begun: false
}

// A long list takes less time when pages are fetched ahead. The order stays the same.
func ExampleWithPrefetch() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client(flowroute.WithPrefetch(4))

	count, first, last := 0, "", ""
	for number, err := range client.Numbers.SearchAll(context.Background(), nil) {
		if err != nil {
			log.Fatal(err)
		}
		if count == 0 {
			first = number.Value
		}
		count, last = count+1, number.Value
	}
	fmt.Println("thousands:", count > 1000, "in order:", first < last)
	// Output:
	// thousands: true in order: true
}

// Through the proxy that the environment names. A transport of your own must not repeat requests by itself.
func ExampleWithHTTPClient() {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	client := srv.Client(flowroute.WithHTTPClient(&http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment},
	}))
	number, err := client.Numbers.Get(context.Background(), flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(number.Value)
	// Output:
	// 12065550100
}
