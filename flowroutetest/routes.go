package flowroutetest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// builtInRoute is the id of the route that every account has: to the device that registered over SIP.
const builtInRoute = "0"

// firstRoute is the number after which the ids of routes begin.
const firstRoute = 98395

func routeOperations() []operation {
	return []operation{
		{"GET", "/v2/routes", "routes.list", (*account).listRoutes},
		{"POST", "/v2/routes", "routes.create", (*account).createRoute},
		{"DELETE", "/v2/routes/{route}", "routes.delete", (*account).deleteRoute},
		{"PATCH", "/v2/numbers/{number}/relationships/primary_route", "routes.setPrimary", (*account).setPrimaryRoute},
		{"PATCH", "/v2/numbers/{number}/relationships/failover_route", "routes.setFailover", (*account).setFailoverRoute},
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

func (a *account) listRoutes(c *call) (answer, error) {
	q := c.parameters()
	kind := q.text("route_type", oneOf("sip-reg", "host", "uri", "number"))
	q.page(200)
	if err := q.err(); err != nil {
		return answer{}, err
	}
	var found []*route
	for _, r := range a.routes {
		if kind == "" || r.kind == kind {
			found = append(found, r)
		}
	}
	return list(q, "/v2/routes", found, (*route).object), nil
}

const (
	hostPattern = `[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?`
	weight      = `(;weight=[0-9]+)?`
)

var (
	hostRoute   = regexp.MustCompile(`^` + hostPattern + weight + `$`)
	numberRoute = regexp.MustCompile(`^[0-9]{11}` + weight + `$`)
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

func (a *account) createRoute(c *call) (answer, error) {
	attrs, err := c.attributes("route")
	if err != nil {
		return answer{}, err
	}
	r := &route{
		alias:        attrs.required("alias"),
		kind:         attrs.required("route_type", oneOf("host", "number", "uri")),
		edgeStrategy: attrs.edgeStrategy(),
	}
	r.value = attrs.required("value", routeValue(r.kind))
	if err := attrs.err(); err != nil {
		return answer{}, err
	}
	same := func(o *route) bool { return o.kind == r.kind && o.value == r.value }
	if slices.ContainsFunc(a.routes, same) {
		return answer{}, refuse(http.StatusForbidden, "This route already exists.", "Forbidden")
	}
	// Aliases are unique; what the API says to one that isn't is not known.
	if slices.ContainsFunc(a.routes, func(o *route) bool { return o.alias == r.alias }) {
		attrs.problems.add("alias", "Must be unique.")
		return answer{}, attrs.err()
	}
	r.id = serial(&a.routeCount, firstRoute)
	a.routes = append(a.routes, r)
	return created(r.creation()), nil
}

// edgeStrategy reads the id of an edge strategy: a number, or text under a shorter name as some clients send it.
func (a *attributes) edgeStrategy() *int {
	for _, name := range []string{"edge_strategy_id", "edge_strategy"} {
		var digits string
		switch value := a.values[name].(type) {
		case nil:
			continue
		case json.Number:
			digits = value.String()
		case string:
			digits = value
		}
		id, err := strconv.Atoi(digits)
		if err != nil {
			a.problems.add(name, notInteger)
			return nil
		}
		return &id
	}
	return nil
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

func (a *account) deleteRoute(c *call) (answer, error) {
	id := c.vars["route"]
	if _, found := find(a.routes, id); !found {
		return answer{}, notFound()
	}
	if id == builtInRoute {
		return answer{}, notAuthorized()
	}
	users := a.usedBy(func(n *number) bool { return n.primaryRoute == id || n.failoverRoute == id })
	if len(users) > 0 {
		return answer{}, refuse(http.StatusForbidden, "Please disassociate all numbers before deleting.",
			"This Route has numbers still associated to it.")
	}
	a.routes = remove(a.routes, id)
	return noContent(), nil
}

func (a *account) setPrimaryRoute(c *call) (answer, error) {
	return a.setRoute(c, func(n *number, id string) { n.primaryRoute = id })
}

func (a *account) setFailoverRoute(c *call) (answer, error) {
	return a.setRoute(c, func(n *number, id string) { n.failoverRoute = id })
}

func (a *account) setRoute(c *call, set func(n *number, id string)) (answer, error) {
	n, err := a.own(c, notAuthorized())
	if err != nil {
		return answer{}, err
	}
	id, err := c.identifier("route")
	if err != nil {
		return answer{}, err
	}
	if _, found := find(a.routes, id); !found {
		return answer{}, notFound()
	}
	set(n, id)
	return noContent(), nil
}
