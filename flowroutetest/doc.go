// Package flowroutetest is a Flowroute to test against: its REST API for numbers, routes, messages, E911 and CNAM
// records, in memory.
//
//	srv := flowroutetest.NewServer()
//	defer srv.Close()
//	client := srv.Client() // a *flowroute.Client
//
//	message, err := client.Messages.Send(ctx, &flowroute.SendMessageRequest{
//		From: flowroutetest.LongCode, To: "12065551234", Body: "Hello",
//	})
//	...
//	srv.Advance(flowroutetest.MessageAcceptedAfter) // by now it has a record, and receipts
//	record, err := client.Messages.Get(ctx, message.ID)
//	...
//	srv.Messages() // what was sent
//
// A program in any language can be pointed at a [Server]: it takes what the official SDKs send, at its URL and
// with its credentials.
//
// # State
//
// A server has one account. At first there are a few numbers on it, [LongCode] and [TollFree] among them, the
// built-in route with id 0, and nothing else. Some thousand numbers are for sale. What is bought, created,
// assigned and deleted shows in every later answer, and what depends on something else is refused until it is
// there: an E911 record that a number uses can't be deleted, a CNAM record must be approved before it is assigned.
//
// Nothing is random. Servers that get the same requests in the same order give the same answers, byte by byte. Time
// stands still at [Epoch] until [Server.Advance] moves it, or runs where [WithClock] says so.
//
// # Strictness
//
// A request is checked as the API would: credentials, path, method, media type, and each value. Where it isn't
// public how the API answers to something, such as the words of an error, the server answers in the usual form
// with words of its own; don't build on these. Answers have the API's irregularities: ids that are sometimes
// numbers, attributes that are null in one place and missing in another, errors without id or title, links that
// lead elsewhere. Links always name api.flowroute.com, and a client should not follow any.
//
// # Failures
//
// [Server.Inject] has requests fail: with a status, late, halfway, after having been carried out or before. See
// [Fault]. [Server.Requests] tells what arrived, by these operations:
//
//	numbers.listAreaCodes numbers.listExchanges numbers.search numbers.purchase numbers.list numbers.get
//	routes.list routes.create routes.delete routes.setPrimary routes.setFailover
//	messages.send messages.list messages.get
//	e911s.list e911s.get e911s.validate e911s.create e911s.update e911s.delete
//	e911s.listNumbers e911s.assign e911s.unassign
//	cnams.list cnams.get cnams.create cnams.delete cnams.assign cnams.unassign
package flowroutetest
