package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/flowroute/flowroute-go"
)

// patience is after how many texts in a row, for which Flowroute was not reached or failed, nothing more is tried.
const patience = 5

// sending is the sending of many texts.
type sending struct {
	*program
	progress *progress

	mu     sync.Mutex
	inARow int // texts for which Flowroute was not reached, or failed
}

// sendAll sends the text to all that are due, by several workers. An error is why it stopped before the end; it is no
// error that a text could not be sent.
func (p *program) sendAll(ctx context.Context, due []recipient) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s := &sending{program: p, progress: newProgress(p.out, len(due))}
	defer s.progress.end()

	queue := make(chan recipient)
	var workers sync.WaitGroup
	for range p.workers {
		workers.Go(func() {
			for r := range queue {
				if err := s.sendOne(ctx, r); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, r := range due {
		select {
		case queue <- r:
		case <-ctx.Done():
		}
	}
	close(queue)
	workers.Wait()
	return context.Cause(ctx)
}

// sendOne writes down that it sends a text, sends it, and writes down what came of that. An error is a reason to stop.
func (s *sending) sendOne(ctx context.Context, r recipient) error {
	ctx, err := s.pace.pay(ctx, flowroute.Segments(r.body).Segments)
	if err != nil {
		return err
	}
	if err := s.journal.write(entry{Event: attempted, To: r.number, Body: r.body}); err != nil {
		return err
	}
	// From here on nothing interrupts it: nobody would know whether it was sent.
	message, err := s.Client.Messages.Send(context.WithoutCancel(ctx), &flowroute.SendMessageRequest{
		From: s.from,
		To:   r.number, // with its country code, wherever it is
		Body: r.body,
	})
	outcome := outcomeOf(r, message, err)
	if err := s.journal.write(outcome); err != nil {
		return err
	}
	s.progress.add(outcome.Event)
	return s.goOn(err)
}

// outcomeOf is the line for what came of an attempt.
func outcomeOf(r recipient, message *flowroute.Message, err error) entry {
	switch {
	case err == nil:
		return entry{Event: sent, To: r.number, ID: message.ID}
	case errors.Is(err, flowroute.ErrOutcomeUnknown):
		return entry{Event: unknown, To: r.number, Reason: err.Error()}
	}
	return entry{Event: failed, To: r.number, Reason: err.Error()}
}

// goOn tells whether it makes sense to go on after what came of an attempt.
func (s *sending) goOn(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil, errors.Is(err, flowroute.ErrUnprocessable), errors.Is(err, flowroute.ErrBadRequest):
		s.inARow = 0 // Flowroute is at work, and says something about this number alone
		return nil
	case errors.Is(err, flowroute.ErrUnauthorized), errors.Is(err, flowroute.ErrForbidden):
		return err // it is about the account or the sender, so the next would be refused as well
	}
	if s.inARow++; s.inARow < patience {
		return nil
	}
	return fmt.Errorf("%d texts in a row were not sent, or may not have been, the last one because of %w", s.inARow, err)
}
