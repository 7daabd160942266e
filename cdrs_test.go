package flowroute_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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

func readCDRs(r io.Reader) (found []flowroute.CDR, err error) {
	for record, err := range flowroute.ReadCDRs(r) {
		if err != nil {
			return found, err
		}
		found = append(found, *record)
	}
	return found, nil
}

func TestReadCDRs(t *testing.T) {
	lines := strings.SplitAfter(cdrFile, "\n")
	for name, r := range map[string]io.Reader{
		"compressed":         bytes.NewReader(compressed(t, cdrFile)),
		"plain":              strings.NewReader(cdrFile),
		"byte by byte":       iotest.OneByteReader(bytes.NewReader(compressed(t, cdrFile))),
		"with a mark":        strings.NewReader("\ufeff" + cdrFile),
		"with a new column":  strings.NewReader("new," + lines[0] + "x," + lines[1] + "y," + lines[2]),
		"without a last end": strings.NewReader(strings.TrimSuffix(cdrFile, "\n")),
		"of Windows":         strings.NewReader(strings.ReplaceAll(cdrFile, "\n", "\r\n")),
	} {
		found, err := readCDRs(r)
		require.NoError(t, err, name)
		assert.Equal(t, cdrs(), found, name)
	}
	found, err := readCDRs(strings.NewReader("total_cost,direction\n1.5,inbound\n"))
	require.NoError(t, err)
	assert.Equal(t, []flowroute.CDR{{Direction: "inbound", TotalCost: 1_500_000_000}}, found, "columns are known by their names")
	found, err = readCDRs(strings.NewReader(strings.SplitAfter(cdrFile, "\n")[0]))
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestReadCDRsRefuses(t *testing.T) {
	lines := strings.SplitAfter(cdrFile, "\n")
	whole := compressed(t, cdrFile)
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		r    io.Reader
		want string
		is   error
	}{
		"nothing":          {strings.NewReader(""), "after 0 call detail records: the file has no header", nil},
		"HTML":             {strings.NewReader("<html>\n</html>\n"), "after 0 call detail records: the file has no column of call detail records", nil},
		"cut":              {bytes.NewReader(whole[:len(whole)-20]), "call detail records: unexpected EOF", io.ErrUnexpectedEOF},
		"not compressed":   {strings.NewReader("\x1f\x8b not at all"), "after 0 call detail records: gzip: invalid header", gzip.ErrHeader},
		"broken":           {io.MultiReader(strings.NewReader(cdrFile), iotest.ErrReader(broken)), "after 2 call detail records: broken", broken},
		"a short line":     {strings.NewReader(cdrFile + "inbound\n"), "after 2 call detail records: record on line 4: wrong number of fields", nil},
		"not a time":       {strings.NewReader(lines[0] + strings.Replace(lines[1], "2019-06-25 18:18:54+00", "noon", 1)), "after 0 call detail records: column start_time: not a time", nil},
		"not money":        {strings.NewReader(lines[0] + strings.Replace(lines[1], "0.01230", "free", 1)), "after 0 call detail records: column total_cost: not an amount of money", nil},
		"too much money":   {strings.NewReader(lines[0] + strings.Replace(lines[1], "0.01230", "1e20", 1)), "after 0 call detail records: column total_cost: not an amount of money", nil},
		"an endless line":  {io.MultiReader(strings.NewReader(cdrFile), strings.NewReader(strings.Repeat("x", 2<<20))), "after 2 call detail records: a record has more than 1 MiB", nil},
		"not a duration":   {strings.NewReader(lines[0] + strings.Replace(lines[1], ",60,60,", ",60,long,", 1)), "after 0 call detail records: column billed_duration: not a number of seconds", nil},
		"negative seconds": {strings.NewReader(lines[0] + strings.Replace(lines[1], ",60,60,", ",-1,60,", 1)), "after 0 call detail records: column duration: not a number of seconds", nil},
	} {
		_, err := readCDRs(test.r)
		require.ErrorContains(t, err, test.want, name)
		if test.is != nil {
			assert.ErrorIs(t, err, test.is)
		}
	}
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
	client := serveFunc(t, func(http.ResponseWriter, *http.Request) { t.Error("the API was asked") })
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
