package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func ExampleNumbersService_Search() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	page, err := client.Numbers.Search(context.Background(), &flowroute.NumberSearchOptions{
		ListOptions: flowroute.ListOptions{Limit: 3},
		StartsWith:  "206", // Seattle
		OrderBy:     "monthly_cost,asc",
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, number := range page.Items {
		fmt.Printf("%s in %s: $%s, then $%s a month\n", number.Value, number.RateCenter, number.SetupCost, number.MonthlyCost)
	}
	fmt.Println("more:", page.More)
	// Output:
	// 12062030237 in seattle: $1.00, then $1.25 a month
	// 12062030474 in seattle: $1.00, then $1.25 a month
	// 12062030711 in seattle: $1.00, then $1.25 a month
	// more: true
}

// The API can't filter by setup cost, so the loop does, and is broken off at the first number that will do. No page is
// fetched after that.
func ExampleNumbersService_SearchAll() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	const budget = 2 * flowroute.Dollar
	var found *flowroute.AvailableNumber
	for number, err := range client.Numbers.SearchAll(context.Background(), &flowroute.NumberSearchOptions{
		NumberType: flowroute.NumberTypeTollFree,
	}) {
		if err != nil {
			log.Fatal(err)
		}
		if number.SetupCost <= budget {
			found = number
			break
		}
	}
	if found == nil {
		log.Fatal("no toll-free number is cheap enough")
	}
	fmt.Println(found.Value, found.NumberType)
	fmt.Println("requests:", len(srv.Requests()))
	// Output:
	// 18002030437 toll-free
	// requests: 1
}

func ExampleNumbersService_Purchase() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	// This costs money, unless the client is that of a fake.
	number, err := client.Numbers.Purchase(ctx, "+1 206-279-0237", &flowroute.PurchaseOptions{MessagingEnabled: true})
	switch {
	case errors.Is(err, flowroute.ErrNotFound):
		log.Fatal("somebody else was faster")
	case errors.Is(err, flowroute.ErrOutcomeUnknown):
		number, err = client.Numbers.Get(ctx, "+1 206-279-0237") // was it bought?
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("bought %s for $%s\n", number.Value, number.SetupCost)
	fmt.Println("calls go to route", number.PrimaryRoute.ID)

	srv.Advance(flowroutetest.MessagingEnabledAfter) // at Flowroute, wait: messaging is enabled some time later
	number, err = client.Numbers.Get(ctx, number.Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("can send messages:", number.MessagingEnabled)
	// Output:
	// bought 12062790237 for $1.00
	// calls go to route 0
	// can send messages: true
}

// A number is bought, its calls go to a SIP host, and emergency services know its address. What is bought or created
// here is not repeated by itself: after ErrOutcomeUnknown, look before you go on.
func ExampleNumbersService_Purchase_setUp() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	number, err := client.Numbers.Purchase(ctx, flowroutetest.ForSale, nil)
	if err != nil {
		log.Fatal(err)
	}

	route, err := client.Routes.Create(ctx, &flowroute.CreateRouteRequest{
		Alias: "office",
		Type:  flowroute.RouteTypeHost,
		Value: "sip.example.com",
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Routes.SetPrimary(ctx, number.Value, route.ID); err != nil {
		log.Fatal(err)
	}

	record, err := client.E911s.Create(ctx, &flowroute.E911Address{ // validates it as well
		Label: "Office", FirstName: "Ada", LastName: "Byron",
		StreetNumber: "1218", StreetName: "3rd Ave", City: "Seattle", State: "WA", Country: "US", ZIP: "98101",
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := client.E911s.Assign(ctx, number.Value, record.ID); err != nil {
		log.Fatal(err)
	}

	number, err = client.Numbers.Get(ctx, number.Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(number.Value, "calls", number.PrimaryRoute.Value)
	fmt.Println("help comes to", number.E911.StreetNumber, number.E911.StreetName)
	// Output:
	// 12062790237 calls sip.example.com
	// help comes to 1218 3rd Ave
}

// Page by page, for programs that show one page at a time.
func ExampleNumbersService_List() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	opts := &flowroute.NumberListOptions{ListOptions: flowroute.ListOptions{Limit: 3}}
	for {
		page, err := client.Numbers.List(context.Background(), opts)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("page at", opts.Offset)
		for _, number := range page.Items {
			fmt.Println(" ", number.Value)
		}
		if !page.More {
			break
		}
		opts.Offset = page.NextOffset
	}
	// Output:
	// page at 0
	//   12065550100
	//   12125550101
	//   16045550102
	// page at 3
	//   18445550100
}

// A nil field stays as it is.
func ExampleNumbersService_Update() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	number, err := client.Numbers.Update(context.Background(), flowroutetest.LongCode, &flowroute.UpdateNumberRequest{
		Alias:              new("front desk"),
		CNAMLookupsEnabled: new(false),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(number.Value, number.Alias)
	fmt.Println("looks callers up:", number.CNAMLookupsEnabled)
	// Output:
	// 12065550100 front desk
	// looks callers up: false
}

func ExampleNumbersService_EnableMessaging() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	numbers := []string{"2125550101", "6045550102"}
	task, err := client.Numbers.EnableMessaging(ctx, numbers, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("under way:", task.Processing)

	srv.Advance(flowroutetest.MessagingEnabledAfter) // at Flowroute, wait
	task, err = client.Numbers.GetMessagingTask(ctx, task.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("done:", task.Successful, "failed:", task.Failed)
	// Output:
	// under way: [12125550101 16045550102]
	// done: [12125550101 16045550102] failed: []
}
