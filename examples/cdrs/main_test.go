package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/exampletest"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestFake(t *testing.T) {
	r := exampletest.RunFake(t, run)
	require.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, ""+
		"No FR_ACCESS_KEY and FR_SECRET_KEY in the environment: using the built-in fake, nothing is real.\n"+
		"Flowroute makes export 38647 of the calls from 2026-01-04 to 2026-01-04.\n"+
		"\nTotals of export 38647\n"+
		"                  RECORDS    FLOWROUTE STATES\n"+
		"  calls           11         11\n"+
		"  billed minutes  77.5       78\n"+
		"  cost            $0.902448  $0.902448\n", r.Stderr)
	assert.Equal(t, 1+11, strings.Count(r.Stdout, "\n"))
	assert.Contains(t, r.Stdout, ""+
		"\noutbound,2026-01-04T04:55:12Z,2026-01-04T05:04:47Z,+12125550101,US,+12065552499,\"Seattle, WA\",Büro,completed,,,"+
		"575,600,60,60,0.0098,0.112137,0.098,0.00,0.014,0.000137,0.00,,,192.0.2.10\n")

	r = exampletest.RunFake(t, run, "-list")
	assert.Zero(t, r.Code)
	assert.Contains(t, r.Stdout, "\n  none\n")
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-nope"}, {"extra"}, {"-from", "yesterday"}, {"-to", "2026-02-30"},
		{"-from", "2026-01-02", "-to", "2026-01-01"}, {"-export", "38647", "-to", "2026-01-01"},
	} {
		r := exampletest.RunFake(t, run, args...)
		assert.Equal(t, 2, r.Code, args)
		assert.Contains(t, r.Stderr, "\nUsage: cdrs [flags]\n", args)
	}
	r := exampletest.RunFake(t, run, "-from", "2025-01-01")
	assert.Equal(t, 2, r.Code)
	assert.Contains(t, r.Stderr, "\ncdrs: flowroute: cdrs.create: End must be at most 92 days after Start\n")
}

// newServer returns a server at which exports take no time, with a call every four minutes.
func newServer(t *testing.T) *flowroutetest.Server {
	srv := exampletest.NewServer(t)
	srv.SetCalls(90 * 24 * 15)
	return srv
}

// days returns the flags for two full days of the calls that a server has.
func days() []string { return []string{"-from", "2025-12-24", "-to", "2025-12-25"} }

// TestRecords compares the file with what the library reads from Flowroute's own.
func TestRecords(t *testing.T) {
	srv := newServer(t)
	name := filepath.Join(t.TempDir(), "calls.csv")
	r := exampletest.RunReal(t, run, srv, append(days(), "-out", name)...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Empty(t, r.Stdout)
	assert.Contains(t, r.Stderr, "\n  calls           720         720\n")

	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	var got, want []*flowroute.CDR
	for record, err := range flowroute.ReadCDRs(file) {
		require.NoError(t, err)
		got = append(got, record)
	}
	client := srv.Client()
	export, err := client.CDRs.Get(t.Context(), "38647")
	require.NoError(t, err)
	for record, err := range client.CDRs.Records(t.Context(), export) {
		require.NoError(t, err)
		want = append(want, record)
	}
	assert.Equal(t, want, got)
	assert.Len(t, got, export.NumCalls)
}

func TestFilter(t *testing.T) {
	srv := newServer(t)
	r := exampletest.RunReal(t, run, srv, append(days(), "-alias", "Büro", "-alias", `Front desk, "main"`, "-longer-than", "10m")...)
	require.Zero(t, r.Code, r.Stderr)
	records := 0
	for record, err := range flowroute.ReadCDRs(strings.NewReader(r.Stdout)) {
		require.NoError(t, err)
		assert.Contains(t, []string{"Büro", `Front desk, "main"`}, record.NumberAlias)
		assert.Greater(t, record.Duration, 10*time.Minute)
		records++
	}
	assert.NotZero(t, records)

	r = exampletest.RunReal(t, run, srv, append(days(), "-alias", "nobody's")...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, 1, strings.Count(r.Stdout, "\n"), "the header")
	assert.Contains(t, r.Stderr, "\n  cost            $0.00    $0.00\n")
}

func TestListAndResume(t *testing.T) {
	srv := newServer(t)
	srv.Inject(flowroutetest.Fault{Operation: "cdrs.create", CarryOut: true, Cut: true})
	r := exampletest.RunReal(t, run, srv, days()...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "run cdrs -list to see whether the export is there, and fetch it with -export\n")
	assert.Equal(t, 1, exampletest.Count(srv, "cdrs.create"), "it is not repeated")

	r = exampletest.RunReal(t, run, srv, "-list")
	require.Zero(t, r.Code, r.Stderr)
	assert.Contains(t, r.Stdout, "  38647  completed  2025-12-24 00:00 ")
	r = exampletest.RunReal(t, run, srv, "-export", "38647")
	require.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, 1+720, strings.Count(r.Stdout, "\n"))
	assert.Equal(t, 1, exampletest.Count(srv, "cdrs.create"))

	srv.Advance(flowroutetest.ExportExpiresAfter)
	r = exampletest.RunReal(t, run, srv, "-export", "38647")
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, ": 404 Not Found: ")
	assert.Contains(t, r.Stderr, ", so have the same days exported again\n")
}

func TestWaitsNoLongerThanTold(t *testing.T) {
	srv := flowroutetest.NewServer() // whose clock stands still
	t.Cleanup(srv.Close)
	r := exampletest.RunReal(t, run, srv, "-wait", "50ms")
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, ": Flowroute goes on with it, so run cdrs -export 38647 later\n")

	require.NoError(t, srv.FailExport("38647"))
	r = exampletest.RunReal(t, run, srv, "-export", "38647")
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "the CDR export failed: have the same days exported again\n")
}

// TestHalfAFile has the connection break during the download: what was there before stays.
func TestHalfAFile(t *testing.T) {
	srv := newServer(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "calls.csv")
	require.NoError(t, os.WriteFile(name, []byte("before"), 0o600))
	srv.Inject(flowroutetest.Fault{Operation: "cdrs.records", Truncate: true})
	r := exampletest.RunReal(t, run, srv, append(days(), "-out", name)...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, ": run cdrs -export 38647 to fetch it again\n")
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "before", string(content))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 1, "no part stays")

	r = exampletest.RunReal(t, run, srv, "-export", "38647", "-out", name)
	require.Zero(t, r.Code, r.Stderr)
	content, err = os.ReadFile(name)
	require.NoError(t, err)
	assert.Contains(t, string(content), "direction,")
}

func TestCanNotWrite(t *testing.T) {
	srv := newServer(t)
	for _, name := range []string{filepath.Join(t.TempDir(), "missing", "calls.csv"), t.TempDir()} {
		r := exampletest.RunReal(t, run, srv, "-out", name)
		assert.Equal(t, 1, r.Code)
		assert.Contains(t, r.Stderr, "cdrs: -out: ")
	}
	assert.Empty(t, srv.Requests(), "before an export is made")
}

// exported makes an export of two days.
func exported(t *testing.T, srv *flowroutetest.Server) *flowroute.CDRExport {
	require.Zero(t, exampletest.RunReal(t, run, srv, days()...).Code)
	export, err := srv.Client().CDRs.Get(t.Context(), "38647")
	require.NoError(t, err)
	return export
}

// fetch fetches an export, of which Flowroute states so many calls and that cost.
func fetch(t *testing.T, srv *flowroutetest.Server, export *flowroute.CDRExport, calls int, cost flowroute.Nanodollars) exampletest.Result {
	link, err := json.Marshal(export.DownloadURL)
	require.NoError(t, err)
	body := fmt.Sprintf(`{"data":{"id":"38647","type":"cdrexport","attributes":{"status":"completed","download_url":%s,"num_calls":%d,"total_cost":"%s"}}}`,
		link, calls, cost)
	srv.Inject(flowroutetest.Fault{Operation: "cdrs.get", Status: http.StatusOK, Body: body})
	return exampletest.RunReal(t, run, srv, "-export", "38647")
}

// TestDoesNotAddUp has Flowroute state other calls or costs than there are in the file.
func TestDoesNotAddUp(t *testing.T) {
	srv := newServer(t)
	export := exported(t, srv)
	for calls, cost := range map[int]flowroute.Nanodollars{719: export.TotalCost, 720: export.TotalCost + 1} {
		r := fetch(t, srv, export, calls, cost)
		assert.Equal(t, 3, r.Code)
		assert.Contains(t, r.Stderr, "cdrs: the records don't add up to what Flowroute states: fetch export 38647 again, or ask its support\n")
		assert.Equal(t, 1+720, strings.Count(r.Stdout, "\n"), "they are written nevertheless")
	}
	r := fetch(t, srv, export, 721, export.TotalCost)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, ": after 720 call detail records: the export has 721: unexpected EOF: run cdrs -export 38647 to fetch it again\n")
}

// TestTextFromOthers has texts that a spreadsheet program or a terminal would act upon.
func TestTextFromOthers(t *testing.T) {
	srv := newServer(t)
	export := exported(t, srv)
	file := "direction,callerid,destination,destination_name,number_alias,line_information,result,call_fail_reason,call_fail_sip_code,custom_x_tag,customer_ip,total_cost\n" +
		`Inbound,+12065550100,@SUM(A1),"=HYPERLINK(""https://example.com"",""SEATTLE"")",` + "\" \t=1+1\",＝1+1,\x1b]0;owned\a,-1+1,-486,+1+1,\"\r@x\",-1.25\n"
	srv.Inject(flowroutetest.Fault{Operation: "cdrs.records", Status: http.StatusOK, Body: file})
	r := fetch(t, srv, export, 1, -1_250_000_000)
	require.Zero(t, r.Code, r.Stderr)
	_, record, _ := strings.Cut(r.Stdout, "\n")
	assert.Equal(t, `Inbound,,,+12065550100,,'@SUM(A1),"'=HYPERLINK(""https://example.com"",""SEATTLE"")",' \ufffd=1+1,\ufffd]0;owned\ufffd,-486,'-1+1,`+
		`0,0,0,0,0.00,-1.25,0.00,0.00,0.00,0.00,0.00,'＝1+1,'+1+1,'\ufffd@x`+"\n", strings.ReplaceAll(record, "\ufffd", `\ufffd`))

	srv.Inject(flowroutetest.Fault{Operation: "cdrs.list", Status: http.StatusOK, Body: `{"data":[{"id":"1","type":"cdrexport",
		"attributes":{"status":"\u001b[2Jcompleted","filter_parameters":{"start_call_start_time":"2026\u001b[2J"}}}]}`})
	r = exampletest.RunReal(t, run, srv, "-list")
	require.Zero(t, r.Code, r.Stderr)
	assert.Contains(t, r.Stdout, "\n  1   \ufffd[2Jcompleted  2026\ufffd[2J\n")
}

// TestHostile has what the API says be printed harmlessly.
func TestHostile(t *testing.T) {
	srv := newServer(t)
	require.Zero(t, exampletest.RunReal(t, run, srv, days()...).Code)
	r := exampletest.RunHostile(t, run, srv, "-list")
	assert.Zero(t, r.Code, r.Stderr)
	assert.Contains(t, r.Stdout, "completed"+exampletest.Harmless)
}
