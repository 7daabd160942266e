package flowroute

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/flowroute/flowroute-go/internal/jsonapi"
	"github.com/flowroute/flowroute-go/internal/transport"
)

type portabilityWire struct {
	Portable     portableWire   `json:"portable"`
	Nonportable  []jsonapi.Text `json:"nonportable"`
	Hypernetwork []jsonapi.Text `json:"hypernetwork_enabled"`
}

func (w portabilityWire) model() Portability {
	return Portability{Portable: phoneValues(w.Portable), Nonportable: phoneValues(w.Nonportable), Hypernetwork: phoneValues(w.Hypernetwork)}
}

// portableWire is a list of numbers, or, in an older form, an object that has one.
type portableWire []jsonapi.Text

func (w *portableWire) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("{")) {
		return json.Unmarshal(b, (*[]jsonapi.Text)(w))
	}
	var object struct {
		Numbers []jsonapi.Text `json:"numbers"`
	}
	err := json.Unmarshal(b, &object)
	*w = object.Numbers
	return err
}

type portOrderWire struct {
	jsonapi.Record
	Attributes struct {
		PortOrder
		ID                    jsonapi.Text       `json:"id"` // here in a list
		GroupID               jsonapi.Text       `json:"group_id"`
		StatusUpdatedAt       jsonapi.Time       `json:"status_updated_at"`
		Numbers               []jsonapi.Text     `json:"numbers"`
		BillingNumber         jsonapi.Text       `json:"billing_number"`
		ProviderAccount       jsonapi.Text       `json:"provider_account"`
		PIN                   jsonapi.Text       `json:"pin"`
		Last4SSN              jsonapi.Text       `json:"last_4_ssn"`
		Cost                  jsonapi.Float      `json:"cost"`
		DesiredCompletionDate jsonapi.Time       `json:"desired_completion_date"`
		EnableCNAMLookups     jsonapi.Bool       `json:"enable_cnam_lookups"`
		Presets               portPresetsWire    `json:"presets"`
		BusinessDocuments     []portDocumentWire `json:"business_documents"`
		Orders                portListWire       `json:"orders"` // of a list, around it
	} `json:"attributes"`

	Data   *portOrderWire `json:"data"`   // of what is wrapped once more
	Orders portListWire   `json:"orders"` // of a list, around it
}

// portListWire is port orders as a list, or as an object that has one.
type portListWire []portOrderWire

func (w *portListWire) UnmarshalJSON(b []byte) error {
	var inner portOrdersWire
	if !bytes.HasPrefix(b, []byte("{")) {
		err := json.Unmarshal(b, &inner)
		*w = portListWire(inner)
		return err
	}
	var object struct {
		Data portOrdersWire `json:"data"`
	}
	err := json.Unmarshal(b, &object)
	*w = portListWire(object.Data)
	return err
}

// Identified tells whether there is an order, which has its id in either place.
func (w portOrderWire) Identified() bool { return w.Key() != "" || w.Attributes.ID != "" }

func (w portOrderWire) model(answer[none]) PortOrder {
	a := w.Attributes
	o := a.PortOrder
	if slices.Contains([]string{"null", "[]", `""`}, string(o.Comments)) {
		o.Comments = nil
	}
	o.ID = cmp.Or(w.Key(), string(a.ID))
	o.GroupID = string(a.GroupID)
	o.StatusUpdatedAt = a.StatusUpdatedAt.Time
	o.Numbers = phoneValues(a.Numbers)
	o.BillingNumber = string(a.BillingNumber)
	o.ProviderAccount = string(a.ProviderAccount)
	o.PIN = string(a.PIN)
	o.Last4SSN = string(a.Last4SSN)
	o.Cost = float64(a.Cost)
	o.DesiredCompletionDate = a.DesiredCompletionDate.Time
	o.EnableCNAMLookups = bool(a.EnableCNAMLookups)
	o.Presets = a.Presets.model()
	for _, d := range a.BusinessDocuments {
		o.BusinessDocuments = append(o.BusinessDocuments, d.models()...)
	}
	return o
}

type portPresetsWire struct {
	CNAMID          jsonapi.Text `json:"cnam_id"`
	E911ID          jsonapi.Text `json:"e911_id"`
	Alias           jsonapi.Text `json:"alias"`
	PrimaryRouteID  jsonapi.Text `json:"primary_route_id"`
	FailoverRouteID jsonapi.Text `json:"failover_route_id"`
}

func (w portPresetsWire) model() PortPresets {
	return PortPresets{string(w.CNAMID), string(w.E911ID), string(w.Alias), string(w.PrimaryRouteID), string(w.FailoverRouteID)}
}

type portFileWire struct {
	jsonapi.Record
	Attributes struct {
		FileName string `json:"filename"`
		Status   string `json:"status"`
	} `json:"attributes"`
}

func (w portFileWire) model(answer[none]) PortFile {
	return PortFile{ID: w.Key(), FileName: w.Attributes.FileName, Status: w.Attributes.Status}
}

// portDocumentWire is a file by itself, or a document around files.
type portDocumentWire struct {
	FileName string         `json:"filename"`
	Status   string         `json:"status"`
	Data     []portFileWire `json:"data"`
}

func (w portDocumentWire) models() (files []PortFile) {
	if w.FileName != "" || w.Status != "" {
		files = append(files, PortFile{FileName: w.FileName, Status: w.Status})
	}
	for _, f := range w.Data {
		files = append(files, f.model(answer[none]{}))
	}
	return files
}

type portStatusWire struct {
	jsonapi.Record
	Attributes struct {
		Status    PortStatus   `json:"status"`
		UpdatedAt jsonapi.Time `json:"status_updated_at"`
	} `json:"attributes"`
}

func (w portStatusWire) model(answer[none]) PortOrderStatus {
	return PortOrderStatus{ID: w.Key(), Status: w.Attributes.Status, UpdatedAt: w.Attributes.UpdatedAt.Time}
}

// portOrdersWire is port orders in each form in which the API may send them: one, a list, or either within a
// portorder_list.
type portOrdersWire []portOrderWire

func (w *portOrdersWire) UnmarshalJSON(b []byte) error {
	var found []portOrderWire
	if bytes.HasPrefix(b, []byte("n")) {
		return nil
	}
	if bytes.HasPrefix(b, []byte("[")) {
		if err := json.Unmarshal(b, &found); err != nil {
			return err
		}
	} else {
		found = make([]portOrderWire, 1)
		if err := json.Unmarshal(b, &found[0]); err != nil {
			return err
		}
	}
	*w = portOrdersWire{}
	for _, o := range found {
		w.add(o)
	}
	return nil
}

// add adds an order, or those that it is around. What has no id is no order.
func (w *portOrdersWire) add(o portOrderWire) {
	switch {
	case o.Data != nil:
		w.add(*o.Data)
	case len(o.Orders)+len(o.Attributes.Orders) > 0:
		*w = append(append(*w, o.Orders...), o.Attributes.Orders...)
	case o.Identified():
		*w = append(*w, o)
	}
}

func (w portOrdersWire) models() (orders []PortOrder) {
	for _, o := range w {
		orders = append(orders, o.model(answer[none]{}))
	}
	return orders
}

type portGroupWire struct {
	Attributes struct {
		Status string `json:"status"`
	} `json:"attributes"`
	Status string `json:"status"`
	orders portOrdersWire
}

func (w *portGroupWire) UnmarshalJSON(b []byte) error {
	type plain portGroupWire
	if bytes.HasPrefix(b, []byte("{")) {
		if err := json.Unmarshal(b, (*plain)(w)); err != nil {
			return err
		}
	}
	return json.Unmarshal(b, &w.orders)
}

func (w portGroupWire) model() PortGroup {
	return PortGroup{Status: cmp.Or(w.Attributes.Status, w.Status), Orders: w.orders.models()}
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
	data, err := jsonapi.DecodeData[portOrdersWire](r.Body)
	if err != nil {
		return records[PortOrder]{}, err
	}
	found := records[PortOrder]{items: append([]PortOrder{}, data.models()...), more: len(*data) > 0, untold: true}
	for _, o := range found.items {
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
