package flowroutetest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

func (a api) createRoute(kind, value, alias string) response {
	a.t.Helper()
	return a.do("POST", "/v2/routes", enveloped("route", object("route_type", kind, "value", value, "alias", alias)))
}

// relationship is the body that relates a number to a route.
func relationship(routeID string) map[string]any {
	return object("data", object("type", "route", "id", routeID))
}

func TestListRoutes(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/routes").is(200, `{
		"data": [{"attributes":{"route_type":"sip-reg","alias":"sip-reg","value":null,"edge_strategy_id":null},"type":"route","id":"0",
			"links":{"self":"https://api.flowroute.com/v2/routes/0"}}],
		"links": {"self":"https://api.flowroute.com/v2/routes?limit=10&offset=0"}}`)

	id := a.createRoute("number", "12065551212", "PSTNroute1").created()
	a.get("/v2/routes?limit=1&offset=1&route_type=number").is(200, `{"data":[],"links":{"self":"https://api.flowroute.com/v2/routes?route_type=number&limit=1&offset=1"}}`)
	a.get("/v2/routes?route_type=number").is(200, `{
		"data": [{"attributes":{"route_type":"number","alias":"PSTNroute1","value":"12065551212","edge_strategy_id":null},"type":"route","id":"`+id+`",
			"links":{"self":"https://api.flowroute.com/v2/routes/`+id+`"}}],
		"links": {"self":"https://api.flowroute.com/v2/routes?route_type=number&limit=10&offset=0"}}`)
	assert.Equal(t, []string{"0", id}, a.get("/v2/routes").ids())
	a.get("/v2/routes?route_type=HOST").is(422, invalid(`{"route_type":["Must be one of: sip-reg, host, uri, number."]}`))
}

func TestCreateRoute(t *testing.T) {
	a := newAPI(t)
	a.createRoute("host", "il775u.sonsofodin.com", "new route").is(201, `{
		"data": {"attributes":{"alias":"new route","route_type":"host","value":"il775u.sonsofodin.com"},"id":"98396",
			"links":{"self":"https://api.flowroute.com/routes/98396"},"type":"route"},
		"links": {"self":"https://api.flowroute.com/routes/98396"}}`)
	a.createRoute("host", "il775u.sonsofodin.com", "another alias").is(403,
		`{"errors":[{"detail":"This route already exists.","id":"SOME-ID","status":403,"title":"Forbidden"}]}`)
	a.createRoute("host", "another.example.com", "new route").is(422,
		invalid(`{"data":{"attributes":{"alias":["Must be unique."]}}}`))

	shorter := a.do("POST", "/v2/routes", enveloped("route", object("route_type", "number", "value", "12065551212", "alias", "b", "edge_strategy", "4")))
	assert.Equal(t, "98397", shorter.created())
	assert.EqualValues(t, 4, a.get("/v2/routes").at("data", 2, "attributes", "edge_strategy_id"))
	a.do("POST", "/v2/routes", enveloped("route", object("route_type", "host", "value", "c", "alias", "c", "edge_strategy_id", 4))).created()
}

func TestEdgeStrategies(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/routes/edge_strategies").is(200, `{"data": [
		{"attributes": {"description":"Data will be sent preferentially from our edge systems in Oregon. We will fall back to other regions if necessary.",
			"firewall_rules":"192.0.2.0/28, 192.0.2.0-192.0.2.15","name":"US-West-OR","naptr":"us-west-or.sip.flowroute.com"},
			"id":1,"type":"edge_strategy"},
		{"attributes": {"description":"Data will be sent preferentially from our edge systems in North Virginia. We will fall back to other regions if necessary.",
			"firewall_rules":"34.226.36.32/28, 34.226.36.32-34.226.36.47","name":"US-East-VA","naptr":"us-east-va.sip.flowroute.com"},
			"id":4,"type":"edge_strategy"}]}`)

	strategies := func() (all []any) {
		for i := range a.get("/v2/routes").ids() {
			all = append(all, a.get("/v2/routes").at("data", i, "attributes", "edge_strategy_id"))
		}
		return all
	}
	for i, given := range []map[string]any{
		object("edge_strategy_id", 1), object("edge_strategy_id", "4"), object("edge_strategy_id", nil), object("edge_strategy", "1"), object(),
	} {
		given["route_type"], given["value"], given["alias"] = "number", "1206555100"+string(rune('0'+i)), string(rune('a'+i))
		a.do("POST", "/v2/routes", enveloped("route", given)).created()
	}
	assert.Equal(t, []any{nil, 1., 4., nil, 1., nil}, strategies())
	update := func(id string, strategy any) response {
		return a.do("PATCH", "/v2/routes/"+id, enveloped("route", object("edge_strategy_id", strategy)))
	}
	assert.Equal(t, 200, update("98396", nil).status)
	assert.Equal(t, 200, update("98397", "1").status)
	assert.Equal(t, 200, update("98398", 4).status)
	assert.Equal(t, []any{nil, nil, 1., 4., 1., nil}, strategies())

	for given, problem := range map[any]string{
		2: "No such edge strategy.", "7": "No such edge strategy.", "": "Not a valid integer.", 1.5: "Not a valid integer.", true: "Not a valid integer.",
	} {
		update("98396", given).is(422, invalid(`{"data":{"attributes":{"edge_strategy_id":["`+problem+`"]}}}`))
	}
}

func TestUpdateRoute(t *testing.T) {
	a := newAPI(t)
	id := a.createRoute("host", "a.example.com", "a").created()
	a.createRoute("number", "12065551212", "b").created()
	update := func(attributes ...any) response {
		return a.do("PATCH", "/v2/routes/"+id, enveloped("route", object(attributes...)))
	}
	const want = `{
		"data": {"attributes":{"alias":"c","route_type":"uri","value":"sip:x@example.com;weight=3","edge_strategy_id":null},"id":"98396",
			"links":{"self":"https://api.flowroute.com/v2/routes/98396"},"type":"route"},
		"links": {"self":"https://api.flowroute.com/v2/routes/98396"}}`
	update("alias", "c", "route_type", "uri", "value", "sip:x@example.com;weight=3").is(200, want)
	update().is(200, want)
	update("alias", "c").is(200, want)
	assert.Equal(t, "c", a.get("/v2/routes").at("data", 1, "attributes", "alias"))

	for _, c := range []struct {
		attributes []any
		detail     string
	}{
		{[]any{"value", "example.com"}, `{"value":["String does not match expected pattern."]}`},
		{[]any{"route_type", "number"}, `{"value":["String does not match expected pattern."]}`},
		{[]any{"route_type", "sip-reg"}, `{"route_type":["Must be one of: host, number, uri."]}`},
		{[]any{"alias", ""}, `{"alias":["Shorter than minimum length 1."]}`},
		{[]any{"value", nil}, `{"value":["Field may not be null."]}`},
		{[]any{"alias", "b"}, `{"alias":["Must be unique."]}`},
	} {
		update(c.attributes...).is(422, invalid(`{"data":{"attributes":`+c.detail+`}}`))
	}
	update("route_type", "number", "value", "12065551212").is(403,
		`{"errors":[{"detail":"This route already exists.","id":"SOME-ID","status":403,"title":"Forbidden"}]}`)
	update().is(200, want)
	a.do("PATCH", "/v2/routes/1", enveloped("route", object("alias", "x"))).is(404, notFound)
	a.do("PATCH", "/v2/routes/0", enveloped("route", object("alias", "x"))).is(403, notAuthorized)
}

func TestClearRoutes(t *testing.T) {
	a := newAPI(t)
	id := a.createRoute("host", "a.example.com", "a").created()
	of := "/v2/numbers/" + flowroutetest.LongCode
	require.Equal(t, 204, a.do("PATCH", of+"/relationships/failover_route", relationship(id)).status)
	for _, which := range []string{"primary_route", "failover_route"} {
		require.NotNil(t, a.get(of).at("data", "relationships", which, "data"))
		for range 2 {
			a.do("DELETE", of+"/relationships/"+which, nil).is(204, "")
		}
		assert.Nil(t, a.get(of).at("data", "relationships", which, "data"))
		a.do("DELETE", "/v2/numbers/12065559999/relationships/"+which, nil).is(403, notAuthorized)
	}
	assert.NotContains(t, a.get(of).at(), "included", "it rings nowhere")
	a.do("DELETE", "/v2/routes/"+id, nil).is(204, "")
}

func TestRouteValues(t *testing.T) {
	a := newAPI(t)
	for kind, values := range map[string][]string{
		"host":   {"a.example.com", "192.0.2.1", "a.example.com:5060", "a.example.com;weight=10"},
		"number": {"12065551234", "12065551234;weight=5"},
		"uri":    {"sip:alice@atlanta.com", "sips:alice@atlanta.com:5061;transport=tls", "sip:a@b;transport=udp;weight=1"},
	} {
		for _, value := range values {
			assert.Equal(t, 201, a.createRoute(kind, value, value).status, value)
		}
	}
	for kind, values := range map[string][]string{
		"host":   {"a b", "-a.example.com", "a.example.com:port", "sip:alice@atlanta.com", "a;transport=tcp"},
		"number": {"2065551234", "+12065551234", "12065551234x", "00000000000"},
		"uri":    {"alice@atlanta.com", "http://atlanta.com", "sip:atlanta.com", "sip:a@b;transport=smoke"},
	} {
		for _, value := range values {
			a.createRoute(kind, value, "alias").is(422,
				invalid(`{"data":{"attributes":{"value":["String does not match expected pattern."]}}}`))
		}
	}
}

func TestCreateRouteStrictly(t *testing.T) {
	a := newAPI(t)
	a.do("POST", "/v2/routes", enveloped("route", object())).is(422, invalid(`{"data":{"attributes":{
		"alias":["Missing data for required field."],"route_type":["Missing data for required field."],"value":["Missing data for required field."]}}}`))
	a.do("POST", "/v2/routes", enveloped("route", object("alias", " ", "route_type", "PSTN", "value", int64(12065551234), "edge_strategy_id", "east"))).is(422,
		invalid(`{"data":{"attributes":{"alias":["Shorter than minimum length 1."],"route_type":["Must be one of: host, number, uri."],
			"value":["Not a valid string."],"edge_strategy_id":["Not a valid integer."]}}}`))
	a.do("POST", "/v2/routes", enveloped("route", object("alias", nil, "route_type", "host", "value", "a.example.com"))).is(422,
		invalid(`{"data":{"attributes":{"alias":["Field may not be null."]}}}`))
	assert.Equal(t, []string{"0"}, a.get("/v2/routes").ids())
}

func TestDeleteRoute(t *testing.T) {
	a := newAPI(t)
	id := a.createRoute("host", "a.example.com", "a").created()
	setPrimary := "/v2/numbers/" + flowroutetest.LongCode + "/relationships/primary_route"
	require.Equal(t, 204, a.do("PATCH", setPrimary, relationship(id)).status)
	a.do("DELETE", "/v2/routes/"+id, nil).is(403, `{"errors":[{"detail":"Please disassociate all numbers before deleting.",
		"id":"SOME-ID","status":403,"title":"This Route has numbers still associated to it."}]}`)
	require.Equal(t, 204, a.do("PATCH", setPrimary, relationship("0")).status)
	a.do("DELETE", "/v2/routes/"+id, nil).is(204, "")
	a.do("DELETE", "/v2/routes/"+id, nil).is(404, notFound)
	a.do("DELETE", "/v2/routes/0", nil).is(403, notAuthorized)
	assert.Equal(t, "98397", a.createRoute("host", "a.example.com", "a").created(), "an id is never used again")
}

func TestSetRoute(t *testing.T) {
	a := newAPI(t)
	id := a.createRoute("host", "a.example.com", "a").created()
	for _, kind := range []string{"primary_route", "failover_route"} {
		path := "/v2/numbers/" + flowroutetest.LongCode + "/relationships/" + kind
		a.do("PATCH", path, relationship(id), contentType("text/plain; charset=utf-8")).is(204, "")
		assert.Equal(t, object("id", id, "type", "route"), a.get("/v2/numbers/"+flowroutetest.LongCode).at("data", "relationships", kind, "data"))

		a.do("PATCH", path, relationship("12345")).is(404, notFound)
		a.do("PATCH", "/v2/numbers/12060000000/relationships/"+kind, relationship(id)).is(403, notAuthorized)
		for body, detail := range map[string]string{
			`{}`:                                   `{"data":["Missing data for required field."]}`,
			`{"data":null}`:                        `{"data":["Invalid input type."]}`,
			`{"data":{"type":"route"}}`:            `{"data":{"id":["Missing data for required field."]}}`,
			`{"data":{"type":"route","id":98396}}`: `{"data":{"id":["Not a valid string."]}}`,
			`{"data":{"type":"number","id":"98396"}}`:  `{"data":{"type":["Invalid type. Expected \"route\"."]}}`,
			`{"data":{"id":"98396"}}`:                  `{"data":{"type":["Missing data for required field."]}}`,
			`{"data":[{"type":"route","id":"98396"}]}`: `{"data":["Invalid input type."]}`,
		} {
			a.do("PATCH", path, body).is(422, invalid(detail))
		}
	}
}
