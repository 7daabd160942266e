package flowroute

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// NumbersService finds and purchases phone numbers, and manages those on the account.
type NumbersService struct{ service }

// Number is a phone number on the account. Only [NumbersService.Get], Purchase, Update and GetMany return its routes,
// E911 record, CNAM record, note and costs. In a list these are zero, and so may be what the API leaves out of some
// lists: MessagingEnabled, Status, Tier and ISOCountry.
type Number struct {
	// ID is the phone number as a rule. In the list of an E911 record it may be an internal id.
	ID string `json:"id"`

	Value      string     `json:"value"`       // the phone number, as [ParsePhone] returns it, e.g. 12065550100
	Alias      string     `json:"alias"`       // the account's own name for it: up to 64 characters, not unique
	Note       string     `json:"note"`        // the account's own note; empty where there is none
	NumberType NumberType `json:"number_type"` // e.g. [NumberTypeLongCode]
	RateCenter string     `json:"rate_center"` // abbreviated, in lower case; empty for toll-free numbers

	// State is that of the US, or the province of Canada: two letters in lower case. It is empty for toll-free numbers.
	State string `json:"state"`

	// CNAMLookupsEnabled tells whether the name of each caller is looked up, which costs money.
	CNAMLookupsEnabled bool `json:"cnam_lookups_enabled"`

	MessagingEnabled bool        `json:"messaging_enabled"` // whether it can send and receive messages
	Status           string      `json:"status"`            // e.g. PURCHASED
	Tier             string      `json:"tier"`              // the price tier, e.g. Standard
	ISOCountry       string      `json:"iso_country"`       // ISO 3166-1 alpha-2, e.g. US
	RateType         string      `json:"rate_type"`         // e.g. local
	MonthlyCost      Nanodollars `json:"monthly_cost"`      // each month
	SetupCost        Nanodollars `json:"setup_cost"`        // once
	InboundRate      Nanodollars `json:"inbound_rate"`      // per minute of an inbound call

	PrimaryRoute  *Route      `json:"primary_route,omitempty"`  // where calls go; nil where they go nowhere
	FailoverRoute *Route      `json:"failover_route,omitempty"` // where calls go if the primary route fails; may be nil
	E911          *E911Record `json:"e911_address,omitempty"`   // nil where there is none
	CNAM          *CNAM       `json:"cnam_preset,omitempty"`    // nil where there is none

	// ProvisioningFailed tells that the API did all that was asked (status 207), except that it could not begin to
	// enable or disable messaging. Try that part again with [NumbersService.Update] or
	// [NumbersService.EnableMessaging].
	ProvisioningFailed bool `json:"provisioning_failed,omitempty"`
}

// NumberType is the kind of a phone number. The API may use other kinds than those named here.
type NumberType string

// Kinds of phone numbers.
const (
	NumberTypeLongCode NumberType = "longcode"  // a local number
	NumberTypeStandard NumberType = "standard"  // a local number, in older records
	NumberTypeTollFree NumberType = "toll-free" // "tollfree" has been seen as well
	NumberTypeINum     NumberType = "inum"      // an international number of no country
)

// AvailableNumber is a phone number that can be purchased.
type AvailableNumber struct {
	ID         string     `json:"id"`          // the phone number
	Value      string     `json:"value"`       // the phone number, as [ParsePhone] returns it, e.g. 12065550100
	NumberType NumberType `json:"number_type"` // e.g. [NumberTypeLongCode]
	RateCenter string     `json:"rate_center"` // abbreviated, in lower case; may be empty

	// State is that of the US, or the province of Canada: two letters in lower case. It may be empty.
	State string `json:"state"`

	MonthlyCost Nanodollars `json:"monthly_cost"` // each month
	SetupCost   Nanodollars `json:"setup_cost"`   // once; can be very high for vanity numbers
	InboundRate Nanodollars `json:"inbound_rate"` // per minute of an inbound call
	ISOCountry  string      `json:"iso_country"`  // ISO 3166-1 alpha-2, e.g. US
	RateType    string      `json:"rate_type"`    // e.g. local
	Tier        string      `json:"tier"`         // the price tier, e.g. Standard
}

// AreaCode is an area code (NPA) with numbers that can be purchased.
type AreaCode struct {
	ID string `json:"id"` // 3 digits, e.g. 206
}

// Exchange is an area code and exchange (NPA-NXX) with numbers that can be purchased.
type Exchange struct {
	ID string `json:"id"` // 6 digits without the leading 1, e.g. 206555
}

// Tier is a price tier of phone numbers.
type Tier struct {
	ID string `json:"id"` // its name, e.g. "Standard" or "US Promo $0.0/$0.50/$0.005"
}

// NumberListOptions filters the account's phone numbers. An empty field filters nothing.
type NumberListOptions struct {
	ListOptions

	// StartsWith is the digits that the number begins with. A leading 1 may be left out. For a number outside North
	// America it begins with + and the country code.
	StartsWith string `url:"starts_with,omitempty"`

	Contains string `url:"contains,omitempty"`  // digits anywhere in the number
	EndsWith string `url:"ends_with,omitempty"` // digits at its end
	Alias    string `url:"alias,omitempty"`     // the whole alias, not a part of it
	Tier     string `url:"tier,omitempty"`      // the price tier; known only from links in the API's answers
}

// NumberSearchOptions filters the phone numbers that can be purchased. An empty field filters nothing.
type NumberSearchOptions struct {
	ListOptions

	// StartsWith is the digits that the number begins with. A leading 1 may be left out. For a number outside North
	// America it begins with + and the country code.
	StartsWith string `url:"starts_with,omitempty"`

	Contains   string `url:"contains,omitempty"`    // digits anywhere in the number
	EndsWith   string `url:"ends_with,omitempty"`   // digits at its end
	RateCenter string `url:"rate_center,omitempty"` // abbreviated, in any case; use it with State

	// State is that of the US, or the province of Canada: two letters in any case.
	State string `url:"state,omitempty"`

	NumberType NumberType `url:"number_type,omitempty"` // [NumberTypeLongCode] or [NumberTypeTollFree]
	ISOCountry string     `url:"iso_country,omitempty"` // ISO 3166-1 alpha-2, e.g. BE

	// OrderBy is the field to sort by: monthly_cost, iso_country, number_type, state, rate_center or number. It may be
	// followed by ",asc" or ",desc".
	OrderBy string `url:"order_by,omitempty"`
}

// AreaCodeListOptions filters area codes. A page can have up to 400 of them.
type AreaCodeListOptions struct {
	ListOptions

	// MaxSetupCost keeps area codes that have a number with at most this setup cost. nil is any cost.
	MaxSetupCost *Nanodollars `url:"max_setup_cost,omitempty"`
}

// ExchangeListOptions filters exchanges.
type ExchangeListOptions struct {
	ListOptions
	AreaCode string `url:"areacode,omitempty"` // 3 digits; empty is any

	// MaxSetupCost keeps exchanges that have a number with at most this setup cost. nil is any cost.
	MaxSetupCost *Nanodollars `url:"max_setup_cost,omitempty"`
}

// PurchaseOptions are the first settings of a number that is purchased.
type PurchaseOptions struct {
	// CNAMLookupsEnabled tells whether the name of each caller is looked up, which costs money. nil is the account's
	// preference.
	CNAMLookupsEnabled *bool `json:"cnam_lookups_enabled,omitempty"`

	// MessagingEnabled begins to enable messaging, which takes a while. Without it the number can't send messages.
	MessagingEnabled bool `json:"messaging_enabled"`

	// MessagingEmail sends the account an e-mail when messaging has been enabled.
	MessagingEmail bool `json:"messaging_email,omitempty"`

	// MessagingCallbackURL is called when messaging has been enabled. Empty is no call.
	MessagingCallbackURL string `json:"messaging_callback_url,omitempty"`
}

// UpdateNumberRequest says what to change about a number. A nil field stays as it is: new("front desk") sets a text,
// new("") clears it, and new(false) turns a thing off. At least one field must be set.
type UpdateNumberRequest struct {
	// Alias is the account's own name for the number: up to 64 characters, not unique.
	Alias *string `json:"alias,omitempty"`

	// CNAMLookupsEnabled tells whether the name of each caller is looked up, which costs money.
	CNAMLookupsEnabled *bool `json:"cnam_lookups_enabled,omitempty"`

	// MessagingEnabled begins to enable or disable messaging, which takes a while.
	MessagingEnabled *bool `json:"messaging_enabled,omitempty"`

	// MessagingEmail sends the account an e-mail when messaging has been enabled or disabled.
	MessagingEmail *bool `json:"messaging_email,omitempty"`

	// MessagingCallbackURL is called when messaging has been enabled or disabled.
	MessagingCallbackURL *string `json:"messaging_callback_url,omitempty"`
}

// ListAreaCodes returns a page of the area codes that have numbers for sale. opts may be nil. A MaxSetupCost that is
// below 0 is an [*ArgumentError].
//
// API: GET /v2/numbers/available/areacodes
func (s *NumbersService) ListAreaCodes(ctx context.Context, opts *AreaCodeListOptions) (*Page[AreaCode], error) {
	return list[areaCodeWire](ctx, s.client, get("numbers.listAreaCodes", "/v2/numbers/available/areacodes"), opts)
}

// ListAllAreaCodes returns an iterator over all the area codes that [NumbersService.ListAreaCodes] has pages of.
//
// API: GET /v2/numbers/available/areacodes
func (s *NumbersService) ListAllAreaCodes(ctx context.Context, opts *AreaCodeListOptions) iter.Seq2[*AreaCode, error] {
	return listAll[areaCodeWire](ctx, s.client, get("numbers.listAreaCodes", "/v2/numbers/available/areacodes"), opts)
}

// ListExchanges returns a page of the exchanges that have numbers for sale. opts may be nil. An AreaCode that is not 3
// digits, or a MaxSetupCost that is below 0, is an [*ArgumentError].
//
// API: GET /v2/numbers/available/exchanges
func (s *NumbersService) ListExchanges(ctx context.Context, opts *ExchangeListOptions) (*Page[Exchange], error) {
	return list[exchangeWire](ctx, s.client, get("numbers.listExchanges", "/v2/numbers/available/exchanges"), opts)
}

// ListAllExchanges returns an iterator over all the exchanges that [NumbersService.ListExchanges] has pages of.
//
// API: GET /v2/numbers/available/exchanges
func (s *NumbersService) ListAllExchanges(ctx context.Context, opts *ExchangeListOptions) iter.Seq2[*Exchange, error] {
	return listAll[exchangeWire](ctx, s.client, get("numbers.listExchanges", "/v2/numbers/available/exchanges"), opts)
}

// ListTiers returns a page of the price tiers of numbers. opts may be nil.
//
// API: GET /v2/numbers/available/tiers
func (s *NumbersService) ListTiers(ctx context.Context, opts *ListOptions) (*Page[Tier], error) {
	return list[tierWire](ctx, s.client, get("numbers.listTiers", "/v2/numbers/available/tiers"), opts)
}

// ListAllTiers returns an iterator over all the price tiers that [NumbersService.ListTiers] has pages of.
//
// API: GET /v2/numbers/available/tiers
func (s *NumbersService) ListAllTiers(ctx context.Context, opts *ListOptions) iter.Seq2[*Tier, error] {
	return listAll[tierWire](ctx, s.client, get("numbers.listTiers", "/v2/numbers/available/tiers"), opts)
}

// Search returns a page of the phone numbers that can be purchased. opts may be nil. A filter of digits that has
// anything else in it is an [*ArgumentError]. Where nothing matches, the page is empty.
//
// Look at the SetupCost before you buy: there are numbers at $500,000, and the API can't filter by it.
//
// API: GET /v2/numbers/available
func (s *NumbersService) Search(ctx context.Context, opts *NumberSearchOptions) (*Page[AvailableNumber], error) {
	return list[availableNumberWire](ctx, s.client, get("numbers.search", "/v2/numbers/available"), opts)
}

// SearchAll returns an iterator over all the phone numbers that [NumbersService.Search] has pages of. There can be very
// many: break out of the loop when you have enough.
//
// API: GET /v2/numbers/available
func (s *NumbersService) SearchAll(ctx context.Context, opts *NumberSearchOptions) iter.Seq2[*AvailableNumber, error] {
	return listAll[availableNumberWire](ctx, s.client, get("numbers.search", "/v2/numbers/available"), opts)
}

// Purchase buys a phone number for the account. This costs the number's setup cost at once, and its monthly cost from
// then on. The primary route of a new number is the built-in one to the account's registered devices. It can't send
// messages until messaging is enabled. opts may be nil: messaging is then not enabled.
//
// A number that is not for sale is [ErrNotFound], and insufficient funds are [ErrForbidden]. The purchase is not
// repeated where it could happen twice: after [ErrOutcomeUnknown], look with [NumbersService.Get] whether the number is
// on the account. It is not an error if only the enabling of messaging fails: see [Number.ProvisioningFailed].
//
// API: POST /v2/numbers/{number}
func (s *NumbersService) Purchase(ctx context.Context, number string, opts *PurchaseOptions) (*Number, error) {
	return fetchProvisioned(ctx, s.client, once("numbers.purchase", "/v2/numbers/{number}", phone(number)), cmp.Or(opts, new(PurchaseOptions)))
}

// List returns a page of the account's phone numbers. opts may be nil. A filter of digits that has anything else in
// it is an [*ArgumentError]. Where nothing matches, the page is empty.
//
// API: GET /v2/numbers
func (s *NumbersService) List(ctx context.Context, opts *NumberListOptions) (*Page[Number], error) {
	return list[numberWire](ctx, s.client, get("numbers.list", "/v2/numbers"), opts)
}

// ListAll returns an iterator over all the phone numbers that [NumbersService.List] has pages of.
//
// API: GET /v2/numbers
func (s *NumbersService) ListAll(ctx context.Context, opts *NumberListOptions) iter.Seq2[*Number, error] {
	return listAll[numberWire](ctx, s.client, get("numbers.list", "/v2/numbers"), opts)
}

// Get returns one of the account's phone numbers, with its routes, E911 record and CNAM record where it has them. A
// number that is not on the account is [ErrNotFound].
//
// API: GET /v2/numbers/{number}
func (s *NumbersService) Get(ctx context.Context, number string) (*Number, error) {
	return fetch[numberWire](ctx, s.client, get("numbers.get", "/v2/numbers/{number}", phone(number)), nil)
}

// GetMany returns several of the account's phone numbers, each with all that [NumbersService.Get] returns. The API's
// documentation describes this operation, but it is not certain that it is in service, and it is not known what happens
// with a number that is not on the account.
//
// API: POST /v2/numbers/details
func (s *NumbersService) GetMany(ctx context.Context, numbers []string) ([]Number, error) {
	return listWhole(ctx, s.client, ask("numbers.getMany", "/v2/numbers/details"), numberList("numbers", "+", numbers), decodeRecords[numberWire])
}

// Update changes the settings of one of the account's phone numbers. A number that is not on the account is
// [ErrForbidden]. A request without any change is an [*ArgumentError]. It is not an error if only the enabling or
// disabling of messaging fails: see [Number.ProvisioningFailed].
//
// With a MessagingEmail of true it is retried only if it is certain that it was not executed, so that no second e-mail
// is sent. After [ErrOutcomeUnknown], look with [NumbersService.Get], or update the number again without the e-mail.
//
// API: PATCH /v2/numbers/{number}
func (s *NumbersService) Update(ctx context.Context, number string, r *UpdateNumberRequest) (*Number, error) {
	return fetchProvisioned(ctx, s.client, patch("numbers.update", "/v2/numbers/{number}", phone(number)).onceIf(r.mails()), required(r))
}

// Release gives up a phone number: it is not billed any more, and anyone can buy it. This can't be undone. A number
// that is not on the account is [ErrNotFound], also where an earlier attempt of the same call released it: see
// [Error.Attempts].
//
// API: DELETE /v2/numbers/{number}
func (s *NumbersService) Release(ctx context.Context, number string) error {
	return send(ctx, s.client, del("numbers.release", "/v2/numbers/{number}", phone(number)), nil)
}

func (o *AreaCodeListOptions) largest() int { return maxAreaCodePage }

func (o *AreaCodeListOptions) detach() { o.MaxSetupCost = own(o.MaxSetupCost) }
func (o *ExchangeListOptions) detach() { o.MaxSetupCost = own(o.MaxSetupCost) }

func (o *AreaCodeListOptions) check(args *arguments) {
	o.ListOptions.check(args)
	args.cost("MaxSetupCost", o.MaxSetupCost)
}

func (o *ExchangeListOptions) check(args *arguments) {
	o.ListOptions.check(args)
	args.cost("MaxSetupCost", o.MaxSetupCost)
	if len(o.AreaCode) != 0 && (len(o.AreaCode) != 3 || args.digits("AreaCode", o.AreaCode, "") != o.AreaCode) {
		args.refuse("AreaCode", "must be 3 digits")
	}
}

func (a *arguments) cost(name string, value *Nanodollars) {
	if value != nil && *value < 0 {
		a.refuse(name, "must not be below 0")
	}
}

func (o *NumberSearchOptions) check(args *arguments) {
	o.ListOptions.check(args)
	args.patterns(&o.StartsWith, &o.Contains, &o.EndsWith)
}

func (o *NumberListOptions) check(args *arguments) {
	o.ListOptions.check(args)
	args.patterns(&o.StartsWith, &o.Contains, &o.EndsWith)
}

// patterns puts what is looked for in numbers into the API's notation.
func (a *arguments) patterns(startsWith, contains, endsWith *string) {
	for _, p := range []struct {
		name  string
		value *string
	}{{"StartsWith", startsWith}, {"Contains", contains}, {"EndsWith", endsWith}} {
		digits := a.digits(p.name, *p.value, separators)
		switch {
		case *p.value != "" && strings.Trim(digits, "+") == "":
			a.refuse(p.name, "must have a digit, or be empty") // else the filter would be lost
		case strings.HasPrefix(digits, "+") && p.name != "StartsWith":
			a.refuse(p.name, "must have no +, which is for the beginning of a number")
		}
		*p.value = digits
	}
}

func (r *UpdateNumberRequest) mails() bool {
	return r != nil && r.MessagingEmail != nil && *r.MessagingEmail
}

func (o *PurchaseOptions) body(args *arguments) any {
	if o.MessagingCallbackURL != "" {
		args.link("MessagingCallbackURL", o.MessagingCallbackURL)
	}
	return o
}

func (r *UpdateNumberRequest) body(args *arguments) any {
	const maxAlias = 64
	if *r == (UpdateNumberRequest{}) {
		args.refuse("request", "must change something")
	}
	if r.Alias != nil {
		args.text("Alias", *r.Alias)
		if utf8.RuneCountInString(*r.Alias) > maxAlias {
			args.refuse("Alias", "must have at most 64 characters")
		}
	}
	if r.MessagingCallbackURL != nil && *r.MessagingCallbackURL != "" {
		args.link("MessagingCallbackURL", *r.MessagingCallbackURL)
	}
	return struct {
		Type string `json:"type"`
		*UpdateNumberRequest
	}{"number", r}
}

// fetchProvisioned makes a call that is answered with a number. Where everything was done but the provisioning for
// messages (207), it is not documented what the answer looks like: if it is not the number's document, the number alone
// is returned, since it would be worse to report a failure.
func fetchProvisioned(ctx context.Context, c *Client, op operation, body input) (*Number, error) {
	r, err := c.call(ctx, op, body)
	if err != nil {
		return nil, err
	}
	number, err := decode[numberWire](ctx, c, op, r)
	if err != nil && r.Status == http.StatusMultiStatus {
		value := phoneValue(jsonapi.Text(new(arguments).phone("number", op.segments[0].value)))
		return &Number{ID: value, Value: value, ProvisioningFailed: true}, nil
	}
	return number, err
}

// numberList is the body that names phone numbers.
func numberList(name, prefix string, numbers []string) input {
	return inputFunc(func(args *arguments) any {
		return struct {
			Numbers []string `json:"numbers"`
		}{args.phones(name, prefix, numbers)}
	})
}

type tierWire struct{ jsonapi.Record }

func (w tierWire) model(answer[none]) Tier { return Tier{ID: w.Key()} }

type areaCodeWire struct{ jsonapi.Record }

func (w areaCodeWire) model(answer[none]) AreaCode { return AreaCode{ID: w.Key()} }

type exchangeWire struct{ jsonapi.Record }

func (w exchangeWire) model(answer[none]) Exchange { return Exchange{ID: w.Key()} }

type availableNumberWire struct {
	jsonapi.Record
	Attributes struct {
		Value       jsonapi.Text `json:"value"`
		NumberType  jsonapi.Text `json:"number_type"`
		RateCenter  jsonapi.Text `json:"rate_center"`
		State       jsonapi.Text `json:"state"`
		MonthlyCost Nanodollars  `json:"monthly_cost"`
		SetupCost   Nanodollars  `json:"setup_cost"`
		InboundRate Nanodollars  `json:"inbound_rate"`
		ISOCountry  jsonapi.Text `json:"iso_country"`
		RateType    jsonapi.Text `json:"rate_type"`
		Tier        jsonapi.Text `json:"tier"`
	} `json:"attributes"`
}

func (w availableNumberWire) model(answer[none]) AvailableNumber {
	a := &w.Attributes
	return AvailableNumber{
		ID:          w.Key(),
		Value:       phoneValue(a.Value),
		NumberType:  NumberType(a.NumberType),
		RateCenter:  string(a.RateCenter),
		State:       string(a.State),
		MonthlyCost: a.MonthlyCost,
		SetupCost:   a.SetupCost,
		InboundRate: a.InboundRate,
		ISOCountry:  string(a.ISOCountry),
		RateType:    string(a.RateType),
		Tier:        string(a.Tier),
	}
}

type numberWire struct {
	jsonapi.Record
	Attributes struct {
		Value              jsonapi.Text `json:"value"`
		Alias              jsonapi.Text `json:"alias"`
		Note               jsonapi.Text `json:"note"`
		NumberType         jsonapi.Text `json:"number_type"`
		RateCenter         jsonapi.Text `json:"rate_center"`
		State              jsonapi.Text `json:"state"`
		CNAMLookupsEnabled jsonapi.Bool `json:"cnam_lookups_enabled"`
		MessagingEnabled   jsonapi.Bool `json:"messaging_enabled"`
		Status             jsonapi.Text `json:"status"`
		Tier               jsonapi.Text `json:"tier"`
		ISOCountry         jsonapi.Text `json:"iso_country"`
		RateType           jsonapi.Text `json:"rate_type"`
		MonthlyCost        Nanodollars  `json:"monthly_cost"`
		SetupCost          Nanodollars  `json:"setup_cost"`
		InboundRate        Nanodollars  `json:"inbound_rate"`
	} `json:"attributes"`
	Relationships struct {
		PrimaryRoute  jsonapi.ToOne `json:"primary_route"`
		FailoverRoute jsonapi.ToOne `json:"failover_route"`
		E911Address   jsonapi.ToOne `json:"e911_address"`
		CNAMPreset    jsonapi.ToOne `json:"cnam_preset"`
	} `json:"relationships"`
}

func (w numberWire) model(a answer[relatedWire]) Number {
	attrs, to := &w.Attributes, &w.Relationships
	return Number{
		ID:                 w.Key(),
		Value:              phoneValue(attrs.Value),
		Alias:              string(attrs.Alias),
		Note:               string(attrs.Note),
		NumberType:         NumberType(attrs.NumberType),
		RateCenter:         string(attrs.RateCenter),
		State:              string(attrs.State),
		CNAMLookupsEnabled: bool(attrs.CNAMLookupsEnabled),
		MessagingEnabled:   bool(attrs.MessagingEnabled),
		Status:             string(attrs.Status),
		Tier:               string(attrs.Tier),
		ISOCountry:         string(attrs.ISOCountry),
		RateType:           string(attrs.RateType),
		MonthlyCost:        attrs.MonthlyCost,
		SetupCost:          attrs.SetupCost,
		InboundRate:        attrs.InboundRate,
		PrimaryRoute:       related(to.PrimaryRoute, a.included, "route", relatedWire.routeModel),
		FailoverRoute:      related(to.FailoverRoute, a.included, "route", relatedWire.routeModel),
		E911:               related(to.E911Address, a.included, "e911", relatedWire.e911Model),
		CNAM:               related(to.CNAMPreset, a.included, "cnam", relatedWire.cnamModel),
		ProvisioningFailed: a.status == http.StatusMultiStatus,
	}
}

// relatedWire is what a number's document includes: an E911 record, a CNAM record or a route, with the attributes of all
// three. A route has its value where a CNAM record has it.
type relatedWire struct {
	jsonapi.Identity
	Attributes struct {
		e911Attributes
		cnamAttributes
		Alias          jsonapi.Text `json:"alias"`
		RouteType      jsonapi.Text `json:"route_type"`
		EdgeStrategyID jsonapi.Text `json:"edge_strategy_id"`
	} `json:"attributes"`
}

func (w relatedWire) e911Model() E911Record { return w.Attributes.e911Attributes.model(w.Key()) }

func (w relatedWire) cnamModel() CNAM { return w.Attributes.cnamAttributes.model(w.Key()) }

func (w relatedWire) routeModel() Route {
	a := &w.Attributes
	return routeAttributes{Alias: a.Alias, Type: a.RouteType, Value: a.Value, EdgeStrategyID: a.EdgeStrategyID}.model(w.Key())
}

// related is the resource of a kind that a relationship refers to: as the answer includes it, or else its id alone.
func related[T any](to jsonapi.ToOne, in *included[relatedWire], kind string, model func(relatedWire) T) *T {
	if to.Data == nil || to.Data.ID == "" {
		return nil
	}
	if found := find(in, *to.Data, kind); found != nil {
		return new(model(*found))
	}
	return new(model(relatedWire{Identity: *to.Data}))
}
