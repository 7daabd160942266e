package flowroutetest

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/internal/fake"
)

// Inbound is a text or picture that somebody sends to a number of the account.
type Inbound struct {
	From        string       // any phone number, in any common notation
	To          string       // a number on the account that can receive messages, in any common notation
	Body        string       // may be empty only if there are Attachments
	Attachments []Attachment // any make it an MMS
	MMS         bool         // makes an MMS although there are no attachments
}

// Attachment is a file in an [Inbound] message.
type Attachment struct {
	FileName string // such as cat.png; empty is "media"
	MIMEType string // such as image/png; empty goes by the file's name
	Content  []byte // what the file has in it; any will do, whatever the type
}

// Receive sends a message to a number of the account, as somebody with a phone would, and returns its id. The message
// gets a record at once, and is delivered to the program before Receive returns: to the callback URL of the number, or
// else the account's. It is an error where the message is empty, or the account can't receive it. It is no error where
// no callback URL is set for its kind, SMS or MMS, so that nothing is delivered, or where the program answers with an
// error: see [Server.Deliveries].
//
// An attachment's link leads to the server itself, with a query without which the file is not given out, works for
// [MediaExpiresAfter], and gives nothing to a request that brings credentials. Its host means nothing where the
// server does not listen.
func (s *Server) Receive(in Inbound) (id string, err error) {
	e, err := s.take(in)
	if err != nil {
		return "", err
	}
	s.deliver(e)
	return e.MessageID(), nil
}

// take puts a message that was received on the account.
func (s *Server) take(in Inbound) (*fake.Event, error) {
	from, err := flowroute.ParsePhone(in.From)
	if err != nil {
		return nil, fmt.Errorf("flowroutetest: %q is not a phone number", in.From)
	}
	if in.Body == "" && len(in.Attachments) == 0 {
		return nil, errors.New("flowroutetest: the message is empty: it must have a Body or Attachments")
	}
	to, _ := flowroute.ParsePhone(in.To) // what isn't one is not on the account either
	m := fake.Inbound{From: from, To: to, Body: in.Body, MMS: in.MMS, MediaBase: cmp.Or(s.URL, "https://media.invalid")}
	for _, file := range in.Attachments {
		m.Attachments = append(m.Attachments, fake.Attachment(file))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.account.Receive(m, s.clock.now())
	if e == nil {
		return nil, fmt.Errorf("flowroutetest: %q is not on the account, or can't receive messages", in.To)
	}
	return e, nil
}
