package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func ExampleSegments() {
	for _, body := range []string{"Your table is ready.", "Your table is ready 🎉"} {
		s := flowroute.Segments(body)
		fmt.Printf("%d segment in encoding %d, because of %q\n", s.Segments, s.Encoding, s.UCS2)
	}
	// Output:
	// 1 segment in encoding 0, because of []
	// 1 segment in encoding 8, because of ['🎉']
}

// One curly quote doubles the price of this text.
func ExampleStraightQuotes() {
	body := "We’re holding your table until a quarter past eight. Call us if you can’t make it, please."
	fmt.Println("as written:", flowroute.Segments(body).Segments)

	body = flowroute.StraightQuotes(body)
	fmt.Println("straight:  ", flowroute.Segments(body).Segments)
	fmt.Println(body)
	// Output:
	// as written: 2
	// straight:   1
	// We're holding your table until a quarter past eight. Call us if you can't make it, please.
}

func ExampleParsePhone() {
	for _, input := range []string{"+1 206-555-0100", "(206) 555-0100", "+44 20 7946 0000", "555-0100"} {
		number, err := flowroute.ParsePhone(input)
		if errors.Is(err, flowroute.ErrInvalidArgument) {
			fmt.Println("not a phone number:", input)
			continue
		}
		fmt.Println(number)
	}
	// Output:
	// 12065550100
	// 12065550100
	// +442079460000
	// not a phone number: 555-0100
}

// Sums of Nanodollars are exact.
func ExampleParseNanodollars() {
	var sum flowroute.Nanodollars
	for _, s := range []string{"0.0345", "12", "5e-05"} {
		amount, err := flowroute.ParseNanodollars(s)
		if err != nil {
			log.Fatal(err)
		}
		sum += amount
	}
	fmt.Println("$" + sum.String())
	// Output:
	// $12.03455
}

// An operation that this library has no method for, or an attribute that it does not know yet.
func ExampleClient_Do() {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()

	var answer struct {
		Data []struct {
			ID         string `json:"id"`
			Attributes struct {
				RateCenter string `json:"rate_center"`
			} `json:"attributes"`
		} `json:"data"`
	}
	query := url.Values{"starts_with": {"1206"}, "limit": {"10"}}
	if err := client.Do(context.Background(), http.MethodGet, "/v2/numbers", query, nil, &answer); err != nil {
		log.Fatal(err)
	}
	for _, number := range answer.Data {
		fmt.Println(number.ID, number.Attributes.RateCenter)
	}
	// Output:
	// 12065550100 seattle
}
