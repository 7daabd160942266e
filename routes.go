package flowroute

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// RoutesService manages inbound voice routes: where the calls to the account's phone numbers go.
type RoutesService struct{ service }

// Route is an inbound voice route. The one with the ID "0" is built in: it leads to the account's registered devices.
// Where an answer names a route without describing it, all but the ID is empty.
type Route struct {
	ID    string    `json:"id"`         // digits; "0" is the built-in route
	Alias string    `json:"alias"`      // the account's own name for it, unique
	Type  RouteType `json:"route_type"` // what kind of target it has
	Value string    `json:"value"`      // the target; empty for [RouteTypeSIPRegistration]

	// EdgeStrategyID is the id of the [EdgeStrategy] that calls are sent by. It is empty where none is set.
	EdgeStrategyID string `json:"edge_strategy_id,omitempty"`
}

// RouteType is the kind of a route's target. The API may use other kinds than those named here.
type RouteType string

// Kinds of routes.
const (
	RouteTypeHost            RouteType = "host"    // an IP address or host name: sip.example.com or 192.0.2.1:5060
	RouteTypeNumber          RouteType = "number"  // a phone number that calls are forwarded to
	RouteTypeURI             RouteType = "uri"     // a SIP URI: sip:alice@example.com:5060;transport=tcp
	RouteTypeSIPRegistration RouteType = "sip-reg" // the account's registered devices
)

// RouteListOptions filters routes.
type RouteListOptions struct {
	ListOptions
	Type RouteType `url:"route_type,omitempty"` // only routes of this type; empty is any
}

// CreateRouteRequest describes a new route.
type CreateRouteRequest struct {
	Alias string    // required: the account's own name for it, unique
	Type  RouteType // required: [RouteTypeHost], [RouteTypeNumber] or [RouteTypeURI]

	// Value is required: the target, in the form of its type. A phone number may be in any common notation. A host
	// without a port is looked up by its SRV records. ";weight=10" may be added, to distribute calls by weight.
	Value string

	// EdgeStrategyID is the id of the [EdgeStrategy] that calls are sent by: digits. Empty leaves that to Flowroute.
	EdgeStrategyID string
}

// UpdateRouteRequest says what to change about a route. A nil field stays as it is: new("office") sets one. At least
// one field must be set.
type UpdateRouteRequest struct {
	Alias *string    // the account's own name for it, unique
	Type  *RouteType // what kind of target it has; set Value with it

	// Value is the target, as in [CreateRouteRequest]. A phone number may be in any common notation only if Type is
	// set too.
	Value *string

	EdgeStrategyID *string // digits; new("") leaves the choice to Flowroute again
}

// EdgeStrategy is a point of presence from which calls can be sent by preference.
type EdgeStrategy struct {
	ID          string `json:"id"`          // digits, for [CreateRouteRequest.EdgeStrategyID]
	Name        string `json:"name"`        // e.g. US-East-VA
	Description string `json:"description"` // what it does, in words

	// FirewallRules are the addresses that calls come from: CIDR blocks, and ranges such as 34.226.36.32-34.226.36.47.
	FirewallRules []string `json:"firewall_rules,omitempty"`

	NAPTR string `json:"naptr"` // the host name to register with, e.g. us-east-va.sip.flowroute.com
}

// List returns a page of the account's routes, the built-in one first. opts may be nil.
//
// API: GET /v2/routes
func (s *RoutesService) List(ctx context.Context, opts *RouteListOptions) (*Page[Route], error) {
	return list[routeWire](ctx, s.client, get("routes.list", "/v2/routes"), opts)
}

// ListAll returns an iterator over all the routes that [RoutesService.List] has pages of.
//
// API: GET /v2/routes
func (s *RoutesService) ListAll(ctx context.Context, opts *RouteListOptions) iter.Seq2[*Route, error] {
	return listAll[routeWire](ctx, s.client, get("routes.list", "/v2/routes"), opts)
}

// Create makes a route. A target that the account has already is [ErrForbidden]; an alias that is in use, or a bad
// value, is [ErrUnprocessable]. It is not repeated where it could happen twice: after [ErrOutcomeUnknown], look for the
// Alias with [RoutesService.ListAll].
//
// API: POST /v2/routes
func (s *RoutesService) Create(ctx context.Context, r *CreateRouteRequest) (*Route, error) {
	return fetch[routeWire](ctx, s.client, once("routes.create", "/v2/routes"), required(r))
}

// Update changes a route. A route that doesn't exist is [ErrNotFound], and a bad value is [ErrUnprocessable]. A request
// without any change is an [*ArgumentError].
//
// API: PATCH /v2/routes/{routeID}
func (s *RoutesService) Update(ctx context.Context, routeID string, r *UpdateRouteRequest) (*Route, error) {
	return fetch[routeWire](ctx, s.client, patch("routes.update", "/v2/routes/{routeID}", id(routeID)), required(r))
}

// Delete deletes a route. A route that numbers still use is [ErrForbidden]. A route that doesn't exist is
// [ErrNotFound], also where an earlier attempt of the same call deleted it: see [Error.Attempts].
//
// API: DELETE /v2/routes/{routeID}
func (s *RoutesService) Delete(ctx context.Context, routeID string) error {
	return send(ctx, s.client, del("routes.delete", "/v2/routes/{routeID}", id(routeID)), nil)
}

// SetPrimary sends calls to a number to a route, in place of its primary route until now. A number or route that is not
// the account's is [ErrForbidden] or [ErrNotFound].
//
// API: PATCH /v2/numbers/{number}/relationships/primary_route
func (s *RoutesService) SetPrimary(ctx context.Context, number, routeID string) error {
	return send(ctx, s.client, patch("routes.setPrimary", "/v2/numbers/{number}/relationships/primary_route", phone(number)), reference("route", "routeID", routeID))
}

// SetFailover sends calls to a number to a route when the number's primary route fails. A number or route that is not
// the account's is [ErrForbidden] or [ErrNotFound].
//
// API: PATCH /v2/numbers/{number}/relationships/failover_route
func (s *RoutesService) SetFailover(ctx context.Context, number, routeID string) error {
	return send(ctx, s.client, patch("routes.setFailover", "/v2/numbers/{number}/relationships/failover_route", phone(number)), reference("route", "routeID", routeID))
}

// ClearPrimary removes a number's primary route. Its calls then go nowhere, or to its failover route. A number that is
// not the account's is [ErrForbidden] or [ErrNotFound]. A number without a primary route may be an error as well, also
// if an earlier attempt of the same call removed it: see [Error.Attempts].
//
// API: DELETE /v2/numbers/{number}/relationships/primary_route
func (s *RoutesService) ClearPrimary(ctx context.Context, number string) error {
	return send(ctx, s.client, del("routes.clearPrimary", "/v2/numbers/{number}/relationships/primary_route", phone(number)), nil)
}

// ClearFailover removes a number's failover route. Its calls then go nowhere when the primary route fails. A number
// that is not the account's is [ErrForbidden] or [ErrNotFound]. A number without a failover route may be an error as
// well, also if an earlier attempt of the same call removed it: see [Error.Attempts].
//
// API: DELETE /v2/numbers/{number}/relationships/failover_route
func (s *RoutesService) ClearFailover(ctx context.Context, number string) error {
	return send(ctx, s.client, del("routes.clearFailover", "/v2/numbers/{number}/relationships/failover_route", phone(number)), nil)
}

// ListEdgeStrategies returns all points of presence from which calls can be sent by preference.
//
// API: GET /v2/routes/edge_strategies
func (s *RoutesService) ListEdgeStrategies(ctx context.Context) ([]EdgeStrategy, error) {
	return listWhole(ctx, s.client, get("routes.listEdgeStrategies", "/v2/routes/edge_strategies"), nil, decodeRecords[edgeStrategyWire])
}

func (r *CreateRouteRequest) body(args *arguments) any {
	args.words("Alias", r.Alias)
	args.require("Type", string(r.Type))
	args.require("Value", r.Value)
	changes := &UpdateRouteRequest{Alias: &r.Alias, Type: &r.Type, Value: &r.Value}
	if r.EdgeStrategyID != "" {
		changes.EdgeStrategyID = &r.EdgeStrategyID
	}
	return changes.body(args)
}

func (r *UpdateRouteRequest) body(args *arguments) any {
	if *r == (UpdateRouteRequest{}) {
		args.refuse("request", "must change something")
	}
	attributes := struct {
		Alias          *string         `json:"alias,omitempty"`
		Type           *RouteType      `json:"route_type,omitempty"`
		Value          *string         `json:"value,omitempty"`
		EdgeStrategyID *edgeStrategyID `json:"edge_strategy_id,omitempty"`
	}{r.Alias, r.Type, r.Value, (*edgeStrategyID)(r.EdgeStrategyID)}
	if r.Alias != nil {
		args.text("Alias", *r.Alias)
	}
	if r.Value != nil {
		args.text("Value", *r.Value)
		if r.Type != nil && *r.Type == RouteTypeNumber {
			number, parameters, found := strings.Cut(*r.Value, ";")
			value := args.dialled("Value", "", number)
			if found {
				value += ";" + parameters
			}
			attributes.Value = &value
		}
	}
	if id := r.EdgeStrategyID; id != nil && (strings.ContainsFunc(*id, func(r rune) bool { return !isDigit(r) }) || strings.HasPrefix(*id, "0")) {
		args.refuse("EdgeStrategyID", "must be digits, without a leading 0")
	}
	return jsonapi.Resource("route", attributes)
}

// edgeStrategyID is the only id that the API wants as a number.
type edgeStrategyID string

func (e edgeStrategyID) MarshalJSON() ([]byte, error) {
	return []byte(cmp.Or(string(e), "null")), nil
}

type routeWire struct {
	jsonapi.Record
	Attributes routeAttributes `json:"attributes"`
}

func (w routeWire) model(answer[none]) Route { return w.Attributes.model(w.Key()) }

type routeAttributes struct {
	Alias          jsonapi.Text `json:"alias"`
	Type           jsonapi.Text `json:"route_type"`
	Value          jsonapi.Text `json:"value"`
	EdgeStrategyID jsonapi.Text `json:"edge_strategy_id"`
}

func (a routeAttributes) model(id string) Route {
	return Route{
		ID:             id,
		Alias:          string(a.Alias),
		Type:           RouteType(a.Type),
		Value:          string(a.Value),
		EdgeStrategyID: string(a.EdgeStrategyID),
	}
}

type edgeStrategyWire struct {
	jsonapi.Record
	Attributes struct {
		Name          jsonapi.Text `json:"name"`
		Description   jsonapi.Text `json:"description"`
		FirewallRules jsonapi.Text `json:"firewall_rules"`
		NAPTR         jsonapi.Text `json:"naptr"`
	} `json:"attributes"`
}

func (w edgeStrategyWire) model(answer[none]) EdgeStrategy {
	e := EdgeStrategy{
		ID:          w.Key(),
		Name:        string(w.Attributes.Name),
		Description: string(w.Attributes.Description),
		NAPTR:       string(w.Attributes.NAPTR),
	}
	for rule := range strings.SplitSeq(string(w.Attributes.FirewallRules), ",") {
		if rule = strings.TrimSpace(rule); rule != "" {
			e.FirewallRules = append(e.FirewallRules, rule)
		}
	}
	return e
}
