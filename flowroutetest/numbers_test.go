package flowroutetest_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// forSale is a number of the inventory.
const forSale = flowroutetest.ForSale

func TestListAreaCodes(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/numbers/available/areacodes?limit=2&max_setup_cost=3.25").is(200, `{
		"data": [
			{"type":"areacode","id":"201","links":{"related":"https://api.flowroute.com/v2/numbers/available/exchanges?areacode=201"}},
			{"type":"areacode","id":"206","links":{"related":"https://api.flowroute.com/v2/numbers/available/exchanges?areacode=206"}}],
		"links": {
			"self":"https://api.flowroute.com/v2/numbers/available/areacodes?max_setup_cost=3&limit=2&offset=0",
			"next":"https://api.flowroute.com/v2/numbers/available/areacodes?max_setup_cost=3&limit=2&offset=2"}}`)
	assert.Equal(t, strings.Fields("201 206 212 253 303 305 312 347 415 425 503 512 604 800 833 844 847 855 866 877 888"),
		a.get("/v2/numbers/available/areacodes?limit=400").ids())
	assert.Empty(t, a.get("/v2/numbers/available/areacodes?max_setup_cost=0.5").ids())
	for _, cost := range []string{"much", "", "NaN", "inf"} {
		a.get("/v2/numbers/available/areacodes?max_setup_cost="+cost).is(422, invalid(`{"max_setup_cost":["Not a valid number."]}`))
	}
}

func TestListExchanges(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/numbers/available/exchanges?areacode=347&limit=2&offset=1").is(200, `{
		"data": [
			{"type":"exchange","id":"347202","links":{"related":"https://api.flowroute.com/v2/numbers/available?starts_with=1347202"}},
			{"type":"exchange","id":"347215","links":{"related":"https://api.flowroute.com/v2/numbers/available?starts_with=1347215"}}],
		"links": {
			"self":"https://api.flowroute.com/v2/numbers/available/exchanges?areacode=347&limit=2&offset=1",
			"next":"https://api.flowroute.com/v2/numbers/available/exchanges?areacode=347&limit=2&offset=3"}}`)
	assert.Empty(t, a.get("/v2/numbers/available/exchanges?areacode=999").ids())
	a.get("/v2/numbers/available/exchanges?areacode=sea").is(422, invalid(`{"areacode":["Not a valid integer."]}`))
	assert.Len(t, a.get("/v2/numbers/available/exchanges?limit=200").ids(), 88)
}

func TestSearchNumbers(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/numbers/available?starts_with=206&contains=79&ends_with=7&rate_center=Seattle&state=wa&limit=1").is(200, `{
		"data": [{
			"attributes": {"inbound_rate":0.012,"iso_country":"US","monthly_cost":1.25,"number_type":"longcode","rate_center":"seattle",
				"rate_type":"local","setup_cost":1,"state":"wa","tier":"Standard","value":"12062790237"},
			"id":"12062790237","links":{"related":"https://api.flowroute.com/v2/numbers/12062790237"},"type":"number"}],
		"links": {
			"next":"https://api.flowroute.com/v2/numbers/available?state=WA&contains=79&ends_with=7&rate_center=SEATTLE&starts_with=1206&limit=1&offset=1",
			"self":"https://api.flowroute.com/v2/numbers/available?state=WA&contains=79&ends_with=7&rate_center=SEATTLE&starts_with=1206&limit=1&offset=0"}}`)

	tollFree := a.get("/v2/numbers/available?number_type=toll-free&limit=1")
	assert.Equal(t, "toll-free", tollFree.at("data", 0, "attributes", "number_type"))
	assert.Nil(t, tollFree.at("data", 0, "attributes", "state"))
	assert.Nil(t, tollFree.at("data", 0, "attributes", "rate_center"))
}

func TestSearchFilters(t *testing.T) {
	a := newAPI(t)
	for query, want := range map[string]struct {
		self  string
		holds func(id string) bool
	}{
		"starts_with=206":        {"starts_with=1206", func(id string) bool { return strings.HasPrefix(id, "1206") }},
		"starts_with=1206":       {"starts_with=1206", func(id string) bool { return strings.HasPrefix(id, "1206") }},
		"starts_with=%2B1604":    {"starts_with=%2B1604", func(id string) bool { return strings.HasPrefix(id, "1604") }},
		"contains=007":           {"contains=007", func(id string) bool { return strings.Contains(id, "007") }},
		"ends_with=000":          {"ends_with=000", func(id string) bool { return strings.HasSuffix(id, "000") }},
		"state=bc":               {"state=BC", func(id string) bool { return strings.HasPrefix(id, "1604") }},
		"rate_center=nwyrcyzn05": {"rate_center=NWYRCYZN05", func(id string) bool { return strings.HasPrefix(id, "13472") }},
		"number_type=toll-free":  {"number_type=toll-free", func(id string) bool { return id[1] == '8' }},
		"number_type=longcode":   {"number_type=longcode", func(id string) bool { return id[1:3] != "80" && id[1:3] != "83" }},
		"iso_country=ca":         {"iso_country=CA", func(id string) bool { return strings.HasPrefix(id, "1604") }},
		"state=":                 {"", func(string) bool { return true }},
		"order_by=tn,asc":        {"order_by=tn%2Casc", func(string) bool { return true }},
	} {
		resp := a.get("/v2/numbers/available?limit=200&" + query)
		ids := resp.ids()
		assert.NotEmpty(t, ids, query)
		for _, id := range ids {
			assert.True(t, want.holds(id), "%s: %s", query, id)
		}
		prefix := "https://api.flowroute.com/v2/numbers/available?"
		if want.self != "" {
			want.self += "&"
		}
		assert.Equal(t, prefix+want.self+"limit=200&offset=0", resp.at("links", "self"), query)
	}
	for _, query := range []string{"starts_with=%2B44", "state=zz", "iso_country=BE", "rate_center=nowhere", "state=wa&rate_center=miami"} {
		assert.Empty(t, a.get("/v2/numbers/available?"+query).ids(), query)
	}
	for query, detail := range map[string]string{
		"starts_with=20a":      `{"starts_with":["String does not match expected pattern."]}`,
		"contains=x":           `{"contains":["String does not match expected pattern."]}`,
		"ends_with=1-2":        `{"ends_with":["String does not match expected pattern."]}`,
		"number_type=standard": `{"number_type":["Must be one of: longcode, toll-free."]}`,
		"order_by=color":       `{"order_by":["Not a valid choice."]}`,
		"order_by=tn,up":       `{"order_by":["Not a valid choice."]}`,
		"order_by=number,":     `{"order_by":["Not a valid choice."]}`,
		"order_by=tn,asc,":     `{"order_by":["Not a valid choice."]}`,
		"order_by=,asc":        `{"order_by":["Not a valid choice."]}`,
	} {
		a.get("/v2/numbers/available?"+query).is(422, invalid(detail))
	}
}

func TestListTiers(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/numbers/available/tiers?limit=2").is(200, `{
		"data": [
			{"id":"Priceless","links":{"related":"https://api.flowroute.com/v2/numbers?tier=Priceless"},"type":"tier"},
			{"id":"Rare","links":{"related":"https://api.flowroute.com/v2/numbers?tier=Rare"},"type":"tier"}],
		"links": {
			"self":"https://api.flowroute.com/v2/numbers/tiers?limit=2&offset=0",
			"next":"https://api.flowroute.com/v2/numbers/tiers?limit=2&offset=2"}}`)
	last := a.get("/v2/numbers/available/tiers?offset=2")
	assert.Equal(t, []string{"Standard", "Toll Free", "US Promo $1.0/$1.25/$0.012"}, last.ids())
	assert.Equal(t, "https://api.flowroute.com/v2/numbers?tier=US%20Promo%20%241.0%2F%241.25%2F%240.012", last.at("data", 2, "links", "related"))
	assert.Nil(t, last.at("links", "next"))

	for _, tier := range a.get("/v2/numbers/available/tiers").ids() {
		resp := a.get("/v2/numbers/available?limit=200&tier=" + url.QueryEscape(tier))
		assert.NotEmpty(t, resp.ids())
		for i := range resp.ids() {
			assert.Equal(t, tier, resp.at("data", i, "attributes", "tier"))
		}
		assert.Equal(t, "https://api.flowroute.com/v2/numbers/available?tier="+url.QueryEscape(tier)+"&limit=200&offset=0", resp.at("links", "self"))
	}
	assert.Empty(t, a.get("/v2/numbers/available?tier=standard").ids())
	assert.Equal(t, []string{flowroutetest.TollFree}, a.get("/v2/numbers?tier=Toll%20Free").ids())
	assert.Len(t, a.get("/v2/numbers?tier=Standard").ids(), 3)
	assert.Empty(t, a.get("/v2/numbers?tier=Rare").ids())
}

func TestSearchOrder(t *testing.T) {
	a := newAPI(t)
	all := a.walk("/v2/numbers/available?")
	const first = "/v2/numbers/available?limit=200&order_by="
	for _, field := range []string{"number", "value", "tn"} {
		assert.Equal(t, all[:200], a.get(first+field).ids())
		assert.Equal(t, all[:200], a.get(first+field+",asc").ids())
		descending := a.get(first + field + ",desc").ids()
		slices.Reverse(descending)
		assert.Equal(t, all[len(all)-200:], descending)
	}
	for field, attribute := range map[string]string{
		"monthly_cost": "monthly_cost", "iso_country": "iso_country", "number_type": "number_type",
		"state": "state", "rate_center": "rate_center",
	} {
		for direction, sign := range map[string]int{"": 1, ",asc": 1, ",desc": -1} {
			resp := a.get("/v2/numbers/available?limit=200&offset=100&order_by=" + field + direction)
			var values []string
			for i := range resp.ids() {
				value := resp.at("data", i, "attributes", attribute)
				if value == nil {
					value = ""
				}
				values = append(values, fmt.Sprint(value))
			}
			assert.True(t, slices.IsSortedFunc(values, func(x, y string) int { return sign * strings.Compare(x, y) }), field+direction)
		}
	}
}

// walk returns the ids of a whole list, page by page.
func (a api) walk(path string) []string {
	a.t.Helper()
	var all []string
	for {
		resp := a.get(fmt.Sprintf("%s&limit=200&offset=%d", path, len(all)))
		all = append(all, resp.ids()...)
		if resp.at("links", "next") == nil {
			return all
		}
	}
}

func TestInventory(t *testing.T) {
	a := newAPI(t)
	all := a.walk("/v2/numbers/available?")
	assert.Greater(t, len(all), 3000)
	assert.True(t, slices.IsSorted(all))
	assert.Len(t, slices.Compact(slices.Clone(all)), len(all), "each once")
	for _, number := range all {
		require.Regexp(t, `^1[2-9][0-9]{2}[2-9][0-9]{6}$`, number)
	}
	assert.Greater(t, len(a.walk("/v2/numbers/available?number_type=toll-free")), 300)

	prices := map[any]int{}
	for page := range 5 {
		resp := a.get(fmt.Sprintf("/v2/numbers/available?limit=200&offset=%d", 200*page))
		for i := range 200 {
			prices[resp.at("data", i, "attributes", "setup_cost")]++
		}
	}
	assert.Greater(t, prices[1.0], 800, "most are ordinary")
	for _, dear := range []float64{3.99, 199.95, 500000} {
		assert.Positive(t, prices[dear], dear)
	}
}

func TestPurchaseNumber(t *testing.T) {
	a := newAPI(t)
	const want = `{
		"data": {
			"attributes": {"alias":null,"cnam_lookups_enabled":true,"inbound_rate":0.012,"iso_country":"US","messaging_enabled":false,
				"monthly_cost":1.25,"note":null,"number_type":"longcode","rate_center":"seattle","rate_type":"local","setup_cost":1,
				"state":"wa","status":"PURCHASED","tier":"Standard","value":"12062790237"},
			"id":"12062790237",
			"links":{"self":"https://api.flowroute.com/v2/numbers/12062790237"},
			"relationships": {"cnam_preset":{"data":null},"e911_address":{"data":null},"failover_route":{"data":null},
				"primary_route":{"data":{"id":"0","type":"route"}}},
			"type":"number"},
		"included": [{"attributes":{"alias":"sip-reg","edge_strategy_id":null,"route_type":"sip-reg","value":null},"id":"0",
			"links":{"self":"https://api.flowroute.com/v2/routes/0"},"type":"route"}],
		"links":{"self":"https://api.flowroute.com/v2/numbers/12062790237"}}`
	a.do("POST", "/v2/numbers/"+forSale, nil).is(201, want)
	a.get("/v2/numbers/"+forSale).is(200, want)
	assert.Contains(t, a.Numbers(), forSale)
	assert.Empty(t, a.get("/v2/numbers/available?starts_with="+forSale).ids(), "it isn't for sale any longer")

	for _, number := range []string{forSale, "12060000000", "+12062790274", "2062790274", "x"} {
		a.do("POST", "/v2/numbers/"+number, nil).is(404, notFound)
	}
}

func TestPurchaseOptions(t *testing.T) {
	a := newAPI(t)
	for name, resp := range map[string]response{
		"flat":  a.do("POST", "/v2/numbers/12062790237", `{"cnam_lookups_enabled":false,"messaging_enabled":true}`),
		"texts": a.do("POST", "/v2/numbers/12065010237", object("cnam_lookups_enabled", "false", "messaging_enabled", "true")),
		"query": a.do("POST", "/v2/numbers/12066410237?cnam_lookups_enabled=false&messaging_enabled=true&messaging_callback_url=https://example.com", nil),
	} {
		number := resp.created()
		assert.Equal(t, false, resp.at("data", "attributes", "cnam_lookups_enabled"), name)
		assert.Equal(t, false, resp.at("data", "attributes", "messaging_enabled"), name)
		task := resp.at("data", "relationships", "message_provision", "data", "id")
		assert.Equal(t, "message_provisioning_status", resp.at("included", 1, "type"), name)
		assert.Equal(t, task, resp.at("included", 1, "id"), name)
		assert.Equal(t, "processing", resp.at("included", 1, "attributes", "status"), name)
		assert.Equal(t, false, a.get("/v2/numbers/"+number).at("data", "attributes", "messaging_enabled"), name)
	}
	a.Advance(flowroutetest.MessagingEnabledAfter)
	enabled := a.get("/v2/numbers/12062790237")
	assert.Equal(t, true, enabled.at("data", "attributes", "messaging_enabled"))
	assert.Equal(t, "successful", enabled.at("included", 1, "attributes", "status"))

	a.do("POST", "/v2/numbers/12062030237", `{"cnam_lookups_enabled":1,"messaging_enabled":"x","messaging_callback_url":"no"}`).is(422,
		invalid(`{"cnam_lookups_enabled":["Not a valid boolean."],"messaging_enabled":["Not a valid boolean."],"messaging_callback_url":["Not a valid URL."]}`))
	assert.Len(t, a.Numbers(), 7)
}

func TestConcurrentPurchase(t *testing.T) {
	a := newAPI(t)
	var won, lost atomic.Int32
	var buyers sync.WaitGroup
	for range 32 {
		buyers.Go(func() {
			resp, err := a.try("POST", "/v2/numbers/"+forSale, nil)
			switch {
			case assert.NoError(t, err) && resp.status == 201:
				won.Add(1)
			case resp.status == 404:
				lost.Add(1)
			}
		})
	}
	buyers.Wait()
	assert.EqualValues(t, 1, won.Load())
	assert.EqualValues(t, 31, lost.Load())
	assert.Len(t, a.Requests(), 32)
}

func TestListNumbers(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/numbers?starts_with=206&limit=3").is(200, `{
		"data": [{
			"attributes": {"alias":null,"cnam_lookups_enabled":true,"iso_country":"US","messaging_enabled":true,"number_type":"longcode",
				"rate_center":"seattle","state":"wa","status":"PURCHASED","tier":"Standard","value":"12065550100"},
			"id":"12065550100","links":{"self":"https://api.flowroute.com/v2/numbers/12065550100"},"type":"number"}],
		"links":{"self":"https://api.flowroute.com/v2/numbers?starts_with=1206&limit=3&offset=0"}}`)
	assert.Equal(t, a.Numbers(), a.get("/v2/numbers").ids())
	assert.Equal(t, []string{flowroutetest.TollFree}, a.get("/v2/numbers?contains=844&ends_with=100").ids())
	assert.Equal(t, "", a.get("/v2/numbers?starts_with=844").at("data", 0, "attributes", "state"))
	assert.Empty(t, a.get("/v2/numbers?alias=Office").ids())
	a.get("/v2/numbers?alias="+strings.Repeat("x", 65)).is(422, invalid(`{"alias":["Longer than maximum length 64."]}`))
}

func TestGetNumber(t *testing.T) {
	a := newAPI(t)
	for _, number := range []string{"12060000000", forSale, "2065550100", "%2B12065550100", "..%2f", "x"} {
		a.get("/v2/numbers/"+number).is(404, notFound)
	}

	primary := a.createRoute("host", "a.example.com", "a").created()
	failover := a.createRoute("host", "b.example.com", "b").created()
	record := a.do("POST", "/v2/e911s", enveloped("e911", address())).created()
	name := a.do("POST", "/v2/cnams", object("value", "Heartwood")).created()
	require.NoError(t, a.ApproveCNAM(name))
	of := "/v2/numbers/" + flowroutetest.LongCode + "/relationships/"
	require.Equal(t, 204, a.do("PATCH", of+"primary_route", relationship(primary)).status)
	require.Equal(t, 204, a.do("PATCH", of+"failover_route", relationship(failover)).status)
	require.Equal(t, 204, a.do("PATCH", of+"e911s/"+record, nil).status)
	require.Equal(t, 202, a.do("PATCH", of+"cnams/"+name, nil).status)

	resp := a.get("/v2/numbers/" + flowroutetest.LongCode)
	assert.Equal(t, object(
		"primary_route", object("data", object("id", primary, "type", "route")),
		"failover_route", object("data", object("id", failover, "type", "route")),
		"e911_address", object("data", object("id", record, "type", "e911")),
		"cnam_preset", object("data", object("id", name, "type", "cnam")),
	), resp.at("data", "relationships"))
	var included []any
	for i := range 4 {
		included = append(included, resp.at("included", i, "type"), resp.at("included", i, "id"))
	}
	assert.Equal(t, []any{"route", primary, "route", failover, "e911", record, "cnam", name}, included)
	assert.Len(t, resp.at("included"), 4)

	require.Equal(t, 204, a.do("PATCH", of+"failover_route", relationship(primary)).status)
	assert.Len(t, a.get("/v2/numbers/"+flowroutetest.LongCode).at("included"), 3, "each record once")
}

func TestGetNumbers(t *testing.T) {
	a := newAPI(t)
	resp := a.do("POST", "/v2/numbers/details", object("numbers", []string{"+" + flowroutetest.TollFree, flowroutetest.LongCode}))
	assert.Equal(t, []string{flowroutetest.TollFree, flowroutetest.LongCode}, resp.ids())
	for i, number := range resp.ids() {
		assert.Equal(t, a.get("/v2/numbers/"+number).at("data"), resp.at("data", i))
	}
	assert.Equal(t, a.get("/v2/numbers/"+flowroutetest.LongCode).at("included"), resp.at("included"), "each record once")

	require.Equal(t, 204, a.do("DELETE", "/v2/numbers/"+flowroutetest.TollFree+"/relationships/primary_route", nil).status)
	assert.NotContains(t, a.do("POST", "/v2/numbers/details", object("numbers", []string{flowroutetest.TollFree})).at(), "included")

	a.do("POST", "/v2/numbers/details", object("numbers", []string{flowroutetest.LongCode, forSale})).is(404, notFound)
	for body, problem := range map[string]string{
		`{}`:                       "Missing data for required field.",
		`{"numbers":null}`:         "Field may not be null.",
		`{"numbers":"1"}`:          "Not a valid list.",
		`{"numbers":[]}`:           "Shorter than minimum length 1.",
		`{"numbers":["2065551"]}`:  "Not a valid phone number.",
		`{"numbers":[1206555123]}`: "Not a valid string.",
	} {
		a.do("POST", "/v2/numbers/details", body).is(422, invalid(`{"numbers":["`+problem+`"]}`))
	}
}

func TestUpdateNumber(t *testing.T) {
	a := newAPI(t)
	const path = "/v2/numbers/" + flowroutetest.LongCode
	before := a.get(path)
	resp := a.do("PATCH", path, `{"type":"number","alias":"NYC Number"}`)
	require.Equal(t, 200, resp.status)
	assert.Equal(t, "NYC Number", resp.at("data", "attributes", "alias"))
	assert.Equal(t, before.at("included"), resp.at("included"))
	assert.Equal(t, a.get(path).body, resp.body)
	assert.Equal(t, []string{flowroutetest.LongCode}, a.get("/v2/numbers?alias=NYC+Number").ids())

	for _, flag := range []any{false, "true", "false", true} {
		resp = a.do("PATCH", path, object("type", "number", "cnam_lookups_enabled", flag))
		assert.Equal(t, fmt.Sprint(flag), fmt.Sprint(resp.at("data", "attributes", "cnam_lookups_enabled")))
		assert.Equal(t, "NYC Number", resp.at("data", "attributes", "alias"), "what isn't named is left as it is")
	}
	resp = a.do("PATCH", path, object("type", "number", "alias", nil))
	assert.Nil(t, resp.at("data", "attributes", "alias"))
	assert.Equal(t, before.body, resp.body)

	for body, detail := range map[string]string{
		`{"alias":"x"}`:                                               `{"type":["Missing data for required field."]}`,
		`{"type":"route","alias":"x"}`:                                `{"type":["Must be one of: number."]}`,
		`{"type":"number","alias":7}`:                                 `{"alias":["Not a valid string."]}`,
		`{"type":"number","messaging_enabled":""}`:                    `{"messaging_enabled":["Not a valid boolean."]}`,
		`{"type":"number","messaging_email":2}`:                       `{"messaging_email":["Not a valid boolean."]}`,
		`{"type":"number","messaging_callback_url":"x"}`:              `{"messaging_callback_url":["Not a valid URL."]}`,
		`{"type":"number","alias":"` + strings.Repeat("x", 65) + `"}`: `{"alias":["Longer than maximum length 64."]}`,
	} {
		a.do("PATCH", path, body).is(422, invalid(detail))
	}
	assert.Equal(t, before.body, a.get(path).body, "nothing was carried out")
	a.do("PATCH", "/v2/numbers/"+forSale, `{"type":"number","alias":"x"}`).is(403, notAuthorized)
}

func TestReleaseNumber(t *testing.T) {
	a := newAPI(t)
	require.Equal(t, 201, a.do("POST", "/v2/numbers/"+forSale, nil).status)
	record := a.createE911().created()
	require.Equal(t, 204, a.do("PATCH", "/v2/numbers/"+forSale+"/relationships/e911s/"+record, nil).status)
	a.do("DELETE", "/v2/numbers/"+forSale, nil).is(204, "")
	a.do("DELETE", "/v2/numbers/"+forSale, nil).is(404, notFound)
	a.get("/v2/numbers/"+forSale).is(404, notFound)
	assert.NotContains(t, a.Numbers(), forSale)
	assert.Empty(t, a.get("/v2/e911s/"+record+"/relationships/numbers").ids())
	assert.Equal(t, 204, a.do("DELETE", "/v2/e911s/"+record, nil).status, "it isn't in use any longer")
	assert.Equal(t, []string{forSale}, a.get("/v2/numbers/available?starts_with="+forSale).ids())
	again := a.do("POST", "/v2/numbers/"+forSale, nil)
	require.Equal(t, 201, again.status)
	assert.Nil(t, again.at("data", "relationships", "e911_address", "data"))

	// A number that never was for sale then is.
	for range 2 {
		a.do("DELETE", "/v2/numbers/"+flowroutetest.LongCode, nil).is(204, "")
		all := a.walk("/v2/numbers/available?starts_with=1206&")
		assert.Contains(t, all, flowroutetest.LongCode)
		assert.True(t, slices.IsSorted(all))
		assert.Len(t, slices.Compact(all), len(all))
		require.Equal(t, 201, a.do("POST", "/v2/numbers/"+flowroutetest.LongCode, nil).status)
		assert.Equal(t, 403, a.send("body", "Hello").status, "messaging must be enabled again")
	}
}

func TestAddNumber(t *testing.T) {
	a := newAPI(t)
	a.AddNumber("+" + forSale)
	a.AddNumber("13105550123")
	a.AddNumber("18005550123")
	a.AddNumber(flowroutetest.LongCode)
	assert.Len(t, a.Numbers(), 7)
	assert.Equal(t, "seattle", a.get("/v2/numbers/"+forSale).at("data", "attributes", "rate_center"))
	assert.Equal(t, true, a.get("/v2/numbers/"+forSale).at("data", "attributes", "messaging_enabled"))
	assert.Equal(t, "toll-free", a.get("/v2/numbers/18005550123").at("data", "attributes", "number_type"))
	assert.Equal(t, "longcode", a.get("/v2/numbers/13105550123").at("data", "attributes", "number_type"))
	a.do("POST", "/v2/numbers/"+forSale, nil).is(404, notFound)

	// It is one number, however it is written.
	for _, number := range []string{"+1 310-555-0124", "3105550124", "(310) 555-0124", "1.310.555.0124", "+13105550124"} {
		a.AddNumber(number)
		assert.Contains(t, a.Numbers(), "13105550124", number)
		assert.Len(t, a.Numbers(), 8, number)
	}
	for _, number := range []string{"", "x", "00000000000", "555-0124", "131055501245", "+44 20 7946 0000", "+1 310 555 0125 x2"} {
		assert.PanicsWithValue(t, fmt.Sprintf("flowroutetest: AddNumber: %q is not a North American phone number", number),
			func() { a.AddNumber(number) })
	}
	assert.Len(t, a.Numbers(), 8)
}

func TestNewServerIsCheap(t *testing.T) {
	flowroutetest.NewUnstartedServer() // what all servers share is made once
	assert.Less(t, testing.AllocsPerRun(10, func() { flowroutetest.NewUnstartedServer() }), 500.0, "allocations")
}

func BenchmarkNewUnstartedServer(b *testing.B) {
	for b.Loop() {
		flowroutetest.NewUnstartedServer()
	}
}
