package main

import (
	"context"
	"fmt"
	"time"

	"github.com/flowroute/flowroute-go"
)

// skew is by how much the clocks here and at Flowroute may differ.
const skew = 5 * time.Minute

// settle looks for the texts that may have been sent, for as long as their records may still appear.
func (p *program) settle(ctx context.Context) error {
	doubtful := p.doubtful()
	if len(doubtful) == 0 {
		return nil
	}
	fmt.Fprintf(p.out, "Looking for %d texts that may have been sent.\n", len(doubtful))
	var newest time.Time
	for _, t := range doubtful {
		if t.known.After(newest) {
			newest = t.known
		}
	}
	every, limit := min(p.look/20, 5*time.Second), newest.Add(p.look).Sub(p.Now())
	_, err := p.Until(ctx, max(every, time.Millisecond), limit, func() (bool, error) {
		err := p.lookFor(ctx, doubtful)
		return len(doubtful) == 0, err
	})
	return err
}

// doubtful are the texts that may have been sent, by their numbers.
func (p *program) doubtful() map[string]text {
	doubtful := map[string]text{}
	for _, t := range p.journal.texts() {
		if t.outcome == unknown {
			doubtful[t.to] = t
		}
	}
	return doubtful
}

// lookFor goes through the records of the time in question. What it finds was sent, and is doubtful no more.
func (p *program) lookFor(ctx context.Context, doubtful map[string]text) error {
	var options flowroute.MessageListOptions
	for _, t := range doubtful {
		if start := t.attempted.Add(-skew); options.Start.IsZero() || start.Before(options.Start) {
			options.Start = start
		}
		if end := t.known.Add(skew); end.After(options.End) {
			options.End = end
		}
	}
	for m, err := range p.Client.Messages.ListAll(ctx, &options) {
		if err != nil {
			return err
		}
		t, ok := doubtful[m.To]
		if !ok || !p.isRecord(m, t) {
			continue
		}
		if err := p.journal.write(entry{Event: sent, To: t.to, ID: m.ID, Reason: "its record was found"}); err != nil {
			return err
		}
		if delete(doubtful, m.To); len(doubtful) == 0 {
			break
		}
	}
	return nil
}

// isRecord tells whether a message is the text that was attempted. There is one attempt in doubt for a number, and no
// other number has the same record.
func (p *program) isRecord(m *flowroute.Message, t text) bool {
	return m.Direction == flowroute.MessageDirectionOutbound && m.From == p.sender && m.To == t.to && m.Body == t.body &&
		!m.Timestamp.Before(t.attempted.Add(-skew))
}
