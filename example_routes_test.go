package flowroute_test

import (
	"context"
	"fmt"
	"log"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// Calls to a number go to a PBX, and to a mobile phone while the PBX is down.
func ExampleRoutesService() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	pbx, err := client.Routes.Create(ctx, &flowroute.CreateRouteRequest{
		Alias: "pbx",
		Type:  flowroute.RouteTypeHost,
		Value: "sip.example.com:5060",
	})
	if err != nil {
		log.Fatal(err)
	}
	mobile, err := client.Routes.Create(ctx, &flowroute.CreateRouteRequest{
		Alias: "mobile",
		Type:  flowroute.RouteTypeNumber,
		Value: "(206) 555-0142",
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Routes.SetPrimary(ctx, flowroutetest.LongCode, pbx.ID); err != nil {
		log.Fatal(err)
	}
	if err := client.Routes.SetFailover(ctx, flowroutetest.LongCode, mobile.ID); err != nil {
		log.Fatal(err)
	}

	number, err := client.Numbers.Get(ctx, flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("primary: ", number.PrimaryRoute.Type, number.PrimaryRoute.Value)
	fmt.Println("failover:", number.FailoverRoute.Type, number.FailoverRoute.Value)
	// Output:
	// primary:  host sip.example.com:5060
	// failover: number 12065550142
}

func ExampleRoutesService_ListAll() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	for route, err := range client.Routes.ListAll(context.Background(), nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(route.ID, route.Alias, route.Type)
	}
	// Output:
	// 0 sip-reg sip-reg
}
