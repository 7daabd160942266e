package jsonapi

import (
	"errors"
	"strings"
	"time"
)

// layouts are the forms that the API writes times in, after normalized. Where a form has no zone the time is UTC. A
// fraction of a second is read in each of them, as [time.Parse] does.
var layouts = [...]string{
	time.RFC3339,                     // messages; with other zones also CNAM records and CDR files
	"2006-01-02T15:04:05",            // CDR filters
	"Mon, 2 Jan 2006 15:04:05 GMT",   // CNAM assignments
	"Mon, 2 Jan 2006 15:04:05 -0700", // the same as in mail
	time.DateOnly,                    // port orders
}

// Time is a moment in UTC, in any of the forms that the API writes times in.
type Time time.Time

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Time) UnmarshalJSON(b []byte) error {
	text, ok := scalar(b)
	if len(text) == 0 && ok {
		*t = Time{}
		return nil
	}
	var parsed time.Time
	if parsed.UnmarshalText(text) == nil && isWritable(parsed.UTC()) { // the most usual form, without a copy
		*t = Time(parsed.UTC())
		return nil
	}
	parsed, err := ParseTime(string(text))
	if *t = Time(parsed); err != nil {
		return errKind
	}
	return nil
}

// ParseTime reads a time in any of the forms that the API writes times in. Its result is UTC.
func ParseTime(s string) (time.Time, error) {
	s, leap := normalized(strings.TrimSpace(s))
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil && isWritable(t.Add(leap).UTC()) {
			return t.Add(leap).UTC(), nil
		}
	}
	if unix, ok := whole(s); ok && unix >= 1e9 && unix < 1e11 { // as the documentation of notifications says
		return time.Unix(unix, 0).UTC(), nil
	}
	return time.Time{}, errors.New("not a time in any form that the API is known to use")
}

// isWritable reports whether encoding/json can write a time.
func isWritable(t time.Time) bool { return t.Year() >= 0 && t.Year() <= 9999 }

// normalized is a time in the form of RFC 3339 if only its separator, its zone or the case of its letters differs from
// that. A second 60 becomes 59 and a leap of one second, since [time.Parse] refuses it.
func normalized(s string) (string, time.Duration) {
	const date = len(time.DateOnly)
	leap := time.Duration(0)
	if i := strings.Index(s, ":60"); i > 2 && s[i-3] == ':' {
		s, leap = s[:i]+":59"+s[i+len(":60"):], time.Second
	}
	if len(s) <= date || s[4] != '-' {
		return s, leap
	}
	clock := strings.TrimLeft(s[date:], " tT")
	i := strings.IndexAny(clock, "+- uUgGzZ")
	if i < 0 {
		return s[:date] + "T" + clock, leap
	}
	clock, zone := clock[:i], strings.TrimSpace(clock[i:])
	switch {
	case strings.EqualFold(zone, "Z"), strings.EqualFold(zone, "UTC"), strings.EqualFold(zone, "GMT"):
		zone = "Z"
	case len(zone) == len("+00"):
		zone += ":00"
	case len(zone) == len("+0000"):
		zone = zone[:3] + ":" + zone[3:]
	}
	return s[:date] + "T" + clock + zone, leap
}
