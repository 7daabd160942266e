package main

import (
	"context"
	"fmt"

	"github.com/flowroute/flowroute-go"
)

// kind is what a number of the fake is given.
type kind struct {
	alias         string
	route, record bool
}

// prepareFake gives the fake's numbers what they need, or leaves some of it out.
func (p *program) prepareFake(ctx context.Context) error {
	route, err := p.Client.Routes.Create(ctx, &flowroute.CreateRouteRequest{
		Alias: "office",
		Type:  flowroute.RouteTypeHost,
		Value: "sip.example.com",
	})
	if err != nil {
		return err
	}
	record, err := p.Client.E911s.Create(ctx, &flowroute.E911Address{
		Label: "Head office", FirstName: "Ada", LastName: "Lovelace",
		StreetNumber: "1218", StreetName: "3rd Avenue", City: "Seattle", State: "WA", Country: "US", ZIP: "98101",
	})
	if err != nil {
		return err
	}

	kinds := []kind{
		{"Front desk", true, true},
		{"Fax", true, false},
		{"Warehouse", false, true},
		{"Old hotline", false, false},
	}
	prepared := 0
	for number, err := range p.Client.Numbers.ListAll(ctx, nil) {
		if err != nil {
			return err
		}
		if err := p.prepareNumber(ctx, number.Value, kinds[prepared%len(kinds)], route.ID, record.ID); err != nil {
			return err
		}
		prepared++
	}
	fmt.Fprintf(p.log, "Prepared %d numbers of the fake, with and without a route and an E911 record.\n", prepared)
	return nil
}

func (p *program) prepareNumber(ctx context.Context, number string, k kind, routeID, recordID string) error {
	if _, err := p.Client.Numbers.Update(ctx, number, &flowroute.UpdateNumberRequest{Alias: &k.alias}); err != nil {
		return err
	}
	if k.record {
		if err := p.Client.E911s.Assign(ctx, number, recordID); err != nil {
			return err
		}
	}
	if k.route {
		return p.Client.Routes.SetPrimary(ctx, number, routeID)
	}
	return p.Client.Routes.ClearPrimary(ctx, number) // a number has the built-in route at first
}
