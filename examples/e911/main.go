// Command e911 has emergency services know where a number is: it validates an address, makes a record of it and assigns
// that to the number.
//
// Without credentials it does all that at a fake, and takes it back again. With FR_ACCESS_KEY and FR_SECRET_KEY in the
// environment it does so at Flowroute, where it only validates and looks unless it is told to -spend.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

const about = `Validates an address, makes an E911 record of it, and assigns that to a number.`

func main() { example.Main(run) }

// program is a run of the command: its flags, and where it runs.
type program struct {
	address     flowroute.E911Address
	suite       string
	number      string
	spend, undo bool

	*example.Session
	out io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{out: stdout}
	flags := example.Flags("e911", about, stderr)
	flags.StringVar(&p.address.Label, "label", "Example office", "the `name` of the record, unique on the account")
	flags.StringVar(&p.address.FirstName, "first-name", "", "the first `name` of who is there")
	flags.StringVar(&p.address.LastName, "last-name", "", "the last `name` of who is there")
	flags.StringVar(&p.address.StreetNumber, "street-number", "", "the street `number`")
	flags.StringVar(&p.address.StreetName, "street-name", "", "the `street`")
	flags.StringVar(&p.address.City, "city", "", "the `city`")
	flags.StringVar(&p.address.State, "state", "", "the two `letters` of the state or province")
	flags.StringVar(&p.address.ZIP, "zip", "", "the `ZIP` or postal code")
	flags.StringVar(&p.address.Country, "country", "US", "the `country`, US or CA")
	flags.StringVar(&p.suite, "suite", "", "the `suite`, which is added to the record once it is made (fake: 200)")
	flags.BoolVar(&p.spend, "spend", false, "at Flowroute: make the record and assign it, which costs money")
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
		p.suite = cmp.Or(p.suite, "200")
		p.number = cmp.Or(p.number, flowroutetest.LongCode)
	}
	if p.spend && p.number == "" {
		return example.Usage("-spend needs -number: which number is at the address")
	}
	// A record of a place where nobody is would send help there, so at Flowroute there is none by default.
	if p.address.StreetName == "" && (p.Fake() || !p.spend) {
		p.address = sampleAddress(p.address.Label)
	}

	if err := p.validate(ctx); err != nil {
		return err
	}
	if !p.spend {
		if err := p.list(ctx); err != nil {
			return err
		}
		fmt.Fprintln(p.out, "\nWith -spend it would make a record of the address and assign it to the -number.")
		return nil
	}
	record, err := p.record(ctx)
	if err != nil {
		return err
	}
	if err := p.assign(ctx, record); err != nil || !p.undo {
		return err
	}
	return p.takeBack(ctx, record)
}

func sampleAddress(label string) flowroute.E911Address {
	return flowroute.E911Address{
		Label:        label,
		FirstName:    "Ada",
		LastName:     "Lovelace",
		StreetNumber: "1218",
		StreetName:   "3rd Avenue",
		City:         "Seattle",
		State:        "WA",
		Country:      "US",
		ZIP:          "98101",
	}
}

// validate has the address validated, and two that are wrong to see how that is told.
func (p *program) validate(ctx context.Context) error {
	fmt.Fprintln(p.out, "\nThe address")
	fmt.Fprintf(p.out, "  %s %s, %s\n", p.address.FirstName, p.address.LastName, oneLine(p.address))
	if err := p.Client.E911s.Validate(ctx, &p.address); err != nil {
		return err
	}

	badZIP, badState := p.address, p.address
	badZIP.ZIP = "9"
	badState.State = "ZZ"
	rows := [][]string{{"WITH", "IS", "FIELD", "REASON"}, {"no change", "valid", "", ""}}
	for _, wrong := range []struct {
		change  string
		address flowroute.E911Address
	}{
		{"ZIP 9", badZIP},
		{"state ZZ", badState},
	} {
		err := p.Client.E911s.Validate(ctx, &wrong.address)
		field, reason, refused := refusal(err)
		switch {
		case refused:
			rows = append(rows, []string{wrong.change, "refused", field, reason})
		case err == nil:
			rows = append(rows, []string{wrong.change, "valid", "", ""})
		default:
			return err
		}
	}
	example.Table(p.out, rows)
	return nil
}

// refusal tells whether an error is about what an address says, and about which field. The library finds some mistakes
// before it asks, the API finds the others.
func refusal(err error) (field, reason string, refused bool) {
	if e, ok := errors.AsType[*flowroute.ArgumentError](err); ok {
		return e.Name, e.Reason, true
	}
	e, ok := errors.AsType[*flowroute.Error](err)
	if !ok || !errors.Is(err, flowroute.ErrUnprocessable) && !errors.Is(err, flowroute.ErrBadRequest) {
		return "", "", false
	}
	for _, detail := range e.Errors {
		for _, f := range detail.Fields {
			return f.Field, strings.Join(f.Messages, " "), true
		}
		reason = detail.Detail
	}
	return "", reason, true
}

// record makes a record of the address.
func (p *program) record(ctx context.Context) (*flowroute.E911Record, error) {
	number, err := p.Client.Numbers.Get(ctx, p.number)
	if err != nil {
		return nil, err
	}
	if number.E911 != nil && p.undo { // which would leave it with none
		return nil, fmt.Errorf("%s has E911 record %s already",
			example.Phone(number.Value), example.Plain(number.E911.ID))
	}

	record, err := p.Client.E911s.Create(ctx, &p.address)
	if err != nil {
		return nil, example.LookFirst(err, "run e911 without -spend to see whether the record is there")
	}
	fmt.Fprintf(p.out, "\nCreated record %s.\n", example.Plain(record.ID))
	if p.suite != "" {
		record, err = p.Client.E911s.Update(ctx, record.ID, &flowroute.UpdateE911Request{
			AddressType:       new(flowroute.AddressTypeSuite),
			AddressTypeNumber: &p.suite,
		})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(p.out, "Updated record %s: %s.\n", example.Plain(record.ID), oneLine(record.E911Address))
	}
	return record, p.list(ctx)
}

func (p *program) list(ctx context.Context) error {
	rows := [][]string{{"ID", "LABEL", "PERSON", "ADDRESS"}}
	for r, err := range p.Client.E911s.ListAll(ctx, nil) {
		if err != nil {
			return err
		}
		rows = append(rows, []string{r.ID, r.Label, r.FirstName + " " + r.LastName, oneLine(r.E911Address)})
	}
	fmt.Fprintln(p.out, "\nE911 records")
	example.Table(p.out, rows)
	return nil
}

// assign gives the number the record, and shows it from both sides.
func (p *program) assign(ctx context.Context, record *flowroute.E911Record) error {
	if err := p.Client.E911s.Assign(ctx, p.number, record.ID); err != nil {
		return err
	}
	number, err := p.Client.Numbers.Get(ctx, p.number)
	if err != nil {
		return err
	}
	if number.E911 == nil {
		return fmt.Errorf("record %s was assigned, but the number does not show it yet", example.Plain(record.ID))
	}
	fmt.Fprintf(p.out, "\nHelp for %s comes to %s.\n", example.Phone(number.Value), oneLine(number.E911.E911Address))

	rows := [][]string{{"NUMBER", "ALIAS"}}
	for n, err := range p.Client.E911s.ListAllNumbers(ctx, record.ID, nil) {
		if err != nil {
			return err
		}
		rows = append(rows, []string{example.Phone(n.Value), n.Alias})
	}
	fmt.Fprintf(p.out, "\nNumbers with record %s\n", example.Plain(record.ID))
	example.Table(p.out, rows)
	return nil
}

// takeBack deletes the record, which the API only does once no number has it.
func (p *program) takeBack(ctx context.Context, record *flowroute.E911Record) error {
	if err := p.Client.E911s.Unassign(ctx, p.number); err != nil {
		return err
	}
	if err := p.Client.E911s.Delete(ctx, record.ID); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nUnassigned and deleted record %s.\n", example.Plain(record.ID))
	return nil
}

func oneLine(a flowroute.E911Address) string {
	street := a.StreetNumber + " " + a.StreetName
	if a.AddressType != "" {
		street += fmt.Sprintf(", %s %s", a.AddressType, a.AddressTypeNumber)
	}
	return example.Plain(fmt.Sprintf("%s, %s, %s %s, %s", street, a.City, a.State, a.ZIP, a.Country))
}
