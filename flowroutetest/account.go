package flowroutetest

import (
	"fmt"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/internal/fake"
)

// Numbers that are on the account of a new server, both able to send messages.
const (
	LongCode = fake.LongCode // 12065550100, a local number in Seattle
	TollFree = fake.TollFree // 18445550100, a toll-free one, which can have no E911 record and no CNAM
)

// ForSale is a number that a new server has for sale: a local one in Seattle, which costs $1.00 to set up.
const ForSale = "12062790237"

// Values that requests are refused for.
const (
	// NotPortable is the last four digits of the numbers that can't be ported. (Nor can one be that is on the account, or
	// in an open port order.)
	NotPortable = fake.NotPortable // 0000

	// UnknownStreetNumber is the street number of an address that the server cannot geocode. Such an E911 record is
	// refused with status 400.
	UnknownStreetNumber = fake.UnknownStreetNumber // 0
)

// How long after a message was taken for sending it has what is sent back about it, by the server's clock.
const (
	MessageRecordAfter   = fake.MessageRecordAfter   // 5 seconds: its record, and the receipt of level 1, that it was sent
	MessageAcceptedAfter = fake.MessageAcceptedAfter // 10 seconds: the receipt of level 2, that the carrier accepted it
)

// MediaExpiresAfter is how long the link of an attachment that was received works, by the server's clock: 30 days.
const MediaExpiresAfter = fake.MediaExpiresAfter

// MessagingEnabledAfter is how long it takes to enable or disable messaging for a number: a minute.
const MessagingEnabledAfter = fake.MessagingEnabledAfter

// CNAMApprovedAfter is how long the review of a CNAM record takes, after which it is approved unless it was
// rejected: 48 hours.
const CNAMApprovedAfter = fake.CNAMApprovedAfter

// How long after it was placed, or changed after it was rejected, a port order is in its later states. Before the
// first of them it is pending. When it is completed its numbers are on the account.
const (
	PortProcessingAfter = fake.PortProcessingAfter // 1 hour: processing, from when on it can't be changed
	PortSubmittedAfter  = fake.PortSubmittedAfter  // 1 day: submitted
	PortAcceptedAfter   = fake.PortAcceptedAfter   // 3 days: accepted
	PortCompletedAfter  = fake.PortCompletedAfter  // 7 days: completed
)

// How long exports of call detail records take, and last.
const (
	ExportCompletedAfter = fake.ExportCompletedAfter // 1 minute until the export is completed
	ExportExpiresAfter   = fake.ExportExpiresAfter   // 3 days from then on in which it can be downloaded
)

// CallPeriod is the time over which the calls of the account are spread: 90 days. It ends when the server was made, or
// when [Server.SetCalls] was called.
const CallPeriod = fake.CallPeriod

// defaultCalls is how many calls the account has made and received at first.
const defaultCalls = 1000

// Message is an SMS or MMS that was taken for sending.
type Message struct {
	ID               string    // as answered to the sender: mdr2- and 32 hexadecimal digits
	From             string    // as [flowroute.ParsePhone] returns it: 11 digits
	To               string    // as [flowroute.ParsePhone] returns it: 11 digits, or a + and others for a number abroad
	Body             string    // empty for an MMS of media alone
	MediaURLs        []string  // nil for an SMS
	MMS              bool      // sent as MMS: it has media, or was asked to be
	DeliveryCallback string    // URL for delivery receipts; empty where the sender gave none
	Time             time.Time // when it was taken, on the server's clock
}

// Messages returns the texts that the account sent, in the order in which they were taken. A message is here
// at once, while its record appears in the API only after [MessageRecordAfter].
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := s.account.Sent()
	messages := make([]Message, len(sent))
	for i, m := range sent {
		messages[i] = Message(m)
	}
	return messages
}

// Numbers returns the phone numbers on the account, as 11 digits, sorted.
func (s *Server) Numbers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account.Numbers(s.clock.now())
}

// AddNumber puts a North American phone number on the account, as if it had been bought and enabled for messages. It is
// in any common notation, such as 12065550100 or (206) 555-0100, and may be for sale or not. One that is on the account
// already is left as it is. It panics where the number is no such number.
func (s *Server) AddNumber(number string) {
	value, err := flowroute.ParsePhone(number)
	if err != nil || value[0] == '+' {
		panic(fmt.Sprintf("flowroutetest: AddNumber: %q is not a North American phone number", number))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.AddNumber(value)
}

// FailProvisioning makes the next n purchases and updates that enable or disable messaging do all but that. They answer
// with status 207 and the number, whose messaging stays as it was, without a task. n may be [Always]; 0 ends it. It
// panics where n is anything else below 0.
func (s *Server) FailProvisioning(n int) {
	if n < Always {
		panic(fmt.Sprintf("flowroutetest: FailProvisioning: n is %d, and must be Always or at least 0", n))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.FailProvisioning(n)
}

// ApproveCNAM approves a CNAM record at once, as Flowroute's review would by itself after [CNAMApprovedAfter]. It
// is an error where there is no such record or it was rejected.
func (s *Server) ApproveCNAM(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account.ApproveCNAM(id, s.clock.now())
}

// RejectCNAM rejects a CNAM record for a reason, as Flowroute's review would. It is an error where there is no
// such record or it is approved already.
func (s *Server) RejectCNAM(id, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account.RejectCNAM(id, reason, s.clock.now())
}

// RejectPortOrder rejects a port order, as the provider that loses its numbers may. The order gets the reason as a
// comment. Once it is changed it is pending again. It is an error where there is no such order or it has come to its
// end.
func (s *Server) RejectPortOrder(id, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account.RejectPortOrder(id, reason, s.clock.now())
}

// FailExport makes an export of call detail records fail. It is an error where there is no such export or it is
// completed.
func (s *Server) FailExport(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account.FailExport(id, s.clock.now())
}

// SetCalls gives the account n past calls, made and received at even distances in the [CallPeriod] before now. Exports
// of call detail records have these from now on. Each is made up when it is needed, so that there may be millions. It
// panics where n is below 0.
func (s *Server) SetCalls(n int) {
	if n < 0 {
		panic(fmt.Sprintf("flowroutetest: SetCalls: n is %d, and must not be below 0", n))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.SetCalls(n, s.clock.now())
}
