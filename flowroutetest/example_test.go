package flowroutetest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func Example() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	ctx := context.Background()
	sent, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{
		From: flowroutetest.LongCode, To: "12065551234", Body: "Hello",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("sent:", srv.Messages()[0].Body)

	srv.Advance(flowroutetest.MessageAcceptedAfter)
	message, err := client.Messages.Get(ctx, sent.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("status:", message.Status)
	// Output:
	// sent: Hello
	// status: message buffered
}

func ExampleServer_Inject() {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	// The number is bought, and the answer lost.
	srv.Inject(flowroutetest.Fault{Operation: "numbers.purchase", Cut: true, CarryOut: true})
	_, err := srv.Client().Numbers.Purchase(context.Background(), "12062790237", nil)
	fmt.Println("outcome unknown:", errors.Is(err, flowroute.ErrOutcomeUnknown))
	fmt.Println("numbers:", srv.Numbers())
	// Output:
	// outcome unknown: true
	// numbers: [12062790237 12065550100 12125550101 16045550102 18445550100]
}

// In a test, srv is closed by t.Cleanup(srv.Close).
func ExampleNewServer() {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	// A program that makes its own client is given the fake's address and keys.
	client, err := flowroute.NewClient(srv.AccessKey, srv.SecretKey, flowroute.WithBaseURL(srv.URL))
	if err != nil {
		log.Fatal(err)
	}
	number, err := client.Numbers.Get(context.Background(), flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(number.Value, number.RateCenter)
	for _, r := range srv.Requests() {
		fmt.Println(r.Operation, r.Method, r.Path, r.Status)
	}
	// Output:
	// 12065550100 seattle
	// numbers.get GET /v2/numbers/12065550100 200
}

// Two failures are met one after the other, and the third attempt goes well.
func ExampleServer_Inject_repeated() {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	srv.Inject(
		flowroutetest.Fault{Operation: "numbers.get", Status: http.StatusServiceUnavailable},
		flowroutetest.Fault{Operation: "numbers.get", Truncate: true},
	)
	client := srv.Client(flowroute.WithRetry(flowroute.RetryPolicy{MinDelay: time.Millisecond, MaxDelay: time.Millisecond}))
	number, err := client.Numbers.Get(context.Background(), flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(number.Value, "after", len(srv.Requests()), "requests")
	// Output:
	// 12065550100 after 3 requests
}

// Somebody texts a number of the account, and the program's webhook is called.
func ExampleServer_Receive() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	handler, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
		Auth: flowroute.WebhookPathSecret("not-really-a-secret"),
		OnMessage: func(_ context.Context, m *flowroute.InboundMessage) error {
			fmt.Println("received:", m.Body)
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	program := httptest.NewServer(handler)
	defer program.Close()
	url := program.URL + "/not-really-a-secret"
	if err := client.Messages.SetCallback(context.Background(), flowroute.CallbackTypeSMS, url); err != nil {
		log.Fatal(err)
	}

	if _, err := srv.Receive(flowroutetest.Inbound{From: "12065551234", To: flowroutetest.LongCode, Body: "Hello"}); err != nil {
		log.Fatal(err)
	}
	for _, d := range srv.Deliveries() {
		fmt.Println(d.Callback, "was answered with", d.Status)
	}
	// Output:
	// received: Hello
	// sms_callback was answered with 200
}

// Time stands still until it is moved, so that what takes days at Flowroute takes none in a test.
func ExampleServer_Advance() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	cnam, err := client.CNAMs.Create(ctx, "Acme")
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		cnam, err = client.CNAMs.Get(ctx, cnam.ID)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(srv.Now().Format(time.DateOnly), "approved:", cnam.Approved)
		srv.Advance(24 * time.Hour)
	}
	// Output:
	// 2026-01-05 approved: false
	// 2026-01-06 approved: false
	// 2026-01-07 approved: true
}
