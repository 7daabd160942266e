package fake

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// How long after it was placed, or changed after it was rejected, a port order is in its later states. Before the
// first of them it is pending. When it is completed its numbers are on the account.
const (
	PortProcessingAfter = time.Hour          // processing, from when on it can't be changed
	PortSubmittedAfter  = 24 * time.Hour     // submitted
	PortAcceptedAfter   = 3 * 24 * time.Hour // accepted
	PortCompletedAfter  = 7 * 24 * time.Hour // completed
)

// NotPortable is the last four digits of the numbers that can't be ported. (Nor can one be that is on the account, or
// in an open port order.)
const NotPortable = "0000"

const (
	firstPortOrder = 42360 // number after which the ids of port orders begin
	firstPortGroup = 38696 // and those of their groups
)

func portingOperations() []Operation {
	return []Operation{
		{"POST", "/v2/portorders/portability", "porting.checkPortability", (*Account).checkPortability},
		{"POST", "/v2/portorders", "porting.create", (*Account).createPortOrder},
		{"GET", "/v2/portorders{?status,alias,completion_date,numbers,numbers[],created_after,created_before," +
			"modified_after,modified_before,completed_after,completed_before,order,limit,offset,is_approved}",
			"porting.list", (*Account).listPortOrders},
		{"GET", "/v2/portorders?group_id{&status}", "porting.getGroup", (*Account).getPortGroup},
		{"GET", "/v2/portorders/{order}", "porting.get", (*Account).getPortOrder},
		{"PATCH", "/v2/portorders/{order}", "porting.update", (*Account).updatePortOrder},
		{"GET", "/v2/portorders/{order}/status", "porting.getStatus", (*Account).getPortStatus},
		{"PATCH", "/v2/portorders/{order}/status", "porting.cancel", (*Account).cancelPortOrder},
		{"PATCH", "/v2/portorders/{order}/relationships/numbers", "porting.changeNumbers", (*Account).changePortNumbers},
		{"POST", "/v2/portorders/{group}/numbers", "porting.addToGroup", (*Account).addToPortGroup},
		{"GET", "/v2/portorders/{order}/loa", "porting.requestLOA", (*Account).requestLOA},
		{"POST", "/v2/portorders/{order}/loa", "porting.signLOA", (*Account).signLOA},
		{"POST", "/v2/portorders/{order}/upload_file", "porting.upload", (*Account).createPortFile},
		{"GET", "/v2/portorders/{order}/files/{file}", "porting.getFile", (*Account).getPortFile},
	}
}

// Words for the state of a port order.
const (
	portPending    = "pending"
	portProcessing = "processing"
	portSubmitted  = "submitted"
	portAccepted   = "accepted"
	portRejected   = "rejected"
	portCompleted  = "completed"
	portCanceled   = "canceled"
)

// portOrder is an order to port numbers of one kind to the account.
type portOrder struct {
	id, group string
	numbers   []string // 11 digits
	details   portDetails
	files     []*portFile
	created   time.Time
	modified  time.Time
	began     time.Time // when it became pending
	stopped   string    // state in which it stays; empty while it goes on
	stoppedAt time.Time
	arrived   bool // its numbers have been put on the account
}

func (o *portOrder) recordID() string { return o.id }

// portStep is a state of an order that goes on, and how long after its beginning it comes.
type portStep struct {
	status string
	after  time.Duration
}

var portSteps = []portStep{
	{portPending, 0},
	{portProcessing, PortProcessingAfter},
	{portSubmitted, PortSubmittedAfter},
	{portAccepted, PortAcceptedAfter},
	{portCompleted, PortCompletedAfter},
}

// status is the state of the order, and since when it is in it.
func (o *portOrder) status(now time.Time) (status string, since time.Time) {
	if o.stopped != "" {
		return o.stopped, o.stoppedAt
	}
	step := portSteps[0]
	for _, s := range portSteps {
		if !now.Before(o.began.Add(s.after)) {
			step = s
		}
	}
	return step.status, o.began.Add(step.after)
}

// is reports whether the order is in one of some states.
func (o *portOrder) is(now time.Time, statuses ...string) bool {
	status, _ := o.status(now)
	return slices.Contains(statuses, status)
}

// begin has the order go through the states from the first.
func (a *Account) begin(o *portOrder, now time.Time) {
	o.stopped, o.began = "", now
	for _, step := range portSteps[1:] {
		due := now.Add(step.after)
		a.expectNotice(due, portNotice, o.notice(func() string {
			if !o.began.Equal(now) || o.stopped != "" && o.stoppedAt.Before(due) {
				return ""
			}
			return step.status
		}))
	}
}

// stop has the order stay in a state.
func (a *Account) stop(o *portOrder, status string, now time.Time) {
	o.stopped, o.stoppedAt, o.modified = status, now, now
	if status == portCanceled {
		status = "cancelled" // as it is spelled there
	}
	a.expectNotice(now, portNotice, o.notice(func() string { return status }))
}

// notice says that the order has come to a state.
func (o *portOrder) notice(status func() string) notice {
	return notice{
		name:         "Port Order #" + o.id,
		resourceType: "portorders",
		resource:     o.id,
		status:       status,
		url:          func() string { return o.details.texts["status_url"] },
	}
}

// kind is that of all its numbers.
func (o *portOrder) kind() string {
	if len(o.numbers) == 0 {
		return "" // the call is refused, and the order empty
	}
	return describeNumber(o.numbers[0]).kind
}

// RejectPortOrder rejects a port order, as the provider that loses its numbers may. The order gets the reason as a
// comment. Once it is changed it is pending again. It is an error if there is no such order or it has come to its
// end.
func (a *Account) RejectPortOrder(id, reason string, now time.Time) error {
	o, found := find(a.portOrders, id)
	switch {
	case !found:
		return fmt.Errorf("flowroutetest: no port order %s", id)
	case o.is(now, portCompleted, portCanceled):
		status, _ := o.status(now)
		return fmt.Errorf("flowroutetest: port order %s is %s", id, status)
	}
	a.stop(o, portRejected, now)
	o.details.comments = append(o.details.comments, reason)
	return nil
}

// settle puts the numbers of port orders on the account that have been completed by now.
func (a *Account) settle(now time.Time) {
	for _, o := range a.portOrders {
		if o.arrived || !o.is(now, portCompleted) {
			continue
		}
		o.arrived = true
		for _, value := range o.numbers {
			if _, exists := a.numbers[value]; !exists {
				a.numbers[value] = a.portedNumber(value, o.details, now)
			}
		}
	}
}

// portedNumber is a new number with its presets, as far as they still exist and it can have them.
func (a *Account) portedNumber(value string, d portDetails, now time.Time) *number {
	n := newNumber(describeNumber(value))
	n.alias, n.cnamLookups = d.presets["alias"], d.cnamLookups
	if _, found := find(a.routes, d.presets["primary_route_id"]); found {
		n.primaryRoute = d.presets["primary_route_id"]
	}
	if _, found := find(a.routes, d.presets["failover_route_id"]); found {
		n.failoverRoute = d.presets["failover_route_id"]
	}
	if n.kind != longCode {
		return n
	}
	if _, found := find(a.e911s, d.presets["e911_id"]); found {
		n.e911 = d.presets["e911_id"]
	}
	if r, found := find(a.cnams, d.presets["cnam_id"]); found && r.isApproved(now) {
		n.cnam = r.id
	}
	return n
}

var portNumberPattern = regexp.MustCompile(`^\+` + elevenDigits + `$`)

func portNumber(s string) string {
	if !portNumberPattern.MatchString(s) {
		return "Not a valid phone number."
	}
	return ""
}

// portable reports whether a number can be ported to the account.
func (a *Account) portable(value string, now time.Time) bool {
	_, own := a.numbers[value]
	return !own && !strings.HasSuffix(value, NotPortable) && !slices.ContainsFunc(a.portOrders, func(o *portOrder) bool {
		return slices.Contains(o.numbers, value) && !o.is(now, portCompleted, portCanceled)
	})
}

// checkPortability has long codes enabled for the hypernetwork, and toll-free numbers not, which is the server's own
// choice.
func (a *Account) checkPortability(c *Call) answer {
	in := c.flat()
	numbers := in.numbers("numbers", portNumber)
	lists := map[string][]string{"hypernetwork_enabled": {}, "nonportable": {}, "portable": {}}
	add := func(list, number string) { lists[list] = append(lists[list], "+"+number) }
	for _, n := range numbers {
		switch {
		case !a.portable(n, c.Now):
			add("nonportable", n)
			continue
		case describeNumber(n).kind == longCode:
			add("hypernetwork_enabled", n)
		}
		add("portable", n)
	}
	return ok(object{"data": lists})
}

// createPortOrder makes an order for the long codes and one for the toll-free numbers, in a group. One alone is the
// answer's data; two are a list, which is the server's own choice.
func (a *Account) createPortOrder(c *Call) answer {
	in := c.enveloped()
	numbers := a.portNumbers(in, "numbers", c.Now)
	details := a.portDetails(in, nil)
	if !c.ok() {
		return answer{}
	}
	group := serial(&a.portGroupCount, firstPortGroup)
	orders := a.addPortOrders(group, numbers, details, c.Now)
	return created(portDocument(orders, c.Now))
}

// portNumbers reads the numbers to port, each once.
func (a *Account) portNumbers(in *reader, name string, now time.Time) []string {
	var numbers []string
	for _, n := range in.numbers(name, portNumber) {
		switch {
		case slices.Contains(numbers, n):
		case len(in.problems[name]) == 0 && !a.portable(n, now):
			in.problems.add(name, "+"+n+" is not portable.")
		default:
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// addPortOrders makes the orders of a group for numbers.
func (a *Account) addPortOrders(group string, numbers []string, d portDetails, now time.Time) []*portOrder {
	var orders []*portOrder
	for _, kind := range []string{longCode, tollFree} {
		ofKind := slices.DeleteFunc(slices.Clone(numbers), func(n string) bool { return describeNumber(n).kind != kind })
		if len(ofKind) == 0 {
			continue
		}
		o := &portOrder{
			id:       serial(&a.portOrderCount, firstPortOrder),
			group:    group,
			numbers:  ofKind,
			details:  d.clone(),
			created:  now,
			modified: now,
		}
		a.begin(o, now)
		o.addDocuments(d.documents)
		orders = append(orders, o)
	}
	a.portOrders = append(a.portOrders, orders...)
	return orders
}

// portDocument is an order, or a list of several.
func portDocument(orders []*portOrder, now time.Time) object {
	if len(orders) == 1 {
		return object{"data": orders[0].object(now)}
	}
	return object{"data": each(orders, func(o *portOrder) object { return o.object(now) })}
}

func (o *portOrder) url() string { return host + "/v2/portorders/" + o.id }

func (o *portOrder) object(now time.Time) object {
	status, _ := o.status(now)
	attributes := object{
		"alias": orNull(o.details.texts["alias"]),
		"billing_address": object{
			"city":    o.details.texts["city"],
			"country": o.details.texts["country"],
			"state":   o.details.texts["state"],
			"street":  o.details.texts["street"],
			"street2": orNull(o.details.texts["street2"]),
			"zip":     o.details.texts["zip"],
		},
		"business_documents":      []object{},
		"comments":                append([]string{}, o.details.comments...),
		"cost":                    o.cost(),
		"desired_completion_date": orNull(o.details.texts["desired_completion_date"]),
		"enable_cnam_lookups":     o.details.cnamLookups,
		"group_id":                o.group,
		"loa_details":             o.details.loa,
		"numbers":                 withPlus(o.numbers),
		"presets":                 object{},
		"status":                  status,
		"status_updated_at":       o.statusUpdated(now),
	}
	for _, name := range []string{
		"billing_name", "billing_number", "company", "last_4_ssn", "pin", "provider", "provider_account", "status_url",
		"usage_type",
	} {
		attributes[name] = o.details.texts[name]
	}
	if o.details.presets != nil {
		attributes["presets"] = o.details.presets
	}
	if len(o.files) > 0 {
		attributes["business_documents"] = []object{{"data": each(o.files, o.file)}}
	}
	return object{"attributes": attributes, "id": o.id, "links": self(o.url()), "type": "portorder"}
}

func withPlus(numbers []string) []string {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = "+" + n
	}
	return list
}

// cost is what the order costs: $7.50 for each number.
func (o *portOrder) cost() string {
	tenths := 75 * len(o.numbers)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

// statusUpdated is since when the order is in its state, or null in the one that it was made in.
func (o *portOrder) statusUpdated(now time.Time) any {
	if _, since := o.status(now); since.After(o.created) {
		return since.Format(time.RFC3339)
	}
	return nil
}

func noSuchPortOrder() *refusal {
	return apiError(http.StatusNotFound, "No such port order", "Resource not found")
}

// portOrder returns the order that the path names.
func (a *Account) portOrder(c *Call) *portOrder {
	return named(c, a.portOrders, "order", noSuchPortOrder())
}

// changeablePortOrder returns the order that the path names, if it can be changed.
func (a *Account) changeablePortOrder(c *Call) *portOrder {
	o := a.portOrder(c)
	if !o.is(c.Now, portPending, portRejected) {
		c.refuse(o.refusal(c.Now))
	}
	return o
}

// openPortOrder returns the order that the path names, if it has not come to its end.
func (a *Account) openPortOrder(c *Call) *portOrder {
	o := a.portOrder(c)
	if o.is(c.Now, portCompleted, portCanceled) {
		c.refuse(o.refusal(c.Now))
	}
	return o
}

// refusal is what is said to changes that come too late.
func (o *portOrder) refusal(now time.Time) *refusal {
	status, _ := o.status(now)
	return apiError(http.StatusForbidden, "The port order is "+status+".", "Forbidden")
}

// changed has an order be processed from the beginning where it was rejected.
func (a *Account) changed(o *portOrder, now time.Time) {
	if o.stopped == portRejected {
		a.begin(o, now)
	}
	o.modified = now
}

func (a *Account) getPortOrder(c *Call) answer {
	o := a.portOrder(c)
	return ok(object{"data": o.object(c.Now)})
}

func (a *Account) getPortStatus(c *Call) answer {
	o := a.portOrder(c)
	return ok(o.statusDocument(c.Now))
}

func (o *portOrder) statusDocument(now time.Time) object {
	status, _ := o.status(now)
	return object{"data": object{
		"attributes": object{"status": status, "status_updated_at": o.statusUpdated(now)},
		"id":         o.id,
		"type":       "portorder",
	}}
}

// updatePortOrder takes its values in either form, since it isn't known in which the API does.
func (a *Account) updatePortOrder(c *Call) answer {
	o := a.changeablePortOrder(c)
	in := c.envelopedOrFlat()
	if in.has("numbers") {
		in.problems.add("numbers", "Cannot be changed here.")
	}
	details := a.portDetails(in, &o.details)
	if c.ok() {
		o.details = details
		o.addDocuments(details.documents)
		a.changed(o, c.Now)
	}
	return ok(object{"data": o.object(c.Now)})
}

// cancelPortOrder answers with the new state, which is the server's own choice.
func (a *Account) cancelPortOrder(c *Call) answer {
	o := a.openPortOrder(c)
	in := c.flat()
	in.required("status", oneOf("cancelled", "canceled"))
	if c.ok() {
		a.stop(o, portCanceled, c.Now)
	}
	return ok(o.statusDocument(c.Now))
}

// changePortNumbers answers with the order, which is the server's own choice.
func (a *Account) changePortNumbers(c *Call) answer {
	o := a.changeablePortOrder(c)
	numbers := a.changedNumbers(c, o)
	if c.ok() {
		o.numbers = numbers
		a.changed(o, c.Now)
	}
	return ok(object{"data": o.object(c.Now)})
}

// changedNumbers reads which numbers an order is to have.
func (a *Account) changedNumbers(c *Call, o *portOrder) []string {
	in := c.flat()
	var added, removed []string
	if in.has("add") {
		added = a.portNumbers(in, "add", c.Now)
	}
	if in.has("remove") {
		removed = in.numbers("remove", portNumber)
	}
	for _, n := range added {
		if describeNumber(n).kind != o.kind() {
			in.problems.add("add", "+"+n+" is of another kind than the order's numbers.")
		}
	}
	for _, n := range removed {
		if !slices.Contains(o.numbers, n) {
			in.problems.add("remove", "+"+n+" is not in the order.")
		}
	}
	numbers := slices.Concat(o.numbers, added)
	numbers = slices.DeleteFunc(numbers, func(n string) bool { return slices.Contains(removed, n) })
	switch {
	case len(added)+len(removed) == 0 && len(in.problems) == 0:
		in.problems.add("_schema", "Nothing to add or remove.")
	case len(numbers) == 0:
		in.problems.add("remove", "The order would be without numbers.")
	}
	return numbers
}

// addToPortGroup puts numbers into the group's order for their kind while that can be changed, and into a new order
// like the group's first one otherwise. It answers with the orders that got numbers. All that is the server's own
// choice.
func (a *Account) addToPortGroup(c *Call) answer {
	group := a.portGroup(c.vars["group"])
	if len(group) == 0 {
		c.refuse(noSuchPortOrder())
	}
	in := c.flat()
	name := "add"
	if !in.has(name) && in.has("numbers") {
		name = "numbers"
	}
	numbers := a.portNumbers(in, name, c.Now)
	if !c.ok() {
		return answer{}
	}
	var orders []*portOrder
	for _, o := range group {
		kind := o.kind()
		ofOrder := func(n string) bool { return describeNumber(n).kind == kind }
		if !o.is(c.Now, portPending, portRejected) || !slices.ContainsFunc(numbers, ofOrder) {
			continue
		}
		for _, n := range numbers {
			if ofOrder(n) {
				o.numbers = append(o.numbers, n)
			}
		}
		numbers = slices.DeleteFunc(numbers, ofOrder)
		a.changed(o, c.Now)
		orders = append(orders, o)
	}
	orders = append(orders, a.addPortOrders(group[0].group, numbers, group[0].details, c.Now)...)
	return ok(portDocument(orders, c.Now))
}

// portDetails are what is said about an order, other than its numbers.
type portDetails struct {
	texts       map[string]string
	loa         map[string]string
	presets     map[string]string
	comments    []string
	documents   []string
	cnamLookups bool
}

func (d portDetails) clone() portDetails {
	d.comments = slices.Clone(d.comments)
	return d
}

// portField is an attribute of an order that is a text.
type portField struct {
	name     string
	required bool
	checks   []check
}

var fourDigits = regexp.MustCompile(`^[0-9]{4}$`)

func portFields() []portField {
	return []portField{
		{name: "billing_name", required: true},
		{name: "street", required: true},
		{name: "city", required: true},
		{name: "state", required: true},
		{name: "country", required: true, checks: []check{oneOf("US", "CA")}},
		{name: "provider", required: true},
		{name: "street2"},
		{name: "zip", checks: []check{optional(zipLength)}},
		{name: "billing_number", checks: []check{optional(phoneNumber)}},
		{name: "company"},
		{name: "provider_account"},
		{name: "pin"},
		{name: "last_4_ssn", checks: []check{optional(matches(fourDigits))}},
		{name: "usage_type", checks: []check{optional(oneOf("residential", "business"))}},
		{name: "desired_completion_date", checks: []check{optional(date)}},
		{name: "status_url", checks: []check{optional(webAddress)}},
		{name: "alias", checks: []check{atMost(maxAlias)}},
	}
}

// date checks a day.
func date(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "Not a valid date."
	}
	return ""
}

// portDetails reads what is said about an order: all that is required, or where there is an order already any that is
// to change.
func (a *Account) portDetails(in *reader, current *portDetails) portDetails {
	d := portDetails{texts: map[string]string{}, cnamLookups: true}
	if current != nil {
		d = *current
		d.texts = map[string]string{}
		maps.Copy(d.texts, current.texts)
	}
	for _, f := range portFields() {
		_, present := in.value(f.name)
		switch {
		case f.required && (present || current == nil):
			d.texts[f.name] = in.required(f.name, f.checks...)
		case present:
			d.texts[f.name] = in.text(f.name, f.checks...)
		}
	}
	in.state(d.texts)
	d.cnamLookups = in.flag("enable_cnam_lookups", d.cnamLookups)
	if current == nil && !in.has("loa_details") {
		in.problems.add("loa_details", missing)
	}
	if in.has("loa_details") {
		loa := in.within("loa_details")
		d.loa = map[string]string{"email": loa.required("email"), "cc": loa.text("cc")}
	}
	if in.has("presets") {
		d.presets = a.presets(in.within("presets"))
	}
	if in.has("comments") {
		d.comments = in.textOrTexts("comments")
	}
	d.documents = in.texts("business_documents")
	return d
}

// presets reads what the numbers are given when they are on the account.
func (a *Account) presets(in *reader) map[string]string {
	presets := map[string]string{"alias": in.text("alias", atMost(maxAlias))}
	for name, exists := range map[string]func(id string) bool{
		"cnam_id":           func(id string) bool { _, found := find(a.cnams, id); return found },
		"e911_id":           func(id string) bool { _, found := find(a.e911s, id); return found },
		"primary_route_id":  func(id string) bool { _, found := find(a.routes, id); return found },
		"failover_route_id": func(id string) bool { _, found := find(a.routes, id); return found },
	} {
		presets[name] = in.id(name)
		if id := presets[name]; id != "" && !exists(id) {
			in.problems.add(name, "No such record on your account.")
		}
	}
	maps.DeleteFunc(presets, func(_, value string) bool { return value == "" })
	return presets
}

// portQuery is what a search for port orders asks for.
type portQuery struct {
	status, alias, completionDate string
	numbers                       []string
	created, modified, completed  period
}

// period is a time from and up to which something happened, either of which may be missing.
type period struct{ after, before time.Time }

func (in *reader) period(name string) period {
	return period{in.time(name + "_after"), in.time(name + "_before")}
}

// any reports whether the period is that of all times.
func (p period) any() bool { return p.after.IsZero() && p.before.IsZero() }

func (p period) contains(t time.Time) bool {
	return !t.Before(p.after) && (p.before.IsZero() || t.Before(p.before))
}

// match reports whether an order is among those searched for: it has one of the numbers, and all else.
func (q portQuery) match(o *portOrder, now time.Time) bool {
	status, since := o.status(now)
	ofOrder := func(n string) bool { return slices.Contains(o.numbers, n) }
	return (len(q.numbers) == 0 || slices.ContainsFunc(q.numbers, ofOrder)) &&
		(q.status == "" || q.status == status) &&
		(q.alias == "" || q.alias == o.details.texts["alias"]) &&
		(q.completionDate == "" || q.completionDate == o.details.texts["desired_completion_date"]) &&
		q.created.contains(o.created) &&
		q.modified.contains(o.lastChange(now)) &&
		(q.completed.any() || status == portCompleted && q.completed.contains(since))
}

// lastChange is when the order was last changed, or its state did.
func (o *portOrder) lastChange(now time.Time) time.Time {
	_, since := o.status(now)
	if since.After(o.modified) {
		return since
	}
	return o.modified
}

// listPortOrders answers 404 where there is nothing to list, as the API is known to on an account without orders.
// Orders come newest first unless another order is asked for, which is the server's own choice.
func (a *Account) listPortOrders(c *Call) answer {
	in := c.parameters()
	search := portQuery{
		status:         in.text("status"),
		alias:          in.text("alias"),
		completionDate: in.text("completion_date", date),
		created:        in.period("created"),
		modified:       in.period("modified"),
		completed:      in.period("completed"),
	}
	for _, list := range slices.Concat(c.query["numbers"], c.query["numbers[]"]) {
		for n := range strings.SplitSeq(list, ",") {
			search.numbers = append(search.numbers, digits11(strings.TrimSpace(n)))
		}
	}
	order := a.portOrdering(in, c.Now)
	p := in.page(200)
	var found []*portOrder
	for _, o := range slices.Backward(a.portOrders) {
		if search.match(o, c.Now) {
			found = append(found, o)
		}
	}
	slices.SortStableFunc(found, order)
	shown, _ := paged(p, found)
	if len(shown) == 0 {
		c.refuse(noSuchPortOrder())
	}
	orders := each(shown, func(o *portOrder) object {
		status, _ := o.status(c.Now)
		return object{"attributes": object{"alias": orNull(o.details.texts["alias"]), "id": o.id, "status": status}}
	})
	return ok(object{"data": object{
		"attributes": object{"orders": object{"data": orders}},
		"type":       "portorder_list",
	}})
}

// portOrdering reads the fields by which orders are to be sorted.
func (a *Account) portOrdering(in *reader, now time.Time) func(x, y *portOrder) int {
	var keys []func(*portOrder) string
	var fields []string
	if order := in.text("order"); order != "" {
		fields = strings.Split(order, ",")
	}
	for _, field := range fields {
		key := map[string]func(*portOrder) string{
			"status":          func(o *portOrder) string { status, _ := o.status(now); return status },
			"group_status":    func(o *portOrder) string { return groupStatus(a.portGroup(o.group), now) },
			"completion_date": func(o *portOrder) string { return o.details.texts["desired_completion_date"] },
			"numbers":         func(o *portOrder) string { return strings.Join(o.numbers, ",") },
			"alias":           func(o *portOrder) string { return o.details.texts["alias"] },
			"modified_date":   func(o *portOrder) string { return o.lastChange(now).Format(time.RFC3339Nano) },
		}[field]
		if key == nil {
			in.problems.add("order", "Not a valid choice.")
			continue
		}
		keys = append(keys, key)
	}
	return func(x, y *portOrder) int {
		for _, key := range keys {
			if order := strings.Compare(key(x), key(y)); order != 0 {
				return order
			}
		}
		return 0
	}
}

func (a *Account) portGroup(id string) []*portOrder {
	return slices.DeleteFunc(slices.Clone(a.portOrders), func(o *portOrder) bool { return o.group != id })
}

// groupStatus is the summary of the states of a group's orders.
func groupStatus(orders []*portOrder, now time.Time) string {
	count := map[string]int{}
	for _, o := range orders {
		status, _ := o.status(now)
		count[status]++
	}
	switch {
	case count[portRejected] > 0:
		return "Requires Action"
	case count[portCanceled] == len(orders):
		return "Canceled"
	case count[portCanceled]+count[portCompleted] == len(orders):
		return "Completed"
	}
	return "In Progress"
}

// getPortGroup has an answer of the server's own form; that of the API isn't known.
func (a *Account) getPortGroup(c *Call) answer {
	id := c.query.Get("group_id")
	orders := a.portGroup(id)
	if len(orders) == 0 {
		c.refuse(noSuchPortOrder())
	}
	members := each(orders, func(o *portOrder) object {
		status, _ := o.status(c.Now)
		return object{"attributes": object{"id": o.id, "status": status}}
	})
	return ok(object{"data": object{"attributes": object{
		"group_id": id,
		"orders":   object{"data": members},
		"status":   groupStatus(orders, c.Now),
	}}})
}

// portFile is a document that belongs to an order.
type portFile struct {
	id, name string
	uploaded bool
}

func (f *portFile) recordID() string { return f.id }

// addDocuments gives the order files by name. One that is a web address has been uploaded.
func (o *portOrder) addDocuments(names []string) {
	for _, name := range names {
		o.addFile(name).uploaded = webAddress(name) == ""
	}
}

func (o *portOrder) addFile(name string) *portFile {
	f := &portFile{id: fmt.Sprint(len(o.files)), name: name}
	o.files = append(o.files, f)
	return f
}

// file is a file of the order.
func (o *portOrder) file(f *portFile) object {
	status := "pending"
	if f.uploaded {
		status = "uploaded"
	}
	return object{
		"attributes": object{"filename": f.name, "status": status},
		"id":         f.id,
		"links":      self(o.url() + "/files/" + f.id),
		"type":       "portorder-file",
	}
}

// requestLOA answers that the letter of authorization has been sent. What the API answers is not known.
func (a *Account) requestLOA(c *Call) answer {
	a.openPortOrder(c)
	return noContent()
}

// signLOA takes the signature. Orders go on without one, too.
func (a *Account) signLOA(c *Call) answer {
	a.openPortOrder(c)
	in := c.flat()
	in.required("type", oneOf("loa"))
	in.required("signature_name")
	in.required("signature_title")
	return answer{status: http.StatusCreated}
}

// createPortFile answers with the file and where to upload it. The form of that is the server's own choice.
func (a *Account) createPortFile(c *Call) answer {
	o := a.openPortOrder(c)
	in := c.flat()
	name := in.required("filename")
	if !c.ok() {
		return answer{}
	}
	f := o.addFile(name)
	o.modified = c.Now
	data := o.file(f)
	data["attributes"].(object)["url"] = c.signedUpload(o.storagePath(f.id), documentType(name))
	return created(object{"data": data})
}

// documentType is the content type that the upload of a file is signed with. Only that of a PDF is.
func documentType(name string) string {
	if strings.EqualFold(path.Ext(name), ".pdf") {
		return "application/pdf"
	}
	return ""
}

func (o *portOrder) storagePath(file string) string {
	return "portorders/" + o.id + "/" + file
}

func (a *Account) getPortFile(c *Call) answer {
	o := a.portOrder(c)
	f := named(c, o.files, "file", apiError(http.StatusNotFound, "No such file", "Resource not found"))
	return ok(object{"data": o.file(f)})
}

// uploadPath is the path of the file that a request uploads.
func (c *Call) uploadPath() string { return "portorders/" + c.vars["order"] + "/" + c.vars["file"] }

// uploadPortFile doesn't keep what is uploaded: the server records it with the request.
func (a *Account) uploadPortFile(c *Call) answer {
	c.refuse(c.uploadRefusal())
	o := named(c, a.portOrders, "order", noSuchFile())
	f := named(c, o.files, "file", noSuchFile())
	if c.ok() {
		f.uploaded = true
	}
	return answer{status: http.StatusOK}
}
