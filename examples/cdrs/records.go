package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
)

// columns are those of Flowroute's own files, under its own names: times in UTC, durations in seconds, money in USD.
// Texts are cells that no spreadsheet program runs as a formula.
var columns = []struct {
	name  string
	value func(*flowroute.CDR) string
}{
	{"direction", func(c *flowroute.CDR) string { return example.Cell(c.Direction) }},
	{"start_time", func(c *flowroute.CDR) string { return moment(c.StartTime) }},
	{"end_time", func(c *flowroute.CDR) string { return moment(c.EndTime) }},
	{"callerid", func(c *flowroute.CDR) string { return example.Cell(c.CallerID) }},
	{"callerid_country", func(c *flowroute.CDR) string { return example.Cell(c.CallerIDCountry) }},
	{"destination", func(c *flowroute.CDR) string { return example.Cell(c.Destination) }},
	{"destination_name", func(c *flowroute.CDR) string { return example.Cell(c.DestinationName) }},
	{"number_alias", func(c *flowroute.CDR) string { return example.Cell(c.NumberAlias) }},
	{"result", func(c *flowroute.CDR) string { return example.Cell(c.Result) }},
	{"call_fail_sip_code", func(c *flowroute.CDR) string { return example.Cell(c.CallFailSIPCode) }},
	{"call_fail_reason", func(c *flowroute.CDR) string { return example.Cell(c.CallFailReason) }},
	{"duration", func(c *flowroute.CDR) string { return seconds(c.Duration) }},
	{"billed_duration", func(c *flowroute.CDR) string { return seconds(c.BilledDuration) }},
	{"first_increment", func(c *flowroute.CDR) string { return seconds(c.FirstIncrement) }},
	{"subsequent_increment", func(c *flowroute.CDR) string { return seconds(c.SubsequentIncrement) }},
	{"rate", func(c *flowroute.CDR) string { return c.Rate.String() }},
	{"total_cost", func(c *flowroute.CDR) string { return c.TotalCost.String() }},
	{"cost_subtotal", func(c *flowroute.CDR) string { return c.CostSubtotal.String() }},
	{"connect_fee", func(c *flowroute.CDR) string { return c.ConnectFee.String() }},
	{"usf_fee", func(c *flowroute.CDR) string { return c.USFFee.String() }},
	{"ccrf", func(c *flowroute.CDR) string { return c.CCRF.String() }},
	{"cnam_lookup_fee", func(c *flowroute.CDR) string { return c.CNAMLookupFee.String() }},
	{"line_information", func(c *flowroute.CDR) string { return example.Cell(c.LineInformation) }},
	{"custom_x_tag", func(c *flowroute.CDR) string { return example.Cell(c.CustomXTag) }},
	{"customer_ip", func(c *flowroute.CDR) string { return example.Cell(c.CustomerIP) }},
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// recordWriter writes call detail records as lines of CSV.
type recordWriter struct {
	csv *csv.Writer
	row []string
}

// newRecordWriter begins a file with the names of its columns.
func newRecordWriter(out io.Writer) (*recordWriter, error) {
	w := &recordWriter{csv.NewWriter(out), make([]string, len(columns))}
	for i, c := range columns {
		w.row[i] = c.name
	}
	return w, w.csv.Write(w.row)
}

func (w *recordWriter) write(record *flowroute.CDR) error {
	for i, c := range columns {
		w.row[i] = c.value(record)
	}
	return w.csv.Write(w.row)
}

func (w *recordWriter) flush() error {
	w.csv.Flush()
	return w.csv.Error()
}
