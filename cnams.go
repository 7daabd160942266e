package flowroute

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// CNAMsService looks after CNAM records: the names that people called from the account's phone numbers see.
type CNAMsService struct{ service }

// CNAM is a caller name. Flowroute approves or rejects it within 48 hours.
type CNAM struct {
	ID              string    `json:"id"`
	Value           string    `json:"value"` // in upper case
	Approved        bool      `json:"is_approved"`
	ApprovedAt      time.Time `json:"approval_datetime,omitzero"` // UTC; may be zero although approved, in older records
	CreatedAt       time.Time `json:"creation_datetime,omitzero"` // UTC; may be zero, in older records
	RejectionReason string    `json:"rejection_reason"`           // empty unless rejected

	Numbers []Number `json:"numbers,omitempty"` // that it is assigned to; only Get and only an approved record have them
}

// CNAMAssignment is a change of a number's CNAM record, which takes effect within 5 to 7 business days.
type CNAMAssignment struct {
	ID        string    `json:"id"`                    // of the CNAM record; empty where it was unassigned
	CreatedAt time.Time `json:"date_created,omitzero"` // UTC
}

// CNAMListOptions filters CNAM records.
type CNAMListOptions struct {
	ListOptions
	Approved *bool  `url:"is_approved,omitempty"` // nil is both
	Value    string `url:"value,omitempty"`       // a part of the value, in any case
}

// List returns a page of the account's CNAM records.
//
// API: GET /v2/cnams
func (s *CNAMsService) List(ctx context.Context, opts *CNAMListOptions) (*Page[CNAM], error) {
	return list[cnamWire](ctx, s.client, get("cnams.list", "/v2/cnams"), opts)
}

// ListAll walks what [CNAMsService.List] returns a page of.
//
// API: GET /v2/cnams
func (s *CNAMsService) ListAll(ctx context.Context, opts *CNAMListOptions) iter.Seq2[*CNAM, error] {
	return listAll[cnamWire](ctx, s.client, get("cnams.list", "/v2/cnams"), opts)
}

// Get returns a CNAM record, with the numbers it is assigned to. One that doesn't exist is [ErrNotFound].
//
// API: GET /v2/cnams/{cnamID}
func (s *CNAMsService) Get(ctx context.Context, cnamID string) (*CNAM, error) {
	return fetch[cnamWire](ctx, s.client, get("cnams.get", "/v2/cnams/{cnamID}", id(cnamID)), nil)
}

// Create makes a CNAM record, which costs money, and has to be approved before it can be assigned. value has up to 15
// characters: letters, of which it has at least one, digits, spaces and any of - _ . , @ + & ' / ".
//
// A value that the account has already is [ErrUnprocessable], and insufficient funds are [ErrForbidden]. It is not
// repeated where it could happen twice: after [ErrOutcomeUnknown], look with [CNAMsService.ListAll].
//
// API: POST /v2/cnams
func (s *CNAMsService) Create(ctx context.Context, value string) (*CNAM, error) {
	return fetch[cnamWire](ctx, s.client, once("cnams.create", "/v2/cnams"), cnamValue(value))
}

// Delete deletes a CNAM record, and takes it from the numbers that have it. One that doesn't exist is [ErrNotFound], also
// where an earlier attempt of the same call deleted it: see [Error.Attempts].
//
// API: DELETE /v2/cnams/{cnamID}
func (s *CNAMsService) Delete(ctx context.Context, cnamID string) error {
	return send(ctx, s.client, del("cnams.delete", "/v2/cnams/{cnamID}", id(cnamID)), nil)
}

// Assign gives an approved CNAM record to a number, which must be a long code. A number or record that is not the
// account's is [ErrForbidden] or [ErrNotFound]. Which error the API gives for a record that is not approved is not
// documented.
//
// API: PATCH /v2/numbers/{number}/relationships/cnams/{cnamID}
func (s *CNAMsService) Assign(ctx context.Context, number, cnamID string) (*CNAMAssignment, error) {
	return fetch[cnamAssignmentWire](ctx, s.client, patch("cnams.assign", "/v2/numbers/{number}/relationships/cnams/{cnamID}", phone(number), id(cnamID)), nil)
}

// Unassign takes its CNAM record from a number. A number that is not the account's is [ErrForbidden] or [ErrNotFound].
//
// API: DELETE /v2/numbers/{number}/relationships/cnams
func (s *CNAMsService) Unassign(ctx context.Context, number string) (*CNAMAssignment, error) {
	return fetch[cnamAssignmentWire](ctx, s.client, del("cnams.unassign", "/v2/numbers/{number}/relationships/cnams", phone(number)), nil)
}

func (o *CNAMListOptions) detach() { o.Approved = own(o.Approved) }

// CheckCNAM tells whether a value keeps the rules of [CNAMsService.Create] that can be checked here; it may still be
// rejected, for profanity, phone numbers, or what misleads. What does not keep them is an [*ArgumentError]. No request
// is made.
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
	jsonapi.Identity
	Attributes    cnamAttributes `json:"attributes"`
	Relationships struct {
		Numbers jsonapi.ToMany `json:"numbers"`
	} `json:"relationships"`
}

func (w cnamWire) model(a answer[numberWire]) CNAM {
	c := w.Attributes.cnam(w.Key())
	for _, ref := range w.Relationships.Numbers.Data {
		number := Number{ID: string(ref.ID)}
		for _, included := range a.included {
			if included.Identity == ref {
				number = included.model(answer[relatedWire]{})
			}
		}
		c.Numbers = append(c.Numbers, number)
	}
	return c
}

type cnamAttributes struct {
	CNAM
	Value      jsonapi.Text `json:"value"`
	Approved   jsonapi.Bool `json:"is_approved"`
	ApprovedAt jsonapi.Time `json:"approval_datetime"`
	CreatedAt  jsonapi.Time `json:"creation_datetime"`
}

func (a cnamAttributes) cnam(id string) CNAM {
	c := a.CNAM
	c.ID = id
	c.Value = string(a.Value)
	c.Approved = bool(a.Approved)
	c.ApprovedAt = a.ApprovedAt.Time
	c.CreatedAt = a.CreatedAt.Time
	return c
}

type cnamAssignmentWire struct {
	jsonapi.Identity
	Attributes struct {
		CreatedAt jsonapi.Time `json:"date_created"`
	} `json:"attributes"`
}

// Identified tells whether there is a change; one that takes the record away has no id.
func (w cnamAssignmentWire) Identified() bool { return w.ID != "" || w.Type != "" }

func (w cnamAssignmentWire) model(answer[none]) CNAMAssignment {
	return CNAMAssignment{ID: w.Key(), CreatedAt: w.Attributes.CreatedAt.Time}
}
