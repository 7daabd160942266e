package flowroute_test

import (
	"context"
	"fmt"
	"log"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// A caller name is made, approved by Flowroute, and given to a number.
func ExampleCNAMsService() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	cnam, err := client.CNAMs.Create(ctx, "Acme & Sons") // costs money
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cnam.Value, "approved:", cnam.Approved)

	srv.Advance(flowroutetest.CNAMApprovedAfter) // at Flowroute, ask again after a day or two
	cnam, err = client.CNAMs.Get(ctx, cnam.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cnam.Value, "approved:", cnam.Approved)

	if _, err := client.CNAMs.Assign(ctx, flowroutetest.LongCode, cnam.ID); err != nil {
		log.Fatal(err)
	}
	number, err := client.Numbers.Get(ctx, flowroutetest.LongCode)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("shown to those who are called:", number.CNAM.Value)
	// Output:
	// ACME & SONS approved: false
	// ACME & SONS approved: true
	// shown to those who are called: ACME & SONS
}

// Which names were rejected, and why.
func ExampleCNAMsService_ListAll() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	cnam, err := client.CNAMs.Create(ctx, "White House")
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.RejectCNAM(cnam.ID, "misleading"); err != nil {
		log.Fatal(err)
	}

	for cnam, err := range client.CNAMs.ListAll(ctx, &flowroute.CNAMListOptions{Approved: new(false)}) {
		if err != nil {
			log.Fatal(err)
		}
		if cnam.RejectionReason != "" {
			fmt.Println(cnam.Value, "was rejected:", cnam.RejectionReason)
		}
	}
	// Output:
	// WHITE HOUSE was rejected: misleading
}

func ExampleCheckCNAM() {
	for _, name := range []string{"Acme & Sons", "Acme and All Sons", "24/7", "Café"} {
		fmt.Println(name+":", flowroute.CheckCNAM(name))
	}
	// Output:
	// Acme & Sons: <nil>
	// Acme and All Sons: flowroute: CheckCNAM: value must have at most 15 characters
	// 24/7: flowroute: CheckCNAM: value must have a letter
	// Café: flowroute: CheckCNAM: value must have only letters of A to Z, digits, spaces and any of - _ . , @ + & ' / "
}
