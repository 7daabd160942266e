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

func ExampleMessagesService_Send() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	message, err := client.Messages.Send(context.Background(), &flowroute.SendMessageRequest{
		From: flowroutetest.LongCode, // a number of the account
		To:   "+1 206-555-0199",
		Body: "Your table is ready.",
	})
	switch {
	case errors.Is(err, flowroute.ErrOutcomeUnknown):
		log.Fatal("it may have been sent: look before sending it again")
	case err != nil:
		log.Fatal(err)
	}
	fmt.Println("accepted:", message.ID != "")
	// Output:
	// accepted: true
}

// With media it is an MMS. Flowroute fetches the media from their URLs.
func ExampleMessagesService_Send_media() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	_, err := client.Messages.Send(context.Background(), &flowroute.SendMessageRequest{
		From:      flowroutetest.LongCode,
		To:        "+1 206-555-0199",
		Body:      "This is your table.",
		MediaURLs: []string{"https://example.com/table.jpg"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("sent as MMS:", srv.Messages()[0].MMS)
	// Output:
	// sent as MMS: true
}

// The bill of a day.
func ExampleMessagesService_ListAll() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()
	start := srv.Now()

	for _, body := range []string{"One.", "Two.", "Three."} {
		_, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "2065550199", Body: body})
		if err != nil {
			log.Fatal(err)
		}
	}
	srv.Advance(time.Hour)

	var count int
	var cost flowroute.Nanodollars
	for message, err := range client.Messages.ListAll(ctx, &flowroute.MessageListOptions{
		Start: start,
		End:   start.Add(24 * time.Hour), // so that what arrives meanwhile does not get in the way
	}) {
		if err != nil {
			log.Fatal(err)
		}
		count++
		cost += message.Amount
	}
	fmt.Printf("%d messages for $%s\n", count, cost)
	// Output:
	// 3 messages for $0.012
}

// Where Flowroute reports received messages and delivery receipts.
func ExampleMessagesService_SetCallback() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	const url = "https://example.com/flowroute/not-really-a-secret"
	for _, kind := range []flowroute.CallbackType{
		flowroute.CallbackTypeSMS,
		flowroute.CallbackTypeMMS,
		flowroute.CallbackTypeSMSReceipt,
	} {
		if err := client.Messages.SetCallback(ctx, kind, url); err != nil {
			log.Fatal(err)
		}
	}
	callback, err := client.Messages.GetCallback(ctx, flowroute.CallbackTypeSMS)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(callback.URL == url)
	// Output:
	// true
}
