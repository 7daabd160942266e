package flowroutetest_test

import (
	"context"
	"errors"
	"fmt"

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
		fmt.Println(err)
		return
	}
	fmt.Println("sent:", srv.Messages()[0].Body)

	srv.Advance(flowroutetest.MessageAcceptedAfter)
	message, err := client.Messages.Get(ctx, sent.ID)
	if err != nil {
		fmt.Println(err)
		return
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
