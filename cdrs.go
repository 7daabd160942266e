package flowroute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

// CDRsService exports call detail records (CDRs): Flowroute writes those of a range of time into a file, which is then
// downloaded.
type CDRsService struct{ service }

// ErrExportFailed matches the error of [CDRsService.Wait] for an export that Flowroute could not make.
var ErrExportFailed = errors.New("the CDR export failed")

// CDRExport is a file of call detail records, or one that is being made. Until it is completed, it has no more than
// ID, Status and what was asked for.
type CDRExport struct {
	ID          string          `json:"id"`
	Status      CDRExportStatus `json:"status"`
	CallbackURL string          `json:"callback_url"`
	RequestedAt time.Time       `json:"requested_at,omitzero"` // UTC
	CreatedAt   time.Time       `json:"created_at,omitzero"`   // UTC
	ExpiresAt   time.Time       `json:"expires_at,omitzero"`   // UTC: how long the DownloadURL works, which is 3 days
	DownloadURL string          `json:"download_url"`          // of the file, without the account's keys; whoever has it can read the file

	NumCalls      int `json:"num_calls"`
	BilledMinutes int `json:"billed_minutes"`

	TotalCost      Nanodollars `json:"total_cost"`
	CallSubtotal   Nanodollars `json:"call_subtotal"`
	ConnectFees    Nanodollars `json:"connect_fees"`
	CNAMLookupFees Nanodollars `json:"cnamlookup_fees"`
	USFFees        Nanodollars `json:"usf_fees"` // for the Universal Service Fund
	CCRF           Nanodollars `json:"ccrf"`     // cost recovery fee

	FilterParameters json.RawMessage `json:"filter_parameters,omitempty"` // what was asked for, as the API repeats it, in a form that varies
}

// CDRExportStatus is how far an export has come. The API may use others than those named here.
type CDRExportStatus string

// Statuses of exports.
const (
	CDRExportProcessing CDRExportStatus = "processing"
	CDRExportCompleted  CDRExportStatus = "completed"
	CDRExportFailed     CDRExportStatus = "failed"
)

// CDRExportListOptions filters exports.
type CDRExportListOptions struct {
	ListOptions
	Status CDRExportStatus `url:"status,omitempty"`
}

// CreateCDRExportRequest says which calls to export. Start and End are required.
type CreateCDRExportRequest struct {
	Start time.Time // of calls that began at or after it, to the second
	End   time.Time // of calls that began before it, to the second; at most 92 days after Start

	NumberAliases         []string // aliases of the account's numbers, whole
	NumberAliasesContains []string // parts of aliases
	DestinationNumbers    []string // with or without +
	CallerIDNumbers       []string // with or without +
	CustomXTags           []string // of SIP's X-Tag header
	CallerIP              string
	LongerThan            time.Duration // to the second; 0 is any length

	CallbackURL string // is called when the export is done; empty for nobody
}

// List returns a page of the account's exports.
//
// API: GET /v2/cdrs/exports
func (s *CDRsService) List(ctx context.Context, opts *CDRExportListOptions) (*Page[CDRExport], error) {
	return list[cdrExportWire](ctx, s.client, get("cdrs.list", "/v2/cdrs/exports"), opts)
}

// ListAll walks what [CDRsService.List] returns a page of.
//
// API: GET /v2/cdrs/exports
func (s *CDRsService) ListAll(ctx context.Context, opts *CDRExportListOptions) iter.Seq2[*CDRExport, error] {
	return listAll[cdrExportWire](ctx, s.client, get("cdrs.list", "/v2/cdrs/exports"), opts)
}

// Create has Flowroute begin to make an export, which takes some minutes: see [CDRsService.Wait]. It is not repeated
// where it could happen twice: after [ErrOutcomeUnknown], look with [CDRsService.List].
//
// API: POST /v2/cdrs/exports
func (s *CDRsService) Create(ctx context.Context, r *CreateCDRExportRequest) (*CDRExport, error) {
	return fetch[cdrExportWire](ctx, s.client, once("cdrs.create", "/v2/cdrs/exports"), required(r))
}

// Get returns an export. One that doesn't exist is [ErrNotFound].
//
// API: GET /v2/cdrs/exports/{exportID}
func (s *CDRsService) Get(ctx context.Context, exportID string) (*CDRExport, error) {
	return fetch[cdrExportWire](ctx, s.client, get("cdrs.get", "/v2/cdrs/exports/{exportID}", id(exportID)), nil)
}

// Wait asks for an export until it is completed, with waits that grow from 1 to 30 seconds. It ends with the context,
// and with [ErrExportFailed].
//
// API: GET /v2/cdrs/exports/{exportID}
func (s *CDRsService) Wait(ctx context.Context, exportID string) (*CDRExport, error) {
	const shortest, longest = time.Second, 30 * time.Second
	for delay := shortest; ; delay = min(2*delay, longest) {
		export, err := s.Get(ctx, exportID)
		switch {
		case err != nil:
			return nil, err
		case export.Status == CDRExportCompleted:
			return export, nil
		case export.Status == CDRExportFailed:
			return nil, &RequestError{Op: "cdrs.wait", Attempts: 1, Err: ErrExportFailed}
		}
		if err := transport.Sleep(ctx, delay); err != nil {
			return nil, &RequestError{Op: "cdrs.wait", Attempts: 1, Err: fmt.Errorf("the export is not completed: %w", err)}
		}
	}
}

func (r *CreateCDRExportRequest) body(args *arguments) any {
	const longest = 92 * 24 * time.Hour
	start, end := r.Start.Truncate(time.Second), r.End.Truncate(time.Second)
	switch {
	case r.Start.IsZero():
		args.refuse("Start", "must be set")
	case r.End.IsZero():
		args.refuse("End", "must be set")
	case !end.After(start):
		args.refuse("End", "must be a second after Start at least")
	case end.Sub(start) > longest:
		args.refuse("End", "must be at most 92 days after Start")
	}
	if r.CallbackURL != "" {
		args.link("CallbackURL", r.CallbackURL)
	}
	if r.LongerThan < 0 {
		args.refuse("LongerThan", "must not be below 0")
	}
	return jsonapi.Resource("cdrexport", cdrExportOut{r.CallbackURL, cdrFilterOut{
		Start:                 start.UTC().Format(time.DateTime),
		End:                   end.UTC().Format(time.DateTime),
		NumberAliases:         r.NumberAliases,
		NumberAliasesContains: r.NumberAliasesContains,
		DestinationNumbers:    args.anyDigits("DestinationNumbers", r.DestinationNumbers),
		CallerIDNumbers:       args.anyDigits("CallerIDNumbers", r.CallerIDNumbers),
		CustomXTags:           r.CustomXTags,
		CallerIP:              r.CallerIP,
		LongerThan:            int64(r.LongerThan / time.Second),
	}})
}

type cdrExportOut struct {
	CallbackURL string       `json:"callback_url,omitempty"`
	Filter      cdrFilterOut `json:"filter_parameters"`
}

type cdrFilterOut struct {
	Start                 string   `json:"start_call_start_time"`
	End                   string   `json:"start_call_end_time"`
	NumberAliases         []string `json:"number_aliases,omitempty"`
	NumberAliasesContains []string `json:"number_aliases_contains,omitempty"`
	DestinationNumbers    []string `json:"destination_numbers,omitempty"`
	CallerIDNumbers       []string `json:"callerid_numbers,omitempty"`
	CustomXTags           []string `json:"custom_x_tags,omitempty"`
	CallerIP              string   `json:"caller_ip,omitempty"`
	LongerThan            int64    `json:"duration_greater_than,omitempty"`
}

// anyDigits reads numbers that need not be whole phone numbers.
func (a *arguments) anyDigits(name string, values []string) []string {
	var numbers []string
	for _, value := range values {
		a.require(name, value)
		numbers = append(numbers, a.digits(name, value))
	}
	return numbers
}

type cdrExportWire struct {
	jsonapi.Identity
	Attributes struct {
		CDRExport
		RequestedAt      jsonapi.Time    `json:"requested_at"`
		CreatedAt        jsonapi.Time    `json:"created_at"`
		ExpiresAt        jsonapi.Time    `json:"expires_at"`
		NumCalls         jsonapi.Int     `json:"num_calls"`
		BilledMinutes    jsonapi.Int     `json:"billed_minutes"`
		TotalCost        nanodollarsWire `json:"total_cost"`
		CallSubtotal     nanodollarsWire `json:"call_subtotal"`
		ConnectFees      nanodollarsWire `json:"connect_fees"`
		CNAMLookupFees   nanodollarsWire `json:"cnamlookup_fees"`
		USFFees          nanodollarsWire `json:"usf_fees"`
		CCRF             nanodollarsWire `json:"ccrf"`
		FilterParameters json.RawMessage `json:"filter_parameters"`
	} `json:"attributes"`

	Data *cdrExportWire `json:"data"` // a list wraps each item once more
}

// Key is the id, wherever it is.
func (w cdrExportWire) Key() string {
	if w.Data != nil {
		return w.Data.Key()
	}
	return w.Identity.Key()
}

// Identified tells whether there is an export, which has its id in either place.
func (w cdrExportWire) Identified() bool { return w.Key() != "" }

func (w cdrExportWire) model(a answer[none]) CDRExport {
	if w.Data != nil {
		return w.Data.model(a)
	}
	e := w.Attributes.CDRExport
	e.ID = w.Key()
	e.RequestedAt = w.Attributes.RequestedAt.Time
	e.CreatedAt = w.Attributes.CreatedAt.Time
	e.ExpiresAt = w.Attributes.ExpiresAt.Time
	e.NumCalls = int(w.Attributes.NumCalls)
	e.BilledMinutes = int(w.Attributes.BilledMinutes)
	e.TotalCost = Nanodollars(w.Attributes.TotalCost)
	e.CallSubtotal = Nanodollars(w.Attributes.CallSubtotal)
	e.ConnectFees = Nanodollars(w.Attributes.ConnectFees)
	e.CNAMLookupFees = Nanodollars(w.Attributes.CNAMLookupFees)
	e.USFFees = Nanodollars(w.Attributes.USFFees)
	e.CCRF = Nanodollars(w.Attributes.CCRF)
	e.FilterParameters = w.Attributes.FilterParameters
	return e
}

// nanodollarsWire is an amount as the API writes it: a decimal number of USD, in a string.
type nanodollarsWire Nanodollars

func (n *nanodollarsWire) UnmarshalJSON(b []byte) error {
	var text jsonapi.Text
	if err := text.UnmarshalJSON(b); err != nil {
		return err
	}
	value, err := ParseNanodollars(string(text))
	*n = nanodollarsWire(value)
	return err
}
