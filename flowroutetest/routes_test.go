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

	flat := a.do("POST", "/v2/routes", object("route_type", "number", "value", "12065551212", "alias", "flat", "edge_strategy", "4"))
	assert.Equal(t, "98397", flat.created())
	assert.EqualValues(t, 4, a.get("/v2/routes").at("data", 2, "attributes", "edge_strategy_id"))
	a.do("POST", "/v2/routes", enveloped("route", object("route_type", "host", "value", "c", "alias", "c", "edge_strategy_id", 4))).created()
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
		"number": {"2065551234", "+12065551234", "12065551234x"},
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
	a.do("POST", "/v2/routes", object("alias", " ", "route_type", "PSTN", "value", 12065551234, "edge_strategy_id", "east")).is(422, invalid(`{
		"alias":["Shorter than minimum length 1."],"route_type":["Must be one of: host, number, uri."],"value":["Not a valid string."],
		"edge_strategy_id":["Not a valid integer."]}`))
	a.do("POST", "/v2/routes", object("alias", nil, "route_type", "host", "value", "a.example.com")).is(422,
		invalid(`{"alias":["Field may not be null."]}`))
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
