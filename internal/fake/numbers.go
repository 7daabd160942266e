package fake

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Numbers that are on the account of a new server, both able to send messages.
const (
	LongCode = "12065550100" // a local number in Seattle
	TollFree = "18445550100" // a toll-free one, which can have no E911 record and no CNAM

	secondLongCode   = "12125550101"
	canadianLongCode = "16045550102"
)

// MessagingEnabledAfter is how long it takes to enable or disable messaging for a number.
const MessagingEnabledAfter = time.Minute

func numberOperations() []Operation {
	return []Operation{
		{"GET", "/v2/numbers/available/areacodes{?max_setup_cost,limit,offset}",
			"numbers.listAreaCodes", (*Account).listAreaCodes},
		{"GET", "/v2/numbers/available/exchanges{?max_setup_cost,areacode,limit,offset}",
			"numbers.listExchanges", (*Account).listExchanges},
		{"GET", "/v2/numbers/available/tiers{?limit,offset}", "numbers.listTiers", (*Account).listTiers},
		{"GET", "/v2/numbers/available{?state,contains,ends_with,rate_center,starts_with,number_type,iso_country," +
			"tier,order_by,limit,offset}",
			"numbers.search", (*Account).searchNumbers},
		{"POST", "/v2/numbers/{number}{?cnam_lookups_enabled,messaging_enabled,messaging_email," +
			"messaging_callback_url}",
			"numbers.purchase", (*Account).purchaseNumber},
		{"GET", "/v2/numbers{?contains,ends_with,starts_with,alias,tier,limit,offset}",
			"numbers.list", (*Account).listNumbers},
		{"GET", "/v2/numbers/{number}", "numbers.get", (*Account).getNumber},
		{"POST", "/v2/numbers/details", "numbers.getMany", (*Account).getNumbers},
		{"PATCH", "/v2/numbers/{number}", "numbers.update", (*Account).updateNumber},
		{"DELETE", "/v2/numbers/{number}", "numbers.release", (*Account).releaseNumber},
	}
}

// number is a phone number on the account.
type number struct {
	listing
	alias         string
	cnamLookups   bool
	primaryRoute  string // ids; empty for none
	failoverRoute string
	e911          string
	cnam          string
	callbacks     callbacks

	messaging        bool // whether it sends messages, from messagingSince on
	messagingSince   time.Time
	messagingBefore  bool   // and until then
	provisioningTask string // id of the latest task to enable or disable it
}

// AddNumber puts a number of 11 digits on the account that is able to send messages, unless it is there.
func (a *Account) AddNumber(value string) {
	if _, exists := a.numbers[value]; exists {
		return
	}
	n := newNumber(describeNumber(value))
	n.messaging = true
	a.numbers[value] = n
}

// canMessage reports whether a number can send messages.
func (n *number) canMessage(now time.Time) bool {
	if now.Before(n.messagingSince) {
		return n.messagingBefore
	}
	return n.messaging
}

func newNumber(l listing) *number {
	return &number{listing: l, cnamLookups: true, primaryRoute: builtInRoute}
}

// Numbers returns the numbers on the account, sorted.
func (a *Account) Numbers(now time.Time) []string {
	a.settle(now)
	return a.numberValues()
}

func (a *Account) numberValues() []string {
	return slices.Sorted(maps.Keys(a.numbers))
}

// own returns the number that the path names. If it isn't on the account the call is refused, and the number is empty.
func (a *Account) own(c *Call, otherwise *refusal) *number {
	n, exists := a.numbers[c.vars["number"]]
	if !exists {
		c.refuse(otherwise)
		return &number{}
	}
	return n
}

func (a *Account) listAreaCodes(c *Call) answer {
	in := c.parameters()
	most := in.number("max_setup_cost", math.Inf(1))
	p := in.page(400)
	codes := a.prefixesForSale(listing.areaCode, most)
	return list(p, "/v2/numbers/available/areacodes", codes, func(code string) object {
		related := host + "/v2/numbers/available/exchanges?areacode=" + code
		return object{"id": code, "links": object{"related": related}, "type": "areacode"}
	})
}

func (a *Account) listExchanges(c *Call) answer {
	in := c.parameters()
	most := in.number("max_setup_cost", math.Inf(1))
	areaCode := in.text("areacode", wholeNumber)
	p := in.page(200)
	exchanges := a.prefixesForSale(listing.exchange, most)
	if areaCode != "" {
		exchanges = slices.DeleteFunc(exchanges, func(e string) bool { return e[:3] != areaCode })
	}
	return list(p, "/v2/numbers/available/exchanges", exchanges, func(exchange string) object {
		related := host + "/v2/numbers/available?starts_with=1" + exchange
		return object{"id": exchange, "links": object{"related": related}, "type": "exchange"}
	})
}

// wholeNumber checks a number that is compared as text.
func wholeNumber(s string) string {
	if strings.Trim(s, "0123456789") != "" {
		return notInteger
	}
	return ""
}

// prefixesForSale returns the prefixes of the numbers for sale that cost at most most to set up, each once.
func (a *Account) prefixesForSale(prefix func(listing) string, most float64) []string {
	var prefixes []string
	for l := range a.forSale() {
		if l.setupCost <= most {
			prefixes = append(prefixes, prefix(l))
		}
	}
	return slices.Compact(prefixes)
}

// listTiers is what the API does, down to links that lead to another path and to the account's own numbers.
func (a *Account) listTiers(c *Call) answer {
	in := c.parameters()
	p := in.page(200)
	names := map[string]bool{}
	for l := range a.forSale() {
		names[l.tier] = true
	}
	return list(p, "/v2/numbers/tiers", slices.Sorted(maps.Keys(names)), func(tier string) object {
		related := host + "/v2/numbers?tier=" + percentEncoded(tier)
		return object{"id": tier, "links": object{"related": related}, "type": "tier"}
	})
}

// percentEncoded is a text as the value of a parameter in a link, with its spaces escaped like all else.
func percentEncoded(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// numberPattern is what a search knows of a number's digits.
type numberPattern struct{ contains, end, start string }

func (p numberPattern) match(value string) bool {
	return strings.Contains(value, p.contains) && strings.HasSuffix(value, p.end) && strings.HasPrefix(value, p.start)
}

func (a *Account) searchNumbers(c *Call) answer {
	in := c.parameters()
	state := in.normalized("state", strings.ToUpper)
	contains, end := in.digits("contains"), in.digits("ends_with")
	rateCenter := in.normalized("rate_center", strings.ToUpper)
	pattern := numberPattern{contains, end, in.firstDigits("starts_with")}
	kind := in.text("number_type", oneOf(longCode, tollFree))
	country := in.normalized("iso_country", strings.ToUpper)
	tier := in.text("tier")
	order := numberOrder(in.text("order_by", func(s string) string {
		if numberOrder(s) == nil {
			return "Not a valid choice."
		}
		return ""
	}))
	p := in.page(200)
	if !c.ok() {
		return answer{}
	}

	var found []listing
	for l := range a.forSale() {
		if pattern.match(l.value) &&
			(state == "" || strings.EqualFold(l.state, state)) &&
			(rateCenter == "" || strings.EqualFold(l.rateCenter, rateCenter)) &&
			(kind == "" || l.kind == kind) &&
			(country == "" || l.country == country) &&
			(tier == "" || l.tier == tier) {
			found = append(found, l)
		}
	}
	if in.has("order_by") { // they are in the order of their digits already
		slices.SortStableFunc(found, order)
	}
	return list(p, "/v2/numbers/available", found, listing.object)
}

// numberOrder is the order that an order_by parameter asks for: a field, and perhaps a direction. It is nil
// if there is no such order.
func numberOrder(orderBy string) func(a, b listing) int {
	field, direction, directed := strings.Cut(cmp.Or(orderBy, "number"), ",")
	var order func(a, b listing) int
	switch field {
	case "number", "value", "tn":
		order = byDigits
	case "monthly_cost":
		order = func(_, _ listing) int { return 0 } // the same for all
	case "iso_country":
		order = func(a, b listing) int { return strings.Compare(a.country, b.country) }
	case "number_type":
		order = func(a, b listing) int { return strings.Compare(a.kind, b.kind) }
	case "state":
		order = func(a, b listing) int { return strings.Compare(a.state, b.state) }
	case "rate_center":
		order = func(a, b listing) int { return strings.Compare(a.rateCenter, b.rateCenter) }
	default:
		return nil
	}
	switch {
	case !directed, direction == "asc":
		return order
	case direction == "desc":
		return func(a, b listing) int { return order(b, a) }
	}
	return nil
}

// object is a number that is for sale.
func (l listing) object() object {
	return object{
		"attributes": object{
			"inbound_rate": inboundRate,
			"iso_country":  l.country,
			"monthly_cost": monthlyCost,
			"number_type":  l.kind,
			"rate_center":  orNull(l.rateCenter),
			"rate_type":    "local",
			"setup_cost":   l.setupCost,
			"state":        orNull(l.state),
			"tier":         l.tier,
			"value":        l.value,
		},
		"id":    l.value,
		"links": object{"related": host + "/v2/numbers/" + l.value},
		"type":  "number",
	}
}

// purchaseNumber takes its options from the body, or from the query if there is no body.
func (a *Account) purchaseNumber(c *Call) answer {
	var in *reader
	if len(c.Body) == 0 {
		in = c.parameters()
	} else {
		in = c.flat()
	}
	cnamLookups := in.flag("cnam_lookups_enabled", true)
	messaging := in.messaging()

	value := c.vars["number"]
	l, exists := a.lookUp(value)
	if _, bought := a.numbers[value]; bought || !exists {
		c.refuse(notFound())
	}
	if !c.ok() {
		return answer{}
	}
	n := newNumber(l)
	n.cnamLookups = cnamLookups
	a.numbers[value] = n
	status := http.StatusCreated
	if messaging.enable && !a.provision(n, messaging, c.Now) {
		status = http.StatusMultiStatus
	}
	return answer{status, a.numberDocument(n, c.Now)}
}

func (a *Account) listNumbers(c *Call) answer {
	in := c.parameters()
	pattern := numberPattern{in.digits("contains"), in.digits("ends_with"), in.firstDigits("starts_with")}
	alias := in.text("alias", atMost(maxAlias))
	tier := in.text("tier")
	p := in.page(200)
	found := a.usedBy(func(n *number) bool {
		return pattern.match(n.value) && (alias == "" || n.alias == alias) && (tier == "" || n.tier == tier)
	})
	return list(p, "/v2/numbers", found, func(n *number) object {
		return object{"attributes": n.summary(c.Now), "id": n.value, "links": self(n.url()), "type": "number"}
	})
}

func (a *Account) getNumber(c *Call) answer {
	n := a.own(c, notFound())
	return ok(a.numberDocument(n, c.Now))
}

// getNumbers answers with each number's data in a list, and what they are all related to, once, beside it. That, and
// to refuse the whole where one of them isn't on the account, is the server's own choice.
func (a *Account) getNumbers(c *Call) answer {
	in := c.flat()
	values := in.numbers("numbers", phoneNumber)
	data, included := []any{}, []object{}
	seen := map[string]bool{}
	for _, value := range values {
		n, exists := a.numbers[value]
		if !exists {
			return c.refuse(notFound())
		}
		document := a.numberDocument(n, c.Now)
		data = append(data, document["data"])
		for _, r := range a.included(n, c.Now) {
			if key := fmt.Sprint(r["type"], r["id"]); !seen[key] {
				seen[key] = true
				included = append(included, r)
			}
		}
	}
	document := object{"data": data, "links": self(host + "/v2/numbers/details")}
	if len(included) > 0 {
		document["included"] = included
	}
	return ok(document)
}

// maxAlias is how long a number's alias may be.
const maxAlias = 64

func (a *Account) updateNumber(c *Call) answer {
	n := a.own(c, notAuthorized())
	in := c.flat()
	in.required("type", oneOf("number"))
	alias := in.text("alias", atMost(maxAlias))
	cnamLookups := in.flag("cnam_lookups_enabled", n.cnamLookups)
	messaging := in.messaging()
	if !c.ok() {
		return answer{}
	}
	if _, given := in.values["alias"]; given {
		n.alias = alias
	}
	n.cnamLookups = cnamLookups
	status := http.StatusOK
	if in.has("messaging_enabled") && !a.provision(n, messaging, c.Now) {
		status = http.StatusMultiStatus
	}
	return answer{status, a.numberDocument(n, c.Now)}
}

func (a *Account) releaseNumber(c *Call) answer {
	n := a.own(c, notFound())
	if c.ok() {
		a.stopProvisioning(n, c.Now)
		delete(a.numbers, n.value)
		a.release(n.listing)
	}
	return noContent()
}

func (n *number) url() string {
	return host + "/v2/numbers/" + n.value
}

// summary are the attributes that a list of the account's numbers has.
func (n *number) summary(now time.Time) object {
	return object{
		"alias":                orNull(n.alias),
		"cnam_lookups_enabled": n.cnamLookups,
		"iso_country":          n.country,
		"messaging_enabled":    n.canMessage(now),
		"number_type":          n.kind,
		"rate_center":          n.rateCenter,
		"state":                n.state,
		"status":               "PURCHASED",
		"tier":                 n.tier,
		"value":                n.value,
	}
}

// numberDocument is a number with what it is related to.
func (a *Account) numberDocument(n *number, now time.Time) object {
	attributes := n.summary(now)
	maps.Copy(attributes, object{
		"inbound_rate": inboundRate,
		"monthly_cost": monthlyCost,
		"note":         nil,
		"rate_type":    "local",
		"setup_cost":   n.setupCost,
	})
	relationships := object{
		"cnam_preset":    related("cnam", n.cnam),
		"e911_address":   related("e911", n.e911),
		"failover_route": related("route", n.failoverRoute),
		"primary_route":  related("route", n.primaryRoute),
	}
	if n.provisioningTask != "" {
		relationships["message_provision"] = related("message_provisioning_status", n.provisioningTask)
	}
	document := object{
		"data": object{
			"attributes":    attributes,
			"id":            n.value,
			"links":         self(n.url()),
			"relationships": relationships,
			"type":          "number",
		},
		"links": self(n.url()),
	}
	if included := a.included(n, now); len(included) > 0 {
		document["included"] = included
	}
	return document
}

// included are the records that a number is related to, each once.
func (a *Account) included(n *number, now time.Time) []object {
	var included []object
	for _, id := range slices.Compact([]string{n.primaryRoute, n.failoverRoute}) {
		if r, found := find(a.routes, id); found {
			included = append(included, r.object())
		}
	}
	if e, found := find(a.e911s, n.e911); found {
		included = append(included, e.object(blankWhenUnset))
	}
	if r, found := find(a.cnams, n.cnam); found {
		included = append(included, r.object(now))
	}
	if p, found := find(a.provisionings, n.provisioningTask); found {
		included = append(included, p.object(n.value, now))
	}
	return included
}

// brief is a number in the company of something else.
func (n *number) brief() object {
	return object{
		"attributes": object{"alias": orNull(n.alias), "value": n.value},
		"id":         n.value,
		"links":      self(n.url()),
		"type":       "number",
	}
}

// related is a relationship to a record, or to none where the id is empty.
func related(kind, id string) object {
	if id == "" {
		return object{"data": nil}
	}
	return object{"data": object{"id": id, "type": kind}}
}

// orNull is a text, or null where it is empty.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
