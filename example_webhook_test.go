package flowroute_test

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func newWebhook(client *flowroute.Client, secret string) (http.Handler, error) {
	return flowroute.NewWebhookHandler(flowroute.WebhookConfig{
		Auth:    flowroute.WebhookPathSecret(secret), // the URL is https://example.com/flowroute/ and the secret
		Deduper: flowroute.NewMemoryDeduper(10_000),
		OnMessage: func(ctx context.Context, m *flowroute.InboundMessage) error {
			fmt.Printf("from %q: %q\n", m.From, m.Body) // store it: an error here has it delivered again
			for i := range m.Media {
				content, err := client.Messages.DownloadMedia(ctx, &m.Media[i], 0)
				if err != nil {
					fmt.Println("a picture is missing:", err) // no reason to lose the text
					continue
				}
				fmt.Println(m.Media[i].SafeFileName(), len(content), "bytes")
			}
			return nil // it was dealt with, and does not come again
		},
		OnReceipt: func(_ context.Context, r *flowroute.DeliveryReceiptEvent) error {
			fmt.Printf("receipt %d: %q\n", r.Level, r.Status)
			return nil
		},
	})
}

func setCallbacks(ctx context.Context, client *flowroute.Client, url string) error {
	for _, kind := range []flowroute.CallbackType{
		flowroute.CallbackTypeSMS, flowroute.CallbackTypeMMS, flowroute.CallbackTypeSMSReceipt, flowroute.CallbackTypeMMSReceipt,
	} {
		if err := client.Messages.SetCallback(ctx, kind, url); err != nil {
			return err
		}
	}
	return nil
}

func ExampleWebhookHandler() {
	fake := flowroutetest.NewServer()
	defer fake.Close()
	client := fake.Client()

	const secret = "not-really-a-secret" // a real one is drawn at random, and kept out of the source
	handler, err := newWebhook(client, secret)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/flowroute/", handler)
	server := httptest.NewServer(mux)
	defer server.Close()

	if err := setCallbacks(context.Background(), client, server.URL+"/flowroute/"+secret); err != nil {
		log.Fatal(err)
	}

	// The fake has somebody text one of the account's numbers, and delivers that three times.
	fake.SetWebhooks(flowroutetest.Webhooks{Duplicates: 2})
	_, err = fake.Receive(flowroutetest.Inbound{From: "12065550199", To: flowroutetest.LongCode, Body: "Hello",
		Attachments: []flowroutetest.Attachment{{FileName: "cat.png", Content: []byte("meow")}}})
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range fake.Deliveries() {
		fmt.Println("answered", d.Status)
	}
	// Output:
	// from "12065550199": "Hello"
	// cat.png 4 bytes
	// answered 200
	// answered 200
	// answered 200
}

// A handler of one's own. WebhookHandler also tells Flowroute from others, and deals with each event once.
func ExampleParseWebhook() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// First check that it is Flowroute that calls, such as by a secret in the path.
		event, err := flowroute.ParseWebhook(r)
		if e, ok := errors.AsType[*flowroute.WebhookError](err); ok {
			http.Error(w, http.StatusText(e.StatusCode), e.StatusCode)
			return
		}
		switch e := event.(type) {
		case *flowroute.InboundMessage:
			fmt.Printf("from %q: %q\n", e.From, e.Body)
		case *flowroute.DeliveryReceiptEvent:
			fmt.Printf("receipt %d: %q\n", e.Level, e.Status)
		default:
			fmt.Println("something else:", e.Key())
		}
	})

	// What Flowroute sends to an account on an older version of the messaging API.
	body := strings.NewReader(`{"id":"mdr2-e37c","from":"17866648610","to":"14582037530","body":"Hello"}`)
	request := httptest.NewRequest(http.MethodPost, "/flowroute", body)
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	fmt.Println("answered", answer.Code)
	// Output:
	// from "17866648610": "Hello"
	// answered 200
}

// A secret can also be the password of HTTP basic auth, or be checked by a function.
func ExampleWebhookAuthFunc() {
	handler, err := flowroute.NewWebhookHandler(flowroute.WebhookConfig{
		Auth: flowroute.WebhookAuthFunc(func(r *http.Request) bool {
			got := r.URL.Query().Get("token")
			return subtle.ConstantTimeCompare([]byte(got), []byte("not-really-a-secret")) == 1
		}),
		OnReceipt: func(context.Context, *flowroute.DeliveryReceiptEvent) error { return nil },
	})
	if err != nil {
		log.Fatal(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/flowroute?token=guessed", nil))
	fmt.Println("answered", answer.Code)
	// Output:
	// answered 401
}

func TestWebhook(t *testing.T) {
	fake := flowroutetest.NewServer()
	defer fake.Close()
	handler, err := newWebhook(fake.Client(), "not-really-a-secret")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	err = fake.Client().Numbers.SetCallback(t.Context(), flowroutetest.LongCode, flowroute.CallbackTypeSMS, server.URL+"/not-really-a-secret")
	if err != nil {
		t.Fatal(err)
	}

	fake.SetWebhooks(flowroutetest.Webhooks{FlatMessages: true, Duplicates: 1})
	if _, err := fake.Receive(flowroutetest.Inbound{From: "12065550199", To: flowroutetest.LongCode, Body: "Hello"}); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Minute) // what was not answered with 200 is delivered again
	if d := fake.Deliveries(); len(d) != 2 || d[0].Status != 200 || d[1].Status != 200 {
		t.Errorf("delivered %v", d)
	}
}
