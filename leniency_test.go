package flowroute_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

// replying is a client to which everything is answered with the body that set has set last.
func replying(t *testing.T, status int, opts ...flowroute.Option) (client *flowroute.Client, set func(body string)) {
	t.Helper()
	var body string
	transport := roundTripper(func(*http.Request) (*http.Response, error) { return respond(status, body), nil })
	client, err := flowroute.NewClient(accessKey, secretKey, append(opts, flowroute.WithHTTPClient(&http.Client{Transport: transport}))...)
	require.NoError(t, err)
	return client, func(b string) { body = b }
}

// TestOddDataCostsNothingButItself has each value of each documented response be odd.
func TestOddDataCostsNothingButItself(t *testing.T) {
	// Without its id, and what is around it, there is no resource.
	needed := regexp.MustCompile(`^\S+ (\.data(\[\d+\])?(\.data)?(\.id)?)?$|^porting\.list \.data\.attributes(\.orders(\.data(\[0\](\.attributes(\.id)?)?)?)?)?$`)
	for i, op := range operations() {
		if op.want == nil {
			continue
		}
		t.Run(fmt.Sprintf("%d %s", i, op.name), func(t *testing.T) {
			client, set := replying(t, op.status)
			mutate(t, op.answer, func(path string) bool { return needed.MatchString(op.name + " " + path) }, func(body string) (any, error) {
				set(body)
				return op.call(t.Context(), client)
			})
		})
	}
}

// TestOddEvents has each value of each event that a webhook receives be odd.
func TestOddEvents(t *testing.T) {
	// Without these it would be another event, or mislead whoever answers it.
	needed := regexp.MustCompile(`^(\.data)?(\.id|\.type|\.attributes(\.(from|to|body|direction|status|resource_type))?|\.(from|to|body))?$`)
	for i, body := range []string{smsBody, flatBody, mmsBody, receiptBody, bareBody, notifyBody} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			mutate(t, body, needed.MatchString, func(body string) (any, error) { return parseWebhook(t, body) })
		})
	}
}

// mutate replaces, deletes and repeats each value of a document that is not needed. The call still succeeds, and nothing
// changes but what the value says.
func mutate(t *testing.T, text string, needed func(path string) bool, call func(body string) (any, error)) {
	odd := []string{`null`, `""`, `"x"`, `7`, `4000000.0`, `1e400`, `true`, `{}`, `[]`, `[[]]`, `{"a":{"b":[1]}}`, `"` + strings.Repeat("x", 5000) + `"`}
	isAttribute := regexp.MustCompile(`\.attributes\.\w+$`)
	document := treeOf(t, text)
	fields := func(path, what string, edit func(text string) []string) map[string]string {
		value, err := call(render(document, "", func(at, text string) []string {
			if at == path {
				return edit(text)
			}
			return []string{text}
		})[0])
		require.NoError(t, err, "%.9s at %s", what, path)
		return fieldsOf(t, value)
	}
	want := fields("-", "nothing", nil)
	for _, path := range pathsOf("", document) {
		if needed(path) {
			continue
		}
		if !strings.HasSuffix(path, "]") { // which would be one more element
			assert.Equal(t, want, fields(path, "two", func(text string) []string { return []string{text, text} }), path)
		}
		own := differences(want, fields(path, "none", func(string) []string { return nil })) // what the value says
		for _, o := range odd {
			lost := differences(want, fields(path, o, func(string) []string { return []string{o} }))
			if isAttribute.MatchString(path) && !strings.HasSuffix(path, ".attributes.numbers") { // which is three fields of a task
				assert.LessOrEqual(t, len(lost), 1, "%.9s at %s changes %v", o, path, lost)
			}
			if len(own) > 0 || len(lost) > 1 {
				assert.Subset(t, own, lost, "%.9s at %s", o, path)
			}
		}
	}
}

func treeOf(t *testing.T, text string) (tree any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&tree))
	return tree
}

// pathsOf are the paths of all values within one, and its own.
func pathsOf(path string, v any) []string {
	paths := []string{path}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			paths = append(paths, pathsOf(path+"."+name, v[name])...)
		}
	case []any:
		for i := range v {
			paths = append(paths, pathsOf(path+"["+strconv.Itoa(i)+"]", v[i])...)
		}
	}
	return paths
}

// render is a value as JSON, in which edit has replaced values by none, one or two others.
func render(v any, path string, edit func(path, text string) []string) []string {
	var parts []string
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			for _, text := range render(v[name], path+"."+name, edit) {
				parts = append(parts, strconv.Quote(name)+":"+text)
			}
		}
		return edit(path, "{"+strings.Join(parts, ",")+"}")
	case []any:
		for i := range v {
			parts = append(parts, render(v[i], path+"["+strconv.Itoa(i)+"]", edit)...)
		}
		return edit(path, "["+strings.Join(parts, ",")+"]")
	}
	text, _ := json.Marshal(v)
	return edit(path, string(text))
}

// fieldsOf are the fields of a model, or of each in a page or list of them.
func fieldsOf(t *testing.T, value any) map[string]string {
	text, err := json.Marshal(value)
	require.NoError(t, err)
	tree := treeOf(t, string(text))
	fields := map[string]string{}
	var add func(prefix string, tree any)
	add = func(prefix string, tree any) {
		switch tree := tree.(type) {
		case []any:
			for i, item := range tree {
				add(prefix+strconv.Itoa(i)+".", item)
			}
		case map[string]any:
			for name, v := range tree {
				if name == "Items" {
					add("", v)
					continue
				}
				if name == "raw" { // the event itself
					continue
				}
				text, _ := json.Marshal(v)
				fields[prefix+name] = string(text)
			}
		}
	}
	add("", tree)
	return fields
}

func differences(a, b map[string]string) []string {
	names := map[string]bool{}
	for name := range a {
		names[name] = a[name] != b[name]
	}
	for name := range b {
		names[name] = a[name] != b[name]
	}
	maps.DeleteFunc(names, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(names))
}

// TestOddRecords has a page of records with one odd value each, and one more page: each costs itself alone.
func TestOddRecords(t *testing.T) {
	const attributes = `"body":"Hi","status":"delivered","message_encoding":8,"amount_nanodollars":4000000,"timestamp":"2017-12-22T01:52:39Z","message_type":"longcode"`
	odd := []struct {
		attributes string
		change     func(*flowroute.Message)
	}{
		{`"amount_nanodollars":4000000.0`, func(*flowroute.Message) {}},
		{`"amount_nanodollars":"4e6"`, func(*flowroute.Message) {}},
		{`"amount_nanodollars":4000000.5`, func(m *flowroute.Message) { m.Amount = 0 }},
		{`"status":7`, func(m *flowroute.Message) { m.Status = "7" }},
		{`"status":{"text":"delivered"}`, func(m *flowroute.Message) { m.Status = "" }},
		{`"timestamp":"2017-12-22T01:52:39+0000"`, func(*flowroute.Message) {}},
		{`"timestamp":"2017-12-22 01:52:39.000z"`, func(*flowroute.Message) {}},
		{`"timestamp":"2017-12-22T01:51:60"`, func(m *flowroute.Message) { m.Timestamp = m.Timestamp.Add(-39 * time.Second) }},
		{`"timestamp":"N/A"`, func(m *flowroute.Message) { m.Timestamp = time.Time{} }},
		{`"message_encoding":"GSM"`, func(m *flowroute.Message) { m.Encoding = 0 }},
		{`"message_encoding":8.0`, func(*flowroute.Message) {}},
		{`"price_details":""`, func(*flowroute.Message) {}},
		{`"price_details":{"base_rate":"N/A","segment_count":"2"}`, func(m *flowroute.Message) { m.PriceDetails = &flowroute.PriceDetails{SegmentCount: 2} }},
		{`"delivery_receipts":[{"level":2,"status":"message buffered","status_code":"E-1003"},null,7]`, func(m *flowroute.Message) {
			m.DeliveryReceipts = []flowroute.DeliveryReceipt{{Level: 2, Status: "message buffered"}}
		}},
		{`"is_mms":"perhaps"`, func(*flowroute.Message) {}},
	}
	records, want := []string{`null`, `"x"`}, []flowroute.Message{}
	for i, o := range odd {
		id := "mdr2-" + strconv.Itoa(i)
		records = append(records, `{"id":"`+id+`","type":"message","attributes":{`+attributes+`,`+o.attributes+`}}`)
		m := flowroute.Message{
			ID: id, Body: "Hi", Status: "delivered", Encoding: 8, Amount: 4_000_000,
			Timestamp: time.Date(2017, 12, 22, 1, 52, 39, 0, time.UTC), Type: flowroute.MessageTypeLongCode,
		}
		o.change(&m)
		want = append(want, m)
	}
	records = append(records,
		`{"type":"message","attributes":{"body":"without an id"}}`, `{"id":"mdr2-a","attributes":[]}`, `{"id":"mdr2-b","relationships":"x"}`, `{"id":"mdr2-c","relationships":{"media":{"data":{"type":"media","id":"one"}}}}`)
	want = append(want, flowroute.Message{Body: "without an id"}, flowroute.Message{ID: "mdr2-a"}, flowroute.Message{ID: "mdr2-b"}, flowroute.Message{ID: "mdr2-c", Media: []flowroute.Media{{ID: "one"}}})
	client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("offset") {
		case "":
			_, _ = io.WriteString(w, `{"data":[`+strings.Join(records, ",")+`],"included":[7,{"type":"media"}],"links":{"next":"x"}}`)
		case strconv.Itoa(len(records)):
			_, _ = io.WriteString(w, `{"data":[{"id":"mdr2-last"}]}`)
		default:
			t.Errorf("offset %s", r.FormValue("offset"))
		}
	})
	options := &flowroute.MessageListOptions{Start: time.Date(2017, 12, 1, 0, 0, 0, 0, time.UTC)}
	page, err := client.Messages.List(t.Context(), options)
	require.NoError(t, err)
	assert.Equal(t, len(records), page.NextOffset, "what is no record counts")
	var got []flowroute.Message
	for m, err := range client.Messages.ListAll(t.Context(), options) {
		require.NoError(t, err)
		got = append(got, *m)
	}
	assert.Equal(t, append(want, flowroute.Message{ID: "mdr2-last"}), got)
}

// TestListWithoutIDs is not a list of the records asked for.
func TestListWithoutIDs(t *testing.T) {
	for _, data := range []string{`[{"type":"x","attributes":{"alias":"x"}}]`, `[null]`, `[7,"x"]`, `[{"id":{}}]`, `[{"id":null},{"id":""}]`, `{}`, `"x"`} {
		client := answering(t, 200, `{"data":`+data+`}`)
		_, err := client.Routes.List(t.Context(), nil)
		var e *flowroute.RequestError
		require.ErrorAs(t, err, &e, data)
	}
	client := answering(t, 200, `{"data":[{"attributes":{"status":"pending"}}]}`)
	_, err := client.Porting.List(t.Context(), nil)
	require.Error(t, err)
	client = answering(t, 200, `{"data":[{"attributes":{"status":"pending"}},{"id":7},null,"x"]}`)
	page, err := client.Porting.List(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []flowroute.PortOrder{{Status: "pending"}, {ID: "7"}}, page.Items)
	assert.Equal(t, 4, page.NextOffset)
}

// TestOddLinks has links that can't be read not end a walk, as nobody knows what they say.
func TestOddLinks(t *testing.T) {
	for links, want := range map[string]int{`"x"`: 2, `7`: 2, `{"next":true}`: 2, `{"next":{"href":"x"}}`: 2, `null`: 1, `[]`: 1, `{"next":null}`: 1, `{"next":[]}`: 1} {
		client := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.FormValue("offset") {
			case "":
				_, _ = io.WriteString(w, `{"data":[{"id":"1"}],"links":`+links+`}`)
			case "1":
				_, _ = io.WriteString(w, `{"data":[{"id":"2"}]}`)
			}
		})
		n := 0
		for _, err := range client.Routes.ListAll(t.Context(), nil) {
			require.NoError(t, err)
			n++
		}
		assert.Equal(t, want, n, links)
	}
}

// TestOddSuccess has what costs money succeed, whatever is odd in the response that says so.
func TestOddSuccess(t *testing.T) {
	client := answering(t, 201, `{"data":{"id":"12065014377","attributes":{"value":"12065014377","status":1,"monthly_cost":"N/A","messaging_enabled":{}},"relationships":"x"},"included":{"a":1},"links":7}`)
	number, err := client.Numbers.Purchase(t.Context(), "2065014377", nil)
	require.NoError(t, err)
	assert.Equal(t, &flowroute.Number{ID: "12065014377", Value: "12065014377", Status: "1"}, number)
	client = answering(t, 202, `{"data":{"id":"mdr2-1","type":7,"attributes":"x","price_details":[]}}`)
	m, err := client.Messages.Send(t.Context(), sms())
	require.NoError(t, err)
	assert.Equal(t, &flowroute.Message{ID: "mdr2-1"}, m)
	client = answering(t, 200, `{"data":{"attributes":{"callback_url":null}}}`)
	callback, err := client.Messages.GetCallback(t.Context(), flowroute.CallbackTypeSMS)
	require.NoError(t, err)
	assert.Zero(t, *callback, "an account without one")
}

// TestUnreadValuesAreLogged names the operation and the attribute, and never the value.
func TestUnreadValuesAreLogged(t *testing.T) {
	var log bytes.Buffer
	client, set := replying(t, 200, flowroute.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))))
	lines := func() (lines []string) {
		defer log.Reset()
		for line := range strings.Lines(log.String()) {
			var attrs map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &attrs))
			delete(attrs, "time")
			assert.Equal(t, "WARN", attrs["level"])
			lines = append(lines, fmt.Sprint(attrs["msg"], " ", attrs["op"], " ", cmp.Or(attrs["attribute"], attrs["count"])))
			assert.Len(t, attrs, 4)
		}
		return lines
	}
	for _, test := range []struct {
		body string
		call func(context.Context) error
		want []string
	}{
		{
			`{"data":[{"id":"1","attributes":{"body":"Hi"}},{"id":"2","attributes":{"body":["2065550199"],"timestamp":"2065550199"}},{"x":"2065550199"},"2065550199"]}`,
			func(ctx context.Context) error {
				_, err := client.Messages.List(ctx, &flowroute.MessageListOptions{Start: time.Date(2017, 12, 1, 0, 0, 0, 0, time.UTC)})
				return err
			},
			[]string{"messages.list data[1].attributes.body", "messages.list data[2].id", "messages.list data[3]"},
		}, {
			`{"data":{"id":"1","attributes":{"number_type":{"2065550199":1}},"relationships":{"cnam_preset":{"data":"2065550199"}}},"included":["2065550199"]}`,
			func(ctx context.Context) error { _, err := client.Numbers.Get(ctx, "2065550100"); return err },
			[]string{"numbers.get data.attributes.number_type", "numbers.get data.relationships.cnam_preset.data", "numbers.get included[0]"},
		}, {
			`{"data":{"portable":["2065550199",{"2065550199":1}],"nonportable":true}}`,
			func(ctx context.Context) error {
				_, err := client.Porting.CheckPortability(ctx, []string{"2065550100"})
				return err
			},
			[]string{"porting.checkPortability data.portable[1]", "porting.checkPortability data.nonportable"},
		}, {
			`{"data":[{"id":"1","attributes":{"cost":"2065550199 or so"}},{"attributes":{"alias":"2065550199"}}]}`,
			func(ctx context.Context) error { _, err := client.Porting.List(ctx, nil); return err },
			[]string{"porting.list data[0].attributes.cost", "porting.list data[1].id"},
		}, {
			`{"data":[{"id":4,"attributes":{"name":[]}}]}`,
			func(ctx context.Context) error { _, err := client.Routes.ListEdgeStrategies(ctx); return err },
			[]string{"routes.listEdgeStrategies data[0].attributes.name"},
		}, {
			`{"data":[{"id":"1"}],"links":["2065550199"]}`,
			func(ctx context.Context) error { _, err := client.CNAMs.List(ctx, nil); return err },
			[]string{"cnams.list links"},
		},
	} {
		set(test.body)
		require.NoError(t, test.call(t.Context()))
		assert.NotContains(t, log.String(), "2065550199")
		var want []string
		for _, line := range test.want {
			want = append(want, "flowroute: value not read "+line)
		}
		assert.Equal(t, want, lines())
	}

	set(`{"data":[{"id":"1"}` + strings.Repeat(`,{"id":"2","attributes":{"alias":[]}}`, 100) + `]}`)
	_, err := client.Routes.List(t.Context(), nil)
	require.NoError(t, err)
	logged := lines()
	assert.Len(t, logged, 21)
	assert.Equal(t, "flowroute: more values not read routes.list 80", logged[20])
}

// TestAttachmentsWithOneID keep a URL each.
func TestAttachmentsWithOneID(t *testing.T) {
	const attachments = `{"type":"media","id":"a.jpg","attributes":{"url":"https://example.com/1"}},{"type":"media","id":"a.jpg","attributes":{"url":"https://example.com/2"}}`
	const refs = `{"type":"media","id":"a.jpg"},{"type":"media","id":"a.jpg"}`
	want := []flowroute.Media{{ID: "a.jpg", URL: "https://example.com/1"}, {ID: "a.jpg", URL: "https://example.com/2"}}
	client := answering(t, 200, `{"data":{"id":"mdr2-1","relationships":{"media":{"data":[`+refs+`]}}},"included":[`+attachments+`]}`)
	m, err := client.Messages.Get(t.Context(), "mdr2-1")
	require.NoError(t, err)
	assert.Equal(t, want, m.Media)

	one := func(id string) string {
		return `{"id":"` + id + `","relationships":{"media":{"data":[{"type":"media","id":"a.jpg"}]}}}`
	}
	client = answering(t, 200, `{"data":[`+one("1")+`,`+one("2")+`,`+one("3")+`],"included":[`+attachments+`]}`)
	page, err := client.Messages.List(t.Context(), &flowroute.MessageListOptions{Start: time.Date(2017, 12, 1, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	assert.Equal(t, want[:1], page.Items[0].Media)
	assert.Equal(t, want[1:], page.Items[1].Media)
	assert.Equal(t, want[1:], page.Items[2].Media, "what is included once may be meant several times")

	for relationships, want := range map[string][]flowroute.Media{
		``: want,
		`"relationships":{"media":{"data":[` + refs + `]}},`:                        want,
		`"relationships":{"media":{"data":[{"type":"media","id":"a.jpg"},7]}},`:     want,
		`"relationships":{"media":{"data":["a.jpg"]}},`:                             want,
		`"relationships":{"media":{"data":[{"id":"a.jpg"},{"id":"gone.jpg"}]}},`:    {want[0], {ID: "gone.jpg"}, want[1]},
		`"relationships":{"media":{"data":[{"id":"a.jpg"},{"id":{"a":"a.jpg"}}]}},`: want,
	} {
		event, err := parseWebhook(t, `{"data":{"type":"message","id":"mdr2-1",`+relationships+`"attributes":{"from":"12065550199","to":"12065550100"}},"included":[`+attachments+`,7,null]}`)
		require.NoError(t, err)
		assert.Equal(t, want, event.(*flowroute.InboundMessage).Media, relationships)
	}
}

// TestManyIncludedObjects has each of many relationships find its own object.
func TestManyIncludedObjects(t *testing.T) {
	const n = 16_000
	var refs, objects []string
	for i := range n {
		refs = append(refs, fmt.Sprintf(`{"id":"12065%06d","type":"number"}`, i))
		objects = append(objects, fmt.Sprintf(`{"id":"12065%06d","type":"number","attributes":{"alias":"%d"}}`, n-1-i, n-1-i))
	}
	client := answering(t, 200, `{"data":{"id":"1","relationships":{"numbers":{"data":[`+strings.Join(refs, ",")+`]}}},"included":[`+strings.Join(objects, ",")+`]}`)
	cnam, err := client.CNAMs.Get(t.Context(), "1")
	require.NoError(t, err)
	require.Len(t, cnam.Numbers, n)
	for i, number := range cnam.Numbers {
		require.Equal(t, flowroute.Number{ID: fmt.Sprintf("12065%06d", i), Alias: strconv.Itoa(i)}, number)
	}
}

func parseWebhook(t *testing.T, body string) (flowroute.Event, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return flowroute.ParseWebhook(r)
}

// TestOddFieldsCostNoEvent has a field of little weight that can't be read leave the event as it is otherwise: a
// refusal would lose it.
func TestOddFieldsCostNoEvent(t *testing.T) {
	for _, odd := range []string{`"amount_nanodollars":9500000.5`, `"timestamp":1666000000`, `"message_encoding":"x"`, `"delivery_receipts":{}`, `"message_type":7`} {
		event, err := parseWebhook(t, `{"data":{"type":"message","id":"mdr2-1","attributes":{"from":12065550199,"to":"12065550100","body":"Hi","direction":"inbound",`+odd+`}}}`)
		require.NoError(t, err, odd)
		m, ok := event.(*flowroute.InboundMessage)
		require.True(t, ok)
		assert.Equal(t, [4]string{"mdr2-1", "12065550199", "12065550100", "Hi"}, [4]string{m.ID, m.From, m.To, m.Body})
	}
	for _, odd := range []string{`"status_code":"E-1003"`, `"status_code":1003.5`, `"timestamp":1666000000`} {
		event, err := parseWebhook(t, `{"data":{"type":"delivery_receipt","id":"mdr2-1","attributes":{"level":2,"status":"message buffered","status_code_description":"Accepted",`+odd+`}}}`)
		require.NoError(t, err, odd)
		r, ok := event.(*flowroute.DeliveryReceiptEvent)
		require.True(t, ok)
		assert.Equal(t, "receipt/mdr2-1/2/message buffered", r.Key())
		assert.Equal(t, "Accepted", r.StatusCodeDescription)
	}
	for _, odd := range []string{
		`"attributes":{"from":"12065550199","to":"12065550100","body":"Hi","is_mms":"yes"}`,
		`"attributes":{"from":"12065550199","to":"12065550100","body":"Hi"},"relationships":{"media":[]}`,
		`"attributes":{"from":"12065550199","to":"12065550100","body":"Hi"},"included":[{"type":"media","id":"1","attributes":{"file_size":"58 kB"}}]`,
	} {
		event, err := parseWebhook(t, `{"data":{"type":"message","id":"mdr2-1",`+odd+`}}`)
		require.NoError(t, err, odd)
		assert.Equal(t, "Hi", event.(*flowroute.InboundMessage).Body)
	}
	for _, attributes := range []string{`"is_mms":true`, `"is_mms":"yes"`} { // the sound picture stays, whatever is odd
		event, err := parseWebhook(t, `{"data":{"type":"message","id":"mdr2-1","attributes":{"from":"12065550199","to":"12065550100","body":"Hi",`+attributes+`}},"included":[
			{"type":"media","id":"1","attributes":{"url":"https://example.com/1"}},{"type":"media","id":"2","attributes":{"file_size":"12 kB"}}]}`)
		require.NoError(t, err)
		assert.Equal(t, []flowroute.Media{{ID: "1", URL: "https://example.com/1"}, {ID: "2"}}, event.(*flowroute.InboundMessage).Media)
	}
	keys := map[string]bool{}
	for _, level := range []string{"1", "2"} {
		event, err := parseWebhook(t, `{"data":{"type":"delivery_receipt","id":"mdr2-1","attributes":{"level":`+level+`,"status":"delivered","status_code_description":{}}}}`)
		require.NoError(t, err)
		keys[event.Key()] = true
	}
	assert.Len(t, keys, 2, "receipts of two levels are two events")
	receipt, err := parseWebhook(t, `{"data":{"type":"delivery_receipt","id":"mdr2-1","attributes":{"level":"second","status":"message buffered"}}}`)
	require.NoError(t, err)
	assert.Equal(t, "message buffered", receipt.(*flowroute.DeliveryReceiptEvent).Status)
	event, err := parseWebhook(t, `{"id":"mdr2-1","from":"12065550199","to":"12065550100","body":12345}`)
	require.NoError(t, err)
	assert.Equal(t, "12345", event.(*flowroute.InboundMessage).Body)
}

// TestFlatReceiptIsNoMessage keeps a program that answers texts from answering its own.
func TestFlatReceiptIsNoMessage(t *testing.T) {
	event, err := parseWebhook(t, `{"id":"mdr2-1","from":"12065550100","to":"12065550199","body":"Hi","status":"smsc submit"}`)
	require.NoError(t, err)
	assert.IsType(t, &flowroute.DeliveryReceiptEvent{}, event)
}

// TestNotificationsWithoutAnID are told apart.
func TestNotificationsWithoutAnID(t *testing.T) {
	keys := map[string]bool{}
	for _, attributes := range []string{
		`"resource_id":"1","status":"completed"`, `"resource_id":"2","status":"completed"`,
		`"id":"e1","status":"completed"`, `"id":"e2","status":"completed"`,
		`"id":"e2","status":"completed","timestamp":"2019-03-19T22:49:48.060Z"`,
	} {
		event, err := parseWebhook(t, `{"data":{"type":"provision","attributes":{"event_type":"status_change",`+attributes+`}}}`)
		require.NoError(t, err)
		keys[event.Key()] = true
	}
	assert.Len(t, keys, 5)
}

// TestMediaWithoutRelationship belongs to the message it comes with.
func TestMediaWithoutRelationship(t *testing.T) {
	const included = `"included":[{"type":"media","id":"a.jpg","attributes":{"url":"https://example.com/a.jpg"}}]`
	const attributes = `"attributes":{"from":"12065550199","to":"12065550100","body":null,"is_mms":true}`
	for _, body := range []string{
		`{"data":{"type":"message","id":"mdr2-1",` + attributes + `},` + included + `}`,
		`{"data":{"type":"message","id":"mdr2-1",` + attributes + `,` + included + `}}`,
	} {
		event, err := parseWebhook(t, body)
		require.NoError(t, err)
		assert.Equal(t, []flowroute.Media{{ID: "a.jpg", URL: "https://example.com/a.jpg"}}, event.(*flowroute.InboundMessage).Media)
	}
}
