// Command cdrs exports the call detail records of some days to a CSV file, and adds up what the calls cost.
//
// It only reads, so it needs no -spend at Flowroute, where an export takes some minutes to be made. Without credentials
// it exports the calls of a fake. The records go to standard output, or to the -out file, and all else to standard
// error. A text that a spreadsheet program would run as a formula, such as =1+1, has a ' before it. Its exit code is 0,
// 3 where the records don't add up to what Flowroute states, 2 where it was called wrongly, and 1 where it failed.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

const about = `Exports the call detail records of some days, in UTC, to CSV, and adds them up.
A text that a spreadsheet program would run as a formula, such as =1+1, has a ' before it.`

func main() { example.Main(run) }

// program is a run of the command: its flags, and where it runs.
type program struct {
	from, to    time.Time // days
	filter      flowroute.CreateCDRExportRequest
	export, out string
	list        bool
	wait        time.Duration

	*example.Session
	stdout, log io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{stdout: stdout, log: stderr}
	flags := example.Flags("cdrs", about, stderr)
	flags.Func("from", "the first `day`, such as 2026-01-05 (default the -to day)", day(&p.from))
	flags.Func("to", "the last `day`, which is exported as well (default yesterday)", day(&p.to))
	flags.Func("alias", "only calls of the number with this `alias`; can be given several times", several(&p.filter.NumberAliases))
	flags.Func("alias-contains", "only calls of numbers with this `part` in their alias; can be given several times", several(&p.filter.NumberAliasesContains))
	flags.Func("destination", "only calls to this `number`; can be given several times", several(&p.filter.DestinationNumbers))
	flags.Func("caller", "only calls from this `number`; can be given several times", several(&p.filter.CallerIDNumbers))
	flags.Func("tag", "only calls with this `X-Tag`; can be given several times", several(&p.filter.CustomXTags))
	flags.StringVar(&p.filter.CallerIP, "ip", "", "only calls from this `address`")
	flags.DurationVar(&p.filter.LongerThan, "longer-than", 0, "only calls longer than this `time`, such as 30s")
	flags.StringVar(&p.out, "out", "", "write the records to this `file`, once all are there, and not to standard output")
	flags.StringVar(&p.export, "export", "", "begin no export, and fetch that with this `id`")
	flags.BoolVar(&p.list, "list", false, "list the exports that there are, and do no more")
	flags.DurationVar(&p.wait, "wait", 30*time.Minute, "wait so long for the export at the most")
	return example.Run(flags, args, func() error { return p.run(ctx) })
}

func (p *program) run(ctx context.Context) error {
	if p.export != "" && (!p.from.IsZero() || !p.to.IsZero()) {
		return example.Usage("-export has its days already: leave out -from and -to")
	}
	session, err := example.Start(ctx, p.log)
	if err != nil {
		return err
	}
	defer session.Close()
	p.Session = session
	if p.list {
		return p.listExports(ctx)
	}

	file, err := openOutput(p.out, p.stdout) // before anything is waited for that could not be written
	if err != nil {
		return err
	}
	defer file.discard()
	if p.export == "" {
		if err := p.create(ctx); err != nil {
			return err
		}
	}
	export, err := p.await(ctx)
	if err != nil {
		return err
	}
	sum, err := p.write(ctx, file, export)
	switch {
	case errors.Is(err, flowroute.ErrForbidden), errors.Is(err, flowroute.ErrNotFound):
		return fmt.Errorf("%w: it could be fetched until %s, so have the same days exported again", err, minute(export.ExpiresAt))
	case err != nil:
		return fmt.Errorf("%w: run cdrs -export %s to fetch it again", err, p.export)
	}
	if err := file.keep(); err != nil {
		return err
	}
	return p.compare(sum, export)
}

// create has Flowroute begin to make an export.
func (p *program) create(ctx context.Context) error {
	today := p.Now().UTC().Truncate(24 * time.Hour)
	last := p.to
	if last.IsZero() {
		last = today.AddDate(0, 0, -1)
	}
	first := p.from
	if first.IsZero() {
		first = last
	}
	if last.Before(first) {
		return example.Usage("-to must not be before -from")
	}
	p.filter.Start, p.filter.End = first, last.AddDate(0, 0, 1)
	export, err := p.Client.CDRs.Create(ctx, &p.filter)
	if err != nil {
		return example.LookFirst(err, "run cdrs -list to see whether the export is there, and fetch it with -export")
	}
	p.export = export.ID
	fmt.Fprintf(p.log, "Flowroute makes export %s of the calls from %s to %s.\n",
		example.Plain(export.ID), first.Format(time.DateOnly), last.Format(time.DateOnly))
	return nil
}

// await waits until the export is completed.
func (p *program) await(ctx context.Context) (*flowroute.CDRExport, error) {
	if p.Fake() { // whose clock stands still
		if err := p.Wait(ctx, flowroutetest.ExportCompletedAfter); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	export, err := p.Client.CDRs.Wait(ctx, p.export)
	switch {
	case errors.Is(err, flowroute.ErrExportFailed):
		err = fmt.Errorf("%w: have the same days exported again", err)
	case err != nil && ctx.Err() != nil:
		err = fmt.Errorf("%w: Flowroute goes on with it, so run cdrs -export %s later", err, p.export)
	}
	return export, err
}

// write writes the records of an export as they arrive, and adds them up.
func (p *program) write(ctx context.Context, out io.Writer, export *flowroute.CDRExport) (totals, error) {
	var sum totals
	w, err := newRecordWriter(out)
	if err != nil {
		return sum, err
	}
	for record, err := range p.Client.CDRs.Records(ctx, export) {
		if err != nil {
			return sum, err
		}
		if err := w.write(record); err != nil {
			return sum, err
		}
		sum.add(record)
	}
	return sum, w.flush()
}

// totals are the sums over calls.
type totals struct {
	calls  int
	billed time.Duration
	cost   flowroute.Nanodollars // in whole billionths, so that a million of them add up exactly
}

func (t *totals) add(c *flowroute.CDR) {
	t.calls++
	t.billed += c.BilledDuration
	t.cost += c.TotalCost
}

// compare shows the totals beside those that the export states. How Flowroute rounds minutes is not documented, so
// that they may differ.
func (p *program) compare(sum totals, export *flowroute.CDRExport) error {
	fmt.Fprintf(p.log, "\nTotals of export %s\n", p.export)
	example.Table(p.log, [][]string{
		{"", "RECORDS", "FLOWROUTE STATES"},
		{"calls", strconv.Itoa(sum.calls), strconv.Itoa(export.NumCalls)},
		{"billed minutes", fmt.Sprintf("%.1f", sum.billed.Minutes()), strconv.Itoa(export.BilledMinutes)},
		{"cost", "$" + sum.cost.String(), "$" + export.TotalCost.String()},
	})
	if sum.calls != export.NumCalls || sum.cost != export.TotalCost {
		return example.Found("the records don't add up to what Flowroute states: fetch export %s again, or ask its support", p.export)
	}
	return nil
}

func (p *program) listExports(ctx context.Context) error {
	rows := [][]string{{"ID", "STATUS", "FROM", "BEFORE", "REQUESTED", "EXPIRES", "CALLS", "COST"}}
	for e, err := range p.Client.CDRs.ListAll(ctx, nil) {
		if err != nil {
			return err
		}
		calls, cost := "", ""
		if e.Status == flowroute.CDRExportCompleted {
			calls, cost = strconv.Itoa(e.NumCalls), "$"+e.TotalCost.String()
		}
		from, before := calledWithin(e)
		rows = append(rows, []string{e.ID, string(e.Status), from, before, minute(e.RequestedAt), minute(e.ExpiresAt), calls, cost})
	}
	example.Table(p.stdout, rows)
	return nil
}

// calledWithin is the time over which an export has the calls, as far as it can be read.
func calledWithin(e *flowroute.CDRExport) (from, before string) {
	var filter struct {
		Start string `json:"start_call_start_time"`
		End   string `json:"start_call_end_time"`
	}
	if json.Unmarshal(e.FilterParameters, &filter) != nil {
		return "", ""
	}
	upToMinute := func(s string) string { return strings.Replace(s[:min(len(s), 16)], "T", " ", 1) }
	return upToMinute(filter.Start), upToMinute(filter.End)
}

func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04")
}

// day is a flag that takes a day.
func day(value *time.Time) func(string) error {
	return func(s string) (err error) {
		if *value, err = time.Parse(time.DateOnly, s); err != nil {
			return errors.New("it must look like 2026-01-05")
		}
		return nil
	}
}

// several is a flag that can be given several times.
func several(values *[]string) func(string) error {
	return func(s string) error {
		*values = append(*values, s)
		return nil
	}
}
