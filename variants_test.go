package flowroute_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestVariants has each attribute that the API writes in several ways come in its other way.
func TestVariants(t *testing.T) {
	ctx := t.Context()
	client, _ := serve(t, 200, "", `{"data":[{"type":"number","id":12065550100,"attributes":{"value":12065550100,"alias":"","note":null,"rate_center":null,"state":null,
		"cnam_lookups_enabled":"true","messaging_enabled":"True","monthly_cost":"1.25","setup_cost":"199.95","inbound_rate":"0.012"}}]}`)
	numbers, err := client.Numbers.List(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, []flowroute.Number{{
		ID: "12065550100", Value: "12065550100", CNAMLookupsEnabled: true, MessagingEnabled: true, MonthlyCost: 1_250_000_000, SetupCost: 199_950_000_000, InboundRate: 12_000_000,
	}}, numbers.Items)
	available, err := client.Numbers.Search(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, []flowroute.AvailableNumber{{ID: "12065550100", Value: "12065550100", MonthlyCost: 1_250_000_000, SetupCost: 199_950_000_000, InboundRate: 12_000_000}}, available.Items)

	client, _ = serve(t, 200, "", `{"data":{"type":"message","id":"mdr2-1","attributes":{"from":12065550100,"to":12065550199,"body":null,"is_mms":"true","message_encoding":"8",
		"amount_nanodollars":"7000000","amount_display":0.007,"timestamp":"2024-10-19T01:21:21.980000+00:00","status":null,
		"delivery_receipts":[{"level":"2","status":"message buffered","status_code":"1003","timestamp":"2017-12-21T16:44:35"}],
		"price_details":{"base_rate":0.004,"segment_count":"1"}},
		"relationships":{"media":{"data":[{"type":"media","id":"a"}]}}},
		"included":[{"type":"other","id":"a","attributes":{"file_name":"wrong"}},{"type":"media","id":"a","attributes":{"file_name":"a.jpg","file_size":"58017"}}]}`)
	message, err := client.Messages.Get(ctx, "mdr2-1")
	require.NoError(t, err)
	assert.Equal(t, &flowroute.Message{
		ID: "mdr2-1", From: "12065550100", To: "12065550199", MMS: true, Encoding: 8, Amount: 7_000_000,
		Timestamp:        time.Date(2024, 10, 19, 1, 21, 21, 980e6, time.UTC),
		DeliveryReceipts: []flowroute.DeliveryReceipt{{Level: 2, Status: "message buffered", StatusCode: 1003, Timestamp: time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC)}},
		PriceDetails:     &flowroute.PriceDetails{BaseRate: 4_000_000, SegmentCount: 1},
		Media:            []flowroute.Media{{ID: "a", FileName: "a.jpg", FileSize: 58017}},
	}, message)

	client, _ = serve(t, 200, "", `{"data":[{"type":"route","id":7,"attributes":{"alias":"x","route_type":"number","value":12065550199,"edge_strategy_id":"4"}}]}`)
	routes, err := client.Routes.List(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, []flowroute.Route{{ID: "7", Alias: "x", Type: "number", Value: "12065550199", EdgeStrategyID: "4"}}, routes.Items)

	client, _ = serve(t, 200, "", `{"data":[{"type":"cnam","id":"1","attributes":{"value":"ACME","is_approved":"True","approval_datetime":"","creation_datetime":"2018-04-19T21:03:04Z"}}]}`)
	cnams, err := client.CNAMs.List(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, []flowroute.CNAM{{ID: "1", Value: "ACME", Approved: true, CreatedAt: time.Date(2018, 4, 19, 21, 3, 4, 0, time.UTC)}}, cnams.Items)

	client, _ = serve(t, 200, "", `{"data":{"type":"number","id":"1","attributes":{},"relationships":{"cnam_preset":{"data":{"id":"7","type":"cnam"}},"primary_route":{"data":{"id":"7","type":"route"}}}},
		"included":[{"type":"route","id":"7","attributes":{"alias":"route"}},{"type":"cnam","id":"7","attributes":{"value":"NAME"}}]}`)
	number, err := client.Numbers.Get(ctx, "2065550100")
	require.NoError(t, err)
	assert.Equal(t, "NAME", number.CNAM.Value)
	assert.Equal(t, "route", number.PrimaryRoute.Alias, "found by its type as well as its id")
}

func TestMMSOfTextAlone(t *testing.T) {
	client, got := serve(t, 202, "", sentJSON)
	_, err := client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: "2065550100", To: "2065550199", Body: "Hi", MMS: true})
	require.NoError(t, err)
	assert.JSONEq(t, `{"data":{"type":"message","attributes":{"from":"12065550100","to":"12065550199","body":"Hi","is_mms":true}}}`, got.Body)
}

// TestRequiredFields takes each required field of an address away.
func TestRequiredFields(t *testing.T) {
	client := serveFunc(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
	for name, change := range map[string]func(*flowroute.E911Address){
		"Label":             func(a *flowroute.E911Address) { a.Label = "" },
		"FirstName":         func(a *flowroute.E911Address) { a.FirstName = "" },
		"LastName":          func(a *flowroute.E911Address) { a.LastName = "" },
		"StreetNumber":      func(a *flowroute.E911Address) { a.StreetNumber = "" },
		"StreetName":        func(a *flowroute.E911Address) { a.StreetName = "" },
		"City":              func(a *flowroute.E911Address) { a.City = "" },
		"State":             func(a *flowroute.E911Address) { a.State = "" },
		"Country":           func(a *flowroute.E911Address) { a.Country = "" },
		"ZIP":               func(a *flowroute.E911Address) { a.ZIP = "" },
		"AddressTypeNumber": func(a *flowroute.E911Address) { a.AddressTypeNumber = "7" },
	} {
		a := funeralHomes()
		change(&a)
		err := client.E911s.Validate(t.Context(), &a)
		var e *flowroute.ArgumentError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, name, e.Name)
	}
	_, err := client.Numbers.ListAreaCodes(t.Context(), &flowroute.AreaCodeListOptions{MaxSetupCost: new(flowroute.Nanodollars(-1))})
	require.ErrorIs(t, err, flowroute.ErrInvalidArgument)
	_, err = client.Numbers.List(t.Context(), &flowroute.NumberListOptions{Contains: "x"})
	require.ErrorIs(t, err, flowroute.ErrInvalidArgument)
	require.NoError(t, flowroute.CheckCNAM(strings.Repeat("A", 15)))
}

// TestTimeoutAndCause has a timeout of one's own, and a context that ends with a cause of its own, which the error has
// in words.
func TestTimeoutAndCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		srv.Inject(flowroutetest.Fault{Delay: time.Hour, Times: flowroutetest.Always})
		network := newNetwork()
		client, stop := network.start(t, srv, nil, flowroute.WithTimeout(7*time.Second))
		defer stop()
		start := time.Now()
		_, err := client.Messages.Send(t.Context(), sms())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 7*time.Second, time.Since(start))

		ctx, cancel := context.WithCancelCause(t.Context())
		quitting := errors.New("quitting")
		time.AfterFunc(time.Second, func() { cancel(quitting) })
		_, err = client.Messages.Send(ctx, sms())
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, quitting)
		require.ErrorContains(t, err, "context canceled: quitting")
		require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown)
	})
}
