package flowroute

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

type portabilityWire struct {
	Portable     portNumbersWire `json:"portable"`
	Nonportable  portNumbersWire `json:"nonportable"`
	Hypernetwork portNumbersWire `json:"hypernetwork_enabled"`
}

func (w portabilityWire) model() Portability {
	return Portability{
		Portable:     phoneValues(w.Portable.Numbers),
		Nonportable:  phoneValues(w.Nonportable.Numbers),
		Hypernetwork: phoneValues(w.Hypernetwork.Numbers),
	}
}

// portNumbersWire is a list of numbers, or, in an older form, an object that has one.
type portNumbersWire struct {
	Numbers []jsonapi.Text `json:"numbers"`
}

// Choose returns the list, or the object that has it.
func (w *portNumbersWire) Choose(b []byte) any {
	if bytes.HasPrefix(b, []byte("[")) {
		return &w.Numbers
	}
	type object portNumbersWire
	return (*object)(w)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (w *portNumbersWire) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, w.Choose(b)) }

// portOrderWire is a port order, or what is around others in one of the forms of a list.
type portOrderWire struct {
	jsonapi.Identity
	Attributes struct {
		ID                    jsonapi.Text       `json:"id"` // here in a list
		GroupID               jsonapi.Text       `json:"group_id"`
		Alias                 jsonapi.Text       `json:"alias"`
		Status                jsonapi.Text       `json:"status"`
		StatusUpdatedAt       jsonapi.Time       `json:"status_updated_at"`
		Numbers               []jsonapi.Text     `json:"numbers"`
		BillingName           jsonapi.Text       `json:"billing_name"`
		BillingNumber         jsonapi.Text       `json:"billing_number"`
		BillingAddress        billingAddressWire `json:"billing_address"`
		Company               jsonapi.Text       `json:"company"`
		Provider              jsonapi.Text       `json:"provider"`
		ProviderAccount       jsonapi.Text       `json:"provider_account"`
		PIN                   jsonapi.Text       `json:"pin"`
		Last4SSN              jsonapi.Text       `json:"last_4_ssn"`
		Cost                  Nanodollars        `json:"cost"`
		UsageType             jsonapi.Text       `json:"usage_type"`
		DesiredCompletionDate jsonapi.Time       `json:"desired_completion_date"`
		EnableCNAMLookups     jsonapi.Bool       `json:"enable_cnam_lookups"`
		LOADetails            loaDetailsWire     `json:"loa_details"`
		Presets               portPresetsWire    `json:"presets"`
		StatusURL             jsonapi.Text       `json:"status_url"`
		BusinessDocuments     []portDocumentWire `json:"business_documents"`
		Comments              json.RawMessage    `json:"comments"`
		Orders                portOrdersWire     `json:"orders"` // of a list, around it
	} `json:"attributes"`

	Data   portOrdersWire `json:"data"`   // of what is wrapped once more
	Orders portOrdersWire `json:"orders"` // of a list, around it
	Status jsonapi.Text   `json:"status"` // of a group
}

// Key is the order's id, wherever it is.
func (w portOrderWire) Key() string { return string(cmp.Or(w.ID, w.Attributes.ID)) }

// Identified reports whether there is an order.
func (w portOrderWire) Identified() bool { return w.Key() != "" }

// within are the orders that it is around.
func (w portOrderWire) within() portOrdersWire {
	return slices.Concat(w.Data, w.Orders, w.Attributes.Orders)
}

func (w portOrderWire) model(answer[none]) PortOrder {
	a := &w.Attributes
	o := PortOrder{
		ID:                    w.Key(),
		GroupID:               string(a.GroupID),
		Alias:                 string(a.Alias),
		Status:                PortStatus(a.Status),
		StatusUpdatedAt:       time.Time(a.StatusUpdatedAt),
		Numbers:               phoneValues(a.Numbers),
		BillingName:           string(a.BillingName),
		BillingNumber:         string(a.BillingNumber),
		BillingAddress:        a.BillingAddress.model(),
		Company:               string(a.Company),
		Provider:              string(a.Provider),
		ProviderAccount:       string(a.ProviderAccount),
		PIN:                   string(a.PIN),
		Last4SSN:              string(a.Last4SSN),
		Cost:                  a.Cost,
		UsageType:             PortUsage(a.UsageType),
		DesiredCompletionDate: time.Time(a.DesiredCompletionDate),
		EnableCNAMLookups:     bool(a.EnableCNAMLookups),
		LOADetails:            LOADetails{Email: string(a.LOADetails.Email), CC: string(a.LOADetails.CC)},
		Presets:               a.Presets.model(),
		StatusURL:             string(a.StatusURL),
		Comments:              rawValue(a.Comments),
	}
	for _, d := range a.BusinessDocuments {
		o.BusinessDocuments = append(o.BusinessDocuments, d.models()...)
	}
	return o
}

type billingAddressWire struct {
	Street  jsonapi.Text `json:"street"`
	Street2 jsonapi.Text `json:"street2"`
	City    jsonapi.Text `json:"city"`
	State   jsonapi.Text `json:"state"`
	ZIP     jsonapi.Text `json:"zip"`
	Country jsonapi.Text `json:"country"`
}

func (w billingAddressWire) model() BillingAddress {
	return BillingAddress{
		Street:  string(w.Street),
		Street2: string(w.Street2),
		City:    string(w.City),
		State:   string(w.State),
		ZIP:     string(w.ZIP),
		Country: string(w.Country),
	}
}

type loaDetailsWire struct {
	Email jsonapi.Text `json:"email"`
	CC    jsonapi.Text `json:"cc"`
}

type portPresetsWire struct {
	CNAMID          jsonapi.Text `json:"cnam_id"`
	E911ID          jsonapi.Text `json:"e911_id"`
	Alias           jsonapi.Text `json:"alias"`
	PrimaryRouteID  jsonapi.Text `json:"primary_route_id"`
	FailoverRouteID jsonapi.Text `json:"failover_route_id"`
}

func (w portPresetsWire) model() PortPresets {
	return PortPresets{
		CNAMID:          string(w.CNAMID),
		E911ID:          string(w.E911ID),
		Alias:           string(w.Alias),
		PrimaryRouteID:  string(w.PrimaryRouteID),
		FailoverRouteID: string(w.FailoverRouteID),
	}
}

type portFileWire struct {
	jsonapi.Record
	Attributes struct {
		FileName jsonapi.Text `json:"filename"`
		Status   jsonapi.Text `json:"status"`
	} `json:"attributes"`
}

func (w portFileWire) model(answer[none]) PortFile {
	return PortFile{ID: w.Key(), FileName: string(w.Attributes.FileName), Status: string(w.Attributes.Status)}
}

// portDocumentWire is a file by itself, or a document around files.
type portDocumentWire struct {
	FileName jsonapi.Text   `json:"filename"`
	Status   jsonapi.Text   `json:"status"`
	Data     []portFileWire `json:"data"`
}

func (w portDocumentWire) models() (files []PortFile) {
	if w.FileName != "" || w.Status != "" {
		files = append(files, PortFile{FileName: string(w.FileName), Status: string(w.Status)})
	}
	for _, f := range w.Data {
		if f != (portFileWire{}) { // as a null is
			files = append(files, f.model(answer[none]{}))
		}
	}
	return files
}

type portStatusWire struct {
	jsonapi.Record
	Attributes struct {
		Status    jsonapi.Text `json:"status"`
		UpdatedAt jsonapi.Time `json:"status_updated_at"`
	} `json:"attributes"`
}

func (w portStatusWire) model(answer[none]) PortOrderStatus {
	return PortOrderStatus{ID: w.Key(), Status: PortStatus(w.Attributes.Status), UpdatedAt: time.Time(w.Attributes.UpdatedAt)}
}

// portOrdersWire is port orders in each form in which the API may send them: one, a list, or either within a
// portorder_list.
type portOrdersWire []portOrderWire

// orders are the port orders, without what is around them, and how many there are of which nothing can be read. It is an
// error if there are orders, but none of them has an id.
func (w portOrdersWire) orders() (orders []PortOrder, skipped int, err error) {
	var named bool
	var add func(portOrdersWire)
	add = func(w portOrdersWire) {
		for _, o := range w {
			switch within := o.within(); {
			case len(within) > 0:
				add(within)
			case o.Data != nil || o.Orders != nil || o.Attributes.Orders != nil || o.Type == "portorder_list": // is around none
			case reflect.ValueOf(o).IsZero():
				skipped++
			default:
				named = named || o.Identified()
				orders = append(orders, o.model(answer[none]{}))
			}
		}
	}
	if add(w); !named && len(orders) > 0 {
		return nil, 0, jsonapi.ErrNoID
	}
	return orders, skipped, nil
}

// portGroupWire is a group around its orders.
type portGroupWire portOrdersWire

func (w portGroupWire) model() PortGroup {
	orders, _, _ := portOrdersWire(w).orders() // a group alone is no order
	g := PortGroup{Orders: orders}
	if len(w) == 1 && (!w[0].Identified() || len(w[0].within()) > 0) {
		g.Status = string(cmp.Or(w[0].Attributes.Status, w[0].Status))
	}
	return g
}

// uploadWire is the URL that a file is to be uploaded to: the one in the answer, whatever its name is.
type uploadWire string

func (w *uploadWire) UnmarshalJSON(b []byte) error {
	var data any
	if err := json.Unmarshal(b, &data); err != nil {
		return err
	}
	*w = uploadWire(findURL(data))
	if *w == "" {
		return errors.New("the answer has no URL to upload the file to")
	}
	return nil
}

func (w uploadWire) model() uploadWire { return w }

// findURL finds the URL to upload to: the only one there is, or the only one whose name speaks of an upload. A document
// must not go where it doesn't belong, so of several others none is taken.
func findURL(data any) string {
	named, others := map[string]bool{}, map[string]bool{}
	var look func(name string, data any)
	look = func(name string, data any) {
		switch data := data.(type) {
		case string:
			if webURL(data) == nil {
				return
			}
			name = strings.ToLower(name)
			switch {
			case strings.Contains(name, "upload"), name == "url":
				named[data] = true
			case !slices.ContainsFunc([]string{"callback", "status", "self", "related", "href"}, func(s string) bool { return strings.Contains(name, s) }):
				others[data] = true
			}
		case map[string]any:
			for name, value := range data {
				if name != "links" && !strings.Contains(name, "name") { // the API's own, and the file's name
					look(name, value)
				}
			}
		case []any:
			for _, item := range data {
				look(name, item)
			}
		}
	}
	look("", data)
	for _, found := range []map[string]bool{named, others} {
		if len(found) == 1 {
			return slices.Collect(maps.Keys(found))[0]
		}
	}
	return ""
}

func decodePortOrders(r *transport.Result, _ int) (records[PortOrder], error) {
	data, unread, err := jsonapi.DecodeData[portOrdersWire](r.Body)
	if err != nil {
		return records[PortOrder]{}, err
	}
	orders, skipped, err := data.orders()
	switch {
	case err != nil:
		return records[PortOrder]{}, err
	case len(orders) == 0 && unread.Count > 0:
		return records[PortOrder]{}, jsonapi.ErrNoData
	}
	found := records[PortOrder]{
		items:   append([]PortOrder{}, orders...),
		more:    len(orders) > 0,
		untold:  true,
		skipped: skipped,
		unread:  unread,
	}
	for i, o := range found.items {
		if o.ID == "" {
			found.unread.Add("data[" + strconv.Itoa(i) + "].id")
		}
		found.add(o.ID)
	}
	return found, nil
}

// decodeNewPortOrders reads the orders that were made, of which there must be one.
func decodeNewPortOrders(r *transport.Result, limit int) (records[PortOrder], error) {
	found, err := decodePortOrders(r, limit)
	if err == nil && len(found.items) == 0 {
		err = jsonapi.ErrNoID
	}
	return found, err
}
