package flowroute_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestWholeRun carries out every operation against the fake: at its own address, over TLS, and mounted under the path
// of another server, which an absolute URL or a link that is followed would miss.
func TestWholeRun(t *testing.T) {
	t.Run("plain", func(t *testing.T) {
		srv := flowroutetest.NewServer()
		defer srv.Close()
		wholeRun(t, srv, srv.Client())
	})
	t.Run("TLS", func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer()
		srv.StartTLS()
		defer srv.Close()
		wholeRun(t, srv, srv.Client())
	})
	for name, start := range map[string]func(*httptest.Server){"prefix": (*httptest.Server).Start, "prefix, TLS": (*httptest.Server).StartTLS} {
		t.Run(name, func(t *testing.T) {
			srv := flowroutetest.NewUnstartedServer()
			mux := http.NewServeMux()
			mux.Handle("/some/prefix/", http.StripPrefix("/some/prefix", srv))
			mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s missed the prefix", r.Method, r.URL) })
			host := httptest.NewUnstartedServer(mux)
			start(host)
			defer host.Close()
			client, err := flowroute.NewClient(srv.AccessKey, srv.SecretKey, flowroute.WithBaseURL(host.URL+"/some/prefix"), flowroute.WithHTTPClient(host.Client()))
			require.NoError(t, err)
			wholeRun(t, srv, client)
		})
	}
}

func wholeRun(t *testing.T, srv *flowroutetest.Server, client *flowroute.Client) {
	ctx := t.Context()

	// A number is found, purchased, and shows up.
	codes, err := client.Numbers.ListAreaCodes(ctx, nil)
	require.NoError(t, err)
	exchanges, err := client.Numbers.ListExchanges(ctx, &flowroute.ExchangeListOptions{AreaCode: codes.Items[0].ID})
	require.NoError(t, err)
	available, err := client.Numbers.Search(ctx, &flowroute.NumberSearchOptions{StartsWith: exchanges.Items[0].ID, NumberType: flowroute.NumberTypeLongCode})
	require.NoError(t, err)
	value := available.Items[0].Value
	number, err := client.Numbers.Purchase(ctx, value, &flowroute.PurchaseOptions{MessagingEnabled: true})
	require.NoError(t, err)
	assert.Equal(t, value, number.Value)
	assert.Equal(t, available.Items[0].MonthlyCost, number.MonthlyCost)
	assert.Equal(t, &flowroute.Route{ID: "0", Alias: "sip-reg", Type: flowroute.RouteTypeSIPRegistration}, number.PrimaryRoute)
	_, err = client.Numbers.Purchase(ctx, value, nil)
	require.ErrorIs(t, err, flowroute.ErrNotFound, "it is not for sale any more")
	numbers, err := client.Numbers.List(ctx, &flowroute.NumberListOptions{StartsWith: value})
	require.NoError(t, err)
	require.Len(t, numbers.Items, 1)
	_, err = client.Numbers.Get(ctx, "+1 999 555 0100")
	require.ErrorIs(t, err, flowroute.ErrNotFound)
	assert.ErrorContains(t, err, "flowroute: numbers.get: 404 Not Found: Could not find that resource on your account.")

	// It gets routes.
	host, err := client.Routes.Create(ctx, &flowroute.CreateRouteRequest{Alias: "office", Type: flowroute.RouteTypeHost, Value: "sip.example.com"})
	require.NoError(t, err)
	mobile, err := client.Routes.Create(ctx, &flowroute.CreateRouteRequest{Alias: "mobile", Type: flowroute.RouteTypeNumber, Value: "(206) 555-0199"})
	require.NoError(t, err)
	_, err = client.Routes.Create(ctx, &flowroute.CreateRouteRequest{Alias: "again", Type: flowroute.RouteTypeHost, Value: "sip.example.com"})
	require.ErrorIs(t, err, flowroute.ErrForbidden, "a duplicate")
	require.NoError(t, client.Routes.SetPrimary(ctx, value, host.ID))
	require.NoError(t, client.Routes.SetFailover(ctx, value, mobile.ID))
	routes, err := client.Routes.List(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, "0", routes.Items[0].ID)
	assert.Contains(t, routes.Items, *mobile)
	err = client.Routes.Delete(ctx, host.ID)
	require.ErrorIs(t, err, flowroute.ErrForbidden)
	assert.ErrorContains(t, err, "This Route has numbers still associated to it.: Please disassociate all numbers before deleting.")
	require.NoError(t, client.Routes.SetPrimary(ctx, value, "0"))
	require.NoError(t, client.Routes.Delete(ctx, host.ID))
	require.ErrorIs(t, client.Routes.Delete(ctx, host.ID), flowroute.ErrNotFound)

	// It sends, and the records of what it sent appear with their receipts.
	srv.Advance(flowroutetest.MessagingEnabledAfter)
	start := srv.Now()
	text, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: value, To: "+1 206-555-0199", Body: "Hello ☎"})
	require.NoError(t, err)
	_, err = client.Messages.Get(ctx, text.ID)
	require.ErrorIs(t, err, flowroute.ErrNotFound, "its record takes a while")
	srv.Advance(flowroutetest.MessageRecordAfter)
	record, err := client.Messages.Get(ctx, text.ID)
	require.NoError(t, err)
	require.Len(t, record.DeliveryReceipts, 1)
	assert.Equal(t, 1, record.DeliveryReceipts[0].Level)
	picture, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: value, To: "2065550199", MediaURLs: []string{"https://example.com/cat.png"}})
	require.NoError(t, err)
	srv.Advance(flowroutetest.MessageAcceptedAfter)
	record, err = client.Messages.Get(ctx, text.ID)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1}, []int{record.DeliveryReceipts[0].Level, record.DeliveryReceipts[1].Level})
	assert.Equal(t, 1003, record.DeliveryReceipts[0].StatusCode)
	assert.Equal(t, "Hello ☎", record.Body)
	assert.Equal(t, 8, record.Encoding)
	assert.Equal(t, flowroute.MessageDirectionOutbound, record.Direction)
	assert.Positive(t, record.Amount)
	assert.WithinDuration(t, start, record.Timestamp, 0)
	messages, err := client.Messages.List(ctx, &flowroute.MessageListOptions{Start: start, End: srv.Now()})
	require.NoError(t, err)
	require.Len(t, messages.Items, 2)
	assert.Equal(t, picture.ID, messages.Items[0].ID, "the newest first")
	assert.True(t, messages.Items[0].MMS)
	require.Len(t, messages.Items[0].Media, 1)
	assert.Equal(t, "image/png", messages.Items[0].Media[0].MIMEType)
	_, err = client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: "2065559999", To: "2065550199", Body: "Not mine"})
	require.ErrorIs(t, err, flowroute.ErrForbidden)

	// Events about it are sent to a URL of its own.
	require.NoError(t, client.Messages.SetCallback(ctx, flowroute.CallbackTypeSMS, "https://example.com/hook"))
	require.NoError(t, client.Numbers.SetCallback(ctx, value, flowroute.CallbackTypeSMS, "https://example.com/front-desk"))
	callback, err := client.Messages.GetCallback(ctx, flowroute.CallbackTypeSMS)
	require.NoError(t, err)
	assert.Equal(t, "https://example.com/hook", callback.URL)
	_, err = client.Messages.GetCallback(ctx, flowroute.CallbackTypeMMS)
	require.ErrorIs(t, err, flowroute.ErrNotFound)

	// It gets an address.
	address := funeralHomes()
	require.NoError(t, client.E911s.Validate(ctx, &address))
	e911, err := client.E911s.Create(ctx, &address)
	require.NoError(t, err)
	assert.Equal(t, address, e911.E911Address)
	_, err = client.E911s.Create(ctx, &address)
	require.ErrorIs(t, err, flowroute.ErrForbidden)
	assert.ErrorContains(t, err, "Duplicate address.")
	e911, err = client.E911s.Update(ctx, e911.ID, &flowroute.UpdateE911Request{AddressType: new(flowroute.AddressTypeSuite), AddressTypeNumber: new("A-1")})
	require.NoError(t, err)
	assert.Equal(t, "A-1", e911.AddressTypeNumber)
	got, err := client.E911s.Get(ctx, e911.ID)
	require.NoError(t, err)
	assert.Equal(t, e911, got)
	records, err := client.E911s.List(ctx, &flowroute.E911ListOptions{City: "SEA", State: "WA"})
	require.NoError(t, err)
	assert.Equal(t, []flowroute.E911Record{*e911}, records.Items)
	require.NoError(t, client.E911s.Assign(ctx, value, e911.ID))
	with, err := client.E911s.ListNumbers(ctx, e911.ID, nil)
	require.NoError(t, err)
	assert.Equal(t, value, with.Items[0].Value)
	require.ErrorIs(t, client.E911s.Assign(ctx, flowroutetest.TollFree, e911.ID), flowroute.ErrUnprocessable)
	require.ErrorIs(t, client.E911s.Delete(ctx, e911.ID), flowroute.ErrForbidden, "it is in use")

	// It gets a name, once that is approved.
	cnam, err := client.CNAMs.Create(ctx, "Brown Bag")
	require.NoError(t, err)
	assert.Equal(t, "BROWN BAG", cnam.Value)
	_, err = client.CNAMs.Create(ctx, "brown bag")
	require.ErrorIs(t, err, flowroute.ErrUnprocessable)
	_, err = client.CNAMs.Assign(ctx, value, cnam.ID)
	require.Error(t, err)
	assert.ErrorContains(t, err, "approved")
	srv.Advance(flowroutetest.CNAMApprovedAfter)
	assignment, err := client.CNAMs.Assign(ctx, value, cnam.ID)
	require.NoError(t, err)
	assert.Equal(t, &flowroute.CNAMAssignment{ID: cnam.ID, CreatedAt: srv.Now()}, assignment)
	names, err := client.CNAMs.List(ctx, &flowroute.CNAMListOptions{Approved: new(true), Value: "own"})
	require.NoError(t, err)
	require.Len(t, names.Items, 1)
	cnam, err = client.CNAMs.Get(ctx, cnam.ID)
	require.NoError(t, err)
	require.Len(t, cnam.Numbers, 1)
	assert.Equal(t, value, cnam.Numbers[0].Value)

	// All of it is in the number's details.
	number, err = client.Numbers.Get(ctx, value)
	require.NoError(t, err)
	assert.Equal(t, mobile, number.FailoverRoute)
	assert.Equal(t, e911.E911Address, number.E911.E911Address)
	assert.Equal(t, "BROWN BAG", number.CNAM.Value)
	assert.True(t, number.MessagingEnabled)

	// And all of it is taken back.
	unassigned, err := client.CNAMs.Unassign(ctx, value)
	require.NoError(t, err)
	assert.Empty(t, unassigned.ID)
	require.NoError(t, client.CNAMs.Delete(ctx, cnam.ID))
	_, err = client.CNAMs.Get(ctx, cnam.ID)
	require.ErrorIs(t, err, flowroute.ErrNotFound)
	require.NoError(t, client.E911s.Unassign(ctx, value))
	require.NoError(t, client.E911s.Delete(ctx, e911.ID))
	number, err = client.Numbers.Get(ctx, value)
	require.NoError(t, err)
	assert.Nil(t, number.E911)
	assert.Nil(t, number.CNAM)

	settingsRun(t, srv, client, value)
	portingRun(t, srv, client)
	cdrRun(t, srv, client)

	var done []string
	for _, r := range srv.Requests() {
		done = append(done, r.Operation)
	}
	for _, op := range operations() {
		assert.True(t, slices.Contains(done, op.name), "%s was not carried out", op.name)
	}
}

// TestFakeRefuses has the fake itself, and not the client's own checks, find what is wrong with a request.
func TestFakeRefuses(t *testing.T) {
	srv := flowroutetest.NewServer()
	defer srv.Close()
	client := srv.Client()
	e911 := func(field, value string) map[string]any {
		attributes := map[string]any{
			"label": "x", "first_name": "A", "last_name": "B", "street_number": "1", "street_name": "C",
			"city": "D", "state": "WA", "country": "US", "zip": "98101",
		}
		attributes[field] = value
		return map[string]any{"data": map[string]any{"type": "e911", "attributes": attributes}}
	}
	cnam := func(value string) map[string]any { return map[string]any{"value": value} }
	tests := []struct {
		name, method, path string
		query              url.Values
		body               any
		is                 error
		says               string
	}{
		{"bad ZIP", "POST", "/v2/e911s/validate", nil, e911("zip", "1"), flowroute.ErrUnprocessable, "zip: ZIP code must be at least 4 and at most 7 digits long"},
		{"no such place", "POST", "/v2/e911s", nil, e911("street_number", flowroutetest.UnknownStreetNumber), flowroute.ErrBadRequest, "Could not geocode this address."},
		{"CNAM of 16 characters", "POST", "/v2/cnams", nil, cnam("ABCDEFGHIJKLMNOP"), flowroute.ErrUnprocessable, "value: Longer than maximum length 15."},
		{"CNAM without a letter", "POST", "/v2/cnams", nil, cnam("12345"), flowroute.ErrUnprocessable, "value: Must contain at least one letter."},
		{"no start date", "GET", "/v2.1/messages", nil, nil, flowroute.ErrUnprocessable, "start_date: Missing data for required field."},
		{"bad limit", "GET", "/v2/numbers", url.Values{"limit": {"ten"}}, nil, flowroute.ErrUnprocessable, "limit: Not a valid integer."},
		{"misspelled parameter", "GET", "/v2/numbers", url.Values{"start_wiht": {"1206"}}, nil, flowroute.ErrUnprocessable, "start_wiht: Unknown field."},
		{"record without an envelope", "POST", "/v2/e911s", nil, map[string]any{"label": "x"}, flowroute.ErrUnprocessable, "data: Missing data for required field."},
		{"blank id", "GET", "/v2/cnams/%20", nil, nil, flowroute.ErrNotFound, "404 Not Found: Resource not found: CNAM record not found."},
		{"no such URL", "GET", "/v3/numbers", nil, nil, flowroute.ErrNotFound, "The requested URL was not found on the server."},
		{"no such verb", "DELETE", "/v2/numbers", nil, nil, flowroute.ErrMethodNotAllowed, "The method is not allowed for the requested URL."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := client.Do(t.Context(), test.method, test.path, test.query, test.body, nil)
			require.ErrorIs(t, err, test.is)
			assert.ErrorContains(t, err, test.says)
		})
	}

	stranger, err := flowroute.NewClient(srv.AccessKey, strings.Repeat("x", 32), flowroute.WithBaseURL(srv.URL))
	require.NoError(t, err)
	_, err = stranger.Numbers.List(t.Context(), nil)
	require.ErrorIs(t, err, flowroute.ErrUnauthorized)
	assert.ErrorContains(t, err, "flowroute: numbers.list: 401 Unauthorized: Authentication failed.")
	assert.True(t, slices.ContainsFunc(srv.Requests(), func(r flowroutetest.Request) bool { return r.Status == http.StatusUnauthorized }))
}
