package flowroute

import (
	"context"
	"iter"
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// RoutesService looks after inbound voice routes: where the calls to the account's phone numbers go.
type RoutesService struct{ service }

// Route is an inbound voice route. The one with the ID "0" is built in: it leads to the account's registered devices.
type Route struct {
	ID             string    `json:"id"`
	Alias          string    `json:"alias"` // unique on the account
	Type           RouteType `json:"route_type"`
	Value          string    `json:"value"`                      // the target; empty for RouteTypeSIPRegistration
	EdgeStrategyID int       `json:"edge_strategy_id,omitempty"` // the point of presence calls are sent from; 0 where none is set
}

// RouteType is the kind of a route's target. The API may use others than those named here.
type RouteType string

// Kinds of routes.
const (
	RouteTypeHost            RouteType = "host"    // an IP address or host name, with or without a port: sip.example.com:5060
	RouteTypeNumber          RouteType = "number"  // a phone number that calls are forwarded to
	RouteTypeURI             RouteType = "uri"     // a SIP URI: sip:alice@example.com:5060;transport=tcp
	RouteTypeSIPRegistration RouteType = "sip-reg" // the account's registered devices
)

// RouteListOptions filters routes.
type RouteListOptions struct {
	ListOptions
	Type RouteType `url:"route_type,omitempty"`
}

// CreateRouteRequest describes a new route.
type CreateRouteRequest struct {
	Alias string    `json:"alias"` // required, unique on the account
	Type  RouteType `json:"route_type"`

	// Value is the target, in the form that the type calls for; a phone number in any common notation. Without a port, the
	// SRV records of a host are asked. ";weight=10" may be added, to share calls out by weight.
	Value string `json:"value"`

	// EdgeStrategyID is the id of the point of presence that calls are sent from; 0 leaves that to Flowroute.
	EdgeStrategyID int `json:"edge_strategy_id,omitempty"`
}

// List returns a page of the account's routes, the built-in one first.
//
// API: GET /v2/routes
func (s *RoutesService) List(ctx context.Context, opts *RouteListOptions) (*Page[Route], error) {
	return list[routeWire](ctx, s.client, get("routes.list", "/v2/routes"), opts)
}

// ListAll walks what [RoutesService.List] returns a page of.
//
// API: GET /v2/routes
func (s *RoutesService) ListAll(ctx context.Context, opts *RouteListOptions) iter.Seq2[*Route, error] {
	return listAll[routeWire](ctx, s.client, get("routes.list", "/v2/routes"), opts)
}

// Create makes a route. A route that the account has already is [ErrForbidden], and a bad value is [ErrUnprocessable].
// It is not repeated where it could happen twice: after [ErrOutcomeUnknown], look with [RoutesService.ListAll].
//
// API: POST /v2/routes
func (s *RoutesService) Create(ctx context.Context, r *CreateRouteRequest) (*Route, error) {
	return fetch[routeWire](ctx, s.client, once("routes.create", "/v2/routes"), required(r))
}

// Delete deletes a route. A route that numbers still use is [ErrForbidden], and one that doesn't exist is [ErrNotFound],
// also where an earlier attempt of the same call deleted it: see [Error.Attempts].
//
// API: DELETE /v2/routes/{routeID}
func (s *RoutesService) Delete(ctx context.Context, routeID string) error {
	return send(ctx, s.client, del("routes.delete", "/v2/routes/{routeID}", id(routeID)), nil)
}

// SetPrimary has calls to a number go to a route. A number or route that is not the account's is [ErrForbidden] or
// [ErrNotFound].
//
// API: PATCH /v2/numbers/{number}/relationships/primary_route
func (s *RoutesService) SetPrimary(ctx context.Context, number, routeID string) error {
	return send(ctx, s.client, patch("routes.setPrimary", "/v2/numbers/{number}/relationships/primary_route", phone(number)), reference("route", "routeID", routeID))
}

// SetFailover has calls to a number go to a route when its primary route fails. A number or route that is not the
// account's is [ErrForbidden] or [ErrNotFound].
//
// API: PATCH /v2/numbers/{number}/relationships/failover_route
func (s *RoutesService) SetFailover(ctx context.Context, number, routeID string) error {
	return send(ctx, s.client, patch("routes.setFailover", "/v2/numbers/{number}/relationships/failover_route", phone(number)), reference("route", "routeID", routeID))
}

func (r *CreateRouteRequest) body(args *arguments) any {
	attributes := *r
	args.require("Alias", r.Alias)
	args.text("Alias", r.Alias)
	args.require("Type", string(r.Type))
	args.require("Value", r.Value)
	args.text("Value", r.Value)
	if r.EdgeStrategyID < 0 {
		args.refuse("EdgeStrategyID", "must not be below 0")
	}
	if r.Type == RouteTypeNumber {
		number, parameters, found := strings.Cut(r.Value, ";")
		attributes.Value = args.phone("Value", number)
		if found {
			attributes.Value += ";" + parameters
		}
	}
	return jsonapi.Resource("route", attributes)
}

type routeWire struct {
	jsonapi.Identity
	Attributes routeAttributes `json:"attributes"`
}

func (w routeWire) model(answer[none]) Route { return w.Attributes.route(w.Key()) }

type routeAttributes struct {
	Route
	Value          jsonapi.Text `json:"value"`
	EdgeStrategyID jsonapi.Int  `json:"edge_strategy_id"`
}

func (a routeAttributes) route(id string) Route {
	r := a.Route
	r.ID = id
	r.Value = string(a.Value)
	r.EdgeStrategyID = int(a.EdgeStrategyID)
	return r
}
