// Command numbers finds a phone number, buys it, gives it a route, sends a message from it and reads what became of
// the message.
//
// Without credentials it does all that at a fake. With FR_ACCESS_KEY and FR_SECRET_KEY in the environment it does so at
// Flowroute, where it only looks unless it is told to -spend.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
)

const about = `Finds a phone number, buys it, gives it a route, sends a message from it, and reads the message's detail record.`

func main() { example.Main(run) }

// program is a run of the command: its flags, and where it runs.
type program struct {
	areaCode, number string
	maxSetup         flowroute.Nanodollars
	from, to, text   string
	route            string
	spend            bool

	*example.Session
	out io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{out: stdout, maxSetup: 5 * flowroute.Dollar}
	flags := example.Flags("numbers", about, stderr)
	flags.StringVar(&p.areaCode, "area-code", "206", "look for a number with this area code: 3 `digits`")
	example.MoneyFlag(flags, &p.maxSetup, "max-setup", "buy no number that costs more `dollars` than this to set up (default 5)")
	flags.StringVar(&p.route, "route", "", "send the number's calls to this `host` (fake: sip.example.com)")
	flags.StringVar(&p.text, "text", "Your table is ready.", "the `text` of the message")
	flags.BoolVar(&p.spend, "spend", false, "at Flowroute: buy the number and send the message, which costs money")
	example.PhoneFlag(flags, &p.number, "number", "buy this `number`, not the first one found")
	example.PhoneFlag(flags, &p.from, "from", "buy nothing, and use this `number` of the account")
	example.PhoneFlag(flags, &p.to, "to", "send the message to this `number` (fake: +1 206-555-0199)")
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
		p.spend = true
		p.to = cmp.Or(p.to, "+1 206-555-0199")
		p.route = cmp.Or(p.route, "sip.example.com")
	}
	switch { // before money is spent for nothing
	case !p.spend:
		return p.look(ctx)
	case p.to == "":
		return example.Usage("-spend needs -to: whom to send the message to")
	case p.text == "":
		return example.Usage("-text must not be empty")
	}
	return p.use(ctx)
}

// look does what costs nothing.
func (p *program) look(ctx context.Context) error {
	would := fmt.Sprintf("send the -text from %s", p.from)
	if p.from == "" {
		found, err := p.find(ctx)
		if err != nil {
			return err
		}
		would = fmt.Sprintf("buy %s for $%s and $%s a month, and send the -text from it",
			example.Phone(found.Value), found.SetupCost, found.MonthlyCost)
	}
	if _, err := p.listRoutes(ctx); err != nil {
		return err
	}
	if err := p.listMessages(ctx); err != nil {
		return err
	}
	if err := p.listNumbers(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nWith -spend it would %s.\n", would)
	return nil
}

// use buys a number, unless it is given one, and makes use of it.
func (p *program) use(ctx context.Context) error {
	number := p.from
	if number == "" {
		found, err := p.find(ctx)
		if err != nil {
			return err
		}
		if err := p.buy(ctx, found); err != nil {
			return err
		}
		number = found.Value
	}
	if err := p.sendCalls(ctx, number); err != nil {
		return err
	}
	if err := p.awaitMessaging(ctx, number); err != nil {
		return err
	}
	id, err := p.sendText(ctx, number)
	if err != nil {
		return err
	}
	if err := p.readRecord(ctx, id); err != nil {
		return err
	}
	return p.listNumbers(ctx)
}

// find narrows the choice down to one number.
func (p *program) find(ctx context.Context) (*flowroute.AvailableNumber, error) {
	if p.number != "" {
		return p.search(ctx)
	}
	if err := p.listAreaCodes(ctx); err != nil {
		return nil, err
	}
	if err := p.listExchanges(ctx); err != nil {
		return nil, err
	}
	return p.search(ctx)
}

func (p *program) listAreaCodes(ctx context.Context) error {
	page, err := p.Client.Numbers.ListAreaCodes(ctx, &flowroute.AreaCodeListOptions{MaxSetupCost: &p.maxSetup})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nArea codes with numbers that cost at most $%s to set up\n ", p.maxSetup)
	for _, areaCode := range page.Items {
		fmt.Fprint(p.out, " ", example.Plain(areaCode.ID))
	}
	p.endList(page.More)
	return nil
}

func (p *program) listExchanges(ctx context.Context) error {
	page, err := p.Client.Numbers.ListExchanges(ctx, &flowroute.ExchangeListOptions{
		AreaCode:     p.areaCode,
		MaxSetupCost: &p.maxSetup,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\nTheir exchanges in %s\n ", p.areaCode)
	for _, exchange := range page.Items {
		fmt.Fprint(p.out, " ", example.Plain(exchange.ID))
	}
	p.endList(page.More)
	return nil
}

func (p *program) endList(more bool) {
	if more {
		fmt.Fprint(p.out, " and more")
	}
	fmt.Fprintln(p.out)
}

// search shows some numbers that can be bought, and returns the first.
func (p *program) search(ctx context.Context) (*flowroute.AvailableNumber, error) {
	const enough = 5
	var found []*flowroute.AvailableNumber
	options := &flowroute.NumberSearchOptions{StartsWith: cmp.Or(p.number, p.areaCode)}
	for number, err := range p.Client.Numbers.SearchAll(ctx, options) {
		if err != nil {
			return nil, err
		}
		if number.SetupCost > p.maxSetup { // the API does not select by it, and there are numbers at $500,000
			continue
		}
		if found = append(found, number); len(found) == enough {
			break
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no number that begins with %s costs at most $%s to set up", options.StartsWith, p.maxSetup)
	}

	rows := [][]string{{"NUMBER", "PLACE", "SETUP", "MONTHLY", "TIER"}}
	for _, n := range found {
		place := strings.TrimSpace(n.RateCenter + " " + strings.ToUpper(n.State))
		setup, monthly := "$"+n.SetupCost.String(), "$"+n.MonthlyCost.String()
		rows = append(rows, []string{example.Phone(n.Value), place, setup, monthly, n.Tier})
	}
	fmt.Fprintln(p.out, "\nNumbers for sale")
	example.Table(p.out, rows)
	return found[0], nil
}

func (p *program) buy(ctx context.Context, found *flowroute.AvailableNumber) error {
	number, err := p.Client.Numbers.Purchase(ctx, found.Value, &flowroute.PurchaseOptions{MessagingEnabled: true})
	if err != nil {
		return example.LookFirst(err, "run numbers without -spend to see whether the number is on the account")
	}
	fmt.Fprintf(p.out, "\nBought %s for $%s and $%s a month.\n",
		example.Phone(number.Value), found.SetupCost, found.MonthlyCost)
	if number.ProvisioningFailed {
		return errors.New("the number is bought, but messaging could not be enabled: ask for it again in the portal")
	}
	return nil
}

// sendCalls has the calls to a number go to the route's host.
func (p *program) sendCalls(ctx context.Context, number string) error {
	routes, err := p.listRoutes(ctx)
	if err != nil || p.route == "" {
		return err
	}
	fmt.Fprintln(p.out)
	// The API refuses a second route to the same host, so one that is there is used.
	route, exists := routes[p.route]
	if !exists {
		route, err = p.Client.Routes.Create(ctx, &flowroute.CreateRouteRequest{
			Alias: p.route,
			Type:  flowroute.RouteTypeHost,
			Value: p.route,
		})
		if err != nil {
			return example.LookFirst(err, "run numbers without -spend to see whether the route is there")
		}
		fmt.Fprintf(p.out, "Created route %s to %s.\n", example.Plain(route.ID), example.Plain(route.Value))
	}
	if err := p.Client.Routes.SetPrimary(ctx, number, route.ID); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "The number's calls go to %s.\n", example.Plain(route.Value))
	return nil
}

// listRoutes shows the routes, and returns them by their targets.
func (p *program) listRoutes(ctx context.Context) (map[string]*flowroute.Route, error) {
	routes := map[string]*flowroute.Route{}
	rows := [][]string{{"ID", "ALIAS", "TYPE", "TARGET"}}
	for route, err := range p.Client.Routes.ListAll(ctx, nil) {
		if err != nil {
			return nil, err
		}
		routes[route.Value] = route
		rows = append(rows, []string{route.ID, route.Alias, string(route.Type), cmp.Or(route.Value, "registered devices")})
	}
	fmt.Fprintln(p.out, "\nRoutes")
	example.Table(p.out, rows)
	return routes, nil
}

// awaitMessaging waits until a number can send messages, which a new one can't at once.
func (p *program) awaitMessaging(ctx context.Context, number string) error {
	fmt.Fprintln(p.out, "\nWaiting until it can send messages.")
	enabled, err := p.Until(ctx, 15*time.Second, 10*time.Minute, func() (bool, error) {
		n, err := p.Client.Numbers.Get(ctx, number)
		return err == nil && n.MessagingEnabled, err
	})
	if err == nil && !enabled {
		err = fmt.Errorf("messaging is not enabled yet: try again later with -from %q", number)
	}
	return err
}

func (p *program) sendText(ctx context.Context, from string) (id string, err error) {
	message, err := p.Client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: from, To: p.to, Body: p.text})
	if err != nil {
		return "", example.LookFirst(err, "run numbers without -spend in a minute to see whether it was sent")
	}
	fmt.Fprintf(p.out, "Sent message %s.\n", example.Plain(message.ID))
	return message.ID, nil
}

// readRecord waits for what the carrier makes of a message, and shows its detail record.
func (p *program) readRecord(ctx context.Context, id string) error {
	var message *flowroute.Message
	_, err := p.Until(ctx, 3*time.Second, time.Minute, func() (bool, error) {
		m, err := p.Client.Messages.Get(ctx, id)
		if errors.Is(err, flowroute.ErrNotFound) { // there is no record in the first seconds
			return false, nil
		}
		if err != nil {
			return false, err
		}
		message = m
		return carrierAnswered(m), nil
	})
	if err != nil {
		return err
	}
	if message == nil {
		return fmt.Errorf("message %s has no detail record yet: run numbers without -spend to see whether it comes",
			example.Plain(id))
	}
	p.showMessage(message)
	if !carrierAnswered(message) {
		fmt.Fprintln(p.out, "The carrier has not answered yet.")
	}
	return nil
}

func carrierAnswered(m *flowroute.Message) bool {
	return slices.ContainsFunc(m.DeliveryReceipts, func(r flowroute.DeliveryReceipt) bool { return r.Level == 2 })
}

func (p *program) showMessage(m *flowroute.Message) {
	fmt.Fprintf(p.out, "\nFrom %s to %s, $%s: %q\n", example.Phone(m.From), example.Phone(m.To), m.Amount, m.Body)
	rows := [][]string{{"TIME", "LEVEL", "STATUS", "CODE", "MEANING"}}
	for _, r := range m.DeliveryReceipts {
		code := ""
		if r.StatusCode != 0 {
			code = strconv.Itoa(r.StatusCode)
		}
		at, level := r.Timestamp.Format(time.TimeOnly), strconv.Itoa(r.Level)
		rows = append(rows, []string{at, level, r.Status, code, r.StatusCodeDescription})
	}
	example.Table(p.out, rows)
}

// listMessages shows the latest messages.
func (p *program) listMessages(ctx context.Context) error {
	page, err := p.Client.Messages.List(ctx, &flowroute.MessageListOptions{Start: p.Now().AddDate(0, 0, -1)})
	if err != nil {
		return err
	}
	rows := [][]string{{"TIME", "FROM", "TO", "STATUS", "COST"}}
	for _, m := range page.Items {
		sent := m.Timestamp.Format(time.DateTime)
		rows = append(rows, []string{sent, example.Phone(m.From), example.Phone(m.To), m.Status, "$" + m.Amount.String()})
	}
	fmt.Fprintln(p.out, "\nLatest messages")
	example.Table(p.out, rows)
	return nil
}

func (p *program) listNumbers(ctx context.Context) error {
	rows := [][]string{{"NUMBER", "TYPE", "MESSAGES", "ALIAS"}}
	for n, err := range p.Client.Numbers.ListAll(ctx, nil) {
		if err != nil {
			return err
		}
		messages := "no"
		if n.MessagingEnabled {
			messages = "yes"
		}
		rows = append(rows, []string{example.Phone(n.Value), string(n.NumberType), messages, n.Alias})
	}
	fmt.Fprintln(p.out, "\nNumbers on the account")
	example.Table(p.out, rows)
	return nil
}
