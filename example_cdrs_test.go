package flowroute_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// The calls of a week, and what they cost.
func ExampleCDRsService() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	ctx := context.Background()

	end := srv.Now() // in a real program, time.Now()
	export, err := client.CDRs.Create(ctx, &flowroute.CreateCDRExportRequest{Start: end.AddDate(0, 0, -7), End: end})
	if err != nil {
		log.Fatal(err)
	}
	srv.Advance(flowroutetest.ExportCompletedAfter) // the fake's clock stands still; at Flowroute, Wait takes some minutes
	export, err = client.CDRs.Wait(ctx, export.ID)
	if err != nil {
		log.Fatal(err)
	}

	var calls int
	var cost flowroute.Nanodollars
	for record, err := range client.CDRs.Records(ctx, export) {
		if err != nil {
			log.Fatal(err)
		}
		calls++
		cost += record.TotalCost
	}
	fmt.Println("all calls are there:", calls == export.NumCalls)
	fmt.Println("the costs add up:", cost == export.TotalCost)
	// Output:
	// all calls are there: true
	// the costs add up: true
}

// A file that was downloaded before, or by another program.
func ExampleReadCDRs() {
	file := strings.NewReader(`direction,start_time,destination,callerid,total_cost,duration
inbound,2019-06-25 18:18:54+00,12065550100,12065550199,0.0120,60
outbound,2019-06-25 18:20:00+00,12065550199,12065550100,0.0048,29
`)
	for record, err := range flowroute.ReadCDRs(file) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(record.StartTime.Format(time.TimeOnly), record.Direction, record.CallerID, record.Duration, "$"+record.TotalCost.String())
	}
	// Output:
	// 18:18:54 inbound 12065550199 1m0s $0.012
	// 18:20:00 outbound 12065550100 29s $0.0048
}
