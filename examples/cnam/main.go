// Command cnam gives a number the name that people see whom it calls: it creates a CNAM record and, once Flowroute has
// approved that, assigns it to the number.
//
// Without credentials it does all that at a fake, and takes it back again. With FR_ACCESS_KEY and FR_SECRET_KEY in the
// environment it does so at Flowroute, where it only looks unless it is told to -spend.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

const about = `Creates a CNAM record, the name that called people see, and assigns it to a number once it is approved.`

// reviewTime is how long Flowroute takes at the most until it has approved or rejected a record.
const reviewTime = 48 * time.Hour

func main() { example.Main(run) }

// program is a run of the command: its flags, and where it runs.
type program struct {
	value, id, number string
	spend, undo       bool

	*example.Session
	out io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{out: stdout}
	flags := example.Flags("cnam", about, stderr)
	flags.StringVar(&p.value, "value", "", "create a record of this `name`, of up to 15 characters (fake: EXAMPLE CAFE)")
	flags.StringVar(&p.id, "id", "", "create none, and assign the record with this `id`")
	flags.BoolVar(&p.spend, "spend", false, "at Flowroute: create the record and assign it, which costs money")
	flags.BoolVar(&p.undo, "undo", false, "unassign and delete the record in the end (fake: always)")
	example.PhoneFlag(flags, &p.number, "number", "assign the record to this `number` (fake: +1 206-555-0100)")
	return example.Run(flags, args, func() error { return p.run(ctx) })
}

func (p *program) run(ctx context.Context) error {
	session, err := example.Start(ctx, p.out)
	if err != nil {
		return err
	}
	defer session.Close()
	p.Session = session
	if p.Fake() {
		p.spend, p.undo = true, true
		p.number = cmp.Or(p.number, flowroutetest.LongCode)
		if p.id == "" {
			p.value = cmp.Or(p.value, "EXAMPLE CAFE")
		}
	}
	switch {
	case p.spend && (p.value == "") == (p.id == ""):
		return example.Usage("-spend needs either -value, for a new record, or the -id of one")
	case p.spend && p.number == "":
		return example.Usage("-spend needs -number: which number is to have the name")
	case !p.spend:
		return p.look(ctx)
	}

	if p.id == "" {
		if err := p.create(ctx); err != nil {
			return err
		}
	}
	if err := p.list(ctx); err != nil {
		return err
	}
	assigned, err := p.assign(ctx)
	if err != nil || !assigned {
		return err
	}
	if err := p.show(ctx); err != nil || !p.undo {
		return err
	}
	return p.takeBack(ctx)
}

// look does what costs nothing.
func (p *program) look(ctx context.Context) error {
	if err := p.list(ctx); err != nil {
		return err
	}
	if p.id != "" {
		if err := p.show(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintln(p.out, "\nWith -spend it would create a record of the -value, or take the -id's, and assign it to the -number.")
	return nil
}

func (p *program) create(ctx context.Context) error {
	if _, err := p.Client.Numbers.Get(ctx, p.number); err != nil {
		return err // and no record is paid for that no number can have
	}
	record, err := p.Client.CNAMs.Create(ctx, p.value)
	if err != nil {
		return example.LookFirst(err, "run cnam without -spend to see whether the record is there")
	}
	p.id = record.ID
	fmt.Fprintf(p.out, "\nCreated record %s: %s.\n", example.Plain(record.ID), example.Plain(record.Value))
	return nil
}

func (p *program) list(ctx context.Context) error {
	rows := [][]string{{"ID", "NAME", "CREATED", "STATE"}}
	for r, err := range p.Client.CNAMs.ListAll(ctx, nil) {
		if err != nil {
			return err
		}
		created := ""
		if !r.CreatedAt.IsZero() { // as it is in older records
			created = r.CreatedAt.Format(time.DateTime)
		}
		rows = append(rows, []string{r.ID, r.Value, created, state(r)})
	}
	fmt.Fprintln(p.out, "\nCNAM records")
	example.Table(p.out, rows)
	return nil
}

func state(r *flowroute.CNAM) string {
	switch {
	case r.Approved:
		return "approved"
	case r.RejectionReason != "":
		return "rejected: " + r.RejectionReason
	}
	return "under review"
}

// assign gives the number the record. It tells whether it could, for a record that is not approved is refused.
func (p *program) assign(ctx context.Context) (bool, error) {
	record, err := p.Client.CNAMs.Get(ctx, p.id)
	if err != nil {
		return false, err
	}
	if !record.Approved {
		if record.RejectionReason != "" {
			return false, fmt.Errorf("record %s was rejected: %s", example.Plain(p.id), example.Plain(record.RejectionReason))
		}
		if err := p.tryUnapproved(ctx); err != nil {
			return false, err
		}
		if !p.Fake() {
			fmt.Fprintf(p.out, "Flowroute reviews it within %.0f hours. Then run: cnam -spend -id %s -number %q\n",
				reviewTime.Hours(), example.Plain(p.id), p.number)
			return false, nil
		}
		fmt.Fprintf(p.out, "The fake lets the %.0f hours of the review pass.\n", reviewTime.Hours())
		if err := p.Wait(ctx, reviewTime); err != nil {
			return false, err
		}
	}
	assignment, err := p.Client.CNAMs.Assign(ctx, p.number, p.id)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(p.out, "Assigned record %s at %s. It takes effect within 5 to 7 business days.\n",
		example.Plain(assignment.ID), assignment.CreatedAt.Format(time.DateTime))
	return true, nil
}

// tryUnapproved shows what the API says to an assignment that comes too early.
func (p *program) tryUnapproved(ctx context.Context) error {
	_, err := p.Client.CNAMs.Assign(ctx, p.number, p.id)
	e, ok := errors.AsType[*flowroute.Error](err)
	if !ok || len(e.Errors) == 0 || !errors.Is(err, flowroute.ErrUnprocessable) && !errors.Is(err, flowroute.ErrForbidden) {
		return err
	}
	reason := cmp.Or(e.Errors[0].Detail, e.Errors[0].Title)
	fmt.Fprintf(p.out, "\nToo early to assign record %s: %s\n", example.Plain(p.id), example.Plain(reason))
	return nil
}

// show shows the record, and the numbers that it is assigned to.
func (p *program) show(ctx context.Context) error {
	record, err := p.Client.CNAMs.Get(ctx, p.id)
	if err != nil {
		return err
	}
	rows := [][]string{{"NUMBER", "ALIAS"}}
	for _, n := range record.Numbers {
		rows = append(rows, []string{example.Phone(cmp.Or(n.Value, n.ID)), n.Alias})
	}
	name, id, state := example.Plain(record.Value), example.Plain(record.ID), example.Plain(state(record))
	fmt.Fprintf(p.out, "\nNumbers that call as %s (record %s, %s)\n", name, id, state)
	example.Table(p.out, rows)
	return nil
}

func (p *program) takeBack(ctx context.Context) error {
	if _, err := p.Client.CNAMs.Unassign(ctx, p.number); err != nil {
		return err
	}
	if err := p.Client.CNAMs.Delete(ctx, p.id); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nUnassigned and deleted record %s.\n", example.Plain(p.id))
	return nil
}
