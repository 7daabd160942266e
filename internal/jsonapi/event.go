package jsonapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// maxValues is how many values an event may have. It keeps a body of a few bytes a value from becoming many times its
// size in memory; a message with a hundred attachments has some thousand.
const maxValues = 10_000

// Event is a document that the API sends to a webhook. It comes enveloped in data, as everywhere in JSON:API, or bare,
// without data. Its attributes are in attributes, or beside id and type.
type Event struct {
	Identity

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
	resource, data := top, nested(top, "data")
	within := nested(data, "data")
	wrapped := within != nil && len(top) == 1 // the whole document is in a data member once more
	if wrapped {
		top, resource, data = data, data, within
	}
	switch raw, present := top["data"]; {
	case data != nil:
		resource = joined(top, data)
	case present && len(top) == 1:
		return nil, errors.New("data is " + kind(raw) + " in place of an object")
	}
	inner := nested(resource, "attributes")
	e := &Event{attributes: joined(resource, inner)}
	e.ID = Text(cmp.Or(textOf(resource["id"]), textOf(inner["id"])))
	e.Type = cmp.Or(textOf(resource["type"]), textOf(inner["type"]))
	included := e.attributes["included"]
	for _, name := range []string{"id", "type", "data", "attributes", "included"} {
		delete(e.attributes, name)
	}
	if !wrapped && isDocumented(top, data) && inner != nil && inner["included"] == nil {
		e.document = body
		return e, nil
	}
	normal := map[string]any{"relationships": resource["relationships"]}
	if inner != nil { // else everything in the resource is an attribute
		for name, value := range resource {
			normal[name] = value
		}
		delete(normal, "data")
		delete(normal, "included")
	}
	normal["id"], normal["type"], normal["attributes"] = e.ID, e.Type, e.attributes
	e.document, err = json.Marshal(struct {
		Data     map[string]any  `json:"data"`
		Included json.RawMessage `json:"included,omitempty"`
	}{normal, included})
	return e, err
}

// isDocumented reports whether an event has its members where they are documented, so that it need not be rearranged.
func isDocumented(top, data map[string]json.RawMessage) bool {
	isString := func(b json.RawMessage) bool { return len(b) > 2 && b[0] == '"' }
	return isString(data["id"]) && isString(data["type"]) && hasOnly(top, "data", "included", "links", "meta") &&
		hasOnly(data, "id", "type", "attributes", "relationships", "links", "timestamp", "price_details")
}

func hasOnly(object map[string]json.RawMessage, names ...string) bool {
	for name := range object {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// nested is a member that is an object, or nil.
func nested(outer map[string]json.RawMessage, name string) (object map[string]json.RawMessage) {
	if json.Unmarshal(outer[name], &object) != nil {
		return nil
	}
	return lowered(object)
}

// lowered adds each member that is spelled in another case under its name in lower case, unless it has that as well.
func lowered(object map[string]json.RawMessage) map[string]json.RawMessage {
	for name := range object {
		lower := strings.ToLower(name)
		if _, present := object[lower]; !present {
			object[lower], _ = member(object, lower)
		}
	}
	return object
}

// joined has the members of two objects. Of a name that both have, the inner one counts.
func joined(outer, inner map[string]json.RawMessage) map[string]json.RawMessage {
	both := maps.Clone(outer)
	maps.Copy(both, inner)
	return both
}

// textOf is a scalar as text, and empty for anything else.
func textOf(value json.RawMessage) string {
	text, _ := scalar(value)
	return string(text)
}

// Text is an attribute as text. It is empty if the event doesn't have the attribute, or has it as an object or a list.
func (e *Event) Text(name string) string { return textOf(e.attributes[name]) }

// HasAny reports whether any of these members is among the attributes.
func (e *Event) HasAny(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return e.Has(name) })
}

// HasValue reports whether any of these attributes is more than null, false, zero, or an empty string, list or object.
func (e *Event) HasValue(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		var value any
		return json.Unmarshal(e.attributes[name], &value) == nil && !empty(value)
	})
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
	return lowered(m), nil
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
