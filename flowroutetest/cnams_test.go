package flowroutetest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

func (a api) createCNAM(value any) response {
	a.t.Helper()
	return a.do("POST", "/v2/cnams", object("value", value))
}

func TestCreateCNAM(t *testing.T) {
	a := newAPI(t)
	a.createCNAM("Heartwood").is(201, `{"data":{"attributes":{"approval_datetime":null,"creation_datetime":"2026-01-05 09:00:00.000000+00:00",
		"is_approved":false,"rejection_reason":null,"value":"HEARTWOOD"},"id":"24141","links":{"self":"https://api.flowroute.com/v2/cnams/24141"},"type":"cnam"}}`)
	form := a.do("POST", "/v2/cnams", "value=Brown+Bag", contentType("application/x-www-form-urlencoded; charset=utf-8"))
	assert.Equal(t, "BROWN BAG", form.at("data", "attributes", "value"))
	assert.Equal(t, 201, a.createCNAM(`A-_.,@+&'/"`).status)

	for _, c := range []struct {
		value  any
		detail string
	}{
		{"heartwood", "This value already exists on your account."},
		{strings.Repeat("x", 16), "Longer than maximum length 15."},
		{"2065551234", "Must contain at least one letter."},
		{"Café", "String does not match expected pattern."},
		{"A*B", "String does not match expected pattern."},
		{"", "Shorter than minimum length 1."},
		{nil, "Field may not be null."},
		{7, "Not a valid string."},
	} {
		a.createCNAM(c.value).is(422, invalid(`{"value":["`+c.detail+`"]}`))
	}
	a.do("POST", "/v2/cnams", "name=x", contentType("application/x-www-form-urlencoded")).is(422,
		invalid(`{"value":["Missing data for required field."],"name":["Unknown field."]}`))
	a.do("POST", "/v2/cnams", "%", contentType("application/x-www-form-urlencoded")).is(400,
		`{"errors":[{"detail":"The body is not a valid form.","id":"SOME-ID","status":400,"title":"Bad Request"}]}`)
	assert.Len(t, a.get("/v2/cnams").ids(), 3)
}

func TestCNAMApproval(t *testing.T) {
	a := newAPI(t)
	early, late, never := a.createCNAM("Early").created(), a.createCNAM("Late").created(), a.createCNAM("Never").created()
	a.Advance(time.Hour + 829341*time.Microsecond)
	require.NoError(t, a.ApproveCNAM(early))
	require.NoError(t, a.RejectCNAM(never, "profanity"))
	a.get("/v2/cnams/"+early).is(200, `{"data":{"attributes":{"approval_datetime":"2026-01-05 10:00:00.829341+00:00",
		"creation_datetime":"2026-01-05 09:00:00.000000+00:00","is_approved":true,"rejection_reason":null,"value":"EARLY"},
		"id":"24141","links":{"self":"https://api.flowroute.com/v2/cnams/24141"},"relationships":{"numbers":{"data":[]}},"type":"cnam"}}`)
	assert.Equal(t, false, a.get("/v2/cnams/"+late).at("data", "attributes", "is_approved"))

	a.Advance(flowroutetest.CNAMApprovedAfter)
	assert.Equal(t, "2026-01-07 09:00:00.000000+00:00", a.get("/v2/cnams/"+late).at("data", "attributes", "approval_datetime"))
	rejected := a.get("/v2/cnams/" + never)
	assert.Equal(t, false, rejected.at("data", "attributes", "is_approved"))
	assert.Equal(t, "profanity", rejected.at("data", "attributes", "rejection_reason"))

	require.NoError(t, a.ApproveCNAM(late), "it is already")
	assert.Equal(t, "2026-01-07 09:00:00.000000+00:00", a.get("/v2/cnams/"+late).at("data", "attributes", "approval_datetime"))
	require.EqualError(t, a.ApproveCNAM("1"), "flowroutetest: no CNAM record 1")
	require.EqualError(t, a.ApproveCNAM(never), "flowroutetest: CNAM record "+never+" is rejected")
	require.EqualError(t, a.RejectCNAM("1", ""), "flowroutetest: no CNAM record 1")
	require.EqualError(t, a.RejectCNAM(late, ""), "flowroutetest: CNAM record "+late+" is approved")
}

func TestListCNAMs(t *testing.T) {
	a := newAPI(t)
	bag, inn := a.createCNAM("Brown Bag").created(), a.createCNAM("Brown Inn").created()
	require.NoError(t, a.ApproveCNAM(bag))
	a.get("/v2/cnams?is_approved=true&limit=3").is(200, `{"data":[{"attributes":{"approval_datetime":"2026-01-05 09:00:00.000000+00:00",
		"creation_datetime":"2026-01-05 09:00:00.000000+00:00","is_approved":true,"rejection_reason":null,"value":"BROWN BAG"},
		"id":"24141","links":{"self":"https://api.flowroute.com/v2/cnams/24141"},"type":"cnam"}],
		"links":{"self":"https://api.flowroute.com/v2/cnams?is_approved=True&limit=3&offset=0"}}`)
	for query, want := range map[string][]string{
		"":                       {inn, bag},
		"is_approved=False":      {inn},
		"value=BAG":              {bag},
		"value=own%20i":          {inn},
		"starts_with=x&value=br": {inn, bag}, // the former is a filter only in some clients
	} {
		assert.Equal(t, want, a.get("/v2/cnams?"+query).ids(), query)
	}
	first := a.get("/v2/cnams?is_approved=0&limit=1")
	assert.Equal(t, "https://api.flowroute.com/v2/cnams?is_approved=False&limit=1&offset=0", first.at("links", "self"))
	a.get("/v2/cnams?is_approved=perhaps").is(422, invalid(`{"is_approved":["Not a valid boolean."]}`))
}

func TestAssignCNAM(t *testing.T) {
	a := newAPI(t)
	id := a.createCNAM("Heartwood").created()
	of := func(number, kind string) string { return "/v2/numbers/" + number + "/relationships/" + kind }

	a.do("PATCH", of(flowroutetest.LongCode, "cnams/"+id), nil).is(422, invalid(`"CNAM record is not approved."`))
	require.NoError(t, a.ApproveCNAM(id))
	for _, kind := range []string{"cnams", "cnam"} {
		a.do("PATCH", of(flowroutetest.LongCode, kind+"/"+id), nil).is(202,
			`{"data":{"attributes":{"date_created":"Mon, 05 Jan 2026 09:00:00 GMT"},"id":24141,"type":"cnam"}}`)
		a.get("/v2/cnams/"+id).is(200, `{"data":{"attributes":{"approval_datetime":"2026-01-05 09:00:00.000000+00:00",
			"creation_datetime":"2026-01-05 09:00:00.000000+00:00","is_approved":true,"rejection_reason":null,"value":"HEARTWOOD"},
			"id":"24141","links":{"self":"https://api.flowroute.com/v2/cnams/24141"},"type":"cnam",
			"relationships":{"numbers":{"data":[{"id":"12065550100","type":"number"}]}}},
			"included":[{"attributes":{"alias":null,"value":"12065550100"},"id":"12065550100",
				"links":{"self":"https://api.flowroute.com/v2/numbers/12065550100"},"type":"number"}]}`)
		a.do("DELETE", of(flowroutetest.LongCode, kind), nil).is(202,
			`{"data":{"attributes":{"date_created":"Mon, 05 Jan 2026 09:00:00 GMT"},"id":null,"type":"cnam"}}`)
		assert.Empty(t, a.get("/v2/cnams/"+id).at("data", "relationships", "numbers", "data"))
	}
	const unknown = `{"errors":[{"detail":"CNAM record not found.","id":"SOME-ID","status":404,"title":"Resource not found"}]}`
	a.do("PATCH", of(flowroutetest.LongCode, "cnams/1"), nil).is(404, unknown)
	a.get("/v2/cnams/1").is(404, unknown)
	a.do("PATCH", of("12060000000", "cnams/"+id), nil).is(404, notFound)
	a.do("DELETE", of("12060000000", "cnams"), nil).is(404, notFound)
	a.do("PATCH", of(flowroutetest.TollFree, "cnams/"+id), nil).is(422, invalid(`"Cannot assign a CNAM record to a toll-free number."`))
}

func TestDeleteCNAM(t *testing.T) {
	a := newAPI(t)
	id := a.createCNAM("Heartwood").created()
	require.NoError(t, a.ApproveCNAM(id))
	require.Equal(t, 202, a.do("PATCH", "/v2/numbers/"+flowroutetest.LongCode+"/relationships/cnams/"+id, nil).status)
	a.do("DELETE", "/v2/cnams/"+id, nil).is(204, "")
	assert.Nil(t, a.get("/v2/numbers/"+flowroutetest.LongCode).at("data", "relationships", "cnam_preset", "data"))
	a.do("DELETE", "/v2/cnams/"+id, nil).is(404,
		`{"errors":[{"detail":"CNAM record not found. Nothing to delete.","id":"SOME-ID","status":404,"title":"Resource not found"}]}`)
}
