package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// Which fields the API finds fault with, for a form to show beside them.
func ExampleFieldError() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	_, err := client.CNAMs.Create(context.Background(), "Acme")
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CNAMs.Create(context.Background(), "Acme") // which the account has already
	if e, ok := errors.AsType[*flowroute.Error](err); ok && errors.Is(err, flowroute.ErrUnprocessable) {
		for _, detail := range e.Errors {
			for _, field := range detail.Fields {
				fmt.Println(field.Field, len(field.Messages) > 0)
			}
		}
	}
	// Output:
	// value true
}

// An argument that can't be right costs no request.
func ExampleArgumentError() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	_, err := client.Messages.Send(context.Background(), &flowroute.SendMessageRequest{
		From: flowroutetest.LongCode,
		To:   "555-0199", // without an area code
		Body: "Your table is ready.",
	})
	if e, ok := errors.AsType[*flowroute.ArgumentError](err); ok {
		fmt.Println("refused:", e.Name)
	}
	fmt.Println("requests:", len(srv.Requests()))
	// Output:
	// refused: To
	// requests: 0
}

// A call without a usable answer.
func ExampleRequestError() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	srv.Inject(flowroutetest.Fault{Operation: "numbers.get", Delay: time.Minute, Times: flowroutetest.Always})

	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := client.Numbers.Get(ctx, flowroutetest.LongCode)
	if e, ok := errors.AsType[*flowroute.RequestError](err); ok {
		fmt.Println(e.Op, "got no answer")
	}
	fmt.Println("time ran out:", errors.Is(err, context.DeadlineExceeded))
	// Output:
	// numbers.get got no answer
	// time ran out: true
}

// A number is bought by a program that never buys it twice, and never loses it.
func ExampleNumbersService_Purchase_outcomeUnknown() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	// The number is bought, and the answer lost.
	srv.Inject(flowroutetest.Fault{Operation: "numbers.purchase", Cut: true, CarryOut: true})

	const want = "12062790237"
	number, err := client.Numbers.Purchase(ctx, want, nil)
	if errors.Is(err, flowroute.ErrOutcomeUnknown) {
		number, err = client.Numbers.Get(ctx, want)
		if errors.Is(err, flowroute.ErrNotFound) { // it was not bought, so this buys it once
			number, err = client.Numbers.Purchase(ctx, want, nil)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("on the account:", number.Value)
	// Output:
	// on the account: 12062790237
}
