package flowroutetest_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// exportRequest is the body that asks for the calls of the last 90 days of 2025, with further filters.
func exportRequest(filters ...any) map[string]any {
	filter := object("start_call_start_time", "2025-10-07 09:00:00", "start_call_end_time", "2026-01-05 09:00:00")
	maps.Copy(filter, object(filters...))
	return enveloped("cdrexport", object("filter_parameters", filter))
}

func (a api) createExport(filters ...any) response {
	a.t.Helper()
	return a.do("POST", "/v2/cdrs/exports", exportRequest(filters...))
}

// calls exports calls, and returns the export and the file's rows by column.
func (a api) calls(filters ...any) (export response, rows []map[string]string) {
	a.t.Helper()
	id := a.createExport(filters...).created()
	a.Advance(flowroutetest.ExportCompletedAfter)
	export = a.get("/v2/cdrs/exports/" + id)
	return export, a.rows(a.plain("GET", export.at("data", "attributes", "download_url").(string), nil))
}

func (a api) rows(file response) (rows []map[string]string) {
	a.t.Helper()
	require.Equal(a.t, 200, file.status, file.body)
	assert.Equal(a.t, "application/gzip", file.header.Get("Content-Type"))
	unzipped, err := gzip.NewReader(strings.NewReader(file.body))
	require.NoError(a.t, err)
	records, err := csv.NewReader(unzipped).ReadAll()
	require.NoError(a.t, err)
	const columns = "direction,start_time,end_time,destination,number_alias,callerid,total_cost,destination_name,callerid_country,line_information,result,call_fail_sip_code,call_fail_reason,duration,billed_duration,rate,first_increment,subsequent_increment,cost_subtotal,connect_fee,usf_fee,ccrf,cnam_lookup_fee,custom_x_tag,customer_ip"
	require.Equal(a.t, columns, strings.Join(records[0], ","))
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestCreateExport(t *testing.T) {
	a := newAPI(t)
	a.do("POST", "/v2/cdrs/exports", enveloped("cdrexport", object("callback_url", "https://myserver.com/cdrs", "filter_parameters", object(
		"start_call_start_time", "2025-12-01 00:00:00", "start_call_end_time", "2026-01-01 00:00:00", "number_aliases", []string{"Office 221", "Office 888"},
	)))).is(201, `{"data":{"attributes":{"billed_minutes":null,"call_subtotal":null,"callback_url":"https://myserver.com/cdrs","ccrf":null,
		"cnamlookup_fees":null,"connect_fees":null,"created_at":"2026-01-05T12:00:00+03:00","download_url":null,"expires_at":null,"num_calls":null,
		"number_aliases":["Office 221","Office 888"],"requested_at":"2026-01-05T09:00:00+00:00","start_call_end_time":"2026-01-01T00:00:00+00:00",
		"start_call_start_time":"2025-12-01T00:00:00+00:00","status":"processing","total_cost":null,"usf_fees":null},
		"id":"38647","links":{"self":"https://api.flowroute.com/v2/cdrs/exports/38647"},"type":"cdrexport"}}`)
	const processing = `"billed_minutes":null,"call_subtotal":null,"callback_url":"https://myserver.com/cdrs","ccrf":null,
		"cnamlookup_fees":null,"connect_fees":null,"created_at":"2026-01-05T09:00:00+00:00","download_url":null,"expires_at":null,"num_calls":null,
		"requested_at":"2026-01-05T09:00:00+00:00","status":"processing","total_cost":null,"usf_fees":null`
	const period = `"start_call_end_time":"2026-01-01T00:00:00+00:00","start_call_start_time":"2025-12-01T00:00:00+00:00"`
	a.get("/v2/cdrs/exports/38647").is(200, `{"data":{"attributes":{`+processing+`,
		"filter_parameters":{"number_aliases":"['Office 221', 'Office 888']",`+period+`}},
		"id":"38647","links":{"self":"http://cdr-api/cdrs/exports/38647"},"type":"cdrexport"}}`)
	a.get("/v2/cdrs/exports").is(200, `{"data":[{"data":{"attributes":{`+processing+`,
		"filter_parameters":{"number_aliases":["Office 221","Office 888"],`+period+`}},"id":38647,"type":"cdrexport"}}],
		"links":{"self":"http://cdr-api/cdrs/exports?offset=0&limit=10"}}`)
	a.get("/v2/cdrs/exports/1").is(404, `{"errors":[{"detail":"No such CDR export","id":"SOME-ID","status":404,"title":"Resource not found"}]}`)

	a = newAPI(t, flowroutetest.WithUnknownIgnored())
	quoted := a.createExport("number_aliases", []string{"it's", `say "it's"`, `"`, `\`}, "unheard_of", 1).created()
	filter := a.get("/v2/cdrs/exports/"+quoted).at("data", "attributes", "filter_parameters")
	assert.Equal(t, `["it's", 'say "it\'s"', '"', '\\']`, filter.(map[string]any)["number_aliases"])
	assert.EqualValues(t, 1, filter.(map[string]any)["unheard_of"])
}

func TestCreateExportStrictly(t *testing.T) {
	a := newAPI(t)
	const required = `["Missing data for required field."]`
	for body, detail := range map[string]string{
		`{"filter_parameters":{}}`:                                        `{"data":` + required + `}`,
		`{"data":{"type":"export","attributes":{}}}`:                      `{"data":{"type":["Invalid type. Expected \"cdrexport\"."]}}`,
		`{"data":{"type":"cdrexport","attributes":{"callback_url":"x"}}}`: `{"data":{"attributes":{"callback_url":["Not a valid URL."],"filter_parameters":` + required + `}}}`,
		`{"data":{"type":"cdrexport","attributes":{"filter_parameters":{}}}}`: `{"data":{"attributes":{"filter_parameters":{"start_call_start_time":` +
			required + `,"start_call_end_time":` + required + `}}}}`,
	} {
		a.do("POST", "/v2/cdrs/exports", body).is(422, invalid(detail))
	}
	for _, c := range []struct {
		name   string
		value  any
		detail string
	}{
		{"start_call_start_time", "yesterday", "Not a valid datetime."},
		{"start_call_start_time", 7, "Not a valid string."},
		{"start_call_start_time", nil, "Field may not be null."},
		{"start_call_end_time", "2025-10-07 09:00:00", "Must be after start_call_start_time."},
		{"start_call_end_time", "2026-01-07 09:00:01", "Must be at most 92 days after start_call_start_time."},
		{"number_aliases", "x", "Not a valid list."},
		{"number_aliases_contains", []any{1}, "Not a valid string."},
		{"destination_numbers", []string{"x"}, "String does not match expected pattern."},
		{"callerid_numbers", []string{"x"}, "String does not match expected pattern."},
		{"custom_x_tags", 1, "Not a valid list."},
		{"custom_x_tag", 1, "Not a valid list."},
		{"caller_ip", "localhost", "Not a valid IP address."},
		{"duration_greater_than", "long", "Not a valid number."},
		{"duration_greater_than", true, "Not a valid number."},
	} {
		a.createExport(c.name, c.value).is(422, invalid(`{"data":{"attributes":{"filter_parameters":{"`+c.name+`":["`+c.detail+`"]}}}}`))
	}
	assert.Empty(t, a.get("/v2/cdrs/exports").at("data"))
	for _, end := range []string{"2026-01-07 09:00:00", "2026-01-01", "2026-01-01T00:00:00", "2026-01-07T10:00:00+01:00", "2026-01-01T00:00:00Z"} {
		a.createExport("start_call_end_time", end).created()
	}
}

func TestListExports(t *testing.T) {
	a := newAPI(t)
	ids := func(query string) (ids []string) {
		resp := a.get("/v2/cdrs/exports" + query)
		require.Equal(t, 200, resp.status, resp.body)
		for i := range resp.at("data").([]any) {
			ids = append(ids, fmt.Sprint(resp.at("data", i, "data", "id")))
		}
		return ids
	}
	assert.Empty(t, ids(""))
	first := a.createExport().created()
	a.Advance(flowroutetest.ExportCompletedAfter)
	second, third := a.createExport().created(), a.createExport().created()
	require.NoError(t, a.FailExport(second))
	assert.Equal(t, []string{third, second, first}, ids(""))
	assert.Equal(t, []string{first}, ids("?status=completed"))
	assert.Equal(t, []string{second}, ids("?status=failed"))
	assert.Equal(t, []string{third}, ids("?status=processing"))
	page := a.get("/v2/cdrs/exports?limit=1&offset=1&status=processing")
	assert.Equal(t, object("self", "http://cdr-api/cdrs/exports?offset=1&limit=1&status=processing"), page.at("links"))
	page = a.get("/v2/cdrs/exports?limit=2")
	assert.Equal(t, object("self", "http://cdr-api/cdrs/exports?offset=0&limit=2", "next", "http://cdr-api/cdrs/exports?offset=2&limit=2"), page.at("links"))
	a.get("/v2/cdrs/exports?status=done&limit=0").is(422, invalid(`{"status":["Must be one of: processing, completed, failed."],
		"limit":["Must be greater than or equal to 1 and less than or equal to 200."]}`))

	a.Advance(time.Hour)
	failed := a.get("/v2/cdrs/exports/" + second)
	assert.Equal(t, "failed", failed.at("data", "attributes", "status"))
	assert.Nil(t, failed.at("data", "attributes", "download_url"))
	require.ErrorContains(t, a.FailExport(first), "export "+first+" is completed")
	require.ErrorContains(t, a.FailExport("1"), "no export 1")
}

func TestCompletedExport(t *testing.T) {
	a := newAPI(t)
	export, rows := a.calls()
	assert.Len(t, rows, 1000)
	attributes := export.at("data", "attributes").(map[string]any)
	assert.Equal(t, "completed", attributes["status"])
	assert.Equal(t, "2026-01-05T09:00:00+00:00", attributes["requested_at"])
	assert.Equal(t, "2026-01-05T09:01:00+00:00", attributes["created_at"])
	assert.Equal(t, "2026-01-08T09:01:00+00:00", attributes["expires_at"])
	assert.EqualValues(t, 1000, attributes["num_calls"])

	seconds := 0
	sums := map[string]*big.Rat{}
	for column, attribute := range map[string]string{
		"total_cost": "total_cost", "cost_subtotal": "call_subtotal", "connect_fee": "connect_fees", "usf_fee": "usf_fees",
		"ccrf": "ccrf", "cnam_lookup_fee": "cnamlookup_fees",
	} {
		sums[column] = new(big.Rat)
		for _, row := range rows {
			sums[column].Add(sums[column], amount(t, row[column]))
		}
		assert.Zero(t, sums[column].Cmp(amount(t, attributes[attribute].(string))), column)
		assert.Positive(t, sums[column].Sign(), column)
	}
	for _, row := range rows {
		billed, err := strconv.Atoi(row["billed_duration"])
		require.NoError(t, err)
		seconds += billed
	}
	assert.EqualValues(t, (seconds+59)/60, attributes["billed_minutes"])
	assert.Equal(t, attributes, a.get("/v2/cdrs/exports?status=completed").at("data", 0, "data", "attributes"), "the list has the same")

	// Without any calls.
	a.SetCalls(0)
	export, rows = a.calls()
	assert.Empty(t, rows)
	assert.Equal(t, "0.0", export.at("data", "attributes", "total_cost"))
	assert.EqualValues(t, 0, export.at("data", "attributes", "billed_minutes"))
	assert.EqualValues(t, 0, export.at("data", "attributes", "num_calls"))
}

func amount(t *testing.T, s string) *big.Rat {
	t.Helper()
	require.Regexp(t, `^[0-9]+\.[0-9]{1,6}$`, s)
	r, valid := new(big.Rat).SetString(s)
	require.True(t, valid)
	return r
}

func TestCallRecords(t *testing.T) {
	a := newAPI(t)
	_, rows := a.calls()
	seen := map[string]map[string]bool{}
	times := []string{}
	for _, row := range rows {
		for column, value := range row {
			if seen[column] == nil {
				seen[column] = map[string]bool{}
			}
			seen[column][value] = true
		}
		times = append(times, row["start_time"])
		const layout = "2006-01-02 15:04:05+00"
		start, err := time.Parse(layout, row["start_time"])
		require.NoError(t, err)
		end, err := time.Parse(layout, row["end_time"])
		require.NoError(t, err)
		assert.Equal(t, row["duration"]+"s", fmt.Sprintf("%ds", int(end.Sub(start).Seconds())))

		subtotal := new(big.Rat).Mul(amount(t, row["rate"]), rational(t, row["billed_duration"]))
		assert.Zero(t, subtotal.Quo(subtotal, big.NewRat(60, 1)).Cmp(amount(t, row["cost_subtotal"])))
		increment, billed := rational(t, row["first_increment"]), rational(t, row["billed_duration"])
		assert.True(t, billed.Quo(billed, increment).IsInt())
		if row["result"] != "completed" {
			assert.Equal(t, "0.000000", row["total_cost"])
			assert.Equal(t, "0", row["duration"])
			assert.NotEmpty(t, row["call_fail_sip_code"])
			assert.NotEmpty(t, row["call_fail_reason"])
		}
	}
	assert.True(t, slices.IsSorted(times))
	assert.Equal(t, "2025-10-07 09:00:00+00", times[0])
	assert.Equal(t, map[string]bool{"inbound": true, "outbound": true}, seen["direction"])
	assert.Contains(t, seen["number_alias"], `Front desk, "main"`)
	assert.Contains(t, seen["number_alias"], "Office 221")
	assert.Contains(t, seen["destination"], "+"+flowroutetest.LongCode)
	assert.Contains(t, seen["callerid"], "+"+flowroutetest.LongCode)
}

func rational(t *testing.T, s string) *big.Rat {
	t.Helper()
	r, valid := new(big.Rat).SetString(s)
	require.True(t, valid, s)
	return r
}

func TestExportFilters(t *testing.T) {
	a := newAPI(t)
	_, all := a.calls()
	caller := all[3]["callerid"]
	for _, c := range []struct {
		name  string
		value any
		holds func(row map[string]string) bool
	}{
		{"start_call_start_time", "2025-12-01 00:00:00", func(r map[string]string) bool { return r["start_time"] >= "2025-12-01 00:00:00" }},
		{"start_call_end_time", all[100]["start_time"][:19], func(r map[string]string) bool { return r["start_time"] < all[100]["start_time"] }},
		{"number_aliases", []string{"Office 221", "Home Phone"}, func(r map[string]string) bool {
			return r["number_alias"] == "Office 221" || r["number_alias"] == "Home Phone"
		}},
		{"number_aliases_contains", []string{"Office", "desk"}, func(r map[string]string) bool {
			return strings.Contains(r["number_alias"], "Office") || strings.Contains(r["number_alias"], "desk")
		}},
		{"destination_numbers", []string{flowroutetest.LongCode}, func(r map[string]string) bool { return r["destination"] == "+"+flowroutetest.LongCode }},
		{"callerid_numbers", []string{caller}, func(r map[string]string) bool {
			return strings.TrimPrefix(r["callerid"], "+") == strings.TrimPrefix(caller, "+")
		}},
		{"custom_x_tags", []string{"blue"}, func(r map[string]string) bool { return r["custom_x_tag"] == "blue" }},
		{"custom_x_tag", "campaign-7", func(r map[string]string) bool { return r["custom_x_tag"] == "campaign-7" }},
		{"caller_ip", "192.0.2.10", func(r map[string]string) bool { return r["customer_ip"] == "192.0.2.10" }},
		{"duration_greater_than", 600, func(r map[string]string) bool { d, _ := strconv.Atoi(r["duration"]); return d > 600 }},
		{"duration_greater_than", "0", func(r map[string]string) bool { return r["duration"] != "0" }},
	} {
		export, rows := a.calls(c.name, c.value)
		want := slices.DeleteFunc(slices.Clone(all), func(row map[string]string) bool { return !c.holds(row) })
		assert.Equal(t, want, rows, c.name)
		assert.NotEmpty(t, rows, c.name)
		assert.EqualValues(t, len(rows), export.at("data", "attributes", "num_calls"), c.name)
	}
}

func TestDownload(t *testing.T) {
	a := newAPI(t)
	id := a.createExport().created()
	a.Advance(flowroutetest.ExportCompletedAfter)
	address, _ := a.get("/v2/cdrs/exports/"+id).at("data", "attributes", "download_url").(string)
	require.True(t, strings.HasPrefix(address, a.URL+"/storage/"), address)
	path, query, _ := strings.Cut(address, "?")
	for _, c := range []struct {
		status int
		code   string
		resp   response
	}{
		{400, "InvalidArgument", a.plain("GET", address, nil, func(r *http.Request) { r.SetBasicAuth(a.AccessKey, a.SecretKey) })},
		{400, "InvalidArgument", a.plain("GET", address, nil, func(r *http.Request) { r.Header.Set("Authorization", "") })},
		{403, "AccessDenied", a.plain("GET", path, nil)},
		{403, "SignatureDoesNotMatch", a.plain("GET", address+"0", nil)},
		{403, "SignatureDoesNotMatch", a.plain("GET", strings.Replace(path, id, "38648", 1)+"?"+query, nil)},
	} {
		assert.Equal(t, c.status, c.resp.status)
		assert.Contains(t, c.resp.body, "<Code>"+c.code+"</Code>")
	}
	assert.Equal(t, 405, a.plain("POST", address, "x").status)
	assert.Equal(t, 401, a.plain("GET", a.URL+"/v2/cdrs/exports", nil).status)

	file := a.plain("GET", address, nil)
	assert.Equal(t, file.body, a.plain("GET", address, nil).body, "as often as one likes")
	assert.Empty(t, a.plain("HEAD", address, nil).body)
	a.SetCalls(7)
	assert.Equal(t, file.body, a.plain("GET", address, nil).body, "an export doesn't change any longer")
	assert.Equal(t, file.body, a.plain("GET", address, nil, func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") }).body)

	a.Advance(flowroutetest.ExportExpiresAfter - 1)
	assert.Equal(t, 200, a.plain("GET", address, nil).status)
	a.Advance(1)
	gone := a.plain("GET", address, nil)
	assert.Equal(t, 404, gone.status)
	assert.Contains(t, gone.body, "<Code>NoSuchKey</Code>")
}

func TestDownloadFaults(t *testing.T) {
	a := newAPI(t)
	id := a.createExport().created()
	a.Advance(flowroutetest.ExportCompletedAfter)
	address, _ := a.get("/v2/cdrs/exports/"+id).at("data", "attributes", "download_url").(string)
	whole := a.plain("GET", address, nil)
	get := func() (*http.Response, string, error) {
		resp, err := http.Get(address)
		if err != nil {
			return nil, "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp, string(body), err
	}

	a.Inject(flowroutetest.Fault{Operation: "cdrs.records", Truncate: true})
	resp, body, err := get()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.EqualValues(t, len(whole.body), resp.ContentLength)
	assert.Equal(t, whole.body[:len(whole.body)/2], body)

	a.Inject(flowroutetest.Fault{Operation: "cdrs.records", Body: "<html>", ContentType: "text/html"})
	resp, body, err = get()
	require.NoError(t, err)
	assert.Equal(t, "<html>", body)
	assert.Equal(t, "text/html", resp.Header.Get("Content-Type"))

	a.Inject(flowroutetest.Fault{Operation: "cdrs.records", Cut: true, Times: flowroutetest.Always})
	_, _, err = get()
	require.Error(t, err)
	a.ClearFaults()
	a.Inject(flowroutetest.Fault{Operation: "cdrs.records", Status: 503})
	resp, _, err = get()
	require.NoError(t, err)
	assert.Equal(t, 503, resp.StatusCode)
	_, body, err = get()
	require.NoError(t, err)
	assert.Equal(t, whole.body, body)
}

// TestLargeExport has many calls stream through without memory for them all.
func TestLargeExport(t *testing.T) {
	a := newAPI(t)
	const calls = 60_000
	a.SetCalls(calls)
	id := a.createExport().created()
	a.Advance(flowroutetest.ExportCompletedAfter)
	export := a.get("/v2/cdrs/exports/" + id)
	assert.EqualValues(t, calls, export.at("data", "attributes", "num_calls"))
	address := export.at("data", "attributes", "download_url").(string)
	receiver := &heapWatch{ResponseRecorder: httptest.NewRecorder()}
	runtime.GC()
	before := heap()
	a.ServeHTTP(receiver, httptest.NewRequest("GET", address, nil))
	assert.Greater(t, receiver.written, 2<<20, "of what is compressed to a fourth or so")
	assert.Less(t, receiver.most, before+(2<<20))
}

// heapWatch takes a large answer, and looks at the memory that is in use now and then.
type heapWatch struct {
	*httptest.ResponseRecorder
	written, most int
}

func (w *heapWatch) Write(part []byte) (int, error) {
	if w.written>>19 != (w.written+len(part))>>19 {
		runtime.GC()
		w.most = max(w.most, heap())
	}
	w.written += len(part)
	return len(part), nil
}

func heap() int {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// TestAbandonedDownload has a client go away in the middle, which ends the request.
func TestAbandonedDownload(t *testing.T) {
	a := newAPI(t)
	a.SetCalls(60_000)
	id := a.createExport().created()
	a.Advance(flowroutetest.ExportCompletedAfter)
	address := a.get("/v2/cdrs/exports/"+id).at("data", "attributes", "download_url").(string)
	allocations := func(w http.ResponseWriter) float64 { // they show how many records were made
		return testing.AllocsPerRun(1, func() { a.ServeHTTP(w, httptest.NewRequest("GET", address, nil)) })
	}
	assert.Less(t, allocations(gone{}), allocations(httptest.NewRecorder())/10)
}

// gone is where a response goes to a client that has gone away.
type gone struct{}

func (gone) Header() http.Header       { return http.Header{} }
func (gone) WriteHeader(int)           {}
func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestCallsAtAnotherTime(t *testing.T) {
	now := time.Date(2030, 7, 1, 0, 0, 0, 500, time.UTC)
	a := newAPI(t, flowroutetest.WithClock(func() time.Time { return now }))
	_, rows := a.calls("start_call_start_time", "2030-04-02", "start_call_end_time", "2030-07-01")
	require.Len(t, rows, 1000)
	assert.Equal(t, "2030-04-02 00:00:00+00", rows[0]["start_time"])
	a.SetCalls(0)
	_, rows = a.calls("start_call_start_time", "2030-04-02", "start_call_end_time", "2030-07-01")
	assert.Empty(t, rows)
}

func BenchmarkDownload(b *testing.B) {
	a := newAPI(b)
	a.SetCalls(100_000)
	id := a.createExport().created()
	a.Advance(flowroutetest.ExportCompletedAfter)
	address, _ := a.get("/v2/cdrs/exports/"+id).at("data", "attributes", "download_url").(string)
	for b.Loop() {
		resp, err := http.Get(address)
		require.NoError(b, err)
		n, err := io.Copy(io.Discard, resp.Body)
		require.NoError(b, err)
		b.SetBytes(n)
		require.NoError(b, resp.Body.Close())
	}
}
