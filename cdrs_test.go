package flowroute_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
)

const cdrFile = `direction,start_time,end_time,destination,number_alias,callerid,total_cost,destination_name,callerid_country,line_information,result,call_fail_sip_code,call_fail_reason,duration,billed_duration,rate,first_increment,subsequent_increment,cost_subtotal,connect_fee,usf_fee,ccrf,cnam_lookup_fee,custom_x_tag,customer_ip
outbound,2019-06-25 18:18:54+00,2019-06-25 18:19:54+00,12065550199,"Home, Phone",12065550100,0.01230,SEATTLE,US,landline,success,,,60,60,0.0123,6,6,0.0123,0.0,0.0,0.0,0.0,tag,192.0.2.1
inbound,2019-06-25 18:20:00+00,2019-06-25 18:20:00+00,12065550100,,12065550199,0,,US,,failed,486,Busy Here,0,0,0.012,6,6,0,,,,,,
`

func cdrs() []flowroute.CDR {
	return []flowroute.CDR{{
		Direction: "outbound", StartTime: time.Date(2019, 6, 25, 18, 18, 54, 0, time.UTC), EndTime: time.Date(2019, 6, 25, 18, 19, 54, 0, time.UTC),
		Destination: "12065550199", DestinationName: "SEATTLE", NumberAlias: "Home, Phone", CallerID: "12065550100", CallerIDCountry: "US", LineInformation: "landline", Result: "success",
		Duration: time.Minute, BilledDuration: time.Minute, FirstIncrement: 6 * time.Second, SubsequentIncrement: 6 * time.Second,
		TotalCost: 12_300_000, Rate: 12_300_000, CostSubtotal: 12_300_000, CustomXTag: "tag", CustomerIP: "192.0.2.1",
	}, {
		Direction: "inbound", StartTime: time.Date(2019, 6, 25, 18, 20, 0, 0, time.UTC), EndTime: time.Date(2019, 6, 25, 18, 20, 0, 0, time.UTC),
		Destination: "12065550100", CallerID: "12065550199", CallerIDCountry: "US", Result: "failed", CallFailSIPCode: "486", CallFailReason: "Busy Here",
		FirstIncrement: 6 * time.Second, SubsequentIncrement: 6 * time.Second, Rate: 12_000_000,
	}}
}

func compressed(t *testing.T, s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, s)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// TestCDRInJSON compares the JSON of a record with the columns of the file.
func TestCDRInJSON(t *testing.T) {
	for i, record := range cdrs() {
		b, err := json.Marshal(record)
		require.NoError(t, err)
		var members map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(b, &members))
		columns := strings.Split(cdrFile[:strings.IndexByte(cdrFile, '\n')], ",")
		assert.ElementsMatch(t, columns, slices.Collect(maps.Keys(members)))
		want := []string{"60 60 6 6 0.0123", "0 0 6 6 0"}[i]
		got := fmt.Sprintf("%s %s %s %s %s", members["duration"], members["billed_duration"], members["first_increment"], members["subsequent_increment"], members["total_cost"])
		assert.Equal(t, want, got)
		var back flowroute.CDR
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, record, back)
	}

	record := flowroute.CDR{Direction: "inbound", Duration: time.Minute, BilledDuration: math.MinInt64, FirstIncrement: math.MaxInt64, SubsequentIncrement: time.Nanosecond}
	b, err := json.Marshal([]*flowroute.CDR{&record, nil})
	require.NoError(t, err)
	for _, number := range []string{`"duration":60,`, `"billed_duration":-9223372036.854775808,`, `"first_increment":9223372036.854775807,`, `"subsequent_increment":0.000000001,`} {
		assert.Contains(t, strings.ReplaceAll(string(b), "}", ",}"), number, "exact seconds")
	}
	var back []*flowroute.CDR
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, []*flowroute.CDR{&record, nil}, back)

	require.NoError(t, json.Unmarshal([]byte(`{"duration":"1.5","first_increment":null,"result":"failed"}`), &record))
	assert.Equal(t, 1500*time.Millisecond, record.Duration, "a string, too")
	assert.EqualValues(t, int64(math.MaxInt64), record.FirstIncrement)
	assert.EqualValues(t, int64(math.MinInt64), record.BilledDuration, "what is left out stays")
	assert.Equal(t, "failed", record.Result)
	assert.EqualError(t, json.Unmarshal([]byte(`{"duration":"long"}`), &record), "not a number of seconds")
}

func readCDRs(r io.Reader) (found []flowroute.CDR, err error) {
	for record, err := range flowroute.ReadCDRs(r) {
		if err != nil {
			return found, err
		}
		found = append(found, *record)
	}
	return found, nil
}

// separatedBy returns the file with another character between its columns.
func separatedBy(t *testing.T, comma rune) string {
	rows, err := csv.NewReader(strings.NewReader(cdrFile)).ReadAll()
	require.NoError(t, err)
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = comma
	require.NoError(t, w.WriteAll(rows))
	return b.String()
}

func TestReadCDRs(t *testing.T) {
	lines := strings.SplitAfter(cdrFile, "\n")
	header, rows := strings.TrimSuffix(lines[0], "\n"), lines[1]+lines[2]
	quoted := `"` + strings.ReplaceAll(header, ",", `","`) + `"` + "\n" + rows
	carriageReturns := strings.ReplaceAll(cdrFile, "\n", "\r")
	windows := strings.ReplaceAll(cdrFile, "\n", "\r\n")
	for name, file := range map[string]string{
		"plain":                              cdrFile,
		"compressed":                         string(compressed(t, cdrFile)),
		"in compressed members":              string(compressed(t, cdrFile[:500])) + string(compressed(t, cdrFile[500:])),
		"with a mark":                        "\ufeff" + cdrFile,
		"with a mark, compressed":            string(compressed(t, "\ufeff"+cdrFile)),
		"quoted":                             quoted,
		"quoted, with a mark before":         "\ufeff" + quoted,
		"quoted, with a mark in the quotes":  `"` + "\ufeff" + quoted[1:],
		"with a new column":                  "new," + lines[0] + "x," + lines[1] + "y," + lines[2],
		"with an unnamed column":             "," + lines[0] + "x," + lines[1] + "y," + lines[2],
		"of Windows":                         windows,
		"of an old Mac":                      carriageReturns,
		"with every kind of line end":        lines[0] + strings.TrimSuffix(lines[1], "\n") + "\r" + strings.TrimSuffix(lines[2], "\n") + "\r\n",
		"with blank lines":                   "\n\r\n" + lines[0] + "\n\r\n\r" + lines[1] + "\n" + lines[2] + "\n\n",
		"with names in capitals":             strings.ToUpper(header) + "\n" + rows,
		"with names in other capitals":       strings.ReplaceAll(lines[0], "start_time", "Start_Time") + rows,
		"with spaces around the names":       " " + strings.ReplaceAll(header, ",", " , ") + "\t\n" + rows,
		"with spaces in the names":           strings.ReplaceAll(lines[0], "_", " ") + rows,
		"with hyphens in the names":          strings.ReplaceAll(lines[0], "_", "-") + rows,
		"with names run together":            strings.ReplaceAll(lines[0], "_", "") + rows,
		"with spaces around times and costs": lines[0] + strings.NewReplacer(",2019-", ", 2019-", ",0.01230,", ", 0.01230 ,", ",60,", ", 60 ,").Replace(rows),
		"with semicolons":                    separatedBy(t, ';'),
		"with tabs":                          separatedBy(t, '\t'),
		"with bars":                          separatedBy(t, '|'),
		"with its separator, which is usual": "sep=,\n" + cdrFile,
		"with its separator":                 "\ufeffSEP=^\r\n" + separatedBy(t, '^'),
		"with its separator, quoted":         `"sep=;"` + "\n" + separatedBy(t, ';'),
	} {
		for how, r := range map[string]io.Reader{
			"":                         strings.NewReader(file),
			", byte by byte":           iotest.OneByteReader(strings.NewReader(file)),
			", its end with its bytes": iotest.DataErrReader(strings.NewReader(file)),
		} {
			found, err := readCDRs(r)
			require.NoError(t, err, name+how)
			assert.Equal(t, cdrs(), found, name+how)
		}
	}
	for file, want := range map[string][]flowroute.CDR{
		"total_cost,direction\n1.5,inbound\n":               {{Direction: "inbound", TotalCost: 1_500_000_000}},
		"direction\rinbound\routbound\r":                    {{Direction: "inbound"}, {Direction: "outbound"}},
		"\"\ufeffdirection\"\n\"inbound\"\n":                {{Direction: "inbound"}},
		"\ufeff\"direction\"\n\"inbound\"\n":                {{Direction: "inbound"}},
		"direction,result\n\"in\rbound\",\"a\r\nb\nc\r\"\r": {{Direction: "in\rbound", Result: "a\nb\nc\r"}},
		lines[0]: nil,
	} {
		found, err := readCDRs(strings.NewReader(file))
		require.NoError(t, err, file)
		assert.Equal(t, want, found, file)
	}
}

func TestReadCDRsRefuses(t *testing.T) {
	lines := strings.SplitAfter(cdrFile, "\n")
	whole := compressed(t, cdrFile)
	broken := errors.New("broken")
	cell := func(before, after string) io.Reader {
		return strings.NewReader(lines[0] + strings.Replace(lines[1], before, after, 1))
	}
	for name, test := range map[string]struct {
		r    io.Reader
		want string
		is   error
	}{
		"nothing":              {strings.NewReader(""), "after 0 call detail records: the file has no header", io.ErrUnexpectedEOF},
		"blank lines":          {strings.NewReader("\n\r\n\r"), "after 0 call detail records: the file has no header", io.ErrUnexpectedEOF},
		"a separator alone":    {strings.NewReader("sep=;\n"), "after 0 call detail records: the file has no header", io.ErrUnexpectedEOF},
		"no separator":         {strings.NewReader("sep=\xff\n" + lines[0]), ": csv: invalid field or comment delimiter", nil},
		"HTML":                 {strings.NewReader("<html>\n</html>\n"), "after 0 call detail records: the file has no column of call detail records", nil},
		"XML in one line":      {strings.NewReader(`<?xml version="1.0"?><Error></Error>`), "after 0 call detail records: the file has no column of call detail records: ", io.ErrUnexpectedEOF},
		"another separator":    {strings.NewReader("direction:result\ninbound:failed\n"), "after 0 call detail records: the file has no column of call detail records", nil},
		"two separators":       {strings.NewReader("direction;result\ninbound,failed\n"), "after 0 call detail records: record on line 2: wrong number of fields", nil},
		"UTF-16 with a mark":   {strings.NewReader("\xff\xfed\x00i\x00r\x00\n\x00"), "after 0 call detail records: the file is not UTF-8 text", nil},
		"UTF-16, big-endian":   {strings.NewReader("\xfe\xff\x00d\x00i\x00\n"), "after 0 call detail records: the file is not UTF-8 text", nil},
		"UTF-16 without one":   {strings.NewReader("d\x00i\x00r\x00\n\x00"), "after 0 call detail records: the file is not UTF-8 text", nil},
		"a column twice":       {strings.NewReader("rate,rate\n1,2\n"), "after 0 call detail records: the header has the column rate twice", nil},
		"a column twice again": {strings.NewReader("callerid,Caller ID\n1,2\n"), "after 0 call detail records: the header has the column callerid twice", nil},
		"cut":                  {bytes.NewReader(whole[:len(whole)-20]), "call detail records: unexpected EOF", io.ErrUnexpectedEOF},
		"not compressed":       {strings.NewReader("\x1f\x8b not at all"), "after 0 call detail records: gzip: invalid header", gzip.ErrHeader},
		"more than compressed": {strings.NewReader(string(whole) + "more than that"), "after 2 call detail records: gzip: invalid header", gzip.ErrHeader},
		"broken":               {io.MultiReader(strings.NewReader(cdrFile), iotest.ErrReader(broken)), "after 2 call detail records: broken", broken},
		"broken early":         {iotest.ErrReader(broken), "after 0 call detail records: broken", broken},
		"broken in the header": {io.MultiReader(strings.NewReader("direction"), iotest.ErrReader(broken)), "after 0 call detail records: broken", broken},
		"broken, not ended":    {io.MultiReader(strings.NewReader(cdrFile), iotest.ErrReader(fmt.Errorf("broken: %w", io.EOF))), "after 2 call detail records: broken: EOF", io.EOF},
		"a short line":         {strings.NewReader(cdrFile + "inbound\n"), "after 2 call detail records: record on line 4: wrong number of fields", nil},
		"a short line between": {strings.NewReader(lines[0] + lines[1] + "inbound\n" + lines[2]), "after 1 call detail records: record on line 3: wrong number of fields", nil},
		"a long line":          {strings.NewReader(lines[0] + lines[1] + "," + lines[2]), "after 1 call detail records: record on line 3: wrong number of fields", nil},
		"a short header":       {strings.NewReader("direction,result\n" + lines[1]), "after 0 call detail records: record on line 2: wrong number of fields", nil},
		"a line of Windows":    {strings.NewReader(strings.ReplaceAll(lines[0]+lines[1]+"inbound\n", "\n", "\r\n")), "after 1 call detail records: record on line 3: wrong number of fields", nil},
		"not a time":           {cell("2019-06-25 18:18:54+00", "noon"), "after 0 call detail records: column start_time: not a time", nil},
		"not money":            {cell("0.01230", "free"), "after 0 call detail records: column total_cost: not an amount of money", nil},
		"too much money":       {cell("0.01230", "1e20"), "after 0 call detail records: column total_cost: not an amount of money", nil},
		"money that wraps":     {cell("0.01230", "18446744073.7095516155"), "after 0 call detail records: column total_cost: not an amount of money", nil},
		"an endless line":      {io.MultiReader(strings.NewReader(cdrFile), strings.NewReader(strings.Repeat("x", 2<<20))), "after 2 call detail records: a record has more than 1 MiB", nil},
		"an endless cell":      {io.MultiReader(strings.NewReader(cdrFile+`"`), strings.NewReader(strings.Repeat("x\n", 1<<20))), "after 2 call detail records: a record has more than 1 MiB", nil},
		"an endless header":    {strings.NewReader("direction" + strings.Repeat(",x", 1<<20)), "after 0 call detail records: a record has more than 1 MiB", nil},
		"endless blank lines":  {strings.NewReader(strings.Repeat("\n", 2<<20)), "after 0 call detail records: a record has more than 1 MiB", nil},
		"not a duration":       {cell(",60,60,", ",60,long,"), "after 0 call detail records: column billed_duration: not a number of seconds", nil},
		"negative seconds":     {cell(",60,60,", ",-1,60,"), "after 0 call detail records: column duration: not a number of seconds", nil},
	} {
		_, err := readCDRs(test.r)
		require.ErrorContains(t, err, test.want, name)
		if test.is != nil {
			assert.ErrorIs(t, err, test.is, name)
		} else {
			assert.NotErrorIs(t, err, io.ErrUnexpectedEOF, name)
		}
	}
}

// TestReadCDRsDurations reads seconds to the last nanosecond.
func TestReadCDRsDurations(t *testing.T) {
	read := func(seconds string) ([]flowroute.CDR, error) {
		return readCDRs(strings.NewReader("direction,Duration\ninbound," + seconds + "\n"))
	}
	for seconds, want := range map[string]time.Duration{
		"": 0, " ": 0, "0": 0, "-0": 0, "60": time.Minute, "60.0": time.Minute, "6e1": time.Minute, " 60 ": time.Minute, "1.001": 1_001_000_000,
		"0.000000001": 1, "0.1": 100_000_000, "8.003": 8_003_000_000, "4503599627.370497": 4_503_599_627_370_497_000, "1e-40": 0,
		"9223372036.854775807": math.MaxInt64, "9223372036.8547758074": math.MaxInt64,
	} {
		found, err := read(seconds)
		require.NoError(t, err, seconds)
		assert.Equal(t, []flowroute.CDR{{Direction: "inbound", Duration: want}}, found, seconds)
	}
	for _, seconds := range []string{
		"-1", "-0.000000001", "9223372036.854775808", "9223372036.8547758075", "9223372037", "18446744073.709551617", "1e10", "1e300", "1e99999999999999999999",
		"NaN", "Inf", "+Inf", "infinity", "0x10", "0x1p4", "1_000", "1:00", "00:01:00", "60s", "1m", "-", ".", "e",
	} {
		_, err := read(seconds)
		assert.EqualError(t, err, "after 0 call detail records: column duration: not a number of seconds", seconds)
	}
}

// TestRecordsCut cuts files at every byte, and the compressed ones also between their members.
func TestRecordsCut(t *testing.T) {
	whole := compressed(t, cdrFile)
	var file string
	transport := roundTripper(func(*http.Request) (*http.Response, error) { return respond(200, file), nil })
	client, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	read := func(contents string, calls int) (found []flowroute.CDR, err error) {
		file = contents
		for record, err := range client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: "https://files.example.com/a.gz", NumCalls: calls}) {
			if err != nil {
				assert.Nil(t, record)
				return found, err
			}
			found = append(found, *record)
		}
		return found, nil
	}
	cut := func(how, file string, n int) {
		found, err := read(file, len(cdrs()))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s after %d bytes", how, n)
		var e *flowroute.RequestError
		require.ErrorAs(t, err, &e)
		require.LessOrEqual(t, len(found), len(cdrs()), "%s after %d bytes", how, n)
		require.Equal(t, cdrs()[:len(found)], append([]flowroute.CDR{}, found...), "%s after %d bytes", how, n)
		require.ErrorContains(t, err, fmt.Sprintf("flowroute: cdrs.records: after %d call detail records: ", len(found)))
	}
	for n := range len(cdrFile) {
		cut("plain", cdrFile[:n], n)
		cut("after a member", string(compressed(t, cdrFile[:n])), n)
		cut("with carriage returns", strings.ReplaceAll(cdrFile, "\n", "\r")[:n], n)
	}
	for n := range whole {
		cut("compressed", string(whole[:n]), n)
	}
	second := string(compressed(t, cdrFile[500:]))
	for n := range second {
		cut("in a member", string(compressed(t, cdrFile[:500]))+second[:n], n)
	}
	for _, file := range []string{cdrFile, string(whole), string(compressed(t, cdrFile[:500])) + second} {
		for _, calls := range []int{0, 1, 2} { // with fewer, nothing is lost
			found, err := read(file, calls)
			require.NoError(t, err)
			assert.Equal(t, cdrs(), found)
		}
		found, err := read(file, 5)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.EqualError(t, err, "flowroute: cdrs.records: after 2 call detail records: the export has 5: unexpected EOF")
		assert.Equal(t, cdrs(), found)
	}

	_, err = readCDRs(strings.NewReader(strings.TrimSuffix(cdrFile, "\n")))
	assert.EqualError(t, err, "after 1 call detail records: the last line is incomplete or has no line end: unexpected EOF")
	found, err := readCDRs(io.MultiReader(strings.NewReader(strings.TrimSuffix(cdrFile, "\n")), strings.NewReader("\n")))
	require.NoError(t, err, "as the documentation says")
	assert.Equal(t, cdrs(), found)
}

// TestRecords downloads a file without the account's keys.
func TestRecords(t *testing.T) {
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Authorization"))
		if r.URL.RawQuery != "X-Amz-Signature=a%2Fb&x=1" {
			http.Error(w, "Request has expired", http.StatusForbidden)
			return
		}
		_, _ = w.Write(compressed(t, cdrFile))
	}))
	defer storage.Close()
	var logged bytes.Buffer
	client := serveFunc(t, func(http.ResponseWriter, *http.Request) { t.Error("the API was asked") },
		flowroute.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	records := client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: storage.URL + "/a.gz?X-Amz-Signature=a%2Fb&x=1"})
	for range 2 {
		var found []flowroute.CDR
		for record, err := range records {
			require.NoError(t, err)
			found = append(found, *record)
		}
		assert.Equal(t, cdrs(), found)
	}

	err := first(client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: storage.URL + "/a.gz?X-Amz-Signature=private"}))
	require.ErrorIs(t, err, flowroute.ErrForbidden)
	assert.NotContains(t, err.Error(), "private")
	storage.Close()
	err = first(client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: storage.URL + "/a.gz?X-Amz-Signature=private"}))
	var e *flowroute.RequestError
	require.ErrorAs(t, err, &e)
	assert.NotContains(t, err.Error(), "private")

	for want, export := range map[string]*flowroute.CDRExport{
		"export must not be nil":                           nil,
		"export must be completed, and have a DownloadURL": {Status: flowroute.CDRExportProcessing},
	} {
		err := first(client.CDRs.Records(t.Context(), export))
		assert.EqualError(t, err, "flowroute: cdrs.records: "+want)
	}
	err = first(client.CDRs.Records(t.Context(), &flowroute.CDRExport{DownloadURL: "file:///etc/passwd"}))
	assert.ErrorContains(t, err, "not an absolute http or https URL")
	assert.Empty(t, logged.String(), "the transfer of a file is not logged")
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		answer := "completed"
		client := direct(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			status := "processing"
			if asked++; asked > 6 {
				status = answer
			}
			_, _ = io.WriteString(w, `{"data":{"id":"1","type":"cdrexport","attributes":{"status":"`+status+`"}}}`)
		}))
		start := time.Now()
		export, err := client.CDRs.Wait(t.Context(), "1")
		require.NoError(t, err)
		assert.Equal(t, flowroute.CDRExportCompleted, export.Status)
		assert.Equal(t, (1+2+4+8+16+30)*time.Second, time.Since(start))

		asked, answer = 0, "failed"
		_, err = client.CDRs.Wait(t.Context(), "1")
		require.ErrorIs(t, err, flowroute.ErrExportFailed)
		assert.EqualError(t, err, "flowroute: cdrs.wait: the CDR export failed")

		asked = 0
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = client.CDRs.Wait(ctx, "1")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = client.CDRs.Wait(t.Context(), "")
		require.ErrorIs(t, err, flowroute.ErrInvalidArgument)
	})
}
