// Command webhook listens for what Flowroute tells it: texts and pictures that were received, and what became of those
// that were sent. It answers texts, fetches pictures, and deals with each event once, however often it is delivered.
//
// Without credentials it has a fake deliver events to it, some of them twice, and shows what it makes of them. With
// FR_ACCESS_KEY and FR_SECRET_KEY in the environment it waits for Flowroute, until it is interrupted. It then needs a
// secret in WEBHOOK_SECRET, which has to be the last segment of the URL that Flowroute calls.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
)

const about = `Listens for texts, pictures and delivery receipts, and answers texts.`

func main() { example.Main(run) }

// program is a run of the command: its flags, and where it runs.
type program struct {
	addr, url, reply string

	*example.Session
	secret string
	log    *log.Logger // a line of it is not torn apart by those of other goroutines

	// broken has the next message not be dealt with, as when a disk is full.
	broken bool
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{log: log.New(stdout, "", 0), secret: os.Getenv("WEBHOOK_SECRET")}
	flags := example.Flags("webhook", about, stderr)
	flags.StringVar(&p.addr, "addr", "", "the `address` to listen on (127.0.0.1:8080; fake: one that is free)")
	flags.StringVar(&p.url, "set", "", "at Flowroute: have the account's events sent to this `URL`, with a slash and the secret after it")
	flags.StringVar(&p.reply, "reply", "", "answer texts with this `text`, which costs money at Flowroute (fake: Thanks, ...)")
	return example.Run(flags, args, func() error { return p.run(ctx, stdout) })
}

func (p *program) run(ctx context.Context, out io.Writer) error {
	session, err := example.Start(ctx, out)
	if err != nil {
		return err
	}
	defer session.Close()
	p.Session = session
	if p.Fake() {
		p.addr = cmp.Or(p.addr, "127.0.0.1:0")
		p.secret = "not-really-a-secret"
		p.reply = cmp.Or(p.reply, "Thanks, we'll be in touch.")
	}
	if p.secret == "" {
		return example.Usage("WEBHOOK_SECRET must be in the environment: what the URL that Flowroute calls ends in")
	}
	handler, err := p.handler()
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(p.addr, "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if p.Fake() {
		err = p.story(ctx, out, "http://"+listener.Addr().String())
	} else {
		err = p.wait(ctx, listener.Addr(), ended)
	}
	// What is being dealt with is finished: it would only be delivered again.
	timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(timeout))
}

// wait has events arrive from Flowroute.
func (p *program) wait(ctx context.Context, addr net.Addr, ended <-chan error) error {
	if p.url != "" {
		if err := p.setCallbacks(ctx, p.url); err != nil {
			return err
		}
		p.log.Printf("The account's events are sent to %s and the secret.", p.url)
	}
	p.log.Printf("Listening on %s until Ctrl-C.", addr)
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return nil
	}
}

// setCallbacks has all kinds of the account's events sent to a URL.
func (p *program) setCallbacks(ctx context.Context, url string) error {
	for _, kind := range []flowroute.CallbackType{
		flowroute.CallbackTypeSMS, flowroute.CallbackTypeMMS, flowroute.CallbackTypeSMSReceipt, flowroute.CallbackTypeMMSReceipt,
	} {
		if err := p.Client.Messages.SetCallback(ctx, kind, url+"/"+p.secret); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) handler() (http.Handler, error) {
	return flowroute.NewWebhookHandler(flowroute.WebhookConfig{
		Auth:           flowroute.WebhookPathSecret(p.secret),
		Deduper:        flowroute.NewMemoryDeduper(10_000),
		OnMessage:      p.onMessage,
		OnReceipt:      p.onReceipt,
		OnNotification: p.onNotification,
	})
}

func (p *program) onMessage(ctx context.Context, m *flowroute.InboundMessage) error {
	if p.broken {
		p.broken = false
		return errors.New("the disk is full")
	}
	text := "(no text)"
	if m.Body != "" {
		text = strconv.Quote(m.Body) // a stranger's
	}
	p.log.Printf("  < %s: %s", example.Phone(m.From), text)
	for i := range m.Media {
		content, err := p.Client.Messages.DownloadMedia(ctx, &m.Media[i], 0)
		if mayGoBetter(err) {
			return err
		}
		if err != nil {
			p.log.Printf("    %s is lost: %s", m.Media[i].SafeFileName(), example.Plain(err.Error()))
			continue
		}
		name, mimeType := m.Media[i].SafeFileName(), example.Plain(m.Media[i].MIMEType)
		p.log.Printf("    %s, %s of %d bytes", name, mimeType, len(content))
	}
	if p.reply == "" {
		return nil
	}
	_, err := p.Client.Messages.Send(ctx, &flowroute.SendMessageRequest{From: m.To, To: m.From, Body: p.reply})
	switch {
	case mayGoBetter(err):
		return err
	case errors.Is(err, flowroute.ErrOutcomeUnknown):
		p.log.Printf("    may or may not be answered: %s", example.Plain(err.Error()))
	case err != nil:
		p.log.Printf("    not answered: %s", example.Plain(err.Error()))
	default:
		p.log.Printf("  > %s: %q", example.Phone(m.From), p.reply)
	}
	return nil
}

// mayGoBetter tells whether a call is worth another try when the event is delivered again: Flowroute was not reached,
// was busy or failed. A refusal would be the same again, and what may have been sent must not be sent a second time.
func mayGoBetter(err error) bool {
	if errors.Is(err, flowroute.ErrOutcomeUnknown) || errors.Is(err, flowroute.ErrResponseTooLarge) {
		return false
	}
	_, unanswered := errors.AsType[*flowroute.RequestError](err)
	return unanswered || errors.Is(err, flowroute.ErrRateLimited) || errors.Is(err, flowroute.ErrServer)
}

func (p *program) onReceipt(_ context.Context, r *flowroute.DeliveryReceiptEvent) error {
	p.log.Printf("    receipt of %q: %s", r.Body, example.Plain(cmp.Or(r.StatusCodeDescription, r.Status)))
	return nil
}

func (p *program) onNotification(_ context.Context, n *flowroute.Notification) error {
	p.log.Printf("    %s", example.Plain(cmp.Or(n.Message, fmt.Sprint(n.Type, " ", n.ResourceID, " ", n.Status))))
	return nil
}
