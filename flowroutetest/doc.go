// Package flowroutetest is a Flowroute to test against: its whole REST API, in memory.
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
// built-in route with id 0, a thousand calls that were made ([Server.SetCalls]), and nothing else. Some thousand
// numbers are for sale. What is bought, created, assigned and deleted shows in every later answer, and what depends
// on something else is refused until it is there: an E911 record that a number uses can't be deleted, a CNAM record
// must be approved before it is assigned. What takes time does so by the server's clock: messaging is enabled after
// [MessagingEnabledAfter], exports are completed after [ExportCompletedAfter], and the numbers of a port order are on
// the account after [PortCompletedAfter].
//
// Nothing is random. Servers that get the same requests in the same order give the same answers, byte by byte. Time
// stands still at [Epoch] until [Server.Advance] moves it, or runs where [WithClock] says so.
//
// # Strictness
//
// A request is checked as the API would: credentials, path, method, media type, and each value. Where it isn't public
// how the API answers to something, such as the words of an error, the server answers in the usual form with words of
// its own; don't build on these. Query parameters and members of a body that the server doesn't know are refused with
// status 422, so that those which are misspelled show, unless [WithUnknownIgnored] says otherwise; what the API does
// with them isn't public either. Version 2.1 of the messages API takes North American recipients only, and version 2.2
// those abroad as well, as their documentation says. Answers have the API's irregularities: ids that are sometimes
// numbers, attributes that are null in one place and missing in another, errors without id or title, links that lead
// elsewhere. Links never name the server, and a client should not follow any.
//
// The URLs that files are uploaded to and downloaded from are signed and lead to the server itself, below /storage/. They
// are refused to requests without their signature, and to those with credentials, which nobody but the API is to see.
//
// # Events
//
// What Flowroute tells a program, the server does too, by POST to the URLs that were set: messages that
// [Server.Receive] has numbers of the account receive, and delivery receipts of those that were sent, to the
// message's own URL, or else the number's or the account's; and what port orders, exports and the enabling of
// messaging come to, to the URL that was given with them. What is not answered with 200 is delivered up to four times
// more, every [RedeliverAfter]. [Server.SetWebhooks] sets in which form events come, and how often again;
// [Server.Deliveries] tells what was answered.
//
// Nothing is delivered in the background. Receive delivers before it returns, and [Server.Advance] what is due by then, in
// the order of time. Only URLs of this machine are called, unless [WithCallbackClient] says otherwise.
//
// # Failures
//
// [Server.Inject] has requests fail: with a status, late, halfway, after having been carried out or before. See
// [Fault]. [Server.Requests] tells what arrived, by these operations:
//
//	numbers.listAreaCodes numbers.listExchanges numbers.listTiers numbers.search numbers.purchase numbers.list
//	numbers.get numbers.getMany numbers.update numbers.release
//	routes.list routes.create routes.update routes.delete routes.listEdgeStrategies
//	routes.setPrimary routes.setFailover routes.clearPrimary routes.clearFailover
//	numbers.provisionMessaging numbers.getMessagingTask
//	messages.send messages.list messages.get messages.setCallback messages.getCallback messages.downloadMedia
//	numbers.setCallback
//	e911s.list e911s.get e911s.validate e911s.create e911s.update e911s.delete
//	e911s.listNumbers e911s.assign e911s.unassign
//	cnams.list cnams.get cnams.create cnams.delete cnams.assign cnams.unassign
//	porting.checkPortability porting.create porting.list porting.getGroup porting.get porting.getStatus porting.update
//	porting.cancel porting.changeNumbers porting.addToGroup porting.requestLOA porting.signLOA
//	porting.upload porting.getFile porting.putFile
//	cdrs.create cdrs.list cdrs.get cdrs.download
package flowroutetest
