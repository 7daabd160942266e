package jsonapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of what an object-valued detail becomes. Without them, names as deep as the document take the square of
// its size.
const (
	maxDepth = 16  // levels of a field's name
	maxName  = 256 // bytes of a field's name
)

// maxNesting is how deep a document that [Repair] returns can be.
const maxNesting = 100

// Error is one entry of an error document.
type Error struct {
	ID, Status, Title, Detail string
	Fields                    []Field // from an object-valued detail
}

// Field is what an object-valued detail says of one field.
type Field struct {
	Name     string   // with dots, e.g. data.attributes.zip; at most 16 levels, and cut after 256 bytes
	Messages []string // what is nested deeper is here, as JSON
}

// DecodeErrors reads an error document, in any form that the API is known to use. It returns nothing
// for a body that is none, such as a page of HTML.
func DecodeErrors(body []byte) []Error {
	var doc struct {
		Errors  any `json:"errors"`
		Error   any `json:"error"`
		Message any `json:"message"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // so that an id that is a number keeps its digits
	if decoder.Decode(&doc) != nil {
		return nil
	}
	var errs []Error
	for _, member := range []any{doc.Errors, doc.Error, doc.Message} {
		entries, ok := member.([]any)
		if !ok {
			entries = []any{member}
		}
		for _, entry := range entries {
			if e, ok := decodeError(entry); ok {
				errs = append(errs, e)
			}
		}
	}
	return errs
}

// Repair returns a document that was cut short, or is nested deeper than any decoder reads, as one that can be decoded:
// what is open at its end is closed, after the last value that is complete, and what is nested too deep is left out.
func Repair(doc []byte) []byte {
	var out, open []byte // open has what closes each container
	inString, safe := false, 0
	for i := 0; i < len(doc); i++ {
		c := doc[i]
		if !inString && (c == '}' || c == ']') && len(open) > 0 {
			open = open[:len(open)-1]
		}
		kept := len(open) <= maxNesting
		if !inString && kept && c == ',' {
			safe = len(out)
		}
		if kept {
			out = append(out, c)
		}
		switch {
		case inString && c == '\\' && i+1 < len(doc):
			if i++; kept {
				out = append(out, doc[i])
			}
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			open = append(open, c+2) // which is } or ]
			safe = len(out)
		case c == '}' || c == ']':
			safe = len(out)
		}
	}
	open = open[:min(len(open), maxNesting+1)]
	slices.Reverse(open)
	if inString { // the end of a string may be within an escape, of up to 6 bytes
		for cut := range min(6, len(out)) {
			closed := slices.Concat(out[:len(out)-cut], []byte{'"'}, open)
			if json.Valid(closed) {
				return closed
			}
		}
	}
	return append(out[:safe], open...)
}

// IsErrorDocument reports whether a body is an error document of the API as it is documented, for an error of some
// status. A gateway's own JSON is not: it lacks the entries, or their status.
func IsErrorDocument(body []byte, status int) bool {
	type entry struct {
		Status Text `json:"status"`
	}
	var doc struct {
		Errors []entry `json:"errors"`
	}
	return json.Unmarshal(body, &doc) == nil && slices.ContainsFunc(doc.Errors, func(e entry) bool {
		code, _, _ := strings.Cut(string(e.Status), " ")
		return code == strconv.Itoa(status)
	})
}

// Check tells whether the answer to a call that needs none contradicts its own success: by errors, or by being a page
// of HTML, which is of something between here and the API.
func Check(body []byte) error {
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return errors.New("the answer is a page and not the API's")
	case HasErrors(body):
		return errors.New("the answer has errors")
	}
	return nil
}

// HasErrors tells whether a document speaks of errors, whatever its status says.
func HasErrors(body []byte) bool {
	var doc struct {
		Errors any `json:"errors"`
		Error  any `json:"error"`
	}
	return bytes.Contains(body, []byte(`"error`)) && json.Unmarshal(body, &doc) == nil && !(empty(doc.Errors) && empty(doc.Error))
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case float64:
		return v == 0
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func decodeError(entry any) (Error, bool) {
	if empty(entry) {
		return Error{}, false
	}
	switch entry := entry.(type) {
	case map[string]any:
		e := Error{ID: words(entry["id"]), Status: words(entry["status"]), Title: words(entry["title"])}
		switch detail := entry["detail"].(type) {
		case map[string]any, []any:
			e.Fields = flatten(nil, "", detail, maxDepth)
			e.Detail = sentence(e.Fields)
		default:
			e.Detail = words(detail)
		}
		if e.ID+e.Status+e.Title+e.Detail == "" { // the fields themselves, without an envelope
			e.Fields = flatten(nil, "", entry, maxDepth)
			e.Detail = sentence(e.Fields)
		}
		return e, true
	default:
		detail := words(entry)
		return Error{Detail: detail}, detail != ""
	}
}

// flatten turns a tree of fields and messages into a list of fields, in the order of their names. What lies more than
// depth levels down is one message.
func flatten(fields []Field, name string, tree any, depth int) []Field {
	switch tree := tree.(type) {
	case map[string]any:
		if depth == 0 {
			break
		}
		for _, key := range slices.Sorted(maps.Keys(tree)) {
			fields = flatten(fields, join(name, key), tree[key], depth-1)
		}
		return fields
	case []any:
		if depth == 0 {
			break
		}
		var messages []string
		for i, item := range tree {
			switch item.(type) {
			case map[string]any, []any:
				fields = flatten(fields, join(name, strconv.Itoa(i)), item, depth-1)
			default:
				messages = append(messages, words(item))
			}
		}
		if len(messages) == 0 {
			return fields
		}
		return append(fields, Field{Name: name, Messages: messages})
	}
	return append(fields, Field{Name: name, Messages: []string{words(tree)}})
}

func join(name, key string) string {
	if len(name) >= maxName {
		return name
	}
	joined := strings.TrimPrefix(name+"."+key, ".")
	if len(joined) <= maxName {
		return joined
	}
	end := maxName
	for end > 0 && !utf8.RuneStart(joined[end]) {
		end--
	}
	return joined[:end] + "…"
}

func sentence(fields []Field) string {
	var parts []string
	for _, f := range fields {
		parts = append(parts, strings.TrimPrefix(f.Name+": "+strings.Join(f.Messages, ", "), ": "))
	}
	return strings.Join(parts, "; ")
}

// words is a JSON value as text: of a string what it says, of null nothing, of anything else its JSON.
func words(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, _ := json.Marshal(v)
	return string(b)
}
