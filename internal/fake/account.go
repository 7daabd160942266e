// Package fake is the Flowroute account behind package flowroutetest: its state, and the handlers of the API's
// operations. It reads and writes its own JSON, so that no mistake is both in it and in the library.
package fake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
)

// Account is the state behind the API. It is not safe for concurrent use. Its methods return an error for an id that is
// not on the account.
type Account struct {
	FlatMessages bool // deliver the SMS that are received without envelope and attributes
	BareReceipts bool // deliver receipts without envelope

	numbers  map[string]*number
	routes   []*route
	e911s    []*e911
	cnams    []*cnam
	messages []*message // sent and received

	callbacks callbacks
	pending   []*Event // to be delivered

	released []listing // numbers that were given back and are for sale beside the inventory

	provisionings        []*provisioning
	provisioningFailures int // how many more are to fail; below 0 for every one
	portOrders           []*portOrder
	exports              []*export
	calls                callHistory

	errorCount, routeCount, e911Count, cnamCount, mediaCount, provisionCount int
	portGroupCount, portOrderCount, exportCount, noticeCount                 int
}

// New returns the account of a new server.
func New() *Account {
	a := &Account{
		numbers:   map[string]*number{},
		callbacks: callbacks{},
		routes:    []*route{{id: builtInRoute, kind: "sip-reg", alias: "sip-reg"}},
	}
	for _, n := range []string{LongCode, TollFree, secondLongCode, canadianLongCode} {
		a.AddNumber(n)
	}
	return a
}

// record is anything on the account that has an id.
type record interface{ recordID() string }

// find returns the record with an id.
func find[T record](records []T, id string) (T, bool) {
	i := slices.IndexFunc(records, func(r T) bool { return r.recordID() == id })
	if i < 0 {
		var none T
		return none, false
	}
	return records[i], true
}

// named returns the record that a variable of the path names. If there is none the call is refused, and the record is
// empty.
func named[R any, P interface {
	*R
	record
}](c *Call, records []P, variable string, otherwise *refusal) P {
	r, found := find(records, c.vars[variable])
	if !found {
		c.refuse(otherwise)
		return new(R)
	}
	return r
}

// remove returns the records without the one with an id.
func remove[T record](records []T, id string) []T {
	return slices.DeleteFunc(records, func(r T) bool { return r.recordID() == id })
}

// usedBy returns the numbers for which used is true, in the order of their digits.
func (a *Account) usedBy(used func(*number) bool) []*number {
	var users []*number
	for _, value := range a.numberValues() {
		if n := a.numbers[value]; used(n) {
			users = append(users, n)
		}
	}
	return users
}

// serial counts one more and returns the id of that number, beginning after first.
func serial(count *int, first int) string {
	*count++
	return strconv.Itoa(first + *count)
}

// digest returns 32 hexadecimal digits that stand for the nth thing of a kind: arbitrary to look at, and always
// the same.
func digest(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
	return hex.EncodeToString(sum[:16])
}

// uuid is digest in the form of a random UUID.
func uuid(kind string, n int) string {
	d := digest(kind, n)
	return fmt.Sprintf("%s-%s-4%s-a%s-%s", d[:8], d[8:12], d[13:16], d[17:20], d[20:])
}
