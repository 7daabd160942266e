package flowroutetest_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

const noSuchPortOrder = `{"errors":[{"detail":"No such port order","id":"SOME-ID","status":404,"title":"Resource not found"}]}`

// portOrder is what is required of a port order, with changes.
func portOrder(numbers []string, changes ...any) map[string]any {
	attributes := object(
		"numbers", numbers, "billing_name", "John Doe", "street", "1218 3rd Ave", "city", "Seattle", "state", "WA", "country", "US",
		"provider", "Acme Telecom", "loa_details", object("email", "john@example.com"),
	)
	maps.Copy(attributes, object(changes...))
	return object("data", object("attributes", attributes))
}

func (a api) createPort(numbers ...string) response {
	a.t.Helper()
	return a.do("POST", "/v2/portorders", portOrder(numbers), contentType("application/json"))
}

func (a api) portStatus(id string) any {
	a.t.Helper()
	return a.get("/v2/portorders/"+id+"/status").at("data", "attributes", "status")
}

// tooLate is the error body for a change to an order in a state.
func tooLate(status string) string {
	return `{"errors":[{"detail":"The port order is ` + status + `.","id":"SOME-ID","status":403,"title":"Forbidden"}]}`
}

func TestCheckPortability(t *testing.T) {
	a := newAPI(t)
	check := func(numbers ...string) response {
		return a.do("POST", "/v2/portorders/portability", object("numbers", append([]string{}, numbers...)), contentType("application/json"))
	}
	check("+12065013456", "+18002546788").is(200,
		`{"data":{"hypernetwork_enabled":["+12065013456"],"nonportable":[],"portable":["+12065013456","+18002546788"]}}`)
	a.createPort("+12065013456")
	check("+12065010000", "+12065013456", "+"+flowroutetest.LongCode).is(200,
		`{"data":{"hypernetwork_enabled":[],"nonportable":["+12065010000","+12065013456","+12065550100"],"portable":[]}}`)
	for _, number := range []string{"12065013456", "+2065013456", "+442065013456", "+10065013456", ""} {
		assert.Equal(t, 422, check(number).status, number)
	}
	check("12065013456").is(422, invalid(`{"numbers":["Not a valid phone number."]}`))
	check().is(422, invalid(`{"numbers":["Shorter than minimum length 1."]}`))
	a.do("POST", "/v2/portorders/portability", "numbers=%2B12065013456", contentType("application/x-www-form-urlencoded")).is(415,
		`{"errors":[{"detail":"Unsupported media type in request.","id":"SOME-ID","status":415,"title":"Unsupported Media Type"}]}`)
}

func TestCreatePortOrder(t *testing.T) {
	a := newAPI(t)
	route := a.createRoute("host", "a.example.com", "a").created()
	resp := a.do("POST", "/v2/portorders", portOrder([]string{"+12065551234"},
		"alias", "Port Order 6/12/2018", "zip", "98101", "company", "Leather Inc.", "desired_completion_date", "2026-02-12",
		"loa_details", object("email", "john@example.com", "cc", "jane@example.com"), "presets", object("primary_route_id", route, "alias", "Main"),
		"provider_account", "A-1", "usage_type", "business", "enable_cnam_lookups", false, "comments", "please", "status_url", "https://example.com/s",
		"business_documents", []string{"https://mysite.com/csr.pdf", "bill.pdf"}, "street2", "Floor 2", "billing_number", "+12065551234",
		"pin", "1234", "last_4_ssn", "6789"))
	const want = `{"data":{"attributes":{"alias":"Port Order 6/12/2018",
		"billing_address":{"city":"Seattle","country":"US","state":"WA","street":"1218 3rd Ave","street2":"Floor 2","zip":"98101"},
		"billing_name":"John Doe","billing_number":"+12065551234",
		"business_documents":[{"data":[
			{"attributes":{"filename":"https://mysite.com/csr.pdf","status":"uploaded"},"id":"0","links":{"self":"https://api.flowroute.com/v2/portorders/42361/files/0"},"type":"portorder-file"},
			{"attributes":{"filename":"bill.pdf","status":"pending"},"id":"1","links":{"self":"https://api.flowroute.com/v2/portorders/42361/files/1"},"type":"portorder-file"}]}],
		"comments":["please"],"company":"Leather Inc.","cost":"7.5","desired_completion_date":"2026-02-12","enable_cnam_lookups":false,"group_id":"38697",
		"last_4_ssn":"6789","loa_details":{"email":"john@example.com","cc":"jane@example.com"},"numbers":["+12065551234"],"pin":"1234",
		"presets":{"primary_route_id":"98396","alias":"Main"},"provider":"Acme Telecom","provider_account":"A-1",
		"status":"pending","status_updated_at":null,"status_url":"https://example.com/s","usage_type":"business"},
		"id":"42361","links":{"self":"https://api.flowroute.com/v2/portorders/42361"},"type":"portorder"}}`
	resp.is(201, want)
	a.get("/v2/portorders/42361").is(200, want)
	a.get("/v2/portorders/42361/files/1").is(200, `{"data":{"attributes":{"filename":"bill.pdf","status":"pending"},"id":"1",
		"links":{"self":"https://api.flowroute.com/v2/portorders/42361/files/1"},"type":"portorder-file"}}`)

	a.createPort("+12065551235").is(201, `{"data":{"attributes":{"alias":null,
		"billing_address":{"city":"Seattle","country":"US","state":"WA","street":"1218 3rd Ave","street2":null,"zip":""},
		"billing_name":"John Doe","billing_number":"","business_documents":[],"comments":[],"company":"","cost":"7.5",
		"desired_completion_date":null,"enable_cnam_lookups":true,"group_id":"38698","last_4_ssn":"",
		"loa_details":{"email":"john@example.com","cc":""},"numbers":["+12065551235"],"pin":"","presets":{},"provider":"Acme Telecom",
		"provider_account":"","status":"pending","status_updated_at":null,"status_url":"","usage_type":""},
		"id":"42362","links":{"self":"https://api.flowroute.com/v2/portorders/42362"},"type":"portorder"}}`)

	a.get("/v2/portorders/1").is(404, noSuchPortOrder)
	a.get("/v2/portorders/1/status").is(404, noSuchPortOrder)
	a.get("/v2/portorders/1/files/0").is(404, noSuchPortOrder)
	a.get("/v2/portorders/42361/files/2").is(404, `{"errors":[{"detail":"No such file","id":"SOME-ID","status":404,"title":"Resource not found"}]}`)
}

func TestCreatePortOrderStrictly(t *testing.T) {
	a := newAPI(t)
	const required = `["Missing data for required field."]`
	a.do("POST", "/v2/portorders", `{"data":{"attributes":{}}}`).is(422, invalid(`{"data":{"attributes":{"numbers":`+required+
		`,"billing_name":`+required+`,"street":`+required+`,"city":`+required+`,"state":`+required+`,"country":`+required+
		`,"provider":`+required+`,"loa_details":`+required+`}}}`))
	a.createPort("+12065551111")
	for _, c := range []struct {
		name   string
		value  any
		detail string
	}{
		{"numbers", []string{"12065551234"}, `["Not a valid phone number."]`},
		{"numbers", []string{"+12065550000"}, `["+12065550000 is not portable."]`},
		{"numbers", []string{"+12065551111"}, `["+12065551111 is not portable."]`},
		{"country", "MX", `["Must be one of: US, CA."]`},
		{"state", "ON", `["Not a valid state or province code."]`},
		{"zip", "123", `["ZIP code must be at least 4 and at most 7 digits long"]`},
		{"usage_type", "private", `["Must be one of: residential, business."]`},
		{"desired_completion_date", "tomorrow", `["Not a valid date."]`},
		{"enable_cnam_lookups", "maybe", `["Not a valid boolean."]`},
		{"status_url", "example.com", `["Not a valid URL."]`},
		{"billing_number", "555", `["Not a valid phone number."]`},
		{"last_4_ssn", "12", `["String does not match expected pattern."]`},
		{"loa_details", "john@example.com", `["Invalid input type."]`},
		{"loa_details", object("cc", "x"), `{"email":["Missing data for required field."]}`},
		{"presets", []string{}, `["Invalid input type."]`},
		{"presets", object("e911_id", "1", "cnam_id", 2), `{"e911_id":["No such record on your account."],"cnam_id":["No such record on your account."]}`},
		{"business_documents", "x", `["Not a valid list."]`},
		{"comments", 1, `["Not a valid list."]`},
		{"alias", strings.Repeat("x", 65), `["Longer than maximum length 64."]`},
	} {
		a.do("POST", "/v2/portorders", portOrder([]string{"+12065551234"}, c.name, c.value)).is(422, invalid(`{"data":{"attributes":{"`+c.name+`":`+c.detail+`}}}`))
	}
	assert.Len(t, a.get("/v2/portorders").at("data", "attributes", "orders", "data"), 1)
}

func TestPortOrderSplits(t *testing.T) {
	a := newAPI(t)
	resp := a.createPort("+18005551234", "+12065551234", "+12065551235", "+12065551234")
	require.Equal(t, 201, resp.status)
	require.Len(t, resp.at("data"), 2)
	assert.Equal(t, []any{"+12065551234", "+12065551235"}, resp.at("data", 0, "attributes", "numbers"))
	assert.Equal(t, "15.0", resp.at("data", 0, "attributes", "cost"))
	assert.Equal(t, []any{"+18005551234"}, resp.at("data", 1, "attributes", "numbers"))
	group := resp.at("data", 0, "attributes", "group_id").(string)
	assert.Equal(t, group, resp.at("data", 1, "attributes", "group_id"))

	summary := func(status, first, second string) string {
		return `{"data":{"attributes":{"group_id":"38697","status":"` + status + `","orders":{"data":[
			{"attributes":{"id":"42361","status":"` + first + `"}},{"attributes":{"id":"42362","status":"` + second + `"}}]}}}}`
	}
	of := "/v2/portorders?group_id=" + group
	a.get(of+"&status").is(200, summary("In Progress", "pending", "pending"))
	require.NoError(t, a.RejectPortOrder("42362", "Unknown account"))
	a.get(of+"&status").is(200, summary("Requires Action", "pending", "rejected"))
	a.do("PATCH", "/v2/portorders/42362/status", `{"status":"canceled"}`)
	a.get(of).is(200, summary("In Progress", "pending", "canceled"))
	a.Advance(flowroutetest.PortCompletedAfter)
	a.get(of).is(200, summary("Completed", "completed", "canceled"))
	a.get("/v2/portorders?group_id=1&status").is(404, noSuchPortOrder)

	other := a.createPort("+12065551236").created()
	a.do("PATCH", "/v2/portorders/"+other+"/status", `{"status":"cancelled"}`)
	assert.Equal(t, "Canceled", a.get("/v2/portorders?group_id=38698").at("data", "attributes", "status"))
}

func TestPortOrderProgress(t *testing.T) {
	a := newAPI(t)
	record := a.createE911().created()
	name := a.createCNAM("Heartwood").created()
	require.NoError(t, a.ApproveCNAM(name))
	primary, failover := a.createRoute("host", "a.example.com", "a").created(), a.createRoute("host", "b.example.com", "b").created()
	presets := object("alias", "Main", "e911_id", record, "cnam_id", name, "primary_route_id", primary, "failover_route_id", failover)
	resp := a.do("POST", "/v2/portorders", portOrder([]string{"+12065551234", "+18005551234"}, "presets", presets, "enable_cnam_lookups", false))
	require.Equal(t, 201, resp.status)

	a.get("/v2/portorders/42361/status").is(200, `{"data":{"attributes":{"status":"pending","status_updated_at":null},"id":"42361","type":"portorder"}}`)
	var passed time.Duration
	for _, step := range []struct {
		after  time.Duration
		status string
		since  string
	}{
		{flowroutetest.PortProcessingAfter, "processing", "2026-01-05T10:00:00Z"},
		{flowroutetest.PortSubmittedAfter, "submitted", "2026-01-06T09:00:00Z"},
		{flowroutetest.PortAcceptedAfter, "accepted", "2026-01-08T09:00:00Z"},
		{flowroutetest.PortCompletedAfter, "completed", "2026-01-12T09:00:00Z"},
	} {
		assert.NotContains(t, a.Numbers(), "12065551234")
		a.Advance(step.after - passed)
		passed = step.after
		a.get("/v2/portorders/42361/status").is(200,
			`{"data":{"attributes":{"status":"`+step.status+`","status_updated_at":"`+step.since+`"},"id":"42361","type":"portorder"}}`)
	}
	assert.Subset(t, a.Numbers(), []string{"12065551234", "18005551234"})
	number := a.get("/v2/numbers/12065551234")
	assert.Equal(t, "Main", number.at("data", "attributes", "alias"))
	assert.Equal(t, false, number.at("data", "attributes", "cnam_lookups_enabled"))
	assert.Equal(t, false, number.at("data", "attributes", "messaging_enabled"))
	for relationship, id := range map[string]string{"e911_address": record, "cnam_preset": name, "primary_route": primary, "failover_route": failover} {
		assert.Equal(t, id, number.at("data", "relationships", relationship, "data", "id"))
	}
	tollFree := a.get("/v2/numbers/18005551234")
	assert.Equal(t, primary, tollFree.at("data", "relationships", "primary_route", "data", "id"))
	assert.Nil(t, tollFree.at("data", "relationships", "e911_address", "data"), "toll-free numbers have none")

	// Once it has been given back, it stays away.
	a.do("DELETE", "/v2/numbers/12065551234", nil).is(204, "")
	a.Advance(time.Hour)
	assert.NotContains(t, a.Numbers(), "12065551234")
	assert.Contains(t, a.walk("/v2/numbers/available?starts_with=1206&"), "12065551234")
	assert.Equal(t, 201, a.createPort("+12065551234").status)
}

// TestPortedNumber has the presets gone, and one of the numbers on the account, by the time the port is completed.
func TestPortedNumber(t *testing.T) {
	a := newAPI(t)
	route := a.createRoute("host", "a.example.com", "a").created()
	name := a.createCNAM("Heartwood").created()
	a.do("POST", "/v2/portorders", portOrder([]string{"+12065551234", "+12065551235"}, "presets", object("primary_route_id", route, "cnam_id", name)))
	require.NoError(t, a.RejectCNAM(name, "no"))
	a.do("DELETE", "/v2/routes/"+route, nil).is(204, "")
	a.AddNumber("12065551235")
	a.Advance(flowroutetest.PortCompletedAfter)
	number := a.get("/v2/numbers/12065551234")
	assert.Equal(t, "0", number.at("data", "relationships", "primary_route", "data", "id"))
	assert.Nil(t, number.at("data", "relationships", "cnam_preset", "data"))
	assert.Equal(t, true, a.messaging("12065551235"))
}

func TestListPortOrders(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/portorders").is(404, noSuchPortOrder)
	create := func(number, alias, completion string) string {
		return a.do("POST", "/v2/portorders", portOrder([]string{number}, "alias", alias, "desired_completion_date", completion)).created()
	}
	x := create("+12065551001", "B", "2026-03-01")
	a.Advance(time.Minute)
	y := create("+12065551002", "A", "2026-02-01")
	a.Advance(time.Minute)
	z := create("+18005551003", "C", "")
	a.get("/v2/portorders?limit=2").is(200, `{"data":{"attributes":{"orders":{"data":[
		{"attributes":{"alias":"C","id":"42363","status":"pending"}},
		{"attributes":{"alias":"A","id":"42362","status":"pending"}}]}},"type":"portorder_list"}}`)

	require.NoError(t, a.RejectPortOrder(y, "No"))
	a.Advance(time.Hour)
	a.do("PATCH", "/v2/portorders/"+y, portChange("provider", "Other")) // at 10:02, while the rest is being processed
	for query, want := range map[string][]string{
		"":                           {z, y, x},
		"limit=1&offset=1":           {y},
		"offset=3":                   nil,
		"status=processing":          {z, x},
		"status=nothing":             nil,
		"alias=A":                    {y},
		"alias=a":                    nil,
		"completion_date=2026-03-01": {x},
		"numbers=%2B12065551001":     {x},
		"numbers=12065551001&numbers=%2B18005551003": {z, x},
		"numbers[]=12065551001,12065551002":          {y, x},
		"created_after=2026-01-05T09:01:00Z":         {z, y},
		"created_before=2026-01-05T09:01:00Z":        {x},
		"created_after=2026-01-06":                   nil,
		"modified_after=2026-01-05T10:01:00Z":        {z, y},
		"modified_before=2026-01-05T10:01:00Z":       {x},
		"completed_after=2026-01-01":                 nil,
		"order=alias":                                {y, x, z},
		"order=numbers":                              {x, y, z},
		"order=status,alias":                         {y, x, z},
		"order=completion_date":                      {z, y, x},
		"order=modified_date":                        {x, z, y},
		"order=group_status":                         {z, y, x},
	} {
		resp := a.get("/v2/portorders?" + query)
		if want == nil {
			resp.is(404, noSuchPortOrder)
			continue
		}
		require.Equal(t, 200, resp.status, query)
		var ids []string
		for i := range resp.at("data", "attributes", "orders", "data").([]any) {
			ids = append(ids, resp.at("data", "attributes", "orders", "data", i, "attributes", "id").(string))
		}
		assert.Equal(t, want, ids, query)
	}
	a.Advance(flowroutetest.PortCompletedAfter)
	assert.Equal(t, 200, a.get("/v2/portorders?completed_after=2026-01-12T09:00:00Z").status)
	assert.Equal(t, 404, a.get("/v2/portorders?completed_before=2026-01-12T09:00:00Z").status)
	for query, detail := range map[string]string{
		"limit=201":         `{"limit":["Must be greater than or equal to 1 and less than or equal to 200."]}`,
		"created_after=x":   `{"created_after":["Not a valid datetime."]}`,
		"completion_date=x": `{"completion_date":["Not a valid date."]}`,
		"order=color":       `{"order":["Not a valid choice."]}`,
		"order=alias,":      `{"order":["Not a valid choice."]}`,
		"order=,":           `{"order":["Not a valid choice.","Not a valid choice."]}`,
	} {
		a.get("/v2/portorders?"+query).is(422, invalid(detail))
	}
}

// portChange is the body of an update.
func portChange(attributes ...any) map[string]any {
	return object("data", object("attributes", object(attributes...)))
}

func TestUpdatePortOrder(t *testing.T) {
	a := newAPI(t)
	id := a.createPort("+12065551234").created()
	path := "/v2/portorders/" + id
	resp := a.do("PATCH", path, portChange("provider", "Other", "presets", object("alias", "x"), "business_documents", []string{"csr.pdf"}))
	require.Equal(t, 200, resp.status)
	assert.Equal(t, "Other", resp.at("data", "attributes", "provider"))
	assert.Equal(t, "John Doe", resp.at("data", "attributes", "billing_name"))
	assert.Equal(t, object("alias", "x"), resp.at("data", "attributes", "presets"))
	assert.Len(t, resp.at("data", "attributes", "business_documents"), 1)
	assert.Equal(t, a.get(path).body, resp.body)
	a.do("PATCH", path, portChange("state", "ON", "numbers", []string{"+12065551235"})).is(422,
		invalid(`{"data":{"attributes":{"state":["Not a valid state or province code."],"numbers":["Cannot be changed here."]}}}`))
	a.do("PATCH", path, portChange("billing_name", "")).is(422, invalid(`{"data":{"attributes":{"billing_name":["Shorter than minimum length 1."]}}}`))

	a.Advance(flowroutetest.PortProcessingAfter)
	a.do("PATCH", path, portChange("provider", "Third")).is(403, tooLate("processing"))
	require.NoError(t, a.RejectPortOrder(id, "Account number is wrong"))
	rejected := a.get(path)
	assert.Equal(t, "rejected", rejected.at("data", "attributes", "status"))
	assert.Equal(t, []any{"Account number is wrong"}, rejected.at("data", "attributes", "comments"))
	a.Advance(flowroutetest.PortCompletedAfter)
	assert.Equal(t, "rejected", a.portStatus(id), "it stays so")
	assert.Equal(t, "pending", a.do("PATCH", path, portChange("provider_account", "A-2")).at("data", "attributes", "status"))
	a.Advance(flowroutetest.PortCompletedAfter)
	assert.Equal(t, "completed", a.portStatus(id))

	require.ErrorContains(t, a.RejectPortOrder(id, ""), "port order "+id+" is completed")
	require.ErrorContains(t, a.RejectPortOrder("1", ""), "no port order 1")
	a.do("PATCH", "/v2/portorders/1", portChange()).is(404, noSuchPortOrder)
}

func TestCancelPortOrder(t *testing.T) {
	a := newAPI(t)
	id := a.createPort("+12065551234").created()
	path := "/v2/portorders/" + id
	a.do("PATCH", path+"/status", `{"status":"done"}`).is(422, invalid(`{"status":["Must be one of: cancelled, canceled."]}`))
	a.Advance(flowroutetest.PortAcceptedAfter)
	a.do("PATCH", path+"/status", `{"status":"cancelled"}`).is(200,
		`{"data":{"attributes":{"status":"canceled","status_updated_at":"2026-01-08T09:00:00Z"},"id":"42361","type":"portorder"}}`)
	a.Advance(flowroutetest.PortCompletedAfter)
	assert.Equal(t, "canceled", a.portStatus(id))
	assert.NotContains(t, a.Numbers(), "12065551234")
	for _, resp := range []response{
		a.do("PATCH", path+"/status", `{"status":"cancelled"}`),
		a.do("PATCH", path, portChange("alias", "x")),
		a.do("PATCH", path+"/relationships/numbers", object("add", []string{"+12065551235"})),
		a.get(path + "/loa"),
		a.do("POST", path+"/loa", `{}`),
		a.do("POST", path+"/upload_file", `{}`),
	} {
		resp.is(403, tooLate("canceled"))
	}
	require.Equal(t, 201, a.createPort("+12065551234").status, "the number is free again")
}

func TestChangePortNumbers(t *testing.T) {
	a := newAPI(t)
	id := a.createPort("+12065551001", "+12065551002").created()
	path := "/v2/portorders/" + id + "/relationships/numbers"
	resp := a.do("PATCH", path, object("add", []string{"+12065551003"}, "remove", []string{"+12065551001"}))
	require.Equal(t, 200, resp.status)
	assert.Equal(t, []any{"+12065551002", "+12065551003"}, resp.at("data", "attributes", "numbers"))
	assert.Equal(t, a.get("/v2/portorders/"+id).body, resp.body)
	for body, detail := range map[string]string{
		`{}`:                          `{"_schema":["Nothing to add or remove."]}`,
		`{"add":["+12065551002"]}`:    `{"add":["+12065551002 is not portable."]}`,
		`{"add":["12065551009"]}`:     `{"add":["Not a valid phone number."]}`,
		`{"add":["+18005551009"]}`:    `{"add":["+18005551009 is of another kind than the order's numbers."]}`,
		`{"remove":["+12065551009"]}`: `{"remove":["+12065551009 is not in the order."]}`,
		`{"remove":[]}`:               `{"remove":["Shorter than minimum length 1."]}`,
		`{"remove":["+12065551002","+12065551003"]}`: `{"remove":["The order would be without numbers."]}`,
	} {
		a.do("PATCH", path, body).is(422, invalid(detail))
	}
	require.NoError(t, a.RejectPortOrder(id, "No"))
	assert.Equal(t, "pending", a.do("PATCH", path, object("remove", []string{"+12065551002"})).at("data", "attributes", "status"))
	a.Advance(flowroutetest.PortProcessingAfter)
	a.do("PATCH", path, object("add", []string{"+12065551004"})).is(403, tooLate("processing"))
	a.do("PATCH", "/v2/portorders/1/relationships/numbers", `{}`).is(404, noSuchPortOrder)
}

func TestAddToPortGroup(t *testing.T) {
	a := newAPI(t)
	a.createPort("+12065551001").created()
	const path = "/v2/portorders/38697/numbers"
	added := a.do("POST", path, `{"add":["+12065551002"]}`)
	require.Equal(t, 200, added.status)
	assert.Equal(t, "42361", added.at("data", "id"))
	assert.Equal(t, []any{"+12065551001", "+12065551002"}, added.at("data", "attributes", "numbers"))

	both := a.do("POST", path, `{"numbers":["+18005551003","+12065551004"]}`)
	assert.Equal(t, []string{"42361", "42362"}, both.ids())
	assert.Equal(t, []any{"+18005551003"}, both.at("data", 1, "attributes", "numbers"))
	assert.Equal(t, "38697", both.at("data", 1, "attributes", "group_id"))
	assert.Equal(t, "John Doe", both.at("data", 1, "attributes", "billing_name"))

	a.Advance(flowroutetest.PortProcessingAfter)
	later := a.do("POST", path, `{"add":["+12065551005"]}`)
	assert.Equal(t, "42363", later.at("data", "id"), "what is being processed is left alone")
	assert.Equal(t, "pending", later.at("data", "attributes", "status"))

	a.do("POST", path, `{}`).is(422, invalid(`{"add":["Missing data for required field."]}`))
	a.do("POST", path, `{"numbers":["+12065551005"]}`).is(422, invalid(`{"numbers":["+12065551005 is not portable."]}`))
	a.do("POST", "/v2/portorders/42361/numbers", `{"add":["+12065551009"]}`).is(404, noSuchPortOrder)
}

func TestLOA(t *testing.T) {
	a := newAPI(t)
	path := "/v2/portorders/" + a.createPort("+12065551001").created() + "/loa"
	a.get(path).is(204, "")
	a.do("POST", path, object("type", "loa", "signature_name", "John Doe", "signature_title", "CEO")).is(201, "")
	const required = `["Missing data for required field."]`
	a.do("POST", path, `{}`).is(422, invalid(`{"type":`+required+`,"signature_name":`+required+`,"signature_title":`+required+`}`))
	a.get("/v2/portorders/1/loa").is(404, noSuchPortOrder)
	a.do("POST", "/v2/portorders/1/loa", `{}`).is(404, noSuchPortOrder)
}

func TestUpload(t *testing.T) {
	a := newAPI(t)
	order := "/v2/portorders/" + a.createPort("+12065551001").created()
	resp := a.do("POST", order+"/upload_file", `{"filename":"csr.pdf"}`)
	address, _ := resp.at("data", "attributes", "url").(string)
	require.True(t, strings.HasPrefix(address, a.URL+"/storage/"), address)
	state := func(status string) string {
		return `{"filename":"csr.pdf","status":"` + status + `"`
	}
	const rest = `,"id":"0","links":{"self":"https://api.flowroute.com/v2/portorders/42361/files/0"},"type":"portorder-file"}}`
	resp.is(201, `{"data":{"attributes":`+state("pending")+`,"url":"`+address+`"}`+rest)
	a.get(order+"/files/0").is(200, `{"data":{"attributes":`+state("pending")+`}`+rest)
	a.do("POST", order+"/upload_file", `{"filename":""}`).is(422, invalid(`{"filename":["Shorter than minimum length 1."]}`))

	for status, try := range map[int]response{
		400: a.plain("PUT", address, "content", func(r *http.Request) { r.SetBasicAuth(a.AccessKey, a.SecretKey) }),
		403: a.plain("PUT", address[:strings.Index(address, "?")], "content"),
		404: a.plain("PUT", signedFor(t, a, "7"), "content"),
	} {
		assert.Equal(t, status, try.status)
		assert.Equal(t, "application/xml", try.header.Get("Content-Type"))
		assert.Contains(t, try.body, "<Error><Code>")
	}
	assert.Equal(t, 403, a.plain("PUT", address+"0", "content", contentType("application/pdf")).status)
	assert.Equal(t, 403, a.plain("PUT", address, "content").status, "signed with a type")
	assert.Equal(t, 403, a.plain("PUT", address, "content", contentType("text/plain")).status)
	assert.Equal(t, 403, a.plain("PUT", strings.Replace(address, "content-type=", "x=", 1), "content").status)
	assert.Equal(t, 405, a.plain("POST", address, "content").status)
	a.get(order+"/files/0").is(200, `{"data":{"attributes":`+state("pending")+`}`+rest)

	done := a.plain("PUT", address, "content", contentType("application/pdf"))
	done.is(200, "")
	a.get(order+"/files/0").is(200, `{"data":{"attributes":`+state("uploaded")+`}`+rest)
	var upload flowroutetest.Request
	for _, r := range a.Requests() {
		if r.Operation == "porting.putFile" {
			upload = r
		}
	}
	assert.Equal(t, "content", string(upload.Body))
	assert.Equal(t, 200, upload.Status)
	documents := a.get(order).at("data", "attributes", "business_documents", 0, "data")
	assert.Len(t, documents, 1)

	text, _ := a.do("POST", order+"/upload_file", `{"filename":"csr.txt"}`).at("data", "attributes", "url").(string)
	assert.Equal(t, 403, a.plain("PUT", text, "content", contentType("text/plain")).status, "signed without a type")
	assert.Equal(t, 200, a.plain("PUT", text, "content").status)
}

// signedFor is the URL for a file that there isn't, signed by another server that has it.
func signedFor(t *testing.T, a api, file string) string {
	other := newAPI(t)
	path := "/v2/portorders/" + other.createPort("+12065551001").created() + "/upload_file"
	for i := 0; ; i++ {
		resp := other.do("POST", path, `{"filename":"x"}`)
		if resp.at("data", "id") == file {
			return strings.Replace(resp.at("data", "attributes", "url").(string), other.URL, a.URL, 1)
		}
		require.Less(t, i, 10)
	}
}

// TestStorageURL has the URLs of files lead to the server by the way that the request took.
func TestStorageURL(t *testing.T) {
	srv := flowroutetest.NewUnstartedServer(flowroutetest.WithUnknownIgnored())
	mux := http.NewServeMux()
	mux.Handle("/some/prefix/", http.StripPrefix("/some/prefix", srv))
	outer := httptest.NewServer(mux)
	defer outer.Close()
	srv.URL = outer.URL + "/some/prefix"
	a := api{srv, t}
	path := "/v2/portorders/" + a.createPort("+12065551001").created() + "/upload_file"
	address, _ := a.do("POST", path+"?a=b", `{"filename":"x"}`).at("data", "attributes", "url").(string)
	assert.Equal(t, 200, a.plain("PUT", address, "content").status)

	for target, base := range map[string]string{
		"https://example.com" + path: "https://example.com/storage/", "http://example.com:80" + path: "http://example.com:80/storage/", path: "http://example.com/storage/",
	} {
		r := httptest.NewRequest("POST", target, strings.NewReader(`{"filename":"x"}`))
		r.SetBasicAuth(srv.AccessKey, srv.SecretKey)
		recorder := httptest.NewRecorder()
		srv.ServeHTTP(recorder, r)
		assert.Contains(t, recorder.Body.String(), `"url":"`+base)
	}
	r := &http.Request{Method: "POST", URL: &url.URL{Path: path}, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"filename":"x"}`))}
	r.SetBasicAuth(srv.AccessKey, srv.SecretKey)
	recorder := httptest.NewRecorder()
	srv.ServeHTTP(recorder, r)
	assert.Contains(t, recorder.Body.String(), `"url":"http://127.0.0.1/storage/`, "without a host")
}
