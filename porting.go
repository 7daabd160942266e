package flowroute

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
)

// PortingService ports phone numbers from other carriers to the account. The API's documentation of port orders is
// incomplete: where it shows an answer in several forms, or in none, every likely form is read. Nor does it say which
// errors mean what.
type PortingService struct{ service }

// Portability tells which numbers can be ported. Its numbers are as in [Number.Value].
type Portability struct {
	Portable    []string `json:"portable"`    // can be ported
	Nonportable []string `json:"nonportable"` // can't be ported

	// Hypernetwork is those of Portable that can be on Flowroute's HyperNetwork.
	Hypernetwork []string `json:"hypernetwork_enabled"`
}

// PortOrder is an order to port numbers to the account. In a list only ID, Alias and Status are set. What it says of
// the customer, from BillingName to Last4SSN, is as the carrier that has the numbers knows it.
type PortOrder struct {
	ID string `json:"id"` // digits

	// GroupID is shared by the orders that one request was split into.
	GroupID string `json:"group_id"`

	Alias           string         `json:"alias"`                      // the account's own name for the order
	Status          PortStatus     `json:"status"`                     // e.g. [PortStatusPending]
	StatusUpdatedAt time.Time      `json:"status_updated_at,omitzero"` // UTC; may be zero
	Numbers         []string       `json:"numbers,omitempty"`          // each as in Number.Value
	BillingName     string         `json:"billing_name"`               // the customer's name
	BillingNumber   string         `json:"billing_number"`             // the billing telephone number; may be empty
	BillingAddress  BillingAddress `json:"billing_address"`            // the customer's address
	Company         string         `json:"company"`                    // the customer's company; may be empty
	Provider        string         `json:"provider"`                   // the carrier that has the numbers
	ProviderAccount string         `json:"provider_account"`           // the customer's account; may be empty
	PIN             string         `json:"pin"`                        // of wireless numbers; else empty

	// Last4SSN is for wireless numbers: the last four digits of a social security number. Else it is empty.
	Last4SSN string `json:"last_4_ssn"`

	Cost      Nanodollars `json:"cost"`       // of the order
	UsageType PortUsage   `json:"usage_type"` // e.g. [PortUsageBusiness]; may be empty

	// DesiredCompletionDate is a day, as midnight UTC. It may be zero.
	DesiredCompletionDate time.Time `json:"desired_completion_date,omitzero"`

	EnableCNAMLookups bool        `json:"enable_cnam_lookups"`          // look up callers' names, at a cost
	LOADetails        LOADetails  `json:"loa_details"`                  // who signs the letter of authorization
	Presets           PortPresets `json:"presets"`                      // for the numbers once they are ported
	StatusURL         string      `json:"status_url"`                   // called when the status changes; may be empty
	BusinessDocuments []PortFile  `json:"business_documents,omitempty"` // what was uploaded or named

	// Comments are as the API sends them, since their form is not documented.
	Comments json.RawMessage `json:"comments,omitempty"`
}

// PortStatus tells how far a port order has got. The API may use other statuses than those named here.
type PortStatus string

// Statuses of port orders. The API's documentation lists them, and explains only PortStatusAbandoned, which it calls
// "Processing Abandoned". An order can be changed while it is pending or rejected.
const (
	PortStatusPending      PortStatus = "pending"
	PortStatusProcessing   PortStatus = "processing"
	PortStatusSubmitted    PortStatus = "submitted"
	PortStatusAccepted     PortStatus = "accepted"
	PortStatusRejected     PortStatus = "rejected"
	PortStatusReview       PortStatus = "review"
	PortStatusCompleted    PortStatus = "completed"
	PortStatusCanceled     PortStatus = "canceled" // "cancelled" has been seen as well
	PortStatusAbandoned    PortStatus = "abandoned"
	PortStatusHardCanceled PortStatus = "hard_canceled"
)

// PortUsage is what ported numbers are used for.
type PortUsage string

// Uses of ported numbers.
const (
	PortUsageResidential PortUsage = "residential" // by a person
	PortUsageBusiness    PortUsage = "business"    // by a company
)

// BillingAddress is where the carrier that has the numbers sends its bills. Each field may be empty in an answer.
type BillingAddress struct {
	Street  string `json:"street"`  // with the house number, e.g. "1218 3rd Ave"
	Street2 string `json:"street2"` // more of the address; may be empty
	City    string `json:"city"`    // e.g. "Seattle"
	State   string `json:"state"`   // of the US, or province of Canada: two letters in any case
	ZIP     string `json:"zip"`     // e.g. 98101; may be empty
	Country string `json:"country"` // US or CA, in any case
}

// LOADetails says who signs the letter of authorization (LOA).
type LOADetails struct {
	Email string `json:"email"` // where the letter is sent to be signed
	CC    string `json:"cc"`    // who gets a copy; may be empty
}

// PortPresets are the settings that numbers get once they are ported. Each may be empty, and is then not set.
type PortPresets struct {
	CNAMID          string `json:"cnam_id,omitempty"`           // of a [CNAM] record
	E911ID          string `json:"e911_id,omitempty"`           // of an [E911Record]
	Alias           string `json:"alias,omitempty"`             // the account's own name for the numbers
	PrimaryRouteID  string `json:"primary_route_id,omitempty"`  // of a [Route]
	FailoverRouteID string `json:"failover_route_id,omitempty"` // of a [Route]
}

// PortFile is a document that belongs to a port order, such as a customer service record.
type PortFile struct {
	ID       string `json:"id"`       // its number within the order, e.g. "0"
	FileName string `json:"filename"` // its name, or the URL that it was given by
	Status   string `json:"status"`   // e.g. pending, processing, complete, error, uploaded, failed
}

// PortOrderStatus tells how far a port order has got.
type PortOrderStatus struct {
	ID        string     `json:"id"`                         // of the order
	Status    PortStatus `json:"status"`                     // e.g. [PortStatusPending]
	UpdatedAt time.Time  `json:"status_updated_at,omitzero"` // UTC; may be zero
}

// PortGroup is what became of a request that was split into several orders.
type PortGroup struct {
	Status string      `json:"status"`           // "Requires Action", "Completed", "Canceled" or "In Progress"
	Orders []PortOrder `json:"orders,omitempty"` // the orders of the group, each with ID and Status
}

// PortOrderListOptions filters port orders. A zero field filters nothing. Times are exact to a second. The filters are
// sent in the query; the API's documentation lists them as the body of a GET, so it is not certain that the API heeds
// them.
type PortOrderListOptions struct {
	ListOptions
	Numbers         []string   `url:"numbers,omitempty"`                             // in any common notation
	Status          PortStatus `url:"status,omitempty"`                              // e.g. [PortStatusPending]
	Alias           string     `url:"alias,omitempty"`                               // its name on the account
	CompletionDate  time.Time  `url:"completion_date,omitempty" layout:"2006-01-02"` // a day
	CreatedAfter    time.Time  `url:"created_after,omitempty"`                       // when the order was placed
	CreatedBefore   time.Time  `url:"created_before,omitempty"`                      // when the order was placed
	ModifiedAfter   time.Time  `url:"modified_after,omitempty"`                      // when the order was changed
	ModifiedBefore  time.Time  `url:"modified_before,omitempty"`                     // when the order was changed
	CompletedAfter  time.Time  `url:"completed_after,omitempty"`                     // when it was completed
	CompletedBefore time.Time  `url:"completed_before,omitempty"`                    // when it was completed

	// OrderBy is the field to sort by: status, group_status, completion_date, numbers, alias or modified_date.
	OrderBy string `url:"order,omitempty"`
}

// CreatePortOrderRequest describes numbers to be ported. Numbers, BillingName, the BillingAddress's Street, City, State
// and Country, Provider and the LOADetails's Email are required.
type CreatePortOrderRequest struct {
	Numbers               []string       // in any common notation
	BillingName           string         // the customer's name, as the losing carrier has it
	BillingNumber         string         // the billing telephone number there; may be empty
	BillingAddress        BillingAddress // the customer's address there; Street2 and ZIP may be empty
	Company               string         // the customer's company; may be empty
	Provider              string         // the carrier that has the numbers
	ProviderAccount       string         // the customer's account there; may be empty
	PIN                   string         // required for wireless numbers
	Last4SSN              string         // required for wireless numbers: of a social security number
	LOADetails            LOADetails     // who signs the letter of authorization; CC may be empty
	UsageType             PortUsage      // e.g. [PortUsageBusiness]; may be empty
	DesiredCompletionDate time.Time      // a day; the zero time names none
	EnableCNAMLookups     bool           // whether to look up callers' names, at a cost
	StatusURL             string         // is called when the status changes; may be empty
	Presets               PortPresets    // settings that the numbers get once they are ported
	BusinessDocuments     []string       // names or URLs of files, see [PortingService.Upload]
	Alias                 string         // the account's own name for the order; may be empty
	Comments              string         // a text for Flowroute; may be empty
}

// UpdatePortOrderRequest says what to change about a port order. A nil field stays as it is: new("Acme") sets one. At
// least one field must be set.
type UpdatePortOrderRequest struct {
	Alias           *string      `json:"alias,omitempty"`            // the account's own name for the order
	BillingName     *string      `json:"billing_name,omitempty"`     // the customer's name at the losing carrier
	BillingNumber   *string      `json:"billing_number,omitempty"`   // the billing telephone number there
	Company         *string      `json:"company,omitempty"`          // the customer's company
	Provider        *string      `json:"provider,omitempty"`         // the carrier that has the numbers
	ProviderAccount *string      `json:"provider_account,omitempty"` // the customer's account there
	PIN             *string      `json:"pin,omitempty"`              // of wireless numbers
	Last4SSN        *string      `json:"last_4_ssn,omitempty"`       // of wireless numbers: of a social security number
	Street          *string      `json:"street,omitempty"`           // of the billing address, with the house number
	Street2         *string      `json:"street2,omitempty"`          // of the billing address: more of it
	City            *string      `json:"city,omitempty"`             // of the billing address
	State           *string      `json:"state,omitempty"`            // of the billing address: two letters in any case
	ZIP             *string      `json:"zip,omitempty"`              // of the billing address
	Country         *string      `json:"country,omitempty"`          // of the billing address: US or CA, in any case
	UsageType       *PortUsage   `json:"usage_type,omitempty"`       // [PortUsageResidential] or [PortUsageBusiness]
	StatusURL       *string      `json:"status_url,omitempty"`       // is called when the status changes
	Presets         *PortPresets `json:"presets,omitempty"`          // those that are empty stay as they are
}

// CheckPortability asks which phone numbers, in any common notation, can be ported. It changes nothing, so it is
// repeated like a GET.
//
// API: POST /v2/portorders/portability
func (s *PortingService) CheckPortability(ctx context.Context, numbers []string) (*Portability, error) {
	return fetchData[portabilityWire](ctx, s.client, ask("porting.checkPortability", "/v2/portorders/portability").asPlainJSON(), numberList("numbers", "+", numbers))
}

// Create orders numbers to be ported, which costs money. Flowroute may split the request into several orders, which
// share a GroupID; all of them are returned. A required field that is missing is an [*ArgumentError]. It is not
// repeated where it could happen twice: after [ErrOutcomeUnknown], look for its Alias with [PortingService.ListAll].
//
// API: POST /v2/portorders
func (s *PortingService) Create(ctx context.Context, r *CreatePortOrderRequest) ([]PortOrder, error) {
	return listWhole(ctx, s.client, once("porting.create", "/v2/portorders").asPlainJSON(), required(r), decodeNewPortOrders)
}

// Get returns a port order. An order that doesn't exist is [ErrNotFound].
//
// API: GET /v2/portorders/{orderID}
func (s *PortingService) Get(ctx context.Context, orderID string) (*PortOrder, error) {
	return fetch[portOrderWire](ctx, s.client, get("porting.get", "/v2/portorders/{orderID}", id(orderID)).asPlainJSON(), nil)
}

// List returns a page of the account's port orders, each with only its ID, Alias and Status. opts may be nil. Where
// there are none, which the API answers with 404, the page is empty and there is no error. It is not documented how
// the API tells that more follow: More only says that the page is not empty.
//
// API: GET /v2/portorders
func (s *PortingService) List(ctx context.Context, opts *PortOrderListOptions) (*Page[PortOrder], error) {
	return listAs(ctx, s.client, listPortOrders(), opts, decodePortOrders)
}

// ListAll returns an iterator over all the port orders that [PortingService.List] has pages of. Since it is not
// documented how the API tells that more follow, it goes on until a page is empty or repeats an earlier one.
//
// API: GET /v2/portorders
func (s *PortingService) ListAll(ctx context.Context, opts *PortOrderListOptions) iter.Seq2[*PortOrder, error] {
	return listAllAs(ctx, s.client, listPortOrders(), opts, decodePortOrders)
}

// GetGroup returns what became of a request that was split into several orders. groupID is their [PortOrder.GroupID].
// The form of the API's answer is not documented.
//
// API: GET /v2/portorders?group_id={groupID}&status
func (s *PortingService) GetGroup(ctx context.Context, groupID string) (*PortGroup, error) {
	return fetchData[portGroupWire](ctx, s.client, get("porting.getGroup", "/v2/portorders").asPlainJSON().with(portGroupQuery(groupID)), nil)
}

// GetStatus returns how far a port order has got. An order that doesn't exist is [ErrNotFound].
//
// API: GET /v2/portorders/{orderID}/status
func (s *PortingService) GetStatus(ctx context.Context, orderID string) (*PortOrderStatus, error) {
	return fetch[portStatusWire](ctx, s.client, get("porting.getStatus", "/v2/portorders/{orderID}/status", id(orderID)).asPlainJSON(), nil)
}

// Update changes a port order, which is possible only while it is pending or rejected. A request without any change
// is an [*ArgumentError]. It is not documented which error is returned in another status.
//
// API: PATCH /v2/portorders/{orderID}
func (s *PortingService) Update(ctx context.Context, orderID string, r *UpdatePortOrderRequest) (*PortOrder, error) {
	return fetch[portOrderWire](ctx, s.client, patch("porting.update", "/v2/portorders/{orderID}", id(orderID)).asPlainJSON(), required(r))
}

// Cancel cancels a port order. It is not documented until when that is possible, or which error is returned after that.
// That error is also returned if an earlier attempt of the same call canceled the order: see [Error.Attempts], and check
// with [PortingService.GetStatus].
//
// API: PATCH /v2/portorders/{orderID}/status
func (s *PortingService) Cancel(ctx context.Context, orderID string) error {
	return send(ctx, s.client, patch("porting.cancel", "/v2/portorders/{orderID}/status", id(orderID)).asPlainJSON(), flat(map[string]string{"status": "cancelled"}))
}

// ChangeNumbers adds phone numbers to a port order, and takes others out of it. They may be in any common notation.
// Either list may be empty, but not both. A number that is added twice, or removed although the order does not have it,
// may be an error, also if an earlier attempt of the same call added or removed it: see [Error.Attempts], and check with
// [PortingService.Get].
//
// API: PATCH /v2/portorders/{orderID}/relationships/numbers
func (s *PortingService) ChangeNumbers(ctx context.Context, orderID string, add, remove []string) error {
	return send(ctx, s.client, patch("porting.changeNumbers", "/v2/portorders/{orderID}/relationships/numbers", id(orderID)).asPlainJSON(), portedNumbers(add, remove))
}

// AddToGroup adds phone numbers, in any common notation, to a request that was split into several orders. groupID is
// their [PortOrder.GroupID]. It is not repeated where it could happen twice: after [ErrOutcomeUnknown], look with
// [PortingService.GetGroup].
//
// API: POST /v2/portorders/{groupID}/numbers
func (s *PortingService) AddToGroup(ctx context.Context, groupID string, numbers []string) error {
	return send(ctx, s.client, once("porting.addToGroup", "/v2/portorders/{groupID}/numbers", id(groupID)).asPlainJSON(), portedNumbers(numbers, nil))
}

// RequestLOA asks Flowroute to send the letter of authorization of a port order by e-mail, to be signed. Although it
// is a GET, it is not repeated where the letter could be sent twice: after [ErrOutcomeUnknown], see whether the
// e-mail has come.
//
// API: GET /v2/portorders/{orderID}/loa
func (s *PortingService) RequestLOA(ctx context.Context, orderID string) error {
	return send(ctx, s.client, get("porting.requestLOA", "/v2/portorders/{orderID}/loa", id(orderID)).asPlainJSON().notRepeated(), nil)
}

// SignLOA signs the letter of authorization of a port order with a name and a title. A signature is binding, so it is
// retried only if it is certain that it was not executed: after [ErrOutcomeUnknown], see with
// [PortingService.GetStatus] whether the order is still pending.
//
// API: POST /v2/portorders/{orderID}/loa
func (s *PortingService) SignLOA(ctx context.Context, orderID, name, title string) error {
	return send(ctx, s.client, once("porting.signLOA", "/v2/portorders/{orderID}/loa", id(orderID)).asPlainJSON(), signature(name, title))
}

// Upload uploads a document that belongs to a port order, such as a customer service record. It asks the API for a
// URL, and sends the contents there, of which size is the number of bytes. The contents are not closed. The account's
// keys are not sent to that URL, and a content type only if the URL is signed with one: the type that the URL names, or
// else the one of the file's extension. If the context ends, or the host answers before it has read everything, a Read of
// the contents may still be under way when Upload returns. The upload is not repeated: after [ErrOutcomeUnknown], look
// with [PortingService.GetFile] or [PortingService.Get] at what is there.
//
// API: POST /v2/portorders/{orderID}/upload_file
func (s *PortingService) Upload(ctx context.Context, orderID, fileName string, contents io.Reader, size int64) error {
	op := once("porting.upload", "/v2/portorders/{orderID}/upload_file", id(orderID)).asPlainJSON()
	target, err := fetchData[uploadWire](ctx, s.client, op, uploadRequest(fileName, contents, size))
	if err != nil {
		return err
	}
	return s.client.putFile(ctx, op, string(*target), contents, size)
}

// GetFile returns a document that belongs to a port order, by its number within the order.
//
// API: GET /v2/portorders/{orderID}/files/{fileID}
func (s *PortingService) GetFile(ctx context.Context, orderID, fileID string) (*PortFile, error) {
	return fetch[portFileWire](ctx, s.client, get("porting.getFile", "/v2/portorders/{orderID}/files/{fileID}", id(orderID), id(fileID)).asPlainJSON(), nil)
}

func listPortOrders() operation {
	return get("porting.list", "/v2/portorders").asPlainJSON().emptyIfNotFound()
}

func (o *PortOrderListOptions) detach() { o.Numbers = slices.Clone(o.Numbers) }

func (o *PortOrderListOptions) check(args *arguments) {
	o.ListOptions.check(args)
	if len(o.Numbers) > 0 {
		o.Numbers = args.phones("Numbers", "+", o.Numbers)
	}
	for _, t := range []*time.Time{&o.CreatedAfter, &o.CreatedBefore, &o.ModifiedAfter, &o.ModifiedBefore, &o.CompletedAfter, &o.CompletedBefore} {
		*t = t.UTC()
	}
}

func (r *CreatePortOrderRequest) body(args *arguments) any {
	a := r.BillingAddress
	for _, field := range []struct{ name, value string }{
		{"BillingName", r.BillingName},
		{"BillingAddress.Street", a.Street},
		{"BillingAddress.City", a.City},
		{"Provider", r.Provider},
		{"LOADetails.Email", r.LOADetails.Email},
	} {
		args.words(field.name, field.value)
	}
	if r.StatusURL != "" {
		args.link("StatusURL", r.StatusURL)
	}
	return jsonapi.Resource("", struct {
		Numbers               []string    `json:"numbers"`
		BillingName           string      `json:"billing_name"`
		BillingNumber         string      `json:"billing_number,omitempty"`
		Street                string      `json:"street"`
		Street2               string      `json:"street2,omitempty"`
		City                  string      `json:"city"`
		State                 string      `json:"state"`
		ZIP                   string      `json:"zip,omitempty"`
		Country               string      `json:"country"`
		Company               string      `json:"company,omitempty"`
		Provider              string      `json:"provider"`
		ProviderAccount       string      `json:"provider_account,omitempty"`
		PIN                   string      `json:"pin,omitempty"`
		Last4SSN              string      `json:"last_4_ssn,omitempty"`
		LOADetails            loaOut      `json:"loa_details"`
		UsageType             PortUsage   `json:"usage_type,omitempty"`
		DesiredCompletionDate string      `json:"desired_completion_date,omitempty"`
		EnableCNAMLookups     bool        `json:"enable_cnam_lookups,omitempty"`
		StatusURL             string      `json:"status_url,omitempty"`
		Presets               PortPresets `json:"presets,omitzero"`
		BusinessDocuments     []string    `json:"business_documents,omitempty"`
		Alias                 string      `json:"alias,omitempty"`
		Comments              string      `json:"comments,omitempty"`
	}{
		args.phones("Numbers", "+", r.Numbers), r.BillingName, r.BillingNumber,
		a.Street, a.Street2, a.City, args.state("BillingAddress.State", a.State), a.ZIP, args.country("BillingAddress.Country", a.Country),
		r.Company, r.Provider, r.ProviderAccount, r.PIN, r.Last4SSN, loaOut(r.LOADetails), r.UsageType, day(r.DesiredCompletionDate),
		r.EnableCNAMLookups, r.StatusURL, r.Presets, r.BusinessDocuments, r.Alias, r.Comments,
	})
}

// loaOut is a LOADetails without a CC that nobody has asked for.
type loaOut struct {
	Email string `json:"email"`
	CC    string `json:"cc,omitempty"`
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func (r *UpdatePortOrderRequest) body(args *arguments) any {
	if *r == (UpdatePortOrderRequest{}) {
		args.refuse("request", "must change something")
	}
	changes := *r
	if r.State != nil {
		changes.State = new(args.state("State", *r.State))
	}
	if r.Country != nil {
		changes.Country = new(args.country("Country", *r.Country))
	}
	if r.StatusURL != nil && *r.StatusURL != "" {
		args.link("StatusURL", *r.StatusURL)
	}
	return jsonapi.Resource("", changes)
}

func portedNumbers(add, remove []string) input {
	return inputFunc(func(args *arguments) any {
		if len(add)+len(remove) == 0 {
			args.refuse("numbers", "must not be empty")
		}
		var numbers struct {
			Add    []string `json:"add,omitempty"`
			Remove []string `json:"remove,omitempty"`
		}
		if len(add) > 0 {
			numbers.Add = args.phones("numbers", "+", add)
		}
		if len(remove) > 0 {
			numbers.Remove = args.phones("remove", "+", remove)
		}
		return numbers
	})
}

func portGroupQuery(groupID string) input {
	return inputFunc(func(args *arguments) any {
		return struct {
			GroupID string `url:"group_id"`
			Status  string `url:"status"` // empty: it is there or not
		}{GroupID: args.id("groupID", groupID)}
	})
}

func signature(name, title string) input {
	return inputFunc(func(args *arguments) any {
		args.words("name", name)
		args.words("title", title)
		return map[string]string{"type": "loa", "signature_name": name, "signature_title": title}
	})
}

func uploadRequest(fileName string, contents io.Reader, size int64) input {
	return inputFunc(func(args *arguments) any {
		args.require("fileName", fileName)
		if contents == nil {
			args.refuse("contents", "must not be nil")
		}
		if size <= 0 {
			args.refuse("size", "must be the number of bytes of contents, above 0")
		}
		return map[string]string{"filename": fileName}
	})
}
