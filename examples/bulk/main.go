// Command bulk sends one text to many numbers, to each of them once, however often it is stopped and started again.
//
// Before it sends a text it writes that down in a journal, and afterwards what came of it. When it is started again,
// with the same journal, it goes by that:
//
//   - who has got the text, gets it no second time;
//   - who certainly has not, since Flowroute refused it or was not reached, is tried again;
//   - where nobody knows (the answer never came, or the process was killed while it waited for it), it looks for the text among
//     Flowroute's records. What it finds there was sent. What it does not find is reported, and not sent again unless
//     -resend-unknown says so.
//
// The journal has the numbers and the texts, so it is as private as the CSV file; and it is needed until the end.
//
// Without credentials it sends to a few numbers at a fake. With FR_ACCESS_KEY and FR_SECRET_KEY in the environment it
// sends at Flowroute, where it only tells what it would do unless it is told to -spend. Ctrl-C stops it after the texts
// under way. Its exit code is 0 where every number has got its text, 2 where it was called wrongly, and 1 otherwise.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

const about = `Sends one text to many numbers, to each of them once, however often it is stopped and started again.`

func main() { example.Main(run) }

// program is a run of the command: its flags, and where it runs.
type program struct {
	csv, text, journalName string
	from                   string
	plain                  bool
	rate                   float64
	price                  flowroute.Nanodollars
	workers                int
	look                   time.Duration
	resendUnknown, spend   bool

	*example.Session
	out     io.Writer
	sender  string // -from, as Flowroute's records have it
	journal *journal
	pace    *bucket
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{out: stdout, price: 4 * flowroute.Dollar / 1000}
	flags := example.Flags("bulk", about, stderr)
	flags.StringVar(&p.csv, "csv", "", "a CSV `file` with a header: the column number, and any others (fake: some numbers)")
	flags.StringVar(&p.text, "text", "", "the `text`; {name} stands for what the column name has (fake: some text)")
	flags.BoolVar(&p.plain, "plain", false, "put plain quotes and dashes in place of typographic ones, which need more segments")
	flags.StringVar(&p.journalName, "journal", "", "the journal's `file`, without which all would be sent again (default the -csv file's name and .journal)")
	flags.Float64Var(&p.rate, "rate", 5, "send so many segments a `second`; Flowroute takes 5")
	example.MoneyFlag(flags, &p.price, "price", "what a segment costs, in `dollars`, to estimate what all cost (default 0.004)")
	flags.IntVar(&p.workers, "workers", 4, "have up to `n` texts under way at a time")
	flags.DurationVar(&p.look, "look", time.Minute, "for how much `time` to look for a text that may have been sent: records appear after some seconds")
	flags.BoolVar(&p.resendUnknown, "resend-unknown", false, "send again what was not found: who got it nevertheless, gets it twice")
	flags.BoolVar(&p.spend, "spend", false, "at Flowroute: send the texts, which costs money")
	example.PhoneFlag(flags, &p.from, "from", "send from this `number` of the account (fake: +1 206-555-0100)")
	return example.Run(flags, args, func() error { return p.run(ctx) })
}

func (p *program) run(ctx context.Context) error {
	if err := p.checkFlags(); err != nil {
		return err
	}
	p.pace = newBucket(p.rate)
	session, err := example.Start(ctx, p.out, flowroute.WithMessageLimiters(p.pace, p.pace)) // there is no MMS, which has a pace of its own
	if err != nil {
		return err
	}
	defer session.Close()
	p.Session, p.pace.clock = session, session
	recipients, err := p.prepare()
	if err != nil {
		return err
	}
	if p.sender, err = flowroute.ParsePhone(p.from); err != nil {
		return err
	}
	if _, err := p.Client.Numbers.Get(ctx, p.from); err != nil { // before anything is written down
		return fmt.Errorf("-from: %w", err)
	}
	if !p.spend {
		return p.pretend(recipients)
	}
	return p.carryOut(ctx, recipients)
}

func (p *program) campaign() campaign {
	return campaign{From: p.sender, Text: p.text, Fake: p.Fake()}
}

// pretend tells what would be done, and changes nothing.
func (p *program) pretend(recipients []recipient) (err error) {
	if p.journal, err = readJournal(p.journalName, p.campaign()); err != nil {
		return err
	}
	p.plan(recipients)
	fmt.Fprintln(p.out, "\nWith -spend it would send them.")
	return nil
}

// carryOut sends the texts, and tells what came of that.
func (p *program) carryOut(ctx context.Context, recipients []recipient) error {
	if p.journalName == "" { // at the fake, where a journal is worth nothing afterwards
		dir, err := os.MkdirTemp("", "bulk")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		p.journalName = filepath.Join(dir, "journal")
	}
	var err error
	if p.journal, err = openJournal(p.journalName, p.campaign(), p.Now); err != nil {
		return err
	}
	defer p.journal.close()
	err = p.work(ctx, recipients)
	return p.summarize(recipients, err)
}

func (p *program) checkFlags() error {
	switch {
	case !(p.rate > 0):
		return example.Usage("-rate must be above 0")
	case p.workers < 1:
		return example.Usage("-workers must be at least 1")
	case p.look < 0:
		return example.Usage("-look must not be below 0")
	}
	return nil
}

// prepare reads the recipients, and fills in what the flags leave out.
func (p *program) prepare() ([]recipient, error) {
	const sample = `number,name
+1 206-555-0111,Ada
(206) 555-0112,Grace
206.555.0113,Alan
12065550114,Barbara
+1 (206) 555-0111,Ada again
2065550115,Edsger
`
	if p.Fake() {
		p.spend = true
		p.from = cmp.Or(p.from, flowroutetest.LongCode)
		p.text = cmp.Or(p.text, "Hi {name}, your table is ready.")
		if p.csv == "" {
			return p.readRecipients("the sample", strings.NewReader(sample))
		}
	}
	switch {
	case p.csv == "":
		return nil, example.Usage("-csv is needed: to whom to send the text")
	case p.text == "":
		return nil, example.Usage("-text is needed: what to send")
	case p.from == "":
		return nil, example.Usage("-from is needed: which number of the account to send from")
	}
	if p.journalName == "" && !p.Fake() {
		p.journalName = p.csv + ".journal"
	}
	file, err := os.Open(p.csv)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return p.readRecipients(p.csv, file)
}

// work sends what is to be sent, and looks for what may have been.
func (p *program) work(ctx context.Context, recipients []recipient) error {
	if p.resendUnknown { // only what is not to be found now
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	p.plan(recipients)
	if err := p.sendAll(ctx, p.due(recipients)); err != nil {
		return err
	}
	return p.settle(ctx)
}

// due are the recipients that the text is to be sent to.
func (p *program) due(recipients []recipient) []recipient {
	var due []recipient
	for _, r := range recipients {
		switch p.journal.outcome(r.number) {
		case none, failed:
			due = append(due, r)
		case unknown:
			if p.resendUnknown {
				due = append(due, r)
			}
		}
	}
	return due
}

// plan tells what is going to be sent, and what that may cost.
func (p *program) plan(recipients []recipient) {
	before := p.count(recipients)
	if before[sent]+before[unknown] > 0 {
		fmt.Fprintf(p.out, "By the journal %d were sent before, and %d may have been.\n", before[sent], before[unknown])
	}
	due := p.due(recipients)
	segments, special := 0, ""
	for _, r := range due {
		s := flowroute.Segments(r.body)
		segments += s.Segments
		for _, c := range s.UCS2 {
			if !strings.ContainsRune(special, c) {
				special += string(c)
			}
		}
	}
	cost := p.price * flowroute.Nanodollars(segments)
	takes := time.Duration(float64(segments) / p.rate * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(p.out, "To be sent: %d texts in %d segments, for about $%s and carrier fees, in about %s.\n", len(due), segments, cost, takes)
	if len(due) > 0 {
		fmt.Fprintf(p.out, "The first, to %s: %q\n", example.Phone(due[0].number), due[0].body)
	}
	if special != "" {
		fmt.Fprintf(p.out, "A text with one of these has 70 characters in a segment, and not 160: %s (-plain may help)\n",
			example.Plain(special))
	}
}

// count is how many recipients there are of each outcome.
func (p *program) count(recipients []recipient) map[event]int {
	counts := map[event]int{}
	for _, r := range recipients {
		counts[p.journal.outcome(r.number)]++
	}
	return counts
}

// summarize tells what came of all, and makes an error of what is not as it should be.
func (p *program) summarize(recipients []recipient, err error) error {
	counts := p.count(recipients)
	fmt.Fprintf(p.out, "\nSent %d of %d.\n", counts[sent], len(recipients))
	notSent, notKnown := [][]string{{"NUMBER", "REASON"}}, [][]string{{"NUMBER", "ATTEMPTED", "REASON"}}
	for _, t := range p.journal.texts() {
		switch t.outcome {
		case failed:
			notSent = append(notSent, []string{example.Phone(t.to), t.reason})
		case unknown, attempted: // which is left where the journal could not be written any more
			notKnown = append(notKnown, []string{example.Phone(t.to), t.attempted.Format(time.DateTime), t.reason})
		}
	}
	if len(notSent) > 1 {
		fmt.Fprintln(p.out, "\nNot sent, and tried again if the same command is run again")
		example.Table(p.out, notSent)
	}
	if len(notKnown) > 1 {
		fmt.Fprintln(p.out, "\nNot known to be sent, and not sent again without -resend-unknown (ask those people, or look into the portal)")
		example.Table(p.out, notKnown)
	}
	switch left := len(recipients) - counts[sent]; {
	case err != nil:
		return fmt.Errorf("stopped: %w (run the same command again to go on)", err)
	case left > 0:
		return fmt.Errorf("%d of %d were not sent, or are not known to be", left, len(recipients))
	case len(notKnown) > 1:
		return errors.New("texts to numbers that are no recipients any more are not known to be sent")
	}
	return nil
}
