package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// An address is validated, recorded, and given to a number.
func ExampleE911sService() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	address := &flowroute.E911Address{
		Label:             "Headquarters",
		FirstName:         "Ada",
		LastName:          "Byron",
		StreetNumber:      "1218",
		StreetName:        "3rd Ave",
		AddressType:       flowroute.AddressTypeSuite,
		AddressTypeNumber: "600",
		City:              "Seattle",
		State:             "WA",
		Country:           "US",
		ZIP:               "98101",
	}
	if err := client.E911s.Validate(ctx, address); err != nil { // costs nothing, and changes nothing
		log.Fatal(err)
	}
	record, err := client.E911s.Create(ctx, address)
	if err != nil {
		log.Fatal(err)
	}
	if err := client.E911s.Assign(ctx, flowroutetest.LongCode, record.ID); err != nil { // costs money
		log.Fatal(err)
	}

	number, err := client.Numbers.Get(ctx, flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(number.E911.Label, number.E911.StreetNumber, number.E911.StreetName, number.E911.City)
	// Output:
	// Headquarters 1218 3rd Ave Seattle
}

// What Flowroute says about an address that emergency services can't find.
func ExampleE911sService_Validate() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	err := client.E911s.Validate(context.Background(), &flowroute.E911Address{
		Label: "Nowhere", FirstName: "Ada", LastName: "Byron",
		StreetNumber: flowroutetest.UnknownStreetNumber, // which the fake can't find
		StreetName:   "3rd Ave",
		City:         "Seattle", State: "WA", Country: "US", ZIP: "98101",
	})
	if e, ok := errors.AsType[*flowroute.Error](err); ok && errors.Is(err, flowroute.ErrBadRequest) {
		for _, detail := range e.Errors {
			fmt.Println(detail.Detail)
		}
	}
	// Output:
	// Could not geocode this address. Please check the validity of your address.
}
