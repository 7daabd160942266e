// Package jsonapi reads and writes the JSON:API documents of Flowroute's API, and knows how untidy its values are.
package jsonapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// ErrNoData is what [Decode] and [DecodeList] return for a document without the data it must carry.
var ErrNoData = errors.New("the answer has no data")

// ErrNoID is what [Decode] and [DecodeList] return for a resource without the id it must have.
var ErrNoID = errors.New("the answer has a record without an id")

// Record is a resource object of the type that was asked for: what it must have is an id. A resource embeds it.
type Record struct {
	ID Text `json:"id"`
}

// Key is the resource's id.
func (r Record) Key() string { return string(r.ID) }

// Identified tells whether the resource has what it must have to be one: an id. A resource that comes without an id
// has a method of its own in place of this.
func (r Record) Identified() bool { return r.ID != "" }

// Identity is the id and type of a resource object. One whose type has to be known embeds it, in place of [Record].
type Identity struct {
	ID   Text   `json:"id"`
	Type string `json:"type"`
}

// Key is the resource's id.
func (i Identity) Key() string { return string(i.ID) }

// Identified tells whether the resource has an id, as that of [Record] does.
func (i Identity) Identified() bool { return i.ID != "" }

// Identified is a resource object: a struct that embeds [Record] or [Identity].
type Identified interface {
	Key() string
	Identified() bool
}

// ToOne is a relationship to one resource or, where Data is nil, to none.
type ToOne struct {
	Data *Identity `json:"data"`
}

// ToMany is a relationship to any number of resources.
type ToMany struct {
	Data []Identity `json:"data"`
}

type document[R, I any] struct {
	Data     R   `json:"data"`
	Included []I `json:"included"`
}

// Decode reads a document whose data is one resource.
func Decode[R Identified, I any](body []byte) (*R, []I, error) {
	var doc document[R, I]
	if err := unmarshal(body, &doc); err != nil {
		return nil, nil, err
	}
	if doc.Data.Identified() {
		return &doc.Data, doc.Included, nil
	}
	// Some documentation shows the whole document wrapped in a data member once more.
	var outer struct {
		Data *struct {
			Data     *R  `json:"data"`
			Included []I `json:"included"`
		} `json:"data"`
	}
	if err := unmarshal(body, &outer); err != nil {
		return nil, nil, err
	}
	switch {
	case outer.Data == nil:
		return nil, nil, ErrNoData
	case outer.Data.Data == nil:
		return nil, nil, ErrNoID
	case !(*outer.Data.Data).Identified():
		return nil, nil, ErrNoID
	}
	return outer.Data.Data, outer.Data.Included, nil
}

// DecodeData reads a document whose data is something else than a resource.
func DecodeData[T any](body []byte) (*T, error) {
	var doc struct {
		Data *T `json:"data"`
	}
	if err := unmarshal(body, &doc); err != nil {
		return nil, err
	}
	if doc.Data == nil {
		return nil, ErrNoData
	}
	return doc.Data, nil
}

// List is a document whose data is a list of resources.
type List[R, I any] struct {
	Data     []R `json:"data"`
	Included []I `json:"included"`
	Links    struct {
		Next link `json:"next"`
	} `json:"links"`
}

// link tells whether there is a link, which may be a text or an object. Where it leads is nobody's business.
type link bool

// UnmarshalJSON implements [json.Unmarshaler].
func (l *link) UnmarshalJSON(b []byte) error {
	*l = string(b) != "null" && string(b) != `""`
	return nil
}

// DecodeList reads a document whose data is a list of resources, of which it makes room for so many as are expected.
func DecodeList[R Identified, I any](body []byte, expected int) (*List[R, I], error) {
	const smallest = 32 // bytes that a resource takes
	list := List[R, I]{Data: make([]R, 0, min(expected, len(body)/smallest))}
	err := unmarshal(body, &list)
	if len(list.Data) == 0 { // without room it can be told whether there is a list at all
		list = List[R, I]{}
		err = unmarshal(body, &list)
	}
	if err != nil {
		return nil, err
	}
	if list.Data == nil {
		return nil, ErrNoData
	}
	for i := range list.Data {
		if !list.Data[i].Identified() {
			return nil, ErrNoID
		}
	}
	return &list, nil
}

// unmarshal is json.Unmarshal with errors that say where the trouble is and never quote the document,
// which may hold a message's text or a phone number.
func unmarshal(body []byte, v any) error {
	if len(body) == 0 {
		return ErrNoData
	}
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		kind, _, _ := strings.Cut(e.Value, " ")
		return fmt.Errorf("the answer has an unexpected %s at %q", kind, path(e.Field))
	}
	if e, ok := errors.AsType[valueError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("the answer is not JSON (offset %d)", e.Offset)
	}
	return fmt.Errorf("the answer is not readable: %w", err)
}

// path is where something is in a document, without the Go structs that encoding/json names on the way.
func path(field string) string {
	segments := strings.Split(field, ".")
	return strings.Join(slices.DeleteFunc(segments, func(s string) bool {
		return s != "" && unicode.IsUpper(rune(s[0])) || strings.HasSuffix(s, "Wire") || strings.HasSuffix(s, "Attributes")
	}), ".")
}

// Unmarshal is [json.Unmarshal] into a value of a caller's own, whose errors may quote the document: their text is left
// out.
func Unmarshal(body []byte, v any) error {
	err := unmarshal(body, v)
	if own := errors.Unwrap(err); own != nil {
		return unreadable{own}
	}
	return err
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
