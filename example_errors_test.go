package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
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

// A number is bought by a program that looks whether it has it before it gives up, or pays again. A number that is on
// the account is not for sale, so it can't be bought twice.
func ExampleNumbersService_Purchase_outcomeUnknown() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	// The number is bought, and the answer lost. It takes a moment to appear on the account.
	srv.Inject(
		flowroutetest.Fault{Operation: "numbers.purchase", Cut: true, CarryOut: true},
		flowroutetest.Fault{Operation: "numbers.get", Status: http.StatusNotFound},
	)

	number, err := client.Numbers.Purchase(ctx, flowroutetest.ForSale, nil)
	if errors.Is(err, flowroute.ErrOutcomeUnknown) {
		number, err = client.Numbers.Get(ctx, flowroutetest.ForSale)
		if errors.Is(err, flowroute.ErrNotFound) { // not bought, or not yet
			number, err = client.Numbers.Purchase(ctx, flowroutetest.ForSale, nil)
		}
		if errors.Is(err, flowroute.ErrNotFound) || errors.Is(err, flowroute.ErrOutcomeUnknown) {
			// It is not for sale any more, so who has it?
			number, err = client.Numbers.Get(ctx, flowroutetest.ForSale)
		}
	}
	if err != nil {
		log.Fatal(err) // look at the account again later: it may still appear there
	}
	fmt.Println("on the account:", number.Value)
	for _, r := range srv.Requests() {
		fmt.Println(r.Operation, r.Status)
	}
	// Output:
	// on the account: 12062790237
	// numbers.purchase 0
	// numbers.get 404
	// numbers.purchase 404
	// numbers.get 200
}
