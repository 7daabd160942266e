package flowroute_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// A number is brought from another carrier, with the letter of authorization signed online.
func ExamplePortingService() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	numbers := []string{"(206) 501-3456"}
	portability, err := client.Porting.CheckPortability(ctx, numbers)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("can be ported:", portability.Portable)

	orders, err := client.Porting.Create(ctx, &flowroute.CreatePortOrderRequest{ // costs money
		Numbers:     numbers,
		BillingName: "Ada Byron",
		BillingAddress: flowroute.BillingAddress{
			Street: "1218 3rd Ave", City: "Seattle", State: "WA", ZIP: "98101", Country: "US",
		},
		Provider:   "Example Telecom",
		LOADetails: flowroute.LOADetails{Email: "ada@example.com"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, order := range orders { // one for each carrier and kind of number
		if err := client.Porting.SignLOA(ctx, order.ID, "Ada Byron", "Owner"); err != nil {
			log.Fatal(err)
		}
	}

	srv.Advance(flowroutetest.PortCompletedAfter) // at Flowroute, ask again every day
	status, err := client.Porting.GetStatus(ctx, orders[0].ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("order:", status.Status)
	// Output:
	// can be ported: [12065013456]
	// order: completed
}

func ExamplePortingService_Upload() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	orders, err := client.Porting.Create(ctx, &flowroute.CreatePortOrderRequest{
		Numbers:        []string{"2065013456"},
		BillingName:    "Ada Byron",
		BillingAddress: flowroute.BillingAddress{Street: "1218 3rd Ave", City: "Seattle", State: "WA", Country: "US"},
		Provider:       "Example Telecom",
		LOADetails:     flowroute.LOADetails{Email: "ada@example.com"},
	})
	if err != nil {
		log.Fatal(err)
	}

	record := strings.NewReader("a customer service record") // an *os.File will do, with its size
	if err := client.Porting.Upload(ctx, orders[0].ID, "csr.pdf", record, record.Size()); err != nil {
		log.Fatal(err)
	}
	order, err := client.Porting.Get(ctx, orders[0].ID)
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range order.BusinessDocuments {
		fmt.Println(file.FileName, file.Status)
	}
	// Output:
	// csr.pdf uploaded
}
