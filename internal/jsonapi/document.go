// Package jsonapi reads and writes the JSON:API documents of Flowroute's API, and knows how untidy its values are.
package jsonapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// ErrNoData is what [Decode] and [DecodeList] return for a document without the data it must carry.
var ErrNoData = errors.New("the answer has no data")

// ErrNoID is what [Decode] returns for a resource without the id it must have, and [DecodeList] for a list of which no
// resource has one.
var ErrNoID = errors.New("the answer has a record without an id")

// Record is a resource object of the type that was asked for: what it must have is an id. A resource embeds it.
type Record struct {
	ID Text `json:"id"`
}

// Key is the resource's id.
func (r Record) Key() string { return string(r.ID) }

// Identified reports whether the resource has an id.
func (r Record) Identified() bool { return r.ID != "" }

// Identity is the id and type of a resource object. One whose type has to be known embeds it, in place of [Record].
type Identity struct {
	ID   Text   `json:"id"`
	Type string `json:"type"`
}

// Key is the resource's id.
func (i Identity) Key() string { return string(i.ID) }

// Identified reports whether the resource has an id.
func (i Identity) Identified() bool { return i.ID != "" }

// Ref is the identity itself, by which a relationship refers to the resource.
func (i Identity) Ref() Identity { return i }

// Unnamed is a resource object that need not have an id. A resource embeds it, in place of [Record].
type Unnamed struct{ Identity }

// Identified reports true.
func (Unnamed) Identified() bool { return true }

// Identified is a resource object: a struct that embeds [Record], [Identity] or [Unnamed].
type Identified interface {
	Key() string
	Identified() bool
}

// ToOne is a relationship to one resource or, if Data is nil, to none.
type ToOne struct {
	Data *Identity `json:"data"`
}

// ToMany is a relationship to any number of resources.
type ToMany struct {
	Data []Identity `json:"data"`
}

// Document is a document whose data is one resource.
type Document[R, I any] struct {
	Data     R   `json:"data"`
	Included []I `json:"included"`

	Unread Unread `json:"-"`
}

// Decode reads a document whose data is one resource. A value that can't be read is left zero.
func Decode[R Identified, I any](body []byte) (*Document[R, I], error) {
	doc := new(Document[R, I])
	if json.Unmarshal(body, doc) == nil && doc.Data.Key() != "" {
		return doc, nil
	}
	data, err := dataOf(body)
	if err != nil {
		return nil, err
	}
	if err := wants(data, '{'); err != nil {
		return nil, err
	}
	doc = new(Document[R, I])
	doc.Unread.read(body, doc, "")
	// Some documentation shows the whole document wrapped in a data member once more.
	if inner, err := dataOf(data); doc.Data.Key() == "" && err == nil && inner[0] == '{' {
		doc = new(Document[R, I])
		doc.Unread.read(data, doc, "data")
	}
	if !doc.Data.Identified() {
		return nil, ErrNoID
	}
	return doc, nil
}

// DecodeData reads a document whose data is something else than a resource.
func DecodeData[T any](body []byte) (*T, Unread, error) {
	var doc struct {
		Data *T `json:"data"`
	}
	failure := json.Unmarshal(body, &doc)
	if failure == nil && doc.Data != nil {
		return doc.Data, Unread{}, nil
	}
	data, err := dataOf(body)
	if err != nil {
		return nil, Unread{}, err
	}
	value := new(T)
	var unread Unread
	if !unread.read(data, value, "data") {
		return nil, Unread{}, readable(failure)
	}
	return value, unread, nil
}

// List is a document whose data is a list of resources.
type List[R, I any] struct {
	Data     []R   `json:"data"`
	Included []I   `json:"included"`
	Links    links `json:"links"`

	Skipped      int    `json:"-"` // how many elements of the list are no objects, and not in Data
	LinksUnknown bool   `json:"-"` // there are links, but not in a known form
	Unread       Unread `json:"-"`
}

// links are those of a list, of which only the sign that more follows matters, and not where they lead.
type links struct {
	Next link `json:"next"`
}

// link reports whether there is a link, which may be a text or an object.
type link bool

// UnmarshalJSON implements [json.Unmarshaler].
func (l *link) UnmarshalJSON(b []byte) error {
	*l = link(!nothing(b))
	return nil
}

// nothing reports whether a value says that there is none.
func nothing(b []byte) bool {
	switch string(b) {
	case "null", `""`, "false", "[]", "{}":
		return true
	}
	return false
}

// DecodeList reads a document whose data is a list of resources, of which it makes room for so many as are expected.
// A value that can't be read is left zero, and so is the id of a resource without one, as long as another has one.
func DecodeList[R Identified, I any](body []byte, expected int) (*List[R, I], error) {
	const smallest = 32 // bytes that a resource takes
	list := &List[R, I]{Data: make([]R, 0, min(expected, len(body)/smallest))}
	if json.Unmarshal(body, list) == nil && len(list.Data) > 0 && allNamed(list.Data) {
		return list, nil
	}
	return decodeOddList[R, I](body)
}

func allNamed[R Identified](records []R) bool {
	for i := range records {
		if records[i].Key() == "" {
			return false
		}
	}
	return true
}

// decodeOddList reads each resource of a list by itself.
func decodeOddList[R Identified, I any](body []byte) (*List[R, I], error) {
	data, err := dataOf(body)
	if err != nil {
		return nil, err
	}
	// The whole document may be wrapped in a data member once more, as for Decode.
	if inner, err := dataOf(data); err == nil && inner[0] == '[' {
		body, data = data, inner
	}
	items := elementsOf(data)
	if data[0] == '{' { // one, in place of a list of one
		items = []json.RawMessage{data}
	} else if err := wants(data, '['); err != nil {
		return nil, err
	}
	list := &List[R, I]{Data: make([]R, 0, len(items))}
	named := len(items) == 0
	for i, item := range items {
		path := "data[" + strconv.Itoa(i) + "]"
		if item[0] != '{' {
			list.Unread.Add(path)
			list.Skipped++
			continue
		}
		record := decodeItem[R](item, path, &list.Unread)
		named = named || record.Key() != ""
		list.Data = append(list.Data, record)
	}
	if !named {
		return nil, ErrNoID
	}
	top := membersOf(body)
	if included, ok := member(top, "included"); ok {
		list.Unread.read(included, &list.Included, "included")
	}
	if links, ok := member(top, "links"); ok && !nothing(links) {
		list.LinksUnknown = !list.Unread.read(links, &list.Links, "links")
	}
	return list, nil
}

// decodeItem reads an element of a list: a resource, or one that is wrapped in a data member.
func decodeItem[R Identified](item []byte, path string, unread *Unread) R {
	var record R
	var odd Unread
	odd.read(item, &record, path)
	if inner, err := dataOf(item); record.Key() == "" && err == nil && inner[0] == '{' {
		record, odd = *new(R), Unread{}
		path += ".data"
		odd.read(inner, &record, path)
	}
	if path += ".id"; record.Key() == "" && !slices.Contains(odd.Paths, path) {
		odd.Add(path)
	}
	unread.merge(odd)
	return record
}

// dataOf is the data member of a document.
func dataOf(body []byte) ([]byte, error) {
	var top map[string]json.RawMessage
	if err := unmarshal(body, &top); err != nil && !json.Valid(body) {
		return nil, err
	}
	data, present := member(top, "data")
	if !present || data[0] == 'n' {
		return nil, ErrNoData
	}
	return data, nil
}

// wants returns an error for a value that does not begin as an object or a list does.
func wants(b []byte, first byte) error {
	if b[0] == first {
		return nil
	}
	return errors.New("data is " + kind(b) + " in place of " + kind([]byte{first}))
}

// unmarshal is [json.Unmarshal] with errors that never quote the document, which may hold a message's text or a phone
// number.
func unmarshal(body []byte, v any) error {
	if len(body) == 0 {
		return ErrNoData
	}
	return readable(json.Unmarshal(body, v))
}

func readable(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("the answer is not JSON (offset %d)", e.Offset)
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return errors.New("the answer is not readable: it has a value of another kind than expected")
	}
	return fmt.Errorf("the answer is not readable: %w", err)
}

// Unmarshal is [json.Unmarshal] into a value of a caller's own, whose errors may quote the document: their text is left
// out.
func Unmarshal(body []byte, v any) error {
	err := json.Unmarshal(body, v)
	switch {
	case len(body) == 0:
		return ErrNoData
	case err == nil || !json.Valid(body):
		return readable(err)
	}
	return unreadable{err}
}

type unreadable struct{ error }

func (unreadable) Error() string   { return "the answer can't be read into the value given for it" }
func (e unreadable) Unwrap() error { return e.error }

// Resource makes the document that creates or changes a resource. An empty kind is left out.
func Resource(kind string, attributes any) any {
	return envelope{Data: object{Type: kind, Attributes: attributes}}
}

// Reference makes the document that names an existing resource.
func Reference(kind, id string) any {
	return envelope{Data: object{Type: kind, ID: id}}
}

type envelope struct {
	Data object `json:"data"`
}

type object struct {
	Type       string `json:"type,omitempty"`
	ID         string `json:"id,omitempty"`
	Attributes any    `json:"attributes,omitempty"`
}
