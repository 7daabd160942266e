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
	_, err := srv.Client().Numbers.Purchase(context.Background(), flowroutetest.ForSale, nil)
	fmt.Println("outcome unknown:", errors.Is(err, flowroute.ErrOutcomeUnknown))
	fmt.Println("numbers:", srv.Numbers())
	// Output:
	// outcome unknown: true
	// numbers: [12062790237 12065550100 12125550101 16045550102 18445550100]
}

// An account without enough money. Only the status is documented: the words are made up, and a program should not go by
// them.
func ExampleServer_Inject_insufficientFunds() {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	srv.Inject(flowroutetest.Fault{
		Operation: "numbers.purchase",
		Status:    http.StatusForbidden,
		Body:      `{"errors":[{"status":403,"title":"Forbidden","detail":"Insufficient funds."}]}`,
	})
	_, err := srv.Client().Numbers.Purchase(context.Background(), flowroutetest.ForSale, nil)
	if e, ok := errors.AsType[*flowroute.Error](err); ok && errors.Is(err, flowroute.ErrForbidden) {
		fmt.Println("not bought:", e.Errors[0].Detail)
	}
	fmt.Println("attempts:", len(srv.Requests()))
	// Output:
	// not bought: Insufficient funds.
	// attempts: 1
}

// A number is bought, but messaging is not enabled for it.
func ExampleServer_FailProvisioning() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	srv.FailProvisioning(1)
	number, err := client.Numbers.Purchase(ctx, flowroutetest.ForSale, &flowroute.PurchaseOptions{MessagingEnabled: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("bought:", number.Value, "messaging failed:", number.ProvisioningFailed)

	// Messaging is asked for again.
	if _, err := client.Numbers.EnableMessaging(ctx, []string{number.Value}, nil); err != nil {
		log.Fatal(err)
	}
	srv.Advance(flowroutetest.MessagingEnabledAfter)
	number, err = client.Numbers.Get(ctx, number.Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("can send messages:", number.MessagingEnabled)
	// Output:
	// bought: 12062790237 messaging failed: true
	// can send messages: true
}

// The program under test takes the time from time.Now. With the clock that a server has otherwise, which stands still
// in the past, it would not find the message.
func ExampleWithClock() {
	srv := flowroutetest.NewServer(flowroutetest.WithClock(time.Now))
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	_, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "12065551234", Body: "Hello"})
	if err != nil {
		log.Fatal(err)
	}
	srv.Advance(flowroutetest.MessageRecordAfter) // on top of the time that passes
	for message, err := range client.Messages.ListAll(ctx, &flowroute.MessageListOptions{Start: time.Now().Add(-time.Minute)}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("sent in the last minute:", message.Body)
	}
	// Output:
	// sent in the last minute: Hello
}

// The client of the server trusts its certificate.
func ExampleServer_StartTLS() {
	srv := flowroutetest.NewUnstartedServer()
	srv.StartTLS()
	defer srv.Close()

	number, err := srv.Client().Numbers.Get(context.Background(), flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(srv.URL[:8], number.Value)
	// Output:
	// https:// 12065550100
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
			fmt.Printf("received: %q\n", m.Body)
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
	// received: "Hello"
	// sms_callback was answered with 200
}

// An MMS, whose picture the program fetches.
func ExampleServer_Receive_mms() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	handler, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
		Auth: flowroute.WebhookPathSecret("not-really-a-secret"),
		OnMessage: func(ctx context.Context, m *flowroute.InboundMessage) error {
			for i := range m.Media {
				content, err := client.Messages.DownloadMedia(ctx, &m.Media[i], 0)
				if err != nil {
					return err
				}
				fmt.Printf("%s %q %d bytes\n", m.Media[i].SafeFileName(), m.Media[i].MIMEType, len(content))
			}
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	program := httptest.NewServer(handler)
	defer program.Close()
	url := program.URL + "/not-really-a-secret"
	if err := client.Messages.SetCallback(context.Background(), flowroute.CallbackTypeMMS, url); err != nil {
		log.Fatal(err)
	}

	_, err = srv.Receive(flowroutetest.Inbound{
		From:        "12065551234",
		To:          flowroutetest.LongCode,
		Attachments: []flowroutetest.Attachment{{FileName: "cat.png", Content: []byte("meow")}},
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// cat.png "image/png" 4 bytes
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
