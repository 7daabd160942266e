package flowroute_test

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestBadArguments has each argument that can be seen to be wrong refused before any request.
func TestBadArguments(t *testing.T) {
	type call func(context.Context, *flowroute.Client) error
	send := func(change func(*flowroute.SendMessageRequest)) call {
		return func(ctx context.Context, c *flowroute.Client) error {
			m := sms()
			change(m)
			_, err := c.Messages.Send(ctx, m)
			return err
		}
	}
	address := func(change func(*flowroute.E911Address)) call {
		return func(ctx context.Context, c *flowroute.Client) error {
			a := funeralHomes()
			change(&a)
			_, err := c.E911s.Create(ctx, &a)
			return err
		}
	}
	update := func(r *flowroute.UpdateE911Request) call {
		return func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.E911s.Update(ctx, "1", r)
			return err
		}
	}
	cnam := func(value string) call {
		return func(ctx context.Context, c *flowroute.Client) error { _, err := c.CNAMs.Create(ctx, value); return err }
	}
	route := func(r *flowroute.CreateRouteRequest) call {
		return func(ctx context.Context, c *flowroute.Client) error { _, err := c.Routes.Create(ctx, r); return err }
	}
	number := func(value string) call {
		return func(ctx context.Context, c *flowroute.Client) error { _, err := c.Numbers.Get(ctx, value); return err }
	}
	messages := func(o *flowroute.MessageListOptions) call {
		return func(ctx context.Context, c *flowroute.Client) error { _, err := c.Messages.List(ctx, o); return err }
	}
	exchanges := func(o *flowroute.ExchangeListOptions) call {
		return func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Numbers.ListExchanges(ctx, o)
			return err
		}
	}
	search := func(o *flowroute.NumberSearchOptions) call {
		return func(ctx context.Context, c *flowroute.Client) error { _, err := c.Numbers.Search(ctx, o); return err }
	}
	do := func(method, path string, body any) call {
		return func(ctx context.Context, c *flowroute.Client) error { return c.Do(ctx, method, path, nil, body, nil) }
	}
	big := func(name string) string { return "numbers.search: " + name + " must be at most 1000000000" }
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

	tests := []struct {
		name string
		call call
		want string // after "flowroute: "
	}{
		{"no message", func(ctx context.Context, c *flowroute.Client) error { _, err := c.Messages.Send(ctx, nil); return err }, "messages.send: request must not be nil"},
		{"no sender", send(func(m *flowroute.SendMessageRequest) { m.From = "" }), "messages.send: From must not be empty"},
		{"bad recipient", send(func(m *flowroute.SendMessageRequest) { m.To = "call me" }), "messages.send: To must have only digits, spaces and any of - . ( ) /, and may begin with +"},
		{"short code", send(func(m *flowroute.SendMessageRequest) { m.To = "12345" }), "messages.send: To must be a North American number"},
		{"no body", send(func(m *flowroute.SendMessageRequest) { m.Body = "" }), "messages.send: Body must not be empty"},
		{"MMS of nothing", send(func(m *flowroute.SendMessageRequest) { m.Body, m.MMS = "", true }), "messages.send: Body must not be empty"},
		{"not UTF-8", send(func(m *flowroute.SendMessageRequest) { m.Body = "\xff" }), "messages.send: Body must be UTF-8"},
		{"relative media", send(func(m *flowroute.SendMessageRequest) { m.MediaURLs = []string{"https://example.com/a.png", "/b.png"} }), "messages.send: MediaURLs must be an absolute http or https URL"},
		{"bad callback", send(func(m *flowroute.SendMessageRequest) { m.DeliveryCallback = "ftp://example.com" }), "messages.send: DeliveryCallback must be an absolute http or https URL"},
		{"no start", messages(nil), "messages.list: Start must be set"},
		{"end before start", messages(&flowroute.MessageListOptions{Start: start, End: start.Add(-1)}), "messages.list: End must not be before Start"},
		{"no start in a walk", func(ctx context.Context, c *flowroute.Client) error { return first(c.Messages.ListAll(ctx, nil)) }, "messages.list: Start must be set"},
		{"empty id", func(ctx context.Context, c *flowroute.Client) error { _, err := c.Messages.Get(ctx, ""); return err }, "messages.get: messageID must not be empty"},
		{"id that is a path", func(ctx context.Context, c *flowroute.Client) error { return c.Routes.Delete(ctx, "../numbers") }, "routes.delete: routeID must have only letters, digits, - and _"},
		{"empty route", func(ctx context.Context, c *flowroute.Client) error {
			return c.Routes.SetPrimary(ctx, "2065550100", "")
		}, "routes.setPrimary: routeID must not be empty"},
		{"empty number", number(""), "numbers.get: number must not be empty"},
		{"blank number", number("  "), "numbers.get: number must be a North American number"},
		{"lone plus", number("+"), "numbers.get: number must have 7 to 15 digits after the +"},
		{"short number", number("555-0100"), "numbers.get: number must be a North American number"},
		{"long number", number("+1 206 555 01000"), "numbers.get: number must be a North American number"},
		{"no such area code", number("1065550100"), "numbers.get: number must be a North American number"},
		{"country code 0", number("+0320123456"), "numbers.get: number must have 7 to 15 digits after the +"},
		{"plus within", number("206+5550100"), "numbers.get: number must have only digits"},
		{"16 digits", number("+1234567890123456"), "numbers.get: number must be a North American number"},
		{"16 digits from abroad", number("+4412345678901234"), "numbers.get: number must have 7 to 15 digits after the +"},
		{"trunk zero", number("+44 (0)20 7946 0000"), "numbers.get: number must not have the (0)"},
		{"two numbers", number("+44 20 7946 0000/01"), "numbers.get: number must be one number, with a / only after an area code"},
		{"extension", number("206-555-0100 x12"), "numbers.get: number must have only digits"},
		{"vanity number", number("1-800-FLOWERS"), "numbers.get: number must have only digits"},
		{"other digits", number("٢٠٦٥٥٥٠١٠٠"), "numbers.get: number must have only digits"},
		{"negative limit", search(&flowroute.NumberSearchOptions{ListOptions: flowroute.ListOptions{Limit: -1}}), "numbers.search: Limit must not be below 0"},
		{"negative offset", search(&flowroute.NumberSearchOptions{ListOptions: flowroute.ListOptions{Offset: -1}}), "numbers.search: Offset must not be below 0"},
		{"letters to start with", search(&flowroute.NumberSearchOptions{StartsWith: "a"}), "numbers.search: StartsWith must have only digits"},
		{"nothing to start with", search(&flowroute.NumberSearchOptions{StartsWith: "()"}), "numbers.search: StartsWith must have a digit"},
		{"lone plus to start with", search(&flowroute.NumberSearchOptions{StartsWith: "+"}), "numbers.search: StartsWith must have a digit"},
		{"blank to contain", search(&flowroute.NumberSearchOptions{Contains: " "}), "numbers.search: Contains must have a digit"},
		{"plus to end with", search(&flowroute.NumberSearchOptions{EndsWith: "+1"}), "numbers.search: EndsWith must have no +"},
		{"bad area code", exchanges(&flowroute.ExchangeListOptions{AreaCode: "20"}), "numbers.listExchanges: AreaCode must be 3 digits"},
		{"odd area code", exchanges(&flowroute.ExchangeListOptions{AreaCode: "2-6"}), "numbers.listExchanges: AreaCode must be 3 digits"},
		{"negative cost", exchanges(&flowroute.ExchangeListOptions{MaxSetupCost: new(-flowroute.Cent)}), "numbers.listExchanges: MaxSetupCost must not be below 0"},
		{"infinite cost of an area code", func(ctx context.Context, c *flowroute.Client) error {
			return first(c.Numbers.ListAllAreaCodes(ctx, &flowroute.AreaCodeListOptions{MaxSetupCost: new(-flowroute.Dollar)}))
		}, "numbers.listAreaCodes: MaxSetupCost must not be below 0"},
		{"limit that overflows", search(&flowroute.NumberSearchOptions{ListOptions: flowroute.ListOptions{Limit: math.MaxInt}}), big("Limit")},
		{"offset that overflows", search(&flowroute.NumberSearchOptions{ListOptions: flowroute.ListOptions{Offset: math.MaxInt}}), big("Offset")},
		{"trunk zero to start with", search(&flowroute.NumberSearchOptions{StartsWith: "(+44) (0)20"}), "numbers.search: StartsWith must not have the (0)"},
		{"export of calls with a trunk zero", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.CDRs.Create(ctx, &flowroute.CreateCDRExportRequest{Start: start, End: start.Add(time.Hour), CallerIDNumbers: []string{"+44 ( 0 )20"}})
			return err
		}, "cdrs.create: CallerIDNumbers must not have the (0)"},
		{"two numbers to contain", search(&flowroute.NumberSearchOptions{Contains: "206/425"}), "numbers.search: Contains must have only digits, spaces and any of - . ( ), and"},
		{"no route", route(nil), "routes.create: request must not be nil"},
		{"route without alias", route(&flowroute.CreateRouteRequest{Type: "host", Value: "x"}), "routes.create: Alias must not be empty"},
		{"route without type", route(&flowroute.CreateRouteRequest{Alias: "x", Value: "x"}), "routes.create: Type must not be empty"},
		{"route without value", route(&flowroute.CreateRouteRequest{Alias: "x", Type: "host"}), "routes.create: Value must not be empty"},
		{"route to a bad number", route(&flowroute.CreateRouteRequest{Alias: "x", Type: "number", Value: "911;weight=1"}), "routes.create: Value must be a North American number"},
		{"route from below", route(&flowroute.CreateRouteRequest{Alias: "x", Type: "host", Value: "x", EdgeStrategyID: "US-East"}), "routes.create: EdgeStrategyID must be digits"},
		{"route from 007", route(&flowroute.CreateRouteRequest{Alias: "x", Type: "host", Value: "x", EdgeStrategyID: "007"}), "routes.create: EdgeStrategyID must be digits, without a leading 0"},
		{"blank alias", route(&flowroute.CreateRouteRequest{Alias: " ", Type: "host", Value: "x"}), "routes.create: Alias must not be empty"},
		{"alias that is not UTF-8", route(&flowroute.CreateRouteRequest{Alias: "\xff", Type: "host", Value: "x"}), "routes.create: Alias must be UTF-8"},
		{"value that is not UTF-8", route(&flowroute.CreateRouteRequest{Alias: "x", Type: "host", Value: "\xff"}), "routes.create: Value must be UTF-8"},
		{"bad purchase callback", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Numbers.Purchase(ctx, "2065550100", &flowroute.PurchaseOptions{MessagingCallbackURL: "example.com"})
			return err
		}, "numbers.purchase: MessagingCallbackURL must be an absolute http or https URL"},
		{"callback without type", func(ctx context.Context, c *flowroute.Client) error {
			return c.Messages.SetCallback(ctx, "", "https://example.com")
		}, "messages.setCallback: callbackType must not be empty"},
		{"callback of another type", func(ctx context.Context, c *flowroute.Client) error {
			return c.Numbers.SetCallback(ctx, "2065550100", "primary_route", "https://example.com")
		}, "numbers.setCallback: callbackType must be a CallbackType"},
		{"callback that is a path", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.GetCallback(ctx, "../x/sms_callback")
			return err
		}, "messages.getCallback: callbackType must have only letters, digits, - and _"},
		{"callback to nowhere", func(ctx context.Context, c *flowroute.Client) error {
			return c.Messages.SetCallback(ctx, flowroute.CallbackTypeSMS, "example.com")
		}, "messages.setCallback: callbackURL must be an absolute http or https URL"},
		{"no media", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.DownloadMedia(ctx, nil, 0)
			return err
		}, "messages.downloadMedia: media must not be nil"},
		{"media without link", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.DownloadMedia(ctx, &flowroute.Media{ID: "1"}, 0)
			return err
		}, "messages.downloadMedia: media must have a URL"},
		{"media in a file", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.DownloadMedia(ctx, &flowroute.Media{URL: "file:///etc/passwd"}, 0)
			return err
		}, "messages.downloadMedia: media.URL is not an absolute http or https URL"},
		{"media with credentials", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.DownloadMedia(ctx, &flowroute.Media{URL: "https://me:secret@example.com/x"}, 0)
			return err
		}, "messages.downloadMedia: media.URL has credentials"},
		{"negative limit of media", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.DownloadMedia(ctx, &flowroute.Media{URL: "https://example.com/x"}, -1)
			return err
		}, "messages.downloadMedia: limit must not be below 0"},
		{"no address", func(ctx context.Context, c *flowroute.Client) error { return c.E911s.Validate(ctx, nil) }, "e911s.validate: request must not be nil"},
		{"no label", address(func(a *flowroute.E911Address) { a.Label = "" }), "e911s.create: Label must not be empty"},
		{"no street", address(func(a *flowroute.E911Address) { a.StreetName = "" }), "e911s.create: StreetName must not be empty"},
		{"suite of no number", address(func(a *flowroute.E911Address) { a.AddressType = "Suite" }), "e911s.create: AddressTypeNumber must be set if AddressType is"},
		{"state by name", address(func(a *flowroute.E911Address) { a.State = "Washington" }), "e911s.create: State must be the two letters"},
		{"elsewhere", address(func(a *flowroute.E911Address) { a.Country = "BE" }), "e911s.create: Country must be US or CA"},
		{"bad ZIP", address(func(a *flowroute.E911Address) { a.ZIP = "981" }), "e911s.create: ZIP must have 4 to 7 characters"},
		{"blank city", address(func(a *flowroute.E911Address) { a.City = " \t" }), "e911s.create: City must not be empty"},
		{"blank ZIP", address(func(a *flowroute.E911Address) { a.ZIP = "     " }), "e911s.create: ZIP must not be empty"},
		{"name that is not UTF-8", address(func(a *flowroute.E911Address) { a.LastName = "Garc\xeda" }), "e911s.create: LastName must be UTF-8"},
		{"suite that is not UTF-8", address(func(a *flowroute.E911Address) { a.AddressType, a.AddressTypeNumber = "Suite", "\xff" }), "e911s.create: AddressTypeNumber must be UTF-8"},
		{"state by name to look for", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.E911s.List(ctx, &flowroute.E911ListOptions{State: "Washington"})
			return err
		}, "e911s.list: State must be the two letters"},
		{"no change", update(nil), "e911s.update: request must not be nil"},
		{"empty change", update(&flowroute.UpdateE911Request{}), "e911s.update: request must change something"},
		{"change to a bad ZIP", update(&flowroute.UpdateE911Request{ZIP: new("98101-1234")}), "e911s.update: ZIP must have 4 to 7 characters"},
		{"change to a bad state", update(&flowroute.UpdateE911Request{State: new("")}), "e911s.update: State must be the two letters"},
		{"change to no street", update(&flowroute.UpdateE911Request{StreetName: new("")}), "e911s.update: StreetName must not be empty"},
		{"change to a name that is not UTF-8", update(&flowroute.UpdateE911Request{FirstName: new("Ren\xe9")}), "e911s.update: FirstName must be UTF-8"},
		{"change to a suite that is not UTF-8", update(&flowroute.UpdateE911Request{AddressTypeNumber: new("\xe9")}), "e911s.update: AddressTypeNumber must be UTF-8"},
		{"CNAM that is not ASCII", cnam("ÉÉÉÉÉÉÉÉ"), "cnams.create: value must have only letters of A to Z"},
		{"CNAM of 16 characters", cnam("ABCDEFGHIJKLMNOP"), "cnams.create: value must have at most 15 characters"},
		{"CNAM without a letter", cnam("12345"), "cnams.create: value must have a letter"},
		{"CNAM with a bang", cnam("HELLO!"), "cnams.create: value must have only letters"},
		{"CNAM of nothing", cnam(""), "cnams.create: value must have a letter"},
		{"export of calls to nobody", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.CDRs.Create(ctx, &flowroute.CreateCDRExportRequest{Start: start, End: start.Add(time.Hour), DestinationNumbers: []string{"-"}})
			return err
		}, "cdrs.create: DestinationNumbers must have a digit"},
		{"export of calls of half a second", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.CDRs.Create(ctx, &flowroute.CreateCDRExportRequest{Start: start, End: start.Add(time.Hour), LongerThan: time.Second / 2})
			return err
		}, "cdrs.create: LongerThan must be whole seconds"},
		{"media in the clear", func(ctx context.Context, c *flowroute.Client) error {
			_, err := c.Messages.DownloadMedia(ctx, &flowroute.Media{URL: "http://169.254.169.254/latest"}, 0)
			return err
		}, "messages.downloadMedia: media.URL is not an https URL"},
		{"odd method", do("TRACE", "/v2/numbers", nil), "do: method must be GET, POST, PUT, PATCH or DELETE"},
		{"path of another host", do("GET", "//example.com/v2", nil), "do: path must be an escaped path"},
		{"absolute URL", do("GET", "https://example.com/v2", nil), "do: path must be an escaped path"},
		{"path with a query", do("GET", "/v2/numbers?limit=1", nil), "do: path must be an escaped path"},
		{"path that climbs", do("GET", "/v2/%2e%2E/v1", nil), "do: path must not have empty segments, . or .."},
		{"path with an empty segment", do("GET", "/v2//x", nil), "do: path must not have empty segments, . or .."},
		{"path that ends empty", do("GET", "/v2/", nil), "do: path must not have empty segments, . or .."},
		{"path with a space", do("GET", "/v2/a b", nil), "do: path must be an escaped path"},
		{"body that is no JSON", do("POST", "/v2/x", func() {}), "do: body can't be encoded"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := serveFunc(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
			err := test.call(t.Context(), client)
			var e *flowroute.ArgumentError
			require.ErrorAs(t, err, &e)
			require.ErrorIs(t, err, flowroute.ErrInvalidArgument)
			assert.True(t, strings.HasPrefix(err.Error(), "flowroute: "+test.want), err.Error())
			assert.Equal(t, "flowroute: "+e.Op+": "+e.Name+" "+e.Reason, err.Error())
		})
	}
}

// TestBadHosts has URLs that no request can be made to be refused wherever one is taken.
func TestBadHosts(t *testing.T) {
	var number = "2065550100"
	takes := map[string]func(context.Context, *flowroute.Client, string) error{
		"base URL": func(_ context.Context, _ *flowroute.Client, u string) error {
			_, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithBaseURL(u))
			return err
		},
		"media": func(ctx context.Context, c *flowroute.Client, u string) error {
			_, err := c.Messages.Send(ctx, &flowroute.SendMessageRequest{From: number, To: number, MediaURLs: []string{u}})
			return err
		},
		"delivery callback": func(ctx context.Context, c *flowroute.Client, u string) error {
			_, err := c.Messages.Send(ctx, &flowroute.SendMessageRequest{From: number, To: number, Body: "Hi", DeliveryCallback: u})
			return err
		},
		"account callback": func(ctx context.Context, c *flowroute.Client, u string) error {
			return c.Messages.SetCallback(ctx, flowroute.CallbackTypeSMS, u)
		},
		"number callback": func(ctx context.Context, c *flowroute.Client, u string) error {
			return c.Numbers.SetCallback(ctx, number, flowroute.CallbackTypeSMS, u)
		},
		"purchase": func(ctx context.Context, c *flowroute.Client, u string) error {
			_, err := c.Numbers.Purchase(ctx, number, &flowroute.PurchaseOptions{MessagingCallbackURL: u})
			return err
		},
		"number": func(ctx context.Context, c *flowroute.Client, u string) error {
			_, err := c.Numbers.Update(ctx, number, &flowroute.UpdateNumberRequest{MessagingCallbackURL: &u})
			return err
		},
		"messaging": func(ctx context.Context, c *flowroute.Client, u string) error {
			_, err := c.Numbers.EnableMessaging(ctx, []string{number}, &flowroute.MessagingOptions{CallbackURL: u})
			return err
		},
		"port order": func(ctx context.Context, c *flowroute.Client, u string) error {
			_, err := c.Porting.Update(ctx, "1", &flowroute.UpdatePortOrderRequest{StatusURL: &u})
			return err
		},
		"export": func(ctx context.Context, c *flowroute.Client, u string) error {
			start := flowroutetest.Epoch()
			_, err := c.CDRs.Create(ctx, &flowroute.CreateCDRExportRequest{Start: start, End: start.Add(time.Hour), CallbackURL: u})
			return err
		},
		"download": func(ctx context.Context, c *flowroute.Client, u string) error {
			_, err := c.Messages.DownloadMedia(ctx, &flowroute.Media{URL: u}, 0)
			return err
		},
	}
	client := serveFunc(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
	for name, take := range takes {
		for _, u := range []string{
			"https://:443/x", "https://", "https:///x", "https:x", "https://host:99999", "https://host:65536/x", "https://host:", "https://host:/x", "https://.", "https://./x", "https://a..b",
			"https://.example.com", "https://example.com..", "https://[::1", "https://[]", "https://[x]:443", "https://[127.0.0.1.5]", "https://a b/x", "https://a%20b/x", "https://a%25b/x", "https://a\u00a0b/x", "https://a\u200bb/x",
			"https://a\x00b/x", "https://a\tb/x", "https://a\nb/x", "https://a\\b/x", "https://a\\@b/x", "https:\\\\a", "https://a,b/x", "https://a\"b/x", "https://<a>/x", "https://a／b", "https://a。b", "https://a:b:443", " https://a", "//a/x", "a:443", "ftp://a",
		} {
			err := take(t.Context(), client, u)
			var e *flowroute.ArgumentError
			require.ErrorAs(t, err, &e, "%s at %s", name, u)
		}
	}
}

func TestPhoneNumberNotation(t *testing.T) {
	for written, want := range map[string]string{
		"+1 206-555-0100":                       "12065550100",
		"(206) 555-0100":                        "12065550100",
		"206.555.0100":                          "12065550100",
		"2065550100":                            "12065550100",
		"12065550100":                           "12065550100",
		" 1 (206) 555 0100 ":                    "12065550100",
		"+32 2 555 12 12":                       "3225551212",
		"+44 20 7946 0000":                      "442079460000",
		"+442079460000123":                      "442079460000123", // 15 digits, the most there are
		"tel:+1-206-555-0100":                   "12065550100",
		"TEL:+12065550100":                      "12065550100",
		" \u200eTel: 206-555-0100":              "12065550100",
		"206/555-0100":                          "12065550100",
		"1/206/555/0100":                        "12065550100",
		"+49 30/12345678":                       "493012345678",
		"206\u2212555\u22120100":                "12065550100", // with minus signs
		"(+44) 20 7946 0000":                    "442079460000",
		"+39 06 6982":                           "39066982", // in Italy the 0 belongs to the number
		"+39 (06) 6982":                         "39066982",
		"+225 07 12 34 56 78":                   "2250712345678",
		"2 0 6 5 5 5 0 1 0 0":                   "12065550100",
		"206\u00a0555\u20110100":                "12065550100", // as web pages have it
		"\u202a+1\u202f206 555\u20130100\u202c": "12065550100", // as address books have it
	} {
		client, got := serve(t, 200, "", `{"data":{"type":"number","id":"1"}}`)
		_, err := client.Numbers.Get(t.Context(), written)
		require.NoError(t, err, written)
		assert.Equal(t, "/v2/numbers/"+want, got.Path)
	}
}

// TestOtherNumbersAreRefused has notations that become the number of another person if what they add is dropped.
func TestOtherNumbersAreRefused(t *testing.T) {
	const (
		trunk    = "must not have the (0) that is dialed only within a country"
		only     = "must have only digits, spaces and any of - . ( ) /, and may begin with +"
		one      = "must be one number, with a / only after an area code"
		prefix   = "must begin with + and a country code in place of 00 or 011"
		american = "must be a North American number of 10 digits, or 11 with the leading 1, or begin with + and a country code"
		abroad   = "must have 7 to 15 digits after the +, the country code first"
	)
	for written, want := range map[string]string{
		"+44 (0)20 7946 0000":                trunk,
		"(+44) (0)20 7946 0000":              trunk,
		"+44(0)20 7946 0000":                 trunk,
		"+44 ( 0 ) 20 7946 0000":             trunk,
		"+44 -0- 20 7946 0000":               trunk,
		"+44 0 20 7946 0000":                 trunk,
		"+44/0/20 7946 0000":                 trunk,
		"+44.0.20.7946.0000":                 trunk,
		"+44(0 20) 7946 0000":                trunk,
		"+44 (020) 7946 0000":                trunk,
		"+44 020 7946 0000":                  trunk,
		"+4402079460000":                     trunk,
		"+(0)44 20 7946 0000":                trunk,
		"+380 (0)44 123 4567":                trunk,
		"+380-0-44 123 4567":                 trunk,
		"+380 044 123 4567":                  trunk,
		"+353 01 234 5678":                   trunk,
		"+353012345678":                      trunk,
		"+972-050-123-4567":                  trunk,
		"+380 (044) 123 4567":                trunk,
		"+39 (0)6 6982":                      trunk,
		"+1 (0) 206 555 0100":                trunk,
		"tel:+44(0)20 7946 0000":             trunk,
		"TEL:+44 ( 0 ) 20 7946 0000":         trunk,
		"+44 (\u200b0\u2060)20 7946 0000":    trunk,
		"+44\u00a0\u20100\u201020 7946 0000": trunk,
		"+44 [0] 20 7946 0000":               only,
		"+44 （0） 20 7946 0000":               only,
		"+44 {0} 20 7946 0000":               only,
		"0044 (0)20 7946 0000":               prefix,
		"0044 20 7946 0000":                  prefix,
		"00 1 206 555 0100":                  prefix,
		"011 44 20 7946 0000":                prefix,
		"0112065550":                         prefix,
		"+0044 20 7946 0000":                 abroad,
		"+011 44 20 7946 0000":               abroad,
		"0206 555 0100":                      american,
		"206-555-0100 x123":                  only,
		"206-555-0100 ext. 5":                only,
		"206-555-0100,,5":                    only,
		"206-555-0100#5":                     only,
		"206-555-0100*5":                     only,
		"206-555-0100p5":                     only,
		"+1 206 555 0100;ext=5":              only,
		"tel:555-0100;phone-context=+1-206":  only,
		"tel:tel:2065550100":                 only,
		"+44 20 7946 0000 (5)":               "must not have an extension",
		"+44 20 7946 0000 / 5":               one,
		"+44 20 7946 0000/01":                one,
		"206-555-0100 / 206-555-0199":        one,
		"+32 2551212 / 2551213":              one,
		"555-0100/199":                       one,
		"23456/78901":                        one,
		"206-555-0100/":                      one,
		"/206-555-0100":                      one,
		"2065550100,2065550199":              only,
		"2065550100;2065550199":              only,
		"2065550100 2065550199":              american,
		"+1 +206 555 0100":                   only,
		"++12065550100":                      only,
		"206+5550100":                        only,
		"2065550100+":                        only,
		"＋44 20 7946 0000":                   only,
		"1-800-FLOWERS":                      only,
		"2O65550100":                         only,
		"sip:2065550100":                     only,
		"٢٠٦٥٥٥٠١٠٠":                         only,
		"206555010٠":                         only,
		"２０６５５５０１００":                         only,
		"206555010⁰":                         only,
		"206555010①":                         only,
	} {
		number, err := flowroute.ParsePhone(written)
		require.ErrorIs(t, err, flowroute.ErrInvalidArgument, "%q became %s", written, number)
		assert.ErrorContains(t, err, "flowroute: ParsePhone: number "+want, written)
		client := serveFunc(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%q was sent", written) })
		_, err = client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: "2065550100", To: written, Body: "Hello"})
		assert.ErrorIs(t, err, flowroute.ErrInvalidArgument, written)
	}
}

// TestReplyAbroad answers a message from a country whose numbers have 10 digits with the country code. Taken as they
// come, they would be those of a stranger in North America.
func TestReplyAbroad(t *testing.T) {
	client, got := serve(t, 200, "", `{"data":{"type":"message","id":"1","attributes":{"from":"3225551212","to":12065550100}}}`)
	m, err := client.Messages.Get(t.Context(), "1")
	require.NoError(t, err)
	assert.Equal(t, "+3225551212", m.From)
	assert.Equal(t, "12065550100", m.To)
	_, err = client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: m.To, To: m.From, Body: "Hello"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"data":{"type":"message","attributes":{"from":"12065550100","to":"+3225551212","body":"Hello"}}}`, got.Body)
}

// TestNumbersOfResponses has each place where a response has a phone number keep whose number it is.
func TestNumbersOfResponses(t *testing.T) {
	for sent, want := range map[string]string{
		"+20 655 50199":     "+20 655 50199", // Egypt; without the +, Seattle
		"+2065550199":       "+2065550199",
		"2065550199":        "+2065550199",
		"+12065550199":      "12065550199",
		"12065550199":       "12065550199",
		"+1 (206) 555-0199": "+1 (206) 555-0199",
		"206-555-0199":      "206-555-0199",
		"442079460000":      "+442079460000",
		"00442079460000":    "00442079460000",
		"02079460000":       "02079460000",
		"1234567890123456":  "1234567890123456",
		"12345":             "12345",
		"+12345":            "+12345",
		"FLWRT":             "FLWRT",
		"+":                 "+",
		"":                  "",
		"+٢٠٦٥٥٥٠١٩٩":       "+٢٠٦٥٥٥٠١٩٩",
		"2065550199 ":       "2065550199 ",
	} {
		n := strconv.Quote(sent)
		get := func(body string) *flowroute.Client { return answering(t, 200, body) }
		message := `{"data":{"id":"1","type":"message","attributes":{"status":"x","from":` + n + `,"to":` + n + `}}}`
		got := map[string]string{}
		m, err := get(message).Messages.Get(t.Context(), "1")
		require.NoError(t, err)
		got["message"], got["recipient"] = m.From, m.To
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Replace(message, `"message"`, `"delivery_receipt"`, 1)))
		r.Header.Set("Content-Type", "application/json")
		event, err := flowroute.ParseWebhook(r)
		require.NoError(t, err)
		receipt := event.(*flowroute.DeliveryReceiptEvent)
		got["receipt"], got["receipt's recipient"] = receipt.From, receipt.To
		number := `{"id":"1","type":"number","attributes":{"value":` + n + `}}`
		owned, err := get(`{"data":`+number+`}`).Numbers.Get(t.Context(), "2065550100")
		require.NoError(t, err)
		got["number"] = owned.Value
		page, err := get(`{"data":[`+number+`]}`).Numbers.Search(t.Context(), nil)
		require.NoError(t, err)
		got["available"] = page.Items[0].Value
		task, err := get(`{"data":{"id":"1","attributes":{"tn":`+n+`,"numbers":{"failed":[`+n+`]}}}}`).Numbers.GetMessagingTask(t.Context(), "1")
		require.NoError(t, err)
		got["task"], got["failed"] = task.Number, task.Failed[0]
		portable, err := get(`{"data":{"portable":[`+n+`]}}`).Porting.CheckPortability(t.Context(), []string{"2065550100"})
		require.NoError(t, err)
		got["portable"] = portable.Portable[0]
		order, err := get(`{"data":{"id":"1","attributes":{"numbers":[`+n+`]}}}`).Porting.Get(t.Context(), "1")
		require.NoError(t, err)
		got["ported"] = order.Numbers[0]
		for place, value := range got {
			assert.Equal(t, want, value, "%q as %s", sent, place)
		}
	}
}

// TestReplyToANumberWithSpaces replies to a text whose sender is written with a + and spaces.
func TestReplyToANumberWithSpaces(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"data":{"id":"1","type":"message","attributes":{"from":"+20 655 50199","to":"12065550100","body":"Hi"}}}`))
	r.Header.Set("Content-Type", "application/json")
	event, err := flowroute.ParseWebhook(r)
	require.NoError(t, err)
	m := event.(*flowroute.InboundMessage)
	client, got := serve(t, 200, "", `{"data":{"type":"message","id":"1"}}`)
	_, err = client.Messages.Send(t.Context(), &flowroute.SendMessageRequest{From: m.To, To: m.From, Body: "Hello"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"data":{"type":"message","attributes":{"from":"12065550100","to":"+2065550199","body":"Hello"}}}`, got.Body)
}

func TestRouteToNumberKeepsItsWeight(t *testing.T) {
	client, got := serve(t, 201, "", `{"data":{"type":"route","id":"1"}}`)
	_, err := client.Routes.Create(t.Context(), &flowroute.CreateRouteRequest{Alias: "x", Type: flowroute.RouteTypeNumber, Value: "(206) 555-0100;weight=10"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"data":{"type":"route","attributes":{"alias":"x","route_type":"number","value":"12065550100;weight=10"}}}`, got.Body)
}

func TestNoContext(t *testing.T) {
	client, _ := serve(t, 200, "", "")
	var ctx context.Context
	_, err := client.Numbers.Get(ctx, "2065550100")
	assert.EqualError(t, err, "flowroute: numbers.get: ctx must not be nil")
}
