// Package flowroutetest is a Flowroute to test against, in memory: each operation that package flowroute has a method
// for.
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
// A program in any language can be pointed at a [Server], at its URL and with its credentials. It takes JSON in the
// forms that the official SDKs send. It takes form-encoded values only where a CNAM record is created.
//
// # State
//
// A server has one account. At first it has four numbers, all able to send messages: [LongCode], 12065550100 in
// Seattle; 12125550101 in New York; 16045550102 in Vancouver, Canada; and [TollFree], 18445550100. It also has the
// built-in route with id 0, a thousand past calls ([Server.SetCalls]), and nothing else. [Server.AddNumber] adds
// numbers. Nearly 4,000 are for sale, [ForSale] among them: local ones in area codes such as 206 (Seattle), 212, 312,
// 415 and 604, and toll-free ones.
//
// What is bought, created, assigned and deleted shows in every later answer, and what depends on something else is
// refused until it is there: an E911 record that a number uses can't be deleted, a CNAM record must be approved before
// it is assigned. What takes time does so by the server's clock: messaging is enabled after [MessagingEnabledAfter],
// exports are completed after [ExportCompletedAfter], and the numbers of a port order are on the account after
// [PortCompletedAfter].
//
// Nothing is random. Servers that get the same requests in the same order give the same answers, but for the host and
// port in the links to files, which are those of the server itself.
//
// # Time
//
// The server's clock stands still at [Epoch], a date in the past, until [Server.Advance] moves it. A program that takes
// the time from [time.Now] disagrees with it: it lists the messages since a minute ago, finds none, and takes a text
// that was sent for one that was not. Give such a program [Server.Now], or let the server's clock run, with
// [WithClock]([time.Now]).
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
// elsewhere. Links other than those to files never name the server, and a client should not follow any.
//
// Credentials are checked before a body is read, and bodies are limited: see [MaxBody], [MaxUpload] and [BodyTimeout].
//
// The URLs that files are uploaded to and downloaded from are signed and lead to the server itself, below /storage/.
// They are refused to requests without their signature, and to those with credentials, which nobody but the API is to
// see.
//
// # Events
//
// The server sends a program the events that Flowroute does, by POST to the URLs that were set. A message that somebody
// sends by [Server.Receive] goes to the URL of the number or else of the account; a delivery receipt to that of the
// message, the number or the account; and what comes of port orders, exports and the enabling of messaging to the URL
// that was given with them. What is not answered with 200 is delivered up to four times more, every [RedeliverAfter].
// [Server.SetWebhooks] sets the form of events, and how often they are repeated; [Server.Deliveries] tells what was
// answered.
//
// Nothing is delivered in the background. Receive delivers before it returns, and [Server.Advance] what is due by then,
// in the order of time. Only URLs of this machine are called, unless [WithCallbackClient] says otherwise.
//
// # Failures
//
// [Server.Inject] makes requests fail: with a status, late, halfway, before or after they were carried out. See
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
//	cdrs.create cdrs.list cdrs.get cdrs.records
package flowroutetest
