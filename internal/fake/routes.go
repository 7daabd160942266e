package fake

import (
	"math"
	"net/http"
	"regexp"
	"slices"
)

// builtInRoute is the id of the route that every account has: to the device that registered over SIP.
const builtInRoute = "0"

// firstRoute is the number after which the ids of routes begin.
const firstRoute = 98395

func routeOperations() []Operation {
	return []Operation{
		{"GET", "/v2/routes{?route_type,limit,offset}", "routes.list", (*Account).listRoutes},
		{"POST", "/v2/routes", "routes.create", (*Account).createRoute},
		{"PATCH", "/v2/routes/{route}", "routes.update", (*Account).updateRoute},
		{"DELETE", "/v2/routes/{route}", "routes.delete", (*Account).deleteRoute},
		{"GET", "/v2/routes/edge_strategies", "routes.listEdgeStrategies", (*Account).listEdgeStrategies},
		{"PATCH", "/v2/numbers/{number}/relationships/primary_route", "routes.setPrimary", (*Account).setPrimaryRoute},
		{"PATCH", "/v2/numbers/{number}/relationships/failover_route", "routes.setFailover", (*Account).setFailoverRoute},
		{"DELETE", "/v2/numbers/{number}/relationships/primary_route", "routes.clearPrimary", (*Account).clearPrimaryRoute},
		{"DELETE", "/v2/numbers/{number}/relationships/failover_route",
			"routes.clearFailover", (*Account).clearFailoverRoute},
	}
}

type route struct {
	id, kind, alias, value string
	edgeStrategy           *int
}

func (r *route) recordID() string { return r.id }

func (r *route) object() object {
	return object{
		"attributes": object{
			"alias":            r.alias,
			"edge_strategy_id": r.edgeStrategy,
			"route_type":       r.kind,
			"value":            orNull(r.value),
		},
		"id":    r.id,
		"links": self(host + "/v2/routes/" + r.id),
		"type":  "route",
	}
}

func (a *Account) listRoutes(c *Call) answer {
	in := c.parameters()
	kind := in.text("route_type", oneOf("sip-reg", "host", "uri", "number"))
	p := in.page(200)
	var found []*route
	for _, r := range a.routes {
		if kind == "" || r.kind == kind {
			found = append(found, r)
		}
	}
	return list(p, "/v2/routes", found, (*route).object)
}

const (
	hostPattern = `[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?`
	weight      = `(;weight=[0-9]+)?`
)

var (
	hostRoute   = regexp.MustCompile(`^` + hostPattern + weight + `$`)
	numberRoute = regexp.MustCompile(`^` + elevenDigits + weight + `$`)
	uriRoute    = regexp.MustCompile(`^sips?:[^@\s;]+@` + hostPattern + `(;transport=(tcp|udp|tls))?` + weight + `$`)
)

// routeValue checks the value of a route of some type. Any will do for a type that there isn't.
func routeValue(kind string) check {
	switch kind {
	case "host":
		return matches(hostRoute)
	case "number":
		return matches(numberRoute)
	case "uri":
		return matches(uriRoute)
	}
	return func(string) string { return "" }
}

func (a *Account) createRoute(c *Call) answer {
	in := c.enveloped("route")
	r := &route{
		alias:        in.required("alias"),
		kind:         in.required("route_type", oneOf("host", "number", "uri")),
		edgeStrategy: in.edgeStrategy(nil),
	}
	r.value = in.required("value", routeValue(r.kind))
	a.distinctRoute(c, r)
	if c.ok() {
		r.id = serial(&a.routeCount, firstRoute)
		a.routes = append(a.routes, r)
	}
	return created(r.creation())
}

// distinctRoute refuses a route that leads where another one does, or under another's alias. For the latter it isn't
// known what the API says.
func (a *Account) distinctRoute(c *Call, r *route) {
	same := func(o *route) bool { return o.id != r.id && o.kind == r.kind && o.value == r.value }
	if slices.ContainsFunc(a.routes, same) {
		c.refuse(apiError(http.StatusForbidden, "This route already exists.", "Forbidden"))
	}
	if slices.ContainsFunc(a.routes, func(o *route) bool { return o.id != r.id && o.alias == r.alias }) {
		c.refuse(c.in.unprocessable(object{"alias": []string{"Must be unique."}}))
	}
}

// updateRoute refuses to change the built-in route as something that isn't the account's; what the API says is not
// known.
func (a *Account) updateRoute(c *Call) answer {
	r := a.ownRoute(c)
	in := c.enveloped("route")
	changed := &route{
		id:           r.id,
		alias:        in.changed("alias", r.alias),
		kind:         in.changed("route_type", r.kind, oneOf("host", "number", "uri")),
		edgeStrategy: in.edgeStrategy(r.edgeStrategy),
	}
	changed.value = in.changed("value", r.value)
	if problem := routeValue(changed.kind)(changed.value); problem != "" && len(in.problems["value"]) == 0 {
		in.problems.add("value", problem) // also where only the type has changed
	}
	a.distinctRoute(c, changed)
	if c.ok() {
		*r = *changed
	}
	return ok(object{"data": r.object(), "links": self(host + "/v2/routes/" + r.id)})
}

// ownRoute returns the route that the path names, if it can be changed or deleted.
func (a *Account) ownRoute(c *Call) *route {
	r := named(c, a.routes, "route", notFound())
	if r.id == builtInRoute {
		c.refuse(notAuthorized())
	}
	return r
}

// edgeStrategies are the points of presence that calls can be sent by, by id. Of the first only the id is not made up.
var edgeStrategies = []edgeStrategy{
	{1, "US-West-OR", "us-west-or.sip.flowroute.com", "192.0.2.0/28, 192.0.2.0-192.0.2.15", "Oregon"},
	{4, "US-East-VA", "us-east-va.sip.flowroute.com", "34.226.36.32/28, 34.226.36.32-34.226.36.47", "North Virginia"},
}

type edgeStrategy struct {
	id                            int
	name, naptr, firewall, region string
}

// object has an id that is a number, and no links.
func (e edgeStrategy) object() object {
	return object{
		"attributes": object{
			"description": "Data will be sent preferentially from our edge systems in " + e.region + ". " +
				"We will fall back to other regions if necessary.",
			"firewall_rules": e.firewall,
			"name":           e.name,
			"naptr":          e.naptr,
		},
		"id":   e.id,
		"type": "edge_strategy",
	}
}

func (a *Account) listEdgeStrategies(*Call) answer {
	return ok(object{"data": each(edgeStrategies, edgeStrategy.object)})
}

// edgeStrategy reads the id of an edge strategy: a number, text, or null for none, under a shorter name as well, as
// some clients send it. Without any it is the current one.
func (in *reader) edgeStrategy(current *int) *int {
	for _, name := range []string{"edge_strategy_id", "edge_strategy"} {
		if _, given := in.value(name); !given {
			continue
		}
		if !in.has(name) {
			return nil
		}
		id := in.integer(name, 0, math.MinInt, 0)
		exists := slices.ContainsFunc(edgeStrategies, func(e edgeStrategy) bool { return e.id == id })
		if len(in.problems[name]) == 0 && !exists {
			in.problems.add(name, "No such edge strategy.")
		}
		return &id
	}
	return current
}

// creation is the document of a new route. Unlike everywhere else its links have no version.
func (r *route) creation() object {
	links := self(host + "/routes/" + r.id)
	attributes := object{"alias": r.alias, "route_type": r.kind, "value": r.value}
	return object{
		"data":  object{"attributes": attributes, "id": r.id, "links": links, "type": "route"},
		"links": links,
	}
}

func (a *Account) deleteRoute(c *Call) answer {
	r := a.ownRoute(c)
	users := a.usedBy(func(n *number) bool { return n.primaryRoute == r.id || n.failoverRoute == r.id })
	if len(users) > 0 {
		c.refuse(apiError(http.StatusForbidden, "Please disassociate all numbers before deleting.",
			"This Route has numbers still associated to it."))
	}
	if c.ok() {
		a.routes = remove(a.routes, r.id)
	}
	return noContent()
}

func (a *Account) setPrimaryRoute(c *Call) answer {
	return a.setRoute(c, func(n *number) *string { return &n.primaryRoute })
}

func (a *Account) setFailoverRoute(c *Call) answer {
	return a.setRoute(c, func(n *number) *string { return &n.failoverRoute })
}

func (a *Account) clearPrimaryRoute(c *Call) answer {
	return a.clearRoute(c, func(n *number) *string { return &n.primaryRoute })
}

func (a *Account) clearFailoverRoute(c *Call) answer {
	return a.clearRoute(c, func(n *number) *string { return &n.failoverRoute })
}

func (a *Account) setRoute(c *Call, which func(*number) *string) answer {
	n := a.own(c, notAuthorized())
	id := c.identifier("route")
	if _, found := find(a.routes, id); !found {
		c.refuse(notFound())
	}
	if c.ok() {
		*which(n) = id
	}
	return noContent()
}

func (a *Account) clearRoute(c *Call, which func(*number) *string) answer {
	n := a.own(c, notAuthorized())
	if c.ok() {
		*which(n) = ""
	}
	return noContent()
}
