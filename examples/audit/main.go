// Command audit finds the numbers of an account whose calls go nowhere, and those that emergency services know no
// address of.
//
// It only looks, so it needs no -spend at Flowroute. Without credentials it prepares a fake with a number of each kind.
// Its exit code is 0 where no number lacks anything, 3 where some do, 2 where it was called wrongly, and 1 where it
// failed.
package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
)

const about = `Finds the account's numbers without a route or without an E911 record. It exits with 3 if there are any.`

func main() { example.Main(run) }

// program is a run of the command: its flags, and where it runs.
type program struct {
	csv          bool
	workers      int
	skipTollFree bool

	*example.Session
	out io.Writer // the numbers
	log io.Writer // all else
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{out: stdout, log: stdout}
	flags := example.Flags("audit", about, stderr)
	flags.BoolVar(&p.csv, "csv", false, "print CSV, and whatever is not a number to standard error")
	flags.IntVar(&p.workers, "workers", 8, "ask for the details of up to `n` numbers at a time")
	flags.BoolVar(&p.skipTollFree, "skip-toll-free", false, "don't miss the E911 records of toll-free numbers, few of which can have one")
	return example.Run(flags, args, func() error {
		if p.csv {
			p.log = stderr
		}
		return p.run(ctx)
	})
}

func (p *program) run(ctx context.Context) error {
	if p.workers < 1 {
		return example.Usage("-workers must be at least 1")
	}
	session, err := example.Start(ctx, p.log)
	if err != nil {
		return err
	}
	defer session.Close()
	p.Session = session
	if p.Fake() {
		if err := p.prepareFake(ctx); err != nil {
			return err
		}
	}

	looked := 0
	var gaps []*flowroute.Number
	for number, err := range details(ctx, p.Client.Numbers, p.workers) {
		if err != nil {
			return err // a list that may lack numbers is not printed: it would look as if they were all right
		}
		looked++
		if p.lacksRoute(number) || p.lacksE911(number) {
			gaps = append(gaps, number)
		}
	}
	if err := p.print(gaps); err != nil {
		return err
	}
	if len(gaps) > 0 {
		return example.Found("%d of %d numbers have no route or no E911 record", len(gaps), looked)
	}
	fmt.Fprintf(p.log, "\nAll %d numbers have a route and an E911 record.\n", looked)
	return nil
}

func (p *program) lacksRoute(n *flowroute.Number) bool {
	return n.PrimaryRoute == nil && n.FailoverRoute == nil
}

func (p *program) lacksE911(n *flowroute.Number) bool {
	tollFree := strings.ReplaceAll(string(n.NumberType), "-", "") == "tollfree" // which is seen with and without the hyphen
	return n.E911 == nil && !(tollFree && p.skipTollFree)
}

func (p *program) print(numbers []*flowroute.Number) error {
	if p.csv {
		w := csv.NewWriter(p.out)
		if err := w.Write([]string{"number", "alias", "type", "route", "e911"}); err != nil {
			return err
		}
		for _, n := range numbers {
			cells := []string{n.Value, n.Alias, string(n.NumberType), route(n), record(n)}
			for i := range cells {
				cells[i] = example.Cell(cells[i])
			}
			if err := w.Write(cells); err != nil {
				return err
			}
		}
		w.Flush()
		return w.Error()
	}
	rows := [][]string{{"NUMBER", "ALIAS", "TYPE", "ROUTE", "E911"}}
	for _, n := range numbers {
		rows = append(rows, []string{
			example.Phone(n.Value), n.Alias, string(n.NumberType), cmp.Or(route(n), "none"), cmp.Or(record(n), "none"),
		})
	}
	fmt.Fprintln(p.out, "\nNumbers with no route or no E911 record")
	example.Table(p.out, rows)
	return nil
}

// route is where the calls to a number go; empty if they go nowhere.
func route(n *flowroute.Number) string {
	switch {
	case n.PrimaryRoute != nil:
		return cmp.Or(n.PrimaryRoute.Alias, n.PrimaryRoute.Value, n.PrimaryRoute.ID)
	case n.FailoverRoute != nil:
		return "failover only: " + cmp.Or(n.FailoverRoute.Alias, n.FailoverRoute.Value, n.FailoverRoute.ID)
	}
	return ""
}

// record is what the E911 record of a number is called; empty if there is none.
func record(n *flowroute.Number) string {
	if n.E911 == nil {
		return ""
	}
	return cmp.Or(n.E911.Label, n.E911.ID)
}
