package flowroute_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// operation is one row of the table below: a call, the whole request that it must make, an answer of the API, and the
// whole value that must come of it.
type operation struct {
	name         string
	call         func(context.Context, *flowroute.Client) (any, error)
	method, path string
	query        string
	body         string // JSON
	status       int
	answer       string // JSON
	want         any    // nil where there is nothing but success
	mediaType    string // application/vnd.api+json where it is empty
	mails        bool   // it asks for an e-mail, and so must not happen twice
}

// once reports whether the call must not happen twice.
func (op operation) once() bool { return op.mails || once(op.name) }

const (
	accessKey = "12345678"
	secretKey = "0123456789abcdef0123456789abcdef"
)

// operations are all that the client offers, with the examples of the API's documentation.
func operations() []operation {
	return slices.Concat(coreOperations(), settingsOperations(), portingOperations(), cdrOperations())
}

// coreOperations are those of the five main services.
func coreOperations() []operation {
	return []operation{{
		name: "numbers.listAreaCodes",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Numbers.ListAreaCodes(ctx, &flowroute.AreaCodeListOptions{
				ListOptions:  flowroute.ListOptions{Limit: 3},
				MaxSetupCost: new(3*flowroute.Dollar + 25*flowroute.Cent),
			})
		},
		method: "GET", path: "/v2/numbers/available/areacodes", query: "limit=3&max_setup_cost=3.25",
		status: 200,
		answer: `{"data":[{"type":"areacode","id":"201","links":{"related":"https://api.flowroute.com/v2/numbers/available/exchanges?areacode=201"}}],
			"links":{"self":"https://api.flowroute.com/v2/numbers/available/areacodes?max_setup_cost=3&limit=3&offset=0",
			"next":"https://api.flowroute.com/v2/numbers/available/areacodes?max_setup_cost=3&limit=3&offset=3"}}`,
		want: &flowroute.Page[flowroute.AreaCode]{Items: []flowroute.AreaCode{{ID: "201"}}, More: true, NextOffset: 1},
	}, {
		name: "numbers.listExchanges",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Numbers.ListExchanges(ctx, &flowroute.ExchangeListOptions{
				ListOptions:  flowroute.ListOptions{Limit: 3, Offset: 6},
				MaxSetupCost: new(flowroute.Nanodollars(0)),
				AreaCode:     "347",
			})
		},
		method: "GET", path: "/v2/numbers/available/exchanges", query: "areacode=347&limit=3&max_setup_cost=0.00&offset=6",
		status: 200,
		answer: `{"data":[{"type":"exchange","id":"347215","links":{"related":"https://api.flowroute.com/v2/numbers/available?starts_with=1347215"}}],
			"links":{"self":"https://api.flowroute.com/v2/numbers/available/exchanges?areacode=347&limit=3&offset=0"}}`,
		want: &flowroute.Page[flowroute.Exchange]{Items: []flowroute.Exchange{{ID: "347215"}}, NextOffset: 7},
	}, {
		name: "numbers.search",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Numbers.Search(ctx, &flowroute.NumberSearchOptions{
				ListOptions: flowroute.ListOptions{Limit: 2},
				StartsWith:  "(206) ", Contains: "3", EndsWith: "007",
				RateCenter: "Seattle",
				State:      "WA",
				NumberType: flowroute.NumberTypeLongCode,
				ISOCountry: "US",
				OrderBy:    "number,desc",
			})
		},
		method: "GET", path: "/v2/numbers/available",
		query:  "contains=3&ends_with=007&iso_country=US&limit=2&number_type=longcode&order_by=number%2Cdesc&rate_center=Seattle&starts_with=206&state=WA",
		status: 200,
		answer: `{"data":[{"attributes":{"monthly_cost":1.25,"number_type":"longcode","rate_center":"seattle","setup_cost":1,"state":"wa","value":"12062795137"},
			"id":"12062795137","links":{"related":"https://api.flowroute.com/v2/numbers/12062795137"},"type":"number"},
			{"attributes":{"inbound_rate":0.012,"iso_country":"US","monthly_cost":1.25,"number_type":"longcode","rate_center":"arligtnhts",
			"rate_type":"local","setup_cost":500000,"state":"il","tier":"Priceless","value":"18476370000"},
			"id":"18476370000","links":{"related":"https://api.flowroute.com/v2/numbers/18476370000"},"type":"number"}],
			"links":{"self":"https://api.flowroute.com/v2/numbers/available?limit=2&offset=0"}}`,
		want: &flowroute.Page[flowroute.AvailableNumber]{Items: []flowroute.AvailableNumber{
			{ID: "12062795137", Value: "12062795137", NumberType: "longcode", RateCenter: "seattle", State: "wa", MonthlyCost: 1_250_000_000, SetupCost: 1_000_000_000},
			{ID: "18476370000", Value: "18476370000", NumberType: "longcode", RateCenter: "arligtnhts", State: "il", MonthlyCost: 1_250_000_000, SetupCost: 500_000_000_000_000,
				InboundRate: 12_000_000, ISOCountry: "US", RateType: "local", Tier: "Priceless"},
		}, NextOffset: 2},
	}, {
		name: "numbers.purchase",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Numbers.Purchase(ctx, "+1 (206) 501-4377", &flowroute.PurchaseOptions{
				CNAMLookupsEnabled: new(false), MessagingEnabled: true, MessagingEmail: true, MessagingCallbackURL: "https://example.com/ready",
			})
		},
		method: "POST", path: "/v2/numbers/12065014377",
		body:   `{"cnam_lookups_enabled":false,"messaging_enabled":true,"messaging_email":true,"messaging_callback_url":"https://example.com/ready"}`,
		status: 201,
		answer: `{"data":{"attributes":{"alias":null,"cnam_lookups_enabled":true,"number_type":"longcode","rate_center":"seattle","state":"wa","value":"12065014377",
			"status":"PURCHASED","note":null,"monthly_cost":1.25,"rate_type":"local","iso_country":"US","inbound_rate":0.012,"messaging_enabled":false,"setup_cost":1.0,"tier":"Standard"},
			"id":"12065014377","links":{"self":"https://api.flowroute.com/v2/numbers/12065014377"},
			"relationships":{"cnam_preset":{"data":null},"e911_address":{"data":null},"failover_route":{"data":null},"primary_route":{"data":{"id":"0","type":"route"}}},"type":"number"},
			"included":[{"attributes":{"alias":"sip-reg","route_type":"sip-reg","value":null,"edge_strategy_id":null},"id":"0","links":{"self":"https://api.flowroute.com/v2/routes/0"},"type":"route"},
			{"attributes":{"status":"pending","tn":"12065014377"},"id":"77","type":"message_provisioning_status"}],
			"links":{"self":"https://api.flowroute.com/v2/numbers/12065014377"}}`,
		want: &flowroute.Number{
			ID: "12065014377", Value: "12065014377", NumberType: "longcode", RateCenter: "seattle", State: "wa", CNAMLookupsEnabled: true,
			Status: "PURCHASED", Tier: "Standard", ISOCountry: "US", RateType: "local", MonthlyCost: 1_250_000_000, SetupCost: 1_000_000_000, InboundRate: 12_000_000,
			PrimaryRoute: &flowroute.Route{ID: "0", Alias: "sip-reg", Type: flowroute.RouteTypeSIPRegistration},
		},
	}, {
		name: "numbers.list",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Numbers.List(ctx, &flowroute.NumberListOptions{
				StartsWith: "+32 2", Contains: "26", EndsWith: "7",
				Alias: "front desk", Tier: "US Promo $0.0/$0.50/$0.005",
			})
		},
		method: "GET", path: "/v2/numbers",
		query:  "alias=front+desk&contains=26&ends_with=7&starts_with=%2B322&tier=US+Promo+%240.0%2F%240.50%2F%240.005",
		status: 200,
		answer: `{"data":[{"attributes":{"rate_center":"oradell","value":"12012673227","alias":null,"state":"nj","number_type":"standard","cnam_lookups_enabled":true},
			"type":"number","id":"12012673227","links":{"self":"https://api.flowroute.com/v2/numbers/12012673227"}}],
			"links":{"self":"https://api.flowroute.com/v2/numbers?starts_with=1201&limit=3&offset=0"}}`,
		want: &flowroute.Page[flowroute.Number]{Items: []flowroute.Number{
			{ID: "12012673227", Value: "12012673227", NumberType: flowroute.NumberTypeStandard, RateCenter: "oradell", State: "nj", CNAMLookupsEnabled: true},
		}, NextOffset: 1},
	}, {
		name: "numbers.get",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Numbers.Get(ctx, "206.501.4377")
		},
		method: "GET", path: "/v2/numbers/12065014377",
		status: 200,
		answer: `{"data":{"attributes":{"alias":"front desk","cnam_lookups_enabled":true,"number_type":"longcode","rate_center":"seattle","state":"wa","value":"12065014377"},
			"id":"12065014377","links":{"self":"https://api.flowroute.com/v2/numbers/12065014377"},
			"relationships":{"cnam_preset":{"data":{"id":"22790","type":"cnam"}},"e911_address":{"data":{"id":"21845","type":"e911"}},
			"failover_route":{"data":{"id":"99","type":"route"}},"primary_route":{"data":{"id":"83834","type":"route"}}},"type":"number"},
			"included":[{"attributes":{"alias":"PSTNroute1","route_type":"number","value":"12065551212","edge_strategy_id":4},"id":"83834","type":"route"},
			{"attributes":{"approval_datetime":"2018-04-23 17:04:30.829341+00:00","creation_datetime":"2018-04-19 21:03:04.932192+00:00","is_approved":true,"rejection_reason":null,"value":"BROWN BAG"},"id":"22790","type":"cnam"},
			{"attributes":{"alias":null,"address_type":"Suite","address_type_number":"333","city":"Seattle","country":"US","first_name":"Death","label":"Funeral Homes","last_name":"Crow","state":"WA","street_name":"Smith St","street_number":"123","zip":"98101"},"id":"21845","type":"e911"}],
			"links":{"self":"https://api.flowroute.com/v2/numbers/12065014377"}}`,
		want: &flowroute.Number{
			ID: "12065014377", Value: "12065014377", Alias: "front desk", NumberType: "longcode", RateCenter: "seattle", State: "wa", CNAMLookupsEnabled: true,
			PrimaryRoute:  &flowroute.Route{ID: "83834", Alias: "PSTNroute1", Type: flowroute.RouteTypeNumber, Value: "12065551212", EdgeStrategyID: "4"},
			FailoverRoute: &flowroute.Route{ID: "99"},
			E911: &flowroute.E911Record{ID: "21845", E911Address: flowroute.E911Address{
				Label: "Funeral Homes", FirstName: "Death", LastName: "Crow", StreetNumber: "123", StreetName: "Smith St",
				AddressType: flowroute.AddressTypeSuite, AddressTypeNumber: "333", City: "Seattle", State: "WA", Country: "US", ZIP: "98101",
			}},
			CNAM: &flowroute.CNAM{
				ID: "22790", Value: "BROWN BAG", Approved: true,
				ApprovedAt: time.Date(2018, 4, 23, 17, 4, 30, 829341000, time.UTC),
				CreatedAt:  time.Date(2018, 4, 19, 21, 3, 4, 932192000, time.UTC),
			},
		},
	}, {
		name: "routes.list",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Routes.List(ctx, &flowroute.RouteListOptions{ListOptions: flowroute.ListOptions{Limit: 2}, Type: flowroute.RouteTypeNumber})
		},
		method: "GET", path: "/v2/routes", query: "limit=2&route_type=number",
		status: 200,
		answer: `{"data":[{"attributes":{"route_type":"sip-reg","alias":"sip-reg","value":null},"type":"route","id":"0","links":{"self":"https://api.flowroute.com/v2/routes/0"}},
			{"attributes":{"route_type":"number","alias":"PSTNroute1","value":"12065551212"},"type":"route","id":"83834","links":{"self":"https://api.flowroute.com/v2/routes/83834"}}],
			"links":{"self":"https://api.flowroute.com/v2/routes?limit=2&offset=0","next":"https://api.flowroute.com/v2/routes?limit=2&offset=2"}}`,
		want: &flowroute.Page[flowroute.Route]{Items: []flowroute.Route{
			{ID: "0", Alias: "sip-reg", Type: flowroute.RouteTypeSIPRegistration},
			{ID: "83834", Alias: "PSTNroute1", Type: flowroute.RouteTypeNumber, Value: "12065551212"},
		}, More: true, NextOffset: 2},
	}, {
		name: "routes.create",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Routes.Create(ctx, &flowroute.CreateRouteRequest{Alias: "new route", Type: flowroute.RouteTypeHost, Value: "il775u.sonsofodin.com", EdgeStrategyID: "4"})
		},
		method: "POST", path: "/v2/routes",
		body:   `{"data":{"type":"route","attributes":{"route_type":"host","value":"il775u.sonsofodin.com","alias":"new route","edge_strategy_id":4}}}`,
		status: 201,
		answer: `{"data":{"attributes":{"alias":"new route","route_type":"host","value":"il775u.sonsofodin.com"},"id":"98396","links":{"self":"https://api.flowroute.com/routes/98396"},"type":"route"},
			"links":{"self":"https://api.flowroute.com/routes/98396"}}`,
		want: &flowroute.Route{ID: "98396", Alias: "new route", Type: flowroute.RouteTypeHost, Value: "il775u.sonsofodin.com"},
	}, {
		name: "routes.delete",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.Routes.Delete(ctx, "98396")
		},
		method: "DELETE", path: "/v2/routes/98396", status: 204,
	}, {
		name: "routes.setPrimary",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.Routes.SetPrimary(ctx, "12065014377", "83834")
		},
		method: "PATCH", path: "/v2/numbers/12065014377/relationships/primary_route",
		body: `{"data":{"type":"route","id":"83834"}}`, status: 204,
	}, {
		name: "routes.setFailover",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.Routes.SetFailover(ctx, "2065014377", "0")
		},
		method: "PATCH", path: "/v2/numbers/12065014377/relationships/failover_route",
		body: `{"data":{"type":"route","id":"0"}}`, status: 204,
	}, {
		name: "messages.send",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Messages.Send(ctx, &flowroute.SendMessageRequest{From: "206-209-2844", To: "+1 206 641 7845", Body: "Hello <there> & ☎", DeliveryCallback: "https://example.com/dlr"})
		},
		method: "POST", path: "/v2.1/messages",
		body:   `{"data":{"type":"message","attributes":{"to":"12066417845","from":"12062092844","body":"Hello <there> & ☎","dlr_callback":"https://example.com/dlr"}}}`,
		status: 202,
		answer: `{"data":{"id":"mdr2-39cadeace66e11e7aff806cd7f24ba2d","links":{"self":"https://api.flowroute.com/v2.1/messages/mdr2-39cadeace66e11e7aff806cd7f24ba2d"},"type":"message"}}`,
		want:   &flowroute.Message{ID: "mdr2-39cadeace66e11e7aff806cd7f24ba2d"},
	}, {
		name: "messages.send",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Messages.Send(ctx, &flowroute.SendMessageRequest{From: "12062092844", To: "12066417845", MediaURLs: []string{"https://example.com/icon.jpg"}})
		},
		method: "POST", path: "/v2.1/messages",
		body:   `{"data":{"type":"message","attributes":{"to":"12066417845","from":"12062092844","is_mms":true,"media_urls":["https://example.com/icon.jpg"]}}}`,
		status: 202,
		answer: `{"data":{"id":"mdr2-39cadeace66e11e7aff806cd7f24ba2e","type":"message","price_details":{"base_rate":"0.0095","surcharge_rate":0.0030,"segment_count":"1","charged_cost":"0.0125"}}}`,
		want: &flowroute.Message{
			ID:           "mdr2-39cadeace66e11e7aff806cd7f24ba2e",
			PriceDetails: &flowroute.PriceDetails{BaseRate: 9_500_000, SurchargeRate: 3_000_000, SegmentCount: 1, ChargedCost: 12_500_000},
		},
	}, {
		name: "messages.list",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Messages.List(ctx, &flowroute.MessageListOptions{
				ListOptions: flowroute.ListOptions{Limit: 2},
				Start:       time.Date(2017, 12, 1, 1, 2, 3, 456e6, time.FixedZone("", 3600)),
				End:         time.Date(2018, 1, 8, 0, 0, 0, 0, time.UTC),
			})
		},
		method: "GET", path: "/v2.1/messages", query: "end_date=2018-01-08T00%3A00%3A00.00Z&limit=2&start_date=2017-12-01T00%3A02%3A03.45Z",
		status: 200,
		answer: `{"data":[
			{"attributes":{"body":"Hello are you there? ","status":"delivered","direction":"inbound","amount_nanodollars":4000000,"to":"12012673227","message_encoding":0,
			"timestamp":"2017-12-22T01:52:39.39Z","delivery_receipts":[],"amount_display":"$0.0040","from":"12061231234","is_mms":false,"message_type":"longcode"},
			"type":"message","id":"mdr2-ca82be46e6ba11e79d08862d092cf73d"},
			{"attributes":{"body":null,"status":"","direction":"inbound","amount_nanodollars":9500000,"to":"12065551234","message_encoding":0,
			"timestamp":"2022-02-06T20:21:17.00Z","delivery_receipts":[],"amount_display":"$0.0095","from":"18335551234","is_mms":true,"message_type":"longcode"},
			"relationships":{"media":{"data":[{"type":"media","id":"1490420351891410944-9E41.jpg"},{"type":"media","id":"gone.jpg"}]}},
			"type":"message","id":"mdr2-5730c97c878a11ec8008a26e9054fd5e"}],
			"included":[{"attributes":{"url":"https://mms-media-prod.s3.amazonaws.com/9E41.jpg?Expires=1646770878","file_name":"9E41.jpg","mime_type":"image/jpeg","file_size":58017},
			"type":"media","id":"1490420351891410944-9E41.jpg","links":{"self":"https://api.flowroute.com/v2.1/media/1490420351891410944-9E41.jpg"}}],
			"links":{"next":"https://api.flowroute.com/v2.1/messages?limit=2&start_date=2017-12-01T00%3A00%3A00%2B00%3A00&end_date=2018-01-08T00%3A00%3A00%2B00%3A00&offset=2"}}`,
		want: &flowroute.Page[flowroute.Message]{Items: []flowroute.Message{
			{
				ID: "mdr2-ca82be46e6ba11e79d08862d092cf73d", From: "12061231234", To: "12012673227", Body: "Hello are you there? ", Status: "delivered",
				Direction: flowroute.MessageDirectionInbound, Type: flowroute.MessageTypeLongCode, Amount: 4_000_000,
				Timestamp: time.Date(2017, 12, 22, 1, 52, 39, 390e6, time.UTC),
			}, {
				ID: "mdr2-5730c97c878a11ec8008a26e9054fd5e", From: "18335551234", To: "12065551234", MMS: true,
				Direction: flowroute.MessageDirectionInbound, Type: flowroute.MessageTypeLongCode, Amount: 9_500_000,
				Timestamp: time.Date(2022, 2, 6, 20, 21, 17, 0, time.UTC),
				Media: []flowroute.Media{
					{ID: "1490420351891410944-9E41.jpg", URL: "https://mms-media-prod.s3.amazonaws.com/9E41.jpg?Expires=1646770878", FileName: "9E41.jpg", MIMEType: "image/jpeg", FileSize: 58017},
					{ID: "gone.jpg"},
				},
			},
		}, More: true, NextOffset: 2},
	}, {
		name: "messages.get",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Messages.Get(ctx, "mdr2-39cadeace66e11e7aff806cd7f24ba2d")
		},
		method: "GET", path: "/v2.1/messages/mdr2-39cadeace66e11e7aff806cd7f24ba2d",
		status: 200,
		answer: `{"data":{"attributes":{"body":"test sms on v2","status":"message buffered","direction":"outbound","amount_nanodollars":4000000,"to":"12061232634","message_encoding":0,
			"timestamp":"2017-12-21T16:44:34.93Z","delivery_receipts":[
			{"status":"message buffered","status_code":1003,"status_code_description":"Message accepted by Carrier","timestamp":"2017-12-21T16:44:35.00Z","level":2},
			{"status":"smsc submit","status_code":null,"status_code_description":"Message has been sent","timestamp":"2017-12-21T16:44:35.00Z","level":1}],
			"amount_display":"$0.0040","from":"12012673227","is_mms":false,"message_type":"longcode"},
			"type":"message","id":"mdr2-39cadeace66e11e7aff806cd7f24ba2d"}}`,
		want: &flowroute.Message{
			ID: "mdr2-39cadeace66e11e7aff806cd7f24ba2d", From: "12012673227", To: "12061232634", Body: "test sms on v2", Status: "message buffered",
			Direction: flowroute.MessageDirectionOutbound, Type: flowroute.MessageTypeLongCode, Amount: 4_000_000,
			Timestamp: time.Date(2017, 12, 21, 16, 44, 34, 930e6, time.UTC),
			DeliveryReceipts: []flowroute.DeliveryReceipt{
				{Level: 2, Status: "message buffered", StatusCode: 1003, StatusCodeDescription: "Message accepted by Carrier", Timestamp: time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC)},
				{Level: 1, Status: "smsc submit", StatusCodeDescription: "Message has been sent", Timestamp: time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC)},
			},
		},
	}, {
		name: "messages.setCallback",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.Messages.SetCallback(ctx, flowroute.CallbackTypeSMSReceipt, "https://example.com/hook?a=b&c")
		},
		method: "PUT", path: "/v2.1/messages/sms_dlr_callback",
		body: `{"data":{"attributes":{"callback_url":"https://example.com/hook?a=b&c"}}}`, status: 204,
	}, {
		name: "messages.getCallback",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.Messages.GetCallback(ctx, flowroute.CallbackTypeReceipt)
		},
		method: "GET", path: "/v2.1/messages/dlr_callback",
		status: 200,
		answer: `{"data":{"attributes":{"api_version":2.1,"callback_url":"https://example.com/hook","product":"dlr"},"type":"callback"}}`,
		want:   &flowroute.Callback{URL: "https://example.com/hook", Product: "dlr", APIVersion: "2.1"},
	}, {
		name: "numbers.setCallback",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.Numbers.SetCallback(ctx, "(206) 501-4377", flowroute.CallbackTypeMMS, "https://example.com/hook")
		},
		method: "POST", path: "/v2/numbers/12065014377/relationships/mms_callback",
		body: `{"data":{"attributes":{"callback_url":"https://example.com/hook"}}}`, status: 204,
	}, {
		name: "e911s.list",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.E911s.List(ctx, &flowroute.E911ListOptions{ListOptions: flowroute.ListOptions{Limit: 3}, Label: "homes", StreetName: "smith", City: "sea", State: "wa"})
		},
		method: "GET", path: "/v2/e911s", query: "city=sea&label=homes&limit=3&state=WA&street_name=smith",
		status: 200,
		answer: `{"data":[{"attributes":{"address_type":"","address_type_number":"","city":"Seattle","country":"US","first_name":"Death","label":"Funeral Homes","last_name":"Crow","state":"WA","street_name":"Smith St","street_number":"123","zip":"98101"},
			"id":"22127","links":{"self":"https://api.flowroute.com/v2/e911s/22127"},"type":"e911"}],
			"links":{"next":"https://api.flowroute.com/v2/e911s?state=WA&limit=3&offset=3","self":"https://api.flowroute.com/v2/e911s?state=WA&limit=3&offset=0"}}`,
		want: &flowroute.Page[flowroute.E911Record]{Items: []flowroute.E911Record{{ID: "22127", E911Address: funeralHomes()}}, More: true, NextOffset: 1},
	}, {
		name: "e911s.get",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.E911s.Get(ctx, "21845")
		},
		method: "GET", path: "/v2/e911s/21845",
		status: 200,
		answer: `{"data":{"attributes":{"address_type":"Lobby","address_type_number":"12","city":"Seattle","country":"USA","first_name":"Maria","label":"Example E911","last_name":"Bermudez","state":"WA","street_name":"20th Ave SW","street_number":7742,"zip":98106},
			"id":21845,"links":{"self":"https://api.flowroute.com/v2/e911s/21845"},"type":"e911"}}`,
		want: &flowroute.E911Record{ID: "21845", E911Address: flowroute.E911Address{
			Label: "Example E911", FirstName: "Maria", LastName: "Bermudez", StreetNumber: "7742", StreetName: "20th Ave SW",
			AddressType: flowroute.AddressTypeLobby, AddressTypeNumber: "12", City: "Seattle", State: "WA", Country: "USA", ZIP: "98106",
		}},
	}, {
		name: "e911s.validate",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.E911s.Validate(ctx, new(funeralHomes()))
		},
		method: "POST", path: "/v2/e911s/validate", body: funeralHomesJSON, status: 204,
	}, {
		name: "e911s.create",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			address := funeralHomes()
			address.State, address.Country = "wa", "us"
			return c.E911s.Create(ctx, &address)
		},
		method: "POST", path: "/v2/e911s", body: funeralHomesJSON, status: 201,
		answer: `{"data":{"attributes":{"city":"Seattle","country":"US","first_name":"Death","label":"Funeral Homes","last_name":"Crow","state":"WA","street_name":"Smith St","street_number":"123","zip":"98101"},
			"id":"22127","links":{"self":"https://api.flowroute.com/v2/e911s/22127"},"type":"e911"}}`,
		want: &flowroute.E911Record{ID: "22127", E911Address: funeralHomes()},
	}, {
		name: "e911s.update",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.E911s.Update(ctx, "22127", &flowroute.UpdateE911Request{
				Label: new("Homes"), FirstName: new("Life"), LastName: new("Dove"), StreetNumber: new("124"), StreetName: new("Smith Ave"),
				AddressType: new(flowroute.AddressType("")), AddressTypeNumber: new(""), City: new("Tacoma"), State: new("wa"), Country: new("us"), ZIP: new("98402"),
			})
		},
		method: "PATCH", path: "/v2/e911s/22127",
		body: `{"data":{"type":"e911","attributes":{"label":"Homes","first_name":"Life","last_name":"Dove","street_number":"124","street_name":"Smith Ave",
			"address_type":"","address_type_number":"","city":"Tacoma","state":"WA","country":"US","zip":"98402"}}}`,
		status: 200,
		answer: `{"data":{"attributes":{"city":"Tacoma","label":"Homes"},"id":"22127","type":"e911"}}`,
		want:   &flowroute.E911Record{ID: "22127", E911Address: flowroute.E911Address{Label: "Homes", City: "Tacoma"}},
	}, {
		name: "e911s.delete",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.E911s.Delete(ctx, "22127")
		},
		method: "DELETE", path: "/v2/e911s/22127", status: 204,
	}, {
		name: "e911s.assign",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.E911s.Assign(ctx, "(206) 501-4377", "21845")
		},
		method: "PATCH", path: "/v2/numbers/12065014377/relationships/e911s/21845", status: 204,
	}, {
		name: "e911s.unassign",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.E911s.Unassign(ctx, "12065014377")
		},
		method: "DELETE", path: "/v2/numbers/12065014377/relationships/e911s", status: 204,
	}, {
		name: "e911s.listNumbers",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.E911s.ListNumbers(ctx, "21907", &flowroute.ListOptions{Limit: 10, Offset: 10})
		},
		method: "GET", path: "/v2/e911s/21907/relationships/numbers", query: "limit=10&offset=10",
		status: 200,
		answer: `{"data":[{"attributes":{"alias":null,"value":"12062011682"},"id":"682705","links":{"self":"https://api.flowroute.com/v2/numbers/682705"},"type":"number"}],
			"links":{"self":"https://api.flowroute.com/v2/e911s/21907/relationships/numbers?limit=10&offset=0"}}`,
		want: &flowroute.Page[flowroute.Number]{Items: []flowroute.Number{{ID: "682705", Value: "12062011682"}}, NextOffset: 11},
	}, {
		name: "cnams.list",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.CNAMs.List(ctx, &flowroute.CNAMListOptions{ListOptions: flowroute.ListOptions{Limit: 3}, Approved: new(false), Value: "bag"})
		},
		method: "GET", path: "/v2/cnams", query: "is_approved=false&limit=3&value=bag",
		status: 200,
		answer: `{"data":[{"attributes":{"approval_datetime":null,"creation_datetime":null,"is_approved":true,"rejection_reason":"","value":"BROWN BAG"},
			"id":"22790","links":{"self":"https://api.flowroute.com/v2/cnams/22790"},"type":"cnam"}],
			"links":{"next":"https://api.flowroute.com/v2/cnams?is_approved=True&limit=3&offset=3"}}`,
		want: &flowroute.Page[flowroute.CNAM]{Items: []flowroute.CNAM{{ID: "22790", Value: "BROWN BAG", Approved: true}}, More: true, NextOffset: 1},
	}, {
		name: "cnams.get",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.CNAMs.Get(ctx, "22790")
		},
		method: "GET", path: "/v2/cnams/22790",
		status: 200,
		answer: `{"data":{"attributes":{"approval_datetime":"2018-04-23 17:04:30.829341+00:00","creation_datetime":"2018-04-19 21:03:04+00:00","is_approved":true,"rejection_reason":null,"value":"BROWN BAG"},
			"relationships":{"numbers":{"data":[{"id":"12065014377","type":"number"},{"id":"12065014378","type":"number"}]}},
			"id":"22790","links":{"self":"https://api.flowroute.com/v2/cnams/22790"},"type":"cnam"},
			"included":[{"id":"12065014377","type":"number","attributes":{"alias":"front desk","value":"12065014377"}}]}`,
		want: &flowroute.CNAM{
			ID: "22790", Value: "BROWN BAG", Approved: true,
			ApprovedAt: time.Date(2018, 4, 23, 17, 4, 30, 829341000, time.UTC),
			CreatedAt:  time.Date(2018, 4, 19, 21, 3, 4, 0, time.UTC),
			Numbers:    []flowroute.Number{{ID: "12065014377", Value: "12065014377", Alias: "front desk"}, {ID: "12065014378"}},
		},
	}, {
		name: "cnams.create",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.CNAMs.Create(ctx, `A&B's "C/D" 7.`)
		},
		method: "POST", path: "/v2/cnams", body: `{"value":"A&B's \"C/D\" 7."}`,
		status: 201,
		answer: `{"data":{"attributes":{"approval_datetime":null,"creation_datetime":"2018-07-10 23:14:28.529156+00:00","is_approved":false,"rejection_reason":null,"value":"A&B'S \"C/D\" 7."},"id":"24141","links":{"self":"https://api.flowroute.com/v2/cnams/24141"},"type":"cnam"}}`,
		want:   &flowroute.CNAM{ID: "24141", Value: `A&B'S "C/D" 7.`, CreatedAt: time.Date(2018, 7, 10, 23, 14, 28, 529156000, time.UTC)},
	}, {
		name: "cnams.delete",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return nil, c.CNAMs.Delete(ctx, "24141")
		},
		method: "DELETE", path: "/v2/cnams/24141", status: 204,
	}, {
		name: "cnams.assign",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.CNAMs.Assign(ctx, "12065014377", "22790")
		},
		method: "PATCH", path: "/v2/numbers/12065014377/relationships/cnams/22790",
		status: 202,
		answer: `{"data":{"attributes":{"date_created":"Fri, 01 Jun 2018 00:17:52 GMT"},"id":22790,"type":"cnam"}}`,
		want:   &flowroute.CNAMAssignment{ID: "22790", CreatedAt: time.Date(2018, 6, 1, 0, 17, 52, 0, time.UTC)},
	}, {
		name: "cnams.unassign",
		call: func(ctx context.Context, c *flowroute.Client) (any, error) {
			return c.CNAMs.Unassign(ctx, "12065014377")
		},
		method: "DELETE", path: "/v2/numbers/12065014377/relationships/cnams",
		status: 202,
		answer: `{"data":{"attributes":{"date_created":"Tue, 10 Jul 2018 23:48:50 GMT"},"id":null,"type":"cnam"}}`,
		want:   &flowroute.CNAMAssignment{CreatedAt: time.Date(2018, 7, 10, 23, 48, 50, 0, time.UTC)},
	}}
}

func funeralHomes() flowroute.E911Address {
	return flowroute.E911Address{
		Label: "Funeral Homes", FirstName: "Death", LastName: "Crow", StreetNumber: "123", StreetName: "Smith St",
		City: "Seattle", State: "WA", Country: "US", ZIP: "98101",
	}
}

const funeralHomesJSON = `{"data":{"type":"e911","attributes":{"label":"Funeral Homes","first_name":"Death","last_name":"Crow",
	"street_number":"123","street_name":"Smith St","city":"Seattle","state":"WA","country":"US","zip":"98101"}}}`

// request is what a server was asked, whole.
type request struct {
	Method, Path string
	Query        url.Values
	Header       http.Header
	Body         string
}

// serve starts a server that answers everything with one answer, and a client of it. It returns what it was asked last.
func serve(t *testing.T, status int, contentType, body string, opts ...flowroute.Option) (*flowroute.Client, *request) {
	t.Helper()
	got := new(request)
	client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		*got = request{r.Method, r.URL.EscapedPath(), r.URL.Query(), r.Header, string(b)}
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}, opts...)
	return client, got
}

// serveFunc starts a server, and a client of it that repeats nothing.
func serveFunc(t *testing.T, handle http.HandlerFunc, opts ...flowroute.Option) *flowroute.Client {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	opts = append([]flowroute.Option{flowroute.WithBaseURL(srv.URL), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1})}, opts...)
	client, err := flowroute.NewClient(accessKey, secretKey, opts...)
	require.NoError(t, err)
	return client
}

func TestOperations(t *testing.T) {
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			client, got := serve(t, op.status, "application/vnd.api+json", op.answer)
			value, err := op.call(t.Context(), client)
			require.NoError(t, err)
			if op.want == nil {
				assert.Nil(t, value)
			} else {
				assert.Equal(t, op.want, value)
			}

			query, err := url.ParseQuery(op.query)
			require.NoError(t, err)
			mediaType := cmp.Or(op.mediaType, "application/vnd.api+json")
			header := http.Header{
				"Accept":          {mediaType},
				"Accept-Encoding": {"gzip"},
				"Authorization":   {"Basic MTIzNDU2Nzg6MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="},
				"User-Agent":      {"flowroute-go/0.1.0"},
			}
			switch {
			case op.body != "":
				header.Set("Content-Type", mediaType)
				header.Set("Content-Length", got.Header.Get("Content-Length"))
				assert.JSONEq(t, op.body, got.Body)
			case op.method == "POST" || op.method == "PATCH":
				header.Set("Content-Length", "0")
			}
			want := request{op.method, op.path, query, header, got.Body}
			if op.body == "" {
				want.Body = ""
			}
			assert.Equal(t, want, *got)
		})
	}
}

// TestModelsMarshal has each model go through encoding/json and come back the same: as the API sends it, empty, and
// with a value in every field. Its JSON is flat, and named as the API names things.
func TestModelsMarshal(t *testing.T) {
	roundTrip := func(value any) string {
		b, err := json.Marshal(value)
		require.NoError(t, err)
		back := reflect.New(reflect.TypeOf(value).Elem())
		require.NoError(t, json.Unmarshal(b, back.Interface()), "%s", b)
		assert.Equal(t, value, back.Interface(), "%s", b)
		assert.NotContains(t, string(b), `"attributes"`)
		assert.NotContains(t, string(b), "0001-01-01", "a time that is not set is left out")
		return string(b)
	}
	for _, op := range operations() {
		if op.want != nil {
			roundTrip(op.want)
		}
	}
	models := models()
	assert.Greater(t, len(models), 20)
	for _, model := range models {
		roundTrip(reflect.New(model).Interface())
		value := reflect.New(model)
		fill(t, value.Elem(), new(int), 3)
		text := roundTrip(value.Interface())
		for _, name := range regexp.MustCompile(`"([^"]*)":`).FindAllStringSubmatch(text, -1) {
			assert.Regexp(t, `^[a-z0-9_]+$`, name[1], text)
		}
	}
}

// models are the types that the client's methods return, and those of events.
func models() []reflect.Type {
	found := map[reflect.Type]bool{}
	add := func(out reflect.Type) {
		if out.Kind() == reflect.Func { // an iterator
			out = out.In(0).In(0)
		}
		if out.Kind() == reflect.Pointer {
			out = out.Elem()
		}
		if out.Kind() == reflect.Struct {
			if items, isPage := out.FieldByName("Items"); isPage {
				out = items.Type
			}
		}
		if out.Kind() == reflect.Slice {
			out = out.Elem()
		}
		if out.Kind() == reflect.Struct {
			found[out] = true
		}
	}
	client := reflect.TypeFor[flowroute.Client]()
	for service := range client.Fields() {
		if service.IsExported() {
			for method := range service.Type.Methods() {
				if method.Type.NumOut() > 0 {
					add(method.Type.Out(0))
				}
			}
		}
	}
	config := reflect.TypeFor[flowroute.WebhookConfig]()
	for callback := range config.Fields() {
		if callback.Type.Kind() == reflect.Func {
			add(callback.Type.In(1))
		}
	}
	return slices.Collect(maps.Keys(found))
}

// fill sets every field, each to another value, with so many models within each other at most.
func fill(t *testing.T, v reflect.Value, n *int, depth int) {
	*n++
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Date(2026, 1, 5, 9, 0, 0, *n, time.UTC)
		return
	case *json.RawMessage:
		*value = fmt.Appendf(nil, `{"n":%d}`, *n)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%d <é&>", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1_000_000_000 + int64(*n))
	case reflect.Pointer:
		if depth > 0 { // a CNAM has numbers, of which each has a CNAM
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), n, depth-1)
		}
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(t, v.Index(0), n, depth-1)
			fill(t, v.Index(1), n, depth-1)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field, n, depth)
		}
	default:
		t.Fatalf("what is a %s?", v.Type())
	}
}

// TestBadAnswers has every operation meet answers that it can't use.
func TestBadAnswers(t *testing.T) {
	answers := []struct {
		name        string
		status      int
		contentType string
		body        string
		check       func(t *testing.T, op operation, err error)
	}{
		{"error document", 403, "application/vnd.api+json", `{"errors":[{"status":403,"detail":"","title":"ActionNotAuthorizedError"}]}`, func(t *testing.T, op operation, err error) {
			var e *flowroute.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, 403, e.StatusCode)
			assert.Equal(t, []flowroute.ErrorDetail{{Status: "403", Title: "ActionNotAuthorizedError"}}, e.Errors)
			assert.Equal(t, "flowroute: "+op.name+": 403 Forbidden: ActionNotAuthorizedError", err.Error())
		}},
		{"HTML", 502, "text/html", "<html><body>Bad gateway</body></html>", func(t *testing.T, op operation, err error) {
			var e *flowroute.Error
			require.ErrorAs(t, err, &e)
			require.ErrorIs(t, err, flowroute.ErrServer)
			assert.Equal(t, "<html><body>Bad gateway</body></html>", string(e.Body))
			assert.Equal(t, op.once(), errors.Is(err, flowroute.ErrOutcomeUnknown))
		}},
		{"nothing", 500, "", "", func(t *testing.T, op operation, err error) {
			require.ErrorIs(t, err, flowroute.ErrServer)
			assert.Contains(t, err.Error(), "flowroute: "+op.name+": 500 Internal Server Error")
		}},
		{"success without data", 200, "application/vnd.api+json", "{}", unusable},
		{"success with null", 200, "application/vnd.api+json", `{"data":null}`, unusable},
		{"empty success", 200, "application/vnd.api+json", "", unusable},
		{"truncated JSON", 200, "application/vnd.api+json", `{"data":[{"id":"1"`, unusable},
		{"HTML success", 200, "text/html", "\n<html>hello</html>", unusable},
		{"success with errors", 200, "application/vnd.api+json", `{"errors":[{"detail":"Not today.","id":"7fc8"}]}`, func(t *testing.T, op operation, err error) {
			var e *flowroute.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, 200, e.StatusCode)
			assert.Equal(t, op.once(), errors.Is(err, flowroute.ErrOutcomeUnknown))
			assert.Contains(t, err.Error(), "flowroute: "+op.name+": 200 OK: Not today. (id 7fc8)")
		}},
		{"success with an error", 200, "application/vnd.api+json", `{"error":"Not today."}`, func(t *testing.T, _ operation, err error) {
			assert.ErrorContains(t, err, "200 OK: Not today.")
		}},
		{"success with a message", 200, "application/vnd.api+json", `{"message":"Done."}`, unusable},
		{"success without errors", 200, "application/vnd.api+json", `{"errors":[],"message":"Done."}`, nil},
		{"wrong data", 200, "application/vnd.api+json", `{"data":"12065550100"}`, unusable},
	}
	for _, a := range answers {
		t.Run(a.name, func(t *testing.T) {
			for _, op := range operations() {
				t.Run(op.name, func(t *testing.T) {
					client, _ := serve(t, a.status, a.contentType, a.body)
					value, err := op.call(t.Context(), client)
					contradicts := a.status != 200 || strings.Contains(a.name, "HTML") || a.name == "success with errors" || a.name == "success with an error"
					if op.want == nil && !contradicts {
						require.NoError(t, err, "an operation without an answer has nothing to read")
						return
					}
					require.Error(t, err)
					assert.Zero(t, value)
					if a.check == nil {
						return
					}
					a.check(t, op, err)
					assert.NotContains(t, err.Error(), "\n")
					assert.NotContains(t, err.Error(), "12065550100")
				})
			}
		})
	}
}

// TestSuccessWithoutID has what was made or bought come without its id, which is no success: it could not be found
// again.
func TestSuccessWithoutID(t *testing.T) {
	for _, op := range operations() {
		if !op.once() || op.want == nil {
			continue
		}
		for _, body := range []string{`{"data":{"type":"x","attributes":{}}}`, `{"data":{"id":null,"type":"x"}}`, `{"data":{"data":{"type":"x"}}}`} {
			client, _ := serve(t, 201, "application/vnd.api+json", body)
			value, err := op.call(t.Context(), client)
			require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown, op.name)
			assert.Zero(t, value)
		}
	}
}

func unusable(t *testing.T, op operation, err error) {
	var e *flowroute.RequestError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, op.name, e.Op)
	assert.Equal(t, 1, e.Attempts)
	assert.Contains(t, err.Error(), "200 OK", "the status is kept")
	assert.Equal(t, op.once(), errors.Is(err, flowroute.ErrOutcomeUnknown))
}

// once tells whether an operation would do a thing twice if it were repeated.
func once(name string) bool { return slices.Contains(onceOperations, name) }

var onceOperations = []string{
	"numbers.purchase", "routes.create", "messages.send", "e911s.create", "cnams.create",
	"cdrs.create", "porting.create", "porting.addToGroup", "porting.requestLOA", "porting.signLOA", "porting.upload",
	"e911s.assign", // which costs money, as does no other change
}

// mailingOperations send an e-mail if they are asked to, and must not happen twice then.
var mailingOperations = []string{"numbers.update", "numbers.provisionMessaging"}

// harmlessOperations are those that may be carried out twice although their method does not promise it, and why.
var harmlessOperations = map[string]string{
	"numbers.getMany":            "it only asks",
	"numbers.setCallback":        "it sets a URL, which is the same the second time",
	"numbers.provisionMessaging": "it enables or disables messaging, which then is so already; no e-mail is sent unless it is asked for",
	"e911s.validate":             "it only asks",
	"porting.checkPortability":   "it only asks",
}

// TestRepeatingIsDecided makes whoever adds an operation decide whether it may be repeated, unless its HTTP method says
// so: each POST is in one of the two lists above. TestMatrix tests that each operation behaves as its list says.
func TestRepeatingIsDecided(t *testing.T) {
	known := map[string]bool{"porting.upload": true} // which is in none of the tables: see TestUpload
	for _, op := range operations() {
		known[op.name] = true
		_, harmless := harmlessOperations[op.name]
		assert.True(t, !op.mails || slices.Contains(mailingOperations, op.name), "%s has to be among those that send e-mails", op.name)
		if slices.Contains([]string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete}, op.method) {
			assert.False(t, harmless, "%s %s is repeated in any case", op.method, op.name)
			continue
		}
		assert.NotEqual(t, once(op.name), harmless,
			"%s %s has to be in one list: onceOperations if it costs money, reaches people or makes a second thing, or else harmlessOperations", op.method, op.name)
	}
	for _, name := range mailingOperations {
		assert.True(t, slices.ContainsFunc(operations(), func(op operation) bool { return op.name == name && op.mails }), "%s has no e-mail", name)
	}
	for _, name := range onceOperations {
		assert.True(t, known[name], "%s is no operation", name)
	}
	for name, reason := range harmlessOperations {
		assert.True(t, known[name], "%s is no operation", name)
		assert.NotEmpty(t, reason, name)
	}
}

// TestListAllSendsWhatListSends compares the first request of each walk with that of its list.
func TestListAllSendsWhatListSends(t *testing.T) {
	walks := map[string]func(context.Context, *flowroute.Client) error{
		"/v2/numbers/available/areacodes?limit=400&offset=1&max_setup_cost=1.00": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.Numbers.ListAllAreaCodes(ctx, &flowroute.AreaCodeListOptions{ListOptions: flowroute.ListOptions{Offset: 1}, MaxSetupCost: new(flowroute.Dollar)}))
		},
		"/v2/numbers/available/exchanges?limit=200": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.Numbers.ListAllExchanges(ctx, nil))
		},
		"/v2/numbers/available?limit=200&state=WA": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.Numbers.SearchAll(ctx, &flowroute.NumberSearchOptions{State: "WA"}))
		},
		"/v2/numbers?limit=7": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.Numbers.ListAll(ctx, &flowroute.NumberListOptions{ListOptions: flowroute.ListOptions{Limit: 7}}))
		},
		"/v2/routes?limit=200": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.Routes.ListAll(ctx, nil))
		},
		"/v2.1/messages?limit=200&start_date=2026-01-02T00:00:00.00Z": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.Messages.ListAll(ctx, &flowroute.MessageListOptions{Start: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}))
		},
		"/v2/e911s?limit=200": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.E911s.ListAll(ctx, nil))
		},
		"/v2/e911s/7/relationships/numbers?limit=200": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.E911s.ListAllNumbers(ctx, "7", nil))
		},
		"/v2/cnams?limit=200": func(ctx context.Context, c *flowroute.Client) error {
			return first(c.CNAMs.ListAll(ctx, nil))
		},
	}
	for want, walk := range walks {
		client, got := serve(t, 200, "application/vnd.api+json", `{"data":[{"type":"x","id":"1"}]}`)
		require.NoError(t, walk(t.Context(), client))
		path, query, _ := strings.Cut(want, "?")
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		assert.Equal(t, path, got.Path)
		assert.Equal(t, values, got.Query)
	}
}

func first[T any](walk iter.Seq2[*T, error]) error {
	for _, err := range walk {
		return err
	}
	return io.EOF
}

// TestCallsLeaveArgumentsAlone makes each call twice with the same options, and compares what is sent.
func TestCallsLeaveArgumentsAlone(t *testing.T) {
	options := &flowroute.NumberListOptions{StartsWith: "(206) 555"}
	messages := &flowroute.MessageListOptions{Start: time.Date(2026, 1, 2, 0, 0, 0, 0, time.FixedZone("PST", -8*3600))}
	address := new(funeralHomes())
	address.State = "wa"
	before, err := json.Marshal([]any{options, messages, address})
	require.NoError(t, err)

	client, _ := serve(t, 200, "application/vnd.api+json", `{"data":[]}`)
	_, err = client.Numbers.List(t.Context(), options)
	require.NoError(t, err)
	_, err = client.Messages.List(t.Context(), messages)
	require.NoError(t, err)
	for _, err := range client.Numbers.ListAll(t.Context(), options) {
		require.NoError(t, err)
	}
	require.NoError(t, client.E911s.Validate(t.Context(), address))

	after, err := json.Marshal([]any{options, messages, address})
	require.NoError(t, err)
	assert.True(t, bytes.Equal(before, after))
}
