package flowroute

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// CNAMsService manages CNAM records: the caller names that are shown to people whom the account's phone numbers call.
type CNAMsService struct{ service }

// CNAM is a caller name. Flowroute approves or rejects a new one within 48 hours. Where an answer names a record
// without describing it, all but the ID is empty.
type CNAM struct {
	ID       string `json:"id"`          // digits
	Value    string `json:"value"`       // the name, in upper case
	Approved bool   `json:"is_approved"` // whether it can be assigned

	// ApprovedAt is in UTC. It is zero until the record is approved, and may be zero in older records.
	ApprovedAt time.Time `json:"approval_datetime,omitzero"`

	CreatedAt       time.Time `json:"creation_datetime,omitzero"` // UTC; may be zero in older records
	RejectionReason string    `json:"rejection_reason"`           // empty unless it was rejected

	// Numbers are those that the record is assigned to. Only [CNAMsService.Get] returns them.
	Numbers []Number `json:"numbers,omitempty"`
}

// CNAMAssignment is a change of a number's CNAM record. It takes 5 to 7 business days to show.
type CNAMAssignment struct {
	ID        string    `json:"id"`                    // of the CNAM record; empty after [CNAMsService.Unassign]
	CreatedAt time.Time `json:"date_created,omitzero"` // UTC
}

// CNAMListOptions filters CNAM records. A zero field filters nothing.
type CNAMListOptions struct {
	ListOptions

	// Approved is new(true) for the approved ones, and new(false) for the others. nil is all.
	Approved *bool `url:"is_approved,omitempty"`

	Value string `url:"value,omitempty"` // a part of the value, in any case
}

// List returns a page of the account's CNAM records. opts may be nil. Where nothing matches, the page is empty.
//
// API: GET /v2/cnams
func (s *CNAMsService) List(ctx context.Context, opts *CNAMListOptions) (*Page[CNAM], error) {
	return list[cnamWire](ctx, s.client, get("cnams.list", "/v2/cnams"), opts)
}

// ListAll returns an iterator over all the CNAM records that [CNAMsService.List] has pages of.
//
// API: GET /v2/cnams
func (s *CNAMsService) ListAll(ctx context.Context, opts *CNAMListOptions) iter.Seq2[*CNAM, error] {
	return listAll[cnamWire](ctx, s.client, get("cnams.list", "/v2/cnams"), opts)
}

// Get returns a CNAM record, with the numbers it is assigned to. A record that doesn't exist is [ErrNotFound].
//
// API: GET /v2/cnams/{cnamID}
func (s *CNAMsService) Get(ctx context.Context, cnamID string) (*CNAM, error) {
	return fetch[cnamWire](ctx, s.client, get("cnams.get", "/v2/cnams/{cnamID}", id(cnamID)), nil)
}

// Create makes a CNAM record, which costs money. The record has to be approved before it can be assigned. value is
// the name: up to 15 characters, which are letters, digits, spaces and any of - _ . , @ + & ' / ", with at least one
// letter. Any other is an [*ArgumentError]: see [CheckCNAM].
//
// A value that the account has already is [ErrUnprocessable], and insufficient funds are [ErrForbidden]. It is not
// repeated where it could happen twice: after [ErrOutcomeUnknown], look for the value with [CNAMsService.ListAll].
//
// API: POST /v2/cnams
func (s *CNAMsService) Create(ctx context.Context, value string) (*CNAM, error) {
	return fetch[cnamWire](ctx, s.client, once("cnams.create", "/v2/cnams"), cnamValue(value))
}

// Delete deletes a CNAM record, and takes it from the numbers that have it. A record that doesn't exist is
// [ErrNotFound], also where an earlier attempt of the same call deleted it: see [Error.Attempts].
//
// API: DELETE /v2/cnams/{cnamID}
func (s *CNAMsService) Delete(ctx context.Context, cnamID string) error {
	return send(ctx, s.client, del("cnams.delete", "/v2/cnams/{cnamID}", id(cnamID)), nil)
}

// Assign gives an approved CNAM record to a number, which must be a long code. A number or record that is not the
// account's is [ErrForbidden] or [ErrNotFound]. It is not documented which error is returned for a record that is
// not approved.
//
// API: PATCH /v2/numbers/{number}/relationships/cnams/{cnamID}
func (s *CNAMsService) Assign(ctx context.Context, number, cnamID string) (*CNAMAssignment, error) {
	return fetch[cnamAssignmentWire](ctx, s.client, patch("cnams.assign", "/v2/numbers/{number}/relationships/cnams/{cnamID}", phone(number), id(cnamID)), nil)
}

// Unassign removes the CNAM record from a number. A number that is not the account's is [ErrForbidden] or
// [ErrNotFound]. A number without a record may be an error as well, also if an earlier attempt of the same call removed
// it: see [Error.Attempts].
//
// API: DELETE /v2/numbers/{number}/relationships/cnams
func (s *CNAMsService) Unassign(ctx context.Context, number string) (*CNAMAssignment, error) {
	return fetch[cnamAssignmentWire](ctx, s.client, del("cnams.unassign", "/v2/numbers/{number}/relationships/cnams", phone(number)), nil)
}

func (o *CNAMListOptions) detach() { o.Approved = own(o.Approved) }

// CheckCNAM checks a value by those rules of [CNAMsService.Create] that can be checked without a request. A value that
// breaks them is an [*ArgumentError]. One that keeps them may still be rejected by Flowroute, if it has profanity or a
// phone number in it, or is misleading.
func CheckCNAM(value string) error {
	args := &arguments{op: "CheckCNAM"}
	if cnamValue(value).body(args); args.err != nil {
		return args.err
	}
	return nil
}

type cnamValue string

func (v cnamValue) body(args *arguments) any {
	const maxLen, specials = 15, `-_.,@+&'/" `
	value := string(v)
	switch {
	case strings.ContainsFunc(value, func(r rune) bool { return !isLetter(r) && !isDigit(r) && !strings.ContainsRune(specials, r) }):
		args.refuse("value", `must have only letters of A to Z, digits, spaces and any of - _ . , @ + & ' / "`)
	case len(value) > maxLen:
		args.refuse("value", "must have at most 15 characters")
	case !strings.ContainsFunc(value, isLetter):
		args.refuse("value", "must have a letter")
	}
	return struct {
		Value string `json:"value"`
	}{value}
}

type cnamWire struct {
	jsonapi.Record
	Attributes    cnamAttributes `json:"attributes"`
	Relationships struct {
		Numbers jsonapi.ToMany `json:"numbers"`
	} `json:"relationships"`
}

func (w cnamWire) model(a answer[includedNumberWire]) CNAM {
	c := w.Attributes.model(w.Key())
	for _, ref := range w.Relationships.Numbers.Data {
		if found := find(a.included, ref, "number"); found != nil {
			c.Numbers = append(c.Numbers, found.model(answer[relatedWire]{}))
		} else if ref.ID != "" {
			c.Numbers = append(c.Numbers, Number{ID: ref.Key()})
		}
	}
	return c
}

// includedNumberWire is a number that comes with another resource.
type includedNumberWire struct {
	numberWire
	Type string `json:"type"`
}

// Ref is what a relationship refers to the number by.
func (w includedNumberWire) Ref() jsonapi.Identity { return jsonapi.Identity{ID: w.ID, Type: w.Type} }

type cnamAttributes struct {
	Value           jsonapi.Text `json:"value"`
	Approved        jsonapi.Bool `json:"is_approved"`
	ApprovedAt      jsonapi.Time `json:"approval_datetime"`
	CreatedAt       jsonapi.Time `json:"creation_datetime"`
	RejectionReason jsonapi.Text `json:"rejection_reason"`
}

func (a cnamAttributes) model(id string) CNAM {
	return CNAM{
		ID:              id,
		Value:           string(a.Value),
		Approved:        bool(a.Approved),
		ApprovedAt:      time.Time(a.ApprovedAt),
		CreatedAt:       time.Time(a.CreatedAt),
		RejectionReason: string(a.RejectionReason),
	}
}

// cnamAssignmentWire is a change of a number's record. One that takes the record away has no id.
type cnamAssignmentWire struct {
	jsonapi.Unnamed
	Attributes struct {
		CreatedAt jsonapi.Time `json:"date_created"`
	} `json:"attributes"`
}

func (w cnamAssignmentWire) model(answer[none]) CNAMAssignment {
	return CNAMAssignment{ID: w.Key(), CreatedAt: time.Time(w.Attributes.CreatedAt)}
}
