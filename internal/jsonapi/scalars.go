package jsonapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// The types below read a JSON scalar in each of the forms that the API sends it in.
// A null and an empty string are the zero value. Their errors say what was wanted, and do not quote what was found.

// Text is a string, sent as a string or a number.
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if !ok {
		return unwanted(b, "a string or a number")
	}
	*t = Text(text)
	return nil
}

// Float is a decimal number, sent as a number or a string.
type Float float64

// UnmarshalJSON implements [json.Unmarshaler].
func (f *Float) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if len(text) == 0 && ok {
		*f = 0
		return nil
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return unwanted(b, "a number")
	}
	*f = Float(v)
	return nil
}

// Int is a whole number, sent as a number or a string.
type Int int64

// UnmarshalJSON implements [json.Unmarshaler].
func (i *Int) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if len(text) == 0 && ok {
		*i = 0
		return nil
	}
	v, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return unwanted(b, "a whole number")
	}
	*i = Int(v)
	return nil
}

// Bool is a truth value, sent as such or as a string.
type Bool bool

// UnmarshalJSON implements [json.Unmarshaler].
func (v *Bool) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if len(text) == 0 && ok {
		*v = false
		return nil
	}
	value, err := strconv.ParseBool(string(text))
	if err != nil {
		return unwanted(b, "true or false")
	}
	*v = Bool(value)
	return nil
}

// Ignored is nothing, whatever is sent. A wire struct that embeds a model has it for those of the model's fields that
// are not the API's attributes.
type Ignored struct{}

// UnmarshalJSON implements [json.Unmarshaler].
func (*Ignored) UnmarshalJSON([]byte) error { return nil }

// valueError is a value of another kind than wanted.
type valueError struct{ found, wanted string }

func (e valueError) Error() string {
	return "the answer has " + e.found + " instead of " + e.wanted
}

func unwanted(b []byte, wanted string) error {
	found := "something else"
	if _, ok := scalar(b); !ok {
		found = "an object or a list"
	}
	return valueError{found, wanted}
}

// scalar is the text of a JSON scalar: of a string what it says, of null nothing. It is a part of b where it can be,
// since most of what the API sends is read here.
func scalar(b []byte) (text []byte, ok bool) {
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[':
		return nil, false
	case b[0] == 'n':
		return nil, true
	case b[0] != '"':
		return b, true
	case bytes.IndexByte(b, '\\') < 0 && utf8.Valid(b):
		return b[1 : len(b)-1], true
	}
	var s string
	err := json.Unmarshal(b, &s)
	return []byte(s), err == nil
}
