package flowroutetest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// address is an E911 record's attributes, with changes.
func address(changes ...any) map[string]any {
	a := object(
		"label", "Home", "first_name", "Alice", "last_name", "Smith", "street_number", "123", "street_name", "Main St",
		"city", "Seattle", "state", "WA", "country", "US", "zip", "98101")
	for i := 0; i < len(changes); i += 2 {
		a[changes[i].(string)] = changes[i+1]
	}
	return a
}

func (a api) createE911(changes ...any) response {
	a.t.Helper()
	return a.do("POST", "/v2/e911s", enveloped("e911", address(changes...)))
}

const geocode = `{"errors":[{"detail":"Could not geocode this address. Please check the validity of your address.","id":"SOME-ID","status":400,"title":"Client Error"}]}`

func TestCreateE911(t *testing.T) {
	a := newAPI(t)
	a.createE911().is(201, `{"data":{"attributes":{"city":"Seattle","country":"US","first_name":"Alice","label":"Home","last_name":"Smith",
		"state":"WA","street_name":"Main St","street_number":"123","zip":"98101"},
		"id":"21845","links":{"self":"https://api.flowroute.com/v2/e911s/21845"},"type":"e911"}}`)
	a.get("/v2/e911s/21845").is(200, `{"data":{"attributes":{"address_type":"","address_type_number":"","city":"Seattle","country":"US",
		"first_name":"Alice","label":"Home","last_name":"Smith","state":"WA","street_name":"Main St","street_number":"123","zip":"98101"},
		"id":"21845","links":{"self":"https://api.flowroute.com/v2/e911s/21845"},"type":"e911"}}`)

	const duplicate = `{"errors":[{"detail":"Duplicate address.","id":"SOME-ID","status":403}]}`
	a.createE911().is(403, duplicate)
	a.createE911("label", "Other", "city", "SEATTLE").is(403, duplicate)
	a.createE911("street_number", "124").is(422, invalid(`{"data":{"attributes":{"label":["Must be unique."]}}}`))
	a.createE911("street_number", flowroutetest.UnknownStreetNumber).is(400, geocode)

	numbers := a.createE911("label", "Numbers", "street_number", 125, "address_type", "SUITE", "address_type_number", 4)
	assert.Equal(t, "21846", numbers.created())
	assert.Equal(t, "Suite", numbers.at("data", "attributes", "address_type"))
	assert.Equal(t, "4", numbers.at("data", "attributes", "address_type_number"))
	assert.Equal(t, "125", numbers.at("data", "attributes", "street_number"))
	plural := a.do("POST", "/v2/e911s", enveloped("e911s", address("label", "Plural", "street_number", "126", "address_type", "b", "address_type_number", "A-1")))
	assert.Equal(t, "21847", plural.created())
	assert.Equal(t, "Building", plural.at("data", "attributes", "address_type"))
	assert.Equal(t, 201, a.createE911("label", "Canada", "state", "ON", "country", "CA", "zip", "M4C 5K7").status)
}

func TestValidateE911(t *testing.T) {
	a := newAPI(t)
	validate := func(changes ...any) response {
		return a.do("POST", "/v2/e911s/validate", enveloped("e911", address(changes...)))
	}
	validate().is(204, "")
	validate("address_type", nil, "address_type_number", nil).is(204, "")
	validate("street_number", "0").is(400, geocode)
	for _, c := range []struct {
		name   string
		value  any
		detail string
	}{
		{"zip", "981", "ZIP code must be at least 4 and at most 7 digits long"},
		{"zip", "98101-1234", "ZIP code must be at least 4 and at most 7 digits long"},
		{"zip", 98101, "Not a valid string."},
		{"label", "", "Shorter than minimum length 1."},
		{"label", nil, "Field may not be null."},
		{"first_name", 7, "Not a valid string."},
		{"street_number", true, "Not a valid string."},
		{"country", "USA", "Must be one of: US, CA."},
		{"state", "wa", "Not a valid state or province code."},
		{"state", "ON", "Not a valid state or province code."},
		{"state", "Washington", "Not a valid state or province code."},
	} {
		validate(c.name, c.value).is(422, invalid(`{"data":{"attributes":{"`+c.name+`":["`+c.detail+`"]}}}`))
	}
	validate("address_type", "Castle", "address_type_number", "1").is(422,
		invalid(`{"data":{"attributes":{"address_type":["Not a valid choice."]}}}`))
	validate("address_type", "Suite").is(422,
		invalid(`{"data":{"attributes":{"address_type_number":["Missing data for required field."]}}}`))
	const required = "Missing data for required field."
	a.do("POST", "/v2/e911s/validate", enveloped("e911", object())).is(422, invalid(`{"data":{"attributes":{"label":["`+required+`"],"first_name":["`+required+`"],"last_name":["`+required+`"],
		"street_number":["`+required+`"],"street_name":["`+required+`"],"city":["`+required+`"],"state":["`+required+`"],"country":["`+required+`"],
		"zip":["`+required+`"]}}}`))
	assert.Empty(t, a.get("/v2/e911s").ids(), "validating creates nothing")
}

func TestListE911s(t *testing.T) {
	a := newAPI(t)
	first := a.createE911().created()
	second := a.createE911("label", "Funeral Homes", "street_name", "Smith St").created()
	third := a.createE911("label", "Lodge", "city", "Portland", "state", "OR", "address_type", "Unit", "address_type_number", "7").created()
	a.get("/v2/e911s?state=wa&limit=1").is(200, `{
		"data": [{"attributes":{"address_type":"","address_type_number":"","city":"Seattle","country":"US","first_name":"Alice",
			"label":"Funeral Homes","last_name":"Smith","state":"WA","street_name":"Smith St","street_number":"123","zip":"98101"},
			"id":"21846","links":{"self":"https://api.flowroute.com/v2/e911s/21846"},"type":"e911"}],
		"links": {"next":"https://api.flowroute.com/v2/e911s?state=WA&limit=1&offset=1","self":"https://api.flowroute.com/v2/e911s?state=WA&limit=1&offset=0"}}`)
	for query, want := range map[string][]string{
		"":                     {third, second, first},
		"label=HOME":           {second, first},
		"street_name=smith":    {second},
		"city=land":            {third},
		"label=home&city=port": {},
		"state=CA":             {},
	} {
		assert.Equal(t, want, a.get("/v2/e911s?"+query).ids(), query)
	}
	assert.Equal(t, "Unit", a.get("/v2/e911s").at("data", 0, "attributes", "address_type"))
}

func TestUpdateE911(t *testing.T) {
	a := newAPI(t)
	id := a.createE911("address_type", "Suite", "address_type_number", "4").created()
	a.createE911("label", "Other", "street_number", "9").created()
	update := func(body any) response { return a.do("PATCH", "/v2/e911s/"+id, body) }

	update(enveloped("e911", object("label", "Office", "address_type", "fl"))).is(422, invalid(`{"data":{"attributes":{"address_type":["Not a valid choice."]}}}`))
	resp := update(enveloped("e911", object("label", "Office", "address_type", "f")))
	assert.Equal(t, 200, resp.status)
	assert.Equal(t, "Office", resp.at("data", "attributes", "label"))
	assert.Equal(t, "Floor", resp.at("data", "attributes", "address_type"))
	assert.Equal(t, "Main St", resp.at("data", "attributes", "street_name"))

	// One SDK sends back what it read, with more keys and without the address type.
	whole := address("label", "Office", "zip", "98104", "zip_code", "98104", "address_type", nil, "address_type_number", nil)
	update(object("data", object("type", "e911", "id", id, "links", object("self", "x"), "attributes", whole))).is(200, `{"data":{
		"attributes":{"city":"Seattle","country":"US","first_name":"Alice","label":"Office","last_name":"Smith",
			"state":"WA","street_name":"Main St","street_number":"123","zip":"98104"},
		"id":"21845","links":{"self":"https://api.flowroute.com/v2/e911s/21845"},"type":"e911"}}`)

	update(enveloped("e911", object("address_type", "Unit"))).is(422, invalid(`{"data":{"attributes":{"address_type_number":["Missing data for required field."]}}}`))
	update(enveloped("e911", object("zip", nil))).is(422, invalid(`{"data":{"attributes":{"zip":["Field may not be null."]}}}`))
	update(enveloped("e911", object("country", "CA"))).is(422, invalid(`{"data":{"attributes":{"state":["Not a valid state or province code."]}}}`))
	update(enveloped("e911", object())).is(422, invalid(`{"data":{"attributes":{"_schema":["No attribute to update."]}}}`))
	update(enveloped("e911", object("id", id, "alias", nil, "address_number", "4", "zip_code", "98104"))).is(422,
		invalid(`{"data":{"attributes":{"_schema":["No attribute to update."]}}}`))
	update(enveloped("e911", object("street_number", "0"))).is(400, geocode)
	update(enveloped("e911", object("label", "other"))).is(422, invalid(`{"data":{"attributes":{"label":["Must be unique."]}}}`))
	update(enveloped("e911", address("street_number", "9"))).is(403, `{"errors":[{"detail":"Duplicate address.","id":"SOME-ID","status":403}]}`)
	assert.Equal(t, 200, update(enveloped("e911", address("label", "Office"))).status, "a record is no duplicate of itself")
	a.do("PATCH", "/v2/e911s/1", enveloped("e911", object("label", "x"))).is(404, notFound)
}

func TestAssignE911(t *testing.T) {
	a := newAPI(t)
	id := a.createE911().created()
	other := a.createE911("label", "Other", "street_number", "9").created()
	of := func(number string) string { return "/v2/numbers/" + number + "/relationships/e911s" }
	numbers := "/v2/e911s/" + id + "/relationships/numbers"

	a.get(numbers).is(200, `{"data":[],"links":{"self":"https://api.flowroute.com/v2/e911s/21845/relationships/numbers?limit=10&offset=0"}}`)
	for range 2 {
		a.do("PATCH", of(flowroutetest.LongCode)+"/"+id, nil).is(204, "")
	}
	a.get(numbers).is(200, `{
		"data":[{"attributes":{"alias":null,"value":"12065550100"},"id":"12065550100","links":{"self":"https://api.flowroute.com/v2/numbers/12065550100"},"type":"number"}],
		"links":{"self":"https://api.flowroute.com/v2/e911s/21845/relationships/numbers?limit=10&offset=0"}}`)
	a.do("DELETE", "/v2/e911s/"+id, nil).is(403, `{"errors":[{"detail":"Please disassociate all numbers before deleting.","id":"SOME-ID","status":403,
		"title":"This E911 address has numbers still associated to it."}]}`)

	a.do("PATCH", of(flowroutetest.TollFree)+"/"+id, nil).is(422,
		invalid(`"Cannot assign an E911 record to a number that does not support emergency services."`))
	a.do("PATCH", of(flowroutetest.LongCode)+"/1", nil).is(404, notFound)
	a.do("PATCH", of("12060000000")+"/"+id, nil).is(403, notAuthorized)
	a.do("DELETE", of("12060000000"), nil).is(403, notAuthorized)

	require.Equal(t, 204, a.do("PATCH", of(flowroutetest.LongCode)+"/"+other, nil).status)
	assert.Empty(t, a.get(numbers).ids(), "a number has one record")
	a.do("DELETE", "/v2/e911s/"+id, nil).is(204, "")
	a.do("DELETE", "/v2/e911s/"+id, nil).is(404, notFound)
	a.get("/v2/e911s/"+id).is(404, notFound)
	a.get(numbers).is(404, notFound)

	for range 2 {
		a.do("DELETE", of(flowroutetest.LongCode)+"/", nil).is(204, "")
	}
	a.do("DELETE", "/v2/e911s/"+other, nil).is(204, "")
}
