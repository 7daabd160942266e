package jsonapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// maxValues is how many values an event may have. It keeps a body of a few bytes a value from becoming many times its
// size in memory; a message with a hundred attachments has some thousand.
const maxValues = 10_000

// Event is a document that the API sends to a webhook. It comes enveloped in data, as everywhere in JSON:API; bare,
// without data; or flat, without attributes as well.
type Event struct {
	Identity
	Flat bool

	attributes map[string]json.RawMessage
	document   []byte // enveloped, whatever it was
}

// ReadEvent reads a document that the API sends to a webhook. Its error says what was found, and does not quote it.
func ReadEvent(body []byte) (*Event, error) {
	if values(body) > maxValues {
		return nil, errors.New("the event has too many values")
	}
	top, err := members(body, "the body")
	if err != nil {
		return nil, err
	}
	resource, fields := json.RawMessage(body), top
	data, enveloped := top["data"]
	if enveloped {
		resource = data
		if fields, err = members(data, "data"); err != nil {
			return nil, err
		}
	}
	e := &Event{}
	if err := unmarshal(resource, &e.Identity); err != nil {
		return nil, ofEvent(err)
	}
	attributes, present := fields["attributes"]
	switch {
	case present && string(attributes) != "null":
		if e.attributes, err = members(attributes, "attributes"); err != nil {
			return nil, err
		}
	case !enveloped:
		e.Flat, e.attributes = true, fields
		if resource, err = json.Marshal(object{Type: e.Type, ID: e.Key(), Attributes: resource}); err != nil {
			return nil, err
		}
	}
	included, present := top["included"]
	if !present {
		included, present = fields["included"]
		if !present && enveloped && len(top) == 1 { // as it is documented
			e.document = body
			return e, nil
		}
	}
	e.document, err = json.Marshal(struct {
		Data     json.RawMessage `json:"data"`
		Included json.RawMessage `json:"included,omitempty"`
	}{resource, included})
	return e, err
}

// Has tells whether each of these members is among the attributes.
func (e *Event) Has(names ...string) bool {
	for _, name := range names {
		if _, present := e.attributes[name]; !present {
			return false
		}
	}
	return true
}

// DecodeEvent makes a resource of an event, and of the objects that it includes.
func DecodeEvent[R Identified, I any](e *Event) (*Document[R, I], error) {
	doc, err := Decode[R, I](e.document)
	return doc, ofEvent(err)
}

// members are those of an object.
func members(b []byte, name string) (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	err := json.Unmarshal(b, &m)
	if _, syntax := errors.AsType[*json.SyntaxError](err); syntax {
		return nil, ofEvent(unmarshal(b, &m))
	}
	if err != nil || m == nil {
		return nil, errors.New(name + " is " + kind(b) + " in place of an object")
	}
	return m, nil
}

// kind says what sort of value a piece of JSON is.
func kind(b []byte) string {
	switch b = bytes.TrimSpace(b); b[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	}
	return "a number"
}

// ofEvent has an error of unmarshal speak of an event, where it would speak of an answer.
func ofEvent(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.ReplaceAll(err.Error(), "the answer", "the event"))
}

// values is how many values JSON has at least: its commas that are not within a string.
func values(b []byte) int {
	n, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ',' && !quoted:
			n++
		}
	}
	return n
}
