package jsonapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// The types below read a JSON scalar in each of the forms that the API sends it in.
// A null and an empty string are the zero value.

// Text is a string, sent as a string or a number.
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(b []byte) error {
	return parse(b, t, "a string or a number", func(s string) (Text, error) { return Text(s), nil })
}

// Float is a decimal number, sent as a number or a string.
type Float float64

// UnmarshalJSON implements [json.Unmarshaler].
func (f *Float) UnmarshalJSON(b []byte) error {
	return parse(b, f, "a number", func(s string) (Float, error) {
		v, err := strconv.ParseFloat(s, 64)
		return Float(v), err
	})
}

// Int is a whole number, sent as a number or a string.
type Int int64

// UnmarshalJSON implements [json.Unmarshaler].
func (i *Int) UnmarshalJSON(b []byte) error {
	return parse(b, i, "a whole number", func(s string) (Int, error) {
		v, err := strconv.ParseInt(s, 10, 64)
		return Int(v), err
	})
}

// Bool is a truth value, sent as such or as a string.
type Bool bool

// UnmarshalJSON implements [json.Unmarshaler].
func (v *Bool) UnmarshalJSON(b []byte) error {
	return parse(b, v, "true or false", func(s string) (Bool, error) {
		v, err := strconv.ParseBool(s)
		return Bool(v), err
	})
}

// parse sets v to what convert makes of the scalar b. Its errors say what was wanted, and do not quote what was found.
func parse[T any](b []byte, v *T, wanted string, convert func(string) (T, error)) error {
	s, ok := scalar(b)
	if !ok {
		return errors.New("the answer has an object or a list in place of " + wanted)
	}
	var value T
	if s != "" {
		var err error
		if value, err = convert(s); err != nil {
			return errors.New("the answer has something else in place of " + wanted)
		}
	}
	*v = value
	return nil
}

// scalar is the text of a JSON scalar: of a string what it says, of null nothing.
func scalar(b []byte) (text string, ok bool) {
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[':
		return "", false
	case b[0] == 'n':
		return "", true
	case b[0] != '"':
		return string(b), true
	case bytes.IndexByte(b, '\\') < 0 && utf8.Valid(b):
		return string(b[1 : len(b)-1]), true
	}
	err := json.Unmarshal(b, &text)
	return text, err == nil
}
