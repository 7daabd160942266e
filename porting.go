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

// PortingService brings phone numbers of other carriers to the account. The API's documentation of port orders is
// incomplete and in part not valid JSON: where it shows a thing in several forms, or in none, each likely one is read
// here.
type PortingService struct{ service }

// Portability tells which numbers can be ported. The numbers are in the form +12065550100.
type Portability struct {
	Portable     []string `json:"portable"`
	Nonportable  []string `json:"nonportable"`
	Hypernetwork []string `json:"hypernetwork_enabled"` // those of Portable that can be on Flowroute's HyperNetwork
}

// PortOrder is an order to bring numbers to the account. A list of orders has no more than ID, Alias and Status.
type PortOrder struct {
	ID                    string            `json:"id"`
	GroupID               string            `json:"group_id"` // shared by the orders that one request was split into
	Alias                 string            `json:"alias"`
	Status                PortStatus        `json:"status"`
	StatusUpdatedAt       time.Time         `json:"status_updated_at,omitzero"` // UTC; may be zero
	Numbers               []string          `json:"numbers,omitempty"`          // in the form +12065550100
	BillingName           string            `json:"billing_name"`
	BillingNumber         string            `json:"billing_number"`
	BillingAddress        BillingAddress    `json:"billing_address"`
	Company               string            `json:"company"`
	Provider              string            `json:"provider"` // the carrier that has the numbers
	ProviderAccount       string            `json:"provider_account"`
	PIN                   string            `json:"pin"`        // of wireless numbers
	Last4SSN              string            `json:"last_4_ssn"` // of wireless numbers: the last four digits of a social security number
	Cost                  float64           `json:"cost"`       // USD
	UsageType             PortUsage         `json:"usage_type"`
	DesiredCompletionDate time.Time         `json:"desired_completion_date,omitzero"` // a day, as midnight UTC; may be zero
	EnableCNAMLookups     bool              `json:"enable_cnam_lookups"`
	LOADetails            LOADetails        `json:"loa_details"`
	Presets               PortPresets       `json:"presets"`
	StatusURL             string            `json:"status_url"` // is called when the status changes
	BusinessDocuments     []PortFile        `json:"business_documents,omitempty"`
	Comments              []json.RawMessage `json:"comments,omitempty"` // as the API sends them: their form is not documented
}

// PortStatus is how far a port order has come. The API may use others than those named here.
type PortStatus string

// Statuses of port orders.
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
	PortUsageResidential PortUsage = "residential"
	PortUsageBusiness    PortUsage = "business"
)

// BillingAddress is where the carrier that has the numbers sends its bills.
type BillingAddress struct {
	Street  string `json:"street"`
	Street2 string `json:"street2"`
	City    string `json:"city"`
	State   string `json:"state"` // of the US, or province of Canada: two letters
	ZIP     string `json:"zip"`
	Country string `json:"country"` // US or CA
}

// LOADetails says who signs the letter of authorization (LOA).
type LOADetails struct {
	Email string `json:"email"`
	CC    string `json:"cc"`
}

// PortPresets are the settings that numbers get once they are ported. Each may be empty.
type PortPresets struct {
	CNAMID          string `json:"cnam_id,omitempty"`
	E911ID          string `json:"e911_id,omitempty"`
	Alias           string `json:"alias,omitempty"`
	PrimaryRouteID  string `json:"primary_route_id,omitempty"`
	FailoverRouteID string `json:"failover_route_id,omitempty"`
}

// PortFile is a document that belongs to a port order, such as a customer service record.
type PortFile struct {
	ID       string `json:"id"`
	FileName string `json:"filename"`
	Status   string `json:"status"` // e.g. pending, processing, complete, error, uploaded, failed
}

// PortOrderStatus is how far a port order has come.
type PortOrderStatus struct {
	ID        string     `json:"id"`
	Status    PortStatus `json:"status"`
	UpdatedAt time.Time  `json:"status_updated_at,omitzero"` // UTC; may be zero
}

// PortGroup is what became of a request that was split into several orders.
type PortGroup struct {
	Status string      `json:"status"` // "Requires Action", "Completed", "Canceled" or "In Progress"
	Orders []PortOrder `json:"orders,omitempty"`
}

// PortOrderListOptions filters port orders. Where the API takes these from a request is not documented beyond doubt.
type PortOrderListOptions struct {
	ListOptions
	Numbers         []string   `url:"numbers,omitempty"` // in any common notation
	Status          PortStatus `url:"status,omitempty"`
	Alias           string     `url:"alias,omitempty"`
	CompletionDate  time.Time  `url:"completion_date,omitempty" layout:"2006-01-02"`
	CreatedAfter    time.Time  `url:"created_after,omitempty"`
	CreatedBefore   time.Time  `url:"created_before,omitempty"`
	ModifiedAfter   time.Time  `url:"modified_after,omitempty"`
	ModifiedBefore  time.Time  `url:"modified_before,omitempty"`
	CompletedAfter  time.Time  `url:"completed_after,omitempty"`
	CompletedBefore time.Time  `url:"completed_before,omitempty"`
	OrderBy         string     `url:"order,omitempty"` // status, group_status, completion_date, numbers, alias or modified_date
}

// CreatePortOrderRequest describes numbers to be ported. Numbers, BillingName, the BillingAddress's Street, City, State
// and Country, Provider and the LOADetails's Email are required.
type CreatePortOrderRequest struct {
	Numbers               []string // in any common notation
	BillingName           string   // as the carrier that has the numbers writes it
	BillingNumber         string
	BillingAddress        BillingAddress
	Company               string
	Provider              string // the carrier that has the numbers
	ProviderAccount       string
	PIN                   string // required for wireless numbers
	Last4SSN              string // required for wireless numbers
	LOADetails            LOADetails
	UsageType             PortUsage
	DesiredCompletionDate time.Time // a day; the zero time is as soon as possible
	EnableCNAMLookups     bool
	StatusURL             string // is called when the status changes
	Presets               PortPresets
	BusinessDocuments     []string // names or URLs of files, see [PortingService.Upload]
	Alias                 string
	Comments              string
}

// UpdatePortOrderRequest says what to change of a port order. A nil field is left as it is; new("Acme") sets one. Of
// the presets, those that are empty are left as they are.
type UpdatePortOrderRequest struct {
	Alias           *string      `json:"alias,omitempty"`
	BillingName     *string      `json:"billing_name,omitempty"`
	BillingNumber   *string      `json:"billing_number,omitempty"`
	Company         *string      `json:"company,omitempty"`
	Provider        *string      `json:"provider,omitempty"`
	ProviderAccount *string      `json:"provider_account,omitempty"`
	PIN             *string      `json:"pin,omitempty"`
	Last4SSN        *string      `json:"last_4_ssn,omitempty"`
	Street          *string      `json:"street,omitempty"`
	Street2         *string      `json:"street2,omitempty"`
	City            *string      `json:"city,omitempty"`
	State           *string      `json:"state,omitempty"`
	ZIP             *string      `json:"zip,omitempty"`
	Country         *string      `json:"country,omitempty"`
	UsageType       *PortUsage   `json:"usage_type,omitempty"`
	StatusURL       *string      `json:"status_url,omitempty"`
	Presets         *PortPresets `json:"presets,omitempty"`
}

// CheckPortability asks which phone numbers, in any common notation, can be ported, and changes nothing.
//
// API: POST /v2/portorders/portability
func (s *PortingService) CheckPortability(ctx context.Context, numbers []string) (*Portability, error) {
	return fetchData[portabilityWire](ctx, s.client, post("porting.checkPortability", "/v2/portorders/portability").asPlainJSON(), numberList("numbers", "+", numbers))
}

// Create orders numbers to be ported, which costs money. Flowroute may split it into several orders, which share a
// GroupID. It is not repeated where it could happen twice: after [ErrOutcomeUnknown], look with
// [PortingService.ListAll].
//
// API: POST /v2/portorders
func (s *PortingService) Create(ctx context.Context, r *CreatePortOrderRequest) ([]PortOrder, error) {
	return listWhole(ctx, s.client, once("porting.create", "/v2/portorders").asPlainJSON(), required(r), decodeNewPortOrders)
}

// Get returns a port order. One that doesn't exist is [ErrNotFound].
//
// API: GET /v2/portorders/{orderID}
func (s *PortingService) Get(ctx context.Context, orderID string) (*PortOrder, error) {
	return fetch[portOrderWire](ctx, s.client, get("porting.get", "/v2/portorders/{orderID}", id(orderID)).asPlainJSON(), nil)
}

// List returns a page of the account's port orders: of each no more than its ID, Alias and Status. Where there are
// none, which the API answers with 404, the page is empty. More only says that the page is not.
//
// API: GET /v2/portorders
func (s *PortingService) List(ctx context.Context, opts *PortOrderListOptions) (*Page[PortOrder], error) {
	return listAs(ctx, s.client, listPortOrders(), opts, decodePortOrders)
}

// ListAll walks what [PortingService.List] returns a page of. It is not documented how the API tells that more follows,
// so the walk goes on until a page is empty, or the same as the one before it.
//
// API: GET /v2/portorders
func (s *PortingService) ListAll(ctx context.Context, opts *PortOrderListOptions) iter.Seq2[*PortOrder, error] {
	return listAllAs(ctx, s.client, listPortOrders(), opts, decodePortOrders)
}

// GetGroup returns what became of a request that was split into several orders. The form of the API's answer is not
// documented.
//
// API: GET /v2/portorders?group_id={groupID}&status
func (s *PortingService) GetGroup(ctx context.Context, groupID string) (*PortGroup, error) {
	return fetchData[portGroupWire](ctx, s.client, get("porting.getGroup", "/v2/portorders").asPlainJSON().with(portGroupQuery(groupID)), nil)
}

// GetStatus returns how far a port order has come. One that doesn't exist is [ErrNotFound].
//
// API: GET /v2/portorders/{orderID}/status
func (s *PortingService) GetStatus(ctx context.Context, orderID string) (*PortOrderStatus, error) {
	return fetch[portStatusWire](ctx, s.client, get("porting.getStatus", "/v2/portorders/{orderID}/status", id(orderID)).asPlainJSON(), nil)
}

// Update changes a port order, which can be done only while it is pending or rejected.
//
// API: PATCH /v2/portorders/{orderID}
func (s *PortingService) Update(ctx context.Context, orderID string, r *UpdatePortOrderRequest) (*PortOrder, error) {
	return fetch[portOrderWire](ctx, s.client, patch("porting.update", "/v2/portorders/{orderID}", id(orderID)).asPlainJSON(), required(r))
}

// Cancel cancels a port order.
//
// API: PATCH /v2/portorders/{orderID}/status
func (s *PortingService) Cancel(ctx context.Context, orderID string) error {
	return send(ctx, s.client, patch("porting.cancel", "/v2/portorders/{orderID}/status", id(orderID)).asPlainJSON(), flat(map[string]string{"status": "cancelled"}))
}

// ChangeNumbers adds phone numbers to a port order, and takes others out of it. Either may be empty.
//
// API: PATCH /v2/portorders/{orderID}/relationships/numbers
func (s *PortingService) ChangeNumbers(ctx context.Context, orderID string, add, remove []string) error {
	return send(ctx, s.client, patch("porting.changeNumbers", "/v2/portorders/{orderID}/relationships/numbers", id(orderID)).asPlainJSON(), portedNumbers(add, remove))
}

// AddToGroup adds phone numbers to what a request that was split into several orders asked for. It is not repeated where
// it could happen twice: after [ErrOutcomeUnknown], look with [PortingService.GetGroup].
//
// API: POST /v2/portorders/{groupID}/numbers
func (s *PortingService) AddToGroup(ctx context.Context, groupID string, numbers []string) error {
	return send(ctx, s.client, once("porting.addToGroup", "/v2/portorders/{groupID}/numbers", id(groupID)).asPlainJSON(), portedNumbers(numbers, nil))
}

// RequestLOA has Flowroute send the letter of authorization of a port order by e-mail, to be signed. It is not repeated
// where it could be sent twice, although it is a GET: after [ErrOutcomeUnknown], see whether the e-mail has come.
//
// API: GET /v2/portorders/{orderID}/loa
func (s *PortingService) RequestLOA(ctx context.Context, orderID string) error {
	return send(ctx, s.client, get("porting.requestLOA", "/v2/portorders/{orderID}/loa", id(orderID)).asPlainJSON().notRepeated(), nil)
}

// SignLOA signs the letter of authorization of a port order with a name and title. Signing it again does no harm, so it is
// repeated.
//
// API: POST /v2/portorders/{orderID}/loa
func (s *PortingService) SignLOA(ctx context.Context, orderID, name, title string) error {
	return send(ctx, s.client, post("porting.signLOA", "/v2/portorders/{orderID}/loa", id(orderID)).asPlainJSON(), signature(name, title))
}

// Upload uploads a document that belongs to a port order, such as a customer service record: it asks the API for a URL,
// and puts the contents there, of which size is the number of bytes. The contents are not closed. The account's keys
// are not sent to that URL. Nothing of it is repeated: after [ErrOutcomeUnknown], see with [PortingService.GetFile] or
// [PortingService.Get] what is there.
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
		if size < 0 {
			args.refuse("size", "must not be below 0")
		}
		return map[string]string{"filename": fileName}
	})
}
