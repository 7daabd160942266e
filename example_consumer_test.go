package flowroute_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// textSender is what this program needs of the library. A *flowroute.MessagesService is one, and so is a stub.
type textSender interface {
	Send(context.Context, *flowroute.SendMessageRequest) (*flowroute.Message, error)
}

// clinic is the program: it reminds people of their appointments.
type clinic struct {
	texts textSender
	from  string
}

// remind says whether a person was sent a reminder, or may have been, so that nobody gets two.
func (c clinic) remind(ctx context.Context, phone, when string) (done bool, err error) {
	_, err = c.texts.Send(ctx, &flowroute.SendMessageRequest{From: c.from, To: phone, Body: "See you " + when + "."})
	if errors.Is(err, flowroute.ErrOutcomeUnknown) {
		return true, err
	}
	return err == nil, err
}

// stubSender takes down what it is asked to send, and answers as it is told.
type stubSender struct {
	sent []*flowroute.SendMessageRequest
	err  error
}

func (s *stubSender) Send(_ context.Context, m *flowroute.SendMessageRequest) (*flowroute.Message, error) {
	s.sent = append(s.sent, m)
	if s.err != nil {
		return nil, s.err
	}
	return &flowroute.Message{ID: "mdr2-1"}, nil
}

// A program declares an interface of the few methods that it calls. Its tests can then use a stub, which is quick to
// write, or flowroutetest, which checks requests as the API does, and has whole conversations and failures.
func Example_testing() {
	ctx := context.Background()

	// With a stub.
	stub := &stubSender{}
	done, err := clinic{stub, "2065550100"}.remind(ctx, "2065550199", "tomorrow at nine")
	fmt.Println("stub:", done, err, stub.sent[0].Body)

	stub.err = flowroute.ErrOutcomeUnknown
	done, err = clinic{stub, "2065550100"}.remind(ctx, "2065550199", "tomorrow at nine")
	fmt.Println("stub that fails:", done, err != nil)

	// With a fake Flowroute. The program is the same.
	srv := flowroutetest.NewServer()
	defer srv.Close()
	fake := clinic{srv.Client().Messages, flowroutetest.LongCode}
	if done, err = fake.remind(ctx, "2065550199", "tomorrow at nine"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("fake:", done, err, srv.Messages()[0].Body)

	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Cut: true, CarryOut: true}) // sent, and the answer lost
	done, err = fake.remind(ctx, "2065550199", "tomorrow at nine")
	fmt.Println("fake that fails:", done, errors.Is(err, flowroute.ErrOutcomeUnknown), "sent:", len(srv.Messages()))

	done, err = fake.remind(ctx, "no number", "tomorrow at nine")
	fmt.Println("wrong number:", done, errors.Is(err, flowroute.ErrInvalidArgument))
	// Output:
	// stub: true <nil> See you tomorrow at nine.
	// stub that fails: true true
	// fake: true <nil> See you tomorrow at nine.
	// fake that fails: true true sent: 2
	// wrong number: false true
}
