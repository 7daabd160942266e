package jsonapi_test

import (
	"encoding/json"
	"math"
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
		Int   jsonapi.Int64 `json:"int"`
		Small jsonapi.Int   `json:"small"`
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
		{`{"int":4000000}`, jsonapi.Int64(4000000)},
		{`{"int":"7000000"}`, jsonapi.Int64(7000000)},
		{`{"int":4e6}`, jsonapi.Int64(4000000)},
		{`{"int":"4E+6"}`, jsonapi.Int64(4000000)},
		{`{"int":4000000.0}`, jsonapi.Int64(4000000)},
		{`{"int":" 4000000.00 "}`, jsonapi.Int64(4000000)},
		{`{"int":-1.5e1}`, jsonapi.Int64(-15)},
		{`{"int":1500e-2}`, jsonapi.Int64(15)},
		{`{"int":0.0e999999999999999999999}`, jsonapi.Int64(0)},
		{`{"int":-0.0}`, jsonapi.Int64(0)},
		{`{"int":9223372036854775807}`, jsonapi.Int64(math.MaxInt64)},
		{`{"int":9223372036854775807.000}`, jsonapi.Int64(math.MaxInt64)},
		{`{"int":-9.223372036854775808e18}`, jsonapi.Int64(math.MinInt64)},
		{`{"int":-1}`, jsonapi.Int64(-1)},
		{`{"int":null}`, jsonapi.Int64(0)},
		{`{"small":"2.0"}`, jsonapi.Int(2)},
		{`{"small":-2e3}`, jsonapi.Int(-2000)},
		{`{"bool":true}`, jsonapi.Bool(true)},
		{`{"bool":"true"}`, jsonapi.Bool(true)},
		{`{"bool":"True"}`, jsonapi.Bool(true)},
		{`{"bool":"yes"}`, jsonapi.Bool(true)},
		{`{"bool":1}`, jsonapi.Bool(true)},
		{`{"bool":1.0}`, jsonapi.Bool(true)},
		{`{"bool":"1"}`, jsonapi.Bool(true)},
		{`{"bool":0}`, jsonapi.Bool(false)},
		{`{"bool":"false"}`, jsonapi.Bool(false)},
		{`{"bool":"NO"}`, jsonapi.Bool(false)},
		{`{"bool":null}`, jsonapi.Bool(false)},
	}
	for _, test := range tests {
		doc, err := jsonapi.Decode[record, jsonapi.Identity]([]byte(`{"data":{"id":"1","attributes":` + test.json + `}}`))
		require.NoError(t, err, test.json)
		a := doc.Data.Attributes
		got := map[string]any{"T": a.Text, "I": a.Int, "S": a.Small, "B": a.Bool}[kind(test.want)]
		assert.Equal(t, test.want, got, test.json)
		assert.Zero(t, doc.Unread, test.json)
	}
}

func kind(v any) string {
	switch v.(type) {
	case jsonapi.Text:
		return "T"
	case jsonapi.Int64:
		return "I"
	case jsonapi.Int:
		return "S"
	default:
		return "B"
	}
}

// TestUnreadScalars has a value of a kind that can't be read leave itself zero, and nothing else.
func TestUnreadScalars(t *testing.T) {
	readable := `"text":"a","int":2,"small":3,"bool":true,"time":"2018-07-12"`
	for name, values := range map[string][]string{
		"text": {`{}`, `["12065550100"]`, `{"a":{"b":[1]}}`},
		"int": {
			`1.5`, `"1.5"`, `1e30`, `15e-1`, `99999999999999999999`, `9223372036854775808`, `1e19`, `1e400`, `"1e99999999999999999999"`, `"N/A"`, `"GSM"`,
			`"0x10"`, `"--1"`, `"+-1"`, `"."`, `"e5"`, `"1e"`, `true`, `[]`, `{}`,
		},
		"small": {`1.5`, `1e30`, `"x"`},
		"bool":  {`"perhaps"`, `2`, `-1`, `0.5`, `[]`, `{}`},
		"time":  {`"yesterday"`, `7`, `true`, `"2018-13-01"`, `"0000-01-01T00:00:00+01:00"`, `[]`, `{}`},
	} {
		for _, value := range values {
			doc, err := jsonapi.Decode[record, jsonapi.Identity]([]byte(`{"data":{"id":"1","attributes":{` + readable + `,"` + name + `":` + value + `}}}`))
			require.NoError(t, err, value)
			assert.Equal(t, jsonapi.Unread{Paths: []string{"data.attributes." + name}, Count: 1}, doc.Unread, value)
			got := doc.Data.Attributes
			fields := map[string]bool{
				"text": got.Text == "", "int": got.Int == 0, "small": got.Small == 0, "bool": !bool(got.Bool), "time": time.Time(got.Time).IsZero(),
			}
			for field, zero := range fields {
				assert.Equal(t, field == name, zero, "%s, %s is %s", field, name, value)
			}
		}
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
		"2017-12-21T16:44:35+0000":         time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
		"2017-12-21T16:44:35.25-0830":      time.Date(2017, 12, 22, 1, 14, 35, 250e6, time.UTC),
		"2017-12-21 16:44:35 +0000":        time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
		"2017-12-21t16:44:35z":             time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
		"2017-12-21 16:44:35.5z":           time.Date(2017, 12, 21, 16, 44, 35, 500e6, time.UTC),
		"2017-12-21 16:44:35 UTC":          time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
		" 2017-12-21T16:44:35Z ":           time.Date(2017, 12, 21, 16, 44, 35, 0, time.UTC),
		"2016-12-31T23:59:60Z":             time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"2016-12-31 18:59:60.25-05":        time.Date(2017, 1, 1, 0, 0, 0, 250e6, time.UTC),
		"Sat, 31 Dec 2016 23:59:60 GMT":    time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"Fri, 1 Jun 2018 00:17:52 +0000":   time.Date(2018, 6, 1, 0, 17, 52, 0, time.UTC),
		"1513900359":                       time.Date(2017, 12, 21, 23, 52, 39, 0, time.UTC),
	} {
		doc, err := jsonapi.Decode[record, jsonapi.Identity]([]byte(`{"data":{"id":"1","attributes":{"time":"` + written + `"}}}`))
		require.NoError(t, err, written)
		assert.Equal(t, want, time.Time(doc.Data.Attributes.Time), written)
		parsed, err := jsonapi.ParseTime(written)
		require.NoError(t, err)
		assert.Equal(t, want, parsed)
	}
	for _, written := range []string{"null", `""`} {
		doc, err := jsonapi.Decode[record, jsonapi.Identity]([]byte(`{"data":{"id":"1","attributes":{"time":` + written + `}}}`))
		require.NoError(t, err, written)
		assert.True(t, time.Time(doc.Data.Attributes.Time).IsZero())
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
		`{"data":{"type":20655501e0,"id":"1"}}`:                    {ID: "1"},
	} {
		doc, err := jsonapi.Decode[record, jsonapi.Identity]([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, want, doc.Data.Identity)
	}
	doc, err := jsonapi.Decode[unnamed, jsonapi.Identity]([]byte(`{"data":{}}`))
	require.NoError(t, err)
	assert.Zero(t, *doc, "it needs no id")
}

type unnamed struct{ jsonapi.Unnamed }

func TestDecodeRefuses(t *testing.T) {
	for body, want := range map[string]string{
		``:                                   "the answer has no data",
		`null`:                               "the answer has no data",
		`{}`:                                 "the answer has no data",
		`{"data":null}`:                      "the answer has no data",
		`{"data":{}}`:                        "the answer has a record without an id",
		`{"data":{"id":null,"type":"cnam"}}`: "the answer has a record without an id",
		`{"data":{"id":{"a":20655},"x":1}}`:  "the answer has a record without an id",
		`{"data":{"data":null}}`:             "the answer has a record without an id",
		`{"data":{"data":{}}}`:               "the answer has a record without an id",
		`<html>12065550100</html>`:           "the answer is not JSON",
		`{"data":{"id":"1"}`:                 "the answer is not JSON",
		`{"data":{"type":2065550100}`:        "the answer is not JSON",
		`{"data":[]}`:                        "data is a list in place of an object",
		`{"data":"12065550100"}`:             "data is a string in place of an object",
		`["12065550100"]`:                    "the answer has no data",
	} {
		_, err := jsonapi.Decode[record, jsonapi.Identity]([]byte(body))
		require.ErrorContains(t, err, want, body)
		assert.NotContains(t, err.Error(), "20655", "what an answer holds may be private")
	}
	for _, body := range []string{`null`, `[]`, `{"data":null}`, `{"data":"12065550100"}`, `{"data":[]}`} {
		_, err := jsonapi.Decode[unnamed, jsonapi.Identity]([]byte(body))
		require.Error(t, err, body)
		_, _, err = jsonapi.DecodeData[unnamed]([]byte(body))
		require.Error(t, err, body)
		assert.NotContains(t, err.Error(), "20655")
	}
	for _, body := range []string{
		``, `{}`, `{"data":null}`, `{"data":{}}`, `[]`, `{"data":[{"id":1}`, `{"data":[null]}`, `{"data":[{"type":"cnam"},7]}`, `{"data":7}`,
	} {
		_, err := jsonapi.DecodeList[record, jsonapi.Identity]([]byte(body), 10)
		assert.Error(t, err, body)
	}
}

// TestDecodeList has what is odd in a list cost nothing but itself.
func TestDecodeList(t *testing.T) {
	list := func(body string) *jsonapi.List[record, jsonapi.Identity] {
		list, err := jsonapi.DecodeList[record, jsonapi.Identity]([]byte(body), 10)
		require.NoError(t, err, body)
		return list
	}
	assert.Empty(t, list(`{"data":[],"links":{"next":"x"}}`).Data)
	for _, body := range []string{ // a list of one, and a document in a data member once more
		`{"data":{"id":1,"attributes":{"text":"a"}},"links":{"next":"x"}}`,
		`{"data":{"data":[{"id":1,"attributes":{"text":"a"}}],"links":{"next":"x"}}}`,
	} {
		l := list(body)
		require.Len(t, l.Data, 1)
		assert.Equal(t, jsonapi.Text("1"), l.Data[0].ID)
		assert.Equal(t, jsonapi.Text("a"), l.Data[0].Attributes.Text)
		assert.True(t, bool(l.Links.Next))
	}
	for links, want := range map[string][2]bool{
		`{"next":"x"}`: {true, false}, `{"next":{"href":"x"}}`: {true, false}, `{"next":null}`: {false, false}, `{"next":""}`: {false, false},
		`null`: {false, false}, `[]`: {false, false}, `""`: {false, false}, `{}`: {false, false}, `7`: {false, true}, `["x"]`: {false, true},
	} {
		l := list(`{"data":[{"id":1}],"links":` + links + `}`)
		assert.Equal(t, want, [2]bool{bool(l.Links.Next), l.LinksUnknown}, links)
		assert.Equal(t, want[1], l.Unread.Count > 0, links)
	}

	l := list(`{"data":[{"id":"1","attributes":{"text":"a"}},null,7,"x",[],{"attributes":{"text":"b","int":"N/A"}},{"id":4,"attributes":[]},{"data":{"id":5,"attributes":{"int":5}}}],
		"included":["x",{"id":"6","type":"y"},{"id":{}}],"links":{"next":"x"}}`)
	require.Len(t, l.Data, 4)
	assert.Equal(t, []jsonapi.Text{"1", "", "4", "5"}, []jsonapi.Text{l.Data[0].ID, l.Data[1].ID, l.Data[2].ID, l.Data[3].ID})
	assert.Equal(t, jsonapi.Text("b"), l.Data[1].Attributes.Text)
	assert.Equal(t, jsonapi.Int64(5), l.Data[3].Attributes.Int)
	assert.Equal(t, 4, l.Skipped)
	assert.True(t, bool(l.Links.Next))
	assert.Contains(t, l.Included, jsonapi.Identity{ID: "6", Type: "y"})
	assert.Equal(t, []string{
		"data[1]", "data[2]", "data[3]", "data[4]", "data[5].attributes.int", "data[5].id", "data[6].attributes", "included[0]", "included[2].id",
	}, l.Unread.Paths)
	assert.Equal(t, 9, l.Unread.Count)

	l = list(`{"data":[{"id":1}` + strings.Repeat(`,{"id":2,"attributes":{"int":{},"bool":[]}}`, 1000) + `]}`)
	assert.Equal(t, 2000, l.Unread.Count)
	assert.Len(t, l.Unread.Paths, 20)
	assert.Len(t, l.Data, 1001)
}

// TestUnreadParts has what is odd at any depth cost nothing but itself.
func TestUnreadParts(t *testing.T) {
	type part struct {
		Text   jsonapi.Text `json:"text"`
		Number *part        `json:"number"`
		List   []part       `json:"list"`
		Texts  []jsonapi.Text
		Raw    json.RawMessage `json:"raw"`
	}
	value, unread, err := jsonapi.DecodeData[part]([]byte(`{"data":{"TEXT":"a","number":{"text":[],"list":[{"text":"b"},7]},"list":{"text":"c","number":"x"},"texts":["d",{},5],"raw":{"a":1},"tEXT":"a"}}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"data.number.text", "data.number.list[1]", "data.list.number", "data.Texts[1]"}, unread.Paths)
	assert.Equal(t, &part{
		Text: "a", Number: &part{List: []part{{Text: "b"}}}, List: []part{{Text: "c"}}, Texts: []jsonapi.Text{"d", "5"}, Raw: json.RawMessage(`{"a":1}`),
	}, value)

	deep := strings.Repeat(`{"number":`, 5000) + `{"text":{}}` + strings.Repeat(`}`, 5000)
	value, unread, err = jsonapi.DecodeData[part]([]byte(`{"data":` + deep + `}`))
	require.NoError(t, err)
	assert.Equal(t, 1, unread.Count, "and is not read again and again at each depth")
	assert.NotNil(t, value.Number)
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
	assert.Equal(t, doc, string(jsonapi.Repair([]byte(doc)))) //nolint:testifylint // byte by byte
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
