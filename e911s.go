package flowroute

import (
	"context"
	"iter"
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// E911sService manages E911 records: the addresses that emergency services are sent to.
type E911sService struct{ service }

// E911Record is an address on the account. Emergency services are told it when a number that it is assigned to calls
// them. Where an answer names a record without describing it, all but the ID is empty.
type E911Record struct {
	ID string `json:"id"` // digits
	E911Address
}

// E911Address is a person and a place for emergency services. Every field is required, except for AddressType and
// AddressTypeNumber: either both are set, or neither. State and Country may be in any case, and answers have them in
// upper case.
type E911Address struct {
	Label             string      `json:"label"`                         // the account's own name for it, unique
	FirstName         string      `json:"first_name"`                    // of the person at the address
	LastName          string      `json:"last_name"`                     // of the person at the address
	StreetNumber      string      `json:"street_number"`                 // the house number, e.g. "123"
	StreetName        string      `json:"street_name"`                   // without the house number, e.g. "Smith St"
	AddressType       AddressType `json:"address_type,omitempty"`        // the kind of unit; empty where there is none
	AddressTypeNumber string      `json:"address_type_number,omitempty"` // which unit, e.g. "A-1"
	City              string      `json:"city"`                          // e.g. "Seattle"
	State             string      `json:"state"`                         // of a state or province: two letters

	// Country is US or CA, in any case. An older record of the API may have USA.
	Country string `json:"country"`

	ZIP string `json:"zip"` // 4 to 7 characters: 98101, M4C 5K7
}

// AddressType is the kind of unit within a building. The API takes it in any case, and answers with a capital first
// letter. It may use other kinds than those named here.
type AddressType string

// Kinds of units.
const (
	AddressTypeApartment  AddressType = "Apartment"
	AddressTypeBasement   AddressType = "Basement"
	AddressTypeBuilding   AddressType = "Building"
	AddressTypeDepartment AddressType = "Department"
	AddressTypeFloor      AddressType = "Floor"
	AddressTypeFront      AddressType = "Front"
	AddressTypeHanger     AddressType = "Hanger" // spelled so; only Flowroute's PHP SDK has it
	AddressTypeKey        AddressType = "Key"
	AddressTypeLobby      AddressType = "Lobby"
	AddressTypeLot        AddressType = "Lot"
	AddressTypeLower      AddressType = "Lower"
	AddressTypeOffice     AddressType = "Office"
	AddressTypePenthouse  AddressType = "Penthouse"
	AddressTypePier       AddressType = "Pier"
	AddressTypeRear       AddressType = "Rear"
	AddressTypeRoom       AddressType = "Room"
	AddressTypeSide       AddressType = "Side"
	AddressTypeSlip       AddressType = "Slip"
	AddressTypeSpace      AddressType = "Space"
	AddressTypeStop       AddressType = "Stop"
	AddressTypeSuite      AddressType = "Suite"
	AddressTypeTrailer    AddressType = "Trailer"
	AddressTypeUnit       AddressType = "Unit"
	AddressTypeUpper      AddressType = "Upper"
)

// E911ListOptions filters E911 records. An empty field filters nothing.
type E911ListOptions struct {
	ListOptions
	Label      string `url:"label,omitempty"`       // a part of the label, in any case
	StreetName string `url:"street_name,omitempty"` // a part of the street's name, in any case
	City       string `url:"city,omitempty"`        // a part of the city's name, in any case

	// State is that of the US, or the province of Canada: two letters, in any case.
	State string `url:"state,omitempty"`
}

// UpdateE911Request says what to change about an E911 record. A nil field stays as it is: new("Seattle") sets one. At
// least one field must be set. The fields are those of [E911Address].
type UpdateE911Request struct {
	Label             *string      `json:"label,omitempty"`               // the account's own name for it, unique
	FirstName         *string      `json:"first_name,omitempty"`          // of the person at the address
	LastName          *string      `json:"last_name,omitempty"`           // of the person at the address
	StreetNumber      *string      `json:"street_number,omitempty"`       // the house number, e.g. "123"
	StreetName        *string      `json:"street_name,omitempty"`         // without the house number, e.g. "Smith St"
	AddressType       *AddressType `json:"address_type,omitempty"`        // the kind of unit; set its number with it
	AddressTypeNumber *string      `json:"address_type_number,omitempty"` // which unit, e.g. "A-1"
	City              *string      `json:"city,omitempty"`                // e.g. "Seattle"
	State             *string      `json:"state,omitempty"`               // of a state or province: two letters
	Country           *string      `json:"country,omitempty"`             // US or CA, in any case
	ZIP               *string      `json:"zip,omitempty"`                 // 4 to 7 characters: 98101, M4C 5K7
}

// List returns a page of the account's E911 records. opts may be nil. Where nothing matches, the page is empty.
//
// API: GET /v2/e911s
func (s *E911sService) List(ctx context.Context, opts *E911ListOptions) (*Page[E911Record], error) {
	return list[e911Wire](ctx, s.client, get("e911s.list", "/v2/e911s"), opts)
}

// ListAll returns an iterator over all the E911 records that [E911sService.List] has pages of.
//
// API: GET /v2/e911s
func (s *E911sService) ListAll(ctx context.Context, opts *E911ListOptions) iter.Seq2[*E911Record, error] {
	return listAll[e911Wire](ctx, s.client, get("e911s.list", "/v2/e911s"), opts)
}

// Get returns an E911 record. A record that doesn't exist is [ErrNotFound].
//
// API: GET /v2/e911s/{e911ID}
func (s *E911sService) Get(ctx context.Context, e911ID string) (*E911Record, error) {
	return fetch[e911Wire](ctx, s.client, get("e911s.get", "/v2/e911s/{e911ID}", id(e911ID)), nil)
}

// Validate asks whether emergency services can find an address, and changes nothing. A nil error means that they can.
// An address that can't be located is [ErrBadRequest], and a field that is invalid is [ErrUnprocessable]: see
// [ErrorDetail.Fields]. An address that has to be written differently is an [*Error] whose words say how. What is
// wrong at first sight, such as a missing City, is an [*ArgumentError].
//
// API: POST /v2/e911s/validate
func (s *E911sService) Validate(ctx context.Context, address *E911Address) error {
	return send(ctx, s.client, ask("e911s.validate", "/v2/e911s/validate"), required(address))
}

// Create validates an address, as [E911sService.Validate] does, and makes a record of it. An address that the account
// has already is [ErrForbidden] with the words "Duplicate address."; insufficient funds are [ErrForbidden] too. It is
// not repeated where it could happen twice: after [ErrOutcomeUnknown], look for the Label with
// [E911sService.ListAll].
//
// API: POST /v2/e911s
func (s *E911sService) Create(ctx context.Context, address *E911Address) (*E911Record, error) {
	return fetch[e911Wire](ctx, s.client, once("e911s.create", "/v2/e911s"), required(address))
}

// Update changes an E911 record, and validates the address. Its errors are those of [E911sService.Validate], and
// [ErrNotFound] for a record that doesn't exist. A request without any change is an [*ArgumentError].
//
// API: PATCH /v2/e911s/{e911ID}
func (s *E911sService) Update(ctx context.Context, e911ID string, r *UpdateE911Request) (*E911Record, error) {
	return fetch[e911Wire](ctx, s.client, patch("e911s.update", "/v2/e911s/{e911ID}", id(e911ID)), required(r))
}

// Delete deletes an E911 record. A record that is assigned to a number can't be deleted; it is not documented which
// error that is ([ErrForbidden] is likely). A record that doesn't exist is [ErrNotFound], also where an earlier
// attempt of the same call deleted it: see [Error.Attempts].
//
// API: DELETE /v2/e911s/{e911ID}
func (s *E911sService) Delete(ctx context.Context, e911ID string) error {
	return send(ctx, s.client, del("e911s.delete", "/v2/e911s/{e911ID}", id(e911ID)), nil)
}

// Assign gives an E911 record to a number. This costs money, unless the number has that record already. A number that
// does not support emergency services is [ErrUnprocessable], a number or record that is not the account's is
// [ErrForbidden] or [ErrNotFound], and insufficient funds are [ErrForbidden].
//
// It is retried only if it is certain that it was not executed. After [ErrOutcomeUnknown], look at [Number.E911] with
// [NumbersService.Get]. If it is another record, or nil, call Assign again: the record that a number has already is not
// charged again.
//
// API: PATCH /v2/numbers/{number}/relationships/e911s/{e911ID}
func (s *E911sService) Assign(ctx context.Context, number, e911ID string) error {
	return send(ctx, s.client, patch("e911s.assign", "/v2/numbers/{number}/relationships/e911s/{e911ID}", phone(number), id(e911ID)).notRepeated(), nil)
}

// Unassign removes the E911 record from a number. Emergency services then have no address for it. A number that is not
// the account's is [ErrForbidden] or [ErrNotFound]. A number without a record may be an error as well, also if an
// earlier attempt of the same call removed it: see [Error.Attempts].
//
// API: DELETE /v2/numbers/{number}/relationships/e911s
func (s *E911sService) Unassign(ctx context.Context, number string) error {
	return send(ctx, s.client, del("e911s.unassign", "/v2/numbers/{number}/relationships/e911s", phone(number)), nil)
}

// ListNumbers returns a page of the numbers that an E911 record is assigned to. opts may be nil. Each has only a Value,
// which is the phone number, an Alias, and an ID, which may be an internal one.
//
// API: GET /v2/e911s/{e911ID}/relationships/numbers
func (s *E911sService) ListNumbers(ctx context.Context, e911ID string, opts *ListOptions) (*Page[Number], error) {
	return list[numberWire](ctx, s.client, get("e911s.listNumbers", "/v2/e911s/{e911ID}/relationships/numbers", id(e911ID)), opts)
}

// ListAllNumbers returns an iterator over all the numbers that [E911sService.ListNumbers] has pages of.
//
// API: GET /v2/e911s/{e911ID}/relationships/numbers
func (s *E911sService) ListAllNumbers(ctx context.Context, e911ID string, opts *ListOptions) iter.Seq2[*Number, error] {
	return listAll[numberWire](ctx, s.client, get("e911s.listNumbers", "/v2/e911s/{e911ID}/relationships/numbers", id(e911ID)), opts)
}

func (o *E911ListOptions) check(args *arguments) {
	o.ListOptions.check(args)
	if o.State != "" {
		o.State = args.state("State", o.State)
	}
}

// body is that of a change which sets everything.
func (e *E911Address) body(args *arguments) any {
	r := &UpdateE911Request{
		Label: &e.Label, FirstName: &e.FirstName, LastName: &e.LastName, StreetNumber: &e.StreetNumber, StreetName: &e.StreetName,
		City: &e.City, State: &e.State, Country: &e.Country, ZIP: &e.ZIP,
	}
	if e.AddressType != "" {
		r.AddressType, r.AddressTypeNumber = &e.AddressType, &e.AddressTypeNumber
	}
	if (e.AddressType == "") != (e.AddressTypeNumber == "") {
		args.refuse("AddressTypeNumber", "must be set if AddressType is, and only then")
	}
	return r.body(args)
}

func (r *UpdateE911Request) body(args *arguments) any {
	if *r == (UpdateE911Request{}) {
		args.refuse("request", "must change something")
	}
	for _, field := range []struct {
		name  string
		value *string
		check func(name, value string)
	}{
		{"Label", r.Label, args.words},
		{"FirstName", r.FirstName, args.words},
		{"LastName", r.LastName, args.words},
		{"StreetNumber", r.StreetNumber, args.words},
		{"StreetName", r.StreetName, args.words},
		{"AddressType", (*string)(r.AddressType), args.text},
		{"AddressTypeNumber", r.AddressTypeNumber, args.text},
		{"City", r.City, args.words},
		{"ZIP", r.ZIP, args.zip},
	} {
		if field.value != nil {
			field.check(field.name, *field.value)
		}
	}
	changes := *r
	if r.State != nil {
		changes.State = new(args.state("State", *r.State))
	}
	if r.Country != nil {
		changes.Country = new(args.country("Country", *r.Country))
	}
	return jsonapi.Resource("e911", changes)
}

func (a *arguments) state(name, value string) string {
	if len(value) != 2 || !isLetter(rune(value[0])) || !isLetter(rune(value[1])) {
		a.refuse(name, "must be the two letters of a state or province")
	}
	return strings.ToUpper(value)
}

func (a *arguments) country(name, value string) string {
	country := strings.ToUpper(value)
	if country != "US" && country != "CA" {
		a.refuse(name, "must be US or CA")
	}
	return country
}

func (a *arguments) zip(name, value string) {
	a.words(name, value)
	if len(value) < 4 || len(value) > 7 {
		a.refuse(name, "must have 4 to 7 characters")
	}
}

type e911Wire struct {
	jsonapi.Record
	Attributes e911Attributes `json:"attributes"`
}

func (w e911Wire) model(answer[none]) E911Record { return w.Attributes.model(w.Key()) }

type e911Attributes struct {
	Label             jsonapi.Text `json:"label"`
	FirstName         jsonapi.Text `json:"first_name"`
	LastName          jsonapi.Text `json:"last_name"`
	StreetNumber      jsonapi.Text `json:"street_number"`
	StreetName        jsonapi.Text `json:"street_name"`
	AddressType       jsonapi.Text `json:"address_type"`
	AddressTypeNumber jsonapi.Text `json:"address_type_number"`
	City              jsonapi.Text `json:"city"`
	State             jsonapi.Text `json:"state"`
	Country           jsonapi.Text `json:"country"`
	ZIP               jsonapi.Text `json:"zip"`
}

func (a e911Attributes) model(id string) E911Record {
	return E911Record{ID: id, E911Address: E911Address{
		Label:             string(a.Label),
		FirstName:         string(a.FirstName),
		LastName:          string(a.LastName),
		StreetNumber:      string(a.StreetNumber),
		StreetName:        string(a.StreetName),
		AddressType:       AddressType(a.AddressType),
		AddressTypeNumber: string(a.AddressTypeNumber),
		City:              string(a.City),
		State:             string(a.State),
		Country:           string(a.Country),
		ZIP:               string(a.ZIP),
	}}
}
