package fake

import (
	"slices"
	"strings"
	"time"
)

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

// any tells whether the period is that of all times.
func (p period) any() bool { return p.after.IsZero() && p.before.IsZero() }

func (p period) contains(t time.Time) bool {
	return !t.Before(p.after) && (p.before.IsZero() || t.Before(p.before))
}

// match tells whether an order is among those searched for: it has one of the numbers, and all else.
func (q portQuery) match(o *portOrder, now time.Time) bool {
	status, since := o.status(now)
	hasOne := len(q.numbers) == 0 || slices.ContainsFunc(q.numbers, func(n string) bool { return slices.Contains(o.numbers, n) })
	return hasOne &&
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
