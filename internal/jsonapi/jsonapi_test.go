package jsonapi_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

type record struct {
	jsonapi.Identity
	Attributes struct {
		Text  jsonapi.Text  `json:"text"`
		Float jsonapi.Float `json:"float"`
		Int   jsonapi.Int   `json:"int"`
		Bool  jsonapi.Bool  `json:"bool"`
		Time  jsonapi.Time  `json:"time"`
	} `json:"attributes"`
}

func TestScalars(t *testing.T) {
	tests := []struct {
		json string
		want any
	}{
		{`{"text":"a\n\"b\" \u00e9é"}`, jsonapi.Text("a\n\"b\" éé")},
		{`{"text":12065550100}`, jsonapi.Text("12065550100")},
		{`{"text":true}`, jsonapi.Text("true")},
		{`{"text":null}`, jsonapi.Text("")},
		{`{"text":""}`, jsonapi.Text("")},
		{`{}`, jsonapi.Text("")},
		{`{"float":1.25}`, jsonapi.Float(1.25)},
		{`{"float":500000}`, jsonapi.Float(500000)},
		{`{"float":"0.0040"}`, jsonapi.Float(0.004)},
		{`{"float":null}`, jsonapi.Float(0)},
		{`{"float":""}`, jsonapi.Float(0)},
		{`{"int":4000000}`, jsonapi.Int(4000000)},
		{`{"int":"7000000"}`, jsonapi.Int(7000000)},
		{`{"int":-1}`, jsonapi.Int(-1)},
		{`{"int":null}`, jsonapi.Int(0)},
		{`{"bool":true}`, jsonapi.Bool(true)},
		{`{"bool":"true"}`, jsonapi.Bool(true)},
		{`{"bool":"True"}`, jsonapi.Bool(true)},
		{`{"bool":"false"}`, jsonapi.Bool(false)},
		{`{"bool":null}`, jsonapi.Bool(false)},
	}
	for _, test := range tests {
		r, _, err := jsonapi.Decode[record, struct{}]([]byte(`{"data":{"id":"1","attributes":` + test.json + `}}`))
		require.NoError(t, err, test.json)
		a := r.Attributes
		assert.Equal(t, test.want, map[any]any{"T": a.Text, "F": a.Float, "I": a.Int, "B": a.Bool}[kind(test.want)], test.json)
	}
}

func kind(v any) string {
	switch v.(type) {
	case jsonapi.Text:
		return "T"
	case jsonapi.Float:
		return "F"
	case jsonapi.Int:
		return "I"
	default:
		return "B"
	}
}

func TestScalarsRefuse(t *testing.T) {
	for attributes, want := range map[string]string{
		`{"text":{}}`:                  "an object or a list instead of a string or a number",
		`{"text":["12065550100"]}`:     "an object or a list instead of a string or a number",
		`{"float":"cheap"}`:            "something else instead of a number",
		`{"float":true}`:               "something else instead of a number",
		`{"int":1.5}`:                  "something else instead of a whole number",
		`{"int":99999999999999999999}`: "something else instead of a whole number",
		`{"bool":"perhaps"}`:           "something else instead of true or false",
		`{"bool":2}`:                   "something else instead of true or false",
		`{"time":"yesterday"}`:         "something else instead of a time",
		`{"time":1513900359}`:          "something else instead of a time",
	} {
		_, _, err := jsonapi.Decode[record, struct{}]([]byte(`{"data":{"id":"1","attributes":` + attributes + `}}`))
		require.Error(t, err, attributes)
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "12065550100")
	}
}

func TestTimes(t *testing.T) {
	for written, want := range map[string]time.Time{
		"2017-12-22T01:52:39.39Z":          time.Date(2017, 12, 22, 1, 52, 39, 390e6, time.UTC),
		"2024-10-19T01:21:21.980000Z":      time.Date(2024, 10, 19, 1, 21, 21, 980e6, time.UTC),
		"2017-12-21T16:44:35+00:00":        time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
		"2016-04-14T21:10:27.366645+00:00": time.Date(2016, 4, 14, 21, 10, 27, 366645e3, time.UTC),
		"2019-03-18T23:20:30+03:00":        time.Date(2019, 3, 18, 20, 20, 30, 0, time.UTC),
		"2018-04-23 17:04:30.829341+00:00": time.Date(2018, 4, 23, 17, 4, 30, 829341e3, time.UTC),
		"2018-04-23 17:04:30+00:00":        time.Date(2018, 4, 23, 17, 4, 30, 0, time.UTC),
		"Fri, 01 Jun 2018 00:17:52 GMT":    time.Date(2018, 6, 1, 0, 17, 52, 0, time.UTC),
		"2019-01-01 00:00:00":              time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC),
		"2019-06-25 18:18:54+00":           time.Date(2019, 6, 25, 18, 18, 54, 0, time.UTC),
		"2019-03-19T22:49:48.060Z":         time.Date(2019, 3, 19, 22, 49, 48, 60e6, time.UTC),
		"2017-12-21T16:44:35":              time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
		"2018-07-12":                       time.Date(2018, 7, 12, 0, 0, 0, 0, time.UTC),
	} {
		r, _, err := jsonapi.Decode[record, struct{}]([]byte(`{"data":{"id":"1","attributes":{"time":"` + written + `"}}}`))
		require.NoError(t, err, written)
		assert.Equal(t, want, r.Attributes.Time.Time, written)
		parsed, err := jsonapi.ParseTime(written)
		require.NoError(t, err)
		assert.Equal(t, want, parsed)
	}
	for _, written := range []string{"null", `""`} {
		r, _, err := jsonapi.Decode[record, struct{}]([]byte(`{"data":{"id":"1","attributes":{"time":` + written + `}}}`))
		require.NoError(t, err, written)
		assert.True(t, r.Attributes.Time.IsZero())
	}
	_, err := jsonapi.ParseTime("Fri, 01 Jun 2018 00:17:52 PST")
	assert.Error(t, err, "a zone whose offset is not known is no time")
}

func TestDecode(t *testing.T) {
	for body, want := range map[string]jsonapi.Identity{
		`{"data":{"id":"22790","type":"cnam"}}`:                    {ID: "22790", Type: "cnam"},
		`{"data":{"id":22790,"type":"cnam"}}`:                      {ID: "22790", Type: "cnam"},
		`{"data":{"id":"1","type":"route"},"new":[1,{"x":null}]}`:  {ID: "1", Type: "route"},
		`{"data":{"data":{"id":"1","type":"number"},"links":{}}}`:  {ID: "1", Type: "number"},
		` {"data" : {"id" : "1", "attributes" : {"unknown": []}}}`: {ID: "1"},
	} {
		r, _, err := jsonapi.Decode[record, struct{}]([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, want, r.Identity)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for body, want := range map[string]string{
		``:                                   "the answer has no data",
		`null`:                               "the answer has no data",
		`{}`:                                 "the answer has no data",
		`{"data":null}`:                      "the answer has no data",
		`{"data":{}}`:                        "the answer has a record without an id",
		`{"data":{"id":null,"type":"cnam"}}`: "the answer has a record without an id",
		`{"data":{"data":null}}`:             "the answer has a record without an id",
		`{"data":{"data":{}}}`:               "the answer has a record without an id",
		`<html>12065550100</html>`:           "the answer is not JSON",
		`{"data":{"id":"1"}`:                 "the answer is not JSON",
		`{"data":[]}`:                        `the answer has an unexpected array at "data"`,
		`["12065550100"]`:                    `the answer has an unexpected array at ""`,
		`{"data":{"type":2065550100}`:        "the answer is not JSON",
		`{"data":{"type":20655501e0}}`:       `the answer has an unexpected number at "data.`,
	} {
		_, _, err := jsonapi.Decode[record, struct{}]([]byte(body))
		require.ErrorContains(t, err, want, body)
		assert.NotContains(t, err.Error(), "20655", "what an answer holds may be private")
	}
	for _, body := range []string{``, `{}`, `{"data":null}`, `{"data":{}}`, `[]`, `{"data":[{"id":1}`, `{"data":[{"id":1},{"type":"cnam"}]}`, `{"data":[null]}`} {
		_, err := jsonapi.DecodeList[record, struct{}]([]byte(body), 10)
		assert.Error(t, err, body)
	}
	list, err := jsonapi.DecodeList[record, struct{}]([]byte(`{"data":[],"links":{"next":"x"}}`), 10)
	require.NoError(t, err)
	assert.Empty(t, list.Data)
	for next, want := range map[string]bool{`"x"`: true, `{"href":"x"}`: true, `null`: false, `""`: false} {
		list, err := jsonapi.DecodeList[record, struct{}]([]byte(`{"data":[],"links":{"next":`+next+`}}`), 10)
		require.NoError(t, err)
		assert.Equal(t, want, bool(list.Links.Next), next)
	}
}

func TestEncode(t *testing.T) {
	for want, value := range map[string]any{
		`{"data":{"type":"route","id":"7"}}`:                 jsonapi.Reference("route", "7"),
		`{"data":{"type":"route","attributes":{"alias":1}}}`: jsonapi.Resource("route", map[string]int{"alias": 1}),
	} {
		b, err := json.Marshal(value)
		require.NoError(t, err)
		assert.Equal(t, want, string(b))
	}
}

// TestRepair cuts a document after each of its bytes, and nests one at each depth around the limit.
func TestRepair(t *testing.T) {
	const doc = `{"errors":[{"id":"7fc8\\","status":422,"detail":{"zip \"5\"":["Too \u00e9é\ud83d\ude00 short.",null,-1.5e3],"x,{":true}},"[,"], "message" : "é"}`
	for end := 1; end <= len(doc); end++ {
		repaired := jsonapi.Repair([]byte(doc[:end]))
		require.True(t, json.Valid(repaired), "%s of %s", repaired, doc[:end])
	}
	assert.Equal(t, doc, string(jsonapi.Repair([]byte(doc))))
	assert.JSONEq(t, `{"errors":[{"id":"7fc8\\","status":422,"detail":{"zip \"5\"":["Too "]}}]}`, string(jsonapi.Repair([]byte(doc[:strings.Index(doc, "u00e9")+3]))))

	for depth := 1; depth < 300; depth++ {
		whole := `{"a":` + strings.Repeat(`[{"x":`, depth) + `"y"` + strings.Repeat("},1]", depth) + `,"id":"7fc8"}`
		var out struct{ ID string }
		require.NoError(t, json.Unmarshal(jsonapi.Repair([]byte(whole)), &out), depth)
		assert.Equal(t, "7fc8", out.ID, "what follows is kept")
	}
	for _, other := range []string{"", "<html><style>a{b:c}</style>", "}{", "null", "]]]", `"`, "{"} {
		assert.NotPanics(t, func() { jsonapi.Repair([]byte(other)) })
	}
}
