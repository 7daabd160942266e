package flowroute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

// CDRsService exports call detail records (CDRs). Flowroute writes the records of a period of time to a file, which is
// then downloaded: [CDRsService.Create], [CDRsService.Wait], [CDRsService.Records].
type CDRsService struct{ service }

// ErrExportFailed matches, with [errors.Is], the error of [CDRsService.Wait] for an export that Flowroute could not
// make.
var ErrExportFailed = errors.New("the CDR export failed")

// CDRExport is a file of call detail records, or one that is being made. Until it is completed, it has only ID, Status
// and what was asked for.
type CDRExport struct {
	ID          string          `json:"id"`                    // digits
	Status      CDRExportStatus `json:"status"`                // e.g. [CDRExportProcessing]
	CallbackURL string          `json:"callback_url"`          // is called when the export is done; may be empty
	RequestedAt time.Time       `json:"requested_at,omitzero"` // UTC
	CreatedAt   time.Time       `json:"created_at,omitzero"`   // UTC

	// ExpiresAt is in UTC: until when the DownloadURL works, which is for 3 days.
	ExpiresAt time.Time `json:"expires_at,omitzero"`

	// DownloadURL is where the file is, for [CDRsService.Records]. It needs none of the account's keys: whoever has
	// it can read the file.
	DownloadURL string `json:"download_url"`

	NumCalls      int `json:"num_calls"`      // how many records the file has
	BilledMinutes int `json:"billed_minutes"` // of all calls together

	TotalCost      Nanodollars `json:"total_cost"`      // of all calls together, with all fees
	CallSubtotal   Nanodollars `json:"call_subtotal"`   // without the fees
	ConnectFees    Nanodollars `json:"connect_fees"`    // for connecting calls
	CNAMLookupFees Nanodollars `json:"cnamlookup_fees"` // for looking callers' names up
	USFFees        Nanodollars `json:"usf_fees"`        // for the Universal Service Fund
	CCRF           Nanodollars `json:"ccrf"`            // the cost recovery fee

	// FilterParameters is what was asked for, as the API repeats it, in a form that varies.
	FilterParameters json.RawMessage `json:"filter_parameters,omitempty"`
}

// CDRExportStatus tells how far an export has got. The API may use other statuses than those named here.
type CDRExportStatus string

// Statuses of exports.
const (
	CDRExportProcessing CDRExportStatus = "processing" // is being made
	CDRExportCompleted  CDRExportStatus = "completed"  // can be downloaded, until it expires
	CDRExportFailed     CDRExportStatus = "failed"     // could not be made
)

// CDRExportListOptions filters exports.
type CDRExportListOptions struct {
	ListOptions
	Status CDRExportStatus `url:"status,omitempty"` // only exports with this status; empty is any
}

// CreateCDRExportRequest says which calls to export. Start and End are required. A field that is zero filters nothing.
type CreateCDRExportRequest struct {
	Start time.Time // required: calls that began at or after it, to the second

	// End is required: calls that began before it, to the second. It is at most 92 days after Start.
	End time.Time

	NumberAliases         []string      // whole aliases of the account's numbers
	NumberAliasesContains []string      // parts of aliases
	DestinationNumbers    []string      // the numbers called, with or without +
	CallerIDNumbers       []string      // the numbers that called, with or without +
	CustomXTags           []string      // values of SIP's X-Tag header
	CallerIP              string        // the IP address of the caller
	LongerThan            time.Duration // only calls longer than this, in whole seconds

	CallbackURL string // is called when the export is done; empty for none
}

// List returns a page of the account's exports. opts may be nil.
//
// API: GET /v2/cdrs/exports
func (s *CDRsService) List(ctx context.Context, opts *CDRExportListOptions) (*Page[CDRExport], error) {
	return list[cdrExportWire](ctx, s.client, get("cdrs.list", "/v2/cdrs/exports"), opts)
}

// ListAll returns an iterator over all the exports that [CDRsService.List] has pages of.
//
// API: GET /v2/cdrs/exports
func (s *CDRsService) ListAll(ctx context.Context, opts *CDRExportListOptions) iter.Seq2[*CDRExport, error] {
	return listAll[cdrExportWire](ctx, s.client, get("cdrs.list", "/v2/cdrs/exports"), opts)
}

// Create asks Flowroute to make an export, which takes some minutes: see [CDRsService.Wait]. A Start or End that is
// missing, or a period of more than 92 days, is an [*ArgumentError]. It is not repeated where it could happen twice:
// after [ErrOutcomeUnknown], look with [CDRsService.List].
//
// API: POST /v2/cdrs/exports
func (s *CDRsService) Create(ctx context.Context, r *CreateCDRExportRequest) (*CDRExport, error) {
	return fetch[cdrExportWire](ctx, s.client, once("cdrs.create", "/v2/cdrs/exports"), required(r))
}

// Get returns an export. An export that doesn't exist is [ErrNotFound].
//
// API: GET /v2/cdrs/exports/{exportID}
func (s *CDRsService) Get(ctx context.Context, exportID string) (*CDRExport, error) {
	return fetch[cdrExportWire](ctx, s.client, get("cdrs.get", "/v2/cdrs/exports/{exportID}", id(exportID)), nil)
}

// Wait gets an export again and again until it is completed, with waits that grow from 1 to 30 seconds. It fails when
// the context ends, and with [ErrExportFailed] when Flowroute could not make the export.
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
	if r.LongerThan < 0 || r.LongerThan%time.Second != 0 {
		args.refuse("LongerThan", "must be whole seconds, and not below 0")
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
		digits := a.digits(name, value, separators)
		if strings.Trim(digits, "+") == "" {
			a.refuse(name, "must have a digit") // else it would be another filter
		}
		numbers = append(numbers, digits)
	}
	return numbers
}

type cdrExportWire struct {
	jsonapi.Record
	Attributes struct {
		Status           jsonapi.Text    `json:"status"`
		CallbackURL      jsonapi.Text    `json:"callback_url"`
		RequestedAt      jsonapi.Time    `json:"requested_at"`
		CreatedAt        jsonapi.Time    `json:"created_at"`
		ExpiresAt        jsonapi.Time    `json:"expires_at"`
		DownloadURL      jsonapi.Text    `json:"download_url"`
		NumCalls         jsonapi.Int     `json:"num_calls"`
		BilledMinutes    jsonapi.Int     `json:"billed_minutes"`
		TotalCost        Nanodollars     `json:"total_cost"`
		CallSubtotal     Nanodollars     `json:"call_subtotal"`
		ConnectFees      Nanodollars     `json:"connect_fees"`
		CNAMLookupFees   Nanodollars     `json:"cnamlookup_fees"`
		USFFees          Nanodollars     `json:"usf_fees"`
		CCRF             Nanodollars     `json:"ccrf"`
		FilterParameters json.RawMessage `json:"filter_parameters"`
	} `json:"attributes"`
}

func (w cdrExportWire) model(answer[none]) CDRExport {
	a := &w.Attributes
	return CDRExport{
		ID:               w.Key(),
		Status:           CDRExportStatus(a.Status),
		CallbackURL:      string(a.CallbackURL),
		RequestedAt:      time.Time(a.RequestedAt),
		CreatedAt:        time.Time(a.CreatedAt),
		ExpiresAt:        time.Time(a.ExpiresAt),
		DownloadURL:      string(a.DownloadURL),
		NumCalls:         int(a.NumCalls),
		BilledMinutes:    int(a.BilledMinutes),
		TotalCost:        a.TotalCost,
		CallSubtotal:     a.CallSubtotal,
		ConnectFees:      a.ConnectFees,
		CNAMLookupFees:   a.CNAMLookupFees,
		USFFees:          a.USFFees,
		CCRF:             a.CCRF,
		FilterParameters: rawValue(a.FilterParameters),
	}
}

// rawValue returns a value whose form is not known, or nil if it is empty. It is written as encoding/json writes it, so
// that a model comes back the same from its JSON.
func rawValue(b json.RawMessage) json.RawMessage {
	b, _ = json.Marshal(b)
	switch string(b) {
	case "null", "[]", `""`:
		return nil
	}
	return b
}
