package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func Example() {
	srv := flowroutetest.NewServer() // a fake: a real program has NewClientFromEnv in place of these lines
	defer srv.Close()
	client := srv.Client()

	message, err := client.Messages.Send(context.Background(), &flowroute.SendMessageRequest{
		From: "+1 206-555-0100", // a number of yours
		To:   "+1 206-555-0199",
		Body: "Your table is ready.",
	})
	if err != nil {
		log.Fatal(err)
	}
	srv.Advance(time.Minute)
	record, err := client.Messages.Get(context.Background(), message.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(record.From, record.To, record.Body)
	for _, receipt := range record.DeliveryReceipts {
		fmt.Println(receipt.Level, receipt.StatusCodeDescription)
	}
	// Output:
	// 12065550100 12065550199 Your table is ready.
	// 2 Message accepted by Carrier
	// 1 Message has been sent
}

func printNumbers(ctx context.Context, client *flowroute.Client) error {
	for number, err := range client.Numbers.ListAll(ctx, nil) {
		if err != nil {
			return err
		}
		fmt.Println(number.Value, number.NumberType)
	}
	return nil
}

func ExampleNumbersService_ListAll() {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	if err := printNumbers(context.Background(), srv.Client()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 12065550100 longcode
	// 12125550101 longcode
	// 16045550102 longcode
	// 18445550100 toll-free
}

func explain(err error) string {
	switch e, isError := errors.AsType[*flowroute.Error](err); {
	case errors.Is(err, flowroute.ErrNotFound):
		return "that is not on the account"
	case errors.Is(err, flowroute.ErrOutcomeUnknown):
		return "it may have been done: look before doing it again"
	case isError && len(e.Errors) > 0 && len(e.Errors[0].Fields) > 0:
		return "the API refuses " + e.Errors[0].Fields[0].Field
	default:
		return err.Error()
	}
}

func ExampleError() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	_, err := client.Numbers.Get(context.Background(), "2065559999")
	fmt.Println(explain(err))

	_, err = client.Numbers.Get(context.Background(), "911")
	fmt.Println(explain(err))

	_, err = client.CNAMs.Create(context.Background(), "Acme")
	fmt.Println("first:", err)
	_, err = client.CNAMs.Create(context.Background(), "ACME")
	fmt.Println("again:", explain(err))
	// Output:
	// that is not on the account
	// flowroute: numbers.get: number must be a North American number of 10 digits, or 11 with the leading 1, or begin with + and a country code
	// first: <nil>
	// again: the API refuses value
}

// wasSent looks for a text among those sent in the minutes around a time. Its record appears some seconds after it was
// sent, so a no within the first minute means nothing. A later no is as much as can be known.
func wasSent(ctx context.Context, client *flowroute.Client, text *flowroute.SendMessageRequest, at time.Time) (bool, error) {
	to, err := flowroute.ParsePhone(text.To) // as records have it
	if err != nil {
		return false, err
	}
	around := &flowroute.MessageListOptions{Start: at.Add(-time.Minute), End: at.Add(2 * time.Minute)} // clocks differ
	for m, err := range client.Messages.ListAll(ctx, around) {
		if err != nil {
			return false, err
		}
		if m.Direction == flowroute.MessageDirectionOutbound && m.To == to && m.Body == text.Body {
			return true, nil
		}
	}
	return false, nil
}

func ExampleMessagesService_Send_outcomeUnknown() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	at := srv.Now()

	// The connection breaks after the text was taken for sending.
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Cut: true, CarryOut: true})
	text := &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: "(206) 555-0199", Body: "Your table is ready."}
	_, err := client.Messages.Send(context.Background(), text)
	fmt.Println("unknown:", errors.Is(err, flowroute.ErrOutcomeUnknown))

	srv.Advance(time.Minute)
	sent, err := wasSent(context.Background(), client, text, at)
	fmt.Println("sent:", sent, err)
	// Output:
	// unknown: true
	// sent: true <nil>
}

func remind(ctx context.Context, client *flowroute.Client, to string) error {
	_, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: to, Body: "Tomorrow at nine."})
	return err
}

func TestRemind(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()

	if err := remind(t.Context(), srv.Client(), "2065550199"); err != nil {
		t.Fatal(err)
	}
	if sent := srv.Messages(); len(sent) != 1 || sent[0].To != "12065550199" {
		t.Errorf("sent %v", sent)
	}

	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Cut: true, CarryOut: true})
	if err := remind(t.Context(), srv.Client(), "2065550198"); !errors.Is(err, flowroute.ErrOutcomeUnknown) {
		t.Errorf("a connection cut after sending gave %v", err)
	}
}
