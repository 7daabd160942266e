package jsonapi

import (
	"errors"
	"net/http"
	"time"
)

// layouts are the forms that the API writes times in besides RFC 3339. Where a form has no zone the time is UTC.
// A fraction of a second is read in each of them, as [time.Parse] does.
var layouts = [...]string{
	"2006-01-02 15:04:05Z07:00", // CNAM records
	http.TimeFormat,             // CNAM assignments
	time.DateTime,               // CDR filters
	"2006-01-02 15:04:05Z07",    // CDR files
	"2006-01-02T15:04:05",
	time.DateOnly, // port orders
}

// Time is a moment in UTC, in any of the forms that the API writes times in.
type Time struct{ time.Time }

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Time) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if len(text) == 0 && ok {
		t.Time = time.Time{}
		return nil
	}
	if t.Time.UnmarshalText(text) == nil { // the most usual form, without a copy
		t.Time = t.UTC()
		return nil
	}
	parsed, err := ParseTime(string(text))
	if err != nil {
		return unwanted(b, "a time")
	}
	t.Time = parsed
	return nil
}

// ParseTime reads a time in any of the forms that the API writes times in. Its result is UTC.
func ParseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("not a time in any form that the API is known to use")
}
