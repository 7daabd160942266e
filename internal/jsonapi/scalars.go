package jsonapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The types below read a JSON scalar in each of the forms that the API sends it in.
// A null and an empty string are the zero value.

var errKind = errors.New("the value is of another kind than expected")

// Text is a string, sent as a string, a number or a truth value.
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if !ok {
		return errKind
	}
	*t = Text(text)
	return nil
}

// Int is a whole number, sent as a number or a string, with or without an exponent or decimals of zero. One that an int
// can't hold can't be read.
type Int int

// UnmarshalJSON implements [json.Unmarshaler].
func (i *Int) UnmarshalJSON(b []byte) error {
	var v Int64
	err := v.UnmarshalJSON(b)
	if *i = Int(v); Int64(*i) != v {
		*i = 0
		return errKind
	}
	return err
}

// Int64 is a whole number of 64 bits, sent as [Int] is.
type Int64 int64

// UnmarshalJSON implements [json.Unmarshaler].
func (i *Int64) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if len(text) == 0 && ok {
		*i = 0
		return nil
	}
	v, ok := whole(string(bytes.TrimSpace(text)))
	if !ok {
		return errKind
	}
	*i = Int64(v)
	return nil
}

// whole reads a number if it is whole, and none that would have to be rounded.
func whole(s string) (int64, bool) {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return v, true
	}
	mantissa, exponent, found := strings.Cut(strings.ToLower(s), "e")
	if !found {
		exponent = "0"
	}
	integer, decimals, _ := strings.Cut(mantissa, ".")
	sign := integer[:len(integer)-len(strings.TrimLeft(integer, "+-"))]
	digits := strings.TrimPrefix(integer, sign) + decimals
	if digits == "" || len(sign) > 1 || strings.ContainsFunc(digits, isNoDigit) {
		return 0, false
	}
	shift, err := strconv.Atoi(exponent)
	significant := strings.TrimRight(digits, "0")
	zeros := len(digits) - len(significant) + shift - len(decimals) // behind the significant digits
	significant = strings.TrimLeft(significant, "0")
	switch {
	case significant == "":
		return 0, err == nil || errors.Is(err, strconv.ErrRange)
	case err != nil || zeros < 0 || zeros > 18:
		return 0, false
	}
	v, err := strconv.ParseInt(sign+significant+"000000000000000000"[:zeros], 10, 64)
	return v, err == nil
}

func isNoDigit(r rune) bool { return r < '0' || r > '9' }

// Bool is a truth value, sent as such, as a word or as a number.
type Bool bool

// UnmarshalJSON implements [json.Unmarshaler].
func (v *Bool) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if len(text) == 0 && ok {
		*v = false
		return nil
	}
	switch word := strings.ToLower(string(bytes.TrimSpace(text))); word {
	case "true", "t", "yes", "y", "on":
		*v = true
	case "false", "f", "no", "n", "off":
		*v = false
	default:
		n, ok := whole(word)
		if !ok || n != 0 && n != 1 {
			return errKind
		}
		*v = n == 1
	}
	return nil
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
